"""One sandbox for all HubSpot tests, reset before each, on a clock that only tests move.

The one rule: no test sets the search lag; a test that wants to find something moves the clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from hubspot import HubSpot

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).resolve().parents[3]
OBJECTS = "/crm/v3/objects/contacts"
KEY = "pat-na1-test"


@dataclass
class Account:
    """The account under test: raw HTTP, the vendor's own client, and the sandbox's doors."""

    box: Running
    http: httpx.Client

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One raw request under the contacts' path, or under `path` if that is absolute."""
        return self.http.request(
            method, path if path.startswith("/") else f"{OBJECTS}/{path}", **more
        )

    def batch(self, action: str, *inputs: dict[str, Any], **body: Any) -> httpx.Response:
        """One batch request."""
        return self.call("POST", f"batch/{action}", json={"inputs": list(inputs), **body})

    def search(self, *filters: tuple[str, str, Any], **body: Any) -> httpx.Response:
        """One search, all filters in one group."""
        listed = [_filter(*item) for item in filters]
        groups = [{"filters": listed}] if listed else []
        return self.call("POST", "search", json={"filterGroups": groups, **body})

    def create(self, **properties: Any) -> str:
        """A new contact's id."""
        reply = self.call("POST", OBJECTS, json={"properties": properties})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def read(self, contact_id: str, *names: str) -> dict[str, Any]:
        """A contact's properties."""
        reply = self.call("GET", contact_id, params={"properties": ",".join(names)})
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()["properties"]
        return found

    def make(self, name: str, /, *links: tuple[str, str, int], **properties: Any) -> str:
        """A new record's id; each link is (object, id, association type id)."""
        body: dict[str, Any] = {"properties": properties}
        if links:
            body["associations"] = [
                {"to": {"id": end}, "types": [_type(number)]} for _, end, number in links
            ]
        reply = self.call("POST", f"/crm/v3/objects/{name}", json=body)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def see(self, name: str, record_id: str, *names: str) -> dict[str, Any]:
        """A record's properties."""
        path = f"/crm/v3/objects/{name}/{record_id}"
        reply = self.call("GET", path, params={"properties": ",".join(names)})
        assert reply.status_code == 200, reply.text
        found: dict[str, Any] = reply.json()["properties"]
        return found

    def links(self, name: str, record_id: str, other: str) -> dict[int, list[int]]:
        """What a record is associated with: id to type ids."""
        reply = self.call("GET", f"/crm/v4/objects/{name}/{record_id}/associations/{other}")
        assert reply.status_code == 200, reply.text
        return {
            r["toObjectId"]: [t["typeId"] for t in r["associationTypes"]]
            for r in reply.json()["results"]
        }

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.box.control.advance(seconds)

    def people(self, door: str, **body: Any) -> dict[str, Any]:
        """What a person does."""
        return self.box.control.people("hubspot", door, **body)

    def sdk(self) -> Any:
        """The vendor's own client."""
        return HubSpot(access_token=KEY, host=self.box.hubspot_url, retry=False)


def _type(number: int) -> dict[str, Any]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}


def _filter(name: str, operator: str, value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"propertyName": name, "operator": operator}
    if operator in ("IN", "NOT_IN"):
        return found | {"values": value}
    if operator == "BETWEEN":
        return found | {"value": value[0], "highValue": value[1]}
    return found if value is None else found | {"value": value}


@pytest.fixture(scope="session")
def box() -> Iterator[Running]:
    """The running sandbox."""
    with running(clock=Clock(manual=True)) as found:
        yield found


@pytest.fixture
def start(box: Running) -> Iterator[Callable[..., Account]]:
    """Start an account from a seed: `start(contacts=[...], switches={...})`."""
    with httpx.Client(
        base_url=box.hubspot_url, headers={"Authorization": f"Bearer {KEY}"}, timeout=10
    ) as http:

        def begin(switches: dict[str, bool] | None = None, **hubspot: Any) -> Account:
            box.control.reset({"hubspot": hubspot, "switches": switches or {}})
            return Account(box, http)

        yield begin


@pytest.fixture
def account(start: Callable[..., Account]) -> Account:
    """An empty account."""
    return start()


@pytest.fixture(scope="session")
def truth() -> Path:
    """The folder of recorded answers, where there is one."""
    folder = Path(os.environ.get("OUTREACH_TRUTH", ROOT.parent / "shared" / "truth")) / "hubspot"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}; set OUTREACH_TRUTH")
    return folder
