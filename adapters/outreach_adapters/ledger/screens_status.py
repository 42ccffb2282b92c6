"""What the tab *Sync Status* shows: how everything stands, on one screen (pure).

The rule: the worst comes first, and everything that is wrong comes with what can be done. Times are those of
changes, never of runs, so that a quiet run changes nothing here.

| # | what holds                                  | the first line                                        |
|---|---------------------------------------------|-------------------------------------------------------|
| 1 | a person switched the sync off              | Paused since ...                                      |
| 2 | a side could not be read                    | ... could not be reached / is not set up              |
| 3 | a guard stopped the plan for good           | Stopped: ...                                          |
| 4 | a plan waits for an approval                | Waiting for you: ...                                  |
| 5 | rows were refused                           | 2 rows were refused                                   |
| 6 | questions are open                          | Waiting for you: 3 questions                          |
| 7 | else                                        | Up to date · last change ...                          |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from outreach_adapters.ledger.calls import Calls
from outreach_adapters.ledger.screens_facts import ChangedRun, Facts
from outreach_adapters.ledger.screens_log import run_word
from outreach_adapters.ledger.screens_words import SIDES, capital, plural, preview_words, time_word
from outreach_core.model import Side, SideState, SideStatus
from outreach_core.model.planning import (
    ConflictKind,
    GuardTrip,
    PlanStatus,
    QuestionStatus,
    RowState,
    count_standings,
)
from outreach_core.model.screens import (
    APPROVE,
    LEDGER,
    PAUSED,
    Line,
    Screen,
    ScreenView,
    approval_evidence,
)

_OTHER_LEDGER = "other_ledger"
_SHOWN = 8  # characters of a generation
_FIRST = ("first_sync", "import_preview")
# item -> what it is called, what can be done
_COUNTS: Mapping[str, tuple[str, str]] = {
    "in_sync": ("Rows in sync", ""),
    "waiting": ("Rows that wait", "Each says why in its Sync Note."),
    "left_out": (
        "Rows left out",
        "Archived, duplicate or paused: each says so in its Sync Status.",
    ),
    "failing": ("Rows refused", "Each says what to do in its Sync Note."),
    "needs_you": ("Rows with a question for you", "See Needs You."),
}
_NOT_APPROVED = "They wait for your approval."


def view_status(facts: Facts) -> ScreenView:
    """Return the tab."""
    return ScreenView(Screen.STATUS, headline(facts), tuple(_lines(facts)))


def headline(facts: Facts) -> str:
    """Return how everything stands (cases 1 to 7)."""
    if facts.paused is not None:  # 1
        since = time_word(facts.paused.since, facts.time_zone)
        by = f" by {facts.paused.by}" if facts.paused.by not in ("", "sheet") else ""
        return f"Paused{by} since {since} · nothing is written"
    bad = [status for status in facts.statuses.values() if status.state is not SideState.OK]
    if bad:  # 2
        return _side_words(bad[0])
    trips = _trips(facts)
    if trips and not _waits(facts):  # 3
        return f"Stopped: {trips[0].message}"
    if _waits(facts):  # 4
        return f"Waiting for you: {_asked_words(facts)}"
    failing = facts.states.get(RowState.ERROR, 0)
    if failing:  # 5
        return f"{plural(failing, 'row was', 'rows were')} refused · see Needs You"
    if _open(facts):  # 6
        return f"Waiting for you: {plural(_open(facts), 'question')} · see Needs You"
    if facts.last_change is None:  # 7
        return "Up to date · nothing was changed yet"
    return f"Up to date · last change {time_word(facts.last_change, facts.time_zone)}"


def _lines(facts: Facts) -> Iterator[Line]:
    yield _switch(facts)
    yield _approval(facts)
    for item, count in count_standings(facts.states).items():
        words, hint = _COUNTS[item]
        said = _NOT_APPROVED if item == "waiting" and _waits(facts) else hint
        yield _row(item, words, str(count), said if count else "")
    yield _guard(facts)
    for side in (Side.SHEET, *facts.crms):
        yield _connection(facts, side)
    for side, calls in sorted(facts.calls.items()):
        yield _calls(side, calls)
    yield _ledger(facts)
    for number, run in enumerate(facts.runs, 1):
        yield _run(facts, number, run)


def _row(item: str, what: str, stands: str, hint: str = "") -> Line:
    return Line(item, {"What": what, "How it stands": stands, "What you can do": hint})


def _switch(facts: Facts) -> Line:
    """Return the switch; an answer to the item ``paused`` is on or off for the pause."""
    on = facts.paused is None
    cells = {
        "What": "Pause for all rows",
        "How it stands": "Off: the sync is on" if on else "On: nothing is written",
        "What you can do": (
            "Choose on, and nothing is written to any side until it is off again."
            if on
            else "Choose off, and the next run goes on."
        ),
    }
    return Line(PAUSED, cells, "", ("on", "off"))


def _approval(facts: Facts) -> Line:
    """Return what waits for a person's yes, and the dropdown bound to exactly that."""
    if not _waits(facts):
        approved = facts.plan is not None and facts.plan.status is PlanStatus.WAITING
        stands = "Approved. The next run does it." if approved else "Nothing waits for it"
        return Line(APPROVE, {"What": "Approve", "How it stands": stands, "What you can do": ""})
    assert facts.plan is not None  # noqa: S101 - it waits
    cells = {
        "What": "Approve",
        "How it stands": preview_words(facts.plan.summary),
        "What you can do": "Line by line: outreach plan. Choose approve, and the next run does it.",
    }
    return Line(APPROVE, cells, approval_evidence(facts.plan.guarded), (APPROVE,))


