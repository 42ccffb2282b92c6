"""Installing an app: the page, the code it ends with, and how either is refused.

The one rule: what is wrong with the app or its address is told on HubSpot's own page and nobody is
sent back; what the person says is told to the app. In which words a verifier is refused is the
sandbox's own guess: that there is one is documented, no more.

https://developers.hubspot.com/docs/apps/legacy-apps/authentication/working-with-oauth
https://developers.hubspot.com/docs/api-reference/2026-03/authentication/oauth-tokens/refresh-oauth-token
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.wire import Answer
from outreach_sandbox.kernel import consent

if TYPE_CHECKING:
    from outreach_sandbox.kernel.consent import Code, Consents
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.kernel.wire import Reply

VENDOR = "HubSpot"
STOPPED = "Couldn’t complete the connection"
CODE_SECONDS = 600.0  # HubSpot does not say how long; this is the sandbox's own


def page(consents: Consents, exchange: Exchange, lacking: frozenset[str]) -> Reply:
    """GET authorize: what the app asks for, or what is wrong with it; `lacking` is what the account lacks."""
    asked = consent.asked_of(exchange)
    scopes = asked.get("scope", "").split()
    return _wrong(consents, asked, scopes, lacking) or consent.page(
        VENDOR, consents.app(asked["client_id"]), [*scopes, *_optional(consents, asked, lacking)]
    )


def decide(consents: Consents, exchange: Exchange, lacking: frozenset[str], now: datetime) -> Reply:
    """POST authorize: the person pressed a button."""
    asked = consent.asked_of(exchange)
    scopes = asked.get("scope", "").split()
    wrong = _wrong(consents, asked, scopes, lacking)
    if wrong is not None:
        return wrong
    yes, _ = consent.decided(exchange)
    to, state = asked["redirect_uri"], asked.get("state")
    if not yes:
        text = "The user denied the request"
        return consent.back(to, error="access_denied", error_description=text, state=state)
    agreed = [*scopes, *_optional(consents, asked, lacking)]
    return consent.back(to, code=consents.agreed(asked, agreed, now, "na1-"), state=state)


def redeem(consents: Consents, form: dict[str, str], now: datetime) -> Code | Answer:
    """What a code stands for.

    | # | the request | status |
    |---|---|---|
    | 1 | no `redirect_uri` | BAD_REDIRECT_URI |
    | 2 | an unknown or used code, or another app's | BAD_AUTH_CODE |
    | 3 | its time is over | EXPIRED_AUTH_CODE |
    | 4 | another redirect URL than on the way there | MISMATCH_REDIRECT_URI_AUTH_CODE |
    | 5 | the app's secret is another one | BAD_CLIENT_SECRET |
    | 6 | it was asked for with a challenge; no verifier, or one that does not fit | BAD_AUTH_CODE |
    """
    if not form.get("redirect_uri"):  # (1)
        return bad("BAD_REDIRECT_URI", "invalid_request", "missing or invalid redirect uri")
    code = consents.codes.get(form.get("code", ""))
    if code is None or code.used or code.client_id != form.get("client_id"):  # (2)
        return bad("BAD_AUTH_CODE", "invalid_grant", "missing or unknown auth code")
    if code.over(now, CODE_SECONDS):  # (3)
        return bad("EXPIRED_AUTH_CODE", "invalid_grant", "auth code is expired")
    if code.redirect_uri != form["redirect_uri"]:  # (4)
        text = "redirect URI does not match the one used when creating the authorization code"
        return bad("MISMATCH_REDIRECT_URI_AUTH_CODE", "invalid_grant", text)
    secret = consents.app(code.client_id).secret
    if secret is not None and secret != form.get("client_secret"):  # (5)
        return bad("BAD_CLIENT_SECRET", "invalid_client", "missing or invalid client secret")
    if code.challenge is not None and not code.proven_by(form.get("code_verifier", "")):  # (6)
        return bad("BAD_AUTH_CODE", "invalid_grant", "missing or invalid code verifier")
    code.used = True
    return code


def bad(status: str, error: str, message: str) -> Answer:
    """The token endpoint's refusals say the same twice."""
    body = {"error": error, "error_description": message, "status": status, "message": message}
    return Answer(400, body)


def _optional(consents: Consents, asked: dict[str, str], lacking: frozenset[str]) -> list[str]:
    """What may be left out, and is where the account or the app does not have it."""
    app = consents.app(asked["client_id"])
    found = asked.get("optional_scope", "").split()
    return [scope for scope in found if scope not in lacking and not app.lacks([scope])]


def _wrong(
    consents: Consents, asked: dict[str, str], scopes: list[str], lacking: frozenset[str]
) -> Reply | None:
    app = consents.app(asked.get("client_id", ""))
    to = asked.get("redirect_uri", "")
    text = ""
    if not app.client_id:
        text = "An invalid app client_id was provided. Please contact the app developer."
    elif not app.may_return_to(to):
        text = (
            f"Authorization failed as the redirect URL '{to}' doesn't match the app's registered "
            "redirect URL. Please consult the app developer."
        )
    elif not scopes or app.lacks(scopes):
        text = "An invalid scope name was provided. Please contact the app developer."
    elif lacking & set(scopes):
        named = ", ".join(sorted(lacking & set(scopes)))
        text = (
            "Authorization failed because your account lacks access to the required scopes "
            f"[{named}]"
        )
    return consent.refusal(VENDOR, 400, STOPPED, text) if text else None
