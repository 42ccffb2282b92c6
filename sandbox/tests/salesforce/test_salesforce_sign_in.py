"""Signing in and staying signed in."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

TOKEN_PATH = "/services/oauth2/token"
CLIENT = {"client_id": "app", "client_secret": "s"}
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def token(org, **form):
    return org.call("POST", TOKEN_PATH, data=form)


def refresh(org, refresh_token):
    return token(org, grant_type="refresh_token", refresh_token=refresh_token, **CLIENT)


def usable(org, access_token):
    headers = {"Authorization": f"Bearer {access_token}"}
    return org.call("GET", "limits", headers=headers).status_code


def test_a_token_answer_has_no_expiry(org):
    """Lifetime shows only as a 401; issued_at is text in milliseconds."""
    body = refresh(org, "r1").json()

    assert "expires_in" not in body
    assert "refresh_token" not in body
    assert body["access_token"].startswith("00D")
    assert "!" in body["access_token"]
    assert body["issued_at"].isdigit()
    assert org.box.salesforce_url == body["instance_url"]


def test_rotation_ends_the_old_refresh_token(start):
    """The new one works, the old one is an invalid_grant."""
    org = start(switches={"salesforce.rotate_refresh_tokens": True})
    first = refresh(org, "r1").json()["refresh_token"]

    old = refresh(org, "r1")
    new = refresh(org, first)

    error = {"error": "invalid_grant", "error_description": "expired access/refresh token"}
    assert (400, error) == (old.status_code, old.json())
    assert 200 == new.status_code


def test_a_session_ends_on_the_sandbox_clock(start):
    """A 401 is a list with INVALID_SESSION_ID."""
    org = start(auth={"session_seconds": 600})
    access = refresh(org, "r1").json()["access_token"]
    before = usable(org, access)
    org.advance(600)

    reply = org.call("GET", "limits", headers={"Authorization": f"Bearer {access}"})

    assert 200 == before
    assert 401 == reply.status_code
    expected = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
    assert expected == reply.json()


def test_the_clients_other_ways_in_work(org):
    """JWT, client credentials, OAuth password and SOAP sign-in as simple-salesforce does them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    common = {"session": org.session(), "version": "60.0"}
    user = {"username": "a@example.com"}
    consumer = {"consumer_key": "k", "consumer_secret": "s"}
    ways = [
        {**user, "consumer_key": "k", "privatekey": key},
        {**consumer, "domain": "example.my"},
        {**user, "password": "p", **consumer},
        {**user, "password": "p", "security_token": "t"},
        {**user, "password": "p", "organizationId": "00D000000000001"},
    ]

    assert [200] * 5 == [usable(org, Salesforce(**way, **common).session_id) for way in ways]


def test_a_jwt_for_somebody_else_is_refused(start):
    """A foreign audience and a user who never agreed are invalid_grant."""
    org = start(auth={"unapproved_users": ["b@example.com"]})
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = {"iss": "k", "sub": "a@example.com", "exp": 1}
    texts = []
    for changed in ({"aud": "https://example.org"}, {"sub": "b@example.com"}):
        full = {**claims, "aud": "https://login.salesforce.com", **changed}
        assertion = jwt.encode(full, key, algorithm="RS256")
        texts.append(token(org, grant_type=JWT_GRANT, assertion=assertion).json())

    assert ["Audience validation failed", "user hasn't approved this consumer"] == [
        text["error_description"] for text in texts
    ]


def soap(org, version="60.0", **more):
    user = {"username": "a@example.com", "password": "p", "security_token": "t", **more}
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        Salesforce(**user, version=version, session=org.session())
    return caught.value.code


@pytest.mark.parametrize("version", ["65.0", "30.0"])
def test_soap_sign_in_is_not_in_every_version(org, version):
    """From 65.0 on it is gone, up to 30.0 the version is: UNSUPPORTED_API_VERSION."""
    assert "UNSUPPORTED_API_VERSION" == soap(org, version)


