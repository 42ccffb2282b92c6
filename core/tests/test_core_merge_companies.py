"""Who belongs to which company: the numbered cases of ``companies.py``, and what must never be renamed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.tests.effect_worlds import (
    EFFECTS,
    HOST,
    TOLD,
    answer,
    at_host,
    company_left_over,
    effect,
    in_company,
    in_doubt,
    key,
)
from core.tests.planning_worlds import (
    absent,
    contact,
    first_sync,
    given,
    linked,
    plan,
    rid,
    verdict,
)
from outreach_core.merge import Rules
from outreach_core.model import (
    Company,
    Effect,
    EffectKind,
    Intent,
    IntentKind,
    Operation,
    Side,
)
from outreach_core.model.effects import company_key
from outreach_core.model.hashing import payload_hash
from outreach_core.model.planning import (
    Approval,
    Bucket,
    KnownRow,
    Plan,
    PlanningInput,
    PlanStatus,
    RowState,
)

NOBODY = answer("host", HOST, obj="companies")
FOUND = answer("host", HOST, "7", obj="companies")
OURS = Company(Side.HUBSPOT, HOST, "7", "Sample Cafe", made_by_us=True)


def world(*rows, **more: Any) -> PlanningInput:
    """Linked rows with websites and without companies, none of which is known."""
    rows = rows or (at_host(),)
    numbers = [int(r.sync_id[-12:]) for r in rows]
    usual: dict[str, Any] = {"lookups": (NOBODY,)}
    records = more.pop("records", [contact(n) for n in numbers])
    return given(rows, records, [linked(n) for n in numbers], **(usual | more))


def done_about(made: Plan) -> list[tuple[str, str]]:
    """What a plan does about companies: (make, name), (rename, name), (put, row number)."""
    said = []
    for i in made.intents:
        if i.kind is IntentKind.COMPANY:
            does = "make" if i.operation is Operation.CREATE else "rename"
            said.append((does, str(i.payload["name"])))
        elif i.payload.get("kind") == "company":
            said.append(("put", i.rid[-1]))
        elif i.payload.get("company"):
            said.append(("made in", i.rid[-1]))
    return said


# -- cases 1 to 5


def test_whoever_is_in_a_company_stays_there():
    """Case 1: the CRM shows one; it was chosen by a person, or by an earlier run."""
    made = plan(world(records=[in_company(1, "3")]), TOLD)

    assert [] == done_about(made)


def test_whoever_was_put_into_a_company_once_is_not_put_there_again():
    """Case 1: a person who takes somebody out of a company is not contradicted."""
    once = replace(effect(EffectKind.COMPANY, 0), event_key=key(EffectKind.COMPANY, HOST))

    assert [] == done_about(plan(world(companies=(OURS,), effects=(once,)), TOLD))


def test_another_website_is_another_company():
    """Case 1 is about one host: a row whose website changes is put where its person is in none."""
    once = replace(
        effect(EffectKind.COMPANY, 0), event_key=key(EffectKind.COMPANY, "b.example.com")
    )
    made = plan(world(companies=(OURS,), effects=(once,)), TOLD)

    assert [("put", "1")] == done_about(made)


@pytest.mark.parametrize(
    "more",
    [{"companies": (OURS,), "lookups": ()}, {"lookups": (FOUND,)}],
    ids=["known here", "found"],
)
def test_a_company_that_is_there_takes_the_person(more: dict):
    """Case 2: nothing is made; the association is an effect of its own, under the host."""
    made = plan(world(**more), TOLD)
    (put,) = [i for i in made.intents if i.kind is IntentKind.EFFECT]

    assert [("put", "1")] == done_about(made)
    assert (Operation.ASSOCIATE, "associations", key(EffectKind.COMPANY, HOST), HOST) == (
        put.operation,
        put.object,
        put.event_key,
        put.payload["host"],
    )


def test_a_company_that_was_found_is_remembered_and_not_ours():
    """Case 2: it has no name of ours, so it is never renamed."""
    made = plan(world(lookups=(FOUND,)), TOLD)

    assert (Company(Side.HUBSPOT, HOST, "7", "", made_by_us=False),) == made.companies


def test_several_companies_are_left_to_people():
    """Case 3: none is chosen; the row says so and its person is in none."""
    made = plan(world(lookups=(answer("host", HOST, "7", "8", obj="companies"),)), TOLD)

    assert [] == done_about(made)
    assert "Several companies in the CRM have this website: none was chosen." == (
        verdict(made, 1).note
    )


def test_a_company_that_nobody_has_is_made_once_for_all_its_rows():
    """Case 4: one company, named by its first row, and everybody is put into it."""
    rows = (at_host(1, name=" Sample\n Cafe "), at_host(2, name="Sample Cafe, upstairs"))
    made = plan(world(*rows), TOLD)

    assert [("make", "Sample Cafe"), ("put", "1"), ("put", "2")] == done_about(made)
    (make,) = [i for i in made.intents if i.kind is IntentKind.COMPANY]
    assert (
        "companies",
        HOST,
        None,
        {"host": HOST, "name": "Sample Cafe", "expected_name": ""},
    ) == (
        make.object,
        make.event_key,
        make.record_id,
        make.payload,
    )
    assert 1 == made.summary["companies"]


@pytest.mark.parametrize("name", [None, ""])
def test_a_company_without_a_name_is_called_by_its_host(name: str | None):
    """Case 4: HubSpot takes no company without a name."""
    assert ("make", HOST) in done_about(plan(world(at_host(name=name)), TOLD))


def test_a_company_is_named_by_the_same_row_however_the_tab_is_sorted():
    """Case 4: the oldest row, so that sorting changes no plan."""
    rows = (at_host(1, name="Old"), at_host(2, name="Young"))
    turned = (replace(rows[0], row=3), replace(rows[1], row=2))

    assert ("make", "Old") in done_about(plan(world(*turned), TOLD))
    assert plan(world(*rows), TOLD).hash == plan(world(*turned), TOLD).hash


def test_a_person_made_in_this_plan_is_in_its_company_from_the_start():
    """The record that is made carries the company along: no association, one key for both."""
    made = plan(given([at_host()], lookups=(*absent(1), NOBODY)), TOLD)

    assert [("make", "Sample Cafe"), ("made in", "1")] == done_about(made)
    create = made.intents[-1]
    assert {"company": HOST, "company_key": key(EffectKind.COMPANY, HOST)} == create.payload


def test_a_company_is_made_before_the_people_in_it_and_they_before_they_are_told_of():
    """The order of delivery: each needs what comes before it."""
    rows = (at_host(1), replace(at_host(2), sync_id=None))
    made = plan(replace(world(at_host(1)), rows=rows, lookups=(*absent(2), NOBODY)), TOLD)

    assert [
        (IntentKind.ROW_ID, "row"),
        (IntentKind.COMPANY, "companies"),
        (IntentKind.RECORD, "contacts"),
        (IntentKind.EFFECT, "associations"),
    ] == [(i.kind, i.object) for i in made.intents]


IN_DOUBT = company_left_over()
WAITS = {
    "nobody asked": {"lookups": ()},
    "another host was asked about": {
        "lookups": (answer("host", "b.example.com", obj="companies"),)
    },
    "the making is in doubt": {"left_over": (IN_DOUBT,)},
    "paused": {"rows": (replace(at_host(), paused=True),)},
    "no website of its own": {"rows": (at_host(host=None),)},
}


@pytest.mark.parametrize("more", WAITS.values(), ids=WAITS)
def test_a_company_waits_for_an_answer_of_this_run(more: dict):
    """Case 5: memory ages, and what may have been made is not made again."""
    rows = more.get("rows", ())
    rest = {name: value for name, value in more.items() if name != "rows"}

    assert [] == done_about(plan(world(*rows, **rest), TOLD))


def test_a_company_in_doubt_is_made_again_once_the_crm_does_not_know_its_key():
    """Case 5 ends: the host is a unique value, so a second one would be refused."""
    missing = answer("event", HOST, obj="companies")
    made = plan(world(left_over=(IN_DOUBT,), lookups=(NOBODY, missing)), TOLD)

    assert [("make", "Sample Cafe"), ("put", "1")] == done_about(made)


def test_a_company_in_doubt_that_is_there_takes_the_person():
    """Case 5 ends: it was made, and it is ours."""
    found = answer("event", HOST, "7", obj="companies")
    made = plan(world(left_over=(IN_DOUBT,), lookups=(NOBODY, found)), TOLD)

    assert [("put", "1")] == done_about(made)
    assert (OURS,) == made.companies


def test_companies_that_are_switched_off_are_not_asked_for():
    """Without the section in the rule file nobody is put anywhere."""
    objects = {k: o for k, o in EFFECTS.objects.items() if k is not EffectKind.COMPANY}
    rules = replace(TOLD, effects={Side.HUBSPOT: replace(EFFECTS, objects=objects)})

    assert [] == done_about(plan(world(), rules))


# -- case 6


def test_a_company_of_ours_follows_its_only_rows_name():
    """Case 6: with the name it must still have, so that a person's name for it is left alone."""
    made = plan(
        world(at_host(name="New Name"), records=[in_company(1, "7")], companies=(OURS,)), TOLD
    )
    (rename,) = made.intents

    assert [("rename", "New Name")] == done_about(made)
    assert ("7", "Sample Cafe") == (rename.record_id, rename.payload["expected_name"])
    assert 0 == made.summary["companies"]


