"""A receiver without a socket, and requests as the vendors sign them, written from their documents.

The rule: nothing of the receiver's own signing is used here.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, open_ledger
from outreach_adapters.ledger.hints import Waiting
from outreach_adapters.ledger.staging import CrmCount, StagedBatch
from outreach_cli.serve.gates import HubSpotGate, SalesforceGate
from outreach_cli.serve.inbox import Inbox
from outreach_cli.serve.metrics import Metrics
from outreach_cli.serve.receiver import Receiver, Surroundings
from outreach_core.model import CrmRecord, Side

SECRET = "cfc68c0b-4b4e-4ef8-b764-95350e4ea479"
KEY = "example-signing-key"
PUBLIC = "https://hooks.example.org/outreach"
PORTAL, ORG = 62515, "00D000000000001EAA"
NOW = 1_772_625_600.0
KNOWN, LEAD = range(11, 17), "00Q000000000001EAA"  # who is known here
HUBSPOT, SALESFORCE = "/hubspot/webhooks", "/salesforce/events"


@dataclass(frozen=True)
class Request:
    """A request on its way; `announced` is its content-length where that is another one."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    method: str = "POST"
    query: str = ""
    cut_off: bool = False
    announced: str | None = None

    def but(self, **headers: str | None) -> Request:
        """The same with other headers; None leaves one out."""
        told = {**self.headers, **{name.replace("_", "-"): v for name, v in headers.items()}}
        return replace(self, headers={name: v for name, v in told.items() if v is not None})


@dataclass
class Receiving:
    """A receiver over a ledger of its own."""

    ledger_url: str
    app: Any
    metrics: Metrics
    woken: list[bool] = field(default_factory=list)
    time: float = NOW

    def send(self, *requests: Request) -> list[int]:
        """Return what each of them is answered, one after the other."""
        return asyncio.run(self._sent(requests))

    async def _sent(self, requests: Sequence[Request]) -> list[int]:
        async with self.app.router.lifespan_context(self.app):
            return [(await ask(self.app, one))[0] for one in requests]

    def get(self, path: str) -> tuple[int, bytes]:
        """Return what is answered to a look."""

        async def asked() -> tuple[int, bytes]:
            async with self.app.router.lifespan_context(self.app):
                return await ask(self.app, Request(path, b"", {}, method="GET"))

        return asyncio.run(asked())

    def waiting(self) -> Waiting:
        """Return what waits for a run."""
        ledger = opened(self.ledger_url)
        try:
            return ledger.hints.waiting("hubspot-sync")
        finally:
            ledger.close()


def receiving(folder: Path, *, allow_old: bool = False, known: bool = True) -> Receiving:
    """Return a receiver whose ledger knows its accounts."""
    url = f"sqlite:///{folder / 'ledger.db'}"
    (folder / "ledger.db").write_bytes(_ledger(known=known))
    found = Receiving(url, None, Metrics())
    around = Surroundings(
        inbox=Inbox(lambda: opened(url)),
        metrics=found.metrics,
        now=lambda: found.time,
        monotonic=lambda: 0.0,
        wake=lambda: found.woken.append(True),
        trouble=lambda: "",
        job="hubspot-sync",
        public_url=PUBLIC,
    )
    gates = {"hubspot": HubSpotGate(SECRET, allow_old), "salesforce": SalesforceGate((KEY,))}
    found.app = Receiver(gates, around).app()
    return found


@cache
def _ledger(*, known: bool) -> bytes:
    """A ledger's file, made once: to make one takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        ledger = opened(f"sqlite:///{file}")
        if known:
            counts = [CrmCount(Side.HUBSPOT, "contacts", str(PORTAL), 0),
                      CrmCount(Side.SALESFORCE, "leads", ORG, 0)]  # fmt: skip
            records = [
                *(CrmRecord(Side.HUBSPOT, "contacts", str(n), {}, external_id="x") for n in KNOWN),
                CrmRecord(Side.SALESFORCE, "leads", LEAD, {}, external_id="x"),
            ]
            batch = StagedBatch(counts=counts, records=records)
            ledger.staging.commit("hubspot", batch, None)
        ledger.close()
        return file.read_bytes()


def opened(url: str) -> Ledger:
    return open_ledger(url, now=utc_now, new_id=new_id)


async def ask(app: Any, request: Request) -> tuple[int, bytes]:
    """Call an application as a server does."""
    length = str(len(request.body)) if request.announced is None else request.announced
    headers = {"content-length": length, **request.headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": request.method, "scheme": "http",
        "path": request.path, "raw_path": request.path.encode(), "root_path": "",
        "query_string": request.query.encode(), "client": ("127.0.0.1", 1), "server": ("x", 80),
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
    }  # fmt: skip
    half = len(request.body) // 2
    parts: list[dict[str, Any]] = [
        {"type": "http.request", "body": request.body[:half], "more_body": True},
        {"type": "http.disconnect"}
        if request.cut_off
        else {"type": "http.request", "body": request.body[half:], "more_body": False},
    ]
    said: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    return said[0]["status"], b"".join(one.get("body", b"") for one in said[1:])


def hubspot(
    events: Any, *, secret: str = SECRET, at: float = NOW, query: str = "", uri: str | None = None
) -> Request:
    """A request as HubSpot makes it: v3 over method, address, body and milliseconds."""
    body = events if isinstance(events, bytes) else json.dumps(events).encode()
    stamp = str(int(at * 1000))
    signed = uri or PUBLIC + HUBSPOT + (f"?{query}" if query else "")
    mac = hmac.digest(secret.encode(), f"POST{signed}".encode() + body + stamp.encode(), "sha256")
    headers = {
        "X-HubSpot-Signature-v3": base64.b64encode(mac).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }
    return Request(HUBSPOT, body, headers, query=query)


def old_hubspot(events: Any, version: str) -> Request:
    """A request with one of HubSpot's older signatures alone."""
    body = json.dumps(events).encode()
    before = SECRET if version == "v1" else f"{SECRET}POST{PUBLIC}{HUBSPOT}"
    signature = hashlib.sha256(before.encode() + body).hexdigest()
    headers = {"X-HubSpot-Signature": signature, "X-HubSpot-Signature-Version": version}
    return Request(HUBSPOT, body, headers)


def salesforce(changes: Any, *, key: str = KEY, at: float = NOW) -> Request:
    """A request as the package makes it (salesforce/README.md)."""
    body = changes if isinstance(changes, bytes) else json.dumps(changes).encode()
    stamp = str(int(at * 1000))
    mac = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    headers = {
        "X-Outreach-Timestamp": stamp, "X-Outreach-Signature": f"sha256={mac.hexdigest()}"
    }  # fmt: skip
    return Request(SALESFORCE, body, headers)


def event(record_id: int = 123, told: str = "contact.propertyChange", **more: Any) -> dict:
    """An event as it is on the wire."""
    return {
        "eventId": 1, "subscriptionId": 12345, "portalId": PORTAL, "appId": 54321,
        "occurredAt": 1564113600000, "subscriptionType": told, "attemptNumber": 0,
        "objectId": record_id, "changeSource": "CRM_UI", **more,
    }  # fmt: skip


def change(record_id: str = LEAD, told: str = "updated", **more: Any) -> dict:
    """A change as the package tells it."""
    return {
        "eventId": "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b", "type": told, "object": "Lead",
        "id": record_id, "at": "2026-03-04T12:00:00.000Z", "org": ORG, **more,
    }  # fmt: skip
