"""Provisioning, over HTTP: what is missing is made once, what is there is left alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from outreach_adapters.hubspot.account import ROW_ID
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
