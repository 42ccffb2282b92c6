"""How many calls an org has left today, and where every answer says so.

The one rule: sign-in is free; a call counts when it arrives, a composite/batch counts its parts.

https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-api.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from outreach_sandbox.salesforce.wire import DAY, Problem, RefusedError, Values

if TYPE_CHECKING:
    from datetime import datetime

DEVELOPER_CALLS = 15_000
FIXED = {
    "DailyAsyncApexExecutions": 250_000,
    "DailyBulkApiBatches": 15_000,
    "DailyBulkV2QueryJobs": 10_000,
    "DataStorageMB": 5,
    "FileStorageMB": 20,
    "SingleEmail": 15,
}


@dataclass
class Limits:
    """The calls of the last 24 hours."""

    most: int = DEVELOPER_CALLS
    calls: deque[datetime] = field(default_factory=deque)

    def take(self, now: datetime, count: int = 1) -> None:
        """Count calls, or refuse: 403, and nothing says when to come back."""
        self._forget(now)
        if len(self.calls) + count > self.most:
            text = "TotalRequests Limit exceeded."
            raise RefusedError(Problem("REQUEST_LIMIT_EXCEEDED", text, status=403))
        self.calls.extend([now] * count)

    def header(self, *, per_app: bool) -> str:
        """The value of Sforce-Limit-Info."""
        used = len(self.calls)
        app = f"; per-app-api-usage={used}/{self.most}(appName=outreach)" if per_app else ""
        return f"api-usage={used}/{self.most}{app}"

    def shown(self, now: datetime) -> Values:
        """The limits resource."""
        self._forget(now)
        daily = {"Max": self.most, "Remaining": self.most - len(self.calls)}
        rest = {name: {"Max": most, "Remaining": most} for name, most in FIXED.items()}
        return {"DailyApiRequests": daily, **rest}

    def _forget(self, now: datetime) -> None:
        while self.calls and now - self.calls[0] >= DAY:
            self.calls.popleft()
