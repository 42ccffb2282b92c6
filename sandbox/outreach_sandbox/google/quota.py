"""Requests per minute and user, for Sheets and for Drive.

Rule: a window opens with its first request and lasts 60 seconds of the sandbox's clock.
https://developers.google.com/workspace/sheets/api/limits
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from outreach_sandbox.google import wire

if TYPE_CHECKING:
    from outreach_sandbox.kernel.clock import Clock

Kind = Literal["Read", "Write", "Drive"]
WINDOW = timedelta(seconds=60)
# https://developers.google.com/workspace/drive/api/guides/limits
LIMITS: dict[Kind, tuple[str, int]] = {
    "Read": ("google.read_quota", 60),
    "Write": ("google.write_quota", 60),
    "Drive": ("google.drive_quota", 12_000),
}


class Quota:
    """Counts per user and kind; a limit of 0 is no limit."""

    def __init__(self, clock: Clock, switches: dict[str, Any]) -> None:
        self.clock = clock
        self.switches = switches
        self._windows: dict[tuple[str, Kind], tuple[datetime, int]] = {}

    def reset(self) -> None:
        """Every window is new."""
        self._windows = {}

    def spend(self, user: str, kind: Kind) -> None:
        """Count one request, or refuse it."""
        switch, default = LIMITS[kind]
        limit = int(self.switches.get(switch, default) or 0)
        if not limit:
            return
        now = self.clock.now()
        opened, used = self._windows.get((user, kind), (now, 0))
        if now - opened >= WINDOW:
            opened, used = now, 0
        if used >= limit:
            raise wire.Refused(_refusal(kind, limit))
        self._windows[(user, kind)] = (opened, used + 1)


def _refusal(kind: Kind, limit: int) -> wire.Reply:
    if kind == "Drive":
        # https://developers.google.com/workspace/drive/api/guides/handle-errors#resolve_a_403_error_user_rate_limit_exceeded
        return wire.drive_error(
            403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits"
        )
    return wire.quota_exceeded(kind, limit)
