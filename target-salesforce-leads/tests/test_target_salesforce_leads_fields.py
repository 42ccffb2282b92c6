"""Rules against the org: what it cannot hold stops the target before its first write, all of it at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.salesforce_plan import create, deal, mail
from outreach_core.errors import ConfigError
from target_salesforce_leads.org import Org, Status

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
ROOT = Path(__file__).resolve().parents[2]
OBJECTS = ROOT / "salesforce" / "force-app" / "main" / "default" / "objects"
RULES = ROOT / "transforms" / "rules" / "salesforce.yml"
HEAD = "side: salesforce\nobject: leads\nexternal_id: Outreach_Id__c\n"
FIELDS = f"{HEAD}fields:\n  email: {{property: Email}}\n"


def custom(name: str, kind: str = "Text", of: str = "Lead", **more: Any) -> dict[str, Any]:
    """A custom field of the seed."""
    return {"object": of, "name": name, "type": kind, **more}


@pytest.fixture
def told(run: Run, rules: Any, records: Records, sandbox: Any) -> Callable[[str], str]:
    """Run with a rule file; returns what the target says, which has written nothing."""

    def by(text: str, **settings: Any) -> str:
        rules(text)
        with pytest.raises(ConfigError) as caught:
            run(create("a"), **settings)
        assert [] == records()
        writes = [c for c in sandbox.control.calls() if c["operation"].startswith("collections.")]
        assert [] == writes
        return caught.value.message

    return by


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "phone: {property: Colour__c}",
            ["`phone` lives in Colour__c", "Lead has no such field", "permission set"],
        ),
        ("phone: {property: Phnoe}", ["`phone`", "Did you mean Phone?"]),
        ("phone: {property: Outreach_Campaign__c}", ["`phone`", "Deploy the package"]),
        (
            "phone: {property: ConvertedContactId}",
            ["`phone`", "Lead.ConvertedContactId", "may not write", "crm_to_sheet"],
        ),
        (
            "phone: {property: Score__c}",
            ["`phone` is of type text, but Lead.Score__c is of type double"],
        ),
        ("score: {property: Responded__c}", ["`score` is of type number", "type boolean"]),
        ("score: {property: Grade__c}", ["`score` is of type number", "type picklist"]),
        ("phone: {property: Outreach_Last_Contacted__c}", ["is of type text", "type datetime"]),
        ("grade: {property: Phone}", ["is of type choice", "type phone", "combobox"]),
        ("city: {property: City, max_length: 80}", ["80 characters", "Lead.City holds 40"]),
        (
            "city: {property: City, max_length: 80, overflow_to: Street}",
            ["80 characters", "Lead.City holds 40", "max_length: 40"],
        ),
        (
            "city: {property: City, max_length: 40, overflow_to: PostalCode}",
            ["40 characters", "Lead.PostalCode holds 20", "longer field"],
        ),
        (
            "city: {property: City, max_length: 40, overflow_to: Stret}",
            ["`city` lives in Stret", "Did you mean Street?"],
        ),
        (
            "grade: {property: Grade__c, values: {good: A, bad: Z}}",
            ["`grade` names Z, but Lead.Grade__c has A, B."],
        ),
        (
            "grade: {property: Rating, values: {good: Hot, bad: Frozen}}",
            ["`grade` names Frozen, but Lead.Rating has Hot, Warm, Cold."],
        ),
    ],
)
def test_a_field_the_org_cannot_hold(
    seed: Seed, told: Callable[[str], str], *, line: str, said: list[str]
) -> None:
    """The message has the line, the rule, the field and what the org has."""
    seed()
    message = told(f"{FIELDS}  {line}\n")

    assert "salesforce.yml:6: " in message
    for words in said:
        assert words in message


@pytest.mark.parametrize(
    "line",
    [
        "phone: {property: ConvertedContactId, direction: crm_to_sheet}",
        "phone: {property: Nothing__c, direction: 'off'}",
        "phone: {property: Description}",
        "phone: {property: LeadSource}",
        "score: {property: NumberOfEmployees}",
        "score: {property: Title}",
        "grade: {property: Grade__c, values: {good: a, bad: B}}",
        "grade: {property: Title}",
        "city: {property: City, max_length: 40, overflow_to: Street}",
        "city: {property: City, max_length: 20}",
    ],
)
def test_a_field_the_org_can_hold(run: Run, seed: Seed, rules: Any, *, line: str) -> None:
    """What is only read, or fits, is no mistake."""
    seed()
    rules(f"{FIELDS}  {line}\n")

    assert {"a": "written"} == run(create("a")).kinds


def test_every_mistake_is_told_at_once(seed: Seed, told: Callable[[str], str]) -> None:
    """Of the lead, its status, the contact, the opportunities: in the order of the file."""
    seed()
    message = told(
        FIELDS
        + "  phone: {property: A__c}\n"
        + "written:\n  responded: B__c\n"
        + "status:\n  property: Status\n  push: {Draft: Fresh, Sent: Closed - Converted}\n"
        + "opportunities:\n  stage: Handshake\n"
        + "converted:\n  object: contacts\n  fields:\n    city: {property: C__c}\n"
    )

    lines = message.split("\n")
    assert 5 == len(lines)
    assert "the stage Handshake, but there are Prospecting, Qualification" in lines[0]
    for part, words in zip(lines[1:3], ("A__c", "B__c"), strict=True):
        assert words in part
    assert "sets Closed - Converted, which is for converted leads alone" in message
    assert "Contact has no such field" in lines[4]


def test_renamed_statuses_are_those_of_the_org(
    run: Run, seed: Seed, rules: Any, records: Records
) -> None:
    """An org calls its statuses as it likes; the rules say what it calls them."""
    statuses = [
        {"value": "Neu", "default": True},
        {"value": "Angeschrieben"},
        {"value": "Gewonnen", "converted": True},
    ]
    seed(org={"lead_statuses": statuses})
    rules(f"{FIELDS}status:\n  property: Status\n  push: {{Draft: Neu, Sent: Angeschrieben}}\n")
    run(create("a", Status="Angeschrieben"), create("b"))

    assert ["Angeschrieben", "Neu"] == [record["Status"] for record in records()]


def test_a_status_that_is_not_there_costs_its_own_field(
    run: Run, seed: Seed, records: Records
) -> None:
    """Salesforce would take any word: the lead is made with the org's own, and its row is told which there are."""
    seed()
    told = run(create("a", Status="Fresh"), create("b", Status="Working - Contacted"))

    assert ["Open - Not Contacted", "Working - Contacted"] == [r["Status"] for r in records()]
    assert "unknown_choice" == told.outcomes["a"].problem.code
    assert "Open - Not Contacted, Working - Contacted" in told.outcomes["a"].problem.message
    assert [{"status": "unknown_choice"}, {}] == [told.outcomes[n].skipped for n in ("a", "b")]


