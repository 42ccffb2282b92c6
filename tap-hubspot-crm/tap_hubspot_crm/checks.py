"""Whether an account has what a rule file names besides contact properties. Reads the schema, once a day.

Rule: a rule that names what is not there stops the sync before its first record, with what there is.
"""

from __future__ import annotations

from outreach_adapters.hubspot.account import (
    EVENT_KEY,
    HOST_KEY,
    AccountFacts,
    check_deals,
    check_key,
    check_options,
    facts_of,
)
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules


def check_rules(client: HubSpotClient, facts: AccountFacts, rules: SideRules) -> None:
    """Stop if the rule file names a status, a pipeline, a stage or an owner that is not there.

    Raises:
        ConfigError: Names what is missing and lists what there is.
    """
    if rules.status is not None:
        place = rules.written["status"].places[0]
        compared = [*rules.status.order, *rules.status.pull]
        check_options(facts, place, rules.status.push.values(), compared)
    if rules.telling.companies:
        _check_key(client, "companies", "company", HOST_KEY)
    deals = rules.telling.deals
    if deals.create:
        _check_key(client, "deals", "deal", EVENT_KEY)
        check_deals(client.pipelines(), deals.pipeline, deals.stage)
        _check_owner(client, deals.owner)


def _check_key(client: HubSpotClient, obj: str, noun: str, name: str) -> None:
    check_key(facts_of({}, client.properties(obj), {name}), name, noun)


def _check_owner(client: HubSpotClient, owner: str) -> None:
    if "@" in owner and not client.owners(owner):
        raise ConfigError(
            "HubSpot has no owner with the e-mail address that `deals` names.",
            code="missing_owner",
            remedy="Correct `owner` in the rule file, or add the user in HubSpot.",
        )
