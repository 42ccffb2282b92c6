"""A person installs an app in an account: the page, the code, and every way it is refused."""

from __future__ import annotations

import httpx
import pytest

SCOPES = "oauth crm.objects.contacts.read"
ASKED = {
    "client_id": "app",
    "redirect_uri": "http://localhost:8765/callback",
    "scope": SCOPES,
    "state": "xyz",
}
GRANT = {"grant_type": "authorization_code", "client_id": "app", "client_secret": "s"}
GRANT["redirect_uri"] = ASKED["redirect_uri"]


def page(account):
    return f"{account.box.hubspot_url}/oauth/authorize"


def token(account, end="", **form):
    return httpx.post(f"{account.box.hubspot_url}/oauth/2026-03/token{end}", data=form, timeout=10)


def refresh(account, given):
    form = {"client_id": "app", "client_secret": "s", "refresh_token": given}
    return token(account, grant_type="refresh_token", **form)


def agreed(account, person):
    return token(account, **GRANT, code=person.press(page(account), **ASKED)["code"]).json()


def test_a_person_lets_an_app_in_once(account, person):
    """The page names app and scopes; the code gives tokens with just those, and only once."""
    account.people("register_app", client_id="app", name="Our <app>")
    shown = person.look(page(account), **ASKED)
    back = person.press(page(account), **ASKED)
    first = token(account, **GRANT, code=back["code"])
    again = token(account, **GRANT, code=back["code"])
    renewed = refresh(account, first.json()["refresh_token"])
    assert ("Our &lt;app&gt;" in shown.text, "crm.objects.contacts.read" in shown.text) == (
        True,
        True,
    )
    assert "xyz" == back["state"]
    assert [SCOPES.split()] * 2 == [reply.json()["scopes"] for reply in (first, renewed)]
    assert "BAD_AUTH_CODE" == again.json()["status"]


def test_a_no_goes_back_to_the_app(account, person):
    """Deny is an error at the redirect URL, with the state."""
    told = person.press(page(account), "deny", **ASKED)
    assert ("access_denied", "xyz") == (told["error"], told["state"])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"redirect_uri": "http://localhost:1/callback"},
            "&#x27;http://localhost:1/callback&#x27; doesn&#x27;t match the app&#x27;s registered",
        ),
        ({"client_id": ""}, "An invalid app client_id was provided"),
        ({"scope": "everything"}, "An invalid scope name was provided"),
    ],
)
def test_a_wrong_request_is_told_on_the_page(account, person, change, text):
    """HubSpot keeps the person and says what the app's developer did wrong."""
    account.people(
        "register_app",
        client_id="app",
        redirect_uris=[ASKED["redirect_uri"]],
        scopes=SCOPES.split(),
    )
    reply = person.look(page(account), **{**ASKED, **change})
    assert (400, True) == (reply.status_code, text in reply.text)


def test_an_account_that_lacks_a_scope_cannot_grant_it(account, person):
    """The page names the scopes the account has no access to."""
    account.people("scopes", missing=["crm.objects.contacts.read"])
    reply = person.look(page(account), **ASKED)
    assert (400, True) == (reply.status_code, "[crm.objects.contacts.read]" in reply.text)


def test_an_optional_scope_is_left_out_where_the_account_lacks_it(account, person):
    """What is asked for as optional never stops the installation."""
    account.people("scopes", missing=["crm.lists.read"])
    asked = {**ASKED, "optional_scope": "crm.lists.read crm.objects.deals.read"}
    code = person.press(page(account), **asked)["code"]
    scopes = token(account, **GRANT, code=code).json()["scopes"]
    assert [*SCOPES.split(), "crm.objects.deals.read"] == scopes


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"redirect_uri": "http://localhost/cb"}, "MISMATCH_REDIRECT_URI_AUTH_CODE"),
        ({"redirect_uri": ""}, "BAD_REDIRECT_URI"),
        ({"code": "made-up"}, "BAD_AUTH_CODE"),
        ({"client_id": "another"}, "BAD_AUTH_CODE"),
        ({"client_secret": "wrong"}, "BAD_CLIENT_SECRET"),
    ],
)
def test_an_exchange_that_does_not_fit_is_refused(account, person, change, status):
    """Another address, another app, another secret, or no such code."""
    account.people("register_app", client_id="app", client_secret="s")
    form = {**GRANT, "code": person.press(page(account), **ASKED)["code"]}
    assert status == token(account, **{**form, **change}).json()["status"]


def test_a_code_ends(account, person):
    """After its time it is EXPIRED_AUTH_CODE."""
    code = person.press(page(account), **ASKED)["code"]
    account.advance(600)
    assert "EXPIRED_AUTH_CODE" == token(account, **GRANT, code=code).json()["status"]


def test_a_revoked_token_is_over(account, person):
    """It refreshes no more; one of another consent goes on."""
    first, second = (agreed(account, person)["refresh_token"] for _ in range(2))
    app = {"client_id": "app", "client_secret": "s"}
    assert 204 == token(account, "/revoke", **app, token=first).status_code
    found = [refresh(account, given).status_code for given in (first, second)]
    assert [400, 200] == found


def test_an_uninstalled_app_may_be_installed_again(account, person):
    """What was agreed before is over; what is agreed after it is not."""
    before = agreed(account, person)["refresh_token"]
    account.people("uninstall_app")
    assert "BAD_REFRESH_TOKEN" == refresh(account, before).json()["status"]
    assert 200 == refresh(account, agreed(account, person)["refresh_token"]).status_code


def test_a_private_app_may_ask_what_it_may_do(account):
    """Its token tells the account and the scopes; a revoked one nothing."""
    path = f"{account.box.hubspot_url}/oauth/v2/private-apps/get/access-token-info"
    account.people("scopes", missing=["crm.lists.read"])

    def told():
        return httpx.post(path, json={"tokenKey": "pat-na1-test"}, timeout=10)

    body = told().json()
    assert 8_675_309 == body["hubId"]
    assert ("crm.objects.contacts.write" in body["scopes"], "crm.lists.read" in body["scopes"]) == (
        True,
        False,
    )
    account.people("revoke_token", token="pat-na1-test")
    assert 401 == told().status_code


def test_a_code_asked_with_a_challenge_needs_its_verifier(account, person):
    """Without the verifier, or with another one, the code is worth nothing."""
    form = {**GRANT, "code": person.press(page(account), **ASKED, **person.challenge())["code"]}
    found = [
        token(account, **form, **verifier).status_code
        for verifier in ({}, {"code_verifier": "w" * 64}, {"code_verifier": person.verifier})
    ]
    assert [400, 400, 200] == found