NEVER_RENAMED = {
    "the same name": (OURS, [at_host(name=" Sample  Cafe")]),
    "a row without a name": (OURS, [at_host(name=None)]),
    "a person's": (replace(OURS, made_by_us=False), [at_host(name="New")]),
    "renamed by a person": (replace(OURS, name=""), [at_host(name="New")]),
    "not made yet": (replace(OURS, record_id=None), [at_host(name="New")]),
    "two rows": (OURS, [at_host(name="New"), at_host(2, name="New")]),
    "two rows, one is paused": (OURS, [at_host(name="New"), replace(at_host(2), paused=True)]),
    "two rows, one waits": (OURS, [at_host(name="New"), at_host(3)]),
}


@pytest.mark.parametrize(("company", "rows"), NEVER_RENAMED.values(), ids=NEVER_RENAMED)
def test_a_company_is_not_renamed(company: Company, rows: list):
    """Case 6: only while it is one row's alone and has the name we gave it."""
    records = [in_company(1, "7"), in_company(2, "7")]
    made = plan(given(rows, records, [linked(1), linked(2)], companies=(company,)), TOLD)

    assert "rename" not in {does for does, _ in done_about(made)}


# -- case 7


def refused(payload: dict[str, str]) -> Effect:
    """The company, refused with this content."""
    kept = payload_hash(payload, TOLD.fingerprint)
    return Effect(
        company_key(HOST),
        Side.HUBSPOT,
        EffectKind.COMPANY,
        rid(1),
        0,
        "rejected",
        input_hash=kept,
        error_text="Bad domain. Correct it.",
    )


