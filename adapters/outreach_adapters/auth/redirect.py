"""The small web server that the vendor sends the person back to.

The rule: it listens on 127.0.0.1 alone, answers one address, and ends with the first answer.
https://datatracker.ietf.org/doc/html/rfc8252#section-7.3
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import urlsplit

from outreach_adapters.auth import refusals
from outreach_core.errors import ConfigError

LOOPBACK = "127.0.0.1"
PATH = "/callback"
SLICE = 0.2
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Outreach</title>'
    "<body style='font-family: sans-serif; margin: 3em'><h1>Thank you</h1>"
    "<p>The answer has arrived. The terminal says how it went; this page may be closed.</p>"
)


class Redirect:
    """Waits for one answer at one address."""

    def __init__(self, server: _Server, host: str) -> None:
        self._server = server
        self.uri = redirect_uri(host, int(server.server_address[1]))

    def wait(self, seconds: float, clock: Callable[[], float]) -> str:
        """Return the address the person came back with.

        Raises:
            ConfigError: ``no_answer``; nobody came.
        """
        end = clock() + seconds
        while self._server.answered is None:
            if clock() >= end:
                raise refusals.no_answer(seconds, self.uri)
            self._server.handle_request()
        return self.uri + "?" + self._server.answered


@contextlib.contextmanager
def listening(host: str, port: int) -> Iterator[Redirect]:
    """Listen while the person is away.

    Raises:
        ConfigError: ``port_taken``.
    """
    try:
        server = _Server((LOOPBACK, port), _Answering)
    except OSError:
        raise ConfigError(
            f"Another program listens on port {port}.",
            code="port_taken",
            remedy="Free it, or name another one with --port and register its redirect URL too.",
        ) from None
    with server:
        yield Redirect(server, host)


def redirect_uri(host: str, port: int) -> str:
    """Return the redirect URL of a port."""
    return f"http://{host}:{port}{PATH}"


class _Server(TCPServer):  # HTTPServer would ask the network for this machine's name
    allow_reuse_address = True
    timeout = SLICE
    answered: str | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away: it may come back with the answer."""


class _Answering(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        """Take the answer; a browser also asks for an icon."""
        parts = urlsplit(self.path)
        if parts.path != PATH or not parts.query:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.server.answered = parts.query
        body = PAGE.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Log nothing: the address holds the code."""
