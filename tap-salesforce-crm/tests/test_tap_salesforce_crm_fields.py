"""Which fields are read: mapped ones must be there, others are named when they are not."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError
from outreach_core.mapping import load_rules
from outreach_sandbox.kernel.server import Running
from tap_salesforce_crm.wanted import wanted

Run = Callable[..., Any]
Seed = Callable[..., None]
Calls = Callable[[], list[str]]
Rules = Callable[..., str]
LEAD = {"LastName": "Doe", "Company": "Acme", "Email": "a@example.com"}
ROOT = Path(__file__).resolve().parents[2]


def test_custom_fields_are_read_as_written(run: Run, seed: Seed, rules_file: Rules) -> None:
    """A mapped custom field is in the container with its own type of value."""
    score = {"object": "Lead", "name": "Score__c", "type": "Number", "precision": 5}
    seed(leads=[{**LEAD, "Score__c": 3}], custom_fields=[score])

    (record,) = run(rules_file=rules_file("Score__c")).records()

    assert {"Email": "a@example.com", "Score__c": 3.0} == {
        name: record["properties"][name] for name in ("Email", "Score__c")
    }
    assert {"Outreach_Id__c", "Status", "LastActivityDate"} <= set(record["properties"])


def test_what_a_converted_lead_is_mapped_to_is_read(
    run: Run, seed: Seed, rules_file: Rules
) -> None:
    """The rule file's section on contacts says which of their fields are read."""
    score = {"object": "Contact", "name": "Score__c", "type": "Number", "precision": 5}
    seed(contacts=[{"LastName": "Roe", "Title": "Chef", "Score__c": 4}], custom_fields=[score])
    section = (
        "converted:\n  object: contacts\n  fields:\n    email: {property: Email}\n"
        "    f0: {property: Score__c}\n  extra:\n    job: Title\n"
    )

    (record,) = run(rules_file=rules_file("Website", extra=section)).records("contacts")

    assert (4.0, "Chef") == (record["properties"]["Score__c"], record["properties"]["Title"])


@pytest.mark.parametrize("why", ["missing", "hidden"])
def test_a_mapped_field_that_is_not_seen_is_fatal(
    run: Run, seed: Seed, rules_file: Rules, why: str
) -> None:
    """Salesforce hides what a user may not see as if it did not exist; the tap names it."""
    seed(leads=[LEAD], hidden_fields=["Lead.Website"] if why == "hidden" else [])
    field = "Website" if why == "hidden" else "Region__c"

    with pytest.raises(ConfigError, match=f"`{field}`") as caught:
        run(rules_file=rules_file(field))

    assert "missing_property" == caught.value.code


def test_any_other_field_that_is_not_seen_is_named(
    run: Run, seed: Seed, rules_file: Rules, caplog: pytest.LogCaptureFixture
) -> None:
    """In a warning; it is left out, not told as empty."""
    seed(leads=[LEAD], contacts=[{"LastName": "Roe"}], hidden_fields=["Contact.Phone"])
    extra = "extra:\n  last_contacted: Region__c\n"

    with caplog.at_level(logging.WARNING):
        found = run(rules_file=rules_file(extra=extra), properties=["Contact.Colour__c", "Rating"])

    warnings = [r.getMessage() for r in caplog.records if "left out" in r.getMessage()]
    (lead,), (contact,) = found.records(), found.records("contacts")
    assert 2 == len(warnings)
    assert ["Lead", "Region__c"] == [w for w in ("Lead", "Region__c") if w in warnings[0]]
    assert ["Phone", "Colour__c"] == [w for w in ("Phone", "Colour__c") if w in warnings[1]]
    assert not {"Region__c", "Phone", "Colour__c"} & {*lead["properties"], *contact["properties"]}
    assert lead["properties"]["Rating"] is None


def test_a_row_id_that_is_not_unique_is_refused(run: Run, seed: Seed, rules_file: Rules) -> None:
    """Without it two records could claim a row; without rules nobody needs it."""
    plain = {"object": "Lead", "name": "Outreach_Id__c", "external_id": True}
    seed(leads=[LEAD], keys=[plain])

    assert 1 == len(run().ids())
    with pytest.raises(ConfigError, match="Unique"):
        run(rules_file=rules_file())


def test_an_org_that_is_not_provisioned_is_named(run: Run, seed: Seed, rules_file: Rules) -> None:
    """With rules the tap stops and says what to do."""
    seed(leads=[LEAD], keys=[])

    with pytest.raises(ConfigError, match="Deploy the package"):
        run(rules_file=rules_file())


def test_facts_are_kept_for_a_day(
    run: Run, seed: Seed, rules_file: Rules, calls: Calls, sandbox: Running
) -> None:
    """The org is described once; a field that is new in the rules is asked about at once."""
    seed(leads=[LEAD])
    first = run(rules_file=rules_file())
    described = calls()
    second = run(first.state, rules_file=rules_file())
    kept = calls()
    run(second.state, rules_file=rules_file("Website"))

    # two looks at the org: at its objects, and at what their fields lead to
    assert (["composite"] * 3, ["composite"]) == (described, kept)
    assert ["composite"] * 3 == calls()


