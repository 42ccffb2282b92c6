"""A rule file that names what the account does not have stops the tap before its first record."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outreach_adapters.hubspot import provision
from outreach_adapters.hubspot.connect import connect
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
OWNER = {"id": "31", "email": "owner@example.org", "firstName": "O", "lastName": "W"}
ROW_ID = {
    "name": "outreach_row_id",
    "label": "Row",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
    "hasUniqueValue": True,
}
SHEET = """side: sheet
fields:
  email: {column: Email, type: email}
"""
FIELDS = """side: hubspot
object: contacts
external_id: outreach_row_id
fields:
  email: {property: email}
"""
STATUS = """status:
  property: hs_lead_status
  order: [NEW, OPEN]
  push: {Draft: NEW, Sent: OPEN}
  pull: {OPEN: Replied}
"""
COMPANIES = "companies: {create: true}\n"
DEALS = """deals:
  create: true
  pipeline: default
  stage: appointmentscheduled
  owner: owner@example.org
"""


@pytest.fixture
def begin(sandbox: Running, config: dict[str, Any]) -> Callable[..., None]:
    """An account with an owner, provisioned unless said otherwise."""

    def plant(*, provisioned: bool = True, **seed: Any) -> None:
        sandbox.control.reset({"hubspot": {"owners": [OWNER], **seed}})
        if provisioned:
            client = connect(config, sleep=sandbox.control.advance, rng=random.Random(1))
            provision.apply(client, provision.provision_plan(client))
        sandbox.control.forget_calls()

    return plant


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Run:
    """Run the tap with these sections in its rule file."""

    def once(sections: str, state: dict[str, Any] | None = None) -> Any:
        (tmp_path / "sheet.yml").write_text(SHEET)
        path = tmp_path / "hubspot.yml"
        path.write_text(FIELDS + sections)
        return run(state, rules_file=str(path), properties=[])

    return once


def searched(sandbox: Running) -> bool:
    """Whether a record was asked for."""
    return "objects.search" in {call["operation"] for call in sandbox.control.calls()}


def test_an_account_that_has_it_all(begin: Any, ask: Run, sandbox: Running) -> None:
    """The records are read, and the account is not looked at again for a day."""
    begin(contacts=[{"id": 1, "properties": {"email": "a@example.com"}}])
    first = ask(STATUS + COMPANIES + DEALS)
    sandbox.control.forget_calls()
    ask(STATUS + COMPANIES + DEALS, first.state)

    assert ["1"] == first.ids
    assert {"objects.search"} == {
        call["operation"] for call in sandbox.control.calls() if call["kind"] == "api"
    }


MISSING = {
    "a value that is written": (
        STATUS.replace("Sent: OPEN", "Sent: WARM"), "`hs_lead_status` has no value `WARM`; it has `NEW`",
    ),
    "a value in other letters": (
        STATUS.replace("Sent: OPEN", "Sent: Open"), "has no value `Open`",
    ),
    "a value that is compared": (
        STATUS.replace("pull: {OPEN", "pull: {GONE"), "has no value `gone`",
    ),
    "a pipeline": (
        DEALS.replace("default", "sales"), "no deal pipeline `sales`; it has `default` (Sales Pipeline)",
    ),
    "a stage": (
        DEALS.replace("appointmentscheduled", "won"), "no deal stage `won`; it has `appointmentscheduled`",
    ),
    "an owner": (
        DEALS.replace("owner@example.org", "nobody@example.org"), "no owner with the e-mail address",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MISSING)
def test_what_is_missing_is_named_with_what_there_is(
    begin: Any, ask: Run, sandbox: Running, what: str
) -> None:
    """Before the first record, and without anybody's address."""
    begin()
    sections, said = MISSING[what]
    with pytest.raises(ConfigError) as stopped:
        ask(sections)

    assert said in str(stopped.value)
    assert "@" not in str(stopped.value)
    assert not searched(sandbox)


@pytest.mark.parametrize(
    ("sections", "noun"), [(COMPANIES, "company"), (DEALS, "deal")], ids=["companies", "deals"]
)
def test_an_object_without_its_key(
    begin: Any, ask: Run, sandbox: Running, sections: str, noun: str
) -> None:
    """Nothing that could be made twice is begun; the remedy is one command."""
    begin(provisioned=False, custom_properties=[ROW_ID])
    with pytest.raises(ConfigError, match=f"no {noun} property .*outreach provision hubspot"):
        ask(sections)

    assert not searched(sandbox)


def test_what_is_switched_off_is_not_asked_for(begin: Any, ask: Run, sandbox: Running) -> None:
    """An account without deals or companies is no error for whoever does not want them."""
    lacking = ["crm.schemas.deals.read", "crm.schemas.companies.read"]
    begin(provisioned=False, custom_properties=[ROW_ID], auth={"missing_scopes": lacking})
    ask("companies: {create: false}\ndeals: {create: false}\n")

    paths = {call["path"] for call in sandbox.control.calls()}
    assert not [path for path in paths if "deals" in path or "companies" in path]


def test_changed_rules_are_checked_at_once(begin: Any, ask: Run, sandbox: Running) -> None:
    """The day for which an account's facts are believed ends when somebody edits the rules."""
    begin()
    state = ask(DEALS).state
    with pytest.raises(ConfigError, match="no deal stage `won`"):
        ask(DEALS.replace("appointmentscheduled", "won"), state)
