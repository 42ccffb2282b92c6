"""Ids and the clock as programs use them; everything else is given them as parameters.

The rule: ids are time-ordered, so that the order of rows does not depend on where a crash fell.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a fresh UUID of version 7 (RFC 9562, section 5.7): milliseconds, then randomness."""
    milliseconds = int(utc_now().timestamp() * 1000) & (1 << 48) - 1
    number = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    number |= 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=number))
