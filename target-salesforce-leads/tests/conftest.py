"""A sandbox per test module, a ledger's deliveries that only listen, and the target run once.

What is fed is a record of `leads`, a pair of stream and record, a SCHEMA message or `STATE`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from outreach_core.model import Outcome, Side
from outreach_sandbox.kernel.client import Control
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running
from target_salesforce_leads.target import TargetSalesforceLeads

SHEET = """side: sheet
time_zone: Europe/Berlin
fields:
  business: {column: Business, type: text}
  person: {column: Person, type: text}
  email: {column: Email, type: email}
  phone: {column: Phone, type: text}
  city: {column: City, type: text}
  score: {column: Score, type: number}
  grade: {column: Grade, type: choice}
"""
SALESFORCE = """side: salesforce
object: leads
external_id: Outreach_Id__c
fields:
  business: {property: Company}
  person: {properties: [FirstName, LastName], join: person_name}
  email: {property: Email}
  phone: {property: Phone}
  city: {property: City, max_length: 40, overflow_to: Street}
  score: {property: Score__c}
  grade: {property: Grade__c}
written:
  responded: Responded__c
  last_sent: Outreach_Last_Contacted__c
status:
  property: Status
  push: {Draft: Open - Not Contacted, Sent: Working - Contacted}
converted:
  object: contacts
  fields:
    person: {properties: [FirstName, LastName], join: person_name}
    email: {property: Email}
    city: {property: MailingCity, max_length: 40, overflow_to: MailingStreet}
"""
KEY = {"name": "Outreach_Id__c", "external_id": True, "unique": True}
KEYED = ("Lead", "Contact", "Activity", "Opportunity")
FIELDS: tuple[dict[str, Any], ...] = (
    *({**KEY, "object": of} for of in KEYED),
    {"object": "Opportunity", "name": "Source_Lead__c", "type": "Lookup", "references": "Lead"},
    {"object": "Lead", "name": "Outreach_Sync_Created__c", "type": "Checkbox"},
    {"object": "Opportunity", "name": "Outreach_Sync_Created__c", "type": "Checkbox"},
    {"object": "Lead", "name": "Responded__c", "type": "Checkbox"},
    {"object": "Lead", "name": "Outreach_Last_Contacted__c", "type": "DateTime"},
    {"object": "Lead", "name": "Score__c", "type": "Number", "precision": 6, "scale": 2},
    {
        "object": "Lead",
        "name": "Grade__c",
        "type": "Picklist",
        "values": ["A", "B"],
        "restricted": True,
    },
)
CLOCK: list[Control] = []
WAITS: list[float] = []
STATE = "state"
LINKING = ("written", "adopted")
ANYTHING = {"type": "object", "properties": {}}
Record = dict[str, Any]


def move_on(seconds: float) -> None:
    """Wait in the sandbox's time alone."""
    WAITS.append(seconds)
    CLOCK[0].advance(seconds)


class Hasty(TargetSalesforceLeads):
    """The target, whose waits pass on the sandbox's clock."""

    sleep = staticmethod(move_on)  # type: ignore[assignment]


