"""The page's own files, as they lie in the package, and the headers that keep the page to itself.

Rule: the page loads nothing from anywhere else and runs no script but these files.
"""

from __future__ import annotations

import html
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
PLACE_OF_TOKEN = "{{token}}"
# https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _folder() -> Traversable:
    return files("outreach_sandbox.console") / "static"


def index(token: str) -> Response:
    """The page, with the token that its changes must carry."""
    text = (_folder() / "index.html").read_text(encoding="utf-8")
    body = text.replace(PLACE_OF_TOKEN, html.escape(token))
    return Response(body, headers=HEADERS, media_type=TYPES["html"])


def asset(name: str) -> Response:
    """One of the files beside the page; a name that is none of theirs is 404."""
    there = {item.name: item for item in _folder().iterdir()}
    kind = TYPES.get(name.rpartition(".")[2])
    if name not in there or kind is None or name == "index.html":
        return PlainTextResponse("no such file", 404, HEADERS)
    return Response(there[name].read_bytes(), headers=HEADERS, media_type=kind)
