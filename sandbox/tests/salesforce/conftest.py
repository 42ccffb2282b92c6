"""One sandbox for all Salesforce tests, reset before each, on a clock that only tests move.

The one rule: what a test needs of an org it names in its own seed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from simple_salesforce import Salesforce

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).resolve().parents[3]
DATA = "/services/data/v60.0"
TOKEN = "session-of-the-test"
KEY = {"name": "Outreach_Id__c", "external_id": True, "unique": True}
KEYS = [{**KEY, "object": o} for o in ("Lead", "Contact", "Opportunity", "Activity")]


class Loopback(requests.Session):
    """What simple-salesforce needs to reach a loopback port: it writes https into every URL."""

    def __init__(self, origin: str) -> None:
        super().__init__()
        self.origin = origin
        self.trust_env = False

    def request(self, method, url, **more):  # type: ignore[no-untyped-def]
        """The same request at the sandbox."""
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        return super().request(method, f"{self.origin}{parts.path}{query}", **more)


@dataclass
class Org:
    """The org under test: raw HTTP, simple-salesforce, and the sandbox's doors."""

    box: Running
    http: httpx.Client

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One raw request under the data path, or under `path` if that is absolute."""
        return self.http.request(method, path if path.startswith("/") else f"{DATA}/{path}", **more)

    def create(self, kind: str = "Lead", **values: Any) -> str:
        """A new record's id."""
        needed = {"LastName": "Doe", "Company": "Acme"} if kind == "Lead" else {}
        reply = self.call("POST", f"sobjects/{kind}", json={**needed, **values})
        assert reply.status_code == 201, reply.text
        return str(reply.json()["id"])

    def read(self, record_id: str, *names: str, kind: str = "Lead") -> dict[str, Any]:
        """Some fields of a record."""
        reply = self.call("GET", f"sobjects/{kind}/{record_id}", params={"fields": ",".join(names)})
        assert reply.status_code == 200, reply.text
        return {name: reply.json()[name] for name in names}

    def query(self, text: str, resource: str = "query") -> list[dict[str, Any]]:
        """The records of a query."""
        reply = self.call("GET", resource, params={"q": text})
        assert reply.status_code == 200, reply.text
        found: list[dict[str, Any]] = reply.json()["records"]
        return found

    def names(self, where: str, resource: str = "query") -> list[str]:
        """The last names of the leads that match, in order of name."""
        text = f"SELECT LastName FROM Lead WHERE {where} ORDER BY LastName"
        return [record["LastName"] for record in self.query(text, resource)]

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.box.control.advance(seconds)

    def people(self, door: str, **body: Any) -> dict[str, Any]:
        """What a person does."""
        return self.box.control.people("salesforce", door, **body)

    def session(self) -> requests.Session:
        """A session that leads every https URL to the sandbox."""
        return Loopback(self.box.salesforce_url)

    def client(self) -> Any:
        """The client the plugins use."""
        return Salesforce(
            instance_url="https://example.my.salesforce.com",
            session_id=TOKEN,
            session=self.session(),
            version="60.0",
        )


@pytest.fixture(scope="session")
def box() -> Iterator[Running]:
    """The running sandbox."""
    with running(clock=Clock(manual=True)) as found:
        yield found


@pytest.fixture
def start(box: Running) -> Iterator[Callable[..., Org]]:
    """Start an org from a seed: `start(leads=[...], switches={...})`."""
    with httpx.Client(
        base_url=box.salesforce_url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10
    ) as http:

        def begin(switches: dict[str, bool] | None = None, **salesforce: Any) -> Org:
            auth = {"tokens": [TOKEN], **salesforce.pop("auth", {})}
            fields = [*KEYS, *salesforce.pop("custom_fields", [])]
            seed = {**salesforce, "custom_fields": fields, "auth": auth}
            box.control.reset({"salesforce": seed, "switches": switches or {}})
            return Org(box, http)

        yield begin


@pytest.fixture
def org(start: Callable[..., Org]) -> Org:
    """An org with the outreach fields and no records."""
    return start()


@pytest.fixture(scope="session")
def truth() -> Path:
    """The folder of recorded answers, where there is one."""
    folder = Path(os.environ.get("OUTREACH_TRUTH", ROOT.parent / "shared" / "truth")) / "salesforce"
    if not folder.is_dir():
        pytest.skip(f"no recorded answers at {folder}; set OUTREACH_TRUTH")
    return folder
