"""How every vendor call travels: retry, pace and time limits; it knows no vendor."""

from __future__ import annotations
