"""The three-way merge of every linked row, field by field (RECONCILE B4; pure).

Turns decisions into changes per destination. Nothing here decides: ``decide.py`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from outreach_core.merge.decide import (
    Decision,
    FieldRulebook,
    Kind,
    SideField,
    decide,
)
from outreach_core.merge.evidence import when_saved, when_typed
from outreach_core.merge.flapping import is_flapping
from outreach_core.merge.owed import owe, owed_to, paid_by, pay
from outreach_core.merge.questions import (
    End,
    ask,
    close,
    close_agreed,
    drop_choice,
    field_question,
    own_value,
    waits_for_a_side,
)
from outreach_core.merge.recover import Bases
from outreach_core.merge.rivals import EMAIL, follow_choice, unless_taken
from outreach_core.merge.sets import merged_list
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Verdict
from outreach_core.model import (
    BLANK,
    CrmRecord,
    FieldChange,
    FieldValue,
    LinkState,
    Side,
    Why,
)
from outreach_core.model.fields import Blank, Direction, FieldSpec, FieldType
from outreach_core.model.planning import (
    BaseMove,
    Bucket,
    Choice,
    Conflict,
    RowState,
)

_CRM_NAMES = {Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}


def merge_rows(observed: Observed, found: Findings, bases: Bases) -> None:
    """Merge each linked row with its records and fill in what creates carry."""
    for row in found.rows:
        records = _reachable_records(observed, found, row)
        for side in observed.rules.crm_sides:
            if (row.rid, side) in found.creates:
                found.creates[row.rid, side] = _create_changes(observed, row, side)
        if not row.shown.paused:
            follow_choice(observed, found, row, records)
        found.reached[row.rid] = records
        if records and not row.shown.paused:
            _claim_unmarked(found, row, records)
            _merge_row(observed, found, bases, row, records)


def _claim_unmarked(found: Findings, row: IdentifiedRow, records: Mapping[Side, CrmRecord]) -> None:
    """Have a record that carries no row id get ours: an update, of nothing else if need be.

    The id is what a lost acknowledgement is settled by, and what deletions are counted by.
    """
    for side, record in records.items():
        if not record.external_id:
            found.updates.setdefault((row.rid, side), {})


def _reachable_records(
    observed: Observed, found: Findings, row: IdentifiedRow
) -> dict[Side, CrmRecord]:
    records: dict[Side, CrmRecord] = {}
    for side in observed.rules.crm_sides:
        link = found.links.get((row.rid, side))
        if link is None or link.state is not LinkState.ACTIVE:
            continue
        if (row.rid, side) in found.asked_sides:
            continue
        if not observed.usable(side):
            note = f"{_CRM_NAMES[side]} could not be used in the last run."
            found.judge(row.rid, Verdict(Bucket.HELD, RowState.PENDING, note))
            continue
        record = observed.record(link)
        if record is None or record.archived:
            note = f"Waiting to read the record from {_CRM_NAMES[side]}."
            found.judge(row.rid, Verdict(Bucket.HELD, RowState.PENDING, note))
            continue
        records[side] = record
    return records


def _create_changes(
    observed: Observed, row: IdentifiedRow, side: Side
) -> Mapping[str, FieldChange]:
    changes = {}
    for name, spec in sorted(observed.rules.specs.items()):
        value = row.shown.fields.get(name, BLANK)
        if side not in spec.sides or value.blank or not _may_write(spec, side):
            continue
        changes[name] = FieldChange(BLANK, value, {Side.SHEET: value}, Why.CREATED)
    return changes


def _merge_row(
    observed: Observed,
    found: Findings,
    bases: Bases,
    row: IdentifiedRow,
    records: dict[Side, CrmRecord],
) -> None:
    decisions: list[tuple[FieldSpec, list[SideField], Decision]] = []
    for _, spec in sorted(observed.rules.specs.items()):
        sides = _sides_of(bases, row, records, spec)
        if len(sides) < 2:
            continue
        decision = _decide(observed, found, row.rid, spec, sides)
        if spec.name == EMAIL:
            decision = unless_taken(observed, found, row, records, sides, decision)
        decisions.append((spec, sides, decision))
    if observed.rules.policy.conflict_scope == "record" and any(
        _is_open(observed, row.rid, spec, decision) for spec, _, decision in decisions
    ):
        decisions = [(s, f, _held_back(d)) for s, f, d in decisions]
    for spec, sides, decision in decisions:
        _note(observed, found, bases, row, spec, sides, decision)


def _decide(
    observed: Observed, found: Findings, rid: str, spec: FieldSpec, sides: list[SideField]
) -> Decision:
    standing = observed.standing.get((rid, spec.name))
    if waits_for_a_side(observed, standing, sides):
        return Decision(Kind.HOLD)
    own = own_value(observed, standing)
    decision = decide(sides, _rulebook(observed, rid, spec), standing, own.value)
    if standing is not None and own.problem is not None and decision.kind is Kind.HOLD:
        drop_choice(found, standing, own.problem)
    return decision


def _is_open(observed: Observed, rid: str, spec: FieldSpec, decision: Decision) -> bool:
    return decision.kind is Kind.CONFLICT or (
        decision.kind is Kind.HOLD and not _is_left(observed.standing.get((rid, spec.name)))
    )


def _is_left(standing: Conflict | None) -> bool:
    """Whether a person left the sides as they are: an exception holds nothing."""
    return standing is not None and standing.choice is Choice.LEAVE


def _held_back(decision: Decision) -> Decision:
    """Hold back what nobody decided."""
    held = decision.kind is Kind.CARRY and decision.why is not Why.DECIDED
    return Decision(Kind.NOTHING) if held else decision


def _sides_of(
    bases: Bases,
    row: IdentifiedRow,
    records: Mapping[Side, CrmRecord],
    spec: FieldSpec,
) -> list[SideField]:
    shown: dict[Side, FieldValue] = {}
    if Side.SHEET in spec.sides and spec.name not in row.shown.problems:
        shown[Side.SHEET] = row.shown.fields.get(spec.name, BLANK)
    for side, record in records.items():
        if side in spec.sides and spec.name not in record.problems:
            shown[side] = record.fields.get(spec.name, BLANK)
    return [
        SideField(
            side=side,
            shown=value,
            base=bases.get((row.rid, side), {}).get(spec.name),
            counts=_counts(spec, side),
            writable=_may_write(spec, side)
            if side is not Side.SHEET
            else _sheet_may_be_written(spec),
            takes_blank=spec.blank is not Blank.IGNORE,
            when=when_typed(row.shown, spec.name)
            if side is Side.SHEET
            else when_saved(records[side], spec.name),
            owed=owed_to(bases.get((row.rid, side), {}), spec.name),
        )
        for side, value in shown.items()
    ]


def _direction(spec: FieldSpec, side: Side) -> Direction:
    return spec.directions.get(side, Direction.TWO_WAY)


def _counts(spec: FieldSpec, side: Side) -> bool:
    if side is Side.SHEET:
        return any(
            _direction(spec, crm) in (Direction.TWO_WAY, Direction.SHEET_TO_CRM)
            for crm in spec.sides
            if crm is not Side.SHEET
        )
    return _direction(spec, side) in (Direction.TWO_WAY, Direction.CRM_TO_SHEET)


def _may_write(spec: FieldSpec, side: Side) -> bool:
    return _direction(spec, side) in (Direction.TWO_WAY, Direction.SHEET_TO_CRM)


def _sheet_may_be_written(spec: FieldSpec) -> bool:
    return any(_counts(spec, side) for side in spec.sides if side is not Side.SHEET)


def _rulebook(observed: Observed, rid: str, spec: FieldSpec) -> FieldRulebook:
    policy = observed.rules.policy
    own = policy.fields.get(spec.name)
    approval = observed.given.approval
    return FieldRulebook(
        strategy=(own.strategy if own and own.strategy else policy.strategy),
        fallback=policy.merge_fallback,
        tiebreak=(own.tiebreak if own and own.tiebreak else policy.lww_tiebreak),
        tolerance=timedelta(seconds=policy.clock_skew_tolerance),
        first_link_keep=approval.keep if approval else "ask",
        is_flapping=is_flapping(observed, rid, spec.name),
        asks_blank=spec.blank is Blank.ASK,
        merged=merged_list if spec.type is FieldType.CHOICES else None,
    )


def _note(
    observed: Observed,
    found: Findings,
    bases: Bases,
    row: IdentifiedRow,
    spec: FieldSpec,
    sides: list[SideField],
    decision: Decision,
) -> None:
    standing = observed.standing.get((row.rid, spec.name))
    match decision.kind:
        case Kind.AGREE:
            _agree(observed, found, bases, row, spec, sides)
            close_agreed(found, standing)
        case Kind.CARRY:
            _carry(observed, found, bases, row, spec, sides, decision)
            if decision.why is not Why.DECIDED:
                close(found, standing, End.OBSOLETE)
        case Kind.CONFLICT:
            ask(found, field_question(row.rid, spec, sides, decision.conflict_kind), standing)
            found.held_conflicts.add((row.rid, spec.name))
        case Kind.HOLD:
            if not _is_left(standing):
                found.held_conflicts.add((row.rid, spec.name))
        case Kind.NOTHING if standing is not None:
            agreed = len({side.shown.key for side in sides}) == 1
            close_agreed(found, standing) if agreed else close(found, standing, End.OBSOLETE)


def _agree(
    observed: Observed,
    found: Findings,
    bases: Bases,
    row: IdentifiedRow,
    spec: FieldSpec,
    sides: list[SideField],
) -> None:
    moved = [s for s in sides if s.base is None or not s.base.same_raw(s.shown)]
    for side in moved:
        found.base_moves.append(BaseMove(row.rid, side.side, spec.name, side.shown))
    if moved:
        pay(found, row.rid, spec.name, sides)
        owe(observed, found, row.rid, spec, [s.side for s in sides], sides[0].shown, bases)


def _carry(
    observed: Observed,
    found: Findings,
    bases: Bases,
    row: IdentifiedRow,
    spec: FieldSpec,
    sides: list[SideField],
    decision: Decision,
) -> None:
    by_side = {side.side: side for side in sides}
    shown = by_side[decision.winner].shown if decision.winner else sides[0].shown
    new = shown if decision.value is None else decision.value
    agreeing = {s.side: s.shown for s in sides if s.shown.key == new.key}
    for target in decision.targets:
        found.updates.setdefault((row.rid, target), {})[spec.name] = FieldChange(
            expected=by_side[target].shown,
            new=new,
            sources=agreeing,
            why=decision.why,
            evidence=decision.evidence,
            remembers=paid_by(observed, spec.name),
        )
    owe(observed, found, row.rid, spec, list(agreeing), new, bases)
