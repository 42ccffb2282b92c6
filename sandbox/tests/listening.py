"""Somebody whom the sandbox calls: keeps what came, and answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listener:
    """What came, in the order it came."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every event of every request."""
        return [event for body in self.bodies for event in json.loads(body)]

    def wait(self, holds: Callable[[], object]) -> None:
        """Wait until something came about."""
        deadline = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < deadline, self.bodies
            time.sleep(0.005)


@contextmanager
def listening() -> Iterator[Listener]:
    """Listen on loopback."""
    found = Listener()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.heads.append({k.lower(): v for k, v in self.headers.items()})
            found.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(found.answers.pop(0) if found.answers else 204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    found.url = f"http://127.0.0.1:{server.server_port}/in?a=1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
