"""The one time source of the sandbox, so that quotas, expiries and stamps can be tested.

Rule: nothing else in this package asks the operating system for the time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 11, 23, 9, 0, 0, tzinfo=UTC)


class Clock:
    """Wall mode is the wall clock plus what was advanced; manual mode moves only when told."""

    def __init__(self, manual: bool = False, start: datetime | None = None) -> None:
        self.manual = manual
        self.start = start or DEFAULT_START
        self.advanced = timedelta()

    def now(self) -> datetime:
        """The present moment, always aware and in UTC."""
        base = self.start if self.manual else datetime.now(UTC)
        return base + self.advanced

    def advance(self, seconds: float) -> None:
        """Move time on; it never moves back."""
        if seconds < 0:
            raise ValueError("the sandbox clock only moves forward")
        self.advanced += timedelta(seconds=seconds)

    def rewind(self) -> None:
        """Forget everything that was advanced (a reset of the whole sandbox)."""
        self.advanced = timedelta()
