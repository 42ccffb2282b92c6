"""A plan reads like an answer to the question a person has."""

from __future__ import annotations

from dataclasses import replace

from outreach_cli.plan_view import view_plan
from outreach_cli.wording import business_names
from outreach_core.model import (
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    Operation,
    SheetRow,
    Side,
    Why,
)
from outreach_core.model.planning import GuardTrip, Plan, PlanStatus

NAMES = business_names(
    [SheetRow(2, None, "f", {"business_name": FieldValue("Acme\nBikes", "Acme\nBikes", "acme")})]
)
PHONE = FieldChange(FieldValue(), FieldValue("+1 555 0100", "+1 555 0100", "+15550100"))
INTENT = Intent(
    "i1", "p1", 2, Side.HUBSPOT, IntentKind.RECORD, Operation.CREATE, "contacts", "rid-1", row=2,
    changes={"phone": replace(PHONE, why=Why.CREATED)},
)  # fmt: skip
ROW_ID = Intent("i0", "p1", 1, Side.SHEET, IntentKind.ROW_ID, Operation.ASSIGN_ID, "row", "rid-1")
PREVIEW = Plan(
    "p1",
    PlanStatus.WAITING,
    intents=(ROW_ID, INTENT),
    guards=(GuardTrip("first_sync", "First sync: look at the preview, then approve it."),),
    summary={"already_there": 10, "new": 15, "already_there:hubspot": 10, "new:hubspot": 15},
    hash="0123456789abcdef",
)


def test_first_preview_answers_in_one_sentence() -> None:
    """Known, new, deleted, sent: in this order, before anything was sent."""
    view = view_plan(PREVIEW, NAMES, {}, approved=False)

    assert "10 already in HubSpot, 15 new, 0 deleted, nothing sent." == view.headline
    assert "Nothing is sent until you approve: outreach plan --approve" == view.next_step


def test_a_written_row_id_is_not_something_sent() -> None:
    """Ids in the sheet precede the approval and are nobody's data."""
    done = replace(ROW_ID, state=IntentState.DONE)

    view = view_plan(replace(PREVIEW, intents=(done, INTENT)), NAMES, {}, approved=False)

    assert view.headline.endswith("nothing sent.")


def test_row_ids_are_counted_not_shown() -> None:
    """How many rows get an id is said in one sentence, in the past once they are written."""
    done = replace(PREVIEW, intents=(replace(ROW_ID, state=IntentState.DONE), ROW_ID, INTENT))
    written = replace(done, intents=(replace(ROW_ID, state=IntentState.DONE), INTENT))
    none = replace(PREVIEW, intents=(INTENT,))

    said = [view_plan(p, NAMES, {}, approved=False).ids_sentence for p in (done, written, none)]

    assert ["2 rows get an id.", "1 row got an id.", ""] == said


def test_one_line_per_field_in_words() -> None:
    """A change names business, field, place, both values and the reason; row ids are not listed."""
    view = view_plan(PREVIEW, NAMES, {"phone": "Phone"}, approved=False)

    assert [
        {
            "business": "Acme Bikes",
            "field": "Phone",
            "where": "HubSpot",
            "before": "(blank)",
            "after": "+1 555 0100",
            "why": "created",
            "state": "open",
        }
    ] == view.to_json()["changes"]


def test_approved_preview_says_what_delivers_it() -> None:
    """After the approval the next run is what is missing."""
    view = view_plan(PREVIEW, NAMES, {}, approved=True)

    assert "approved, not delivered yet" == view.state_word
    assert "The next run delivers it: meltano run hubspot-sync" == view.next_step


def test_the_next_step_is_the_job_that_made_the_plan() -> None:
    """With Salesforce it is Salesforce's, before the approval and after it."""
    said = [
        view_plan(PREVIEW, NAMES, {}, approved=approved, job="salesforce-sync").next_step
        for approved in (False, True)
    ]

    assert ["meltano run salesforce-sync"] * 2 == [words.rpartition(": ")[2] for words in said]


def test_ordinary_plan_counts_both_directions() -> None:
    """Once all rows are known the sentence is about changes."""
    plan = replace(
        PREVIEW,
        status=PlanStatus.DELIVERABLE,
        guards=(),
        intents=(replace(INTENT, state=IntentState.DONE),),
        summary={"crm_updates": 1, "sheet_rows": 2},
    )

    view = view_plan(plan, NAMES, {}, approved=False)

    assert (
        "1 record to change in the CRM, 2 rows in the sheet, 0 deleted, 1 change sent."
        == view.headline
    )
    assert "Nothing is waiting to be sent." == view.next_step
