"""Access tokens: renewed early, renewed once when refused, and never told to anybody."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator

import pytest

from outreach_adapters.auth.tokens import OAuthClient, RefreshedToken, StaticToken
from outreach_adapters.hubspot.connect import connect
from outreach_core.errors import ConfigError, Retriable
from outreach_sandbox.kernel.server import Running, running

SECRETS = ("client-secret-1", "refresh-token-1")


class Clock:
    """Seconds that go on when told."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Kept:
    """Keeps what it is given in memory."""

    def __init__(self) -> None:
        self.saved: list[str] = []

    def alone(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def newest(self, given: str) -> str:
        return self.saved[-1] if self.saved else given

    def keep(self, given: str, token: str) -> None:
        self.saved.append(token)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with HubSpot in it."""
    with running() as found:
        yield found


@pytest.fixture(autouse=True)
def fresh(sandbox: Running) -> None:
    sandbox.control.reset("empty")
    sandbox.control.forget_faults()


def client(sandbox: Running) -> OAuthClient:
    return OAuthClient(f"{sandbox.hubspot_url}/oauth/v1/token", "client", *SECRETS)


def fetched(sandbox: Running) -> int:
    return sum(call["kind"] == "token" for call in sandbox.control.calls())


def test_a_token_is_kept_and_renewed_a_minute_before_its_end(sandbox: Running):
    """It lives half an hour: one fetch for 29 minutes, another one after them."""
    clock = Clock()
    tokens = RefreshedToken(client(sandbox), clock=clock)

    first = tokens.token()
    clock.seconds += 1800 - 61
    assert (first, 1) == (tokens.token(), fetched(sandbox))
    clock.seconds += 2
    assert first != tokens.token()
    assert 2 == fetched(sandbox)


def test_another_refresh_token_is_saved(sandbox: Running):
    """The vendor may hand out a new one: it is told once, and used from then on."""
    kept = Kept()
    answer = {"access_token": "a", "expires_in": 1800, "refresh_token": "refresh-token-2"}
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot",
            "operation": "oauth.token",
            "kind": "before",
            "status": 200,
            "body": json.dumps(answer),
            "media_type": "application/json",
        }
    )
    tokens = RefreshedToken(client(sandbox), clock=Clock(), kept=kept)

    tokens.token()
    tokens.refresh()

    assert ["refresh-token-2"] == kept.saved


def test_a_refused_refresh_token_says_what_to_do(sandbox: Running):
    """HubSpot's BAD_REFRESH_TOKEN is a setting to be put right; no secret is in the message."""
    sandbox.control.people("hubspot", "revoke_token", token=SECRETS[1])

    with pytest.raises(ConfigError) as caught:
        RefreshedToken(client(sandbox), clock=Clock()).token()

    assert ("bad_credentials", "Connect the account again.") == (
        caught.value.code,
        caught.value.remedy,
    )
    told = f"{caught.value!r} {caught.value} {caught.value.__cause__} {client(sandbox)!r}"
    assert [] == [secret for secret in SECRETS if secret in told]


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_token_endpoint_is_asked_again_later(sandbox: Running, status: int):
    """That is no reason to connect the account again."""
    fault = {"vendor": "hubspot", "operation": "oauth.token", "kind": "before", "status": status}
    sandbox.control.queue_faults(fault)

    with pytest.raises(Retriable):
        RefreshedToken(client(sandbox), clock=Clock()).token()


def test_a_token_that_ended_early_is_renewed_once(sandbox: Running):
    """A 401 in the middle costs one renewal and one repeated call, and the caller sees neither."""
    config = {
        "outreach_environment": "sandbox",
        "api_base_url": sandbox.hubspot_url,
        "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
    }
    hubspot = connect(config, sleep=lambda _: None, rng=random.Random(1), clock=Clock())
    hubspot.properties()
    sandbox.control.people("hubspot", "expire_tokens")

    assert hubspot.properties()
    assert 2 == fetched(sandbox)
    statuses = [c["status"] for c in sandbox.control.calls() if c["kind"] == "api"]
    assert [200, 401, 200] == statuses


def test_a_fixed_token_cannot_be_renewed(sandbox: Running):
    """A private app's token that HubSpot refuses ends in a sentence, not in a loop."""
    sandbox.control.people("hubspot", "revoke_token", token="pat-eu1-revoked")
    config = {
        "outreach_environment": "prod",
        "api_base_url": sandbox.hubspot_url,
        "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
        "access_token": "pat-eu1-revoked",
    }
    hubspot = connect(config, sleep=lambda _: None, rng=random.Random(1), clock=Clock())

    with pytest.raises(ConfigError) as caught:
        hubspot.properties()

    assert ("bad_credentials", 1) == (caught.value.code, len(sandbox.control.calls()))
    assert "pat-eu1-revoked" not in f"{caught.value!r} {caught.value} {StaticToken('pat-x')!r}"