MADE = {"host": HOST, "name": "Sample Cafe", "expected_name": ""}
RENAMED = {"host": HOST, "name": "New", "expected_name": "Sample Cafe"}


def test_a_refused_company_is_not_made_again_and_its_rows_say_why():
    """Case 7: nor is anybody put into it; the people themselves are kept in step."""
    rows = (at_host(1), at_host(2, name="Upstairs"))
    made = plan(world(*rows, effects=(refused(MADE),)), TOLD)

    assert [] == done_about(made)
    assert {(Bucket.FAILED, RowState.ERROR, "Bad domain. Correct it.")} == {
        (v.bucket, v.state, v.note) for v in made.verdicts
    }


def test_a_person_is_made_without_a_refused_company():
    """Case 7: the company's refusal costs the person nothing."""
    rows = [at_host()]
    made = plan(given(rows, lookups=(*absent(1), NOBODY), effects=(refused(MADE),)), TOLD)

    assert [(IntentKind.RECORD, {})] == [(i.kind, i.payload) for i in made.intents]


@pytest.mark.parametrize(
    ("row", "rules"),
    [(at_host(name="Another"), TOLD), (at_host(), replace(TOLD, fingerprint="rules-2"))],
    ids=["name", "rules"],
)
def test_a_refused_company_is_made_when_it_or_the_rules_change(row, rules: Rules):
    """Case 7 ends with another input."""
    made = plan(world(row, effects=(refused(MADE),), fingerprint=rules.fingerprint), rules)

    assert "make" in {does for does, _ in done_about(made)}


