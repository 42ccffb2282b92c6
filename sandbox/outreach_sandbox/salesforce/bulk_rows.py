"""The rows of a bulk job: from CSV to records and back to result files.

The one rule: an empty cell is left alone, `#N/A` empties the field.

https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/datafiles_prepare_csv.htm
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from outreach_sandbox.salesforce import lifecycle, writes
from outreach_sandbox.salesforce.batches import owner, repeated, take_key, upsert_one
from outreach_sandbox.salesforce.values import BadTypeError
from outreach_sandbox.salesforce.wire import RefusedError, Values, refuse

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.schema import ObjectType

CHUNK = 200
NULL = "#N/A"
BOOLEAN = ("true", "false")


class Rows(NamedTuple):
    """A file: its header and its lines."""

    header: list[str]
    lines: list[list[str]]


class Outcome(NamedTuple):
    """What became of one line."""

    line: list[str]
    id: str
    created: bool
    error: str | None


@dataclass
class RowWriter:
    """Writes the rows of one job, 200 at a time."""

    desk: Desk
    kind: ObjectType
    operation: str
    key: str | None

    def write(self, rows: Rows) -> list[Outcome]:
        """Every row on its own: one that fails stops no other."""
        done: list[Outcome] = []
        for start in range(0, len(rows.lines), CHUNK):
            lines = rows.lines[start : start + CHUNK]
            sent = [self._values(rows.header, line) for line in lines]
            twice = self._repeated(sent)
            done += [
                self._one(rows.header, line, values, twice)
                for line, values in zip(lines, sent, strict=True)
            ]
        return done

    def _one(self, header: list[str], line: list[str], sent: Values, twice: set[str]) -> Outcome:
        try:
            if len(line) != len(header):
                raise refuse("INVALID_FIELD", "the row has not as many cells as the header")
            record_id, created = self._act(sent, twice)
        except BadTypeError as bad:
            column = next(i for i, n in enumerate(header) if self.kind.find(n) is bad.item)
            return Outcome(line, "", created=False, error=bad.as_csv(column))
        except RefusedError as refused:
            return Outcome(line, "", created=False, error=refused.problem.as_csv())
        return Outcome(line, record_id, created, None)

    def _act(self, sent: Values, twice: set[str]) -> tuple[str, bool]:
        desk, kind = self.desk, self.kind
        by = writes.Writer(desk.org.user_id)
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
        else:
            lifecycle.delete(desk.org, kind, record, desk.org.user_id)
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
        if self.operation != "upsert":
            return set()
        key = writes.upsert_key(self.kind, str(self.key))
        return repeated(key, [take_key(key, values)[0] for values in sent])


def read_rows(text: str, delimiter: str) -> Rows:
    """Header and lines; empty lines are no rows."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    lines = [line for line in reader if line]
    return Rows(lines[0], lines[1:]) if lines else Rows([], [])


def to_csv(
    kind: ObjectType, delimiter: str, first: list[str], header: list[str], lines: list[list[str]]
) -> str:
    """A result file: own columns quoted in the header, the file's as they were, cells quoted."""
    out = io.StringIO(newline="")
    out.write(delimiter.join([*(f'"{name}"' for name in first), *header]) + "\n")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n")
    numbers = [_is_number(kind, name) for name in [*([""] * len(first)), *header]]
    for line in lines:
        cells = zip(line, numbers, strict=False)
        writer.writerow([_java(cell) if number else cell for cell, number in cells])
    return out.getvalue()


def _is_number(kind: ObjectType, name: str) -> bool:
    item = kind.find(name)
    return item is not None and item.type in ("double", "currency", "percent")


def _java(cell: str) -> str:
    """A number the way Java prints a double: 89685281 comes back as 8.9685281E7."""
    try:
        number = float(cell)
    except ValueError:
        return cell
    if number == 0 or 1e-3 <= abs(number) < 1e7:
        return repr(number)
    digits, _, power = f"{number:.16e}".partition("e")
    short = repr(float(digits)) if float(digits) * 10 ** int(power) == number else digits
    return f"{short.rstrip('0') if '.' in short else short}E{int(power)}".replace(".E", ".0E")
