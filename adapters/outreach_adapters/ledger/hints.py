"""What others say that changed: a webhook, a trigger, a person. Hints, and nothing more (RECONCILE B12).

The rule: a hint says where to look, never what is there. One that is doubled, late, out of order or lost changes
nothing in the end: the record is read from the CRM itself with the next run, and without a hint a run finds it too.

A hint is stamped inside its transaction, as a run is: whatever is stamped before a run began was there when that
run asked what to look at, and whatever is stamped later waits for another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select

from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.runs import last_begun
from outreach_adapters.ledger.schema import crm_record, erasure, hint, link
from outreach_adapters.ledger.writes import chunks, read_meta, upsert
from outreach_core.model import Side


class HintKind(StrEnum):
    """What is said to have happened; it decides nothing but whether a person was forgotten."""

    CHANGE = "change"
    DELETION = "deletion"
    RESTORATION = "restoration"
    MERGE = "merge"
    CONVERSION = "conversion"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that is worth a look."""

    side: Side
    object: str
    record_id: str
    kind: HintKind = HintKind.CHANGE


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many records were named since the last run that looked at what was named before it."""

    records: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """A person whom a CRM was asked to forget."""

    side: Side
    object: str
    record_id: str
    told_at: datetime | None


class Hints:
    """Takes hints for the next run."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def note(self, hints: Iterable[Hint]) -> None:
        """Have records looked at by the next run, each once however often it was named."""
        found = list(hints)
        if found:
            with self._store.write() as connection:
                _note(connection, found, self._store.stamp())

    def waiting(self, job: str) -> Waiting:
        """Return what was named and no whole run of this job has begun since."""
        with self._store.read() as connection:
            begun = last_begun(connection, job)
            query = select(func.count(), func.min(hint.c.told_at)).where(hint.c.told_at >= begun)
            number, oldest = connection.execute(query).one()
        return Waiting(number, time_from_text(oldest))

    def known(self, side: Side, record_ids: Iterable[str]) -> frozenset[str]:
        """Return which of these records a row is tied to, or was read here for one."""
        found: set[str] = set()
        with self._store.read() as connection:
            for some in chunks(sorted(set(record_ids))):
                for table in (link, crm_record):
                    query = select(table.c.record_id).where(
                        table.c.side == str(side), table.c.record_id.in_(some)
                    )
                    found |= set(connection.execute(query).scalars())
        return frozenset(found)

    def named(self) -> int:
        """Return how many records nobody has looked at since they were named."""
        query = select(func.count()).select_from(hint).where(hint.c.told_at.is_not(None))
        with self._store.read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def erasures(self) -> list[Erasure]:
        """Return whom a CRM was asked to forget, and who is not forgotten here yet."""
        with self._store.read() as connection:
            return open_erasures(connection)

    def account(self, side: Side) -> str:
        """Return the account this ledger belongs to on a side, empty before its first run."""
        with self._store.read() as connection:
            return read_meta(connection, f"portal_id:{side}")


def open_erasures(connection: Connection) -> list[Erasure]:
    """Return whom a CRM was asked to forget, and who is not forgotten here yet."""
    query = select(erasure).where(erasure.c.done_at.is_(None)).order_by(erasure.c.told_at)
    return [
        Erasure(Side(row.side), row.object, row.record_id, time_from_text(row.told_at))
        for row in connection.execute(query)
    ]


def _note(connection: Connection, hints: Sequence[Hint], stamp: str) -> None:
    named = {_key(one): {**_columns(one), "kind": str(one.kind)} for one in hints}
    rows = [{**row, "at": stamp, "told_at": stamp} for _, row in sorted(named.items())]
    upsert(connection, hint, rows)
    # told together with a deletion, and kept whatever is said of the record later
    forgotten = {_key(one): _columns(one) for one in hints if one.kind is HintKind.ERASURE}
    upsert(connection, erasure, [{**row, "told_at": stamp} for row in forgotten.values()])


def _key(one: Hint) -> tuple[str, str, str]:
    return (str(one.side), one.object, one.record_id)


def _columns(one: Hint) -> dict[str, str]:
    return {"side": str(one.side), "object": one.object, "record_id": one.record_id}
