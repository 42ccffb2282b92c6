"""The door to HubSpot. Rule: `provision` makes properties; everything else only reads."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from outreach_adapters.environment import SANDBOX
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.connect import connect
from outreach_adapters.hubspot.provision import ProvisionItem, ProvisionState, apply, provision_plan
from outreach_cli.doctor import Check
from outreach_cli.hubspot_checks import hubspot_checks
from outreach_cli.provision import MADE, MISSING, THERE, WRONG, Need, Needs
from outreach_cli.settings import Settings
from outreach_core.errors import Retriable
from outreach_core.mapping import SideRules

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


def checks(
    about: str,
    settings: Settings,
    rules: SideRules,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> tuple[Iterable[Check], Callable[[], float | None]]:
    """Return what `doctor` looks at, and HubSpot's clock as the last answer told it."""
    client = cache(lambda: _connect(settings, sleep, rng))
    return hubspot_checks(about, client, rules), lambda: client().vendor_time


def read_records(
    settings: Settings,
    obj: str,
    ids: Sequence[str],
    places: Sequence[str],
    sleep: Callable[[float], None],
    rng: random.Random,
) -> dict[str, Mapping[str, Any]]:
    """Return the properties of the records with these ids; one that is gone is not there."""
    found = _connect(settings, sleep, rng).read(ids, places, obj=obj)
    return {str(record["id"]): record.get("properties") or {} for record in found}


def _remedy(settings: Settings) -> str:
    if settings.environment == SANDBOX:
        return "Start the sandbox (make sandbox) and try again."
    return "Try again in a few minutes."


def _needs(items: list[ProvisionItem], made: frozenset[tuple[str, str]]) -> Needs:
    return Needs(tuple(_need(item, made=(item.kind, item.name) in made) for item in items))


def _need(item: ProvisionItem, *, made: bool) -> Need:
    state = MADE if made and item.state is ProvisionState.EXISTS else _STATES[item.state]
    return Need(item.kind, item.name, state, item.detail)


def config_of(settings: Settings) -> dict[str, str | None]:
    """Return the settings by the names the HubSpot plugins give them."""
    access = settings.hubspot
    return {
        "outreach_environment": settings.environment,
        "api_base_url": access.base_url,
        "token_url": access.token_url,
        "connection": access.connection,
        "connections_file": str(settings.connections_file),
        "access_token": access.access_token,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "refresh_token": access.refresh_token,
    }


def _connect(
    settings: Settings, sleep: Callable[[float], None], rng: random.Random
) -> HubSpotClient:
    return connect(config_of(settings), sleep=sleep, rng=rng)
