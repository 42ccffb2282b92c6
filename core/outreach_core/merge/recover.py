"""Settle writes whose acknowledgement was lost (RECONCILE B2.3; pure).

An intent left *in doubt* is only evidence. If the destination now shows what the intent wrote, the
write landed: the bases move as the acknowledgement would have moved them, so that an edit made since is
an edit and not a conflict. Otherwise the intent is dropped and the plan is made afresh.

    1  update, destination shows the new value           landed: bases move
    2  create, a record carries our row id               landed: link made, base = what was sent
    3  row id, a row shows the id                        landed (identity notes the row as present)
    4  look-ups could not be asked (side unreachable)    stays in doubt
    5  anything else                                     dropped
    6  an effect or a company                            see ``doubts.py``
    7  a row that an import makes                        see ``imported.py``
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.merge.doubts import settle_doubt
from outreach_core.merge.imported import settle_row
from outreach_core.merge.state import Findings, Observed
from outreach_core.model import (
    BLANK,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    Operation,
    Side,
)
from outreach_core.model.planning import BaseMove, Link

Bases = dict[tuple[str, Side], dict[str, FieldValue]]


def recover(observed: Observed, found: Findings) -> Bases:
    """Settle left-over intents; return the bases as they are after that."""
    bases: Bases = {where: dict(fields) for where, fields in observed.given.bases.items()}
    for intent in sorted(observed.given.left_over, key=lambda intent: intent.intent_id):
        if not observed.usable(intent.side):
            continue  # case 4
        if intent.kind in (IntentKind.EFFECT, IntentKind.COMPANY):
            settle_doubt(observed, found, intent)
            continue  # case 6
        if intent.kind is IntentKind.ROWS:
            for move in settle_row(observed, found, intent):
                bases.setdefault((move.rid, move.side), {})[move.field] = move.value
            continue  # case 7
        landed = _landed(observed, intent)
        found.settled[intent.intent_id] = (
            IntentState.DONE if landed is not None else IntentState.DROPPED
        )
        shown = _shown(observed, intent)
        for name, change in (landed or {}).items():
            _move(bases, found, intent, name, change, shown)
        if landed is not None and intent.operation is Operation.CREATE:
            record = observed.by_external_id[intent.side, intent.rid][0]
            found.set_link(Link(intent.rid, intent.side, intent.object, record.record_id))
    return bases


def _landed(observed: Observed, intent: Intent) -> dict[str, FieldChange] | None:
    if intent.kind is IntentKind.ROW_ID:
        return {} if any(row.sync_id == intent.rid for row in observed.given.rows) else None
    if intent.operation is Operation.CREATE:
        return (
            dict(intent.changes) if observed.by_external_id.get((intent.side, intent.rid)) else None
        )
    shown = _shown(observed, intent)
    landed = {
        name: change
        for name, change in intent.changes.items()
        if name in shown and shown[name].key == change.new.key
    }
    return landed or None


def _shown(observed: Observed, intent: Intent) -> dict[str, FieldValue]:
    if intent.side is Side.SHEET:
        row = next((row for row in observed.given.rows if row.sync_id == intent.rid), None)
        return dict(row.fields) if row else {}
    own = observed.by_external_id.get((intent.side, intent.rid), [])
    if intent.operation is Operation.CREATE:
        return dict(own[0].fields) if own else {}
    record = observed.given.records.get((intent.side, intent.object, intent.record_id or ""))
    return dict(record.fields) if record else {}


def _move(
    bases: Bases,
    found: Findings,
    intent: Intent,
    name: str,
    change: FieldChange,
    shown: Mapping[str, FieldValue],
) -> None:
    own = intent.side
    moves = [(own, name, _taken(shown, name, change))]
    moves += [(side, name, value) for side, value in change.sources.items()]
    moves += [(own, also, value) for also, value in change.remembers.items()]
    for side, field, value in moves:
        bases.setdefault((intent.rid, side), {})[field] = value
        found.base_moves.append(BaseMove(intent.rid, side, field, value))


def _taken(shown: Mapping[str, FieldValue], name: str, change: FieldChange) -> FieldValue:
    """Return what the destination is taken to have stored: what it shows, if that is what was sent."""
    current = shown.get(name, BLANK)
    return current if current.key == change.new.key else change.new
