"""Look-ups about companies, deals and e-mails: what was told already, and what stands in the way."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.hubspot import provision
from outreach_adapters.hubspot.connect import connect
from outreach_core.errors import ConfigError, Retriable
from outreach_core.markers import email_marker
from outreach_sandbox.kernel.server import Running

Ask = Callable[..., Any]
REFUSED = {"auth": {"missing_scopes": ["connected-email-data-access"]}}
SENT = {
    "hs_timestamp": "2026-11-20T09:15:42Z",
    "hs_email_direction": "EMAIL",
    "hs_email_subject": "Hello",
}
MARKER = email_marker("outgoing", "2026-11-20T09:15:42Z", "Hello")


@pytest.fixture
def ask(sandbox: Running, config: dict[str, Any], run: Callable[..., Any], tmp_path: Path) -> Ask:
    """Run the tap for these questions, in an account with a contact who was sent an e-mail."""

    def once(questions: dict[str, Any], **more: Any) -> Any:
        link = {"object": "emails", "id": 5, "to_object": "contacts", "to_id": 1}
        seed = {
            "contacts": [{"id": 1, "properties": {"email": "a@example.com"}}],
            "emails": [{"id": 5, "properties": SENT}],
            "companies": [
                {"id": n, "properties": {"domain": domain}}
                for n, domain in (
                    (8, "one.example.com"),
                    (9, "two.example.com"),
                    (10, "two.example.com"),
                )
            ],
            "associations": [link],
        }
        sandbox.control.reset({"hubspot": seed | more})
        client = connect(config, sleep=sandbox.control.advance, rng=random.Random(1))
        provision.apply(client, provision.provision_plan(client))
        sandbox.control.forget_calls()
        return again(questions)

    def again(questions: dict[str, Any]) -> Any:
        path = tmp_path / "lookups.json"
        path.write_text(json.dumps({"version": 1, "hubspot": questions}))
        return run(mode="lookups", lookups_file=str(path))

    once.again = again  # type: ignore[attr-defined]
    return once


def answers(messages: Any) -> dict[tuple[str, str, str], tuple[str, list[str]]]:
    """The answers by object and question."""
    return {
        (r["object"], r["kind"], r["key"]): (r["status"], r["record_ids"])
        for r in messages.records("lookups")
    }


def test_hosts_lead_to_companies(ask: Ask) -> None:
    """One, several, none; nothing is read as a contact."""
    messages = ask(
        {"companies": {"hosts": ["one.example.com", "two.example.com", "x.example.com"]}}
    )

    assert {
        ("companies", "host", "one.example.com"): ("found", ["8"]),
        ("companies", "host", "two.example.com"): ("found", ["10", "9"]),
        ("companies", "host", "x.example.com"): ("missing", []),
    } == answers(messages)
    assert [] == messages.records("contacts")


def test_keys_lead_to_companies_and_deals(
    ask: Ask, config: dict[str, Any], sandbox: Running
) -> None:
    """What was made behind a lost answer is found by its key, in the store."""
    ask({})
    client = connect(config, sleep=sandbox.control.advance, rng=random.Random(1))
    made = {
        obj: client.batch_create([{"properties": properties}], obj)["results"][0]["id"]
        for obj, properties in (
            ("companies", {"name": "X", "outreach_company_host": "x.example.com"}),
            ("deals", {"dealname": "X", "outreach_event_key": "key-1"}),
        )
    }
    questions = {
        "companies": {"events": ["x.example.com", "y.example.com"]},
        "deals": {"events": ["key-1", "key-2"]},
    }

    assert {
        ("companies", "event", "x.example.com"): ("found", [made["companies"]]),
        ("companies", "event", "y.example.com"): ("missing", []),
        ("deals", "event", "key-1"): ("found", [made["deals"]]),
        ("deals", "event", "key-2"): ("missing", []),
    } == answers(ask.again(questions))  # type: ignore[attr-defined]


@pytest.mark.parametrize("account", [{}, REFUSED], ids=["provisioned", "property refused"])
def test_what_a_person_was_told_of(ask: Ask, account: dict[str, Any]) -> None:
    """The e-mail's marker, then that the list is complete."""
    messages = ask({"emails": {"told_of": ["1"]}}, **account)

    assert {
        ("emails", "marker", f"1:{MARKER}"): ("found", ["5"]),
        ("emails", "told_of", "1"): ("found", ["1"]),
    } == answers(messages)


def test_answers_carry_hubspots_time(ask: Ask) -> None:
    """Two misses a minute apart are told apart by the CRM's own clock."""
    first = ask({"emails": {"told_of": ["1"]}})
    moments = {record["at"] for record in first.records("lookups")}

    assert 1 == len(moments)
    assert next(iter(moments)).endswith("+00:00")


def test_who_is_not_listed_completely_is_not_answered_for(ask: Ask, sandbox: Running) -> None:
    """Silence is asked about again with the next run."""
    ask({})
    body = {"status": "COMPLETE", "results": []}
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "associations.batch_read", "status": 200, "body": body}
    )

    assert {} == answers(ask.again({"emails": {"told_of": ["1"]}}))  # type: ignore[attr-defined]


def test_an_unreachable_account_is_no_answer(ask: Ask, sandbox: Running) -> None:
    """The tap fails rather than to call something missing."""
    ask({})
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.*", "status": 503, "times": 99}
    )

    with pytest.raises(Retriable):
        ask.again({"deals": {"events": ["key-1"]}})  # type: ignore[attr-defined]


def test_a_scope_that_is_missing_is_named(ask: Ask, sandbox: Running) -> None:
    """Companies cannot be looked for."""
    ask({})
    sandbox.control.people("hubspot", "scopes", missing=["crm.objects.companies.read"])

    with pytest.raises(ConfigError, match="companies"):
        ask.again({"companies": {"hosts": ["one.example.com"]}})  # type: ignore[attr-defined]


def test_nothing_asked_is_no_call(ask: Ask, sandbox: Running) -> None:
    """Not even for the definitions of e-mails."""
    ask({"companies": {"hosts": []}, "deals": {}, "emails": {"told_of": []}})

    assert [] == [call for call in sandbox.control.calls() if call["kind"] == "api"]
