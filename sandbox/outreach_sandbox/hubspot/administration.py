"""What an administrator of the account does: settings, tokens, and waiting for the index.

The one rule: a setting changed here lasts until the next reset, as the seed has the account's own.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import automatic_companies
from outreach_sandbox.hubspot.switches import PREFIX, known
from outreach_sandbox.hubspot.wire import iso

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.hubspot.auth import Tokens
    from outreach_sandbox.hubspot.portal import Portal

Body = dict[str, Any]
EVERY_OBJECT = "*"


@dataclass
class Administration:
    """The side doors that are about the account and not about a record."""

    portal: Portal
    tokens: Tokens

    def doors(self) -> dict[str, Callable[[Body], Body]]:
        """Every door by name."""
        return {
            "switch": self.switch,
            "scopes": self.scopes,
            "revoke_token": self.revoke_token,
            "expire_tokens": self.expire_tokens,
            "index_caught_up": self.index_caught_up,
            "register_app": self.register_app,
            "uninstall_app": self.uninstall_app,
        }

    def switch(self, body: Body) -> Body:
        """{name, on, existing?}: an account setting or another switch; the answer is all of them.

        `auto_company` with `existing` also looks for the companies of contacts there are, which
        HubSpot asks the person who turns it on.
        """
        name = known(str(body["name"]).removeprefix(PREFIX))
        self.portal.now()  # what is due was due under the old setting
        self.portal.switches = replace(self.portal.switches, **{name: bool(body["on"])})
        if name == "auto_company" and body.get("existing"):
            automatic_companies.look_through(self.portal, self.portal.now())
        return asdict(self.portal.switches)

    def scopes(self, body: Body) -> Body:
        """{missing: [...]}: the scopes the app no longer has; [] gives all of them back."""
        self.portal.missing_scopes = frozenset(str(scope) for scope in body["missing"])
        return {"missing": sorted(self.portal.missing_scopes)}

    def revoke_token(self, body: Body) -> Body:
        """{token} or {} for all: as if the app was uninstalled; {"undo": true} takes it back."""
        token = body.get("token")
        if body.get("undo"):
            self.tokens.revoked.discard(str(token))
            self.tokens.all_revoked = False
        elif token:
            self.tokens.revoked.add(str(token))
        else:
            self.tokens.all_revoked = True
        return {"revoked": "all" if self.tokens.all_revoked else len(self.tokens.revoked)}

    def register_app(self, body: Body) -> Body:
        """{client_id, name, client_secret, redirect_uris, scopes}: as in the app's settings."""
        return self.tokens.consents.register(body)

    def uninstall_app(self, _body: Body) -> Body:
        """{}: every refresh token that a consent gave is over; the next one works."""
        self.tokens.revoked.update(self.tokens.consents.grants)
        return {"revoked": len(self.tokens.consents.grants)}

    def expire_tokens(self, _body: Body) -> Body:
        """{}: every access token given out so far has expired; refreshing still works."""
        self.tokens.expire_all()
        return {"expired": len(self.tokens.expiry_ms)}

    def index_caught_up(self, body: Body) -> Body:
        """{object, or "*" for all}: when search will know all that was written; moves no clock."""
        now_ms = self.portal.now()
        name = str(body.get("object", "contacts"))
        every = name == EVERY_OBJECT
        kinds = self.portal.kinds.values() if every else [self.portal.kind(name)]
        moments = [at for at in (kind.timeline.settled_at() for kind in kinds) if at is not None]
        at_ms = max(moments, default=None)
        return {
            "caught_up": at_ms is None,
            "at": None if at_ms is None else iso(at_ms),
            "seconds": 0.0 if at_ms is None else max(0.0, (at_ms - now_ms) / 1000),
        }