class Listening:
    """Keeps what a ledger would be told, and tells what it was told; `events` has the order of it all.

    Attributes:
        planned: The records of the plan, by intent.
        linked: The lead or contact of each row, as far as acknowledged.
        events: (what, intent, number of calls made until then), in order.
    """

    def __init__(self, control: Control) -> None:
        self.deliveries = self
        self.doubted: list[str] = []
        self.outcomes: dict[str, Outcome] = {}
        self.planned: dict[str, Record] = {}
        self.linked: dict[str, str] = {}
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
            planned = self.planned[outcome.intent_id]
            if str(outcome.kind) in LINKING and planned["_sync"].get("op") == "create":
                self.linked[planned["_sync"]["rid"]] = outcome.record_id or ""
        self._note("outcome", [outcome.intent_id for outcome in outcomes])

    def linked_ids(self, side: Side, rids: Sequence[str]) -> dict[str, str]:
        """The records of rows."""
        assert side is Side.SALESFORCE
        return {rid: self.linked[rid] for rid in rids if rid in self.linked}

    def close(self) -> None:
        """Nothing to close."""

    @property
    def kinds(self) -> dict[str, str]:
        """The kinds of outcomes by intent."""
        return {name: str(outcome.kind) for name, outcome in self.outcomes.items()}

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
        stream, record = item if isinstance(item, tuple) else ("leads", item)
        if stream not in known:
            known.add(stream)
            yield {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []}
        yield {"type": "RECORD", "stream": stream, "record": record}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with Salesforce in it, on a clock that only tests move."""
    with running(clock=Clock(manual=True)) as found:
        yield found


@pytest.fixture
def rules(tmp_path: Path) -> Callable[[str], str]:
    """Write a rule file; returns its path."""

    def write(text: str) -> str:
        (tmp_path / "sheet.yml").write_text(SHEET)
        (tmp_path / "salesforce.yml").write_text(text)
        return str(tmp_path / "salesforce.yml")

    return write


@pytest.fixture
def config(sandbox: Running, tmp_path: Path, rules: Callable[[str], str]) -> dict[str, Any]:
    """The settings of a target for a provisioned, empty org."""
    CLOCK[:] = [sandbox.control]
    WAITS.clear()
    sandbox.control.forget_faults()
    url = sandbox.salesforce_url
    return {
        "outreach_environment": "sandbox",
        "api_base_url": url,
        "login_url": url,
        "rules_file": rules(SALESFORCE),
        "rejected_file": str(tmp_path / "rejected.jsonl"),
    }


@pytest.fixture
def seed(sandbox: Running, config: dict[str, Any]) -> Callable[..., None]:
    """Begin with these leads: `seed(*leads, without=("Activity.Outreach_Id__c",), contacts=[...])`."""

    def plant(
        *leads: Record, without: Sequence[str] = (), provisioned: bool = True, **salesforce: Any
    ) -> None:
        switches = salesforce.pop("switches", {})
        fields = [f for f in FIELDS if f"{f['object']}.{f['name']}" not in without and provisioned]
        planted = {
            **salesforce,
            "leads": list(leads),
            "custom_fields": [*fields, *salesforce.get("custom_fields", [])],
        }
        sandbox.control.reset({"salesforce": planted, "switches": switches})
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
        schema: Mapping[str, Any] = ANYTHING,
        meanwhile: Callable[[TargetSalesforceLeads], None] = lambda _target: None,
        **settings: Any,
    ) -> Listening:
        listening = Listening(sandbox.control)
        listening.linked |= linked or {}
        said = list(messages([*feed, STATE], schema))
        for message in said:
            sync = (message.get("record") or {}).get("_sync")
            if sync:
                listening.planned[sync["intent_id"]] = message["record"]
        target = Hasty(config={**config, **settings})
        if ledger:
            target._ledger = listening  # type: ignore[assignment]
        meanwhile(target)
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
def person(sandbox: Running) -> Callable[..., dict[str, Any]]:
    """What a person does in the org: `person("edit", id=..., values=...)`."""

    def act(door: str, **body: Any) -> dict[str, Any]:
        return sandbox.control.people("salesforce", door, **body)

    return act


@pytest.fixture
def records(person: Callable[..., dict[str, Any]]) -> Callable[..., list[dict[str, Any]]]:
    """All live records of an object, in the order they were made."""

    def look(of: str = "Lead") -> list[dict[str, Any]]:
        return [r for r in person("records", object=of)["records"] if not r["IsDeleted"]]

    return look


@pytest.fixture
def calls(sandbox: Running) -> Callable[[], list[str]]:
    """The operations called since this was last asked, sign-ins excluded."""

    def asked() -> list[str]:
        found = [c["operation"] for c in sandbox.control.calls() if c["kind"] == "api"]
        sandbox.control.forget_calls()
        return found

    return asked


@pytest.fixture
def fault(sandbox: Running) -> Callable[..., None]:
    """Let the next call of an operation go wrong."""

    def queue(operation: str, **spec: Any) -> None:
        sandbox.control.queue_faults({"vendor": "salesforce", "operation": operation, **spec})

    return queue


@pytest.fixture
def waits(config: dict[str, Any]) -> list[float]:
    """How long the target would have waited."""
    return WAITS
