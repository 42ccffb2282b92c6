"""The door to HubSpot for `provision`. Rule: nothing else in this command calls a vendor."""

from __future__ import annotations

import random
from collections.abc import Callable

from outreach_adapters.environment import SANDBOX
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.connect import connect
from outreach_adapters.hubspot.provision import ProvisionItem, ProvisionState, apply, provision_plan
from outreach_cli.provision import MADE, MISSING, THERE, WRONG, Need, Needs
from outreach_cli.settings import Settings
from outreach_core.errors import Retriable

_STATES = {
    ProvisionState.EXISTS: THERE,
    ProvisionState.MISSING: MISSING,
    ProvisionState.WRONG: WRONG,
}


def provision_hubspot(
    settings: Settings,
    *,
    dry_run: bool,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> Needs:
    """Make what is missing, unless something stands in the way or `dry_run`; return how it is now.

    What was made is read back: only what HubSpot then shows counts as made.
    """
    client = _connect(settings, sleep, rng)
    try:
        before = provision_plan(client)
    except Retriable as error:
        raise Retriable(error.message, code=error.code, remedy=_remedy(settings)) from error
    if dry_run or any(item.state is ProvisionState.WRONG for item in before):
        return _needs(before, frozenset())
    made = apply(client, before)
    if not made:
        return _needs(before, frozenset())
    return _needs(provision_plan(client), frozenset((item.kind, item.name) for item in made))


def _remedy(settings: Settings) -> str:
    if settings.environment == SANDBOX:
        return "Start the sandbox (make sandbox) and try again."
    return "Try again in a few minutes."


def _needs(items: list[ProvisionItem], made: frozenset[tuple[str, str]]) -> Needs:
    return Needs(tuple(_need(item, made=(item.kind, item.name) in made) for item in items))


def _need(item: ProvisionItem, *, made: bool) -> Need:
    state = MADE if made and item.state is ProvisionState.EXISTS else _STATES[item.state]
    return Need(item.kind, item.name, state, item.detail)


def _connect(
    settings: Settings, sleep: Callable[[float], None], rng: random.Random
) -> HubSpotClient:
    access = settings.hubspot
    config = {
        "outreach_environment": settings.environment,
        "api_base_url": access.base_url,
        "token_url": access.token_url,
        "access_token": access.access_token,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "refresh_token": access.refresh_token,
    }
    return connect(config, sleep=sleep, rng=rng)
