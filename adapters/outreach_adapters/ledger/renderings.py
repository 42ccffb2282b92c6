"""Which of our own cells show something else than they should, computed from the ledger now.

The rule: nothing is rendered before the first sync was approved, and only in rows whose id was read back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from outreach_adapters.ledger.approvals import FIRST_SYNC_PLANNED
from outreach_adapters.ledger.asked import open_conflicts
from outreach_adapters.ledger.conversions import link_of, record_of, time_from_text
from outreach_adapters.ledger.effects import refused_effects
from outreach_adapters.ledger.plans import is_import, newest_plan, verdicts_of
from outreach_adapters.ledger.rendering import RowKnowledge, render, state_of
from outreach_adapters.ledger.schema import (
    crm_record,
    intent,
    link,
    meta,
    rendering,
    retry,
    row_id,
    sheet_row,
    snapshot,
)
from outreach_adapters.ledger.writes import chunks, read_meta, upsert
from outreach_core.model import CrmRecord, IntentKind, IntentState, LinkState, OutcomeKind, Side
from outreach_core.model.planning import Conflict, Link, Retry, RowState, RowVerdict

_PORTAL = "portal_id:"
_ADDRESS = "address:"
_SETTLED_WELL = (str(OutcomeKind.WRITTEN), str(OutcomeKind.ADOPTED))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Our columns of one row that are to be written; ``row`` is where it was read last."""

    rid: str
    row: int
    cells: Mapping[str, str]


def dirty(connection: Connection) -> dict[str, Wanted]:
    """Return, by row id, the columns whose text is not what was confirmed last.

    An import says what it has to say with the rows it writes; of all others it knows the id alone.
    """
    plan = newest_plan(connection)
    if plan is None or is_import(plan) or not read_meta(connection, FIRST_SYNC_PLANNED):
        return {}
    facts = _Facts.of(connection, plan)
    confirmed = _confirmed(connection)
    found: dict[str, Wanted] = {}
    for verdict in verdicts_of(plan):
        number = facts.rows.get(verdict.rid)
        if number is None:
            continue
        texts = render(facts.knowledge(verdict), facts.portals, facts.time_zone)
        shown = confirmed.get(verdict.rid, {})
        cells = {name: text for name, text in texts.items() if text != shown.get(name, "")}
        if cells:
            found[verdict.rid] = Wanted(verdict.rid, number, cells)
    return found


def row_states(connection: Connection) -> dict[str, RowState]:
    """Return the state of every row, as its ``Sync Status`` says it.

    What the newest plan of a sync says counts, and what an import after it says of its own rows.
    """
    plan = newest_plan(connection)
    if plan is None:
        return {}
    facts = _Facts.of(connection, plan)
    before = newest_plan(connection, of_a_sync=True) if is_import(plan) else None
    said = {verdict.rid: verdict for verdict in verdicts_of(plan)}
    said |= {verdict.rid: verdict for verdict in verdicts_of(before)} if before else {}
    return {rid: state_of(facts.knowledge(verdict))[0] for rid, verdict in said.items()}


def confirm(connection: Connection, shown: Mapping[str, Mapping[str, str]], stamp: str) -> None:
    """Note what our columns of rows show now, by row id; in the staged rows too."""
    rows = [
        {"rid": rid, "column": name, "value": text or "", "at": stamp}
        for rid, cells in shown.items()
        for name, text in cells.items()
    ]
    upsert(connection, rendering, rows)
    for some in chunks(list(shown)):
        where = (sheet_row.c.slot == "current") & sheet_row.c.sync_id.in_(some)
        for row in connection.execute(select(sheet_row).where(where)).all():
            cells = {name: text or "" for name, text in shown[row.sync_id].items()}
            connection.execute(
                update(sheet_row)
                .where(sheet_row.c.slot == "current", sheet_row.c.row == row.row)
                .values(system={**(row.system or {}), **cells})
            )


