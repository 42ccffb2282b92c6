"""What the three vendors' consent pages have in common: apps, codes, and the page a person sees.

Rule: which requests are refused, and in which words, is the vendor's to say; here is only what an
app registered, what a code stands for, and the HTML.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from random import Random

    from outreach_sandbox.kernel.service import Exchange

# an app nobody registered may come back to this machine, and to nowhere else
LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d{1,5})?(/.*)?")
DECISION, SCOPE = "decision", "granted"
ALLOW, DENY = "allow", "deny"


@dataclass(frozen=True)
class App:
    """An app as it was registered at the vendor."""

    client_id: str
    name: str
    secret: str | None = None
    redirects: tuple[str, ...] | None = None
    scopes: tuple[str, ...] | None = None
    testing: bool = False

    def may_return_to(self, redirect_uri: str, *, any_port: bool = False) -> bool:
        """Whether this is a redirect URL of the app, letter by letter; its port may be free."""
        if self.redirects is None:
            return LOOPBACK.fullmatch(redirect_uri) is not None
        if redirect_uri in self.redirects:
            return True
        return any_port and _portless(redirect_uri) in map(_portless, self.redirects)

    def lacks(self, scopes: list[str]) -> list[str]:
        """The scopes asked for that the app was not registered with."""
        return [] if self.scopes is None else [s for s in scopes if s not in self.scopes]


@dataclass
class Code:
    """An authorization code: what was asked, and what the person agreed to."""

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    challenge: str | None
    at: datetime
    testing: bool = False
    lasting: bool = True  # whether a refresh token comes with it
    used: bool = False

    def proven_by(self, verifier: str) -> bool:
        """Whether the verifier is that of the challenge (S256)."""
        digest = hashlib.sha256(verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge

    def over(self, now: datetime, seconds: float) -> bool:
        """Whether its time is over."""
        return now >= self.at + timedelta(seconds=seconds)


@dataclass
class Consents:
    """The apps that are known, the codes that were given out, and what refresh tokens stand for."""

    rng: Random
    apps: dict[str, App] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    grants: dict[str, Code] = field(default_factory=dict)

    def app(self, client_id: str) -> App:
        """The app with this id; any other id is that of an app nobody registered."""
        return self.apps.get(client_id) or App(client_id, f"An app ({client_id})")

    def register(self, body: dict[str, Any]) -> dict[str, Any]:
        """{client_id, name, client_secret, redirect_uris, scopes, testing}: what is left out is open."""
        redirects, scopes = body.get("redirect_uris"), body.get("scopes")
        self.apps[str(body["client_id"])] = App(
            str(body["client_id"]),
            str(body.get("name") or body["client_id"]),
            secret=body.get("client_secret"),
            redirects=None if redirects is None else tuple(map(str, redirects)),
            scopes=None if scopes is None else tuple(map(str, scopes)),
            testing=bool(body.get("testing")),
        )
        return {"apps": sorted(self.apps)}

    def agreed(self, asked: dict[str, str], scopes: list[str], now: datetime, start: str) -> str:
        """A new code for what a person agreed to."""
        code = f"{start}{self.rng.getrandbits(160):040x}"
        self.codes[code] = Code(
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            scopes=tuple(scopes),
            challenge=asked.get("code_challenge") or None,
            at=now,
            testing=self.app(asked["client_id"]).testing,
        )
        return code


def asked_of(exchange: Exchange) -> dict[str, str]:
    """What the authorization address asks for."""
    return dict(exchange.query)


def decided(exchange: Exchange) -> tuple[bool, list[str]]:
    """What the person pressed, and which boxes were ticked."""
    pairs = parse_qsl(exchange.body.decode("utf-8", "replace"), keep_blank_values=True)
    pressed = [value for name, value in pairs if name == DECISION]
    return pressed[-1:] == [ALLOW], [value for name, value in pairs if name == SCOPE]


def page(vendor: str, app: App, scopes: list[str], *, boxes: bool = False) -> Reply:
    """The consent page: who asks, for what, and two buttons; boxes let a person leave scopes out."""
    rows = "".join(_row(scope, boxes=boxes) for scope in scopes)
    body = (
        f"<h1>{_e(app.name)}</h1><p>wants access to your {_e(vendor)} account:</p>"
        f'<form method="post"><ul>{rows}</ul>'
        f'<button name="{DECISION}" value="{ALLOW}">Allow</button> '
        f'<button name="{DECISION}" value="{DENY}">Deny</button></form>'
    )
    return Reply(200, _whole(f"{vendor} sandbox: {app.name}", body))


def refusal(vendor: str, status: int, title: str, text: str) -> Reply:
    """The vendor's own error page; the person is not sent back to the app."""
    return Reply(status, _whole(f"{vendor} sandbox", f"<h1>{_e(title)}</h1><p>{_e(text)}</p>"))


def back(redirect_uri: str, **answer: str | None) -> Reply:
    """Back to the app with the answer."""
    told = urlencode({name: value for name, value in answer.items() if value is not None})
    mark = "&" if urlsplit(redirect_uri).query else "?"
    return Reply(302, None, {"Location": f"{redirect_uri}{mark}{told}"})


def _row(scope: str, *, boxes: bool) -> str:
    if not boxes:
        return f"<li><code>{_e(scope)}</code></li>"
    box = f'<input type="checkbox" name="{SCOPE}" value="{_e(scope)}" checked>'
    return f"<li><label>{box} <code>{_e(scope)}</code></label></li>"


def _whole(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{_e(title)}</title>'
        f'<body style="font-family: sans-serif; max-width: 40em; margin: 3em auto">{body}</body></html>'
    )


def _portless(address: str) -> tuple[str, str | None, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.path


def _e(text: str) -> str:
    return html.escape(text, quote=True)
