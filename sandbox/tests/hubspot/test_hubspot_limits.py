"""How often one may call, and what the headers say about it."""

from __future__ import annotations

import httpx
import pytest

PREFIX = "x-hubspot-ratelimit-"


def limit_headers(reply):
    return {k.removeprefix(PREFIX): v for k, v in reply.headers.items() if k.startswith(PREFIX)}


@pytest.mark.parametrize(
    ("tier", "most", "daily"), [("free", 100, 250_000), ("enterprise", 190, 1_000_000)]
)
def test_a_private_key_sees_interval_and_daily_headers(start, tier, most, daily):
    """A read answers all seven headers, with the numbers of the account's tier."""
    account = start(auth={"tier": tier})
    assert limit_headers(account.call("GET", "/crm/v3/objects/contacts")) == {
        "interval-milliseconds": "10000",
        "max": str(most),
        "remaining": str(most - 1),
        "secondly": str(most // 10),
        "secondly-remaining": str(most // 10 - 1),
        "daily": str(daily),
        "daily-remaining": str(daily - 1),
    }


def test_oauth_calls_have_no_daily_headers(account):
    """An app's calls are limited to 110 in ten seconds and show no daily number."""
    form = {"grant_type": "refresh_token", "client_id": "a", "client_secret": "b"}
    url = account.box.hubspot_url
    token = httpx.post(f"{url}/oauth/v1/token", data={**form, "refresh_token": "r"}, timeout=10)
    bearer = {"Authorization": f"Bearer {token.json()['access_token']}"}
    found = limit_headers(httpx.get(f"{url}/crm/v3/objects/contacts", headers=bearer, timeout=10))
    assert (found["max"], "daily" in found) == ("110", False)


def test_a_404_has_the_headers_too(account):
    """Errors are counted and say so."""
    assert limit_headers(account.call("GET", "999"))["remaining"] == "99"


def test_the_call_after_the_limit_is_429_without_retry_after(start):
    """The rolling window refuses, and lets in again once ten seconds passed."""
    account = start(auth={"limits": {"ten_secondly": 3}})
    replies = [account.call("GET", "/crm/v3/objects/contacts") for _ in range(4)]
    assert [r.status_code for r in replies] == [200, 200, 200, 429]
    body = replies[3].json()
    assert (body["policyName"], body["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert "retry-after" not in replies[3].headers
    account.advance(9.9)
    assert account.call("GET", "/crm/v3/objects/contacts").status_code == 429
    account.advance(0.1)
    assert account.call("GET", "/crm/v3/objects/contacts").status_code == 200


def test_search_has_its_own_bucket_of_five_a_second(account):
    """The sixth search of a second is refused in the recorded words, other calls go on."""
    replies = [account.search() for _ in range(6)]
    assert [r.status_code for r in replies] == [200] * 5 + [429]
    refused = replies[5]
    assert refused.json()["message"] == "You have reached your secondly limit."
    assert refused.json()["category"] == "RATE_LIMITS"
    assert "policyName" not in refused.json()
    assert "retry-after" not in refused.headers
    assert refused.headers["connection"] == "close"
    other = account.call("GET", "/crm/v3/objects/contacts")
    assert limit_headers(other)["remaining"] == "99"
    account.advance(1)
    assert account.search().status_code == 200


def test_search_shows_only_daily_headers_and_its_429s_count(account):
    """Every search takes one from the day, refused ones too."""
    replies = [account.search() for _ in range(6)]
    left = [limit_headers(r) for r in replies]
    expected = [{"daily": "250000", "daily-remaining": str(249_999 - n)} for n in range(6)]
    assert left == expected


def test_the_daily_limit_ends_with_the_day(start):
    """Past the daily number everything is 429 until the next day."""
    account = start(auth={"limits": {"daily": 1}})
    replies = [account.call("GET", "/crm/v3/objects/contacts") for _ in range(2)]
    assert [r.status_code for r in replies] == [200, 429]
    assert replies[1].json()["policyName"] == "DAILY"
    account.advance(86_400)
    assert account.call("GET", "/crm/v3/objects/contacts").status_code == 200