@dataclass(frozen=True, slots=True)
class _Facts:
    """Everything the rendering of all rows needs, read once."""

    rows: Mapping[str, int]
    links: Mapping[str, list[Link]]
    conflicts: Mapping[str, list[Conflict]]
    retries: Mapping[str, list[Retry]]
    records: Mapping[tuple[str, str], CrmRecord]
    unsettled: frozenset[str]
    writing: frozenset[str]
    written_at: Mapping[str, str]
    planned_at: str
    portals: Mapping[Side, str]
    time_zone: str

    @classmethod
    def of(cls, connection: Connection, plan: Any) -> _Facts:
        links: dict[str, list[Link]] = defaultdict(list)
        for row in connection.execute(select(link)):
            links[row.rid].append(link_of(row))
        asked: dict[str, list[Conflict]] = defaultdict(list)
        for question in open_conflicts(connection):
            asked[question.rid].append(question)
        unsettled, writing = _open_writes(connection, plan.plan_id)
        return cls(
            rows=_rows(connection),
            links=links,
            conflicts=asked,
            retries=_retries(connection),
            records=_records(connection),
            unsettled=unsettled,
            writing=writing,
            written_at=_written_at(connection),
            planned_at=plan.created_at,
            portals=portals_of(connection),
            time_zone=connection.execute(select(snapshot.c.time_zone)).scalar() or "",
        )

    def knowledge(self, verdict: RowVerdict) -> RowKnowledge:
        """Gather what is known of one row."""
        rid = verdict.rid
        own = self.links.get(rid, [])
        records = {
            found.side: self.records[str(found.side), found.record_id]
            for found in own
            if found.state is LinkState.ACTIVE
            and (str(found.side), found.record_id) in self.records
        }
        # cells of this row are about to be written: what they say then
        written_at = self.planned_at if rid in self.writing else self.written_at.get(rid)
        return RowKnowledge(
            verdict=verdict,
            links=tuple(own),
            conflicts=tuple(self.conflicts.get(rid, ())),
            retries=tuple(self.retries.get(rid, ())),
            records=records,
            unsettled=rid in self.unsettled,
            written_at=time_from_text(written_at),
        )


def _rows(connection: Connection) -> dict[str, int]:
    confirmed = select(row_id.c.rid).where(row_id.c.confirmed)
    query = (
        select(sheet_row.c.sync_id, sheet_row.c.row)
        .where(sheet_row.c.slot == "current", sheet_row.c.sync_id.in_(confirmed))
        .order_by(sheet_row.c.row.desc())
    )
    return {row.sync_id: row.row for row in connection.execute(query)}


def _retries(connection: Connection) -> dict[str, list[Retry]]:
    found: dict[str, list[Retry]] = defaultdict(list)
    for row in connection.execute(select(retry)):
        refused = Retry(
            row.rid, Side(row.side), row.attempts, row.input_hash, row.error_code, row.error_text
        )
        found[row.rid].append(refused)
    for told in refused_effects(connection):
        found[told.rid].append(
            Retry(told.rid, told.side, told.attempts, "", told.error_code, told.error_text)
        )
    return found


def _records(connection: Connection) -> dict[tuple[str, str], CrmRecord]:
    linked = select(link.c.record_id).where(link.c.state == str(LinkState.ACTIVE))
    query = select(crm_record).where(crm_record.c.record_id.in_(linked))
    return {(row.side, row.record_id): record_of(row) for row in connection.execute(query)}


def _open_writes(connection: Connection, plan_id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the rows with a CRM write that did not come to its end, and those with open cells."""
    query = select(intent.c.rid, intent.c.kind, intent.c.state, intent.c.outcome).where(
        intent.c.plan_id == plan_id, intent.c.kind != str(IntentKind.ROW_ID)
    )
    unsettled, writing = set(), set()
    for row in connection.execute(query):
        if row.kind == str(IntentKind.CELLS) and row.state == str(IntentState.OPEN):
            writing.add(row.rid)
        elif row.outcome not in _SETTLED_WELL:
            unsettled.add(row.rid)
    return frozenset(unsettled), frozenset(writing)


def _written_at(connection: Connection) -> dict[str, str]:
    query = select(row_id.c.rid, row_id.c.written_at).where(row_id.c.written_at.is_not(None))
    return {row.rid: row.written_at for row in connection.execute(query)}


def portals_of(connection: Connection) -> dict[Side, str]:
    """Return the account of each CRM that was ever read: HubSpot's id, Salesforce's address."""
    query = select(meta).where(meta.c.key.like(f"{_PORTAL}%"))
    found = {Side(r.key.removeprefix(_PORTAL)): r.value for r in connection.execute(query)}
    address = read_meta(connection, f"{_ADDRESS}{Side.SALESFORCE}")
    return found | ({Side.SALESFORCE: address} if address else {})


def _confirmed(connection: Connection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in connection.execute(select(rendering)):
        found[row.rid][row.column] = row.value
    return found
