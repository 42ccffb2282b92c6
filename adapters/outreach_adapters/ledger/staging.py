"""Takes in what each side shows: one transaction per gather pipe, bookmark included.

The rule: a snapshot of the sheet is swapped in whole and only when it is complete; a batch without one
keeps the old. What nobody needs of a CRM is not kept: it is counted as excluded.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from outreach_adapters.ledger.calls import Calls, write_calls
from outreach_adapters.ledger.conversions import (
    lookup_columns,
    record_columns,
    sheet_row_columns,
    time_to_text,
)
from outreach_adapters.ledger.edits import with_edits_of_records, with_edits_of_rows
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.importing import stage_import
from outreach_adapters.ledger.rows import sheet_emails, unlinked_rows
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema import (
    bookmark,
    crm_count,
    crm_record,
    hint,
    link,
    lookup,
    sheet_row,
    side_status,
    snapshot,
)
from outreach_adapters.ledger.screens_shown import stage_screens
from outreach_adapters.ledger.wanted import lookups_wanted
from outreach_adapters.ledger.writes import READ_WITH, chunks, read_meta, upsert, write_meta
from outreach_core.errors import ConfigError, ResyncRequired
from outreach_core.model import (
    CrmRecord,
    ImportPeople,
    ImportTab,
    LinkState,
    Lookup,
    LookupStatus,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
)
from outreach_core.model.screens import ShownScreen

CURRENT = "current"
INCOMING = "incoming"


@dataclass(frozen=True, slots=True)
class CrmCount:
    """How many linked records a CRM counts, in which account; ``address``: where people see it."""

    side: Side
    object: str
    portal_id: str
    total: int
    address: str = ""
    calls: Calls | None = None


@dataclass(frozen=True, slots=True)
class StagedBatch:
    """What one gather pipe brought."""

    rows: Sequence[SheetRow] = ()
    records: Sequence[CrmRecord] = ()
    lookups: Sequence[Lookup] = ()
    snapshot: SheetSnapshot | None = None
    counts: Sequence[CrmCount] = ()
    statuses: Sequence[SideStatus] = ()
    imports: Sequence[ImportPeople | ImportTab] = ()
    screens: Sequence[ShownScreen] = ()


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of a batch, in counts."""

    rows: int = 0
    records: int = 0
    excluded: int = 0
    lookups: int = 0


