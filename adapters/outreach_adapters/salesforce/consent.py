"""How people let our app into a Salesforce org.

The rule: only what the sync uses is asked for, and each scope says for what.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from outreach_adapters.auth.chosen import store_of
from outreach_adapters.auth.connections import Account, Connection, Service
from outreach_adapters.auth.consent import Grant, Scope, Vendor
from outreach_adapters.auth.store import ConnectionTokens
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_adapters.salesforce.connect import LOGIN
from outreach_adapters.salesforce.sign_in import TOKEN_PATH, RefreshToken
from outreach_adapters.salesforce.wire import OneOrigin

OAUTH_PATH = TOKEN_PATH.rpartition("/")[0]
# a callback URL has to be registered letter by letter; plain HTTP is allowed for localhost
HOST, PORT = "localhost", 8765
# https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_tokens_scopes.htm
SCOPES = (
    Scope("api", "reading and writing leads, contacts, tasks and opportunities"),
    Scope("refresh_token", "syncing while you are away"),
)


def vendor(config: Mapping[str, Any]) -> Vendor:
    """Return how Salesforce's consent works at the address people sign in at."""
    login = _login(config) + OAUTH_PATH
    return Vendor(
        Service.SALESFORCE,
        authorize_url=f"{login}/authorize",
        token_url=f"{login}/token",
        revoke_url=f"{login}/revoke",
        scopes=SCOPES,
        host=HOST,
        port=PORT,
        outside=config.get("outreach_environment") != SANDBOX,
    )


def grant_of(_config: Mapping[str, Any], answer: Mapping[str, Any]) -> Grant:
    """Return what the token endpoint's answer grants; the org's id is in the address of the user."""
    instance = str(answer.get("instance_url") or "")
    parts = urlsplit(str(answer.get("id") or "")).path.split("/")
    org = parts[2] if len(parts) > 3 else ""
    account = Account(org, urlsplit(instance).hostname or "")
    token = str(answer.get("refresh_token") or "")
    return Grant(token, _granted(answer.get("scope")), account, api_url=instance)


def _granted(told: object) -> tuple[str, ...]:
    """Return the scopes by the names we ask by; an answer that names none means those asked for.

    https://datatracker.ietf.org/doc/html/rfc6749#section-5.1
    """
    if told is None:
        return tuple(scope.name for scope in SCOPES)
    found = str(told).split()
    same = {"full": "api", "offline_access": "refresh_token"}
    return tuple(dict.fromkeys([*found, *(same[name] for name in found if name in same)]))


def try_now(config: Mapping[str, Any], connection: Connection) -> tuple[str, ...]:
    """Sign in as the plugins do; a refresh token that is replaced is kept.

    Raises:
        OutreachError: The org does not let us in.
    """
    outside = config.get("outreach_environment") != SANDBOX
    kept = ConnectionTokens(store_of(config), connection.environment, connection.name)
    secret = connection.client_secret or None
    way = RefreshToken(connection.client_id, connection.refresh_token, secret, kept)
    way.sign_in(OneOrigin(connection.login_url, clock=lambda: 0.0, trust_env=outside))
    return connection.scopes


def revoking(connection: Connection) -> dict[str, str]:
    """Return the form that ends the connection's token."""
    return {"token": connection.refresh_token}


def _login(config: Mapping[str, Any]) -> str:
    environment = str(config.get("outreach_environment") or "prod")
    return guard_base_url(environment, config.get("login_url"), "login_url", LOGIN)
