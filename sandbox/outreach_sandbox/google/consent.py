"""Letting an app into a Google account: the page, the code it ends with, and how either is refused.

Rule: what is wrong with the app is told on Google's own page; a person may leave scopes out, so what
was granted is told with the tokens. A refresh token comes with the first consent, or with a new prompt.
https://developers.google.com/identity/protocols/oauth2/native-app
https://developers.google.com/identity/protocols/oauth2/resources/granular-permissions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.google import wire
from outreach_sandbox.kernel import consent

if TYPE_CHECKING:
    from datetime import datetime

    from outreach_sandbox.kernel.consent import Code, Consents
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.kernel.wire import Reply

VENDOR = "Google"
BLOCKED = "Access blocked: This app's request is invalid"
CODE_SECONDS = 600.0  # Google does not say how long; this is the sandbox's own
# https://developers.google.com/identity/protocols/oauth2#expiration: seven days while in testing
TESTING_SECONDS = 604_799


def page(consents: Consents, exchange: Exchange) -> Reply:
    """GET auth: what the app asks for, or what is wrong with it."""
    asked = consent.asked_of(exchange)
    scopes = asked.get("scope", "").split()
    return _wrong(consents, asked, scopes) or consent.page(
        VENDOR, consents.app(asked["client_id"]), scopes, boxes=True
    )


def decide(consents: Consents, exchange: Exchange, now: datetime) -> Reply:
    """POST auth: the person ticked what they agree to, and pressed a button."""
    asked = consent.asked_of(exchange)
    scopes = asked.get("scope", "").split()
    wrong = _wrong(consents, asked, scopes)
    if wrong is not None:
        return wrong
    yes, ticked = consent.decided(exchange)
    to, state = asked["redirect_uri"], asked.get("state")
    if not yes:
        return consent.back(to, error="access_denied", state=state)
    granted = [scope for scope in scopes if scope in ticked]
    known_before = any(code.client_id == asked["client_id"] for code in consents.grants.values())
    code = consents.agreed(asked, granted, now, "4/0A")
    offline = asked.get("access_type") == "offline"
    consents.codes[code].lasting = offline and (
        asked.get("prompt") == "consent" or not known_before
    )
    return consent.back(to, code=code, scope=" ".join(granted), state=state)


def redeem(consents: Consents, form: dict[str, str], now: datetime) -> Code:
    """What a code stands for.

    | # | the request | error |
    |---|---|---|
    | 1 | the app's secret is another one | invalid_client |
    | 2 | an unknown or used code, another app's, or its time is over | invalid_grant |
    | 3 | another redirect URL than on the way there | redirect_uri_mismatch |
    | 4 | it was asked for with a challenge; no verifier, or one that does not fit | invalid_grant |
    """
    secret = consents.app(form.get("client_id", "")).secret
    if secret is not None and secret != form.get("client_secret"):  # (1)
        raise wire.token_error("invalid_client", "The provided client secret is invalid.", 401)
    code = consents.codes.get(form.get("code", ""))
    if code is None or code.used or code.client_id != form.get("client_id"):  # (2)
        raise wire.token_error("invalid_grant", "Malformed auth code.")
    if code.over(now, CODE_SECONDS):  # (2)
        raise wire.token_error("invalid_grant", "Bad Request")
    if form.get("redirect_uri") != code.redirect_uri:  # (3)
        raise wire.token_error("redirect_uri_mismatch", "Bad Request")
    verifier = form.get("code_verifier", "")
    if code.challenge is not None and not verifier:  # (4)
        raise wire.token_error("invalid_grant", "Missing code verifier.")
    if code.challenge is not None and not code.proven_by(verifier):  # (4)
        raise wire.token_error("invalid_grant", "Invalid code verifier.")
    code.used = True
    return code


def _wrong(consents: Consents, asked: dict[str, str], scopes: list[str]) -> Reply | None:
    app = consents.app(asked.get("client_id", ""))
    if not app.client_id:
        return _refusal(401, "invalid_client", "The OAuth client was not found.")
    # https://developers.google.com/identity/protocols/oauth2/native-app#redirect-uri_loopback
    if not app.may_return_to(asked.get("redirect_uri", ""), any_port=True):
        return _refusal(400, "redirect_uri_mismatch", "")
    if asked.get("response_type") != "code":
        return _refusal(400, "invalid_request", "Required parameter is missing: response_type")
    if not scopes:
        return _refusal(400, "invalid_request", "Missing required parameter: scope")
    if app.lacks(scopes):
        return _refusal(400, "invalid_scope", "Some requested scopes were invalid.")
    return None


def _refusal(status: int, error: str, text: str) -> Reply:
    return consent.refusal(VENDOR, status, BLOCKED, f"Error {status}: {error} {text}".strip())