class Staging:
    """Takes in what each side shows."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def check_bookmark(self, source: str, state: Mapping[str, Any] | None) -> None:
        """Compare the state a tap was given with what was committed here.

        Raises:
            ResyncRequired: The tap would skip what this ledger never saw.
        """
        given = sequence_of(state)
        with self._store.write() as connection:
            found = connection.execute(select(bookmark).where(bookmark.c.source == source)).first()
            committed = found.seq if found else 0
            if given > committed:
                raise ResyncRequired(
                    "The tap's bookmark is ahead of this ledger: it would skip what the ledger "
                    "never saw.",
                    code="resync_required",
                    remedy="Run the job once with --full-refresh.",
                    source=source,
                    given=given,
                    committed=committed,
                )
            if committed and not given:
                connection.execute(
                    update(bookmark).where(bookmark.c.source == source).values(reset=True)
                )

    def commit(self, source: str, batch: StagedBatch, state: Mapping[str, Any] | None) -> Staged:
        """Stage a batch and its bookmark, both or neither.

        Raises:
            ConfigError: ``other_portal``; the CRM account is not the one this ledger knows.
        """
        with self._store.write() as connection:
            run_id, stamp = current_run_id(connection), self._store.stamp()
            self._counts(connection, batch.counts, stamp)
            self._snapshot(connection, batch, run_id)
            _answers(connection, batch.lookups, stamp, run_id)
            stage_import(connection, batch.imports, run_id, stamp)
            kept = self._records(connection, batch, run_id, stamp)
            _statuses(connection, batch.statuses, stamp, run_id)
            _rules(connection, batch.statuses)
            stage_screens(connection, batch.screens, run_id, stamp)
            if state is not None:
                row = {"source": source, "seq": sequence_of(state), "state": dict(state)}
                upsert(connection, bookmark, [{**row, "committed_at": stamp}])
            if batch.lookups:
                connection.execute(update(bookmark).values(reset=False))
        rows = len(batch.rows) if batch.snapshot else 0
        return Staged(rows, kept, len(batch.records) - kept, len(batch.lookups))

    def report(self, status: SideStatus) -> None:
        """Note that a side cannot be worked with."""
        with self._store.write() as connection:
            run_id = current_run_id(connection)
            _statuses(connection, [status], self._store.stamp(), run_id)

    def lookups_wanted(self) -> dict[str, Any]:
        """Return what the CRM taps are asked to read in this run (the look-ups file)."""
        with self._store.read() as connection:
            return lookups_wanted(connection, self._store.now())

    def _snapshot(self, connection: Connection, batch: StagedBatch, run_id: str) -> None:
        found = batch.snapshot
        if found is None:
            return
        connection.execute(delete(sheet_row).where(sheet_row.c.slot == INCOMING))
        if batch.rows:
            dated = with_edits_of_rows(connection, batch.rows, found)
            rows = [sheet_row_columns(row, INCOMING) for row in dated]
            connection.execute(insert(sheet_row), rows)
        held = connection.execute(select(func.count()).where(sheet_row.c.slot == INCOMING)).scalar()
        if held != found.rows:
            raise ConfigError(
                f"The sheet's snapshot says {found.rows} rows, but {held} came.",
                code="incomplete_snapshot",
                remedy="Run again.",
            )
        connection.execute(delete(sheet_row).where(sheet_row.c.slot == CURRENT))
        connection.execute(
            update(sheet_row).where(sheet_row.c.slot == INCOMING).values(slot=CURRENT)
        )
        where = snapshot.c.side == str(Side.SHEET)
        previous = connection.execute(select(snapshot.c.read_at).where(where)).scalar()
        columns = {
            "side": str(Side.SHEET),
            "spreadsheet_id": found.spreadsheet_id,
            "gid": found.gid,
            "title": found.title,
            "time_zone": found.time_zone,
            "header": list(found.header),
            "version": found.version,
            "rows": found.rows,
            "read_at": time_to_text(found.read_at),
            "previous_read_at": previous,
            "run_id": run_id,
        }
        upsert(connection, snapshot, [columns])

    def _counts(self, connection: Connection, counts: Sequence[CrmCount], stamp: str) -> None:
        for count in counts:
            key = f"portal_id:{count.side}"
            known = read_meta(connection, key)
            if known and count.portal_id and known != count.portal_id:
                raise ConfigError(
                    "The CRM account is not the one this ledger keeps in step.",
                    code="other_portal",
                    remedy="Connect the known account again, or use a new ledger for this one.",
                    side=str(count.side),
                )
            if count.portal_id:
                write_meta(connection, key, count.portal_id)
            if count.address:
                write_meta(connection, f"address:{count.side}", count.address)
            if count.calls:
                write_calls(connection, count.side, replace(count.calls, at=stamp))
            self._count(connection, count, stamp)

    def _count(self, connection: Connection, count: CrmCount, stamp: str) -> None:
        side, obj = str(count.side), count.object
        active = connection.execute(
            select(func.count())
            .select_from(link)
            .where(link.c.side == side, link.c.object == obj)
            .where(link.c.state == str(LinkState.ACTIVE))
        ).scalar()
        low = connection.execute(
            select(crm_count.c.low_runs).where(crm_count.c.side == side, crm_count.c.object == obj)
        ).scalar()
        columns = {
            "side": side,
            "object": obj,
            "portal_id": count.portal_id,
            "total": count.total,
            "low_runs": (low or 0) + 1 if count.total < (active or 0) else 0,
            "at": stamp,
        }
        upsert(connection, crm_count, [columns])

    def _records(self, connection: Connection, batch: StagedBatch, run_id: str, stamp: str) -> int:
        if not batch.records:
            return 0
        needed = _Needed.of(connection, batch)
        kept = [record for record in batch.records if needed(record)]
        kept = [r if r.observed_at else replace(r, observed_at=self._store.now()) for r in kept]
        kept = with_edits_of_records(connection, kept)
        upsert(connection, crm_record, [record_columns(record, run_id) for record in kept])
        for record in kept:  # told once perhaps: who was merged into it is nobody any more
            _gone(
                connection, record.side, record.object, set(record.merged_ids) - {record.record_id}
            )
        _verified(connection, [(r.side, r.object, r.record_id) for r in kept], stamp)
        return len(kept)


@dataclass(frozen=True, slots=True)
class _Needed:
    """Which records are kept: linked, ours, merged from a linked one, asked for, or a row's e-mail."""

    linked: frozenset[tuple[str, str]]
    asked: frozenset[tuple[str, str]]
    emails: frozenset[str]

    @classmethod
    def of(cls, connection: Connection, batch: StagedBatch) -> _Needed:
        links = connection.execute(select(link.c.side, link.c.record_id)).all()
        hints = connection.execute(select(hint.c.side, hint.c.record_id)).all()
        asked = {(str(a.side), record_id) for a in batch.lookups for record_id in a.record_ids}
        people = [fact for fact in batch.imports if isinstance(fact, ImportPeople)]
        asked |= {(str(p.side), record_id) for p in people for record_id in p.record_ids}
        asked |= {(side, record_id) for side, record_id in hints}
        asked |= {(str(r.side), r.converted_to) for r in batch.records if r.converted_to}
        emails = sheet_emails(unlinked_rows(connection))
        return cls(frozenset((s, i) for s, i in links), frozenset(asked), frozenset(emails))

    def __call__(self, record: CrmRecord) -> bool:
        ids = {(str(record.side), i) for i in (record.record_id, *record.merged_ids)}
        return (
            bool(record.external_id)
            or bool(ids & self.linked)
            or bool(ids & self.asked)
            or bool(self.emails & set(record.emails))
        )


