"""Plain records, as a CSV has them: by key, each refusal kept, the others written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import lead
from outreach_core.errors import ConfigError, Fatal
from outreach_core.mapping.stand_ins import MARK
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
Rejected = Callable[[], list[dict[str, Any]]]
AT = "2026-11-20T09:15:42Z"
MAIL = {"contact_email": "ann@example.com", "sent_at": AT, "subject": "Hello", "body": "Dear Ann"}
DEAL = {
    "event_key": "deal-1",
    "name": "Bluefinch",
    "stage": "Prospecting",
    "close_date": "2026-12-31",
    "contact_email": "ann@example.com",
}
ANN = lead("lee", Email="ann@example.com", City="Bonn")


def refused(run: Run, *feed: Any, count: int = 1, **settings: Any) -> None:
    """Run without a ledger; so many records must be refused."""
    with pytest.raises(Fatal, match=f"refused {count} of the records"):
        run(*feed, ledger=False, **settings)


def codes(rejected: Rejected) -> list[str]:
    """Why records were refused."""
    return [line["reason"]["code"] for line in rejected()]


# -- leads ------------------------------------------------------------------------------------


def test_leads_are_upserted_by_the_best_key(run: Run, seed: Seed, records: Records) -> None:
    """By id, else by our key, else by e-mail; saying it twice changes nothing."""
    seed(ANN)
    (there,) = records()
    feed = (
        {"id": there["Id"][:15], "City": "Ulm"},
        {"Outreach_Id__c": "k1", "Email": "bo@example.com", "City": "Rom", "Company": "Bo"},
        {"Email": "CY@example.com", "City": "Oslo"},
    )
    run(*feed, ledger=False)
    run(*feed, ledger=False)

    assert {"Ulm": "Lee", "Rom": f"Bo {MARK}", "Oslo": f"example.com {MARK}"} == {
        record["City"]: record["LastName"] for record in records()
    }


def test_names_are_made_up_for_new_leads_alone(run: Run, seed: Seed, records: Records) -> None:
    """One that is there keeps its own."""
    seed(ANN)
    run({"Email": "ann@example.com", "City": "Ulm"}, ledger=False)

    assert [("Lee", "Acme", "Ulm")] == [(r["LastName"], r["Company"], r["City"]) for r in records()]


def test_a_repeated_key_keeps_the_last(run: Run, seed: Seed, records: Records) -> None:
    """A key stands once in a call; the later record is written later."""
    seed()
    run(
        {"Email": "a@example.com", "City": "Ulm", "Phone": "1"},
        {"Email": "A@example.com", "City": "Rom"},
        ledger=False,
    )

    assert [("Rom", "1")] == [(r["City"], r["Phone"]) for r in records()]


def test_a_blank_changes_nothing(run: Run, seed: Seed, records: Records) -> None:
    """An empty column of a CSV does not clear what Salesforce has."""
    seed(ANN)
    run({"Email": "ann@example.com", "City": " ", "Phone": None}, ledger=False)

    assert "Bonn" == records()[0]["City"]


def test_several_leads_with_the_address(
    run: Run, seed: Seed, records: Records, rejected: Rejected
) -> None:
    """None is chosen, nothing is written; the refusal lists them."""
    seed(ANN, ANN)
    refused(run, {"Email": "ann@example.com", "City": "Ulm"})

    (line,) = rejected()
    assert ("several", {r["Id"] for r in records()}) == (
        line["reason"]["code"],
        set(line["reason"]["existing_ids"]),
    )
    assert {"Bonn"} == {record["City"] for record in records()}


@pytest.mark.parametrize("key", ["Email", "Outreach_Id__c"])
def test_a_converted_lead_names_its_contact(
    run: Run, seed: Seed, records: Records, rejected: Rejected, person: Any, *, key: str
) -> None:
    """It is read-only: the refusal says which contact it is now."""
    seed({**ANN, "Outreach_Id__c": "k1"})
    person("convert", id=records()[0]["Id"])
    refused(run, {key: "ann@example.com" if key == "Email" else "k1", "City": "Ulm"})

    ((reason,)) = [line["reason"] for line in rejected()]
    (contact,) = records("Contact")
    assert ("converted", [contact["Id"]]) == (reason["code"], reason["existing_ids"])
    assert contact["Id"] in reason["message"]


def test_one_bad_lead_of_many(run: Run, seed: Seed, records: Records, rejected: Rejected) -> None:
    """The others are written, the refused ones are kept with a reason, and the run fails."""
    seed()
    feed = [{"Email": f"a{n}@example.com"} for n in range(30)]
    bad = [
        {"Email": "bad"},
        {"City": "Ulm"},
        {"Email": "x@example.com", "Grade__c": "Z"},
        {"Email": "y@example.com", "Phone": "1" * 41},
        {"id": "no id", "City": "Ulm"},
        {"id": "00Q000000000001EAA", "City": "Ulm"},
    ]
    refused(run, *feed[:9], *bad, *feed[9:], count=6)

    assert 30 == len(records())
    found = {"refused", "no_key", "unknown_choice", "too_long", "not_found"}
    assert (found, 6) == (set(codes(rejected)), len(rejected()))
    assert all("x@example.com" not in str(line["reason"]) for line in rejected())


@pytest.mark.parametrize(("setting", "count"), [("save", 2), ("reject", 1)])
def test_duplicate_alerts_of_plain_leads(
    run: Run, seed: Seed, records: Records, rejected: Rejected, *, setting: str, count: int
) -> None:
    """The setting holds for them too; the record that is there is named."""
    rule = {"object": "Lead", "fields": ["Phone"], "action": "alert"}
    seed({**ANN, "Phone": "1"}, rules={"duplicate": [rule]})
    feed = {"Email": "bo@example.com", "Phone": "1"}
    if setting == "save":
        run(feed, ledger=False, duplicate_alerts=setting)
    else:
        refused(run, feed, duplicate_alerts=setting)
        assert [records()[0]["Id"]] == rejected()[0]["reason"]["existing_ids"]

    assert count == len(records())


def test_failures_may_be_allowed(run: Run, seed: Seed, rejected: Rejected) -> None:
    """With `allow_failures` the run ends normally, and the record is kept all the same."""
    seed()
    run({"City": "Ulm"}, ledger=False, allow_failures=True)

    assert ["no_key"] == codes(rejected)


@pytest.mark.parametrize("column", ["Favourite_Colour__c", "LastActivityDate"])
def test_a_column_that_cannot_be_written(
    run: Run, seed: Seed, records: Records, *, column: str
) -> None:
    """A column that is no field, or nobody's to write, stops the target before anything is written."""
    seed()
    with pytest.raises(ConfigError, match=column):
        run({"Email": "a@example.com", column: "x"}, ledger=False)

    assert [] == records()


