"""Subscribes an app to what happens to contacts, by the API for legacy public apps.

Rule: only what is missing is made, and what is switched off is switched on; no other subscription is touched. The
developer key opens this API and nothing else; it is never sent anywhere but to HubSpot.

https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hubspot import HubSpot

from outreach_adapters.environment import guard_base_url
from outreach_adapters.http.retry import call_with_retry
from outreach_adapters.hubspot.client import OK_STATUSES, TIMEOUT, translated
from outreach_adapters.hubspot.connect import API
from outreach_adapters.hubspot.errors import TokenRefused, translate
from outreach_core.errors import ConfigError, Skippable

Body = dict[str, Any]
PARALLEL = 10
VERBS = ("creation", "deletion", "restore", "merge", "privacyDeletion")
# the same page: nobody can subscribe to these
NEVER = frozenset({"hs_lastmodifieddate", "lastmodifieddate", "num_unique_conversion_events"})


class SubscriptionState(StrEnum):
    """What the app has of it."""

    THERE = "there"
    SWITCHED_OFF = "switched_off"
    MISSING = "missing"
    ELSEWHERE = "elsewhere"  # the app calls another address


@dataclass(frozen=True)
class Subscription:
    """One thing an app is told of; or, with an address, where it is told."""

    event: str
    name: str = ""
    state: SubscriptionState = SubscriptionState.MISSING
    id: str = ""
    target: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What it is told apart by."""
        return (self.event, self.name)


def wanted(properties: Iterable[str]) -> list[Subscription]:
    """Return what the sync has a use for: the contact's life, and the properties that are mapped."""
    names = sorted(set(properties) - NEVER)
    life = [Subscription(f"contact.{verb}") for verb in VERBS]
    return [*life, *(Subscription("contact.propertyChange", name) for name in names)]


class WebhooksClient:
    """What provisioning asks of the API."""

    def __init__(
        self,
        config: Mapping[str, Any],
        app_id: str,
        *,
        sleep: Callable[[float], None],
        rng: random.Random,
    ) -> None:
        """Prepare; calls nothing yet."""
        environment = str(config.get("outreach_environment") or "prod")
        host = guard_base_url(environment, config.get("api_base_url"), "api_base_url", API)
        library = HubSpot(api_key=str(config["developer_key"]), host=host, retry=False)
        self._settings = library.webhooks.settings_api
        self._subscriptions = library.webhooks.subscriptions_api
        self._app = int(app_id)
        self._sleep, self._rng = sleep, rng

    def target(self) -> str:
        """Return the address the app calls, empty if none is set."""
        try:
            return str(self._ask(self._settings.get_all, self._app).get("targetUrl") or "")
        except Skippable as error:
            if error.code == "not_found":
                return ""
            raise

    def set_target(self, url: str) -> None:
        """Have the app call this address."""
        told = {"targetUrl": url, "throttling": {"maxConcurrentRequests": PARALLEL}}
        self._ask(self._settings.configure, self._app, told)

    def subscriptions(self) -> Sequence[Body]:
        """Return what the app is subscribed to."""
        found: Sequence[Body] = self._ask(self._subscriptions.get_all, self._app)["results"]
        return found

    def subscribe(self, one: Subscription) -> None:
        """Make a subscription, or switch on one that is there."""
        if one.id:
            self._ask(self._subscriptions.update, int(one.id), self._app, {"active": True})
            return
        told: Body = {"eventType": one.event, "active": True}
        if one.name:
            told["propertyName"] = one.name
        self._ask(self._subscriptions.create, self._app, told)

    def _ask(self, call: Callable[..., Any], *args: Any) -> Body:
        def attempt() -> Body:
            reply = call(*args, _preload_content=False, _request_timeout=TIMEOUT)
            if reply.status not in OK_STATUSES:
                raise translate(reply.status, reply.headers, reply.data)
            answer: Body = json.loads(reply.data) if reply.data else {}
            return answer

        try:
            return call_with_retry(
                attempt,
                translate=lambda error: translated(error, writes=False),
                sleep=self._sleep,
                rng=self._rng,
            )
        except TokenRefused as error:
            raise ConfigError(
                "HubSpot does not accept the developer key.",
                code="bad_developer_key",
                remedy="Set hubspot_developer_key to the key of the developer account's app.",
            ) from error


def plan(client: WebhooksClient, url: str, properties: Iterable[str]) -> list[Subscription]:
    """Return where the app is to call and what it is to be told, each with how it is now."""
    present = client.target()
    state = SubscriptionState.ELSEWHERE if present else SubscriptionState.MISSING
    if present == url:
        state = SubscriptionState.THERE
    there = {(o["eventType"], o.get("propertyName") or ""): o for o in client.subscriptions()}
    target = Subscription("target", state=state, target=url)
    return [target, *(_seen(one, there.get(one.key)) for one in wanted(properties))]


def apply(client: WebhooksClient, planned: Iterable[Subscription]) -> list[Subscription]:
    """Make what is missing; return what was made."""
    made = [one for one in planned if one.state is not SubscriptionState.THERE]
    for one in made:
        if one.target:
            client.set_target(one.target)
        else:
            client.subscribe(one)
    return made


def _seen(one: Subscription, found: Mapping[str, Any] | None) -> Subscription:
    if found is None:
        return one
    state = SubscriptionState.THERE if found.get("active") else SubscriptionState.SWITCHED_OFF
    return Subscription(one.event, one.name, state, str(found["id"]))
