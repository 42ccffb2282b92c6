"""Makes a client of a plugin's settings; the one place that decides which credentials are used.

Rule: in the sandbox the base URLs are checked before anything is built, and only dummies are sent.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from outreach_adapters.auth.chosen import Chosen, chosen
from outreach_adapters.auth.connections import Kind, Service
from outreach_adapters.auth.tokens import OAuthClient, RefreshedToken, StaticToken, TokenSource
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_adapters.http.retry import RetryPolicy
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_core.errors import ConfigError

API = "https://api.hubapi.com"
# https://developers.hubspot.com/docs/api-reference/auth-oauth-v1/tokens/post-oauth-v1-token
TOKEN_URL = "https://api.hubapi.com/oauth/v1/token"  # noqa: S105 - an address
DUMMY = "sandbox"
CREDENTIALS = ("access_token", "refresh_token")


def connect(
    config: Mapping[str, Any],
    *,
    sleep: Callable[[float], None],
    rng: random.Random,
    clock: Callable[[], float] = time.monotonic,
    policy: RetryPolicy | None = None,
) -> HubSpotClient:
    """Return a client for the settings of a plugin; calls nothing yet.

    Args:
        config: ``outreach_environment``, ``api_base_url``, ``token_url`` and the credentials.
        sleep: Waits that many seconds.
        rng: Spreads the waits of several programs.
        clock: Seconds that only grow.
        policy: How often and how long calls are tried again.

    Raises:
        ConfigError: A base URL or the credentials cannot be used.
    """
    environment = str(config.get("outreach_environment") or "prod")
    base_url = guard_base_url(environment, config.get("api_base_url"), "api_base_url", API)
    tokens = token_source(config, environment, clock)
    return HubSpotClient(base_url, tokens, clock=clock, sleep=sleep, rng=rng, policy=policy)


def token_source(
    config: Mapping[str, Any], environment: str, clock: Callable[[], float]
) -> TokenSource:
    """Return where tokens come from.

    | # | settings | tokens |
    |---|---|---|
    | 1 | ``connection`` | that account's |
    | 2 | sandbox | fetched with dummies |
    | 3 | ``access_token`` | that one |
    | 4 | client id, secret and refresh token | fetched |
    | 5 | else | `ConfigError` |
    """
    token_url = guard_base_url(environment, config.get("token_url"), "token_url", TOKEN_URL)
    connected = chosen(config, Service.HUBSPOT, CREDENTIALS)
    if connected:  # (1)
        return _connected(connected, environment, clock)
    if environment == SANDBOX:  # (2)
        return RefreshedToken(OAuthClient(token_url, DUMMY, DUMMY, DUMMY), clock=clock)
    if config.get("access_token"):  # (3)
        return StaticToken(str(config["access_token"]))
    names = ("client_id", "client_secret", "refresh_token")
    if all(config.get(name) for name in names):  # (4)
        found = [str(config[name]) for name in names]
        return RefreshedToken(OAuthClient(token_url, *found), clock=clock)
    missing = [name for name in names if not config.get(name)]
    raise ConfigError(  # (5)
        "There are no credentials for HubSpot.",
        code="no_credentials",
        remedy="Connect the account (`outreach connect hubspot`) and set `connection`, or set "
        f"`access_token`, or {', '.join(f'`{name}`' for name in missing)}.",
    )


def _connected(found: Chosen, environment: str, clock: Callable[[], float]) -> TokenSource:
    one = found.connection
    if one.kind is Kind.TOKEN:
        return StaticToken(one.access_token)
    url = guard_base_url(environment, one.token_url, "token_url", TOKEN_URL)
    client = OAuthClient(url, one.client_id, one.client_secret, one.refresh_token, found.remedy)
    return RefreshedToken(client, clock=clock, kept=found.kept)
