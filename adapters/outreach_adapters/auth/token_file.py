"""Keeps a refresh token that its vendor replaces at every use, for the programs that come after.

The rule: the file is its owner's alone from the start and is replaced whole, and two programs never
exchange the same token at once: the second one would find it dead.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outreach_core.errors import ConfigError


@dataclass(frozen=True)
class TokenFile:
    """A private file with the newest token that descends from the one a person set.

    The one that was set is kept as a hash, so that a newly set one is noticed and used.
    """

    path: Path

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold off every other program; fails here, before a token is spent, if nothing can be kept.

        Raises:
            ConfigError: ``token_file``; the folder cannot be written to.
        """
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _not_kept(error) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def newest(self, given: str) -> str:
        """Return the token to use: the kept one if it came from the given one."""
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return given
        known = isinstance(kept, dict) and kept.get("from") == _mark(given)
        return str(kept["refresh_token"]) if known and kept.get("refresh_token") else given

    def keep(self, given: str, token: str) -> None:
        """Replace the kept token; it is on the disk when this returns.

        Raises:
            ConfigError: ``token_file``; it cannot be written.
        """
        draft = self._beside(f".{os.getpid()}")
        text = json.dumps({"from": _mark(given), "refresh_token": token})
        try:
            draft.unlink(missing_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path)
        except OSError as error:
            raise _not_kept(error) from None

    def _beside(self, end: str) -> Path:
        return self.path.with_name(f".{self.path.name}{end}")


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _not_kept(error: OSError) -> ConfigError:
    return ConfigError(
        f"The file of `token_file` cannot be written ({error.strerror}).",
        code="token_file",
        remedy="Set it to a file in a folder that can be written to.",
        setting="token_file",
    )
