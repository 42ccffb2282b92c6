"""Whom an import asks for: filters by type, who is left out, what cannot be asked, and no way into the query."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from outreach_adapters.salesforce import soql
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running
from tap_salesforce_crm import conditions, criteria

Ask = Callable[..., Any]
PORTO = {"field": "City", "operator": "EQ", "value": "Porto"}
FIELDS = [
    {"name": "Employees__c", "object": "Lead", "type": "Number", "label": "Employees"},
    {"name": "Met__c", "object": "Lead", "type": "Date", "label": "Met"},
    {"name": "Fair__c", "object": "Lead", "type": "Checkbox", "label": "Fair"},
]


def lead(name: str, **values: Any) -> dict[str, Any]:
    """A lead in Porto."""
    usual = {"LastName": name, "Company": "Acme", "Email": f"{name}@example.com", "City": "Porto"}
    return {**usual, **values}


@pytest.fixture
def ids(seed: Callable[..., None], sandbox: Running) -> dict[str, str]:
    """Leads a to f, of whom d has no address and f was converted, and a contact p; their ids by name."""
    seed(
        leads=[
            lead("a", Rating="Hot", Employees__c=5, Met__c="2026-01-31", Fair__c=True),
            lead("b", City="Faro", Company="100% Wool", Employees__c=50),
            lead("c", Company="O'Neil \\ Sons", Met__c="2026-03-01"),
            lead("d", Email=None),
            lead("e", City="porto", Company="100 Wools_x"),
            lead("f"),
        ],
        contacts=[{"LastName": "p", "Email": "p@example.com", "MailingCity": "Porto"}],
        conversions=[{"email": "f@example.com", "status": "Closed - Converted"}],
        custom_fields=FIELDS,
    )
    found = [
        record
        for of in ("Lead", "Contact")
        for record in sandbox.control.people("salesforce", "records", object=of)["records"]
    ]
    return {record["LastName"]: record["Id"] for record in reversed(found)}


@pytest.fixture
def ask(run: Ask, ids: dict[str, str]) -> Ask:
    """Run the tap for an import."""

    def once(given: object = None, **settings: Any) -> Any:
        asked = {} if given is None else {"import_criteria": given}
        return run(mode="import", **asked, **settings)

    return once


@pytest.fixture
def names(ask: Ask, ids: dict[str, str]) -> Callable[..., str]:
    """The names of the leads that an import brings, in their order."""
    by_id = {record_id: name for name, record_id in ids.items()}
    return lambda given, **settings: "".join(by_id[i] for i in ask(given, **settings).ids())


def one(messages: Any) -> dict[str, Any]:
    """The record of `imports`."""
    (found,) = messages.records("imports")
    return found


def refused(ask: Ask, *given: object, **settings: Any) -> str:
    """What the tap says to settings it does not take."""
    with pytest.raises(ConfigError) as error:
        ask(*given, **settings)
    return str(error.value)


def test_filters_bring_who_fits_and_has_an_address(ask: Ask, ids: dict[str, str]) -> None:
    """Who has no address is counted; who was converted is not even that."""
    messages = ask(json.dumps({"filters": [PORTO]}))

    assert [ids[n] for n in "ace"] == messages.ids() == one(messages)["record_ids"]
    assert ("leads", 1, 0) == tuple(
        one(messages)[key] for key in ("object", "without_email", "left_out")
    )
    assert [] == messages.ids("contacts")


def test_contacts_come_when_they_are_asked_for(ask: Ask, ids: dict[str, str]) -> None:
    """The contact that a lead became among them, and no lead."""
    everybody = [{"field": "Email", "operator": "HAS_PROPERTY"}]
    messages = ask(everybody, import_object="contacts")

    became = [r["properties"]["LastName"] for r in messages.records("contacts")]
    assert ["p", "f"] == became
    assert [] == messages.ids()
    assert ("contacts", 2) == (one(messages)["object"], len(one(messages)["record_ids"]))


def test_groups_are_alternatives(names: Callable[..., str]) -> None:
    """Who fits twice comes once; the words of a HubSpot search are taken too."""
    faro = {"propertyName": "city", "operator": "in", "values": ["FARO", "Porto"]}
    hot = {"property": "Rating", "value": "Hot"}
    assert "abce" == names({"filterGroups": [{"filters": [faro]}, {"filters": [hot]}]})
    assert "a" == names({"filters": [PORTO, hot]})


@pytest.mark.parametrize(
    ("field", "operator", "values", "found"),
    [
        ("City", "NEQ", {"value": "Porto"}, "b"),
        ("city", "IN", {"values": ["faro", "x"]}, "b"),
        ("City", "NOT_IN", {"values": ["faro", "x"]}, "ace"),
        ("Rating", "HAS_PROPERTY", {}, "a"),
        ("Rating", "NOT_HAS_PROPERTY", {}, "bce"),
        ("Rating", "NEQ", {"value": "Hot"}, "bce"),
        ("Rating", "NOT_CONTAINS", {"value": "o"}, "bce"),
        ("Company", "CONTAINS", {"value": "wool"}, "be"),
        ("Company", "CONTAINS", {"value": "0% W"}, "b"),
        ("Company", "CONTAINS", {"value": "s_x"}, "e"),
        ("Company", "CONTAINS", {"value": "l_x"}, ""),
        ("Company", "CONTAINS", {"value": "l \\ S"}, "c"),
        ("Company", "EQ", {"value": "O'Neil \\ Sons"}, "c"),
        ("Company", "STARTS_WITH", {"value": "100"}, "be"),
        ("Company", "STARTS_WITH", {"value": "Wool"}, ""),
        ("Employees__c", "GT", {"value": 5}, "b"),
        ("Employees__c", "GTE", {"value": "5"}, "ab"),
        ("Employees__c", "BETWEEN", {"value": 1, "highValue": 5.5}, "a"),
        ("Employees__c", "IN", {"values": [5, 50.0]}, "ab"),
        ("Employees__c", "LT", {"value": 50}, "a"),
        ("Met__c", "LTE", {"value": "2026-01-31"}, "a"),
        ("Met__c", "BETWEEN", {"value": "2026-02-01", "highValue": "2026-12-31"}, "c"),
        ("CreatedDate", "GT", {"value": "2001-01-01"}, "abce"),
        ("CreatedDate", "LT", {"value": "2001-01-01T09:00:00+02:00"}, ""),
        ("Fair__c", "EQ", {"value": True}, "a"),
        ("Fair__c", "EQ", {"value": "FALSE"}, "bce"),
    ],
)
def test_operators(
    names: Callable[..., str], field: str, operator: str, values: dict[str, Any], found: str
) -> None:
    """Texts in any case and with wildcards in them, numbers, days, moments, checkboxes, and no value."""
    assert found == names([{"field": field, "operator": operator, **values}])


def test_records_are_found_by_id(ask: Ask, ids: dict[str, str]) -> None:
    """The short form of an id does too; what is no id is refused before anything is asked."""
    one_filter = {"field": "Id", "operator": "IN", "values": [ids["c"][:15], ids["a"]]}
    assert [ids["a"], ids["c"]] == ask([one_filter]).ids()
    assert "a record's id" in refused(ask, [{"field": "OwnerId", "value": "Pat"}])


def test_the_limit_takes_who_was_made_first(ask: Ask, ids: dict[str, str]) -> None:
    """Who is beyond it is counted; another limit is another import."""
    messages = ask([PORTO], import_limit=2)
    assert ([ids["a"], ids["c"]], 2) == (messages.ids(), one(messages)["left_out"])
    assert one(messages)["criteria"] != one(ask([PORTO]))["criteria"]
    assert 0 == one(ask([PORTO], import_limit=3))["left_out"]
    assert "below 1" in refused(ask, [PORTO], import_limit=0)


def test_no_bookmark_is_kept(ask: Ask, run: Ask) -> None:
    """Everybody is read every time, and nothing of anybody is in a state."""
    first = ask([PORTO])
    again = run(first.state, mode="import", import_criteria=[PORTO])

    assert first.ids() == again.ids()
    assert one(first)["criteria"] == one(again)["criteria"]
    assert {"bookmarks": {}} == first.state == again.state


def test_the_org_is_told_too(ask: Ask) -> None:
    """The ledger hears which org it is, as from the sync."""
    counted = ask([PORTO]).records("crm_snapshots")
    assert {"leads", "contacts"} == {record["object"] for record in counted}
    assert all(record["portal_id"] and record["address"] for record in counted)


def test_pages_that_are_gone_are_asked_for_anew(
    run: Ask, seed: Callable[..., None], sandbox: Running
) -> None:
    """A cursor that ends in the middle of an import costs a question and loses nobody."""
    seed(leads=[lead(f"l{n}") for n in range(450)], org={"query_page_size": 200})
    sandbox.control.queue_faults(
        {
            "vendor": "salesforce",
            "operation": "query.more",
            "kind": "before",
            "status": 404,
            "body": [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}],
        }
    )
    messages = run(mode="import", import_criteria=[PORTO])

    assert 450 == len(messages.ids()) == len(set(messages.ids()))
    assert [True] == [fault["consumed"] for fault in sandbox.control.faults()]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{filters}", "are not JSON"),
        ("3", "no JSON object"),
        ({"filter": []}, "no key `filter`"),
        ({"filters": []}, "no filter"),
        ({"filters": [PORTO], "filterGroups": []}, "both `filters` and `filterGroups`"),
        ({"filterGroups": [{"filter": []}]}, "Group 1 is not of the form"),
        ({"filterGroups": [{"filters": [PORTO]}, {"filters": [3]}]}, "Filter 1 of group 2"),
        ([{"operator": "EQ", "value": "x"}], "Filter 1 names no field"),
        ([PORTO, {**PORTO, "operator": "LIKE"}], "Filter 2 (`City`) has an operator"),
        ([{**PORTO, "colour": 1}], "Filter 1 has no key `colour`"),
        ([{"field": "City", "operator": "EQ"}], "Filter 1 (`City` EQ) lacks a value"),
        ([{"field": "City", "operator": "IN", "value": "a"}], "(`City` IN) takes no `value`"),
        ([{"field": "City", "operator": "BETWEEN", "value": 1}], "Give it `value`, `highValue`"),
        ([{"field": "Citty", "value": "x"}], "Did you mean `City`?"),
        ([{"field": "Employees__c", "operator": "GT", "value": "two"}], "takes a number"),
        ([{"field": "Employees__c", "operator": "CONTAINS", "value": "2"}], "not take CONTAINS"),
        ([{"field": "Employees__c", "value": "1e999999"}], "takes a number"),
        ([{"field": "Met__c", "operator": "GT", "value": "May"}], "takes a date"),
        ([{"field": "CreatedDate", "operator": "GT", "value": "May"}], "takes a moment"),
        ([{"field": "Fair__c", "value": "yes"}], "takes true or false"),
        ([{"field": "Fair__c", "operator": "HAS_PROPERTY"}], "not take HAS_PROPERTY"),
        ([{"field": "Description", "value": "x"}], "does not filter by `Description`"),
        ([{"field": "City", "operator": "IN", "values": ["x" * 20] * 900}], "longer than"),
        ([{"field": "City", "value": "x\u0000y"}], "printable characters"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_filter(ask: Ask, given: object, words: str) -> None:
    """The filter, the field and the remedy are named."""
    assert words in refused(ask, given)


def test_a_closed_list_has_only_its_choices(
    run: Ask, seed: Callable[..., None], sandbox: Running
) -> None:
    """A word that no record can have is a mistake; an open list takes any word."""
    seed(leads=[lead("a")], picklists=[{"object": "Lead", "field": "Rating", "restricted": True,
         "values": ["Hot", "Cold"]}])  # fmt: skip
    with pytest.raises(ConfigError, match="It has `Hot`, `Cold`"):
        run(mode="import", import_criteria=[{"field": "Rating", "value": "Warmish"}])
    assert [] == run(mode="import", import_criteria=[{"field": "Status", "value": "Odd"}]).ids()


def test_a_mistake_never_repeats_a_value(ask: Ask) -> None:
    """A value may be somebody's address."""
    for one_filter in (
        {"field": "Emial", "value": "ada@example.com"},
        {"field": "Employees__c", "value": "ada@example.com"},
        {"field": "CreatedDate", "value": "ada@example.com"},
        {"field": "Email", "operator": "IS", "value": "ada@example.com"},
        {"field": "OwnerId", "value": "ada@example.com"},
    ):
        assert "ada" not in refused(ask, [one_filter])


