"""The token of the page: a setting, a file, or made once.

The rule: there is always one, and it is never printed; only its owner can read its file.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from outreach_cli.serve.keys import keys_of
from outreach_core.errors import ConfigError

SHORTEST = 16


@dataclass(frozen=True, slots=True)
class Token:
    """The token, and the file it stands in where it does."""

    text: str
    file: Path | None = None

    def __repr__(self) -> str:
        """Keep the token out of logs."""
        return "Token(...)"


def token_of(given: str | None, file: str | None, own: Path, secret: Callable[[], str]) -> Token:
    """Return the token.

    | # | settings                        | token            |
    |---|---------------------------------|------------------|
    | 1 | ``operations_token``            | that             |
    | 2 | ``operations_token_file``       | what stands there|
    | 3 | neither, and our own file is there | what stands there|
    | 4 | else                            | made, and kept   |

    Raises:
        ConfigError: It is too short to be safe, or its file cannot be read or may be read by others.
    """
    if given:  # 1
        return Token(_long_enough(given))
    place = Path(file) if file else own
    if not file and not own.exists():  # 4
        _write(own, secret())
    keys = keys_of(None, str(place))  # 2 3
    return Token(_long_enough(keys[0] if keys else ""), place)


def _long_enough(text: str) -> str:
    if len(text) < SHORTEST:
        raise ConfigError(
            "The token of the operations page is too short.",
            code="short_token",
            remedy=f"Take one of at least {SHORTEST} characters nobody guesses.",
        )
    return text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{text}\n")
