"""Plain records, as a CSV has them: upserted by key, each refusal kept, the others written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Fatal
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
People = Callable[[], dict[str, dict[str, str]]]


def rejected(config: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the rejected file."""
    path = Path(config["rejected_file"])
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_upserts_by_the_best_key(run: Run, seed: Seed, people: People) -> None:
    """By id, else by row id, else by e-mail; saying it twice changes nothing."""
    seed({"id": 7, "properties": {"email": "a@example.com"}})
    records = (
        {"id": "7", "city": "Ulm"},
        {"outreach_row_id": "r1", "email": "b@example.com", "city": "Rom"},
        {"email": "c@example.com", "city": "Oslo"},
    )
    run(*records, ledger=False)
    run(*records, ledger=False)

    cities = {shown["email"]: shown["city"] for shown in people().values()}
    assert cities == {"a@example.com": "Ulm", "b@example.com": "Rom", "c@example.com": "Oslo"}


def test_repeated_key_keeps_the_last(run: Run, seed: Seed, people: People) -> None:
    """HubSpot refuses a batch with one key twice; here the later record is written later."""
    seed()
    run(
        {"email": "a@example.com", "city": "Ulm", "phone": "1"},
        {"email": "A@example.com", "city": "Rom"},
        ledger=False,
    )

    ((shown),) = people().values()
    assert (shown["city"], shown["phone"]) == ("Rom", "1")


def test_blank_changes_nothing(run: Run, seed: Seed, people: People) -> None:
    """An empty column of a CSV does not clear what HubSpot has."""
    seed({"id": 7, "properties": {"email": "a@example.com", "city": "Ulm"}})
    run({"email": "a@example.com", "city": "", "phone": None}, ledger=False)

    assert people()["7"]["city"] == "Ulm"


def test_one_bad_record_of_many(
    run: Run, seed: Seed, config: dict[str, Any], people: People
) -> None:
    """The others are written, the refused ones are kept with a reason, and the run fails."""
    seed()
    records = [{"email": f"a{n}@example.com"} for n in range(30)]
    with pytest.raises(Fatal, match="refused 2 of the records"):
        run(*records[:9], {"email": "bad"}, *records[9:], {"city": "Ulm"}, ledger=False)

    assert len(people()) == 30
    assert {line["reason"]["code"] for line in rejected(config)} == {"refused", "no_key"}
    assert [line["record"] for line in rejected(config)].count({"email": "bad"}) == 1


def test_failures_may_be_allowed(run: Run, seed: Seed, config: dict[str, Any]) -> None:
    """With `allow_failures` the run ends normally, and the record is kept all the same."""
    seed()
    run({"city": "Ulm"}, ledger=False, allow_failures=True)

    assert len(rejected(config)) == 1


def test_unknown_column_is_a_clear_error(run: Run, seed: Seed, sandbox: Running) -> None:
    """A column that is no property stops the target before anything is written."""
    seed()
    with pytest.raises(ConfigError, match="favourite_colour"):
        run({"email": "a@example.com", "favourite_colour": "red"}, ledger=False)

    assert not [c for c in sandbox.control.calls() if "batch" in c["operation"]]


def test_planned_envelope_is_no_property(run: Run, seed: Seed, people: People) -> None:
    """Without a ledger, a planned record is a plain one."""
    seed()
    run({"id": None, "email": "a@example.com", "_sync": {"intent_id": "1"}}, ledger=False)

    assert len(people()) == 1


def test_a_key_of_ones_own_must_be_unique(
    run: Run, seed: Seed, sandbox: Running, people: People
) -> None:
    """Where HubSpot does not keep it so, nothing is written by it; addresses need nothing."""
    row_id = {
        "name": "outreach_row_id", "label": "Row", "type": "string", "fieldType": "text",
        "groupName": "contactinformation",
    }  # fmt: skip
    seed(provisioned=False, custom_properties=[row_id])
    with pytest.raises(ConfigError, match="`outreach_row_id` is not unique"):
        run({"outreach_row_id": "r1", "email": "a@example.com"}, ledger=False)
    run({"outreach_row_id": "", "email": "a@example.com"}, ledger=False)

    assert 1 == len(people())


def test_several_keys_of_one_contact_in_a_batch(run: Run, seed: Seed, people: People) -> None:
    """Two addresses of one contact, its id and its key: each is written, none costs another its turn."""
    seed(
        {"id": 7, "properties": {"email": "a@example.com", "hs_additional_emails": "b@example.com"}}
    )
    run(
        {"email": "a@example.com", "city": "Ulm"},
        {"email": "b@example.com", "phone": "1"},
        {"id": "7", "firstname": "Ann"},
        {"email": "c@example.com"},
        ledger=False,
    )

    shown = people()
    assert 2 == len(shown)
    assert ("Ulm", "1", "Ann") == tuple(shown["7"][name] for name in ("city", "phone", "firstname"))