def test_a_wrong_password_is_refused_in_each_way(start):
    """INVALID_LOGIN by SOAP, whatever has to be escaped there; invalid_grant by OAuth."""
    org = start(auth={"wrong_passwords": ["a<b&c", "a<b&ct"]})
    form = {"grant_type": "password", "username": "a@example.com", "password": "a<b&c"}

    assert "INVALID_LOGIN" == soap(org, password="a<b&c")
    assert "authentication failure" == token(org, **form, **CLIENT).json()["error_description"]
    assert "invalid_client_id" == token(org, **form).json()["error"]


def test_old_ways_in_can_be_off(start):
    """An org of today has neither SOAP sign-in nor the password grant."""
    org = start(switches={"salesforce.password_flows": False})
    form = {"grant_type": "password", "username": "a@example.com", "password": "p", **CLIENT}

    assert "INVALID_OPERATION" == soap(org)
    assert "unsupported_grant_type" == token(org, **form).json()["error"]


def test_a_session_may_not_be_for_rest(start):
    """The same code as for an ended session, in words that no refreshing mends."""
    org = start(auth={"rest": False})
    access = refresh(org, "r1").json()["access_token"]
    reply = org.call("GET", "limits", headers={"Authorization": f"Bearer {access}"})

    text = "This session is not valid for use with the REST API"
    assert (401, [{"message": text, "errorCode": "INVALID_SESSION_ID"}]) == (
        reply.status_code,
        reply.json(),
    )


def test_a_queued_failure_looks_like_its_endpoint(org):
    """An object where tokens are given, a list and the calls used elsewhere."""
    for operation in ("oauth.token", "limits"):
        fault = {"vendor": "salesforce", "operation": operation, "status": 503}
        org.box.control.queue_faults(fault)
    given, other = refresh(org, "r1"), org.call("GET", "limits")

    assert (503, {"error", "error_description"}) == (given.status_code, set(given.json()))
    assert (503, "SERVER_UNAVAILABLE") == (other.status_code, other.json()[0]["errorCode"])
    assert "sforce-limit-info" not in given.headers
    assert other.headers["sforce-limit-info"].startswith("api-usage=")


def test_who_is_signed_in(org):
    """Userinfo and the identity address name the same user; versions need no session."""
    info = org.call("GET", "/services/oauth2/userinfo").json()
    there = org.call("GET", urlsplit(info["id"]).path).json()
    versions = httpx.get(f"{org.box.salesforce_url}/services/data").json()

    assert info["user_id"] == there["user_id"]
    assert "/services/data/v67.0" == versions[-1]["url"]
    assert "sobjects" in org.call("GET", "").json()


def test_a_revoked_token_is_over(org):
    """By the revoke endpoint as by a person."""
    access = refresh(org, "r1").json()["access_token"]
    before = usable(org, access)
    reply = org.call("POST", "/services/oauth2/revoke", data={"token": access})
    after = usable(org, access)
    org.people("revoke_token")

    assert [200, 200, 401] == [before, reply.status_code, after]
    assert 400 == refresh(org, "r2").status_code


def test_sessions_expire_at_a_persons_word(org):
    """Refreshing still works."""
    access = refresh(org, "r1").json()["access_token"]
    org.people("expire_tokens")

    assert 401 == usable(org, access)
    assert 200 == usable(org, refresh(org, "r1").json()["access_token"])


def test_calls_run_out_with_403_and_no_word_when(start):
    """Each answer says what was used; the day after, calls are back."""
    org = start(org={"daily_api_requests": 2})
    first = org.call("GET", "limits")
    org.call("GET", "limits")
    third = org.call("GET", "limits")
    org.advance(24 * 3600)

    assert "api-usage=1/2" == first.headers["sforce-limit-info"]
    assert {"Max": 2, "Remaining": 1} == first.json()["DailyApiRequests"]
    assert 403 == third.status_code
    assert "REQUEST_LIMIT_EXCEEDED" == third.json()[0]["errorCode"]
    assert "retry-after" not in third.headers
    assert 200 == org.call("GET", "limits").status_code
