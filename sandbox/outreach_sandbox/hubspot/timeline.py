"""What happens by itself after a write: the search index catches up, HubSpot touches the record.

The one rule: nothing runs in the background; what is due is done, in order of its time, before
the next request looks at anything.

Recorded against the real service: a written record shows a newer lastmodifieddate 0.7 to 25
seconds later without any further write, and becomes searchable after 1 to 20 seconds.
https://developers.hubspot.com/docs/guides/api/crm/search#limitations
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.wire import iso

if TYPE_CHECKING:
    from random import Random

    from outreach_sandbox.hubspot.index import SearchIndex
    from outreach_sandbox.hubspot.store import ObjectStore

LAG_SECONDS = (1.0, 20.0)
BUMP_SECONDS = (0.7, 25.0)


class Due(Enum):
    """What a moment in the timeline stands for."""

    INDEX = "index"
    BUMP = "bump"
    ACT = "act"
    SOMEDAY = "someday"


Action = Callable[[int], None]
Listener = Callable[[int, int], None]


@dataclass
class Timeline:
    """The queue of one object type."""

    store: ObjectStore
    index: SearchIndex
    lag: Random
    bump: Random | None
    calculating: Random
    queue: list[tuple[int, int, Due, int, dict[str, str] | Action | None]] = field(
        default_factory=list
    )
    listeners: list[Listener] = field(default_factory=list)
    indexed: dict[int, int] = field(default_factory=dict)
    count: int = 0

    def wrote(self, record_id: int, now_ms: int) -> None:
        """A record was written: it will be indexed, and touched by HubSpot itself."""
        self.changed(record_id, now_ms)
        if self.bump is not None:
            self._push(now_ms + round(self._bump_delay(self.bump) * 1000), Due.BUMP, record_id)

    def changed(self, record_id: int, now_ms: int) -> None:
        """A record was written or went away: the index and whoever listens find out."""
        self.noticed(record_id, now_ms)
        for listener in self.listeners:
            listener(record_id, now_ms)

    def later(self, record_id: int, now_ms: int, action: Action) -> int:
        """Something HubSpot does by itself some seconds from now; returns when."""
        due_ms = now_ms + round(self._bump_delay(self.calculating) * 1000)
        self._push(due_ms, Due.ACT, record_id, action)
        return due_ms

    def at(self, moment_ms: int, record_id: int, action: Action) -> None:
        """Something HubSpot does by itself at a given time, which nobody waits for."""
        self._push(moment_ms, Due.SOMEDAY, record_id, action)

    def due(self, now_ms: int) -> bool:
        """Whether anything is due by now."""
        return bool(self.queue) and self.queue[0][0] <= now_ms

    def noticed(self, record_id: int, now_ms: int) -> None:
        """A record differs: the index finds out later, as it is now."""
        record = self.store.records.get(record_id)
        state = record.properties if record is not None and record.live else None
        due_ms = now_ms + round(self.lag.uniform(*LAG_SECONDS) * 1000)
        self._push(due_ms, Due.INDEX, record_id, state)

    def settle(self, now_ms: int) -> None:
        """Do everything that is due by now."""
        while self.due(now_ms):
            at_ms, number, due, record_id, state = heapq.heappop(self.queue)
            if due is Due.BUMP:
                self._touch(record_id, at_ms)
            elif callable(state):
                state(at_ms)
            elif number > self.indexed.get(record_id, 0):  # a slower, older write changes nothing
                self.indexed[record_id] = number
                self._index(record_id, state)

    def settled_at(self) -> int | None:
        """When the last thing queued so far is due; None if nothing is."""
        awaited = [entry[0] for entry in self.queue if entry[2] is not Due.SOMEDAY]
        return max(awaited, default=None)

    def _bump_delay(self, rng: Random) -> float:
        low, high = BUMP_SECONDS
        return min(high, max(low, rng.lognormvariate(1.3, 0.9)))  # median 3.7 s, as recorded

    def _touch(self, record_id: int, at_ms: int) -> None:
        record = self.store.records.get(record_id)
        if record is None or not record.live or at_ms <= record.updated_ms:
            return
        record.updated_ms = at_ms
        changed = {self.index.modified_property: iso(at_ms)}
        record.properties = {**record.properties, **changed}
        self.noticed(record_id, at_ms)

    def _index(self, record_id: int, state: dict[str, str] | None) -> None:
        if state is None:
            self.index.drop(record_id)
        else:
            self.index.put(record_id, state)

    def _push(
        self,
        at_ms: int,
        due: Due,
        record_id: int,
        state: dict[str, str] | Action | None = None,
    ) -> None:
        self.count += 1
        heapq.heappush(self.queue, (at_ms, self.count, due, record_id, state))