@pytest.mark.parametrize(
    ("without", "custom_fields", "said"),
    [
        (("Lead.Outreach_Id__c",), [], "of Lead is not there"),
        (("Lead.Outreach_Id__c",), [custom("Outreach_Id__c")], "of Lead is not a unique"),
        (("Contact.Outreach_Id__c",), [], "of Contact is not there"),
    ],
)
def test_an_org_that_cannot_recognise_rows(
    run: Run,
    seed: Seed,
    records: Records,
    *,
    without: tuple[str, ...],
    custom_fields: list[dict[str, Any]],
    said: str,
) -> None:
    """Without a unique external id a lead could be made twice: the remedy is named."""
    seed(without=without, custom_fields=custom_fields)

    with pytest.raises(ConfigError, match=rf"{said}.*Deploy the package"):
        run(create("a"))

    assert [] == records()


@pytest.mark.parametrize(("read_only", "said"), [(False, "not to be seen"), (True, "be written")])
def test_field_level_security(
    run: Run, seed: Seed, person: Any, records: Records, *, read_only: bool, said: str
) -> None:
    """A field of ours that the integration user may not see or write stops the target too."""
    seed()
    person("hide_field", object="Lead", field="Outreach_Id__c", read_only=read_only)

    with pytest.raises(ConfigError, match=said):
        run(create("a"))

    assert [] == records()


