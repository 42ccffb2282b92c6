"""The records of one object, with an index for every field that is looked up by value.

The one rule: a record is replaced, never changed, and only through `put`, so that indexes stay
true and a transaction can put the old one back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from outreach_sandbox.salesforce.schema import Field, ObjectType


class Record(NamedTuple):
    """One record; `values` is never changed."""

    id: str
    values: dict[str, Any]

    @property
    def deleted(self) -> bool:
        """Whether it is in the recycle bin."""
        return bool(self.values.get("IsDeleted"))

    @property
    def master(self) -> str | None:
        """The record it was merged into."""
        found: str | None = self.values.get("MasterRecordId")
        return found

    def with_(self, **values: Any) -> Record:
        """A copy with these values."""
        return Record(self.id, {**self.values, **values})


class Change(NamedTuple):
    """What undoes one `put`: the record as it was before, or None."""

    table: Table
    id: str
    before: Record | None


def key_of(item: Field, value: Any) -> str | None:
    """How a value is compared: text without case, unless the field knows case."""
    if value is None or value == "":
        return None
    text = str(value)
    return text if item.case_sensitive or item.type in ("id", "reference") else text.lower()


@dataclass
class Table:
    """All records of one object, deleted ones too."""

    type: ObjectType
    records: dict[str, Record] = field(default_factory=dict)
    indexes: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    undo: list[Change] | None = None

    def put(self, record: Record) -> None:
        """Add or replace a record."""
        before = self.records.get(record.id)
        if self.undo is not None:
            self.undo.append(Change(self, record.id, before))
        self._set(record.id, before, record)

    def take_back(self, change: Change) -> None:
        """Undo one `put`."""
        self._set(change.id, self.records.get(change.id), change.before)

    def having(self, name: str, value: Any) -> list[Record]:
        """Live records with this value in an indexed field, oldest id first."""
        item = self.type.fields[name]
        key = key_of(item, value)
        ids = self._index(item).get(key, set()) if key is not None else set()
        return [self.records[i] for i in sorted(ids)]

    def live(self) -> Iterable[Record]:
        """Records that are not deleted."""
        return (record for record in self.records.values() if not record.deleted)

    def _index(self, item: Field) -> dict[str, set[str]]:
        if item.name not in self.indexes:
            self.indexes[item.name] = {}
            for record in self.live():
                self._enter(item, record)
        return self.indexes[item.name]

    def _enter(self, item: Field, record: Record) -> None:
        key = key_of(item, record.values.get(item.name))
        if key is not None:
            self.indexes[item.name].setdefault(key, set()).add(record.id)

    def _set(self, record_id: str, before: Record | None, after: Record | None) -> None:
        for name, index in self.indexes.items():
            item = self.type.fields.get(name)
            if item is None:
                continue
            if before is not None and not before.deleted:
                key = key_of(item, before.values.get(name))
                if key is not None:
                    index[key].discard(record_id)
            if after is not None and not after.deleted:
                self._enter(item, after)
        if after is None:
            self.records.pop(record_id, None)
        else:
            self.records[record_id] = after
