"""The token endpoint and the reading of bearer tokens.

Rule: any well-formed credential is good here; no secret is kept or echoed.
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import wire
from outreach_sandbox.google.store import ANONYMOUS
from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.kernel.service import Exchange

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
        self._issued: dict[str, tuple[str, datetime]] = {}

    def reset(self) -> None:
        """Forget every token."""
        self._issued = {}

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
            case None | "":
                raise wire.token_error(
                    "invalid_request", "Required parameter is missing: grant_type"
                )
            case other:
                raise wire.token_error("unsupported_grant_type", f"Invalid grant_type: {other}")
        token = f"ya29.sandbox-{self.seeded.rng('google.tokens').getrandbits(128):032x}"
        expires = self.clock.now() + timedelta(seconds=LIFETIME_SECONDS)
        self._issued[token] = (user, expires)
        return Reply(
            200,
            {"access_token": token, "expires_in": LIFETIME_SECONDS, "token_type": "Bearer"},
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
        return ANONYMOUS

    def user_of(self, exchange: Exchange) -> str:
        """Whose request this is; 401 without a usable bearer token."""
        scheme, _, token = exchange.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
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
