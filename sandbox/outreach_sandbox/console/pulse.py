"""What happened since the page last asked: calls, and which side may look different now.

Rule: a side has moved when something wrote to it or a person acted there; looking moves nothing.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from outreach_sandbox.kernel.journal import Call, Journal

MOST_CALLS = 300
# these POST and write nothing, as token requests do
READS = ("search", "batch_read", "read_many")


class Pulse:
    """Counts, per vendor, how often it may have changed."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._moved: Counter[str] = Counter()
        self._seen = 0
        self._chapter = journal.chapter

    def acted(self, *vendors: str) -> None:
        """A person did something there, or time passed."""
        self._moved.update(vendors)

    def since(self, seq: int, chapter: int) -> dict[str, Any]:
        """Calls after number `seq`, the last ones if there are many; and how often what moved."""
        self._catch_up()
        first = seq if chapter == self._journal.chapter else 0
        last = len(self._journal)
        shown = self._journal.after(max(first, last - MOST_CALLS))
        return {
            "calls": [_seen(call) for call in shown],
            "seq": last,
            "chapter": self._journal.chapter,
            "moved": dict(self._moved),
        }

    def _catch_up(self) -> None:
        if self._chapter != self._journal.chapter:
            self._chapter, self._seen = self._journal.chapter, 0
        for call in self._journal.after(self._seen):
            if writes(call):
                self._moved[call.vendor] += 1
        self._seen = len(self._journal)


def writes(call: Call) -> bool:
    """Whether a call may have changed something."""
    if call.method in ("GET", "HEAD", "OPTIONS") or call.kind == "token":
        return False
    return not call.operation.endswith(READS)


def _seen(call: Call) -> dict[str, Any]:
    return {
        "seq": call.seq,
        "at": call.at,
        "vendor": call.vendor,
        "operation": call.operation,
        "method": call.method,
        "path": call.path,
        "query": [f"{name}={value}" for name, value in islice(call.query, 20)],
        "status": call.status,
        "inputs": call.inputs,
        "fault": call.fault,
        "writes": writes(call),
    }
