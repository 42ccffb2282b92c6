"""Asks a person on the vendor's page to let our app in, and exchanges what comes back for tokens.

The rule: an answer counts only with the state it was asked with, and no code, token or secret is part
of a message. https://datatracker.ietf.org/doc/html/rfc8252
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from outreach_adapters.auth import refusals
from outreach_adapters.auth.connections import Account, Service
from outreach_core.errors import ConfigError, Retriable

TIMEOUT = (10, 30)
SERVER_ERRORS = 500


@dataclass(frozen=True, slots=True)
class Scope:
    """Something we ask to be allowed, and why; without a needed one nothing is connected."""

    name: str
    why: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Vendor:
    """How a vendor's consent works.

    Attributes:
        extra: Further parameters of the authorization address.
        host: How its apps name this machine in a redirect URL.
        port: The port of that URL; 0 where any will do.
        outside: Whether it is anywhere but on this machine.
    """

    service: Service
    authorize_url: str
    token_url: str
    revoke_url: str
    scopes: tuple[Scope, ...]
    extra: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    port: int = 0
    outside: bool = True


@dataclass(frozen=True, slots=True)
class App:
    """The app at the vendor that people let in."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and what its answer is recognised by."""

    url: str
    redirect_uri: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the vendor gave us.

    Attributes:
        lasts: Seconds until the consent ends by itself, where the vendor says so.
    """

    refresh_token: str = field(repr=False)
    scopes: tuple[str, ...]
    account: Account
    api_url: str = ""
    lasts: float | None = None


def ask(
    vendor: Vendor,
    app: App,
    redirect_uri: str,
    random_text: Callable[[int], str] = secrets.token_urlsafe,
) -> Asked:
    """Return the address a person opens."""
    state = random_text(24)
    verifier = random_text(48)
    optional = " ".join(scope.name for scope in vendor.scopes if not scope.needed)
    extra = {**vendor.extra, **({"optional_scope": optional} if optional else {})}
    with _session(vendor, app, redirect_uri) as session:
        url, _ = session.create_authorization_url(
            vendor.authorize_url, state=state, code_verifier=verifier, **extra
        )
    return Asked(str(url), redirect_uri, state, verifier)


def code_of(answered: str, asked: Asked) -> str:
    """Return the code in the address the vendor sent the person back to.

    | # | the address | outcome |
    |---|---|---|
    | 1 | has another state than was asked with, or none | `ConfigError` foreign_answer |
    | 2 | has an error | `ConfigError` by its word |
    | 3 | has neither code nor error | `ConfigError` no_code |
    | 4 | else | the code |
    """
    told = dict(parse_qsl(urlsplit(answered.strip()).query))
    if not secrets.compare_digest(told.get("state", "").encode(), asked.state.encode()):  # (1)
        raise refusals.foreign_answer()
    if "error" in told:  # (2)
        raise refusals.of(told["error"], told.get("error_description", ""), asked.redirect_uri)
    if not told.get("code"):  # (3)
        raise refusals.no_code()
    return told["code"]  # (4)


def exchange(vendor: Vendor, app: App, asked: Asked, code: str) -> dict[str, Any]:
    """Return the vendor's answer to the code; a code is good for one exchange.

    Raises:
        ConfigError: It was refused; the sentence says what to put right.
        Retriable: No answer.
    """
    try:
        with _session(vendor, app, asked.redirect_uri) as session:
            answer = session.fetch_token(
                vendor.token_url,
                code=code,
                code_verifier=asked.verifier,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
    except OAuthError as error:
        words = str(error.error), str(error.description or "")
        raise refusals.of(*words, asked.redirect_uri) from None
    except (requests.RequestException, ValueError):
        raise _silent(vendor) from None
    if not answer.get("access_token"):
        raise _silent(vendor)
    return dict(answer)


def refuse_missing(vendor: Vendor, granted: tuple[str, ...]) -> None:
    """Refuse a grant that lacks what the sync needs.

    Raises:
        ConfigError: ``missing_scopes``.
    """
    missing = [one for one in vendor.scopes if one.needed and one.name not in granted]
    if not missing:
        return
    told = "; ".join(f"{one.name} ({one.why})" for one in missing)
    raise ConfigError(
        f"{vendor.service.called} did not grant all that the sync needs: {told}.",
        code="missing_scopes",
        remedy="Add what is missing to the app, connect again and leave every box ticked. "
        "Nothing was kept.",
    )


def revoke(vendor: Vendor, form: Mapping[str, str]) -> bool:
    """Ask the vendor to end a token; return whether it said so."""
    try:
        with plain_session(outside=vendor.outside) as session:
            reply = session.post(
                vendor.revoke_url, data=dict(form), timeout=TIMEOUT, allow_redirects=False
            )
    except requests.RequestException:
        return False
    return reply.ok and not reply.is_redirect


def plain_session(*, outside: bool) -> requests.Session:
    """Return a session; a proxy of this machine must not see what is meant for loopback."""
    session = requests.Session()
    session.trust_env = outside
    return session


def _session(vendor: Vendor, app: App, redirect_uri: str) -> OAuth2Session:
    session = OAuth2Session(
        app.client_id,
        app.client_secret or None,
        token_endpoint_auth_method="client_secret_post" if app.client_secret else "none",
        redirect_uri=redirect_uri,
        scope=" ".join(scope.name for scope in vendor.scopes if scope.needed),
        code_challenge_method="S256",
    )
    session.trust_env = vendor.outside
    return session


def _silent(vendor: Vendor) -> Retriable:
    return Retriable(
        f"{vendor.service.called} did not answer with a token.",
        code="token_unreachable",
        remedy="Try again; the page has to be opened anew, for its code was for this try.",
    )