@pytest.mark.parametrize("read_only", [True, False])
def test_a_mapped_field_the_user_may_not_write(
    seed: Seed, person: Any, told: Callable[[str], str], *, read_only: bool
) -> None:
    """Seen or not: the rule is named."""
    seed()
    person("hide_field", object="Lead", field="Phone", read_only=read_only)
    message = told(f"{FIELDS}  phone: {{property: Phone}}\n")

    assert "salesforce.yml:6: `phone` lives in " in message


def test_a_mark_that_is_not_there_is_left_out(run: Run, seed: Seed, records: Records) -> None:
    """`Outreach_Sync_Created__c` is a help for the org's automation; without it leads are made."""
    seed(without=("Lead.Outreach_Sync_Created__c",))

    assert {"a": "written"} == run(create("a")).kinds
    assert "Outreach_Sync_Created__c" not in records()[0]


def test_the_org_is_asked_once(run: Run, seed: Seed, calls: Any) -> None:
    """Whatever is written: one call tells all of it."""
    seed()
    run(create("a"), mail("m", rid="rid-a"), deal("d", rid="rid-a"))

    assert 1 == calls().count("composite")


def package() -> list[dict[str, Any]]:
    """The fields that the package in `salesforce/` brings, as the sandbox's seed has them."""
    found = []
    for path in sorted(OBJECTS.glob("*/fields/*.field-meta.xml")):
        node = ET.parse(path).getroot()
        told = {child.tag.partition("}")[2]: child.text or "" for child in node}
        if path.parent.parent.name in ("Lead", "Contact", "Activity", "Opportunity"):
            found.append(
                custom(
                    told["fullName"],
                    told["type"],
                    path.parent.parent.name,
                    length=int(told.get("length", 0)) or 255,
                    external_id=told.get("externalId") == "true",
                    unique=told.get("unique") == "true",
                    references=told.get("referenceTo", ""),
                )
            )
    return found


def test_the_shipped_rules_fit_the_shipped_package(run: Run, seed: Seed, records: Records) -> None:
    """An org with the package and nothing else takes everything the shipped rule file sends."""
    seed(custom_fields=package(), provisioned=False)
    told = run(create("a"), mail("m", rid="rid-a"), deal("d", rid="rid-a"), rules_file=str(RULES))

    assert {"a": "written", "m": "written", "d": "written"} == told.kinds
    assert records()[0]["Id"] == records("Opportunity")[0]["Source_Lead__c"]


# -- the status of a completed task, by what orgs may say ---------------------------------------


@pytest.mark.parametrize(
    ("statuses", "wanted", "status"),
    [
        ((("Open", False), ("Completed", True)), None, "Completed"),
        ((("Open", False), ("Erledigt", True), ("Ersetzt", True)), None, "Erledigt"),
        ((("Open", False), ("Done", True), ("Completed", True)), None, "Completed"),
        ((("Completed", True), ("Logged", True)), "Logged", "Logged"),
        ((("Completed", False), ("Done", True)), None, "Done"),
    ],
)
def test_the_status_of_a_completed_task(
    statuses: tuple[tuple[str, bool], ...], wanted: str | None, status: str
) -> None:
    """The wanted one, else Completed, else the first that closes a task."""
    org = Org({}, task_statuses=tuple(Status(name, ends) for name, ends in statuses))

    assert status == org.closed_status(wanted)


@pytest.mark.parametrize("wanted", ["Open", "Nothing"])
def test_a_status_that_closes_nothing(wanted: str) -> None:
    """It would leave the task open on somebody's list."""
    org = Org({}, task_statuses=(Status("Open", ends=False), Status("Completed", ends=True)))

    with pytest.raises(ConfigError, match=f"no closed status `{wanted}`; there are Completed"):
        org.closed_status(wanted)


def test_an_org_without_a_closed_status() -> None:
    """Nothing is guessed."""
    with pytest.raises(ConfigError, match="no closed status; there are none"):
        Org({}, task_statuses=(Status("Open", ends=False),)).closed_status()
