"""What `doctor` looks at in HubSpot. Rule: the same questions the tap asks before its first record."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from outreach_adapters.hubspot.account import ROW_ID as KEY
from outreach_adapters.hubspot.account import (
    AccountFacts,
    check_deals,
    check_options,
    check_readable,
    check_row_id,
    check_writable,
    facts_of,
)
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.provision import ProvisionState, provision_plan
from outreach_cli.doctor import Check
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules
from outreach_core.model.fields import Direction

_READS_ONLY = (Direction.CRM_TO_SHEET, Direction.OFF)


def hubspot_checks(
    about: str, client: Callable[[], HubSpotClient], rules: SideRules
) -> Iterable[Check]:
    """Yield the checks, what the others need first."""
    yield Check(about, "connection", lambda: _connection(client()), vital=True)
    yield Check(about, "contacts", lambda: _contacts(client()))
    yield Check(about, "properties of the sync", lambda: _provisioned(client()))
    yield Check(about, "mapped properties", lambda: _mapped(client(), rules))
    if rules.status is not None:
        yield Check(about, "status values", lambda: _statuses(client(), rules))
    if rules.telling.deals.create:
        yield Check(about, "pipeline and stage", lambda: _deals(client(), rules))


def _connection(client: HubSpotClient) -> str:
    return f"Account {client.account().get('portalId')}."


def _contacts(client: HubSpotClient) -> str:
    total = client.search({"filterGroups": [], "limit": 1}).get("total", 0)
    return f"{total} can be read."


def _provisioned(client: HubSpotClient) -> str:
    items = provision_plan(client)
    lacking = [item.name for item in items if item.state is not ProvisionState.EXISTS]
    if lacking:
        raise ConfigError(
            f"Missing or not as needed: {', '.join(lacking)}.",
            code="not_provisioned",
            remedy="Make them with: outreach provision hubspot",
        )
    return f"{len(items)} there."


def _facts(client: HubSpotClient, rules: SideRules) -> AccountFacts:
    return facts_of({}, client.properties(), {*rules.sources, KEY})


def _mapped(client: HubSpotClient, rules: SideRules) -> str:
    facts = _facts(client, rules)
    check_row_id(facts)
    check_readable(facts, rules.sources)
    written = [rule for rule in rules.fields.values() if rule.direction not in _READS_ONLY]
    check_writable(facts, dict.fromkeys(place for rule in written for place in rule.places))
    return f"{len(rules.sources)} can be read and written as the rules say."


def _statuses(client: HubSpotClient, rules: SideRules) -> str:
    status = rules.status
    if status is None:
        return "None."
    place = rules.written["status"].places[0]
    check_options(_facts(client, rules), place, status.push.values(), [*status.order, *status.pull])
    return "All of the rules' values are choices of the account."


def _deals(client: HubSpotClient, rules: SideRules) -> str:
    deals = rules.telling.deals
    check_deals(client.pipelines(), deals.pipeline, deals.stage)
    return "Both are there."