def test_a_planned_envelope_is_no_field(run: Run, seed: Seed, records: Records) -> None:
    """Without a ledger, a planned record is a plain one."""
    seed()
    run({"id": None, "Email": "a@example.com", "_sync": {"intent_id": "1"}}, ledger=False)

    assert 1 == len(records())


# -- tasks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("key", ["mail-1", "", None])
def test_an_email_is_logged_once(
    run: Run, seed: Seed, records: Records, *, keyed: bool, key: str | None
) -> None:
    """By its key where the org has the field, else by person, day, subject and text."""
    seed(ANN, without=() if keyed else ("Activity.Outreach_Id__c",))
    record = {**MAIL, "event_key": key}
    run(("tasks", record), ("tasks", record), ledger=False)
    run(("tasks", record), ledger=False)

    (task,) = records("Task")
    assert (records()[0]["Id"], "Hello", "2026-11-20") == (
        task["WhoId"],
        task["Subject"],
        task["ActivityDate"],
    )
    assert (key or None if keyed else None) == task.get("Outreach_Id__c")


def test_whose_an_email_is(
    run: Run, seed: Seed, records: Records, rejected: Rejected, person: Any
) -> None:
    """The open lead's before the contact's; nobody's and several people's are refused."""
    seed(
        lead("lee", Email="lead@example.com"),
        lead("old", Email="old@example.com"),
        lead("two", Email="two@example.com"),
        lead("too", Email="TWO@example.com"),
        contacts=[{"LastName": "C", "Email": "lead@example.com"}],
    )
    person("convert", email="old@example.com")
    mails = ("lead@example.com", "OLD@example.com", "two@example.com", "no@example.com")
    refused(run, *(("tasks", {**MAIL, "contact_email": one}) for one in mails), count=2)

    contact = next(c for c in records("Contact") if c["Email"] == "old@example.com")
    assert [records()[0]["Id"], contact["Id"]] == [task["WhoId"] for task in records("Task")]
    assert ["several", "no_person"] == codes(rejected)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"contact_email": ""}, "incomplete"),
        ({"sent_at": None}, "incomplete"),
        ({"sent_at": "yesterday"}, "bad_time"),
        ({"sent_at": "2026-11-20T09:15:42"}, "bad_time"),
        ({"direction": "sideways"}, "unknown_word"),
    ],
)
def test_an_email_that_is_none(
    run: Run, seed: Seed, records: Records, rejected: Rejected, *, columns: Any, code: str
) -> None:
    """It is refused by the contract, without being quoted; the others are logged."""
    seed(ANN)
    refused(run, ("tasks", {**MAIL, **columns}), ("tasks", MAIL))

    assert ([code], 1) == (codes(rejected), len(records("Task")))