def test_kept_facts_that_are_wrong_are_read_again(
    run: Run, seed: Seed, rules_file: Rules, sandbox: Running, calls: Calls
) -> None:
    """A field that went away within the day: a mapped one stops the run, any other is left out."""
    seed(leads=[LEAD])
    first = run(rules_file=rules_file("Website"), properties=["Rating"])
    sandbox.control.people("salesforce", "hide_field", object="Lead", field="Rating")
    sandbox.control.people("salesforce", "edit", id=first.ids()[0], values={"City": "Ulm"})
    calls()
    second = run(first.state, rules_file=rules_file("Website"), properties=["Rating"])
    looked = calls()
    sandbox.control.people("salesforce", "hide_field", object="Lead", field="Website")

    assert ["composite"] * 4 == looked
    assert [False] == ["Rating" in r["properties"] for r in second.records()]
    with pytest.raises(ConfigError, match="`Website`"):
        run(second.state, rules_file=rules_file("Website"), properties=["Rating"])


def test_a_parent_that_is_not_seen_is_left_out(
    run: Run, seed: Seed, caplog: pytest.LogCaptureFixture
) -> None:
    """The account's name is usual, and a user without it still reads the contacts."""
    account = {"Name": "Acme"}
    seed(contacts=[{"LastName": "Roe"}], accounts=[account], hidden_fields=["Account.Name"])

    with caplog.at_level(logging.WARNING):
        (contact,) = run().records("contacts")

    assert "Account.Name" not in contact["properties"]
    assert "Account.Name" in caplog.text


def test_lookups_by_wrong_facts_look_again(
    run: Run, seed: Seed, sandbox: Running, tmp_path: Path
) -> None:
    """A field that went away within the day costs the look-ups no more than the changes."""
    seed(leads=[LEAD])
    asked = tmp_path / "lookups.json"
    asked.write_text('{"salesforce": {"leads": {"emails": ["a@example.com"]}}}')
    settings = {"mode": "lookups", "lookups_file": str(asked), "properties": ["Rating"]}
    first = run(**settings)
    sandbox.control.people("salesforce", "hide_field", object="Lead", field="Rating")

    second = run(first.state, **settings)

    assert [True, False] == [
        "Rating" in r["properties"] for found in (first, second) for r in found.records()
    ]


def test_a_name_that_is_none_is_refused_before_any_call(run: Run, sandbox: Running) -> None:
    """A setting cannot get into a query by way of a field's name."""
    found = run(properties=["Email FROM User--", "Name, (SELECT Id FROM Tasks)"])

    assert [] == found.ids()
    assert {200} == {call["status"] for call in sandbox.control.calls()}


def test_more_fields_than_an_address_holds_are_all_read(
    run: Run, seed: Seed, calls: Calls, person: Any
) -> None:
    """They are fetched by id in bodies, deleted records excepted."""
    names = [f"A_very_long_name_of_a_field_number_{n}__c" for n in range(250)]
    fields = [{"object": "Lead", "name": name} for name in names]
    seed(leads=[{**LEAD, names[7]: "seven"}] * 3, custom_fields=fields)
    first = run(properties=names)
    asked = calls()
    person("delete", id=first.ids()[0])
    second = run(first.state, properties=names)

    assert 3 == len(first.ids())
    assert {"seven"} == {r["properties"][names[7]] for r in first.records()}
    assert ["composite"] * 3 + ["collections.read_many"] == asked
    assert [(first.ids()[0], True)] == [(r["id"], r["archived"]) for r in second.records()]


def test_an_object_that_is_not_seen_is_left_out(
    run: Run, seed: Seed, caplog: pytest.LogCaptureFixture
) -> None:
    """A user without opportunities still reads leads and contacts."""
    seed(leads=[LEAD])

    with caplog.at_level(logging.WARNING):
        found = run(meanwhile=_blind_to_opportunities)

    assert (1, []) == (len(found.ids()), found.ids("opportunities"))
    assert "may not see the object Opportunity" in caplog.text


def _blind_to_opportunities(tap: Any) -> None:
    from outreach_core.errors import Skippable

    found = dict(tap.described)
    found["Opportunity"] = Skippable("no such object", code="not_found")
    tap.__dict__["described"] = found


def test_the_shipped_rules_name_fields_that_are_there(run: Run, seed: Seed) -> None:
    """`transforms/rules/salesforce.yml` works in an org with the package of `salesforce/`."""
    path = ROOT / "transforms" / "rules" / "salesforce.yml"
    folder = ROOT / "salesforce/force-app/main/default/objects/Lead/fields"
    made = [file.name.partition(".")[0] for file in sorted(folder.iterdir())]
    made.append("HasOptedOutOfEmail")  # hidden in a new org; the package's permission set grants it
    fields = [{"object": "Lead", "name": name} for name in made if name != "Outreach_Id__c"]
    seed(leads=[{**LEAD, "City": "Ulm", "FirstName": "Ann"}], custom_fields=fields)

    (record,) = run(rules_file=str(path)).records()

    assert set(load_rules(path).sources) <= set(record["properties"])


def test_every_stream_has_its_fields() -> None:
    """The rule file's object has the mapped ones, the others the usual; names may say whose they are."""
    found = wanted(None, ["Rating", "Contact.Title", "Contact.Owner.Email", "Account.Name"])

    assert {"Rating", "Account.Name", "Company"} <= set(found.fields["Lead"])
    assert {"Title", "Owner.Email", "Account.Name", "MailingCity"} <= set(found.fields["Contact"])
    assert {"Name", "StageName", "Amount"} <= set(found.fields["Opportunity"])
    assert found.mapped is None