def test_nothing_said_is_refused_before_anything_is_asked(ask: Ask, sandbox: Running) -> None:
    """No call is made, not even for a token."""
    assert "OUTREACH_IMPORT_CRITERIA" in refused(ask)
    assert [] == sandbox.control.calls()


# -- no way into the query ------------------------------------------------------------------------

EVIL = (
    "' OR Name != '",
    "\\' OR Name != \\'",
    "x' OR City LIKE '%",
    "') OR (City != '",
    "\\",
    "%",
    "_",
    "x\\') OR Id != null OR (City = \\'",
    "Porto' ORDER BY Id LIMIT 1 --",
)


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize("operator", ["EQ", "CONTAINS", "STARTS_WITH", "IN"])
def test_a_value_never_becomes_part_of_the_query(
    names: Callable[..., str], evil: str, operator: str
) -> None:
    """Quotes, backslashes and wildcards bring those in whose city they stand: nobody."""
    value = {"values": [evil]} if operator == "IN" else {"value": evil}
    assert "" == names([{"field": "City", "operator": operator, **value}])


@pytest.mark.parametrize(
    "evil", ["City = 'x' OR Id", "City, Name", "Id) OR (Id", "Owner.Name", "City--", "\uff23ity"]
)
def test_a_name_is_one_of_the_orgs_or_nothing(ask: Ask, evil: str, sandbox: Running) -> None:
    """What is no field's name is refused, and no query is asked."""
    refused(ask, [{"field": evil, "value": "x"}])
    asked = [unquote(str(call)) for call in sandbox.control.calls()]
    assert not any("CreatedDate, Id" in text for text in asked)