def _guard(facts: Facts) -> Line:
    trips = [trip for trip in _trips(facts) if trip.guard not in _FIRST]
    if not trips:
        return _row("guard", "Stopped by", "Nothing")
    hint = (
        "Look at it: outreach plan. If it is meant, approve it above."
        if all(trip.clearable for trip in trips)
        else "Put right what is said, and run again."
    )
    return _row("guard", "Stopped by", " ".join(trip.message for trip in trips), hint)


def _connection(facts: Facts, side: Side) -> Line:
    name = "The sheet" if side is Side.SHEET else SIDES[side]
    status = facts.statuses.get(side)
    if status is None or status.state is SideState.OK:
        return _row(f"side_{side}", name, "Connected")
    hint = "It is tried again with the next run." if status.state is SideState.UNREACHABLE else ""
    return _row(f"side_{side}", name, _side_words(status), hint)


def _ledger(facts: Facts) -> Line:
    """Return which ledger is in charge; as long as nobody approved it this one does not put itself there."""
    other = facts.in_charge not in ("", facts.generation)
    waits = any(trip.guard == _OTHER_LEDGER for trip in _trips(facts))
    named = facts.in_charge if other and waits else facts.generation
    cells = {
        "What": "Kept in step by",
        "How it stands": f"Ledger {named[-_SHOWN:]}" if named else "",
        "What you can do": "One ledger at a time: a second one stops and asks.",
    }
    return Line(LEDGER, cells, named)


def _calls(side: Side, calls: Calls) -> Line:
    """Return how much of the day's calls is used, in tenths: the number itself is new in every run."""
    tenth = min(10 * calls.used // calls.allowed, 9)
    stands = f"{10 * tenth} to {10 * tenth + 10} % of {calls.allowed:,}"
    hint = "All programs of the account count. The number: outreach status."
    return _row(f"calls_{side}", f"API calls of {SIDES[side]} today", stands, hint)


def _run(facts: Facts, number: int, run: ChangedRun) -> Line:
    parts = [f"{run.counts[side]} in {SIDES[side]}" for side in Side if run.counts.get(side)]
    total = sum(run.counts.values())
    stands = f"{plural(total, 'change')}: {', '.join(parts)}"
    return _row(f"run_{number}", run_word(facts, run.run_id) or "A run", stands)


def _side_words(status: SideStatus) -> str:
    name = capital(SIDES[status.side])
    what = (
        "could not be reached and was left untouched"
        if status.state is SideState.UNREACHABLE
        else "is not set up as it must be"
    )
    return f"{name} {what}. {status.message}".strip()


def _trips(facts: Facts) -> tuple[GuardTrip, ...]:
    if facts.plan is None or facts.plan.approved:
        return ()
    return facts.plan.guards


def _waits(facts: Facts) -> bool:
    """Whether a plan waits for a person who has not approved it."""
    made = facts.plan
    return made is not None and made.status is PlanStatus.WAITING and not made.approved


def _asked_words(facts: Facts) -> str:
    trips = [trip for trip in _trips(facts) if trip.guard not in _FIRST]
    if trips:
        return " ".join(trip.message for trip in trips)
    assert facts.plan is not None  # noqa: S101 - it waits
    return f"the first preview · {preview_words(facts.plan.summary)}, nothing sent"


def _open(facts: Facts) -> int:
    """Count the questions that wait for a person; what was refused is counted by itself."""
    waiting = (QuestionStatus.OPEN, QuestionStatus.REOPENED, QuestionStatus.FAILED)
    return sum(
        question.status in waiting and question.kind is not ConflictKind.REJECTED
        for question in facts.questions
    )
