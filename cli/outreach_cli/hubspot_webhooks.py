"""Has HubSpot call the receiver, or says how. Rule: nothing is changed before the plan was shown.

1  an app id and a developer key      the webhooks API of a legacy public app: plan, then `--approve`
2  neither                            the file for an app in a project, and where a private app is set
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Mapping, Sequence

from outreach_adapters.hubspot.webhooks import (
    Subscription,
    SubscriptionState,
    WebhooksClient,
    apply,
    plan,
    wanted,
)
from outreach_cli.provision import MADE, MISSING, THERE, WRONG, Crm, Need, Needs
from outreach_cli.settings import Settings
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules, load_rules

PATH = "/hubspot/webhooks"
_STATES: Mapping[SubscriptionState, str] = {
    SubscriptionState.THERE: THERE,
    SubscriptionState.SWITCHED_OFF: MISSING,
    SubscriptionState.MISSING: MISSING,
    SubscriptionState.ELSEWHERE: WRONG,
}
_CRM = Crm(
    "HubSpot",
    ready="HubSpot calls the receiver; nothing had to be made.",
    missing="Make them with: outreach provision hubspot-webhooks --approve",
    wrong="the app calls another address. Change it with: outreach provision hubspot-webhooks --approve",
)
_BY_HAND = Crm(
    "HubSpot",
    ready="",
    missing="Without hubspot_app_id and hubspot_developer_key they are made by hand:",
    wrong="",
    by_hand=True,
)


def provision_webhooks(
    settings: Settings,
    public_url: str,
    *,
    approve: bool,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> Needs:
    """Show what the app is to be told of; with `approve` make what is missing and read it back.

    Raises:
        ConfigError: Only one of app id and developer key is set, or the address is none to call.
    """
    url = _target(public_url)
    properties = _properties(load_rules(settings.rules_dir / "hubspot.yml"))
    app_id, key = settings.hubspot.app_id, settings.hubspot.developer_key
    if not app_id and not key:
        return _by_hand(url, properties)  # 2
    if not app_id or not key or not app_id.isdigit():
        raise ConfigError(
            "The app's id (a number) and the developer key belong together.",
            code="half_an_app",
            remedy="Set hubspot_app_id and hubspot_developer_key, or neither.",
        )
    config = {
        "outreach_environment": settings.environment,
        "api_base_url": settings.hubspot.base_url,
        "developer_key": key,
    }
    client = WebhooksClient(config, app_id, sleep=sleep, rng=rng)
    before = plan(client, url, properties)  # 1
    if not approve:
        return _needs(before, frozenset())
    made = frozenset(one.key for one in apply(client, before))
    return _needs(plan(client, url, properties) if made else before, made)


def _target(public_url: str) -> str:
    # https://developers.hubspot.com/docs/api-reference/webhooks-webhooks-v3/guide: a secure address
    if not public_url.startswith("https://"):
        raise ConfigError(
            "HubSpot calls https addresses alone.",
            code="bad_public_url",
            remedy="Give --public-url as the CRMs see it, such as https://hooks.example.org",
        )
    return public_url.rstrip("/") + PATH


def _properties(rules: SideRules) -> list[str]:
    """Return the contact's properties that a change of matters: what is merged, shown or decided by."""
    places = [place for rule in rules.fields.values() for place in rule.places]
    return sorted({*places, *rules.extra.values()})


def _needs(found: Iterable[Subscription], made: frozenset[tuple[str, str]]) -> Needs:
    return Needs(tuple(_need(one, made=one.key in made) for one in found), _CRM)


def _need(one: Subscription, *, made: bool) -> Need:
    state = MADE if made and one.state is SubscriptionState.THERE else _STATES[one.state]
    detail = "is switched off" if one.state is SubscriptionState.SWITCHED_OFF else ""
    if one.target:
        return Need("address", one.target, state, detail)
    return Need("subscription", " ".join(part for part in one.key if part), state, detail)


def _by_hand(url: str, properties: Sequence[str]) -> Needs:
    steps = (
        "In an app of a project, save this as src/app/webhooks/webhooks-hsmeta.json and run: hs project upload",
        *json.dumps(_component(url, properties), indent=2).splitlines(),
        "In a private app: Settings, Integrations, Private Apps, the app, Webhooks. The address and the",
        "subscriptions are those above; HubSpot has no API for it.",
    )
    return Needs(tuple(_need(one, made=False) for one in wanted(properties)), _BY_HAND, steps)


def _component(url: str, properties: Sequence[str]) -> Mapping[str, object]:
    """Return the webhooks of an app in a project.

    https://developers.hubspot.com/docs/apps/developer-platform/add-features/configure-webhooks
    """
    told = [
        {
            "subscriptionType": one.event,
            **({"propertyName": one.name} if one.name else {}),
            "active": True,
        }
        for one in wanted(properties)
    ]
    erasure = [one for one in told if one["subscriptionType"] == "contact.privacyDeletion"]
    return {
        "uid": "outreach_webhooks",
        "type": "webhooks",
        "config": {
            "settings": {"targetUrl": url, "maxConcurrentRequests": 10},
            "subscriptions": {
                "legacyCrmObjects": [one for one in told if one not in erasure],
                "hubEvents": erasure,
            },
        },
    }