def sequence_of(state: Mapping[str, Any] | None) -> int:
    """Return the number of the gather run a state belongs to, 0 for none."""
    bookmarks = (state or {}).get("bookmarks") or {}
    return int((bookmarks.get("gather") or {}).get("seq") or 0)


def _statuses(
    connection: Connection, statuses: Sequence[SideStatus], stamp: str, run_id: str
) -> None:
    """Keep the newest status of each side; within a run a failure is not forgotten."""
    for status in statuses:
        found = connection.execute(
            select(side_status).where(side_status.c.side == str(status.side))
        ).first()
        if found is not None and status.state is SideState.OK:
            failed_now = found.state != str(SideState.OK) and found.run_id == run_id
            if run_id and failed_now:
                continue
        columns = {
            "side": str(status.side),
            "state": str(status.state),
            "code": status.code,
            "message": status.message,
            "at": stamp,
            "run_id": run_id,
        }
        upsert(connection, side_status, [columns])


def _rules(connection: Connection, statuses: Sequence[SideStatus]) -> None:
    """Note with which rules each side is read from now on, even where it could not be read."""
    for status in statuses:
        if status.rules:
            write_meta(connection, f"{READ_WITH}{status.side}", status.rules)


def _answers(connection: Connection, answers: Sequence[Lookup], stamp: str, run_id: str) -> None:
    unique = {(a.side, a.object, a.kind, a.key): a for a in answers}
    upsert(connection, lookup, [lookup_columns(a, stamp, run_id) for a in unique.values()])
    by_id = [a for a in unique.values() if a.kind == "id" and a.status is not LookupStatus.MISSING]
    _verified(connection, [(a.side, a.object, a.key) for a in by_id], stamp)
    for answer in by_id:
        if answer.status in (LookupStatus.DELETED, LookupStatus.MERGED):
            _gone(connection, answer.side, answer.object, {answer.key})
    for answer in (
        a for a in unique.values() if a.kind == "id"
    ):  # whoever was looked for was looked at
        connection.execute(
            delete(hint).where(
                hint.c.side == str(answer.side),
                hint.c.object == answer.object,
                hint.c.record_id == answer.key,
            )
        )


def _gone(connection: Connection, side: Side, obj: str, record_ids: Collection[str]) -> None:
    """Note that there is nobody under these ids; who is read there again is there again."""
    for some in chunks(sorted(record_ids)):
        here = (crm_record.c.side == str(side)) & (crm_record.c.object == obj)
        connection.execute(
            update(crm_record).where(here, crm_record.c.record_id.in_(some)).values(archived=True)
        )


def _verified(connection: Connection, seen: Sequence[tuple[Side, str, str]], stamp: str) -> None:
    ids: dict[tuple[str, str], list[str]] = {}
    for side, obj, record_id in seen:
        ids.setdefault((str(side), obj), []).append(record_id)
    for (where, obj), record_ids in ids.items():
        for some in chunks(record_ids):
            connection.execute(
                update(link)
                .where(link.c.side == where, link.c.object == obj, link.c.record_id.in_(some))
                .values(verified_at=stamp)
            )
