"""A sandbox per test module, a ledger's deliveries that only listen, and the target run once."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.hubspot import provision
from outreach_adapters.hubspot.connect import connect
from outreach_core.model import Outcome
from outreach_sandbox.kernel.client import Control
from outreach_sandbox.kernel.server import Running, running
from target_hubspot_activities.target import TargetHubspotActivities

SHEET = """side: sheet
fields:
  email: {column: Email, type: email}
  city: {column: City, type: text}
  phone: {column: Phone, type: text}
  person: {column: Person, type: text}
"""
HUBSPOT = """side: hubspot
object: contacts
external_id: outreach_row_id
fields:
  email: {property: email}
  city: {property: city}
  phone: {property: phone}
  person: {properties: [firstname, lastname], join: person_name}
"""
CLOCK: list[Control] = []


def move_on(seconds: float) -> None:
    """Wait in the sandbox's time alone."""
    CLOCK[0].advance(seconds)


class Hasty(TargetHubspotActivities):
    """The target, whose waits pass on the sandbox's clock."""

    sleep = staticmethod(move_on)  # type: ignore[assignment]


class Listening:
    """Keeps what a ledger would be told; `events` has the order of it all."""

    def __init__(self) -> None:
        self.deliveries = self
        self.doubted: list[str] = []
        self.outcomes: dict[str, Outcome] = {}

    def mark_in_doubt(self, intent_ids: Sequence[str]) -> None:
        """Remember them."""
        self.doubted += intent_ids

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Remember them; none comes twice."""
        for outcome in outcomes:
            assert outcome.intent_id not in self.outcomes
            self.outcomes[outcome.intent_id] = outcome

    def close(self) -> None:
        """Nothing to close."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of outcomes by intent."""
        return {name: str(outcome.kind) for name, outcome in self.outcomes.items()}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with HubSpot in it."""
    with running() as found:
        yield found


@pytest.fixture
def config(sandbox: Running, tmp_path: Path) -> dict[str, Any]:
    """The settings of a target for an empty account."""
    (tmp_path / "sheet.yml").write_text(SHEET)
    (tmp_path / "hubspot.yml").write_text(HUBSPOT)
    CLOCK[:] = [sandbox.control]
    sandbox.control.forget_faults()
    return {
        "outreach_environment": "sandbox",
        "api_base_url": sandbox.hubspot_url,
        "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
        "rules_file": str(tmp_path / "hubspot.yml"),
        "rejected_file": str(tmp_path / "rejected.jsonl"),
    }


@pytest.fixture
def client(config: dict[str, Any]) -> Any:
    """A client of the account."""
    return connect(config, sleep=move_on, rng=random.Random(1))


@pytest.fixture
def seed(sandbox: Running, client: Any) -> Callable[..., None]:
    """Begin with these contacts in a provisioned account."""

    def plant(*contacts: dict[str, Any], **more: Any) -> None:
        sandbox.control.reset({"hubspot": {"contacts": list(contacts), **more}})
        provision.apply(client, provision.provision_plan(client))
        sandbox.control.advance(10)
        sandbox.control.forget_calls()

    return plant


@pytest.fixture
def run(config: dict[str, Any], capsys: Any) -> Callable[..., Listening]:
    """Run the target over these records; `ledger=False`: without one."""

    def once(*records: dict[str, Any], ledger: bool = True, **settings: Any) -> Listening:
        listening = Listening()
        schema = {"type": "object", "properties": {}}
        messages = [
            {"type": "SCHEMA", "stream": "contacts", "schema": schema, "key_properties": []},
            *({"type": "RECORD", "stream": "contacts", "record": record} for record in records),
            {"type": "STATE", "value": {"bookmarks": {}, "barrier": 1}},
        ]
        target = Hasty(config={**config, **settings})
        if ledger:
            target._ledger = listening
        target.listen(io.StringIO("".join(json.dumps(message) + "\n" for message in messages)))
        return listening

    return once


@pytest.fixture
def people(sandbox: Running) -> Callable[[], dict[str, dict[str, str]]]:
    """All live contacts, by id."""

    def look() -> dict[str, dict[str, str]]:
        found = sandbox.control.people("hubspot", "contacts")["contacts"]
        return {item["id"]: item["properties"] for item in found if not item["archived"]}

    return look
