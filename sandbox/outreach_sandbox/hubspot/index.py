"""The search index: what search matches on, some seconds behind the store.

The one rule: an entry changes only when the timeline says that its time has come.

https://developers.hubspot.com/docs/guides/api/crm/search#limitations
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field

from outreach_sandbox.hubspot.wire import epoch_ms


@dataclass
class SearchIndex:
    """Entries by id, in order of modification, and by value where a search asked for it."""

    modified_property: str
    entries: dict[int, dict[str, str]] = field(default_factory=dict)
    by_modified: list[tuple[int, int]] = field(default_factory=list)
    by_value: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    with_value: dict[str, set[int]] = field(default_factory=dict)

    def put(self, record_id: int, properties: dict[str, str]) -> None:
        """Index this state of a record."""
        self.drop(record_id)
        self.entries[record_id] = properties
        key = (self._modified(properties), record_id)
        if not self.by_modified or key > self.by_modified[-1]:
            self.by_modified.append(key)
        else:
            insort(self.by_modified, key)
        for name, values in self.by_value.items():
            self._file(name, values, record_id, properties)

    def drop(self, record_id: int) -> None:
        """Take a record out."""
        properties = self.entries.pop(record_id, None)
        if properties is None:
            return
        key = (self._modified(properties), record_id)
        place = bisect_left(self.by_modified, key)
        del self.by_modified[place]
        for name, values in self.by_value.items():
            text = properties.get(name)
            if text:
                values[text.lower()].discard(record_id)
                self.with_value[name].discard(record_id)

    def having(self, name: str, value: str) -> set[int]:
        """Ids whose indexed value equals this, upper and lower case alike."""
        return self._values(name).get(value.lower(), set())

    def having_any(self, name: str) -> set[int]:
        """Ids with any value in this property."""
        self._values(name)
        return self.with_value[name]

    def modified_between(self, low: int | None, high: int | None) -> list[int]:
        """Ids modified in this closed range of milliseconds, oldest first."""
        start = 0 if low is None else bisect_left(self.by_modified, (low, -1))
        end = (
            len(self.by_modified)
            if high is None
            else bisect_right(self.by_modified, (high, 1 << 62))
        )
        return [record_id for _, record_id in self.by_modified[start:end]]

    def _values(self, name: str) -> dict[str, set[int]]:
        values = self.by_value.get(name)
        if values is None:
            values = self.by_value[name] = {}
            self.with_value[name] = set()
            for record_id, properties in self.entries.items():
                self._file(name, values, record_id, properties)
        return values

    def _file(
        self, name: str, values: dict[str, set[int]], record_id: int, properties: dict[str, str]
    ) -> None:
        text = properties.get(name)
        if text:
            values.setdefault(text.lower(), set()).add(record_id)
            self.with_value[name].add(record_id)

    def _modified(self, properties: dict[str, str]) -> int:
        return epoch_ms(properties.get(self.modified_property) or "0") or 0
