"""What was asked for: particular records from the store, deletions, merges and conversions settled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Ask = Callable[..., Any]
Person = Callable[..., dict[str, Any]]
Calls = Callable[[], list[str]]


@pytest.fixture
def ids(seed: Callable[..., None], sandbox: Running) -> dict[str, str]:
    """Four leads a, b, c, d with row ids ra to rd, and a contact p with rp; their ids by name."""
    seed(
        leads=[
            {
                "LastName": c,
                "Company": "Acme",
                "Email": f"{c}@example.com",
                "Outreach_Id__c": f"r{c}",
            }
            for c in "abcd"
        ],
        contacts=[{"LastName": "p", "Email": "p@example.com", "Outreach_Id__c": "rp"}],
    )
    found = [
        record
        for of in ("Lead", "Contact")
        for record in sandbox.control.people("salesforce", "records", object=of)["records"]
    ]
    return {record["LastName"]: record["id"] for record in found}


@pytest.fixture
def ask(run: Callable[..., Any], ids: dict[str, str], tmp_path: Path) -> Ask:
    """Run the tap for these questions: about leads, or by object."""

    def once(contacts: dict[str, list[str]] | None = None, **leads: list[str]) -> Any:
        path = tmp_path / "lookups.json"
        asked = {"leads": leads, "contacts": contacts or {}}
        path.write_text(json.dumps({"version": 1, "salesforce": asked}))
        return run(mode="lookups", lookups_file=str(path))

    return once


def answers(messages: Any) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """The answers by question."""
    return {
        (r["kind"], r["key"]): (r["status"], r["record_ids"]) for r in messages.records("lookups")
    }


def test_nothing_asked_costs_no_call(ask: Ask, run: Callable[..., Any], sandbox: Running) -> None:
    """An empty file and no file make no call, not even for a token."""
    ask()
    run(mode="lookups", lookups_file="/nowhere/lookups.json")

    assert [] == sandbox.control.calls()


def test_finds_by_id_row_id_and_email_in_one_call(
    ask: Ask, ids: dict[str, str], calls: Calls
) -> None:
    """Each question is answered; a record found twice travels once."""
    messages = ask(
        {"emails": ["P@Example.com"]},
        ids=[ids["a"]],
        emails=["B@Example.com", "x@example.com"],
        external_ids=["RB", "r9"],
    )

    assert {
        ("id", ids["a"]): ("found", [ids["a"]]),
        ("external_id", "RB"): ("found", [ids["b"]]),
        ("external_id", "r9"): ("missing", []),
        ("email", "B@Example.com"): ("found", [ids["b"]]),
        ("email", "x@example.com"): ("missing", []),
        ("email", "P@Example.com"): ("found", [ids["p"]]),
    } == answers(messages)
    assert ([ids["a"], ids["b"]], [ids["p"]]) == (messages.ids(), messages.ids("contacts"))
    assert {"leads": 5, "contacts": 1} == {
        of: sum(r["object"] == of for r in messages.records("lookups"))
        for of in ("leads", "contacts")
    }
    # two to learn the org's fields, one for all questions
    assert ["composite"] * 3 == calls()


def test_several_with_one_email_are_all_told(ask: Ask, ids: dict[str, str], person: Person) -> None:
    """An e-mail is not unique in Salesforce; the ledger decides, not the order of an answer."""
    other = person("create", object="Lead", values={"LastName": "x", "Company": "B"})["id"]
    person("edit", id=other, values={"Email": "a@example.com"})

    ((_, (status, found)),) = answers(ask(emails=["a@example.com"])).items()

    assert ("found", {ids["a"], other}) == (status, set(found))


def test_deleted_merged_and_converted_are_told_apart(
    ask: Ask, ids: dict[str, str], person: Person
) -> None:
    """A converted lead is there, says its contact, and brings it along."""
    person("delete", id=ids["a"])
    person("merge", master=ids["c"], other=ids["b"])
    became = person("convert", id=ids["d"])["ConvertedContactId"]

    messages = ask(
        suspect_ids=[ids["a"], ids["b"]], verify_ids=[ids["d"]], ids=["00Q000000000000EAA", "17"]
    )

    assert {
        ("id", ids["a"]): ("deleted", []),
        ("id", ids["b"]): ("merged", [ids["c"]]),
        ("id", ids["d"]): ("found", [ids["d"]]),
        ("id", "00Q000000000000EAA"): ("deleted", []),
        ("id", "17"): ("missing", []),
    } == answers(messages)
    told = {r["id"]: (r["merged_ids"], r["converted_to"]) for r in messages.records()}
    assert {ids["c"]: ([ids["b"]], None), ids["d"]: ([], became)} == told
    assert [became] == messages.ids("contacts")


def test_a_chain_of_merges_is_followed(ask: Ask, ids: dict[str, str], person: Person) -> None:
    """To the end, or to what was deleted."""
    person("merge", master=ids["b"], other=ids["a"])
    person("merge", master=ids["c"], other=ids["b"])
    first = answers(ask(ids=[ids["a"]]))
    person("delete", id=ids["c"])
    second = answers(ask(ids=[ids["a"]]))

    assert {("id", ids["a"]): ("merged", [ids["c"]])} == first
    assert {("id", ids["a"]): ("deleted", [])} == second


def test_a_converted_lead_is_not_found_by_its_email(
    ask: Ask, ids: dict[str, str], person: Person
) -> None:
    """Its contact is; by its row id the lead still says what it became."""
    became = person("convert", id=ids["a"])["ConvertedContactId"]
    asked = {"emails": ["a@example.com"]}

    messages = ask(asked, emails=["a@example.com"], external_ids=["ra"])

    found = [(r["object"], r["status"], r["record_ids"]) for r in messages.records("lookups")]
    assert [
        ("leads", "found", [ids["a"]]),
        ("leads", "missing", []),
        ("contacts", "found", [became]),
    ] == found


def test_short_ids_are_ids(ask: Ask, ids: dict[str, str]) -> None:
    """Fifteen characters name the same record, and the answer has all eighteen."""
    assert {("id", ids["a"][:15]): ("found", [ids["a"]])} == answers(ask(ids=[ids["a"][:15]]))


def test_what_people_typed_cannot_change_the_question(ask: Ask, ids: dict[str, str]) -> None:
    """Quotes, backslashes, percent signs, references and control characters are only text."""
    nasty = [
        "x' OR Email != '",
        "x') OR (Email != null",
        "\\",
        "\\' OR Name LIKE '%",
        "%",
        "_@example.com",
        "a@{Lead_id_0.records[0].Id}",
        "tab\there@example.com",
        "nul\x00@example.com",
        "  a@example.com ",
        "\u0131@example.com",
        "x" * 5000,
        "",
    ]

    found = answers(ask(emails=nasty, external_ids=nasty[:9]))

    assert {("email", "  a@example.com "): ("found", [ids["a"]])} == {
        key: told for key, told in found.items() if told[0] != "missing"
    }
    assert len(nasty) + 9 == len(found)


def test_what_no_query_can_hold_is_not_asked(ask: Ask, calls: Calls) -> None:
    """It is answered all the same; the calls here are about the org's fields."""
    messages = ask(emails=["nul\x00@example.com", "x" * 5000], external_ids=["a\nb"], ids=["17"])

    assert {"missing"} == {status for status, _ in answers(messages).values()}
    assert ["composite"] * 2 == calls()


