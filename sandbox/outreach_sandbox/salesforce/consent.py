"""Letting an app in: the page, the code it ends with, and how either is refused.

The one rule: a request whose app or callback is wrong is answered on Salesforce's own page; everything
else goes back to the callback.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.kernel import consent
from outreach_sandbox.salesforce.wire import Answer, OauthError

if TYPE_CHECKING:
    from datetime import datetime

    from outreach_sandbox.kernel.consent import Code, Consents
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.kernel.wire import Reply

VENDOR = "Salesforce"
PAGE = "text/html; charset=UTF-8"
# https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm: 15 minutes
CODE_SECONDS = 900.0
KNOWN = ("api", "refresh_token", "offline_access", "id", "web", "full", "openid")
LASTING = ("refresh_token", "offline_access", "full")


def page(consents: Consents, exchange: Exchange) -> Answer:
    """GET authorize: what the app asks for, or what is wrong with it."""
    asked = consent.asked_of(exchange)
    wrong = _wrong(consents, asked)
    app = consents.app(asked.get("client_id", ""))
    return _as_answer(wrong or consent.page(VENDOR, app, _scopes(asked)))


def decide(consents: Consents, exchange: Exchange, now: datetime) -> Answer:
    """POST authorize: the person pressed a button."""
    asked = consent.asked_of(exchange)
    wrong = _wrong(consents, asked)
    if wrong is not None:
        return _as_answer(wrong)
    yes, _ = consent.decided(exchange)
    to, state = asked["redirect_uri"], asked.get("state")
    if not yes:
        text = "end-user denied authorization"
        return _as_answer(
            consent.back(to, error="access_denied", error_description=text, state=state)
        )
    code = consents.agreed(asked, _scopes(asked), now, "aPrx")
    return _as_answer(consent.back(to, code=code, state=state))


def redeem(consents: Consents, form: dict[str, str], now: datetime) -> Code:
    """What a code stands for.

    | # | the request | error |
    |---|---|---|
    | 1 | an unknown code | invalid_grant |
    | 2 | one that was used, or whose time is over | invalid_grant |
    | 3 | another callback, or none | redirect_uri_mismatch |
    | 4 | it was asked for with a challenge; no verifier | invalid_grant |
    | 5 | a verifier that does not fit | invalid_request |
    | 6 | the app's secret is another one | invalid_client |
    """
    code = consents.codes.get(form.get("code", ""))
    if code is None:  # (1)
        raise OauthError("invalid_grant", "invalid authorization code")
    if code.used or code.over(now, CODE_SECONDS):  # (2)
        raise OauthError("invalid_grant", "expired authorization code")
    if form.get("redirect_uri") != code.redirect_uri:  # (3)
        raise OauthError("redirect_uri_mismatch", "redirect_uri must match configuration")
    verifier = form.get("code_verifier", "")
    if code.challenge is not None and not verifier:  # (4)
        raise OauthError("invalid_grant", "code verifier required")
    if code.challenge is not None and not code.proven_by(verifier):  # (5)
        raise OauthError("invalid_request", "invalid code verifier")
    secret = consents.app(code.client_id).secret
    if secret is not None and secret != form.get("client_secret"):  # (6)
        raise OauthError("invalid_client", "invalid client credentials")
    code.used = True
    return code


def lasts(code: Code) -> bool:
    """Whether what was agreed to includes a refresh token."""
    return any(scope in LASTING for scope in code.scopes)


def _wrong(consents: Consents, asked: dict[str, str]) -> Reply | None:
    app = consents.app(asked.get("client_id", ""))
    to, state = asked.get("redirect_uri", ""), asked.get("state")
    if not app.client_id:
        return _refusal("invalid_client_id", "client identifier invalid")
    if not app.may_return_to(to):
        return _refusal("redirect_uri_mismatch", "redirect_uri must match configuration")
    if asked.get("response_type") != "code":
        text = "response type not supported"
        return consent.back(to, error="unsupported_response_type", error_description=text)
    scopes = _scopes(asked)
    if app.lacks(scopes) or not set(scopes) <= {*KNOWN, *(app.scopes or ())}:
        text = "the requested scope is invalid, unknown, or malformed"
        return consent.back(to, error="invalid_scope", error_description=text, state=state)
    return None


def _scopes(asked: dict[str, str]) -> list[str]:
    return asked.get("scope", "api refresh_token id").split()


def _refusal(error: str, description: str) -> Reply:
    text = f"error={error}&error_description={description}"
    return consent.refusal(VENDOR, 400, "OAuth Error", text)


def _as_answer(reply: Reply) -> Answer:
    text = reply.body if isinstance(reply.body, str) else None
    return Answer(reply.status, text, dict(reply.headers), PAGE)
