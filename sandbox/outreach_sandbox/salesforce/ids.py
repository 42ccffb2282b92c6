"""Record ids: 15 characters that know case, and 3 more that survive losing it.

The one rule: inside the sandbox an id always has 18 characters.

https://help.salesforce.com/s/articleView?id=000385585
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
CHECKSUM = string.ascii_uppercase + "012345"
INSTANCE = "8d"


def checksum(short: str) -> str:
    """Three characters that say which of the fifteen are capitals."""
    groups = (short[start : start + 5] for start in (0, 5, 10))
    return "".join(
        CHECKSUM[sum(1 << place for place, c in enumerate(group) if "A" <= c <= "Z")]
        for group in groups
    )


def to_18(text: str) -> str | None:
    """The id with its checksum; None for what cannot be an id.

    Fifteen characters are taken as they are; of eighteen the checksum restores the case.
    """
    if not text.isascii() or not text.isalnum():
        return None
    if len(text) == 15:
        return text + checksum(text)
    if len(text) != 18:
        return None
    return _restored(text[:15], text[15:].upper())


def _restored(short: str, check: str) -> str | None:
    if any(c not in CHECKSUM for c in check):
        return None
    restored = "".join(
        c.upper() if CHECKSUM.index(check[place // 5]) >> place % 5 & 1 else c.lower()
        for place, c in enumerate(short)
    )
    return restored + check if checksum(restored) == check else None


class Ids:
    """Hands out ids: prefix, instance, a counter that starts somewhere."""

    def __init__(self, rng: Random) -> None:
        self._next = rng.randrange(10**6, 10**7)

    def new(self, prefix: str) -> str:
        """The next id; ids of one type grow."""
        self._next += 1
        number, text = self._next, ""
        while number:
            number, rest = divmod(number, len(DIGITS))
            text = DIGITS[rest] + text
        short = f"{prefix}{INSTANCE}{text.rjust(10, '0')}"
        return short + checksum(short)
