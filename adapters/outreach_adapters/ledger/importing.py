"""Imports: what was gathered for one, what its rows say in our columns, and what a written row changes.

The rule: a row of an import is linked and based on both sides in the transaction that acknowledges it, so
that nothing is left for the next sync to write; its record is looked up with that sync, for nobody has
watched it since it was gathered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select

from outreach_adapters.ledger.conversions import (
    change_columns,
    record_of,
    time_from_text,
    value_columns,
)
from outreach_adapters.ledger.effects import note_done
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.planning import GID, SPREADSHEET_ID
from outreach_adapters.ledger.plans import put_link, verdicts_of
from outreach_adapters.ledger.rendering import RowKnowledge, render
from outreach_adapters.ledger.renderings import portals_of
from outreach_adapters.ledger.runs import current_run_id
from outreach_adapters.ledger.schema import (
    base,
    change,
    crm_record,
    hint,
    intent,
    link,
    plan,
    rendering,
    row_id,
)
from outreach_adapters.ledger.schema_imports import import_fact
from outreach_adapters.ledger.writes import chunks, read_meta, upsert, write_meta
from outreach_core.errors import ConfigError
from outreach_core.model import (
    CrmRecord,
    Effect,
    EffectKind,
    ImportedRow,
    ImportPeople,
    ImportRequest,
    ImportTab,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Outcome,
)
from outreach_core.model.planning import Bucket, Link, RowState, RowVerdict

PEOPLE = "people"
TAB = "tab"
BEGUN = "import_begun"  # criteria of an import whose rows are not all written


class Imports:
    """Keeps what an import was asked for, and how far it came."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def request(self) -> ImportRequest:
        """Return what this run gathered.

        Raises:
            ConfigError: ``nothing_gathered``; one of the two taps did not run before.
        """
        with self._store.read() as connection:
            run_id = current_run_id(connection)
            query = select(import_fact).where(import_fact.c.run_id == run_id)
            found = {row.name: row.content for row in connection.execute(query)}
            begun = read_meta(connection, BEGUN)
        if PEOPLE not in found or TAB not in found:
            raise ConfigError(
                "Nothing was gathered for an import in this run.",
                code="nothing_gathered",
                remedy="Run the whole job, such as: meltano run hubspot-import",
            )
        people, tab = ImportPeople.from_json(found[PEOPLE]), ImportTab.from_json(found[TAB])
        return ImportRequest(people, tab, begun)

    def begin(self, request: ImportRequest) -> None:
        """Note, before its plan is kept, that this import is going to write into its tab."""
        with self._store.write() as connection:
            write_meta(connection, BEGUN, request.people.criteria)
            if not read_meta(connection, SPREADSHEET_ID):
                write_meta(connection, SPREADSHEET_ID, request.tab.spreadsheet_id)
                write_meta(connection, GID, str(request.tab.gid))

    def end(self) -> None:
        """Note that nobody is missing any more."""
        with self._store.write() as connection:
            write_meta(connection, BEGUN, "")

    def texts(self, planned: Sequence[Intent]) -> dict[str, dict[str, str]]:
        """Return what our own columns of these rows are to show, by row id."""
        if not planned:
            return {}
        with self._store.read() as connection:
            return _texts(connection, planned)

    def confirm(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Note what our own columns of many rows show now."""
        stamp = self._store.stamp()
        rows = [
            {"rid": rid, "column": column, "value": text, "at": stamp}
            for rid, shown in texts.items()
            for column, text in shown.items()
        ]
        with self._store.write() as connection:
            upsert(connection, rendering, rows)


def stage_import(
    connection: Connection, facts: Sequence[ImportPeople | ImportTab], run_id: str, stamp: str
) -> None:
    """Keep what a tap found for an import."""
    rows = [
        {
            "name": PEOPLE if isinstance(fact, ImportPeople) else TAB,
            "content": fact.to_json(),
            "at": stamp,
            "run_id": run_id,
        }
        for fact in facts
    ]
    upsert(connection, import_fact, rows)


def _texts(connection: Connection, planned: Sequence[Intent]) -> dict[str, dict[str, str]]:
    content = select(import_fact.c.content).where(import_fact.c.name == TAB)
    zone = str((connection.execute(content).scalar() or {}).get("time_zone") or "")
    made = connection.execute(select(plan).where(plan.c.plan_id == planned[0].plan_id)).one()
    said = {verdict.rid: verdict for verdict in verdicts_of(made)}
    written_at = time_from_text(made.created_at)
    portals = portals_of(connection)
    rows = {intent.rid: ImportedRow.of(intent) for intent in planned}
    records = _records(connection, rows.values())
    texts: dict[str, dict[str, str]] = {}
    for rid, row in rows.items():
        record = records.get(row.record_id)
        known = RowKnowledge(
            said.get(rid, RowVerdict(rid, 0, Bucket.WRITTEN, RowState.SYNCED)),
            links=(Link(rid, row.crm, row.object, row.record_id),),
            records={row.crm: record} if record else {},
            written_at=written_at,
        )
        shown = render(known, portals, zone)
        texts[rid] = {column: text for column, text in shown.items() if text}
    return texts


def _records(connection: Connection, rows: Any) -> dict[str, CrmRecord]:
    found: dict[str, CrmRecord] = {}
    by_side: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        by_side.setdefault((str(row.crm), row.object), []).append(row.record_id)
    for (side, obj), ids in by_side.items():
        for some in chunks(ids):
            query = select(crm_record).where(
                crm_record.c.side == side,
                crm_record.c.object == obj,
                crm_record.c.record_id.in_(some),
            )
            found |= {row.record_id: record_of(row) for row in connection.execute(query)}
    return found


# -- a row that was written -----------------------------------------------------------------------


def book_row(
    connection: Connection,
    planned: Intent,
    outcome: Outcome,
    *,
    run_id: str,
    stamp: str,
    planned_at: str,
) -> None:
    """Book a row that was written and read back."""
    row = ImportedRow.of(planned)
    known = {"confirmed": True, "present": True, "written_at": planned_at}
    upsert(connection, row_id, [{"rid": planned.rid, **known}])
    _link(connection, planned, row, run_id, stamp)
    stamps = {"run_id": run_id, "at": stamp}
    written = {n: v for n, v in outcome.returned.items() if n not in outcome.skipped}
    bases = [
        {"rid": rid, "side": str(side), "field": name, **value_columns(value), **stamps}
        for rid, side, name, value in row.bases(planned.rid, written)
    ]
    upsert(connection, base, bases)
    changes = [
        {**change_columns(planned, name, value), **stamps}
        for name, value in written.items()
        if name in planned.changes
    ]
    if changes:
        connection.execute(insert(change), changes)
    if row.company_key:
        # whoever comes from the CRM has the company that the CRM gave them, or none
        placed = Effect(
            row.company_key, row.crm, EffectKind.COMPANY, planned.rid, 0, "done", row.record_id
        )
        note_done(connection, [placed], run_id, stamp)
    asked = {"side": str(row.crm), "object": row.object, "record_id": row.record_id}
    upsert(connection, hint, [{**asked, "at": stamp}])


def _link(
    connection: Connection, planned: Intent, row: ImportedRow, run_id: str, stamp: str
) -> None:
    owner = select(link.c.rid).where(
        link.c.side == str(row.crm),
        link.c.record_id == row.record_id,
        link.c.state == str(LinkState.ACTIVE),
        link.c.rid != planned.rid,
    )
    owned = connection.execute(owner).first() is not None
    state = LinkState.DUPLICATE if owned else LinkState.ACTIVE
    made = Link(planned.rid, row.crm, row.object, row.record_id, state)
    put_link(connection, made, run_id, stamp)


def note_end(connection: Connection, closed: Sequence[Intent]) -> None:
    """Note that an import has come to its end, once every row of its plan is written."""
    plans = {planned.plan_id for planned in closed if planned.kind is IntentKind.ROWS}
    for plan_id in plans:
        left = select(intent.c.intent_id).where(
            intent.c.plan_id == plan_id,
            intent.c.kind == str(IntentKind.ROWS),
            intent.c.state != str(IntentState.DONE),
        )
        if connection.execute(left.limit(1)).first() is None:
            write_meta(connection, BEGUN, "")
