"""Decides how things stand, once, for `finish` and for `status`. Rule: pure; the worst that holds wins.

1  the bookmarks are ahead of the ledger                    resync       7
2  a side could not be read or is misconfigured             unreachable  1
3  a guard stopped the plan (other than a preview)          guard        4
4  the last run did not come to its end                     unfinished   1
5  a destination refused rows                               rejected     3
6  a preview waits, or is approved and waits                approval     0
7  a person paused all rows                                 paused       0
8  questions are open                                       questions    0
9  a run is working                                         working      0
10 nothing of all this                                      clean        0
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach_cli.exits import Exit
from outreach_cli.plan_view import FIRST_SYNC, IMPORT_PREVIEW, PAUSED
from outreach_cli.wording import RUN_AGAIN, SIDES, plural
from outreach_core.model import Side, SideState, SideStatus
from outreach_core.model.planning import GuardTrip


class Standing(StrEnum):
    """How things stand."""

    RESYNC = "resync"
    UNREACHABLE = "unreachable"
    GUARD = "guard"
    UNFINISHED = "unfinished"
    REJECTED = "rejected"
    APPROVAL = "approval"
    QUESTIONS = "questions"
    WORKING = "working"
    PAUSED = "paused"
    CLEAN = "clean"
    NEVER_RUN = "never_run"


_PREVIEWS: Mapping[str, str] = {
    FIRST_SYNC: "The first preview",
    IMPORT_PREVIEW: "The preview of an import",
}
_EXITS: Mapping[Standing, Exit] = {
    Standing.RESYNC: Exit.RESYNC,
    Standing.UNREACHABLE: Exit.RETRY,
    Standing.GUARD: Exit.GUARD,
    Standing.UNFINISHED: Exit.RETRY,
    Standing.REJECTED: Exit.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the judgement rests on."""

    sides: Mapping[Side, SideStatus]
    guards: tuple[GuardTrip, ...]
    rejected: int
    conflicts: int
    finished: bool = True
    working: bool = False
    approved: bool = False  # the newest plan waits for nothing but the next run
    paused: bool = False  # all rows, by a person
    resync: str = ""
    again: str = RUN_AGAIN  # what delivers the newest plan
    usual: str = RUN_AGAIN  # what ran last


@dataclass(frozen=True, slots=True)
class Outcome:
    """How things stand, in a word, in sentences and as an exit code. No personal data."""

    standing: Standing
    sentences: tuple[str, ...]

    @property
    def exit(self) -> Exit:
        """The number a command ends with."""
        return _EXITS.get(self.standing, Exit.CLEAN)


NEVER_RUN = Outcome(Standing.NEVER_RUN, (f"Nothing has run yet. Start with: {RUN_AGAIN}",))


def judge(facts: Facts) -> Outcome:
    """Return the worst that holds, and a sentence for everything that holds."""
    holds = tuple(_everything(facts))
    if not holds:
        return Outcome(Standing.CLEAN, ("Everything is in step.",))
    return Outcome(holds[0][0], tuple(sentence for _, sentence in holds))


def _everything(facts: Facts) -> list[tuple[Standing, str]]:
    """List what holds, worst first; the numbers are those of the table above."""
    found: list[tuple[Standing, str]] = []
    if facts.resync:  # 1
        found.append((Standing.RESYNC, f"{facts.resync} Run: {facts.usual} --full-refresh"))
    bad = {side: status for side, status in facts.sides.items() if status.state is not SideState.OK}
    found += [(Standing.UNREACHABLE, _side_sentence(status)) for status in bad.values()]  # 2
    codes = {status.code for status in bad.values()}
    guards = [trip for trip in facts.guards if trip.guard not in {*codes, PAUSED}]
    found += [  # 3
        (Standing.GUARD, _guard_sentence(trip)) for trip in guards if trip.guard not in _PREVIEWS
    ]
    if not facts.finished:  # 4
        found.append((Standing.UNFINISHED, f"The last run was cut short. Run again: {facts.usual}"))
    if facts.rejected:  # 5
        refused = plural(facts.rejected, "row was", "rows were")
        found.append((Standing.REJECTED, f"{refused} refused. See why: outreach status"))
    found += [  # 6
        (
            Standing.APPROVAL,
            f"{_PREVIEWS[trip.guard]} waits for you: outreach plan, then outreach plan --approve",
        )
        for trip in guards
        if trip.guard in _PREVIEWS
    ]
    if facts.approved:
        found.append((Standing.APPROVAL, f"Approved. The next run delivers it: {facts.again}"))
    if facts.paused:  # 7
        found.append((Standing.PAUSED, "The sync is paused. Let it go on: outreach resume"))
    elif any(trip.guard == PAUSED for trip in facts.guards):
        found.append((Standing.APPROVAL, f"Resumed. The next run goes on: {facts.usual}"))
    if facts.conflicts:  # 8
        needs = plural(facts.conflicts, "question needs", "questions need")
        found.append((Standing.QUESTIONS, f"{needs} an answer. See them: outreach status"))
    if facts.working:  # 9
        found.append((Standing.WORKING, "A run is working right now."))
    return found


def _side_sentence(status: SideStatus) -> str:
    side = SIDES[status.side]
    if status.state is SideState.UNREACHABLE:
        return f"{_capital(side)} could not be reached and was left untouched. {status.message}".strip()
    return f"{_capital(side)} is not set up as it must be. {status.message}".strip()


def _guard_sentence(trip: GuardTrip) -> str:
    remedy = " Look at it: outreach plan" if trip.clearable else ""
    return f"{trip.message}{remedy}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
