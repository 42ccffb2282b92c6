"""What `doctor` looks at in Salesforce. Rule: the same questions the tap and the target ask first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from outreach_adapters.salesforce import account, composite
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_cli.doctor import Check
from outreach_cli.provision import THERE, Need
from outreach_core.errors import ConfigError, OutreachError
from outreach_core.mapping import SideRules

_LEAD = account.LEAD


def salesforce_checks(
    about: str,
    client: Callable[[], SalesforceClient],
    rules: SideRules,
    package: Callable[[], Iterable[Need]],
) -> Iterable[Check]:
    """Yield the checks, what the others need first."""
    yield Check(about, "connection", lambda: _connection(client()), vital=True)
    yield Check(about, "calls of the day", lambda: _calls(client()))
    yield Check(about, "fields of the sync", lambda: _package(package()))
    yield Check(about, "mapped fields", lambda: _mapped(client(), rules))
    if rules.status is not None:
        yield Check(about, "status values", lambda: _statuses(client(), rules))


def _connection(client: SalesforceClient) -> str:
    answers = client.ask(account.questions([]))
    for answer in answers.values():
        if isinstance(answer, OutreachError):
            raise answer
    return f"Organisation {account.facts_of(answers, {}).portal_id}."


def _calls(client: SalesforceClient) -> str:
    used = client.usage
    return f"{used[0]} of {used[1]} used in 24 hours." if used else "It does not say."


def _package(needs: Iterable[Need]) -> str:
    found = list(needs)
    lacking = [f"{need.name} {need.detail}".strip() for need in found if need.state != THERE]
    if lacking:
        raise ConfigError(
            f"Missing or not as needed: {'; '.join(lacking)}.",
            code="not_provisioned",
            remedy="See how to deploy them: outreach provision salesforce",
        )
    return f"{len(found)} there."


def _mapped(client: SalesforceClient, rules: SideRules) -> str:
    places = list(dict.fromkeys(p for rule in rules.fields.values() for p in rule.places))
    answers = dict(client.ask(account.questions([_LEAD])))
    parents = account.parents(answers, {_LEAD: places})
    answers |= client.ask([composite.describe(of, of) for of in parents]) if parents else {}
    facts = account.facts_of(answers, {_LEAD: [*places, account.ROW_ID]})
    account.check_mapped(facts, _LEAD, places)
    account.check_row_id(facts, _LEAD)
    return f"{len(places)} can be read."


def _statuses(client: SalesforceClient, rules: SideRules) -> str:
    status = rules.status
    if status is None:
        return "None."
    place = rules.written["status"].places[0]
    fields = account.described(client.ask([composite.describe(_LEAD, _LEAD)]), _LEAD)
    known = _choices(fields, place)
    missing = sorted({value for value in status.push.values() if value not in known})
    if missing:
        raise ConfigError(
            f"Salesforce has no {place} {', '.join(missing)}; it has {', '.join(known)}.",
            code="missing_option",
            remedy="Correct `status` in the rule file, or add the value in Setup.",
        )
    return "All of the rules' values are choices of the org."


def _choices(fields: Sequence[Mapping[str, Any]], place: str) -> list[str]:
    return [
        str(choice["value"])
        for field in fields
        if field.get("name") == place
        for choice in field.get("picklistValues") or ()
        if choice.get("active", True)
    ]
