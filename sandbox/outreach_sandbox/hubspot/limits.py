"""Rate limits: a rolling ten seconds, a second for search, a day; and their headers.

The one rule: every request counts, refused ones too, and no 429 carries Retry-After.

https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.auth import Caller, Kind
from outreach_sandbox.hubspot.wire import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERVAL_MS = 10_000
DAY_MS = 86_400_000

# tier -> (calls in ten seconds per private app, calls per day)
TIERS = {
    "free": (100, 250_000),
    "starter": (100, 250_000),
    "professional": (190, 625_000),
    "enterprise": (190, 1_000_000),
}


@dataclass(frozen=True)
class Allowance:
    """How much one account may call."""

    private: int = 100
    oauth: int = 110
    search: int = 5
    daily: int = 250_000


def allowance(seed: Mapping[str, Any]) -> Allowance:
    """The allowance a seed asks for: a tier, and any number set by hand."""
    private, daily = TIERS[str(seed.get("tier", "free"))]
    own = seed.get("limits") or {}
    return Allowance(
        private=int(own.get("ten_secondly", private)),
        oauth=int(own.get("ten_secondly", 110)),
        search=int(own.get("search_secondly", 5)),
        daily=int(own.get("daily", daily)),
    )


@dataclass
class Limits:
    """The counters of one account."""

    allowed: Allowance
    calls: dict[str, deque[int]] = field(default_factory=dict)
    searches: deque[int] = field(default_factory=deque)
    day: int = 0
    today: int = 0

    def take(self, caller: Caller, now_ms: int, request_id: str, *, search: bool) -> Problem | None:
        """Count a request; the problem if it is one too many."""
        self._count_day(now_ms)
        private = caller.kind is Kind.PRIVATE
        if private and self.today > self.allowed.daily:
            return _daily(request_id)
        if search:
            return self._take(self.searches, now_ms, 1000, self.allowed.search, search_limit())
        bucket = self.calls.setdefault(caller.key, deque())
        return self._take(bucket, now_ms, INTERVAL_MS, self._most(caller), _rolling(caller))

    def headers(self, caller: Caller, now_ms: int, *, search: bool) -> dict[str, str]:
        """The headers of an answer: search has no interval ones, OAuth no daily ones."""
        found: dict[str, str] = {}
        if not search:
            found |= self._interval_headers(caller, now_ms)
        if caller.kind is Kind.PRIVATE:
            left = max(0, self.allowed.daily - self.today)
            found["X-HubSpot-RateLimit-Daily"] = str(self.allowed.daily)
            found["X-HubSpot-RateLimit-Daily-Remaining"] = str(left)
        return found

    def _interval_headers(self, caller: Caller, now_ms: int) -> dict[str, str]:
        most = self._most(caller)
        bucket = self.calls.get(caller.key, deque())
        within = sum(1 for at in bucket if at > now_ms - INTERVAL_MS)
        second = sum(1 for at in bucket if at > now_ms - 1000)
        prefix = "X-HubSpot-RateLimit"
        return {
            f"{prefix}-Interval-Milliseconds": str(INTERVAL_MS),
            f"{prefix}-Max": str(most),
            f"{prefix}-Remaining": str(max(0, most - within)),
            f"{prefix}-Secondly": str(most // 10),
            f"{prefix}-Secondly-Remaining": str(max(0, most // 10 - second)),
        }

    def _most(self, caller: Caller) -> int:
        return self.allowed.private if caller.kind is Kind.PRIVATE else self.allowed.oauth

    def _take(
        self, bucket: deque[int], now_ms: int, window_ms: int, most: int, problem: Problem
    ) -> Problem | None:
        while bucket and bucket[0] <= now_ms - window_ms:
            bucket.popleft()
        if len(bucket) >= most:
            return problem
        bucket.append(now_ms)
        return None

    def _count_day(self, now_ms: int) -> None:
        day = now_ms // DAY_MS
        if day != self.day:
            self.day, self.today = day, 0
        self.today += 1


def search_limit() -> Problem:
    """The 429 of search."""
    return Problem(429, "You have reached your secondly limit.", category="RATE_LIMITS")


def rolling_limit(app: str) -> Problem:
    """The 429 of the ten-second window."""
    return Problem(
        429,
        "You have reached your ten_secondly_rolling limit.",
        category=None,
        extra=(
            ("errorType", "RATE_LIMIT"),
            ("policyName", "TEN_SECONDLY_ROLLING"),
            ("groupName", f"publicapi:{app}-api-calls-ten-secondly:1"),
        ),
    )


def _rolling(caller: Caller) -> Problem:
    return rolling_limit("private_app" if caller.kind is Kind.PRIVATE else "oauth_app")


def _daily(request_id: str) -> Problem:
    return Problem(
        429,
        "You have reached your daily limit.",
        category=None,
        extra=(
            ("errorType", "RATE_LIMIT"),
            ("policyName", "DAILY"),
            ("requestId", request_id.replace("-", "")),
        ),
    )
