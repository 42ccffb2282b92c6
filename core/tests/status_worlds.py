"""A row and its contact, and what their two statuses were when they last agreed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.tests.effect_worlds import (
    MOVED,
    crm_status,
    happened,
    shows,
)
from core.tests.planning_worlds import (
    fields,
    given,
    linked,
    plan,
    rid,
)
from outreach_core.merge import Rules
from outreach_core.model import (
    BLANK,
    FieldValue,
    HappeningKind,
    RowWatch,
    Side,
)
from outreach_core.model.planning import Plan, PlanningInput

SHEET, CRM = Side.SHEET, Side.HUBSPOT
KEPT = "HubSpot keeps its own status; see `CRM Status`."
POSITIVE = (happened(HappeningKind.POSITIVE),)


def value(text: str | None) -> FieldValue:
    """A CRM's value, as it is read and remembered."""
    return FieldValue(text, text, text) if text else BLANK


def saw(word: str, *, positive: bool = False) -> FieldValue:
    """What is remembered of the sheet's Status."""
    return FieldValue(word or None, word or None, f"{word.casefold()}{'+' if positive else ''}")


@dataclass
class Pair:
    """A row and its contact: what both showed when they last agreed, and what they show now.

    Attributes:
        ours: The CRM's value that we wrote last, ``None`` if we never wrote one.
        memory: Whether the two ever agreed.
    """

    sheet: str
    crm: str | None
    sheet_was: str = ""
    crm_was: str | None = None
    ours: str | None = None
    positive: bool = False
    was_positive: bool = False
    memory: bool = True

    def world(self, **more: Any) -> PlanningInput:
        """The planner's input: all but the statuses agrees."""
        base = fields(email="b1@example.com", phone="1", city="A")
        crm = dict(base)
        if self.memory:
            crm["status"] = value(self.crm_was)
            crm["status:sheet"] = saw(self.sheet_was, positive=self.was_positive)
            crm["status:ours"] = value(self.ours)
        return given(
            [shows(self.sheet, sentiment="neutral", decided=True)],
            [crm_status(self.crm)],
            [linked(1)],
            bases={(rid(1), Side.SHEET): base, (rid(1), Side.HUBSPOT): crm},
            happenings=POSITIVE if self.positive else (),
            **more,
        )

    def plan(self, rules: Rules = MOVED, **more: Any) -> Plan:
        """Plan over the pair."""
        return plan(self.world(**more), rules)


def wrote(made: Plan) -> dict[Side, str | None]:
    """Which Status a plan writes, and where."""
    return {i.side: i.changes["status"].new.value for i in made.intents if "status" in i.changes}


def after(world: PlanningInput, made: Plan) -> PlanningInput:
    """The world once everything the plan wants is written and acknowledged."""
    bases = {where: dict(past) for where, past in world.bases.items()}
    for move in made.base_moves:
        bases.setdefault((move.rid, move.side), {})[move.field] = move.value
    row, record = world.rows[0], world.records[Side.HUBSPOT, "contacts", "101"]
    for intent in made.intents:
        change = intent.changes["status"]
        moved = {intent.side: change.new, **change.sources}
        for side, new in moved.items():
            bases.setdefault((rid(1), side), {})["status"] = new
        bases[rid(1), intent.side] |= change.remembers
        if intent.side is Side.SHEET:
            row = replace(row, fields={**row.fields, "status": change.new})
        else:
            record = replace(record, fields={**record.fields, "status": change.new})
    watches = {rid(1): RowWatch(rid(1), pulled=made.pulled.get(rid(1), ""))}
    records = {**world.records, (Side.HUBSPOT, "contacts", "101"): record}
    return replace(world, bases=bases, rows=(row,), records=records, watches=watches)
