"""How people let our app into a HubSpot account, and what its tokens say of themselves.

The rule: only what the sync uses is asked for, and each scope says for what.

https://developers.hubspot.com/docs/apps/legacy-apps/authentication/working-with-oauth
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from outreach_adapters.auth.connections import Account, Connection, Kind, Service
from outreach_adapters.auth.consent import TIMEOUT, Grant, Scope, Vendor, plain_session
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_adapters.hubspot.connect import API, CREDENTIALS, token_source
from outreach_core.errors import ConfigError, Retriable

AUTHORIZE = "https://app.hubspot.com/oauth/authorize"
# https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/revoke-token
TOKEN_PATH = "/oauth/2026-03/token"  # noqa: S105 - a path
# https://developers.hubspot.com/docs/api-reference/account-account-info-v3/details
ACCOUNT_PATH = "/account-info/v3/details"
PRIVATE_APP_PATH = "/oauth/v2/private-apps/get/access-token-info"
# https://developers.hubspot.com/changelog/2018-03-05-oauth2-redirect-uri-served-over-http-localhost
HOST, PORT = "localhost", 8765
SCOPES = (
    Scope("oauth", "being an app at all"),
    Scope("crm.objects.contacts.read", "contacts, and e-mails on their timelines"),
    Scope("crm.objects.contacts.write", "the same, written"),
    Scope("sales-email-read", "finding an e-mail that is logged already"),
    Scope("crm.objects.companies.read", "companies"),
    Scope("crm.objects.companies.write", "the same, written"),
    Scope("crm.objects.deals.read", "deals"),
    Scope("crm.objects.deals.write", "the same, written"),
    Scope("crm.objects.owners.read", "who owns a deal"),
    Scope("crm.schemas.contacts.read", "which properties there are"),
    Scope("crm.schemas.contacts.write", "making our own: outreach provision hubspot"),
    Scope("crm.schemas.companies.read", "the same of companies"),
    Scope("crm.schemas.companies.write", "the same of companies"),
    Scope("crm.schemas.deals.read", "the same of deals"),
    Scope("crm.schemas.deals.write", "the same of deals"),
    Scope("crm.lists.read", "making a campaign from a list", needed=False),
)


def vendor(config: Mapping[str, Any]) -> Vendor:
    """Return how HubSpot's consent works.

    Its token endpoint takes a verifier since it is versioned by date; an app that has no use for the
    challenge ignores it (RFC 6749, section 3.1).
    https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/refresh-oauth-token
    """
    base = _base(config)
    inside = config.get("outreach_environment") == SANDBOX
    return Vendor(
        Service.HUBSPOT,
        authorize_url=f"{base}/oauth/authorize" if inside else AUTHORIZE,
        token_url=base + TOKEN_PATH,
        revoke_url=f"{base}{TOKEN_PATH}/revoke",
        scopes=SCOPES,
        host=HOST,
        port=PORT,
        outside=not inside,
    )


def grant_of(_config: Mapping[str, Any], answer: Mapping[str, Any]) -> Grant:
    """Return what the token endpoint's answer grants."""
    scopes = tuple(str(scope) for scope in answer.get("scopes") or ())
    return Grant(str(answer.get("refresh_token") or ""), scopes, _account(answer.get("hub_id")))


def private_app(config: Mapping[str, Any], token: str) -> Grant:
    """Return whose the token of a private app or service key is, and what it may do.

    | # | HubSpot | the scopes |
    |---|---|---|
    | 1 | tells of it as a private app's | those it tells |
    | 2 | lets it ask for the account, as it may a service key | not known |
    | 3 | does neither | `ConfigError` bad_credentials |
    | 4 | does not answer | `Retriable` |
    """
    told = _asked(config, "POST", PRIVATE_APP_PATH, json={"tokenKey": token})
    if told.get("hubId"):  # (1)
        scopes = tuple(str(scope) for scope in told.get("scopes") or ())
        return Grant("", scopes, _account(told["hubId"]))
    headers = {"Authorization": f"Bearer {token}"}
    told = _asked(config, "GET", ACCOUNT_PATH, headers=headers)
    if told.get("portalId"):  # (2)
        return Grant("", (), _account(told["portalId"]))
    raise ConfigError(  # (3)
        "HubSpot does not know this token.",
        code="bad_credentials",
        remedy="Copy the access token of the private app or service key anew.",
    )


def _asked(config: Mapping[str, Any], method: str, path: str, **more: Any) -> Mapping[str, Any]:
    """Return what HubSpot answers; nothing where it refuses."""
    try:
        with plain_session(outside=config.get("outreach_environment") != SANDBOX) as session:
            reply = session.request(
                method, _base(config) + path, timeout=TIMEOUT, allow_redirects=False, **more
            )
        told = reply.json() if reply.ok else {}
    except (requests.RequestException, ValueError):  # (4)
        raise Retriable("HubSpot cannot be reached.", code="token_unreachable") from None
    if reply.status_code >= 500 or reply.status_code == 429:  # (4)
        raise Retriable(f"HubSpot answered {reply.status_code}.", code="token_unavailable")
    return told if isinstance(told, dict) else {}


def try_now(config: Mapping[str, Any], connection: Connection) -> tuple[str, ...]:
    """Fetch an access token; return the scopes it has, if HubSpot says.

    Raises:
        OutreachError: There is none to be had.
    """
    if connection.kind is Kind.TOKEN:
        return private_app(config, connection.access_token).scopes
    environment = str(config.get("outreach_environment") or "prod")
    named = {**config, **dict.fromkeys(CREDENTIALS), "connection": connection.name}
    token_source(named, environment, lambda: 0.0).token()
    return connection.scopes


def revoking(connection: Connection) -> dict[str, str]:
    """Return the form that ends the connection's token."""
    return {
        "client_id": connection.client_id,
        "client_secret": connection.client_secret,
        "token": connection.refresh_token,
        "token_type_hint": "refresh_token",
    }


def _base(config: Mapping[str, Any]) -> str:
    environment = str(config.get("outreach_environment") or "prod")
    return guard_base_url(environment, config.get("api_base_url"), "api_base_url", API)


def _account(hub_id: object) -> Account:
    return Account(str(hub_id), f"account {hub_id}") if hub_id else Account()
