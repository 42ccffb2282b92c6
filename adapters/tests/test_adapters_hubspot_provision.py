"""Provisioning, over HTTP: what is missing is made once, what is there is left alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from outreach_adapters.hubspot.account import EVENT_KEY, HOST_KEY, ROW_ID
from outreach_adapters.hubspot.connect import connect
from outreach_adapters.hubspot.provision import ProvisionState, apply, provision_plan
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running, running


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with HubSpot in it."""
    with running() as found:
        yield found


@pytest.fixture
def client(sandbox: Running) -> Any:
    """A client of an empty account."""
    sandbox.control.reset({"hubspot": {}})
    config = {
        "outreach_environment": "sandbox",
        "api_base_url": sandbox.hubspot_url,
        "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
    }
    return connect(config, sleep=sandbox.control.advance, rng=random.Random(1))


def test_makes_what_is_missing_once(client: Any) -> None:
    """All items are made; the second time there is nothing to make."""
    first = provision_plan(client)
    made = apply(client, first)

    assert {item.state for item in first} == {ProvisionState.MISSING}
    assert made == first
    assert apply(client, provision_plan(client)) == []


def test_row_id_is_unique(client: Any) -> None:
    """The property that holds the row's id is made unique, which is only possible at creation."""
    apply(client, provision_plan(client))
    (row_id,) = [item for item in client.properties() if item["name"] == ROW_ID]

    assert (row_id["hasUniqueValue"], row_id["groupName"]) == (True, "outreach")


def test_every_object_has_what_keeps_it_from_being_made_twice(client: Any) -> None:
    """Unique on contacts, companies and deals; on e-mails, which can have none, an ordinary one."""
    apply(client, provision_plan(client))
    wanted = (
        ("contacts", ROW_ID),
        ("companies", HOST_KEY),
        ("deals", EVENT_KEY),
        ("emails", EVENT_KEY),
    )
    found = {
        obj: (item["hasUniqueValue"], item["groupName"])
        for obj, name in wanted
        for item in client.properties(obj)
        if item["name"] == name
    }

    assert {
        "contacts": (True, "outreach"),
        "companies": (True, "outreach"),
        "deals": (True, "outreach"),
        "emails": (False, "outreach"),
    } == found


@pytest.mark.parametrize("obj", ["contacts", "companies", "deals", "emails"])
def test_what_one_object_lacks_is_made_there_alone(client: Any, obj: str) -> None:
    """A property that somebody deleted on one object comes back, and nothing else is touched."""
    apply(client, provision_plan(client))
    plan = [item for item in provision_plan(client) if item.object == obj]
    missing = [replace(item, state=ProvisionState.MISSING) for item in plan]

    assert missing == apply(client, missing)
    assert [] == apply(client, provision_plan(client))


REFUSED = {"auth": {"missing_scopes": ["connected-email-data-access"]}}


def test_a_refused_email_property_is_no_failure(client: Any, sandbox: Running) -> None:
    """The app may not look at e-mail properties: the others are made, and the plan says so."""
    sandbox.control.reset({"hubspot": REFUSED})
    plan = provision_plan(client)
    made = apply(client, plan)

    (told,) = [item for item in plan if item.object == "emails"]
    assert {"contacts", "companies", "deals"} == {item.object for item in made}
    assert "does not let the app look at emails properties" in told.detail
    assert "connected-email-data-access" in told.detail
    assert [] == apply(client, provision_plan(client))


@pytest.mark.parametrize("operation", ["properties.create_group", "properties.create"])
@pytest.mark.parametrize("status", [400, 403])
def test_an_email_property_that_cannot_be_made_is_no_failure(
    client: Any, sandbox: Running, operation: str, status: int
) -> None:
    """Looking is allowed and making is not: it is not called made, and the rest is."""
    missing = [item for item in provision_plan(client) if item.object != "emails"]
    apply(client, missing)
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": operation, "status": status, "times": 9}
    )
    made = apply(client, provision_plan(client))

    assert not [item for item in made if item.kind == "property"]


@pytest.mark.parametrize("scope", ["companies", "deals"])
def test_a_refused_object_that_is_needed_is_an_error(
    client: Any, sandbox: Running, scope: str
) -> None:
    """Without its unique property a lost answer could make a company or a deal twice."""
    sandbox.control.reset({"hubspot": {"auth": {"missing_scopes": [f"crm.schemas.{scope}.read"]}}})

    with pytest.raises(ConfigError, match="asks for scopes"):
        provision_plan(client)


@pytest.mark.parametrize(
    ("obj", "name", "noun"),
    [("companies", HOST_KEY, "company"), ("deals", EVENT_KEY, "deal")],
)
def test_a_key_that_is_not_unique_is_not_touched(
    client: Any, sandbox: Running, obj: str, name: str, noun: str
) -> None:
    """It is named with its object, and nothing is made anywhere: uniqueness cannot be added later."""
    plain = {
        "name": name, "label": "x", "type": "string", "fieldType": "text", "object": obj,
        "groupName": f"{noun}information",
    }  # fmt: skip
    sandbox.control.reset({"hubspot": {"custom_properties": [plain]}})
    plan = provision_plan(client)

    with pytest.raises(ConfigError, match=f"{noun} property `{name}` exists but is not unique"):
        apply(client, plan)
    assert plan == provision_plan(client)


def test_made_by_somebody_else_meanwhile(client: Any) -> None:
    """An old plan applied late is no error."""
    plan = provision_plan(client)
    apply(client, plan)

    assert apply(client, plan) == plan


def test_wrong_type_is_not_touched(client: Any, sandbox: Running) -> None:
    """A property of ours with another type is named, and nothing is made."""
    wrong = {
        "name": ROW_ID, "label": "x", "type": "number", "fieldType": "number",
        "groupName": "contactinformation",
    }  # fmt: skip
    sandbox.control.reset({"hubspot": {"custom_properties": [wrong]}})
    plan = provision_plan(client)

    with pytest.raises(ConfigError, match=ROW_ID):
        apply(client, plan)
    assert provision_plan(client) == plan


@pytest.mark.parametrize("url", [None, "", "https://api.hubapi.com", "http://localhost:1"])
def test_sandbox_stays_on_loopback(url: str | None) -> None:
    """In the sandbox no client is made for anything but loopback."""
    config = {"outreach_environment": "sandbox", "api_base_url": url, "token_url": url}

    with pytest.raises(ConfigError):
        connect(config, sleep=lambda _s: None, rng=random.Random(1))


def test_missing_credentials_are_named() -> None:
    """Outside of the sandbox credentials are needed."""
    with pytest.raises(ConfigError, match="`client_secret`, `refresh_token`"):
        connect({"client_id": "x"}, sleep=lambda _s: None, rng=random.Random(1))
