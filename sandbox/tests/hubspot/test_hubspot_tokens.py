"""Who may call: OAuth tokens, private keys, and the two kinds of 401."""

from __future__ import annotations

import httpx
import pytest

FORM = {
    "grant_type": "refresh_token",
    "client_id": "id",
    "client_secret": "secret",
    "refresh_token": "refresh-1",
}
PATHS = ["/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token"]


def token(account, path=PATHS[0], **form):
    return httpx.post(account.box.hubspot_url + path, data={**FORM, **form}, timeout=10)


def get(account, bearer):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    url = f"{account.box.hubspot_url}/crm/v3/objects/contacts"
    return httpx.get(url, headers=headers, timeout=10)


@pytest.mark.parametrize("path", PATHS)
def test_a_refresh_gives_an_access_token_and_the_same_refresh_token(account, path):
    """Every token path answers a half-hour token that opens the API."""
    body = token(account, path).json()
    seen = (body["token_type"], body["expires_in"], body["refresh_token"])
    assert seen == ("bearer", 1800, "refresh-1")
    assert get(account, body["access_token"]).status_code == 200


def test_the_newer_token_paths_say_whose_account_it_is(account):
    """v1 answers four keys, the newer paths add the account and its scopes."""
    more = set(token(account, PATHS[2]).json()) - set(token(account).json())
    assert more == {"hub_id", "scopes", "user_id", "token_use", "id_token"}


def test_the_token_endpoint_takes_a_form_only(account):
    """JSON is not accepted."""
    reply = httpx.post(account.box.hubspot_url + PATHS[0], json=FORM, timeout=10)
    assert (reply.status_code, "access_token" in reply.json()) == (415, False)


def test_a_token_expires_on_the_sandbox_clock(account):
    """After 1800 seconds and 75 more the error says how long ago and when it expired."""
    access = token(account).json()["access_token"]
    account.advance(1799)
    assert get(account, access).status_code == 200
    account.advance(1)
    assert get(account, access).status_code == 401
    account.advance(75)
    reply = get(account, access)
    body = reply.json()
    assert (reply.status_code, body["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert body["message"] == "The OAuth token used to make this call expired 75 second(s) ago."
    assert body["context"]["expire time"] == ["2026-11-23T09:30:00Z"]


def test_a_token_nobody_gave_out_expired_in_1970(account):
    """An unknown token looks expired since the beginning of time."""
    body = get(account, "made-up").json()
    assert body["context"]["expire time"] == ["1970-01-01T00:00:00Z"]
    assert "day(s) ago" in body["message"]


def test_no_credentials_is_another_401(account):
    """Without a header the category differs, so a client need not refresh."""
    reply = get(account, None)
    assert (reply.status_code, reply.json()["category"]) == (401, "INVALID_AUTHENTICATION")


def test_a_revoked_app_can_neither_refresh_nor_call(account):
    """After a person uninstalls the app, refresh answers BAD_REFRESH_TOKEN and keys are dead."""
    access = token(account).json()["access_token"]
    account.people("revoke_token")
    assert token(account).json()["status"] == "BAD_REFRESH_TOKEN"
    assert [get(account, t).status_code for t in (access, "pat-na1-test")] == [401, 401]
    account.people("revoke_token", undo=True)
    assert [get(account, t).status_code for t in (access, "pat-na1-test")] == [200, 200]


def test_expired_tokens_can_be_refreshed_mid_run(account):
    """A person's door ends all access tokens; a new one works."""
    access = token(account).json()["access_token"]
    account.people("expire_tokens")
    again = token(account).json()["access_token"]
    assert [get(account, t).status_code for t in (access, again)] == [401, 200]
