"""Whom an import asks for: filters and lists, their limits, who is left out, and what is never said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from outreach_adapters.hubspot import selection
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running
from tap_hubspot_crm import criteria

Ask = Callable[..., Any]
PORTO = {"property": "city", "operator": "EQ", "value": "Porto"}
PEOPLE = [
    {"id": 1, "properties": {"email": "a@example.com", "city": "Porto", "hs_lead_status": "NEW"}},
    {"id": 2, "properties": {"email": "b@example.com", "city": "Faro", "hs_lead_status": "OPEN"}},
    {"id": 3, "properties": {"city": "Porto"}},
    {"id": 4, "properties": {"email": "d@example.com", "city": "Porto"}},
    {"id": 11, "properties": {"email": "e@example.com", "city": "porto"}},
]
LISTS = [
    {"name": "Spring", "members": [11, 2, 3]},
    {"name": "2024", "members": [4]},
]


@pytest.fixture
def ask(run: Ask, sandbox: Running, config: dict[str, Any]) -> Ask:
    """Run the tap for an import in an account with five contacts and two lists."""
    sandbox.control.reset({"hubspot": {"contacts": PEOPLE, "lists": LISTS}})
    sandbox.control.forget_calls()

    def once(given: object = None, **settings: Any) -> Any:
        asked = {} if given is None else {"import_criteria": given}
        return run(mode="import", **asked, **settings)

    return once


def one(messages: Any) -> dict[str, Any]:
    """The record of `imports`."""
    (found,) = messages.records("imports")
    return found


def refused(ask: Ask, *given: object, **settings: Any) -> str:
    """What the tap says to settings it does not take."""
    with pytest.raises(ConfigError) as error:
        ask(*given, **settings)
    return str(error.value)


def test_filters_bring_who_fits_and_has_an_address(ask: Ask) -> None:
    """Those without an address are counted and not brought; the order is that of the ids."""
    messages = ask(json.dumps({"filters": [PORTO]}))

    assert ["1", "4", "11"] == messages.ids == one(messages)["record_ids"]
    assert (1, 0) == (one(messages)["without_email"], one(messages)["left_out"])


def test_groups_are_alternatives(ask: Ask) -> None:
    """HubSpot's own form is taken too; a contact that fits twice comes once."""
    status = {"propertyName": "hs_lead_status", "operator": "in", "values": ["NEW", "OPEN"]}
    groups = {"filterGroups": [{"filters": [PORTO]}, {"filters": [status]}]}

    assert ["1", "2", "4", "11"] == ask(groups).ids


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        ([PORTO], ["1", "4", "11"]),
        ([{"property": "city", "value": "Porto"}], ["1", "4", "11"]),
        (
            [{"property": "city", "operator": "IN", "values": ["FARO", "Porto"]}],
            ["1", "2", "4", "11"],
        ),
        (
            [{"property": "hs_object_id", "operator": "BETWEEN", "value": 2, "highValue": 4}],
            ["2", "4"],
        ),
        ([{"property": "hs_lead_status", "operator": "HAS_PROPERTY"}], ["1", "2"]),
        (
            [{"property": "createdate", "operator": "GT", "value": "2001-01-01"}],
            ["1", "2", "4", "11"],
        ),
    ],
)
def test_operators(ask: Ask, given: list[dict[str, Any]], ids: list[str]) -> None:
    """Filters in short form, lists of words in any case, numbers, dates and no value at all."""
    assert ids == ask(given).ids


@pytest.mark.parametrize(
    ("named", "ids"), [("spring", ["2", "11"]), ("2024", ["4"]), ("1", ["2", "11"])]
)
def test_a_list_is_found_by_name_then_by_id(ask: Ask, named: str, ids: list[str]) -> None:
    """A name that is a number is a name first."""
    assert ids == ask(import_list=named).ids


def test_a_list_that_is_not_there_is_named_as_such(ask: Ask) -> None:
    """Neither by name nor by id, and the name itself is not repeated."""
    said = refused(ask, import_list="friends of ada@example.com")
    assert "no list of contacts" in said
    assert "ada" not in said
    assert "no list of contacts" in refused(ask, import_list="9999")


def test_the_limit_takes_who_was_made_first(ask: Ask) -> None:
    """Who is beyond it is counted; another limit is another import."""
    messages = ask([PORTO], import_limit=2)
    assert (["1", "4"], 1) == (messages.ids, one(messages)["left_out"])
    assert one(messages)["criteria"] != one(ask([PORTO]))["criteria"]
    assert 0 == one(ask([PORTO], import_limit=3))["left_out"]
    assert "below 1" in refused(ask, [PORTO], import_limit=0)


def test_no_bookmark_is_kept(ask: Ask, run: Ask) -> None:
    """Everybody is read every time, and nothing of anybody is in a state."""
    first = ask([PORTO])
    again = run(first.state, mode="import", import_criteria=[PORTO])

    assert first.ids == again.ids
    assert one(first)["criteria"] == one(again)["criteria"]
    assert {"bookmarks": {}} == first.state == again.state


