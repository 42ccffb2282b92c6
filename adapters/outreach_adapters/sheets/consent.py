"""How people let our app into their Google account, and how a service account's key is taken.

The rule: only what the sync uses is asked for, and each scope says for what.

https://developers.google.com/identity/protocols/oauth2/native-app
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request

from outreach_adapters.auth.connections import Account, Connection, Service
from outreach_adapters.auth.consent import TIMEOUT, Grant, Scope, Vendor, plain_session
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_adapters.sheets.client import GOOGLE_DRIVE_URL
from outreach_adapters.sheets.credentials import (
    CREDENTIALS,
    SCOPES,
    ServiceAccountKey,
    token_url_from,
    way_from,
)
from outreach_adapters.sheets.failures import translate
from outreach_core.errors import ConfigError

AUTHORIZE = "https://accounts.google.com/o/oauth2/v2/auth"
REVOKE = "https://oauth2.googleapis.com/revoke"
WHY = (
    "reading the outreach tab, writing its cells and our columns",
    "seeing whether the file has changed, without reading it",
)


def vendor(config: Mapping[str, Any]) -> Vendor:
    """Return how Google's consent works; ``prompt`` makes it hand out a refresh token every time."""
    token_url = token_url_from(config)
    inside = config.get("outreach_environment") == SANDBOX
    base = token_url.removesuffix("/token")
    return Vendor(
        Service.GOOGLE,
        authorize_url=f"{base}/o/oauth2/v2/auth" if inside else AUTHORIZE,
        token_url=token_url,
        revoke_url=f"{base}/revoke" if inside else REVOKE,
        scopes=tuple(Scope(name, why) for name, why in zip(SCOPES, WHY, strict=True)),
        extra={"access_type": "offline", "prompt": "consent"},
        outside=not inside,
    )


def grant_of(config: Mapping[str, Any], answer: Mapping[str, Any]) -> Grant:
    """Return what the token endpoint's answer grants, and ask Drive whose it is."""
    # https://developers.google.com/identity/protocols/oauth2#expiration: said of an app in testing
    lasts = answer.get("refresh_token_expires_in")
    return Grant(
        str(answer.get("refresh_token") or ""),
        tuple(str(answer.get("scope") or "").split()),
        _account(config, str(answer["access_token"])),
        lasts=float(lasts) if lasts else None,
    )


def service_account(config: Mapping[str, Any], text: str) -> Grant:
    """Return whose key it is, once Google has given a token for it.

    Raises:
        ConfigError: It is no key, or Google does not know it.
        Retriable: No answer.
    """
    _fetch(ServiceAccountKey(text, "--service-account").build(token_url_from(config), SCOPES))
    address = str(json.loads(text).get("client_email") or "")
    return Grant("", SCOPES, Account(address, address))


def try_now(config: Mapping[str, Any], connection: Connection) -> tuple[str, ...]:
    """Fetch an access token as the plugins do.

    Raises:
        OutreachError: There is none to be had.
    """
    named = {**config, **dict.fromkeys(CREDENTIALS), "connection": connection.name}
    _fetch(way_from(named).build(token_url_from(config), SCOPES))
    return connection.scopes


def revoking(connection: Connection) -> dict[str, str]:
    """Return the form that ends the connection's token."""
    return {"token": connection.refresh_token}


def _fetch(credentials: Any) -> None:
    try:
        credentials.refresh(Request())
    except (GoogleAuthError, requests.RequestException, ValueError) as error:
        raise translate(error) from None


def _account(config: Mapping[str, Any], access_token: str) -> Account:
    """Ask Drive, which every scope of Drive may: no scope is needed for the address itself.

    https://developers.google.com/workspace/drive/api/reference/rest/v3/about/get
    """
    environment = str(config.get("outreach_environment") or "prod")
    url = config.get("drive_base_url") if environment == SANDBOX else None
    base = guard_base_url(environment, url, "drive_base_url", GOOGLE_DRIVE_URL)
    try:
        with plain_session(outside=environment != SANDBOX) as session:
            reply = session.get(
                f"{base}/drive/v3/about",
                params={"fields": "user(emailAddress,permissionId)"},
                headers={"Authorization": f"Bearer {access_token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        user = reply.json().get("user", {}) if reply.ok else {}
    except (requests.RequestException, ValueError, ConfigError):
        return Account()
    address = str(user.get("emailAddress") or "")
    return Account(str(user.get("permissionId") or address), address)
