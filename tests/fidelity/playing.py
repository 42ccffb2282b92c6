"""Plays recorded calls against a fresh sandbox, on a clock set from the recording.

The one rule: the sandbox is called as a client calls it, over HTTP; only its clock and its seed
are set from outside.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from fidelity.ids import Ids
from fidelity.recording import Answer, Recorded
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.world import World

# recorded times are of whole seconds, and a stamp of a whole second is written without its part
PART = timedelta(milliseconds=123)


class Http:
    """A client of one app in this process, without a socket: thousands of calls in a second."""

    def __init__(self, app: Any) -> None:
        self._runner = asyncio.Runner()
        transport = httpx.ASGITransport(app, raise_app_exceptions=True)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request."""
        return self._runner.run(self._client.request(method, path, **more))

    def close(self) -> None:
        """Let go of the loop."""
        self._runner.run(self._client.aclose())
        self._runner.close()


@dataclass(frozen=True)
class Played:
    """A recorded call and what the sandbox did: the endpoint it met, and our answer.

    Attributes:
        lagging: The index was behind in the recording, by how much nobody knows.
    """

    call: Recorded
    endpoint: str
    ours: Answer
    lagging: bool = False


@dataclass
class Stage:
    """One vendor of one sandbox, and the ids learned so far."""

    vendor: str
    world: World
    http: Http
    ids: Ids

    def reset(self, at: datetime | None, seed: Mapping[str, Any], **switches: Any) -> None:
        """Start again at that time with this seed of the vendor's."""
        if at is not None:
            self.world.clock.start = at + PART
        self.world.reset({self.vendor: dict(seed), "switches": switches})
        self.ids = Ids()

    def move_to(self, at: datetime | None, least: float = 0.0) -> None:
        """Let time pass until then, and at least this many seconds."""
        if at is not None:
            ahead = (at + PART - self.world.clock.now()).total_seconds()
            self.world.clock.advance(max(ahead, least, 0.0))

    def call(self, call: Recorded, headers: Mapping[str, str]) -> tuple[str, Answer]:
        """Make a recorded call here; returns the endpoint it met and what came back."""
        query = urlencode([(k, self.ids.ours(v)) for k, v in call.query])
        path = quote(self.ids.ours(call.path), safe="/:!,@'$()*+;=")
        body, sent = self.ids.ours(call.body), dict(headers)
        content = None
        if isinstance(body, str):
            content = body.encode()
        elif body is not None:
            content = json.dumps(body, separators=(",", ":")).encode()
            sent.setdefault("Content-Type", "application/json")
        reply = self.http.request(
            call.method, f"{path}?{query}" if query else path, content=content, headers=sent
        )
        found = {name.lower(): value for name, value in reply.headers.items()}
        operation = self.world.journal.as_json()[-1]["operation"]
        self.world.journal.clear()
        return operation, Answer(reply.status_code, decoded(reply.content, found), found)


def decoded(content: bytes, headers: Mapping[str, str]) -> Any:
    """A body as JSON where it says it is; nothing where it is empty."""
    if not content:
        return None
    text = content.decode("utf-8", "replace")
    return json.loads(text) if "json" in headers.get("content-type", "") else text


@contextmanager
def stage(vendor: str) -> Iterator[Stage]:
    """A sandbox with nothing in it."""
    world = World(clock=Clock(manual=True))
    http = Http(world.dispatcher(vendor).app())
    try:
        yield Stage(vendor, world, http, Ids())
    finally:
        http.close()
