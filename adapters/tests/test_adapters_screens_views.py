"""What our tabs say, cell by cell, from facts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from outreach_adapters.ledger.calls import Calls
from outreach_adapters.ledger.plans import StoredPlan
from outreach_adapters.ledger.screens_facts import Changed, ChangedRun, Ended, Facts
from outreach_adapters.ledger.screens_log import view_log
from outreach_adapters.ledger.screens_needs import view_needs
from outreach_adapters.ledger.screens_status import view_status
from outreach_core.model import BLANK, FieldValue, Side, SideState, SideStatus, Why
from outreach_core.model.planning import (
    Candidate,
    ConflictKind,
    Edited,
    GuardTrip,
    Pause,
    PlanStatus,
    QuestionStatus,
    RowState,
)
from outreach_core.model.questions import Question, SideValue, options, suggest
from outreach_core.model.screens import FRAMES, Screen, ShownLine

AT = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 11, 9, tzinfo=UTC)
LABELS = {"city": "Location"}


def text(value: str) -> FieldValue:
    return FieldValue(value, value, value.lower())


def facts(**given: Any) -> Facts:
    """A ledger in step, over HubSpot, in Istanbul."""
    made = Facts(
        labels=LABELS,
        time_zone="Europe/Istanbul",
        spreadsheet_id="s",
        gid=0,
        names={"r1": "Ada & Sons"},
        rows={"r1": 4},
        plan=StoredPlan("p", "run", PlanStatus.DELIVERABLE, AT),
        states={RowState.SYNCED: 20, RowState.WAITING: 2},
        crms=(Side.HUBSPOT,),
        addresses={("r1", Side.HUBSPOT): "https://app.hubspot.com/contacts/1/record/0-1/11"},
        last_change=AT,
    )
    return replace(made, **given)


def question(**given: Any) -> Question:
    """Both sides changed a city."""
    values = {
        Side.SHEET: SideValue(text("Bern"), Edited(AT, LATER)),
        Side.HUBSPOT: SideValue(text("Basel"), Edited(LATER, LATER, "Kim")),
    }
    kind = given.get("kind", ConflictKind.FIELD)
    made = Question(
        "q1", "r1", kind, "city", "", values, "e1", options(kind, values), text("Genf"),
        suggestion=suggest(kind, values), opened_at=AT,
    )  # fmt: skip
    return replace(made, **given)


def cells(found: Facts, screen: Any) -> dict[str, dict[str, str]]:
    """The lines of *Sync Status* by item."""
    return {line.item: dict(line.cells) for line in view_status(found).lines}


# -- Needs You


def test_a_question_cell_by_cell() -> None:
    """Whose, what, both values with when and by whom, where to look, and how it stands."""
    (line,) = view_needs(facts(questions=(question(),)), ()).lines

    assert {
        "Opened": "2026-11-22 14:05",
        "Business": "Ada & Sons",
        "What": "Both sides changed it",
        "Field": "Location",
        "Last agreed": "Genf",
        "Sheet": "Bern (between 2026-11-22 14:05 and 2026-11-22 14:09, estimated)",
        "HubSpot": "Basel (2026-11-22 14:09, exact, by Kim)",
        "Salesforce": "",
        "Open in CRM": "https://app.hubspot.com/contacts/1/record/0-1/11",
        "Suggestion and why": "",
        "Status": "Open",
        "Decided at": "",
    } == line.cells
    assert "e1" == line.evidence
    assert ("Keep sheet", "Keep HubSpot", "Use custom value", "Leave as they are") == line.choices
    assert {"Business": "#gid=0&range=A4"} == line.links


def test_every_cell_has_its_column() -> None:
    """What a line says is what the tab has room for."""
    frame = FRAMES[Screen.NEEDS_YOU]
    (line,) = view_needs(facts(questions=(question(),)), ()).lines

    assert set(frame.columns[:-2]) - set(frame.answers) == set(line.cells)


@pytest.mark.parametrize("kind", ConflictKind)
def test_every_kind_has_its_words_and_its_choices(kind: ConflictKind) -> None:
    """In the line and in the sentence on top; no code and no id among them."""
    view = view_needs(facts(questions=(question(kind=kind),)), ())

    (line,) = view.lines
    assert line.cells["What"]
    assert kind not in line.cells["What"] or kind == kind.lower().replace("_", "")
    assert line.choices
    assert view.headline.startswith("1 answer is needed from you. 1 ")


def test_the_sentence_on_top_counts_by_kind() -> None:
    """What was answered or left does not wait for anybody."""
    asked = (
        question(),
        question(id="q2"),
        question(id="q3", kind=ConflictKind.AMBIGUOUS),
        question(id="q4", status=QuestionStatus.CHOSEN, decision="Keep sheet"),
        question(id="q5", status=QuestionStatus.LEFT),
    )

    assert (
        "3 answers are needed from you. 2 values were changed on both sides. "
        "1 row matches several records."
    ) == view_needs(facts(questions=asked), ()).headline
    assert "Nothing waits for you." == view_needs(facts(), ()).headline


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"status": QuestionStatus.OPEN}, "Open"),
        (
            {"status": QuestionStatus.CHOSEN, "decision": "Keep sheet"},
            "Chosen: Keep sheet. The next run does it.",
        ),
        (
            {
                "status": QuestionStatus.CHOSEN,
                "decision": "Use custom value",
                "custom_value": "Genf",
            },
            "Chosen: Use custom value: Genf. The next run does it.",
        ),
        (
            {"status": QuestionStatus.REOPENED},
            "Reopened: a value changed since you were asked.",
        ),
        (
            {"status": QuestionStatus.FAILED},
            "Failed: what you decided was refused. Decide again.",
        ),
        ({"status": QuestionStatus.LEFT}, "Left as they are until a value changes."),
    ],
)
def test_a_question_says_how_it_stands(given: dict[str, Any], words: str) -> None:
    """Each step of its life has a sentence."""
    (line,) = view_needs(facts(questions=(question(**given),)), ()).lines

    assert words == line.cells["Status"]


def test_a_refusal_says_ours_the_vendors_words_and_what_to_do() -> None:
    """Retry or ignore; there is no field to name."""
    refused = question(
        kind=ConflictKind.REJECTED,
        field="(rejected)",
        values={},
        last_agreed=BLANK,
        choices=options(ConflictKind.REJECTED, ()),
        suggestion=suggest(ConflictKind.FIELD, {}),
        note="the e-mail address is not valid. Correct it in the sheet.",
        words="INVALID_EMAIL",
    )

    (line,) = view_needs(facts(questions=(refused,)), ()).lines

    assert (
        "The e-mail address is not valid. Correct it in the sheet. "
        "In the words of who refused it: INVALID_EMAIL"
    ) == line.cells["Suggestion and why"]
    assert ("", "A write was refused", ("Retry now", "Ignore")) == (
        line.cells["Field"],
        line.cells["What"],
        line.choices,
    )


def test_several_matches_are_named_as_the_choices_are() -> None:
    """Who is this contact and who that one stands beside the dropdown."""
    found = tuple(
        Candidate(Side.HUBSPOT, "contacts", str(n), f"ada{n}@example.com") for n in (1, 2)
    )
    asked = question(
        kind=ConflictKind.AMBIGUOUS,
        field="(match)",
        candidates=found,
        choices=options(ConflictKind.AMBIGUOUS, (), found),
    )

    (line,) = view_needs(facts(questions=(asked,)), ()).lines

    assert ("This contact", "That contact", "Create new") == line.choices
    assert (
        "This contact: ada1@example.com (HubSpot). That contact: ada2@example.com (HubSpot)."
    ) == line.cells["Suggestion and why"]


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended("resolved", LATER), ("Closed: done as you decided", "2026-11-22 14:09")),
        (Ended("converged", LATER), ("Closed: the sides agree again", "2026-11-22 14:09")),
        (Ended("obsolete", LATER), ("Closed: no longer asked", "2026-11-22 14:09")),
        (None, ("Closed: no longer asked", "")),
    ],
)
def test_a_closed_line_says_how_it_ended(ended: Ended | None, words: tuple[str, str]) -> None:
    """It keeps its values and what an answer to it was bound to, and offers nothing."""
    shown = ShownLine("q1", 3, {"Business": "Ada & Sons", "Sheet": "Bern", "Status": "Open"}, "e1")

    (line,) = view_needs(facts(ended={"q1": ended} if ended else {}), (shown,)).lines

    assert words == (line.cells["Status"], line.cells["Decided at"])
    assert ("Bern", "e1", ()) == (line.cells["Sheet"], line.evidence, line.choices)
    closed = ShownLine("q1", 3, line.cells, "e1")
    (again,) = view_needs(facts(ended={"q1": ended} if ended else {}), (closed,)).lines
    assert line.cells == again.cells, "and it stays so"


# -- Sync Log


def changed(seq: int, **given: Any) -> Changed:
    made = Changed(
        seq, "run", "r1", "city", Side.HUBSPOT, text("Bern"), text("Basel"), str(Why.CLEAN), "", AT
    )
    return replace(made, **given)


def test_a_change_cell_by_cell() -> None:
    """When, in which run, whose field, from what to what, where and why."""
    found = facts(changes=(changed(7, evidence="exact"),), run_names={"run": ("hubspot-sync", AT)})

    (line,) = view_log(found, ()).lines

    assert {
        "Time": "2026-11-22 14:05",
        "Run": "hubspot-sync 2026-11-22 14:05",
        "Business": "Ada & Sons",
        "Field": "Location",
        "Old": "Bern",
        "New": "Basel",
        "Direction": "to HubSpot",
        "Why": "clean",
        "Evidence": "exact",
    } == line.cells
    assert ("7", "7", ("undo",)) == (line.item, line.evidence, line.choices)


def test_what_cannot_be_taken_back_offers_nothing() -> None:
    """An e-mail that was logged and a record that was made stay."""
    told = changed(1, field="(email)", why=str(Why.TOLD))
    made = changed(2, why=str(Why.CREATED))

    assert [(), ()] == [line.choices for line in view_log(facts(changes=(made, told)), ()).lines]


def test_lines_come_the_oldest_first_and_each_once() -> None:
    """So that the newest stands at the end of the tab."""
    found = facts(changes=(changed(3), changed(2), changed(1)))

    assert ["2", "3"] == [line.item for line in view_log(found, {"1"}).lines]


def test_long_values_are_cut() -> None:
    """A tab is to be read; the whole value is where it belongs."""
    (line,) = view_log(facts(changes=(changed(1, new=text("x" * 900)),)), ()).lines

    assert 500 == len(line.cells["New"])


# -- Sync Status


def test_the_state_cell_by_cell() -> None:
    """Counts that add up, connections, the last runs that changed something."""
    run = ChangedRun("run", "hubspot-sync", AT, {Side.HUBSPOT: 3, Side.SHEET: 1})
    states = {
        RowState.SYNCED: 20, RowState.WAITING: 2, RowState.PENDING: 1, RowState.ARCHIVED: 1,
        RowState.DUPLICATE: 1, RowState.PAUSED: 1, RowState.ERROR: 0, RowState.CONFLICT: 4,
    }  # fmt: skip
    named = {"run": ("hubspot-sync", AT)}
    found = facts(states=states, runs=(run,), run_names=named, generation="own-12345678")

    shown = [(c["What"], c["How it stands"]) for c in cells(found, None).values()]

    assert "Up to date · last change 2026-11-22 14:05" == view_status(found).headline
    assert [
        ("Pause for all rows", "Off: the sync is on"),
        ("Approve", "Nothing waits for it"),
        ("Rows in sync", "20"),
        ("Rows that wait", "3"),
        ("Rows left out", "3"),
        ("Rows refused", "0"),
        ("Rows with a question for you", "4"),
        ("Stopped by", "Nothing"),
        ("The sheet", "Connected"),
        ("HubSpot", "Connected"),
        ("Kept in step by", "Ledger 12345678"),
        ("hubspot-sync 2026-11-22 14:05", "4 changes: 1 in the sheet, 3 in HubSpot"),
    ] == shown


@pytest.mark.parametrize(
    ("in_charge", "guards", "named"),
    [
        ("", (), "own"),
        ("own", (), "own"),
        ("other", (GuardTrip("other_ledger", "Another ledger."),), "other"),
        ("other", (), "own"),
    ],
    ids=["nobody yet", "this one", "another, and nobody approved", "another, and it was approved"],
)
def test_a_ledger_puts_itself_in_charge_only_where_that_was_approved(
    in_charge: str, guards: tuple[GuardTrip, ...], named: str
) -> None:
    """The tab is drawn by a stopped run too; it must not make the stop go away."""
    found = facts(generation="own", in_charge=in_charge, plan=waiting(*guards))
    (line,) = [one for one in view_status(found).lines if one.item == "ledger"]

    assert named == line.evidence


def waiting(*guards: GuardTrip, **given: Any) -> StoredPlan:
    """A plan that waits."""
    made = StoredPlan(
        "p", "run", PlanStatus.WAITING, AT, guards=guards, guarded=("a",),
        summary={"already_there:hubspot": 10, "new:hubspot": 15, "archived": 12},
    )  # fmt: skip
    return replace(made, **given)


MASS = GuardTrip("mass_archive", "12 rows would be archived.")
FIRST = GuardTrip("first_sync", "The first plan is a preview.")
GONE = SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "x", "It answered 503.")


@pytest.mark.parametrize(
    ("given", "headline"),
    [
        (
            {"paused": Pause("Kim", AT), "statuses": {Side.HUBSPOT: GONE}},
            "Paused by Kim since 2026-11-22 14:05 · nothing is written",
        ),
        (
            {"statuses": {Side.HUBSPOT: GONE}, "plan": waiting(MASS)},
            "HubSpot could not be reached and was left untouched. It answered 503.",
        ),
        (
            {"plan": waiting(MASS, status=PlanStatus.BLOCKED), "questions": (question(),)},
            "Stopped: 12 rows would be archived.",
        ),
        ({"plan": waiting(MASS)}, "Waiting for you: 12 rows would be archived."),
        (
            {"plan": waiting(FIRST)},
            (
                "Waiting for you: the first preview · 10 already in HubSpot, 15 new; "
                "12 rows to archive; 0 deleted, nothing sent"
            ),
        ),
        (
            {"states": {RowState.ERROR: 2}, "questions": (question(),)},
            "2 rows were refused · see Needs You",
        ),
        ({"questions": (question(),)}, "Waiting for you: 1 question · see Needs You"),
        ({}, "Up to date · last change 2026-11-22 14:05"),
        ({"last_change": None}, "Up to date · nothing was changed yet"),
        (
            {"plan": waiting(MASS, approved=True)},
            "Up to date · last change 2026-11-22 14:05",
        ),
    ],
)
def test_the_worst_that_holds_comes_first(given: dict[str, Any], headline: str) -> None:
    """One sentence tells a person whether they have to do anything."""
    assert headline == view_status(facts(**given)).headline


@pytest.mark.parametrize("clearable", [True, False])
def test_a_guard_says_how_to_clear_it(clearable: bool) -> None:
    """Whether it can be approved or something must be put right first."""
    trip = replace(MASS, clearable=clearable)

    found = cells(facts(plan=waiting(trip)), None)["guard"]

    hint = "approve it above" if clearable else "Put right what is said"
    assert MASS.message == found["How it stands"]
    assert hint in found["What you can do"]


def test_a_quiet_ledger_says_the_same_again() -> None:
    """No time of a run and no counter of calls is in it that would change by itself."""
    assert view_status(facts()) == view_status(
        facts(plan=replace(waiting(), status=PlanStatus.DELIVERABLE))
    )


@pytest.mark.parametrize(
    ("used", "words"),
    [(0, "0 to 10 %"), (49_999, "0 to 10 %"), (50_000, "10 to 20 %"), (600_000, "90 to 100 %")],
)
def test_calls_of_the_day_are_shown_in_tenths(used: int, words: str) -> None:
    """A number that is new in every run would make every quiet run write."""
    shown = cells(facts(calls={Side.HUBSPOT: Calls(used, 500_000)}), None)

    assert f"{words} of 500,000" == shown["calls_hubspot"]["How it stands"]
    assert "calls_hubspot" not in cells(facts(), None)
