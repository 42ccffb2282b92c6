"""Makes a client of a plugin's settings; the one place that decides which credentials are used.

Rule: in the sandbox the base URLs are checked before anything is built, and only dummies are sent.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from outreach_adapters.auth.chosen import Chosen, chosen
from outreach_adapters.auth.connections import Service
from outreach_adapters.auth.token_file import TokenFile
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_adapters.http.retry import RetryPolicy
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.settings import QUOTA_PERCENT
from outreach_adapters.salesforce.sign_in import (
    ClientCredentials,
    JwtBearer,
    Password,
    RefreshToken,
    Sessions,
    Way,
)
from outreach_adapters.salesforce.wire import OneOrigin
from outreach_core.errors import ConfigError

LOGIN = "https://login.salesforce.com"
DUMMY = "sandbox"
CREDENTIALS = ("refresh_token", "username", "password", "private_key", "private_key_file")


def connect(
    config: Mapping[str, Any],
    *,
    sleep: Callable[[float], None],
    rng: random.Random,
    clock: Callable[[], float] = time.monotonic,
    policy: RetryPolicy | None = None,
) -> SalesforceClient:
    """Return a client for the settings of a plugin; calls nothing yet.

    Args:
        config: ``outreach_environment``, ``api_base_url``, ``login_url`` and the credentials.
        sleep: Waits that many seconds.
        rng: Spreads the waits of several programs.
        clock: Seconds that only grow.
        policy: How often and how long calls are tried again.

    Raises:
        ConfigError: A base URL or the credentials cannot be used.
    """
    environment = str(config.get("outreach_environment") or "prod")
    base_url = guard_base_url(environment, config.get("api_base_url"), "api_base_url", "")
    login_url = guard_base_url(environment, config.get("login_url"), "login_url", LOGIN)
    connected = chosen(config, Service.SALESFORCE, CREDENTIALS)
    if connected:
        own = connected.connection.login_url
        login_url = guard_base_url(environment, own, "login_url", LOGIN)
    # a proxy of this machine must not see what is meant for loopback
    outside = environment != SANDBOX
    way = _way(config, connected, environment)
    sessions = Sessions(way, OneOrigin(login_url, clock=clock, trust_env=outside), base_url)
    return SalesforceClient(
        sessions,
        OneOrigin(clock=clock, trust_env=outside),
        sleep=sleep,
        rng=rng,
        policy=policy,
        quota_percent=int(config.get("quota_percent") or QUOTA_PERCENT),
    )


def _way(config: Mapping[str, Any], connected: Chosen | None, environment: str) -> Way:
    if connected:
        one = connected.connection
        return RefreshToken(
            one.client_id, one.refresh_token, one.client_secret or None, connected.kept
        )
    return ClientCredentials(DUMMY, DUMMY) if environment == SANDBOX else way_in(config)


def way_in(config: Mapping[str, Any]) -> Way:
    """Return how to sign in with these settings; the safer way wins.

    | # | settings | way |
    |---|---|---|
    | 1 | ``client_id``, ``refresh_token`` | a person let the app in |
    | 2 | ``client_id``, ``username``, a private key | the app signs for a user |
    | 3 | ``client_id``, ``client_secret`` | the app itself |
    | 4 | ``username``, ``password``, ``security_token`` | SOAP, as long as it lasts |
    | 5 | else | `ConfigError` |
    """

    def given(name: str) -> str:
        return str(config.get(name) or "")

    app, user, secret = given("client_id"), given("username"), given("client_secret")
    if app and given("refresh_token"):  # (1)
        kept = TokenFile(Path(given("token_file"))) if given("token_file") else None
        return RefreshToken(app, given("refresh_token"), secret or None, kept)
    if app and user and (given("private_key") or given("private_key_file")):  # (2)
        return JwtBearer(app, user, given("private_key"), given("private_key_file"))
    if app and secret and not user:  # (3)
        return ClientCredentials(app, secret)
    if user and given("password") and given("security_token"):  # (4)
        return Password(user, given("password"), given("security_token"))
    raise ConfigError(  # (5)
        "There are no credentials for Salesforce.",
        code="no_credentials",
        remedy="Connect the org (`outreach connect salesforce`) and set `connection`; or set "
        "`client_id` and `refresh_token`; or `client_id`, `username` and `private_key`; "
        "or `client_id` and `client_secret`; or `username`, `password` and `security_token`.",
    )