TEXT_FIELD = {"name": "City", "type": "string", "filterable": True}
STRING = re.compile(r"'(?:[^'\\]|\\.)*'", re.DOTALL)


@given_any(st.text(min_size=1, max_size=40), st.sampled_from(["EQ", "NEQ", "CONTAINS", "IN"]))
def test_a_query_has_the_same_shape_whatever_the_value(text: str, operator: str) -> None:
    """Without its strings a condition is the same for every value; or the value is refused."""
    value = {"values": [text]} if operator == "IN" else {"value": text}
    plain = {"values": ["x"]} if operator == "IN" else {"value": "x"}
    try:
        made = rendered({"field": "City", "operator": operator, **value})
    except ConfigError:
        return
    assert STRING.sub("?", rendered({"field": "City", "operator": operator, **plain})) == (
        STRING.sub("?", made)
    )


def rendered(one_filter: dict[str, Any]) -> str:
    """A condition over one field of text."""
    return conditions.condition(criteria.parse([one_filter]), "Lead", [TEXT_FIELD])


def test_literals_of_each_type() -> None:
    """A number is written out, a day has no quotes, a moment has a zone, a flag is a word."""
    shown = [soql.literal(v) for v in (Decimal("1E+3"), True, datetime.fromisoformat("2026-01-31T01:00:00+02:00").date())]  # fmt: skip
    assert ["1000", "true", "2026-01-31"] == shown
