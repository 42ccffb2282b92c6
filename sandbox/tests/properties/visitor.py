"""Somebody who uses all three vendors, through their APIs and their screens, without a network between.

Rule: a move never fails: what a vendor refuses is part of the trace, like what it answers.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.service import BadDoorCall
from outreach_sandbox.kernel.wire import Refused
from outreach_sandbox.kernel.world import VENDORS, World

BOOK = "properties"
HEADER = ["Business Name", "Email", "Phone", "Status"]
SEED: dict[str, Any] = {
    "google": {
        "spreadsheets": [
            {
                "id": BOOK,
                "title": "Properties",
                "sheets": [
                    {
                        "title": "Businesses",
                        "rows": 12,
                        "columns": 6,
                        "values": [
                            HEADER,
                            ["Blue Finch", "a@example.com", "+1 555 0101", "Draft"],
                            ["Green Door", "b@example.com", "", "Sent"],
                            ["=1+1", "c@example.com", "+1 555 0103", "Draft"],
                        ],
                    },
                    {"title": "Notes", "rows": 4, "columns": 3, "values": [["kept"]]},
                ],
            }
        ]
    },
    "hubspot": {
        "contacts": [
            {"properties": {"email": f"{name}@example.com", "firstname": name}} for name in "abc"
        ],
        "companies": [{"properties": {"name": "Acme", "domain": "acme.example.com"}}],
        "deals": [{"properties": {"dealname": "Acme", "dealstage": "appointmentscheduled"}}],
        "auth": {"limits": {"ten_secondly": 10**6, "search_secondly": 10**6}},
    },
    "salesforce": {
        "leads": [
            {"LastName": name, "Company": "Acme", "Email": f"{name}@example.com"} for name in "abc"
        ],
        "org": {"daily_api_requests": 10**6},
    },
    "switches": {"google.read_quota": 0, "google.write_quota": 0},
}
FORM = "application/x-www-form-urlencoded"


class Visitor:
    """One world, everything that was asked of it, and everything it said."""

    def __init__(self, random_seed: int) -> None:
        self.world = World(seed=SEED, clock=Clock(manual=True), random_seed=random_seed)
        self.trace: list[Any] = []
        self.calls = 0
        self._apps = {vendor: self.world.dispatcher(vendor).app() for vendor in VENDORS}
        grant = {"client_id": "a", "client_secret": "b"}
        refresh = {**grant, "grant_type": "refresh_token", "refresh_token": "c"}
        client = {**grant, "grant_type": "client_credentials"}
        self._tokens = {
            "google": self._sign_in("google", "/token", refresh),
            "hubspot": "pat-na1-properties",
            "salesforce": self._sign_in("salesforce", "/services/oauth2/token", client),
        }

    def _sign_in(self, vendor: str, path: str, grant: dict[str, str]) -> str:
        body = self._ask(vendor, "POST", path, urlencode(grant).encode(), FORM, "")
        return str(json.loads(body)["access_token"])

    def call(self, vendor: str, method: str, path: str, body: Any = None) -> None:
        """One request of a program."""
        sent = b"" if body is None else json.dumps(body).encode()
        self._ask(vendor, method, path, sent, "application/json", self._tokens[vendor])

    def walk(self, vendor: str, door: str, **body: Any) -> None:
        """One act of a person."""
        try:
            said: Any = self.world.services[vendor].people()[door](body)
        except (BadDoorCall, KeyError, IndexError, TypeError, ValueError) as error:
            said = f"{type(error).__name__}: {error}"
        except Refused as refused:
            said = refused.reply.body
        self.trace.append(json.dumps(said, default=str))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.world.clock.advance(seconds)

    def _ask(
        self, vendor: str, method: str, path: str, body: bytes, kind: str, token: str
    ) -> bytes:
        self.calls += 1
        raw, _, query = path.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"content-type", kind.encode())]
        if token:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        scope = {
            "type": "http",
            "method": method,
            "path": raw,
            "raw_path": raw.encode(),
            "query_string": query.encode(),
            "headers": headers,
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
            "http_version": "1.1",
            "root_path": "",
        }
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        asyncio.run(self._apps[vendor](scope, receive, send))
        self.trace.append(said)
        return b"".join(message.get("body", b"") for message in said)
