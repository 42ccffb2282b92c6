"""A sandbox per test module, a fast clock, and the tap's messages as plain data."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from outreach_sandbox.kernel.client import Control
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running
from tap_salesforce_crm.tap import TapSalesforceCrm

KEY = {"name": "Outreach_Id__c", "external_id": True, "unique": True}
KEYS = [{**KEY, "object": of} for of in ("Lead", "Contact", "Opportunity")]

WAITS: list[float] = []
CLOCK: list[Control] = []


def move_on(seconds: float) -> None:
    """Wait in the sandbox's time alone."""
    WAITS.append(seconds)
    CLOCK[0].advance(seconds)


class Hasty(TapSalesforceCrm):
    """The tap, whose waits pass on the sandbox's clock."""

    sleep = staticmethod(move_on)  # type: ignore[assignment]


class Ran(list[dict[str, Any]]):
    """The messages of one run."""

    def records(self, stream: str = "leads") -> list[dict[str, Any]]:
        """The records of one stream."""
        return [m["record"] for m in self if m["type"] == "RECORD" and m["stream"] == stream]

    def ids(self, stream: str = "leads") -> list[str]:
        """The ids of the records read."""
        return [record["id"] for record in self.records(stream)]

    @property
    def state(self) -> dict[str, Any]:
        """The last state."""
        return [m["value"] for m in self if m["type"] == "STATE"][-1]


def collect(tap: TapSalesforceCrm) -> Ran:
    """What the tap wrote."""
    raw = io.BytesIO()
    with contextlib.redirect_stdout(io.TextIOWrapper(raw, write_through=True)):
        tap.sync_all()
        return Ran(json.loads(line) for line in raw.getvalue().splitlines())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with Salesforce in it, on a clock that only tests move."""
    with running(clock=Clock(manual=True)) as found:
        yield found


@pytest.fixture
def config(sandbox: Running) -> dict[str, Any]:
    """The settings of a tap that talks to an empty, provisioned org."""
    sandbox.control.reset({"salesforce": {"custom_fields": KEYS}})
    sandbox.control.forget_calls()
    sandbox.control.forget_faults()
    WAITS.clear()
    CLOCK[:] = [sandbox.control]
    return {
        "outreach_environment": "sandbox",
        "api_base_url": sandbox.salesforce_url,
        "login_url": sandbox.salesforce_url,
    }


@pytest.fixture
def seed(sandbox: Running, config: dict[str, Any]) -> Callable[..., None]:
    """Start an org: `seed(leads=[...], contacts=[...], switches={...})`."""

    def plant(switches: dict[str, bool] | None = None, **salesforce: Any) -> None:
        fields = [*salesforce.pop("keys", KEYS), *salesforce.pop("custom_fields", [])]
        planted = {**salesforce, "custom_fields": fields}
        sandbox.control.reset({"salesforce": planted, "switches": switches or {}})
        sandbox.control.forget_calls()

    return plant


@pytest.fixture
def person(sandbox: Running) -> Callable[..., dict[str, Any]]:
    """What a person does in the org: `person("edit", id=..., values=...)`."""

    def act(door: str, **body: Any) -> dict[str, Any]:
        return sandbox.control.people("salesforce", door, **body)

    return act


@pytest.fixture
def waits(config: dict[str, Any]) -> list[float]:
    """How long the tap would have waited."""
    return WAITS


@pytest.fixture
def calls(sandbox: Running) -> Callable[[], list[str]]:
    """The operations called since this was last asked, sign-ins excluded."""

    def asked() -> list[str]:
        found = [c["operation"] for c in sandbox.control.calls() if c["kind"] == "api"]
        sandbox.control.forget_calls()
        return found

    return asked


@pytest.fixture
def run(config: dict[str, Any]) -> Callable[..., Ran]:
    """Run the tap once, after `meanwhile` was done to the tap."""

    def once(
        given: dict[str, Any] | None = None,
        *,
        meanwhile: Callable[[TapSalesforceCrm], None] = lambda _tap: None,
        **settings: Any,
    ) -> Ran:
        tap = Hasty(config={**config, **settings}, state=given or {})
        meanwhile(tap)
        return collect(tap)

    return once


@pytest.fixture
def rules_file(tmp_path: Any) -> Callable[..., str]:
    """Write a rule file for leads with these extra lines under `fields`."""

    def write(*lines: str, extra: str = "") -> str:
        columns = "".join(f"  f{n}: {{column: F{n}, type: text}}\n" for n in range(len(lines)))
        sheet = f"side: sheet\nfields:\n  email: {{column: Email, type: email}}\n{columns}"
        (tmp_path / "sheet.yml").write_text(sheet)
        mapped = "".join(f"  f{n}: {{property: {line}}}\n" for n, line in enumerate(lines))
        path = tmp_path / "salesforce.yml"
        path.write_text(
            "side: salesforce\nobject: leads\nexternal_id: Outreach_Id__c\n"
            f"fields:\n  email: {{property: Email}}\n{mapped}{extra}"
        )
        return str(path)

    return write
