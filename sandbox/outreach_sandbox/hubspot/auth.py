"""Who calls: OAuth access tokens that expire on the sandbox's clock, and private keys.

The one rule: any credentials open the door of a sandbox, unless a person revoked them.

https://developers.hubspot.com/docs/api-reference/auth-oauth-v1/tokens/post-oauth-v1-token
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import consent
from outreach_sandbox.hubspot.consent import bad
from outreach_sandbox.hubspot.wire import Answer, Problem, RefusedError, iso
from outreach_sandbox.kernel.consent import Consents

if TYPE_CHECKING:
    from random import Random

ACCESS_SECONDS = 1800
SCOPES = [
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
]


class Kind(Enum):
    """The two ways to call."""

    OAUTH = "oauth"
    PRIVATE = "private"


@dataclass(frozen=True)
class Caller:
    """Who a request comes from; `key` tells private apps apart."""

    kind: Kind
    key: str


@dataclass
class Tokens:
    """Tokens given out, and what people revoked."""

    rng: Random
    hub_id: int
    expiry_ms: dict[str, int] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    all_revoked: bool = False

    def __post_init__(self) -> None:
        self.consents = Consents(self.rng)

    def caller(self, authorization: str | None, now_ms: int) -> Caller:
        """The caller behind an Authorization header.

        | # | header | outcome |
        |---|---|---|
        | 1 | none | 401 INVALID_AUTHENTICATION |
        | 2 | private app token or service key | accepted unless revoked |
        | 3 | an access token given out here, still valid | accepted |
        | 4 | one that expired | 401 EXPIRED_AUTHENTICATION, with the time |
        | 5 | anything else | 401 EXPIRED_AUTHENTICATION, expired in 1970 |
        """
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:  # (1)
            raise RefusedError(_no_credentials())
        refused = self.all_revoked or token in self.revoked
        if token.startswith("pat-") and not refused:  # (2)
            return Caller(Kind.PRIVATE, token)
        expiry_ms = self.expiry_ms.get(token)
        if expiry_ms is None or refused:  # (5)
            raise RefusedError(expired(now_ms, 0))
        if now_ms >= expiry_ms:  # (4)
            raise RefusedError(expired(now_ms, expiry_ms))
        return Caller(Kind.OAUTH, "oauth")  # (3)

    def grant(self, content_type: str, form: dict[str, str], now_ms: int, *, v1: bool) -> Answer:
        """The token endpoint; form only."""
        if "application/x-www-form-urlencoded" not in content_type:
            return Answer(415, {"status": "error", "message": "Unsupported Media Type"})
        refresh = self._refresh_token(form, now_ms)
        if isinstance(refresh, Answer):
            return refresh
        token = f"sandbox-{self.rng.getrandbits(128):032x}"
        self.expiry_ms[token] = now_ms + ACCESS_SECONDS * 1000
        body: dict[str, Any] = {
            "token_type": "bearer",
            "refresh_token": refresh,
            "access_token": token,
            "expires_in": ACCESS_SECONDS,
        }
        if not v1:
            agreed = self.consents.grants.get(refresh)
            scopes = list(agreed.scopes) if agreed else SCOPES
            body |= {"hub_id": self.hub_id, "scopes": scopes, "user_id": 1}
            body |= {"token_use": "access_token", "id_token": None}
        return Answer(200, body)

    def expire_all(self) -> None:
        """End every access token now; refreshing still works."""
        self.expiry_ms = dict.fromkeys(self.expiry_ms, 1)

    def revoke(self, form: dict[str, str]) -> Answer:
        """The revoke endpoint: the refresh token ends; it is told nothing of tokens it never gave."""
        missing = [n for n in ("client_id", "client_secret", "token") if not form.get(n)]
        if missing:
            return bad("BAD_CLIENT_ID", "invalid_client", f"missing {', '.join(missing)}")
        self.revoked.add(form["token"])
        return Answer(204)

    def private_app(self, token: str, scopes: list[str], now_ms: int) -> Answer:
        """Whose a private app's token is, and what it may do."""
        self.caller(f"Bearer {token}", now_ms)
        body = {"userId": 1, "hubId": self.hub_id, "appId": 1, "scopes": scopes}
        return Answer(200, body)

    def _refresh_token(self, form: dict[str, str], now_ms: int) -> str | Answer:
        missing = [n for n in ("client_id", "client_secret") if not form.get(n)]
        grant = form.get("grant_type")
        if grant not in ("refresh_token", "authorization_code"):
            return bad("BAD_GRANT_TYPE", "unsupported_grant_type", "missing or unknown grant type")
        if missing:
            return bad("BAD_CLIENT_ID", "invalid_client", f"missing {', '.join(missing)}")
        if grant == "refresh_token":
            token = form.get("refresh_token", "")
            if not token or self.all_revoked or token in self.revoked:
                text = "refresh token is invalid, expired or revoked"
                return bad("BAD_REFRESH_TOKEN", "invalid_grant", text)
            return token
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        agreed = consent.redeem(self.consents, form, now)
        if isinstance(agreed, Answer):
            return agreed
        token = f"sandbox-refresh-{self.rng.getrandbits(64):016x}"
        self.consents.grants[token] = agreed
        return token


def _no_credentials() -> Problem:
    return Problem(
        401,
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
        "you can find more details at "
        "https://developers.hubspot.com/docs/methods/auth/oauth-overview",
        category="INVALID_AUTHENTICATION",
    )


def expired(now_ms: int, expiry_ms: int) -> Problem:
    """An access token's time is over; the text counts in the largest fitting unit."""
    seconds = max(0, (now_ms - expiry_ms) // 1000)
    ago = f"{seconds // 86_400} day(s)" if seconds >= 2 * 86_400 else f"{seconds} second(s)"
    return Problem(
        401,
        f"The OAuth token used to make this call expired {ago} ago.",
        category="EXPIRED_AUTHENTICATION",
        context={"expire time": [iso(expiry_ms)]},
    )
