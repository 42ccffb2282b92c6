"""A sandbox per test module, a fast clock, and the tap's messages as plain data."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach_sandbox.kernel.client import Control
from outreach_sandbox.kernel.server import Running, running
from tap_hubspot_crm.tap import TapHubspotCrm

UNIQUE = {
    "name": "outreach_row_id",
    "label": "Row",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
    "hasUniqueValue": True,
}
NAMES = ["email", "city", "phone"]


WAITS: list[float] = []
CLOCK: list[Control] = []


def move_on(seconds: float) -> None:
    """Wait in the sandbox's time alone."""
    WAITS.append(seconds)
    CLOCK[0].advance(seconds)


class Hasty(TapHubspotCrm):
    """The tap, whose waits pass on the sandbox's clock."""

    sleep = staticmethod(move_on)  # type: ignore[assignment]


class Ran(list[dict[str, Any]]):
    """The messages of one run."""

    def records(self, stream: str) -> list[dict[str, Any]]:
        """The records of one stream."""
        return [m["record"] for m in self if m["type"] == "RECORD" and m["stream"] == stream]

    @property
    def ids(self) -> list[str]:
        """The ids of the contacts read."""
        return [record["id"] for record in self.records("contacts")]

    @property
    def state(self) -> dict[str, Any]:
        """The last state."""
        return [m["value"] for m in self if m["type"] == "STATE"][-1]


def collect(tap: TapHubspotCrm) -> Ran:
    """What the tap wrote."""
    raw = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(raw, write_through=True)):
        tap.sync_all()
        return Ran(json.loads(line) for line in raw.getvalue().splitlines())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with HubSpot in it."""
    with running() as found:
        yield found


@pytest.fixture
def config(sandbox: Running) -> dict[str, Any]:
    """The settings of a tap that talks to an empty, provisioned account."""
    sandbox.control.reset({"hubspot": {"custom_properties": [UNIQUE]}})
    sandbox.control.forget_calls()
    sandbox.control.forget_faults()
    WAITS.clear()
    CLOCK[:] = [sandbox.control]
    return {
        "outreach_environment": "sandbox",
        "api_base_url": sandbox.hubspot_url,
        "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
        "properties": NAMES,
    }


@pytest.fixture
def seed(sandbox: Running, config: dict[str, Any]) -> Callable[..., None]:
    """Put contacts into the account."""

    def plant(*contacts: dict[str, Any], custom: bool = True) -> None:
        properties = [UNIQUE] if custom else []
        planted = {"contacts": list(contacts), "custom_properties": properties}
        sandbox.control.reset({"hubspot": planted})
        sandbox.control.forget_calls()

    return plant


@pytest.fixture
def waits(config: dict[str, Any]) -> list[float]:
    """How long the tap would have waited."""
    return WAITS


@pytest.fixture
def run(config: dict[str, Any]) -> Callable[..., Ran]:
    """Run the tap once, after `meanwhile` was done to the tap."""

    def once(
        given: dict[str, Any] | None = None,
        *,
        meanwhile: Callable[[TapHubspotCrm], None] = lambda _tap: None,
        **settings: Any,
    ) -> Ran:
        tap = Hasty(config={**config, **settings}, state=given or {})
        meanwhile(tap)
        return collect(tap)

    return once
