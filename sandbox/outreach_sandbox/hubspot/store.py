"""The records of one object type, with the indexes that keep them unique.

The one rule: a record's `properties` dict is replaced, never changed, so that the search index
can keep an old one; every change goes through this module and keeps the indexes true.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

FIRST_ID = 160_000_000_000


@dataclass(frozen=True)
class Source:
    """Who writes: https://developers.hubspot.com/docs/guides/api/crm/using-object-apis (history)."""

    type: str
    id: str


class Write(NamedTuple):
    """One write to a record, for the history of its properties."""

    at_ms: int
    source: Source
    values: Mapping[str, str]


@dataclass(slots=True)
class Record:
    """One record, live, archived or merged away."""

    id: int
    properties: dict[str, str]
    created_ms: int
    updated_ms: int
    log: list[Write] = field(default_factory=list)
    archived_ms: int | None = None
    merged_into: int | None = None

    @property
    def live(self) -> bool:
        """Whether clients see it without asking for archived records."""
        return self.archived_ms is None and self.merged_into is None


@dataclass
class ObjectStore:
    """Records by id, live and archived ids in order, owners of unique values.

    `keys` maps a unique property to the index it shares: additional e-mails share the e-mail's.
    """

    keys: dict[str, str]
    multiple: frozenset[str]
    folded: frozenset[str]
    ids: Random
    records: dict[int, Record] = field(default_factory=dict)
    live_ids: list[int] = field(default_factory=list)
    archived_ids: list[int] = field(default_factory=list)
    owners: dict[str, dict[str, int]] = field(default_factory=dict)
    last_id: int = FIRST_ID

    def new_id(self) -> int:
        """An id above all others; the gaps are the vendor's habit."""
        self.last_id += self.ids.randint(1, 40)
        return self.last_id

    def unique_values(self, properties: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
        """(property, index, value) of every unique value in these properties."""
        for name, index in self.keys.items():
            text = properties.get(name)
            if not text:
                continue
            parts = text.split(";") if name in self.multiple else (text,)
            for part in parts:
                if part:
                    yield name, index, part.strip().lower() if index in self.folded else part

    def owner(self, name: str, value: str) -> int | None:
        """The live record that owns this value of a unique property."""
        index = self.keys[name]
        folded = value.strip().lower() if index in self.folded else value
        return self.owners.get(index, {}).get(folded)

    def add_unique(self, name: str) -> None:
        """Start to keep a property unique."""
        self.keys[name] = name

    def insert(self, record: Record) -> None:
        """Take in a new record."""
        self.records[record.id] = record
        self.last_id = max(self.last_id, record.id)
        if record.live:
            _add(self.live_ids, record.id)
            self._own(record)
        elif record.archived_ms is not None:
            _add(self.archived_ids, record.id)

    def change(
        self,
        record: Record,
        changes: Mapping[str, str],
        now_ms: int,
        source: Source,
        *,
        remember: Iterable[str] | None = None,
    ) -> None:
        """Replace the record's properties; `remember` names those with a new history entry."""
        touches_keys = any(name in self.keys for name in changes)
        if touches_keys and record.live:
            self._disown(record)
        record.properties = {**record.properties, **changes}
        if touches_keys and record.live:
            self._own(record)
        noted = changes if remember is None else {n: record.properties[n] for n in remember}
        if noted:
            record.log.append(Write(now_ms, source, noted))

    def archive(self, record: Record, now_ms: int) -> None:
        """To the recycle bin; its unique values are free at once."""
        self._disown(record)
        record.archived_ms = now_ms
        _remove(self.live_ids, record.id)
        _add(self.archived_ids, record.id)

    def restore(self, record: Record) -> None:
        """Back from the recycle bin."""
        record.archived_ms = None
        _remove(self.archived_ids, record.id)
        _add(self.live_ids, record.id)
        self._own(record)

    def merge_away(self, record: Record, winner: int) -> None:
        """Leave only a signpost to the winner."""
        self._disown(record)
        record.merged_into = winner
        _remove(self.live_ids, record.id)

    def purge(self, record: Record) -> None:
        """Forget a record for good."""
        if record.live:
            self._disown(record)
        _remove(self.live_ids, record.id)
        _remove(self.archived_ids, record.id)
        del self.records[record.id]

    def resolve(self, record_id: int) -> Record | None:
        """The record of an id, following merges to the survivor."""
        record = self.records.get(record_id)
        while record is not None and record.merged_into is not None:
            record = self.records.get(record.merged_into)
        return record

    def _own(self, record: Record) -> None:
        for _, index, value in self.unique_values(record.properties):
            self.owners.setdefault(index, {})[value] = record.id

    def _disown(self, record: Record) -> None:
        for _, index, value in self.unique_values(record.properties):
            if self.owners.get(index, {}).get(value) == record.id:
                del self.owners[index][value]


def _add(ids: list[int], record_id: int) -> None:
    if not ids or record_id > ids[-1]:
        ids.append(record_id)
    else:
        insort(ids, record_id)


def _remove(ids: list[int], record_id: int) -> None:
    place = bisect_left(ids, record_id)
    if place < len(ids) and ids[place] == record_id:
        del ids[place]
