"""The token endpoint and the reading of bearer tokens.

Rule: any well-formed credential is good here; no secret is kept or echoed.
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import consent, wire
from outreach_sandbox.google.store import A_PERSON, ANONYMOUS
from outreach_sandbox.kernel.consent import Consents
from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.consent import Code
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.kernel.service import Door, Exchange

AUDIENCE = "https://oauth2.googleapis.com/token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
LIFETIME_SECONDS = 3599
REVOKED = "Token has been expired or revoked."


class Tokens:
    """Issues tokens and says whose a token is."""

    def __init__(self, clock: Clock, seeded: Seeded, switches: dict[str, Any]) -> None:
        self.clock = clock
        self.seeded = seeded
        self.switches = switches
        self.reset()

    def reset(self) -> None:
        """Forget every token, app and consent."""
        self._issued: dict[str, tuple[str, datetime]] = {}
        self._dead: set[str] = set()
        self.consents = Consents(self.seeded.rng("google.consents"))

    def doors(self) -> dict[str, Door]:
        """What a person does in the Cloud console and in the settings of their account."""
        return {"register_app": self.register_app, "revoke_consent": self.revoke_consent}

    def register_app(self, body: dict[str, Any]) -> dict[str, Any]:
        """{client_id, name, client_secret, redirect_uris, scopes, testing}: an OAuth client."""
        return self.consents.register(body)

    def revoke_consent(self, _body: dict[str, Any]) -> dict[str, Any]:
        """{}: every refresh token that a consent gave is over; the next one works."""
        self._dead.update(self.consents.grants)
        return {"revoked": len(self.consents.grants)}

    def page(self, exchange: Exchange) -> Reply:
        """`GET /o/oauth2/v2/auth`."""
        return consent.page(self.consents, exchange)

    def decide(self, exchange: Exchange) -> Reply:
        """`POST /o/oauth2/v2/auth`: the person pressed a button."""
        return consent.decide(self.consents, exchange, self.clock.now())

    def revoke(self, exchange: Exchange) -> Reply:
        """`POST /revoke`: a token, and the consent behind it, are over."""
        # https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
        token = exchange.form().get("token") or exchange.first("token") or ""
        known = token in self._issued or token in self.consents.grants
        if not known or self._over(token):
            raise wire.token_error("invalid_token", "Token expired or revoked")
        self._dead.add(token)
        return Reply(200, {})

    def exchange(self, exchange: Exchange) -> Reply:
        """`POST /token`."""
        form = exchange.form()
        if self.switches.get("google.revoked"):
            raise wire.token_error("invalid_grant", REVOKED)
        match form.get("grant_type"):
            case grant if grant == JWT_BEARER:
                user = self._asserted(form.get("assertion", ""))
            case "refresh_token":
                user = self._refreshed(form)
            case "authorization_code":
                return self._first(consent.redeem(self.consents, form, self.clock.now()))
            case None | "":
                raise wire.token_error(
                    "invalid_request", "Required parameter is missing: grant_type"
                )
            case other:
                raise wire.token_error("unsupported_grant_type", f"Invalid grant_type: {other}")
        scopes = self._scopes(form)
        return Reply(200, self._access(user) | ({"scope": scopes} if scopes else {}))

    def _access(self, user: str) -> dict[str, Any]:
        token = f"ya29.sandbox-{self.seeded.rng('google.tokens').getrandbits(128):032x}"
        expires = self.clock.now() + timedelta(seconds=LIFETIME_SECONDS)
        self._issued[token] = (user, expires)
        return {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"}

    def _first(self, agreed: Code) -> Reply:
        """The answer to a code."""
        body = self._access(A_PERSON) | {"scope": " ".join(agreed.scopes)}
        if agreed.lasting:
            refresh = f"1//sandbox-{self.seeded.rng('google.tokens').getrandbits(128):032x}"
            self.consents.grants[refresh] = agreed
            body["refresh_token"] = refresh
            if agreed.testing:
                body["refresh_token_expires_in"] = consent.TESTING_SECONDS
        return Reply(200, body)

    def _scopes(self, form: dict[str, str]) -> str:
        agreed = self.consents.grants.get(form.get("refresh_token", ""))
        return " ".join(agreed.scopes) if agreed else ""

    def _over(self, refresh_token: str) -> bool:
        """Whether a person took it back, or the app is in testing and its week is over."""
        agreed = self.consents.grants.get(refresh_token)
        late = agreed is not None and agreed.testing
        return refresh_token in self._dead or bool(
            agreed and late and agreed.over(self.clock.now(), consent.TESTING_SECONDS)
        )

    def _asserted(self, assertion: str) -> str:
        """The service account that signed the assertion; the signature is not checked."""
        claims = _claims(assertion)
        if claims.get("aud") != AUDIENCE:
            raise wire.token_error("invalid_grant", "Invalid JWT: Failed audience check")
        if not claims.get("iss"):
            raise wire.token_error("invalid_grant", "Invalid JWT: iss field missing.")
        try:
            lifetime = float(claims["exp"]) - float(claims["iat"])
        except (KeyError, TypeError, ValueError):
            lifetime = -1
        if not 0 < lifetime <= 3600:
            raise wire.token_error(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim.",
            )
        return str(claims["iss"])

    def _refreshed(self, form: dict[str, str]) -> str:
        for name in ("refresh_token", "client_id", "client_secret"):
            if not form.get(name):
                raise wire.token_error("invalid_request", f"Missing required parameter: {name}")
        token = form["refresh_token"]
        if self._over(token):
            raise wire.token_error("invalid_grant", REVOKED)
        return A_PERSON if token in self.consents.grants else ANONYMOUS

    def user_of(self, exchange: Exchange) -> str:
        """Whose request this is; 401 without a usable bearer token."""
        scheme, _, token = exchange.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthorised(exchange)
        if token.strip() in self._dead:
            raise _unauthorised(exchange)
        known = self._issued.get(token.strip())
        if known is None:
            if self.switches.get("google.strict_tokens"):
                raise _unauthorised(exchange)
            return ANONYMOUS
        user, expires = known
        if self.clock.now() >= expires:
            raise _unauthorised(exchange)
        return user


def _unauthorised(exchange: Exchange) -> wire.Refused:
    if exchange.path.startswith("/drive/"):
        return wire.Refused(wire.drive_error(401, "authError", "Invalid Credentials"))
    return wire.Refused(wire.sheets_error(401, wire.NO_CREDENTIAL))


def _claims(assertion: str) -> dict[str, Any]:
    parts = assertion.split(".")
    try:
        header, body = (json.loads(_decoded(part)) for part in parts[:2])
        if len(parts) != 3 or header.get("alg") != "RS256" or not parts[2]:
            raise ValueError("not a signed token")
    except ValueError:
        raise wire.token_error("invalid_grant", "Invalid JWT Signature.") from None
    return body if isinstance(body, dict) else {}


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
