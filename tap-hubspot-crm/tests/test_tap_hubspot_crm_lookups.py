"""What was asked for: particular contacts from the store, deletions and merges settled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Ask = Callable[..., Any]


@pytest.fixture
def ask(run: Callable[..., Any], seed: Callable[..., None], tmp_path: Path) -> Ask:
    """Run the tap for these questions, in an account with four contacts."""
    names = "abcd"
    seed(
        *[
            {"id": n, "properties": {"email": f"{c}@example.com", "outreach_row_id": f"r{n}"}}
            for n, c in enumerate(names, 1)
        ]
    )

    def once(**questions: list[str]) -> Any:
        path = tmp_path / "lookups.json"
        path.write_text(json.dumps({"version": 1, "hubspot": {"contacts": questions}}))
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

    assert sandbox.control.calls() == []


def test_finds_by_id_row_id_and_email(ask: Ask) -> None:
    """Each question is answered; a contact found twice travels once."""
    messages = ask(ids=["1"], emails=["B@Example.com", "x@example.com"], external_ids=["r2", "r9"])

    assert answers(messages) == {
        ("id", "1"): ("found", ["1"]),
        ("external_id", "r2"): ("found", ["2"]),
        ("external_id", "r9"): ("missing", []),
        ("email", "B@Example.com"): ("found", ["2"]),
        ("email", "x@example.com"): ("missing", []),
    }
    assert [r["id"] for r in messages.records("contacts")] == ["1", "2"]


def test_deleted_and_merged_are_told_apart(ask: Ask, sandbox: Running) -> None:
    """A missing id is deleted only if no survivor answers for it."""
    sandbox.control.people("hubspot", "delete", id="1")
    merged = sandbox.control.people("hubspot", "merge", primary="2", other="3")["id"]
    sandbox.control.people("hubspot", "privacy_delete", id="4")

    messages = ask(suspect_ids=["1", "2", "4"], verify_ids=["3"])

    assert answers(messages) == {
        ("id", "1"): ("deleted", []),
        ("id", "2"): ("merged", [merged]),
        ("id", "3"): ("merged", [merged]),
        ("id", "4"): ("deleted", []),
    }
    (survivor,) = messages.records("contacts")
    assert set(survivor["merged_ids"]) == {"2", "3"}


def test_what_is_known_to_be_gone_costs_no_call_of_its_own(ask: Ask, sandbox: Running) -> None:
    """However many were deleted or erased; one that was restored is seen in the same read."""
    for number in ("1", "2"):
        sandbox.control.people("hubspot", "delete", id=number)
    sandbox.control.people("hubspot", "privacy_delete", id="3")
    sandbox.control.people("hubspot", "restore", id="2")
    sandbox.control.forget_calls()

    messages = ask(verify_ids=["1", "2", "3", "4"], known_gone=["1", "2", "3"])

    assert {
        ("id", "1"): ("deleted", []),
        ("id", "2"): ("found", ["2"]),
        ("id", "3"): ("deleted", []),
        ("id", "4"): ("found", ["4"]),
    } == answers(messages)
    calls = [c["operation"] for c in sandbox.control.calls() if c["kind"] == "api"]
    assert 1 == calls.count("objects.batch_read")
    assert "objects.get" not in calls


def test_additional_email_leads_to_its_owner(ask: Ask, sandbox: Running) -> None:
    """After a merge the loser's address still finds the contact."""
    merged = sandbox.control.people("hubspot", "merge", primary="2", other="3")["id"]

    assert answers(ask(emails=["c@example.com"])) == {
        ("email", "c@example.com"): ("found", [merged])
    }


def test_many_ids_are_read_a_hundred_at_a_time(ask: Ask, sandbox: Running) -> None:
    """A batch read takes a hundred inputs; none is left out."""
    emails = [f"x{n}@example.com" for n in range(250)]

    assert len(answers(ask(emails=emails))) == 250
    counts = [c["inputs"] for c in sandbox.control.calls() if c["kind"] == "api"]
    assert counts == [100, 100, 50]


def test_broken_file_is_a_clear_error(run: Callable[..., Any], tmp_path: Path) -> None:
    """A file that is no JSON stops the tap and says what to do."""
    path = tmp_path / "lookups.json"
    path.write_text("{")

    with pytest.raises(ConfigError, match="next run writes it anew"):
        run(mode="lookups", lookups_file=str(path))
