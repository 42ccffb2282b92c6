"""Ids and the clock as programs use them; everything else is given them as parameters.

The rule: ids are time-ordered, so that the order of rows does not depend on where a crash fell.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock


def utc_now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


class TimeOrdered:
    """Makes UUIDs of version 7 that grow, also within one moment and when the clock steps back.

    RFC 9562, sections 5.7 and 6.2 (method 3): 48 bits of milliseconds, 12 of their fraction, 62 of
    randomness. Rows that get their ids in one run are in the order of the sheet by them.
    """

    def __init__(self, nanoseconds: Callable[[], int], randbits: Callable[[int], int]) -> None:
        """Take the clock and the randomness."""
        self._nanoseconds = nanoseconds
        self._randbits = randbits
        self._lock = Lock()
        self._last = 0

    def __call__(self) -> str:
        """Return a fresh id."""
        milliseconds, rest = divmod(self._nanoseconds(), 1_000_000)
        with self._lock:
            self._last = tick = max(milliseconds << 12 | rest * 4096 // 1_000_000, self._last + 1)
        number = (tick >> 12 & (1 << 48) - 1) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64
        return str(uuid.UUID(int=number | 0b10 << 62 | self._randbits(62)))


new_id = TimeOrdered(time.time_ns, secrets.randbits)
