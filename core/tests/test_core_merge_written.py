"""What only we write: the last e-mail, whether somebody answered, the campaign; over nothing a person typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from core.tests.effect_worlds import at, happened, knowing, shows
from core.tests.planning_worlds import (
    RULES,
    SNAPSHOT,
    absent,
    contact,
    fields,
    given,
    plan,
    rid,
    writes,
)
from outreach_core.mapping.files import load_rules
from outreach_core.merge.written import NAMES
from outreach_core.model import (
    Happening,
    HappeningKind,
    IntentKind,
    Problem,
    Side,
    Why,
)
from outreach_core.model.planning import Plan, PlanningInput

CRM = Side.HUBSPOT
EMAIL, REPLY = HappeningKind.EMAIL, HappeningKind.REPLY
RULE_FILES = Path(__file__).parents[2] / "transforms" / "rules"
ARCHIVED = shows("Archived")
LINK = "https://docs.google.com/spreadsheets/d/sheet/edit#gid=0"


def rules(*names: str, campaign: str = "Dentists"):
    """Rules that write these names, all of them unless given."""
    return replace(RULES, written={CRM: frozenset(names or NAMES)}, campaign=campaign)


def world(*known: Happening, shown: dict[str, str] | None = None, **past: str) -> PlanningInput:
    """A linked row of which this is known; what the CRM shows, and what we wrote there last."""
    found = knowing(*known, row=ARCHIVED)
    record = contact(1)
    record = replace(record, fields={**record.fields, **fields(**(shown or {}))})
    bases = {where: dict(values) for where, values in found.bases.items()}
    bases[rid(1), CRM] |= fields(**past)
    return replace(found, records={(CRM, "contacts", "101"): record}, bases=bases)


def wrote(made: Plan) -> dict[str, str | None]:
    """What a plan writes into the CRM."""
    return {
        name: text
        for side, _, values in writes(made)
        if side == CRM
        for name, text in values.items()
    }


def test_everything_that_is_known_is_written_once():
    """Campaign and row from the start, the rest once it happened; with why, for the log."""
    made = plan(world(happened(), happened(REPLY)), rules())
    (update,) = made.intents

    assert {
        "campaign": "Dentists",
        "row_link": LINK,
        "last_subject": "Hello",
        "last_sent": "2026-11-20T09:00:00Z",
        "responded": "true",
    } == wrote(made)
    assert {Why.TOLD} == {change.why for change in update.changes.values()}


def test_what_did_not_happen_is_not_written():
    """No e-mail, no answer: nothing is cleared and nothing says false."""
    assert {"campaign", "row_link"} == {*wrote(plan(world(), rules()))}


CASES: dict[str, tuple[dict[str, str], dict[str, str], dict[str, str], list[str]]] = {
    "new": ({}, {}, {"last_subject": "Hello"}, []),
    "written last, and there": ({"last_subject": "Hello"}, {"last_subject": "Hello"}, {}, []),
    "there already": ({"last_subject": "Hello"}, {}, {}, ["last_subject"]),
    "a person typed over it": ({"last_subject": "Mine"}, {"last_subject": "Hello"}, {}, []),
    "a person cleared it": ({}, {"last_subject": "Hello"}, {}, []),
    "something new to say": (
        {"last_subject": "Mine"},
        {"last_subject": "Older"},
        {"last_subject": "Hello"},
        [],
    ),
}


@pytest.mark.parametrize(("shown", "past", "expected", "moved"), CASES.values(), ids=CASES)
def test_a_value_is_written_when_there_is_something_new_to_say(shown, past, expected, moved):
    """Compared with what we last wanted to say, and with what stands there."""
    made = plan(world(happened(), shown=shown, **past), rules("last_subject"))

    assert (expected, moved) == (wrote(made), [m.field for m in made.base_moves])


def test_a_second_plan_is_quiet():
    """Acknowledged, nothing is left to say."""
    first = plan(world(happened(), happened(REPLY)), rules())
    said = {name: str(text) for name, text in wrote(first).items()}

    assert () == plan(world(happened(), happened(REPLY), shown=said, **said), rules()).intents


def test_of_several_emails_the_last_one_counts():
    """Its subject by number, its time by the clock."""
    known = (happened(n=2, at=at(5), subject="Again"), happened(n=1, at=at(1)))

    assert {"last_subject": "Again", "last_sent": "2026-11-20T14:00:00Z"} == wrote(
        plan(world(*known), rules("last_subject", "last_sent"))
    )


def test_a_time_is_said_in_utc_and_to_the_second():
    """Whatever zone and fraction it was noted with."""
    odd = datetime(2026, 11, 20, 12, 0, 1, 999, tzinfo=timezone(timedelta(hours=3)))

    assert {"last_sent": "2026-11-20T09:00:01Z"} == wrote(
        plan(world(happened(at=odd)), rules("last_sent"))
    )


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ((happened(REPLY, status="replied"),), {"responded": "true"}),
        ((happened(REPLY, status="interested"),), {"responded": "true"}),
        ((happened(REPLY, status="auto-reply"),), {}),
        ((happened(REPLY, status="auto-reply"), happened(REPLY, 2)), {"responded": "true"}),
        ((happened(REPLY, status="copied"),), {}),
        ((happened(status="bounced"),), {}),
    ],
    ids=["a person", "another word", "a machine", "a machine, then a person", "a copy", "a bounce"],
)
def test_only_a_persons_answer_is_one(known, expected):
    """A machine's answer is logged, but nobody responded."""
    assert expected == wrote(plan(world(*known), rules("responded")))