def test_a_refused_name_is_not_tried_again():
    """Case 7: for a new name as for a new company."""
    known = {"companies": (OURS,), "records": [in_company(1, "7")]}
    made = plan(world(at_host(name="New"), effects=(refused(RENAMED),), **known), TOLD)

    assert ([], "Bad domain. Correct it.") == (done_about(made), verdict(made, 1).note)


def test_a_refused_association_is_not_repeated():
    """Case 7: nobody is offered to a company that does not take them, run for run."""
    one = replace(
        refused({"host": HOST}), event_key=key(EffectKind.COMPANY, HOST), error_text="No. Ask."
    )
    made = plan(world(companies=(OURS,), effects=(one,)), TOLD)

    assert ([], "No. Ask.") == (done_about(made), verdict(made, 1).note)


# -- doubts and previews


@pytest.mark.parametrize("operation", [Operation.UPDATE, Operation.ASSOCIATE])
def test_what_may_be_said_twice_is_said_again(operation: Operation):
    """A lost answer to a new name or to an association leaves nothing in doubt."""
    left: Intent = company_left_over(Operation.UPDATE, record_id="7")
    known: dict[str, Any] = {"companies": (OURS,)}
    row = at_host(name="New")
    if operation is Operation.ASSOCIATE:
        (left,) = [i for i in plan(world(**known), TOLD).intents if i.kind is IntentKind.EFFECT]
        left, row = in_doubt(left), at_host()
    made = plan(world(row, left_over=(left,), **known), TOLD)

    assert {"old-1": "dropped"} == dict(made.settled)
    assert ("put", "1") in done_about(made)


def approved(shown: PlanningInput) -> PlanningInput:
    """The same world after its preview was approved."""
    known = {r.sync_id: KnownRow(r.sync_id, True, True, 1, minted=True) for r in shown.rows}
    shown = replace(shown, known_rows=known)
    return replace(shown, approval=Approval("p", frozenset(plan(shown, TOLD).guarded)))


def test_a_preview_names_companies_and_holds_those_it_did_not_show():
    """A company under another name than was shown waits for the next run, and so do its people."""
    shown = approved(first_sync([at_host()], records=[contact(1)], lookups=(NOBODY,)))
    other = replace(shown, rows=(at_host(name="Other"),))

    assert PlanStatus.DELIVERABLE is plan(shown, TOLD).status is plan(other, TOLD).status
    assert [("make", "Sample Cafe"), ("put", "1")] == done_about(plan(shown, TOLD))
    assert [] == done_about(plan(other, TOLD))


def test_a_preview_makes_no_company_for_a_row_that_it_holds():
    """The row's contact appeared after the preview: neither is the row linked nor its company made."""
    shown = approved(first_sync([at_host()], lookups=(*absent(1), NOBODY)))
    theirs = replace(contact(1), external_id="x")
    later = replace(shown, records={(Side.HUBSPOT, "contacts", "101"): theirs})

    assert ("made in", "1") in done_about(plan(shown, TOLD))
    assert [] == done_about(plan(later, TOLD))
