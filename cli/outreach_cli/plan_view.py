"""What a stored plan says, as people and scripts read it. Rule: pure; a plan in, words and data out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from outreach_cli.questions import Question, questions
from outreach_cli.told_view import counted, known_words, told_words, what_is_told
from outreach_cli.wording import (
    PLAN_STATES,
    RUN_AGAIN,
    SIDES,
    business_word,
    field_word,
    plural,
    run_again,
    value_word,
)
from outreach_core.model import Intent, IntentKind, IntentState, Side
from outreach_core.model.importing import IMPORTED
from outreach_core.model.planning import GuardTrip, Plan, PlanStatus

FIRST_SYNC = "first_sync"
IMPORT_PREVIEW = "import_preview"
PAUSED = "paused"
SENT = (IntentState.DONE, IntentState.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field that one side is to show differently."""

    business: str
    field: str
    where: str
    before: str
    after: str
    why: str
    state: str

    def to_json(self) -> dict[str, str]:
        """Return the stable form for scripts."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan in words."""

    status: PlanStatus
    approved: bool
    headline: str
    counts: Mapping[str, int]
    changes: tuple[ChangeLine, ...]
    guards: tuple[GuardTrip, ...]
    next_step: str
    hash: str
    differences: tuple[Question, ...] = ()

    @property
    def ids_sentence(self) -> str:
        """How many rows get an id, in words; nothing if none does."""
        given, waiting = self.counts.get("row_ids", 0), self.counts.get("row_ids_to_write", 0)
        if not given:
            return ""
        words = ("row gets", "rows get") if waiting else ("row got", "rows got")
        return f"{plural(given, *words)} an id."

    @property
    def state_word(self) -> str:
        """How the plan stands, in words."""
        if self.approved and self.status is PlanStatus.WAITING:
            return "approved, not delivered yet"
        return PLAN_STATES[self.status]

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return {
            "status": str(self.status),
            "approved": self.approved,
            "headline": self.headline,
            "counts": dict(self.counts),
            "changes": [line.to_json() for line in self.changes],
            "differences": [question.to_json() for question in self.differences],
            "guards": [
                {"guard": trip.guard, "message": trip.message, "clearable": trip.clearable}
                for trip in self.guards
            ],
            "next_step": self.next_step,
            "hash": self.hash,
        }


def view_plan(
    plan: Plan,
    names: Mapping[str | int, str],
    labels: Mapping[str, str],
    *,
    approved: bool,
    job: str = "",
) -> PlanView:
    """Put `plan` into words.

    Args:
        plan: The stored plan, its intents in the state they are in now.
        names: What to call each row (`wording.business_names`).
        labels: Column headers by canonical field name.
        approved: Whether a person approved this plan.
        job: What made it, empty if that is not known.
    """
    counts = count(plan)
    return PlanView(
        status=plan.status,
        approved=approved,
        headline=headline(counts),
        counts=counts,
        changes=tuple(_lines(_effects(plan), names, labels)),
        guards=plan.guards,
        next_step=next_step(plan, approved=approved, job=job),
        hash=plan.hash,
        differences=questions(plan.conflicts, names, labels),
    )


def count(plan: Plan) -> dict[str, int]:
    """Count what people ask first: known, new, deleted, sent."""
    effects = _effects(plan)
    ids = [intent for intent in plan.intents if intent.kind is IntentKind.ROW_ID]
    return {
        "already_in_crm": plan.summary.get("already_there", 0),
        "new": plan.summary.get("new", 0),
        "imported": _imported(plan),
        "updated_in_crm": plan.summary.get("crm_updates", 0),
        "updated_in_sheet": plan.summary.get("sheet_rows", 0),
        "archived": plan.summary.get("archived", 0),
        "deleted": 0,  # nothing is ever deleted by us, on any side
        "conflicts": plan.summary.get("conflicts", 0),
        "sent": sum(intent.state in SENT for intent in effects),
        **counted(plan.summary),
        "row_ids": len(ids),
        "row_ids_to_write": sum(intent.state is IntentState.OPEN for intent in ids),
    }


def headline(counts: Mapping[str, int]) -> str:
    """Return the sentence a preview begins with."""
    sent = f"{plural(counts['sent'], 'change')} sent" if counts["sent"] else "nothing sent"
    if counts["imported"]:
        noun = "Salesforce record" if f"{IMPORTED}:{Side.SALESFORCE}" in counts else "contact"
        known = f"{plural(counts['imported'], noun)} to become rows of the sheet"
    elif counts["already_in_crm"] or counts["new"]:
        known = known_words(counts)
    else:
        known = (
            f"{plural(counts['updated_in_crm'], 'record')} to change in the CRM, "
            f"{plural(counts['updated_in_sheet'], 'row')} in the sheet"
        )
    return f"{known}, {told_words(counts)}{counts['deleted']} deleted, {sent}."


def next_step(plan: Plan, *, approved: bool, job: str = "") -> str:
    """Say what happens next, and who has to do it."""
    run = run_again(plan.summary, job)
    if plan.guards and all(trip.guard == PAUSED for trip in plan.guards):
        return f"Nothing is written until: outreach resume, then: {run}"
    if plan.status is PlanStatus.BLOCKED:
        return f"Put right what is named above, then: {run}"
    if plan.status is PlanStatus.WAITING and not approved:
        keep = " --keep sheet|crm|ask" if plan.conflicts else ""
        then = f", then: {run}" if run != RUN_AGAIN else ""
        return f"Nothing is sent until you approve: outreach plan --approve{keep}{then}"
    if any(intent.state is IntentState.OPEN for intent in plan.intents):
        return f"The next run delivers it: {run}"
    return "Nothing is waiting to be sent."


def _imported(plan: Plan) -> int:
    """Count the rows that an import makes."""
    return sum(intent.kind is IntentKind.ROWS for intent in plan.intents)


def _effects(plan: Plan) -> list[Intent]:
    """Return what people mean by a change: the ids of rows are ours and only counted."""
    return [intent for intent in plan.intents if intent.kind is not IntentKind.ROW_ID]


def _lines(
    intents: Iterable[Intent], names: Mapping[str | int, str], labels: Mapping[str, str]
) -> Iterable[ChangeLine]:
    for intent in sorted(intents, key=lambda intent: intent.seq):
        if intent.event_key:
            yield _told_line(intent, names)
        for name, change in intent.changes.items():
            yield ChangeLine(
                business=business_word(names, intent.rid, intent.row),
                field=field_word(name, labels),
                where=SIDES[intent.side],
                before=value_word(change.expected),
                after=value_word(change.new),
                why=str(change.why),
                state=str(intent.state),
            )


def _told_line(intent: Intent, names: Mapping[str | int, str]) -> ChangeLine:
    word, before, after, why = what_is_told(intent)
    business = business_word(names, intent.rid, intent.row)
    return ChangeLine(business, word, SIDES[intent.side], before, after, why, str(intent.state))