def test_what_was_copied_is_not_said_of_the_copy():
    """The e-mail is the original row's."""
    assert {} == wrote(plan(world(happened(status="copied")), rules("last_subject", "last_sent")))


def test_the_campaign_is_called_by_its_tab_unless_it_has_a_name():
    """White space does not count."""
    assert {"campaign": "T"} == wrote(plan(world(), rules("campaign", campaign="")))
    assert {"campaign": "A B"} == wrote(plan(world(), rules("campaign", campaign=" A\n B ")))
    nameless = replace(world(), snapshot=replace(SNAPSHOT, title=" "))
    assert {} == wrote(plan(nameless, rules("campaign", campaign="")))


def test_an_email_without_a_subject_says_none():
    """Blank is nothing to say."""
    assert {} == wrote(plan(world(happened(subject="  ")), rules("last_subject")))


def test_the_link_leads_to_the_tab_and_not_to_a_row():
    """Rows move with every sort; the property would be written again each time."""
    moved = replace(world(), rows=(replace(ARCHIVED, row=88),))

    assert {"row_link": LINK} == wrote(plan(moved, rules("row_link")))


def test_a_record_that_is_made_has_it_all_from_the_start():
    """With nothing expected there."""
    made = plan(given([shows("Sent", at())], lookups=absent(1)), rules())
    create = next(i for i in made.intents if i.kind is IntentKind.RECORD)

    assert {"campaign", "row_link", "last_subject", "last_sent"} <= {*create.changes}
    assert "responded" not in create.changes
    assert {Why.CREATED} == {change.why for change in create.changes.values()}


def test_a_paused_row_is_told_nothing():
    """Until the tick is taken out."""
    paused = replace(world(happened()), rows=(replace(ARCHIVED, paused=True),))

    assert {} == wrote(plan(paused, rules()))


def test_a_property_that_was_not_shown_is_left_alone():
    """What cannot be read is not overwritten; the others are written."""
    found = world(happened())
    record = found.records[CRM, "contacts", "101"]
    hidden = replace(record, problems={"last_subject": Problem("not_shown", "last_subject", "No.")})
    made = plan(
        replace(found, records={(CRM, "contacts", "101"): hidden}),
        rules("last_subject", "last_sent"),
    )

    assert {"last_sent": "2026-11-20T09:00:00Z"} == wrote(made)


def test_two_campaigns_on_one_contact_do_not_answer_each_other():
    """The other campaign's last e-mail stands there; ours was said and is not said again."""
    found = world(happened(), shown={"last_subject": "Theirs"}, last_subject="Hello")

    assert {} == wrote(plan(found, rules("last_subject")))
    more = replace(found, happenings=(*found.happenings, happened(n=2, at=at(4), subject="New")))
    assert {"last_subject": "New"} == wrote(plan(more, rules("last_subject")))


@pytest.mark.parametrize("name", ["hubspot.yml", "salesforce.yml"])
@pytest.mark.parametrize("as_read", ["", ".000Z", ".000+0000"])
def test_what_we_write_reads_back_as_what_we_wrote(name: str, as_read: str):
    """Else every run would find that there is something new to say."""
    found = load_rules(RULE_FILES / name)
    made = wrote(plan(world(happened(), happened(REPLY)), rules()))
    rendered = found.render(made, only=NAMES).values
    places = {n: rule.places[0] for n, rule in found.written.items()}
    if as_read:
        sent = str(rendered[places["last_sent"]]).replace("Z", as_read)
        rendered = {**rendered, places["last_sent"]: sent}
    reading = found.read({**dict.fromkeys(found.sources), **rendered}, only=NAMES)

    assert {} == reading.problems
    assert {n: made[n] for n in NAMES} == {n: reading.fields[n].key for n in NAMES}