def test_a_column_no_email_has(run: Run, seed: Seed, records: Records) -> None:
    """It may be misspelt, so it stops the target."""
    seed(ANN)
    with pytest.raises(ConfigError, match="subjekt"):
        run(("tasks", {**MAIL, "subjekt": "x"}), ledger=False)

    assert [] == records("Task")


# -- opportunities ----------------------------------------------------------------------------


def test_an_opportunity_is_made_once(run: Run, seed: Seed, records: Records) -> None:
    """By its key; one that is there is never changed."""
    seed(ANN)
    run(("opportunities", DEAL), ("opportunities", DEAL), ledger=False)
    run(("opportunities", {**DEAL, "name": "Other", "stage": "Closed Won"}), ledger=False)

    (made,) = records("Opportunity")
    assert ("Bluefinch", "Prospecting", records()[0]["Id"]) == (
        made["Name"],
        made["StageName"],
        made["Source_Lead__c"],
    )


def test_an_opportunity_of_nobody(run: Run, seed: Seed, records: Records) -> None:
    """Without an address it is nobody's."""
    seed(ANN)
    run(("opportunities", {**DEAL, "contact_email": None, "amount": 12.5}), ledger=False)

    (made,) = records("Opportunity")
    assert (None, 12.5) == (made["Source_Lead__c"], made["Amount"])


def test_a_plain_opportunity_of_a_contact(
    run: Run, seed: Seed, records: Records, person: Any
) -> None:
    """With the contact's account."""
    seed(ANN)
    person("convert", email="ann@example.com")
    run(("opportunities", DEAL), ledger=False)

    (made,), (contact,) = records("Opportunity"), records("Contact")
    assert (contact["Id"], contact["AccountId"]) == (made["ContactId"], made["AccountId"])


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"event_key": " "}, "incomplete"),
        ({"stage": None}, "incomplete"),
        ({"close_date": None}, "incomplete"),
        ({"close_date": "soon"}, "bad_time"),
        ({"close_date": "2026-13-01"}, "bad_time"),
        ({"amount": "a lot"}, "bad_number"),
        ({"contact_email": "no@example.com"}, "no_person"),
        ({"owner": "nobody@example.com"}, "missing_owner"),
    ],
)
def test_an_opportunity_that_is_none(
    run: Run, seed: Seed, records: Records, rejected: Rejected, *, columns: Any, code: str
) -> None:
    """It is kept with its reason; the others are made."""
    seed(ANN)
    other = {**DEAL, "event_key": "deal-2"}
    refused(run, ("opportunities", {**DEAL, **columns}), ("opportunities", other))

    assert ([code], ["deal-2"]) == (
        codes(rejected),
        [made["Outreach_Id__c"] for made in records("Opportunity")],
    )


def test_another_unique_value_is_no_success(
    run: Run, seed: Seed, records: Records, rejected: Rejected
) -> None:
    """Only our own key says that an opportunity is there already."""
    code = {"object": "Opportunity", "name": "Code__c", "unique": True, "external_id": True}
    seed(ANN, custom_fields=[code])
    run(("opportunities", {**DEAL, "Code__c": "7"}), ledger=False)
    refused(run, ("opportunities", {**DEAL, "event_key": "deal-2", "Code__c": "7"}))

    assert (["conflict"], 1) == (codes(rejected), len(records("Opportunity")))


# -- all of them ------------------------------------------------------------------------------


def test_no_plain_record_goes_out_before_what_it_needs(
    run: Run, seed: Seed, records: Records, sandbox: Running
) -> None:
    """Leads that are still held are written first, and none of the others is refused."""
    seed()
    run(
        ("opportunities", DEAL),
        ("tasks", MAIL),
        ("leads", {"Email": "ann@example.com", "LastName": "Lee", "Company": "Acme"}),
        ledger=False,
    )

    (one,) = records()
    assert (one["Id"], one["Id"]) == (
        records("Task")[0]["WhoId"],
        records("Opportunity")[0]["Source_Lead__c"],
    )


def test_a_record_against_its_own_schema_shows_nobodys_data(
    run: Run, seed: Seed, records: Records
) -> None:
    """A tap that mistypes a column costs no record, and its value is in no message."""
    seed()
    schema = {"type": "object", "properties": {"Email": {"type": "integer"}}}
    run({"Email": "a@example.com"}, ledger=False, schema=schema)

    assert 1 == len(records())