def test_the_account_is_told_too(ask: Ask) -> None:
    """The ledger hears which account it is, as from the sync."""
    (counted,) = ask([PORTO]).records("crm_snapshots")
    assert counted["portal_id"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("{filters}", "are not JSON"),
        ("3", "no JSON object"),
        ({"filter": []}, "no key `filter`"),
        ({"filters": []}, "no filter"),
        ({"filters": [PORTO], "filterGroups": []}, "both `filters` and `filterGroups`"),
        ({"filterGroups": [{"filter": []}]}, "Group 1 is not of the form"),
        ([{"operator": "EQ", "value": "x"}], "Filter 1 names no property"),
        ([PORTO, {**PORTO, "operator": "LIKE"}], "Filter 2 (`city`) has an operator"),
        ([{**PORTO, "colour": 1}], "Filter 1 has no key `colour`"),
        ([{"property": "city", "operator": "EQ"}], "Filter 1 (`city` EQ) lacks a value"),
        ([{"property": "city", "operator": "IN", "value": "a"}], "(`city` IN) takes no `value`"),
        ([{"property": "city", "operator": "BETWEEN", "value": 1}], "Give it `value`, `highValue`"),
        ([{"property": "citty", "value": "x"}], "Did you mean `city`?"),
        ([{"property": "hs_lead_status", "value": "HOT"}], "It has `NEW`, `OPEN`"),
        ([{"property": "hs_object_id", "operator": "GT", "value": "two"}], "takes a number"),
        ([{"property": "createdate", "operator": "GT", "value": "May"}], "takes a date"),
        ([PORTO] * 7, "Group 1 has 7 filters"),
        ({"filterGroups": [{"filters": [PORTO]}] * 6}, "have 6 groups"),
        ({"filterGroups": [{"filters": [PORTO] * 5}] * 4}, "have 20 filters"),
        ([{"property": "city", "operator": "IN", "values": ["x" * 20] * 200}], "longer than"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_filter(ask: Ask, given: object, words: str) -> None:
    """The filter and the remedy are named."""
    assert words in refused(ask, given)


def test_a_mistake_never_repeats_a_value(ask: Ask) -> None:
    """A value may be somebody's address."""
    for one_filter in (
        {"property": "emial", "value": "ada@example.com"},
        {"property": "hs_lead_status", "value": "ada@example.com"},
        {"property": "createdate", "value": "ada@example.com"},
        {"property": "email", "operator": "IS", "value": "ada@example.com"},
    ):
        assert "ada" not in refused(ask, [one_filter])


def test_one_of_the_two_says_whom(ask: Ask) -> None:
    """Nothing, and both, are refused before anything is asked of HubSpot."""
    assert "OUTREACH_IMPORT_CRITERIA" in refused(ask)
    assert "Set one of them" in refused(ask, [PORTO], import_list="Spring")


# -- more than a search shows ---------------------------------------------------------------------


class Index:
    """A search index over ids; `meanwhile` is done before each page."""

    def __init__(self, ids: list[int], hidden: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.ids, self.hidden = ids, hidden
        self.queries: list[dict[str, Any]] = []

    def __call__(self, query: dict[str, Any]) -> dict[str, Any]:
        self.queries.append(query)
        after = 0
        for one_filter in query["filterGroups"][0]["filters"]:
            if one_filter["propertyName"] == "hs_object_id":
                after = int(one_filter["value"])
        hits = [number for number in sorted(self.ids) if number > after]
        start = int(query.get("after", 0))
        shown = hits[start : start + query["limit"]]
        body: dict[str, Any] = {"results": [{"id": str(n)} for n in shown if n not in self.hidden]}
        if start + query["limit"] < len(hits):
            body["paging"] = {"next": {"after": str(start + query["limit"])}}
        return body


def found(index: Index, filters: int = 1, groups: int = 1, hits: int = 20) -> list[str]:
    body = {"filters": [{"propertyName": "city", "operator": "HAS_PROPERTY"}] * filters}
    return list(selection.ids_matching(index, [body] * groups, page_size=5, hits=hits))


def test_more_than_ten_thousand_hits_are_paged_by_id() -> None:
    """The offset never grows while there is room for a filter on the id."""
    index = Index(list(range(1, 101)))

    assert [str(n) for n in range(1, 101)] == found(index)
    assert {None} == {query.get("after") for query in index.queries}


def test_a_contact_that_stops_fitting_hides_nobody() -> None:
    """One who drops out between two pages does not shift the others past the next page."""

    class Shrinking(Index):
        def __call__(self, query: dict[str, Any]) -> dict[str, Any]:
            page = super().__call__(query)
            self.ids = [number for number in self.ids if number != 1]
            return page

    assert [str(n) for n in range(1, 13)] == found(Shrinking(list(range(1, 13))))


def test_a_page_of_people_who_are_gone_is_not_the_end() -> None:
    """The index counts who was deleted a moment ago, and shows nobody for them."""
    index = Index(list(range(1, 18)), hidden=set(range(6, 16)))

    assert ["1", "2", "3", "4", "5", "16", "17"] == found(index)


def test_without_room_for_the_id_offsets_do_up_to_the_limit() -> None:
    """Six filters in a group leave no room: 10,000 hits are the end, and it is said so."""
    assert [str(n) for n in range(1, 19)] == found(Index(list(range(1, 19))), filters=6)
    with pytest.raises(ConfigError, match="at most 5 filters a group"):
        found(Index(list(range(1, 40))), filters=6)


def test_criteria_are_plain_data_in_hubspots_words() -> None:
    """What is sent is what was asked, key by key."""
    given = [{"property": "email", "operator": "HAS_PROPERTY"}, PORTO]
    assert [
        {
            "filters": [
                {"propertyName": "email", "operator": "HAS_PROPERTY"},
                {"propertyName": "city", "operator": "EQ", "value": "Porto"},
            ]
        }
    ] == criteria.bodies(criteria.parse(given))
