"""What an org starts with.

The one rule: a seed is an administrator's and a person's work, so no rule of the org stops it.

`{"org": {...}, "auth": {...}, "custom_fields": [...], "picklists": [...], "rules": {"validation": [],
"duplicate": []}, "hidden_fields": ["Lead.Industry"], "users": [], "accounts": [], "contacts": [],
"leads": [], "opportunities": [], "tasks": [], "conversions": [{"email", "status", "opportunity",
"map": {lead field: contact field}}]}`
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import metadata, rules
from outreach_sandbox.salesforce.activity import CLOSED, STAGES, derive
from outreach_sandbox.salesforce.conversion import Conversion, convert
from outreach_sandbox.salesforce.store import Record
from outreach_sandbox.salesforce.wire import RefusedError, Values
from outreach_sandbox.salesforce.writes import Writer, create

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from outreach_sandbox.salesforce.org import Org

LISTS = {
    "accounts": "Account",
    "contacts": "Contact",
    "leads": "Lead",
    "opportunities": "Opportunity",
    "tasks": "Task",
}
CONVERTED = "Closed - Converted"


def plant(org: Org, seed: Mapping[str, Any]) -> None:
    """Everything in the seed, at one moment; a mistake in it is a ValueError that says where."""
    with org.at(org.clock.now()):
        _plant(org, seed)


def _plant(org: Org, seed: Mapping[str, Any]) -> None:
    org.settings = dict(seed.get("org") or {})
    org.org_id = org.ids.new("00D")
    _people(org, list(seed.get("users") or ()))
    _lead_statuses(org, org.settings.get("lead_statuses"))
    org.package = list(seed.get("custom_fields") or ())
    if org.switches.package_deployed:
        with _part("custom_fields"):
            metadata.deploy(org)
    for spec in seed.get("picklists") or ():
        with _part("picklists"):
            metadata.set_picklist(org, spec)
    _stages(org)
    _records(org, seed)
    given = seed.get("rules") or {}
    with _part("rules"):
        org.validation_rules += [rules.validation_rule(org, r) for r in given.get("validation", ())]
        org.duplicate_rules += [rules.duplicate_rule(org, r) for r in given.get("duplicate", ())]
    for path in seed.get("hidden_fields") or ():
        object_name, _, field = str(path).partition(".")
        with _part("hidden_fields"):
            org.type_named(object_name).drop(field)


def _records(org: Org, seed: Mapping[str, Any]) -> None:
    writer = Writer(org.person_id, bypass_rules=True)
    for name, object_name in LISTS.items():
        kind = org.whole_type(object_name)
        with _part(name):
            absent = metadata.undeployed(org, object_name)
            for values in seed.get(name) or ():
                create(org, kind, _without(values, absent), writer)
    for spec in seed.get("conversions") or ():
        with _part("conversions"):
            (lead,) = org.tables["Lead"].having("Email", spec["email"])
            mapped = _without(spec.get("map") or {}, metadata.undeployed(org, "Lead"))
            how = Conversion(spec.get("status"), spec.get("opportunity"), mapped=mapped)
            convert(org, lead, how, org.person_id)


def _without(values: Mapping[str, Any], absent: set[str]) -> Values:
    return {n: v for n, v in values.items() if n not in absent} if absent else dict(values)


@contextlib.contextmanager
def _part(name: str) -> Iterator[None]:
    """A mistake in this part of the seed says so."""
    try:
        yield
    except (RefusedError, LookupError, ValueError) as wrong:
        raise ValueError(f"salesforce.{name}: {wrong}") from wrong


def _people(org: Org, more: list[Values]) -> None:
    org.user_id = org.ids.new("005")
    org.person_id = org.ids.new("005")
    integration = {"FirstName": "Outreach", "LastName": "Integration", "Alias": "outreach"}
    person = {"FirstName": "Pat", "LastName": "Person", "Alias": "pat"}
    for record_id, values in ((org.user_id, integration), (org.person_id, person)):
        mail = f"{values['Alias']}@example.com"
        _put(org, "User", record_id, {**values, "Email": mail, "Username": mail})
    for values in more:
        _put(org, "User", org.ids.new("005"), values)
    facts = {
        "Name": org.settings.get("name", "Sandbox Org"),
        "OrganizationType": "Developer Edition",
        "InstanceName": "LOOP1",
        "IsSandbox": True,
        "TimeZoneSidKey": "GMT",
        "LanguageLocaleKey": "en_US",
    }
    _put(org, "Organization", org.org_id, facts)


def _lead_statuses(org: Org, given: list[Values] | None) -> None:
    """[{value, default, converted}]: an org may rename them."""
    standard = org.whole_type("Lead").fields["Status"]
    listed = given or [
        {"value": v, "default": v == standard.default, "converted": v == CONVERTED}
        for v in standard.values
    ]
    default = next((s["value"] for s in listed if s.get("default")), listed[0]["value"])
    values = tuple(str(s["value"]) for s in listed)
    for kind in (org.whole_type("Lead"), org.type_named("Lead")):
        kind.add(replace(standard, values=values, default=str(default)))
    for order, status in enumerate(listed, 1):
        facts = {
            "MasterLabel": status["value"],
            "ApiName": status["value"],
            "SortOrder": order,
            "IsDefault": status["value"] == default,
            "IsConverted": bool(status.get("converted")),
        }
        _put(org, "LeadStatus", org.ids.new("01J"), facts)


def _stages(org: Org) -> None:
    for order, name in enumerate(org.whole_type("Opportunity").fields["StageName"].values, 1):
        won, likely = CLOSED.get(name, (False, STAGES.get(name, 0)))
        facts = {
            "MasterLabel": name,
            "ApiName": name,
            "IsActive": True,
            "SortOrder": order,
            "IsClosed": name in CLOSED,
            "IsWon": won,
            "DefaultProbability": likely,
        }
        _put(org, "OpportunityStage", org.ids.new("01J"), facts)


def _put(org: Org, name: str, record_id: str, values: Values) -> None:
    kind = org.whole_type(name)
    now = org.stamp()
    system = {
        "Id": record_id,
        "IsDeleted": False,
        "CreatedDate": now,
        "CreatedById": org.person_id,
        "LastModifiedDate": now,
        "LastModifiedById": org.person_id,
        "SystemModstamp": now,
    }
    full = {**dict.fromkeys(kind.fields), "IsActive": True, **values, **system}
    known = {key: full[key] for key in full if key in kind.fields or key == "IsDeleted"}
    org.table(kind).put(Record(record_id, derive(org, kind, known)))
