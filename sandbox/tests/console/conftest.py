"""One sandbox for the console's tests, and a way to ask it with any header."""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running

SYNC = "import sys, time; print('one'); time.sleep(0.2); print('two \\x1b[31mred\\x1b[0m'); sys.exit(3)"


class Page:
    """What a browser that shows the console can ask."""

    def __init__(self, sandbox: Running) -> None:
        self.sandbox = sandbox
        self.host = urlsplit(sandbox.control_url).netloc

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; header names are given with underscores."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, sent)
        reply = connection.getresponse()
        found = reply.read()
        connection.close()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, found

    def json(self, path: str, **headers: str) -> Any:
        """What a GET answers that must succeed."""
        status, _, found = self.ask("GET", path, **headers)
        assert 200 == status, found
        return json.loads(found)

    def token(self) -> str:
        """The token the page was given."""
        text = self.ask("GET", "/")[2].decode()
        found = re.search(r'name="console-token" content="([^"]+)"', text)
        assert found is not None
        return found[1]


@pytest.fixture(scope="session")
def shared_console() -> Iterator[Running]:
    """The one sandbox of the session, on a clock that moves only when told."""
    command = [sys.executable, "-c", SYNC]
    with running(clock=Clock(manual=True), sync_command=command) as sandbox:
        yield sandbox


@pytest.fixture
def page(shared_console: Running) -> Page:
    """The console over the demonstration."""
    shared_console.control.reset("demo")
    return Page(shared_console)
