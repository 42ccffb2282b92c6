"""Why a row is as it is, field by field. Rule: pure; every field has one sentence, also where nothing happens.

    1  there is an open question about it                   answer it
    2  a write of it is planned                             the next run, or after an approval
    3  one side alone has it                                nothing to compare
    4  its values go one way, and the others differ         that way
    5  all sides show the same                              in step
    6  a side shows something else than when they agreed    changed; the next run looks at it
    7  else: they differ, and nobody changed one since      left as they are

Status is not compared: each side has its own, and they move each other forward (``docs/explain``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from outreach_adapters.ledger import Change
from outreach_cli.wording import SIDES, field_word, moment_word, value_word
from outreach_core.model import BLANK, FieldValue, Intent, LinkState, SheetRow, Side
from outreach_core.model.fields import Direction, FieldSpec
from outreach_core.model.planning import Conflict, Link, PlanStatus, RowVerdict

STATUS = "status"
LINKS: Mapping[LinkState, str] = {
    LinkState.ACTIVE: "kept in step",
    LinkState.ARCHIVED: "deleted there; the row stays",
    LinkState.DETACHED: "let go of: the row had left the sheet",
    LinkState.DUPLICATE: "kept in step by another row",
    LinkState.AMBIGUOUS: "several records match; choose one",
}


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What is known of one row.

    Attributes:
        shown: By side and field, as last read.
        bases: By side and field, as last agreed.
        planned: The writes of the newest plan that are still to be made.
        changes: The newest first.
    """

    row: SheetRow
    verdict: RowVerdict | None
    links: tuple[Link, ...]
    shown: Mapping[Side, Mapping[str, FieldValue]]
    bases: Mapping[Side, Mapping[str, FieldValue]]
    conflicts: tuple[Conflict, ...] = ()
    planned: tuple[Intent, ...] = ()
    plan_status: PlanStatus | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field: what each side shows, what they last agreed on, what was written last, and why."""

    field: str
    shown: Mapping[Side, str]
    agreed: str
    last: str
    why: str

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "field": self.field,
            **{str(side): self.shown.get(side) for side in Side},
            "agreed": self.agreed,
            "last_change": self.last,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything `outreach explain` shows."""

    business: str
    row: int
    state: str
    note: str
    links: tuple[tuple[str, str, str], ...]  # where, record, how it stands
    fields: tuple[FieldLine, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "business": self.business,
            "row": self.row,
            "state": self.state,
            "note": self.note,
            "records": [dict(zip(("in", "record", "state"), it, strict=True)) for it in self.links],
            "fields": [line.to_json() for line in self.fields],
        }


def explain(
    facts: RowFacts, business: str, specs: Mapping[str, FieldSpec], labels: Mapping[str, str]
) -> Explanation:
    """Say why a row is as it is.

    Args:
        facts: What is known of it.
        business: What to call it.
        specs: The fields that are kept in step, in the order to show them.
        labels: Column headers by canonical field name.
    """
    verdict = facts.verdict
    return Explanation(
        business=business,
        row=facts.row.row,
        state=str(verdict.state) if verdict else "Pending",
        note=_note(facts),
        links=tuple(_link(link) for link in facts.links),
        fields=tuple(_field(facts, spec, labels) for spec in specs.values()),
    )


def _note(facts: RowFacts) -> str:
    if facts.verdict is None:
        return "No plan has seen this row yet."
    if facts.verdict.note:
        return facts.verdict.note
    if not facts.links:
        return "No record is linked to this row."
    return ""


def _link(link: Link) -> tuple[str, str, str]:
    return SIDES[link.side], f"{link.object} {link.record_id}", LINKS[link.state]


def _field(facts: RowFacts, spec: FieldSpec, labels: Mapping[str, str]) -> FieldLine:
    here = {
        side: shown.get(spec.name, BLANK)
        for side, shown in facts.shown.items()
        if side in spec.sides
    }
    last = next((one for one in facts.changes if one.field == spec.name), None)
    return FieldLine(
        field=field_word(spec.name, labels),
        shown={side: value_word(value) for side, value in here.items()},
        agreed=_agreed(facts.bases, spec.name),
        last=_last(last),
        why=_why(facts, spec, here),
    )


def _agreed(bases: Mapping[Side, Mapping[str, FieldValue]], name: str) -> str:
    found = {value_word(base[name]) for base in bases.values() if name in base}
    return " / ".join(sorted(found))


def _last(change: Change | None) -> str:
    if change is None:
        return ""
    return f"{moment_word(change.at)} in {SIDES[change.side]} ({change.why}, change {change.seq})"


def _why(facts: RowFacts, spec: FieldSpec, here: Mapping[Side, FieldValue]) -> str:
    """Return the sentence of the module's table."""
    name = spec.name
    asked = [one for one in facts.conflicts if one.field == name]
    if asked:  # 1
        return "Both sides changed it: it waits for your answer. See: outreach status"
    places = [SIDES[one.side] for one in facts.planned if name in one.changes]
    if places:  # 2
        waits = facts.plan_status is not PlanStatus.DELIVERABLE
        when = "once you approve the plan" if waits else "with the next run"
        return f"It is written to {' and '.join(places)} {when}."
    if name == STATUS:
        return "Each side has its own; a step forward in the sheet is told to the CRM."
    if len(here) < 2:  # 3
        return "Only the sheet has it." if Side.SHEET in here else "Nothing to compare it with."
    return _compared(facts, spec, here)


def _compared(facts: RowFacts, spec: FieldSpec, here: Mapping[Side, FieldValue]) -> str:
    if len({value.key for value in here.values()}) == 1:  # 5
        return "The same everywhere."
    one_way = {
        side: way
        for side, way in spec.directions.items()
        if side in here and way is not Direction.TWO_WAY
    }
    if one_way:  # 4
        return _one_way(one_way)
    moved = [
        SIDES[side] for side in here if _moved(facts.bases.get(side, {}), spec.name, here[side])
    ]
    if moved:  # 6
        return f"Changed in {' and in '.join(moved)} since they agreed; the next run looks at it."
    return "They differ and nobody has changed one since: left as they are."  # 7


def _one_way(ways: Mapping[Side, Direction]) -> str:
    said = []
    for side, way in ways.items():
        if way is Direction.SHEET_TO_CRM:
            said.append(f"It goes from the sheet to {SIDES[side]} only.")
        elif way is Direction.CRM_TO_SHEET:
            said.append(f"It goes from {SIDES[side]} to the sheet only.")
    return " ".join(said)


def _moved(base: Mapping[str, FieldValue], name: str, now: FieldValue) -> bool:
    past = base.get(name)
    return past is None or (past.key != now.key and not past.same_raw(now))


def waiting(intents: Iterable[Intent], rid: str) -> tuple[Intent, ...]:
    """Return the writes of a row that are still to be made."""
    return tuple(one for one in intents if one.rid == rid and one.state == "open")
