"""Who may ask the control port anything: programs on this machine, and the console's own page.

Rule: a browser is never trusted for where it runs, only for what it shows it has read.

A page of any web site can make its visitor's browser call 127.0.0.1, and a name that an attacker owns can be
made to lead there (DNS rebinding).

| # | request                                                            | answer |
|---|--------------------------------------------------------------------|--------|
| 1 | `Host` names no loopback                                           | 403    |
| 2 | `Origin` is there and is not where this page came from             | 403    |
| 3 | the browser says it comes from another site, but as a mere link    | served |
| 4 | the browser says it comes from another site                        | 403    |
| 5 | a browser changes something without the token the page was given   | 403    |
| 6 | anything else, programs without a browser among them               | served |

https://developer.mozilla.org/en-US/docs/Web/HTTP/Headers/Sec-Fetch-Site
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

TOKEN_HEADER = "x-console-token"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
OWN_SITE = ("same-origin", "none")
SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Stands before the whole control port."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] == "http":
            reason = self.refusal(scope["method"], scope["path"], Headers(scope=scope))
            if reason:
                await JSONResponse({"error": reason}, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def refusal(self, method: str, path: str, headers: Headers) -> str | None:
        """Why a request is refused; None serves it."""
        host = headers.get("host", "")
        if _name(host) not in LOOPBACK_NAMES:  # (1)
            return "this port answers to 127.0.0.1 and localhost alone"
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin != f"http://{host}":  # (2)
            return "another site's page may not ask this"
        if site is not None and site not in OWN_SITE:
            followed = method == "GET" and path == "/"
            if not (followed and headers.get("sec-fetch-mode") == "navigate"):  # (4), else (3)
                return "another site's page may not ask this"
        browser = origin is not None or site is not None
        if browser and method not in SAFE and not self._known(headers.get(TOKEN_HEADER, "")):  # (5)
            return "the page is out of date: load it again"
        return None

    def _known(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self._token.encode())


def _name(host: str) -> str:
    """The host without its port."""
    return host if host.endswith("]") else host.rpartition(":")[0] or host
