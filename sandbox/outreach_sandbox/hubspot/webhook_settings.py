"""The webhooks API of a legacy public app: where it is called, and what about.

The one rule: an app's developer key opens it, no account's token does. What is set here is kept and shown; whom the
sandbox really calls is told it by the door `webhooks`, for a real target is https and public.

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import Answer, Problem, iso

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange

Body = dict[str, Any]
ROOT = "/webhooks/v3/{app_id}"
MOST = 1000
NOT_SUBSCRIBABLE = ("hs_lastmodifieddate", "num_unique_conversion_events")


@dataclass
class AppWebhooks:
    """What one app has set."""

    app_id: int
    key: str = "a-developer-key"
    settings: Body | None = None
    subscriptions: list[Body] = field(default_factory=list)

    def answer(self, name: str, exchange: Exchange, now_ms: int) -> Answer:
        """Answer a request to one of the endpoints below."""
        if exchange.first("hapikey") != self.key:
            return _refused(401, "The API key provided is invalid.")
        if exchange.path_params["app_id"] != str(self.app_id):
            return _refused(404, "No app with this id")
        sent = exchange.json()
        found: Answer = getattr(self, name)(exchange, sent, iso(now_ms))
        return found

    def get_settings(self, exchange: Exchange, sent: Body, now: str) -> Answer:
        """GET settings; nothing is there before somebody set it."""
        return Answer(200, self.settings) if self.settings else _refused(404, "resource not found")

    def put_settings(self, exchange: Exchange, sent: Body, now: str) -> Answer:
        """PUT settings: the one address an app is called at."""
        if not str(sent.get("targetUrl", "")).startswith("https://"):
            return _refused(400, "targetUrl must be a secure (https) url")
        made = (self.settings or {"createdAt": now})["createdAt"]
        self.settings = {**sent, "createdAt": made, "updatedAt": now}
        return Answer(200, self.settings)

    def get_subscriptions(self, exchange: Exchange, sent: Body, now: str) -> Answer:
        """GET subscriptions: all of them on one page."""
        return Answer(200, {"results": self.subscriptions})

    def post_subscription(self, exchange: Exchange, sent: Body, now: str) -> Answer:
        """POST subscriptions: one, inactive unless it says otherwise."""
        if sent.get("propertyName") in NOT_SUBSCRIBABLE or len(self.subscriptions) >= MOST:
            return _refused(400, "This property cannot be subscribed to")
        if any(_what(one) == _what(sent) for one in self.subscriptions):
            return _refused(400, "This subscription exists already")
        made = {"active": False, **sent, "id": str(len(self.subscriptions) + 1)}
        self.subscriptions.append(made | {"createdAt": now, "updatedAt": now})
        return Answer(201, self.subscriptions[-1])

    def patch_subscription(self, exchange: Exchange, sent: Body, now: str) -> Answer:
        """PATCH subscriptions/{id}: on or off."""
        for one in self.subscriptions:
            if one["id"] == exchange.path_params["id"]:
                one |= {"active": bool(sent.get("active")), "updatedAt": now}
                return Answer(200, one)
        return _refused(404, "resource not found")


ENDPOINTS = (
    ("webhooks.settings.get", "GET", f"{ROOT}/settings", "get_settings"),
    ("webhooks.settings.configure", "PUT", f"{ROOT}/settings", "put_settings"),
    ("webhooks.subscriptions.list", "GET", f"{ROOT}/subscriptions", "get_subscriptions"),
    ("webhooks.subscriptions.create", "POST", f"{ROOT}/subscriptions", "post_subscription"),
    (
        "webhooks.subscriptions.update",
        "PATCH",
        f"{ROOT}/subscriptions/{{id}}",
        "patch_subscription",
    ),
)


def _what(one: Body) -> tuple[str, str]:
    return (str(one.get("eventType")), str(one.get("propertyName") or ""))


def _refused(status: int, message: str) -> Answer:
    return Answer(status, Problem(status, message).body("-"))
