"""Settle planned rows of an import whose acknowledgement was lost (pure).

The rule: a row that carries the minted id landed, whatever it shows by now; it is linked and based as its
acknowledgement would have done it. One that is nowhere was never written: it is dropped, and an import that
goes on gives the same record the same id again.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.merge.state import Findings, Observed
from outreach_core.model import (
    BLANK,
    Effect,
    EffectKind,
    FieldValue,
    ImportedRow,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Side,
)
from outreach_core.model.planning import BaseMove, Link


def settle_row(observed: Observed, found: Findings, intent: Intent) -> list[BaseMove]:
    """Settle one left-over row; return the bases that move because it landed."""
    shown = next((row for row in observed.given.rows if row.sync_id == intent.rid), None)
    if shown is None:
        found.settled[intent.intent_id] = IntentState.DROPPED
        return []
    row = ImportedRow.of(intent)
    found.settled[intent.intent_id] = IntentState.DONE
    found.set_link(Link(intent.rid, row.crm, row.object, row.record_id, _state(found, intent, row)))
    if row.company_key:
        found.told[row.company_key, row.crm] = known_company(intent.rid, row)
    moves = [BaseMove(*where) for where in row.bases(intent.rid, _written(intent, shown.fields))]
    found.base_moves += moves
    return moves


def ids_of_unwritten(observed: Observed) -> dict[str, str]:
    """Return, by CRM record, the ids of rows that may have been written and are not there."""
    there = {row.sync_id for row in observed.given.rows}
    return {
        ImportedRow.of(intent).record_id: intent.rid
        for intent in observed.given.left_over
        if intent.kind is IntentKind.ROWS and intent.rid not in there
    }


def known_company(rid: str, row: ImportedRow) -> Effect:
    """Return the note that a person who came from the CRM needs no company from us."""
    return Effect(row.company_key, row.crm, EffectKind.COMPANY, rid, 0, "done", row.record_id)


def _state(found: Findings, intent: Intent, row: ImportedRow) -> LinkState:
    owned = any(
        link.side is row.crm
        and link.record_id == row.record_id
        and link.state is LinkState.ACTIVE
        and link.rid != intent.rid
        for link in found.links.values()
    )
    return LinkState.DUPLICATE if owned else LinkState.ACTIVE


def _written(intent: Intent, shown: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """Return what the cells are taken to have got: what they show, if that is what was sent."""
    taken: dict[str, FieldValue] = {}
    for name, change in intent.changes.items():
        now = shown.get(name, BLANK)
        taken[name] = now if now.key == change.new.key else change.new
    return taken


def bases_with(
    bases: Mapping[tuple[str, Side], Mapping[str, FieldValue]], found: Findings
) -> dict[tuple[str, Side], dict[str, FieldValue]]:
    """Return the bases as they are once this plan has taken effect."""
    now = {where: dict(fields) for where, fields in bases.items()}
    for move in found.base_moves:
        now.setdefault((move.rid, move.side), {})[move.field] = move.value
    return now
