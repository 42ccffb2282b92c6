"""A sandbox per test module, a ledger's deliveries that only listen, and the target run once.

What is fed is a record of `contacts`, a pair of stream and record, a SCHEMA message or `STATE`.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.hubspot import provision
from outreach_adapters.hubspot.connect import connect
from outreach_core.model import Outcome, Side
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
STATE = "state"
LINKING = ("written", "adopted")
ANYTHING = {"type": "object", "properties": {}}
Record = dict[str, Any]


def move_on(seconds: float) -> None:
    """Wait in the sandbox's time alone."""
    CLOCK[0].advance(seconds)


class Hasty(TargetHubspotActivities):
    """The target, whose waits pass on the sandbox's clock."""

    sleep = staticmethod(move_on)  # type: ignore[assignment]


class Listening:
    """Keeps what a ledger would be told, and tells what it was told; `events` has the order of it all.

    Attributes:
        planned: The records of the plan, by intent.
        linked: The contact of each row, as far as acknowledged.
        companies: The company of each host, as far as acknowledged.
        events: (what, intent, number of calls made until then), in order.
    """

    def __init__(self, control: Control) -> None:
        self.deliveries = self
        self.doubted: list[str] = []
        self.outcomes: dict[str, Outcome] = {}
        self.planned: dict[str, Record] = {}
        self.linked: dict[str, str] = {}
        self.companies: dict[str, str] = {}
        self.events: list[tuple[str, str, int]] = []
        self._control = control

    def mark_in_doubt(self, intent_ids: Sequence[str]) -> None:
        """Remember them."""
        self.doubted += intent_ids
        self._note("doubt", intent_ids)

    def record(self, outcomes: Sequence[Outcome]) -> None:
        """Remember them; none comes twice."""
        for outcome in outcomes:
            assert outcome.intent_id not in self.outcomes
            self.outcomes[outcome.intent_id] = outcome
            if str(outcome.kind) in LINKING and outcome.record_id:
                self._link(self.planned[outcome.intent_id], outcome.record_id)
        self._note("outcome", [outcome.intent_id for outcome in outcomes])

    def linked_ids(self, side: Side, rids: Sequence[str]) -> dict[str, str]:
        """The contacts of rows."""
        assert side is Side.HUBSPOT
        return {rid: self.linked[rid] for rid in rids if rid in self.linked}

    def company_ids(self, side: Side, hosts: Sequence[str]) -> dict[str, str]:
        """The companies of hosts."""
        assert side is Side.HUBSPOT
        return {host: self.companies[host] for host in hosts if host in self.companies}

    def close(self) -> None:
        """Nothing to close."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of outcomes by intent."""
        return {name: str(outcome.kind) for name, outcome in self.outcomes.items()}

    def _link(self, record: Record, record_id: str) -> None:
        sync = record["_sync"]
        if sync.get("op") == "create" and "domain" in record:
            self.companies[record["domain"]] = record_id
        elif sync.get("op") == "create":
            self.linked[sync["rid"]] = record_id

    def _note(self, what: str, names: Iterable[str]) -> None:
        calls = len(self._control.calls())
        self.events += [(what, name, calls) for name in names]


def messages(feed: Iterable[Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The messages of a tap: the schema of a stream before its first record."""
    known: set[str] = set()
    barrier = 0
    for item in feed:
        if item == STATE:
            barrier += 1
            yield {"type": "STATE", "value": {"bookmarks": {}, "barrier": barrier}}
            continue
        if isinstance(item, dict) and item.get("type") == "SCHEMA":
            yield item
            continue
        stream, record = item if isinstance(item, tuple) else ("contacts", item)
        if stream not in known:
            known.add(stream)
            yield {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []}
        yield {"type": "RECORD", "stream": stream, "record": record}


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

    def plant(*contacts: Record, provisioned: bool = True, **more: Any) -> None:
        switches = more.pop("switches", {})
        planted = {"contacts": list(contacts), **more}
        sandbox.control.reset({"hubspot": planted, "switches": switches})
        if provisioned:
            provision.apply(client, provision.provision_plan(client))
        sandbox.control.advance(10)
        sandbox.control.forget_calls()

    return plant


@pytest.fixture
def run(config: dict[str, Any], sandbox: Running, capsys: Any) -> Callable[..., Listening]:
    """Run the target over what is fed; `ledger=False`: without one."""

    def once(
        *feed: Any,
        ledger: bool = True,
        linked: Mapping[str, str] | None = None,
        companies: Mapping[str, str] | None = None,
        schema: Mapping[str, Any] = ANYTHING,
        **settings: Any,
    ) -> Listening:
        listening = Listening(sandbox.control)
        listening.linked |= linked or {}
        listening.companies |= companies or {}
        said = list(messages([*feed, STATE], schema))
        for message in said:
            sync = (message.get("record") or {}).get("_sync")
            if sync:
                listening.planned[sync["intent_id"]] = message["record"]
        target = Hasty(config={**config, **settings})
        if ledger:
            target._ledger = listening
        target.listen(io.StringIO("".join(json.dumps(message) + "\n" for message in said)))
        return listening

    return once


@pytest.fixture
def rejected(config: dict[str, Any]) -> Callable[[], list[dict[str, Any]]]:
    """The lines of the rejected file."""

    def read() -> list[dict[str, Any]]:
        path = Path(config["rejected_file"])
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


@pytest.fixture
def records(sandbox: Running) -> Callable[[str], list[dict[str, Any]]]:
    """All live records of an object, with what they are associated with."""

    def look(obj: str) -> list[dict[str, Any]]:
        found = sandbox.control.people("hubspot", "records", object=obj)["records"]
        return [item for item in found if not item["archived"]]

    return look


@pytest.fixture
def people(sandbox: Running) -> Callable[[], dict[str, dict[str, str]]]:
    """All live contacts, by id."""

    def look() -> dict[str, dict[str, str]]:
        found = sandbox.control.people("hubspot", "contacts")["contacts"]
        return {item["id"]: item["properties"] for item in found if not item["archived"]}

    return look
