"""The keys that messages are signed with, from settings and from files that are their owner's alone.

The rule: a key is never an argument of a command, and a file that others may read is not taken.
"""

from __future__ import annotations

import stat
from pathlib import Path

from outreach_core.errors import ConfigError


def keys_of(text: str | None, file: str | None) -> tuple[str, ...]:
    """Return the keys of a setting and of a file, one a line.

    Raises:
        ConfigError: The file is not there, or others may read it.
    """
    found = (text or "").split()
    if file:
        found += _private_text(Path(file)).split()
    return tuple(dict.fromkeys(found))


def _private_text(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise ConfigError(
                "The file of the signing key may be read by others.",
                code="key_file_open",
                remedy=f"chmod 600 {path.name}",
            )
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            "The file of the signing key cannot be read.",
            code="no_key_file",
            remedy="Set salesforce_signing_key_file to one that is there.",
        ) from error
