"""Who calls: sessions that end on the sandbox's clock, refresh tokens that may rotate.

The one rule: any credentials open the door of a sandbox unless a person revoked them, a token was
rotated away, or the seed says what the org refuses; there is no `expires_in`. An assertion's own
end is not looked at, because the sandbox's clock may be far from that of its maker.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from outreach_sandbox.kernel.consent import Consents
from outreach_sandbox.salesforce import consent
from outreach_sandbox.salesforce.wire import Answer, OauthError, Problem, RefusedError, Values

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org

SESSION_SECONDS = 7200
JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
SCOPES = "api refresh_token id"
NOT_FOR_REST = "This session is not valid for use with the REST API"


@dataclass
class Tokens:
    """Tokens given out, and what people ended."""

    org: Org
    settings: Values = field(default_factory=dict)
    ends: dict[str, datetime] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    all_revoked: bool = False

    def __post_init__(self) -> None:
        self.consents = Consents(self.org.rng("consents"))

    def caller(self, authorization: str | None) -> str:
        """The session behind a request; 401 INVALID_SESSION_ID otherwise."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        known = token in self.ends or token in self.settings.get("tokens", ())
        end = self.ends.get(token)
        over = end is not None and self.org.now() >= end
        if scheme.lower() not in ("bearer", "oauth") or not known or over or self._refused(token):
            text = "Session expired or invalid"
            raise RefusedError(Problem("INVALID_SESSION_ID", text, status=401))
        if not self.settings.get("rest", True):
            raise RefusedError(Problem("INVALID_SESSION_ID", NOT_FOR_REST, status=401))
        if end is not None and self.org.switches.session_slides:
            self.ends[token] = self._end()
        return token

    def session(self) -> str:
        """A new access token: the org's short id, `!`, and something opaque."""
        secret = self.org.rng("tokens").getrandbits(384).to_bytes(48, "big")
        opaque = base64.urlsafe_b64encode(secret).decode().replace("-", ".")
        token = f"{self.org.org_id[:15]}!{opaque}"
        self.ends[token] = self._end()
        return token

    def grant(self, form: dict[str, str], authorization: str | None, host: str) -> Answer:
        """The token endpoint.

        | # | grant | answers a refresh token |
        |---|---|---|
        | 1 | authorization_code, with PKCE if it was asked for so | where its scope was asked for |
        | 2 | refresh_token | only where rotation is on; the old one ends |
        | 3 | JWT bearer | no |
        | 4 | client_credentials | no |
        | 5 | password, where the org still allows it | no |
        """
        kind = form.get("grant_type")
        refresh: str | None = None
        scopes = SCOPES
        if kind == "authorization_code":  # (1)
            self._client(form, authorization)
            agreed = consent.redeem(self.consents, form, self.org.now())
            scopes = " ".join(agreed.scopes)
            refresh = self._refresh_token() if consent.lasts(agreed) else None
            if refresh:
                self.consents.grants[refresh] = agreed
        elif kind == "refresh_token":  # (2)
            self._client(form, authorization, secret=False)
            given = form.get("refresh_token", "")
            agreed_to = self.consents.grants.get(given)
            scopes = " ".join(agreed_to.scopes) if agreed_to else SCOPES
            refresh = self._refreshed(given)
            if refresh and agreed_to:
                self.consents.grants[refresh] = agreed_to
        elif kind == JWT_GRANT:  # (3)
            self._assertion(form.get("assertion", ""), host)
        elif kind == "client_credentials":  # (4)
            self._client(form, authorization)
            if not self.settings.get("client_credentials", True):
                raise OauthError("invalid_grant", "no client credentials user enabled")
        elif kind == "password":  # (5)
            self._client(form, authorization)
            self._password(form)
        else:
            raise OauthError("unsupported_grant_type", "grant type not supported")
        return Answer(200, self._granted(host, refresh, scopes))

    def revoke(self, token: str) -> Answer:
        """The revoke endpoint: the token, access or refresh, ends."""
        if not token:
            raise OauthError("unsupported_token_type", "this token type is not supported")
        self.dead.add(token)
        return Answer(200)

    def identity(self, host: str) -> Values:
        """Who the token belongs to."""
        user = self.org.tables["User"].records[self.org.user_id].values
        return {
            "id": f"{host}/id/{self.org.org_id}/{self.org.user_id}",
            "user_id": self.org.user_id,
            "organization_id": self.org.org_id,
            "username": user["Username"],
            "preferred_username": user["Username"],
            "display_name": user["Name"],
            "name": user["Name"],
            "email": user["Email"],
            "active": True,
            "urls": {"rest": f"{host}/services/data/v{{version}}/"},
        }

    def expire_all(self) -> int:
        """End every session now; refreshing still works."""
        self.ends = dict.fromkeys(self.ends, self.org.now())
        return len(self.ends)

    def _end(self) -> datetime:
        seconds = float(self.settings.get("session_seconds", SESSION_SECONDS))
        return self.org.now() + timedelta(seconds=seconds)

    def _refused(self, token: str) -> bool:
        return self.all_revoked or token in self.dead

    def _granted(self, host: str, refresh: str | None, scopes: str) -> Values:
        token = self.session()
        issued = str(int(self.org.now().timestamp() * 1000))
        identity = f"https://login.salesforce.com/id/{self.org.org_id}/{self.org.user_id}"
        mac = hmac.new(b"sandbox", (identity + issued).encode(), hashlib.sha256).digest()
        body: Values = {"access_token": token}
        if refresh:
            body["refresh_token"] = refresh
        return body | {
            "signature": base64.b64encode(mac).decode(),
            "scope": scopes,
            "instance_url": host,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }

    def _client(
        self, form: dict[str, str], authorization: str | None, *, secret: bool = True
    ) -> None:
        basic = (authorization or "").lower().startswith("basic ")
        if not basic and not form.get("client_id"):
            raise OauthError("invalid_client_id", "client identifier invalid")
        if secret and not basic and not form.get("client_secret") and not form.get("code_verifier"):
            raise OauthError("invalid_client", "invalid client credentials")

    def _refresh_token(self) -> str:
        return f"5Aep861{self.org.rng('tokens').getrandbits(200):050x}"

    def _refreshed(self, token: str) -> str | None:
        if not token or self._refused(token):
            raise OauthError("invalid_grant", "expired access/refresh token")
        if not self.org.switches.rotate_refresh_tokens:
            return None
        self.dead.add(token)
        return self._refresh_token()

    def _assertion(self, assertion: str, host: str) -> None:
        claims = _claims(assertion)
        if str(claims.get("aud")).rstrip("/") not in (*AUDIENCES, host):
            raise OauthError("invalid_grant", "Audience validation failed")
        if not claims.get("iss") or not claims.get("sub") or not _number(claims.get("exp")):
            raise OauthError("invalid_grant", "invalid assertion")
        if claims["sub"] in self.settings.get("unapproved_users", ()):
            raise OauthError("invalid_grant", "user hasn't approved this consumer")

    def _password(self, form: dict[str, str]) -> None:
        if not self.org.switches.password_flows:
            raise OauthError("unsupported_grant_type", "grant type not supported")
        wrong = form.get("password") in self.settings.get("wrong_passwords", ())
        if not form.get("username") or not form.get("password") or wrong:
            raise OauthError("invalid_grant", "authentication failure")


def _claims(assertion: str) -> dict[str, Any]:
    parts = assertion.split(".")
    try:
        head, body = (json.loads(base64.urlsafe_b64decode(p + "==")) for p in parts[:2])
    except (ValueError, binascii.Error):
        raise OauthError("invalid_grant", "invalid assertion") from None
    if len(parts) != 3 or not isinstance(body, dict) or head.get("alg") != "RS256":
        raise OauthError("invalid_grant", "invalid assertion")
    return body


def _number(value: Any) -> bool:
    return str(value).isdigit()