def test_many_questions_fill_few_calls(ask: Ask, sandbox: Running, calls: Calls) -> None:
    """Lists are as long as an address allows and five travel together; none is left out."""
    emails = [f"somebody-number-{n}@example.com" for n in range(1500)]

    assert 1500 == len(answers(ask(emails=emails)))
    assert ["composite"] * 4 == calls()


def test_addresses_travel_in_bodies_alone(ask: Ask, sandbox: Running) -> None:
    """No path of a call names a person: what is asked is inside a POST."""
    ask(emails=["a@example.com"], external_ids=["ra"])

    assert {"/services/oauth2/token", "/services/data/v64.0/composite"} == {
        call["path"] for call in sandbox.control.calls()
    }


def test_broken_file_is_a_clear_error(run: Callable[..., Any], tmp_path: Path) -> None:
    """A file that is no JSON stops the tap and says what to do."""
    path = tmp_path / "lookups.json"
    path.write_text("{")

    with pytest.raises(ConfigError, match="next run writes it anew"):
        run(mode="lookups", lookups_file=str(path))


@pytest.mark.parametrize("keyed", [True, False], ids=["tasks have our key", "tasks have none"])
def test_what_was_told_is_found_by_its_key(
    run: Callable[..., Any],
    seed: Callable[..., None],
    person: Person,
    tmp_path: Path,
    *,
    keyed: bool,
) -> None:
    """A task and an opportunity whose answers were lost, one deleted since; nothing else is missing."""
    key = {"name": "Outreach_Id__c", "type": "Text", "external_id": True, "unique": True}
    seed(custom_fields=[{**key, "object": "Task"}] if keyed else [])
    deal = {"Name": "X", "StageName": "Prospecting", "CloseDate": "2026-12-31"}
    opportunity = person(
        "create", object="Opportunity", values={**deal, "Outreach_Id__c": "key-d"}
    )["id"]
    task = ""
    if keyed:
        values = {"Subject": "Hi", "Status": "Completed", "Outreach_Id__c": "key-t"}
        task = person("create", object="Task", values=values)["id"]
        person("delete", id=task)
    path = tmp_path / "lookups.json"
    asked = {"tasks": {"events": ["key-t", "key-x"]}, "opportunities": {"events": ["KEY-D"]}}
    path.write_text(json.dumps({"version": 1, "salesforce": asked}))
    found = run(mode="lookups", lookups_file=str(path)).records("lookups")

    assert [
        ("tasks", "event", "key-t", *(("found", [task]) if keyed else ("missing", []))),
        ("tasks", "event", "key-x", "missing", []),
        ("opportunities", "event", "KEY-D", "found", [opportunity]),
    ] == [(r["object"], r["kind"], r["key"], r["status"], r["record_ids"]) for r in found]
