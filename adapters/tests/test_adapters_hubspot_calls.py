"""How many calls of the day the account has counted, over HTTP."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from outreach_adapters.auth.tokens import StaticToken
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.connect import connect
from outreach_sandbox.kernel.server import running


def test_a_private_app_is_told_the_calls_of_the_day_and_an_oauth_app_is_not() -> None:
    """The vendor's number, which grows with every call; nothing is made up where it does not tell."""
    with running() as sandbox:
        given: dict[str, Any] = {"sleep": sandbox.control.advance, "rng": random.Random(1)}
        token = StaticToken("pat-eu1-test")
        private = HubSpotClient(sandbox.hubspot_url, token, clock=time.time, **given)
        config = {
            "outreach_environment": "sandbox",
            "api_base_url": sandbox.hubspot_url,
            "token_url": f"{sandbox.hubspot_url}/oauth/v1/token",
        }
        oauth = connect(config, **given)
        before = private.usage
        private.account()
        first = private.usage
        private.account()
        oauth.account()

        assert (None, None) == (before, oauth.usage)
        assert first is not None
        assert (first[0] + 1, first[1]) == private.usage


@pytest.mark.parametrize(
    "headers",
    [
        {"X-HubSpot-RateLimit-Daily": "500000"},
        {"X-HubSpot-RateLimit-Daily": "many", "X-HubSpot-RateLimit-Daily-Remaining": "1"},
    ],
)
def test_half_a_number_is_none(headers: dict[str, str]) -> None:
    """What cannot be read is unknown."""
    client = HubSpotClient(
        "http://127.0.0.1:9",
        StaticToken("t"),
        clock=time.time,
        sleep=lambda _: None,
        rng=random.Random(1),
    )

    client._note_usage(headers)

    assert client.usage is None
