"""The rows of a bulk job become records.

The one rule: an empty cell is left alone, `#N/A` empties the field, and no text is trimmed.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from outreach_sandbox.salesforce import lifecycle, writes
from outreach_sandbox.salesforce.batches import owner, repeated, take_key, upsert_one
from outreach_sandbox.salesforce.bulk_csv import Unreadable
from outreach_sandbox.salesforce.values import BadTypeError
from outreach_sandbox.salesforce.wire import RefusedError, Values, refuse

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.schema import ObjectType

CHUNK = 200
NULL = "#N/A"
BOOLEAN = ("true", "false")


class Outcome(NamedTuple):
    """What became of one line."""

    line: list[str]
    id: str
    created: bool
    error: str | None


@dataclass
class RowWriter:
    """Writes rows of one job."""

    desk: Desk
    kind: ObjectType
    operation: str
    key: str | None

    def write(self, header: list[str], lines: list[list[str]]) -> list[Outcome]:
        """One lot: every row on its own, so that one that fails stops no other."""
        sent = [self._values(header, line) for line in lines]
        twice = self._repeated(sent)
        pairs = zip(lines, sent, strict=True)
        return [self._one(header, line, values, twice) for line, values in pairs]

    def _one(self, header: list[str], line: list[str], sent: Values, twice: set[str]) -> Outcome:
        by_id = self.operation in ("update", "delete", "hardDelete")
        known = str(sent.get("Id") or "") if by_id else ""
        try:
            if len(line) != len(header) or isinstance(line, Unreadable):
                raise refuse("INVALID_FIELD", "the row cannot be read by the header")
            record_id, created = self._act(sent, twice)
        except BadTypeError as bad:
            column = next(i for i, n in enumerate(header) if self.kind.find(n) is bad.item)
            return Outcome(line, known, created=False, error=bad.as_csv(column))
        except RefusedError as refused:
            return Outcome(line, known, created=False, error=refused.problem.as_csv())
        return Outcome(line, record_id, created, None)

    def _act(self, sent: Values, twice: set[str]) -> tuple[str, bool]:
        desk, kind = self.desk, self.kind
        by = writes.Writer(desk.org.user_id, trims=False)
        if self.operation == "insert":
            return writes.create(desk.org, kind, sent, by).id, True
        if self.operation == "upsert":
            key = writes.upsert_key(kind, str(self.key))
            value, rest = take_key(key, sent)
            record, created = upsert_one(desk, kind, key, (value, rest, twice), by)
            return record.id, created
        name = next(n for n in sent if n.lower() == "id")
        record = owner(desk, kind, sent.pop(name))
        if self.operation == "update":
            writes.update(desk.org, kind, record, sent, by)
            return record.id, False
        lifecycle.delete(desk.org, kind, record, desk.org.user_id)
        if self.operation == "hardDelete":
            lifecycle.purge(desk.org, desk.org.table(kind).records[record.id])
        return record.id, False

    def _values(self, header: list[str], line: list[str]) -> Values:
        found: Values = {}
        for name, cell in zip(header, line, strict=False):
            key = "Id" if name.lower() == "id" else name
            value: Any = None if cell == NULL else cell
            if cell == "" and key != "Id":
                continue
            parent, _, inner = name.partition(".")
            if inner:
                found[parent] = {inner: value}
            else:
                found[key] = value
        return found

    def _repeated(self, sent: list[Values]) -> set[str]:
        key = self.kind.find(str(self.key)) if self.operation == "upsert" else None
        if key is None:
            return set()
        return repeated(key, [take_key(key, values)[0] for values in sent])
