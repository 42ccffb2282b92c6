"""Keeps a refresh token that its vendor replaces at every use, for the programs that come after.

The rule: the file is its owner's alone from the start and is replaced whole, and two programs never
exchange the same token at once: the second one would find it dead.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from outreach_adapters.auth import private_file
from outreach_core.errors import ConfigError


class TokenKeeper(Protocol):
    """Where the newest refresh token is kept, whoever fetched it."""

    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Hold off every other program that would exchange the same token."""

    def newest(self, given: str) -> str:
        """Return the token to use in the place of the given one."""

    def keep(self, given: str, token: str) -> None:
        """Replace the kept token; it is on the disk when this returns."""


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
        with contextlib.ExitStack() as held:
            try:
                lock = private_file.beside(self.path, ".lock")
                held.enter_context(private_file.alone(lock))
            except OSError as error:
                raise _not_kept(error) from None
            yield

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
        text = json.dumps({"from": _mark(given), "refresh_token": token})
        try:
            private_file.replace(self.path, text)
        except OSError as error:
            raise _not_kept(error) from None


def _mark(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _not_kept(error: OSError) -> ConfigError:
    return ConfigError(
        f"The file of `token_file` cannot be written ({error.strerror}).",
        code="token_file",
        remedy="Set it to a file in a folder that can be written to.",
        setting="token_file",
    )
