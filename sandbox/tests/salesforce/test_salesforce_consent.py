"""A person lets an app into an org: the page, the code, and every way it is refused."""

from __future__ import annotations

import pytest

ASKED = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": "http://localhost:8765/callback",
    "scope": "api refresh_token",
    "state": "xyz",
}
GRANT = {"grant_type": "authorization_code", "client_id": "app", "client_secret": "s"}
GRANT["redirect_uri"] = ASKED["redirect_uri"]


def page(org):
    return f"{org.box.salesforce_url}/services/oauth2/authorize"


def token(org, **form):
    return org.call("POST", "/services/oauth2/token", data=form)


def usable(org, access_token):
    headers = {"Authorization": f"Bearer {access_token}"}
    return org.call("GET", "limits", headers=headers).status_code


def test_a_code_asked_with_a_challenge_needs_its_verifier(org, person):
    """Missing verifier: invalid_grant; wrong one: invalid_request; right one: tokens, once."""
    shown = person.look(page(org), **ASKED)
    back = person.press(page(org), **ASKED, **person.challenge())
    form = {**GRANT, "code": back["code"]}

    missing = token(org, **form)
    wrong = token(org, **form, code_verifier="w" * 64)
    right = token(org, **form, code_verifier=person.verifier)
    again = token(org, **form, code_verifier=person.verifier)

    assert "refresh_token" in shown.text
    assert "xyz" == back["state"]
    assert (400, "invalid_grant") == (missing.status_code, missing.json()["error"])
    assert (400, "invalid_request") == (wrong.status_code, wrong.json()["error"])
    assert 200 == usable(org, right.json()["access_token"])
    assert ("api refresh_token", True) == (
        right.json()["scope"],
        "refresh_token" in right.json(),
    )
    assert "expired authorization code" == again.json()["error_description"]


def test_without_its_scope_there_is_no_refresh_token(org, person):
    """A refresh token is a scope of its own."""
    back = person.press(page(org), **{**ASKED, "scope": "api"})
    assert "refresh_token" not in token(org, **GRANT, code=back["code"]).json()


def test_a_code_lasts_fifteen_minutes(org, person):
    """After that it is an expired code."""
    code = person.press(page(org), **ASKED)["code"]
    org.advance(900)
    body = token(org, **GRANT, code=code).json()
    assert "expired authorization code" == body["error_description"]


def test_a_no_goes_back_to_the_app(org, person):
    """Deny is an error at the callback, with the state."""
    told = person.press(page(org), "deny", **ASKED)
    expected = {
        "error": "access_denied",
        "error_description": "end-user denied authorization",
        "state": "xyz",
    }
    assert expected == told


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"redirect_uri": "http://localhost:1/callback"}, "redirect_uri must match configuration"),
        ({"client_id": ""}, "client identifier invalid"),
    ],
)
def test_a_wrong_address_is_told_on_the_page(org, person, change, text):
    """Nobody is sent to an address the app did not register."""
    org.people("register_app", client_id="app", redirect_uris=[ASKED["redirect_uri"]])
    reply = person.look(page(org), **{**ASKED, **change})
    assert (400, True) == (reply.status_code, text in reply.text)


def test_an_unknown_scope_goes_back_to_the_app(org, person):
    """invalid_scope is told at the callback."""
    reply = person.look(page(org), **{**ASKED, "scope": "api everything"})
    assert (302, True) == (reply.status_code, "invalid_scope" in reply.headers["location"])


def test_the_exchange_names_the_same_callback_and_the_apps_secret(org, person):
    """Another one is redirect_uri_mismatch; another secret is invalid_client."""
    org.people("register_app", client_id="app", client_secret="right")
    form = {**GRANT, "code": person.press(page(org), **ASKED)["code"]}
    elsewhere = token(org, **{**form, "redirect_uri": "http://localhost/cb", "client_secret": "x"})
    stranger = token(org, **form)
    owner = token(org, **{**form, "client_secret": "right"})
    found = [elsewhere.json().get("error"), stranger.json().get("error"), owner.status_code]
    assert ["redirect_uri_mismatch", "invalid_client", 200] == found


def test_an_expired_consent_refreshes_no_more_and_a_new_one_does(org, person):
    """What was agreed before the door is over; what is agreed after it is not."""

    def agreed():
        code = person.press(page(org), **ASKED)["code"]
        return token(org, **GRANT, code=code).json()["refresh_token"]

    def refreshed(given):
        return token(org, grant_type="refresh_token", client_id="app", refresh_token=given)

    before = agreed()
    assert 200 == refreshed(before).status_code
    org.people("expire_consent")
    assert "expired access/refresh token" == refreshed(before).json()["error_description"]
    assert 200 == refreshed(agreed()).status_code


def test_the_way_back_keeps_what_it_had(org, person):
    """A redirect address with a query gets the code added to it."""
    to = "http://localhost/cb?from=setup"
    back = person.press(page(org), **{**ASKED, "redirect_uri": to})
    assert {"from", "code", "state"} == set(back)
