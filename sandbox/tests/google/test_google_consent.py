"""A person lets an app into their Google account: the page, the code, and every way it is refused."""

from __future__ import annotations

import httpx
import pytest

SCOPES = "https://www.googleapis.com/auth/spreadsheets https://www.googleapis.com/auth/drive.file"
ASKED = {
    "response_type": "code",
    "client_id": "app",
    "redirect_uri": "http://127.0.0.1:8765/callback",
    "scope": SCOPES,
    "state": "xyz",
    "access_type": "offline",
    "prompt": "consent",
}
GRANT = {"grant_type": "authorization_code", "client_id": "app", "client_secret": "s"}
GRANT["redirect_uri"] = ASKED["redirect_uri"]


def page(sandbox):
    return f"{sandbox.google_url}/o/oauth2/v2/auth"


def token(sandbox, path="/token", **form):
    return httpx.post(f"{sandbox.google_url}{path}", data=form, timeout=10)


def refresh(sandbox, given):
    form = {"client_id": "app", "client_secret": "s", "refresh_token": given}
    return token(sandbox, grant_type="refresh_token", **form)


def agreed(sandbox, person, **more):
    code = person.press(page(sandbox), **{**ASKED, **more})["code"]
    return token(sandbox, **GRANT, code=code).json()


def test_a_person_lets_an_app_in_once(sandbox, person):
    """The code gives tokens of that person, and only once."""
    back = person.press(page(sandbox), **ASKED, **person.challenge())
    form = {**GRANT, "code": back["code"]}
    missing = token(sandbox, **form)
    wrong = token(sandbox, **form, code_verifier="w" * 64)
    right = token(sandbox, **form, code_verifier=person.verifier)
    again = token(sandbox, **form, code_verifier=person.verifier)
    assert ("xyz", SCOPES) == (back["state"], right.json()["scope"])
    assert ["Missing code verifier.", "Invalid code verifier.", "Malformed auth code."] == [
        reply.json()["error_description"] for reply in (missing, wrong, again)
    ]
    reply = httpx.get(
        f"{sandbox.google_url}/drive/v3/about",
        params={"fields": "user(emailAddress)"},
        headers={"Authorization": f"Bearer {right.json()['access_token']}"},
    )
    assert {"user": {"emailAddress": "person@example.com"}} == reply.json()


def test_a_person_may_leave_a_scope_out(sandbox, person):
    """The answer, and every refresh, names what was granted."""
    wanted = SCOPES.split(maxsplit=1)[0]
    back = person.send(page(sandbox), {"decision": "allow", "granted": [wanted]}, **ASKED)
    body = token(sandbox, **GRANT, code=back["code"]).json()
    renewed = refresh(sandbox, body["refresh_token"]).json()
    assert [wanted] * 3 == [back["scope"], body["scope"], renewed["scope"]]


def test_a_refresh_token_comes_once_or_when_asked_for_anew(sandbox, person):
    """Without access_type=offline never; the second time only with prompt=consent."""
    online = agreed(sandbox, person, access_type="online")
    first = agreed(sandbox, person, prompt="")
    second = agreed(sandbox, person, prompt="")
    anew = agreed(sandbox, person)
    found = ["refresh_token" in body for body in (online, first, second, anew)]
    assert [False, True, False, True] == found


def test_a_no_goes_back_to_the_app(sandbox, person):
    """Deny is an error at the redirect URL, with the state."""
    told = person.press(page(sandbox), "deny", **ASKED)
    assert {"error": "access_denied", "state": "xyz"} == told


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ({"redirect_uri": "http://localhost/cb"}, 400, "Error 400: redirect_uri_mismatch"),
        ({"client_id": ""}, 401, "Error 401: invalid_client"),
        ({"scope": "email"}, 400, "Error 400: invalid_scope"),
    ],
)
def test_a_wrong_request_is_told_on_the_page(sandbox, person, change, status, text):
    """Access is blocked before anybody is asked; the port of a loopback address is free."""
    sandbox.control.people(
        "google",
        "register_app",
        client_id="app",
        redirect_uris=["http://127.0.0.1/callback"],
        scopes=SCOPES.split(),
    )
    reply = person.look(page(sandbox), **{**ASKED, **change})
    assert 200 == person.look(page(sandbox), **ASKED).status_code
    assert (status, True) == (reply.status_code, text in reply.text)


def test_an_exchange_that_does_not_fit_is_refused(sandbox, person):
    """Another address, another secret, or too late."""
    sandbox.control.people("google", "register_app", client_id="app", client_secret="s")
    form = {**GRANT, "code": person.press(page(sandbox), **ASKED)["code"]}
    elsewhere = token(sandbox, **{**form, "redirect_uri": "http://127.0.0.1/cb"})
    stranger = token(sandbox, **{**form, "client_secret": "wrong"})
    sandbox.control.advance(600)
    late = token(sandbox, **form)
    assert ["redirect_uri_mismatch", "invalid_client", "invalid_grant"] == [
        reply.json()["error"] for reply in (elsewhere, stranger, late)
    ]


def test_a_revoked_token_is_over(sandbox, person):
    """It refreshes no more, and cannot be revoked again."""
    body = agreed(sandbox, person)
    given = body["refresh_token"]
    found = [token(sandbox, "/revoke", token=given).status_code for _ in range(2)]
    assert [200, 400] == found
    assert (
        "Token has been expired or revoked." == refresh(sandbox, given).json()["error_description"]
    )


def test_a_consent_of_an_app_in_testing_lasts_a_week(sandbox, person):
    """Google says so with the tokens, and then means it."""
    sandbox.control.people("google", "register_app", client_id="app", testing=True)
    body = agreed(sandbox, person)
    assert 604_799 == body["refresh_token_expires_in"]
    sandbox.control.advance(604_000)
    assert 200 == refresh(sandbox, body["refresh_token"]).status_code
    sandbox.control.advance(1000)
    assert "invalid_grant" == refresh(sandbox, body["refresh_token"]).json()["error"]


def test_a_consent_that_was_taken_back_may_be_given_anew(sandbox, person):
    """What was agreed before is over; what is agreed after it is not."""
    before = agreed(sandbox, person)["refresh_token"]
    sandbox.control.people("google", "revoke_consent")
    found = [
        refresh(sandbox, given).status_code
        for given in (before, agreed(sandbox, person)["refresh_token"])
    ]
    assert [400, 200] == found
