"""Companies (0-2), as registered with the generic object rules.

The one rule: nothing about a company is unique, not even its domain.

https://developers.hubspot.com/docs/guides/api/crm/objects/companies
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot import schema
from outreach_sandbox.hubspot.company_domains import bare
from outreach_sandbox.hubspot.contacts import STAGES
from outreach_sandbox.hubspot.objects import Judgement, ObjectType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Portal


def derive(properties: Mapping[str, str]) -> dict[str, str]:
    """What HubSpot computes from the values a company has.

    A website that was never set is filled from the domain; one that was cleared stays empty
    (recorded both ways).
    """
    phone = re.sub(r"\D", "", properties.get("phone") or "")
    found = {"hs_searchable_calculated_phone_number": phone[-10:]}
    if properties.get("domain") and "website" not in properties:
        found["website"] = properties["domain"]
    return found


def at_creation(_record_id: str) -> dict[str, str]:
    """What HubSpot sets on a new company that the client did not send."""
    return {"hs_pipeline": "companies-lifecycle-pipeline", "lifecyclestage": "lead"}


def judge(portal: Portal, _present: Mapping[str, str], sent: Mapping[str, str]) -> Judgement:
    """Nothing is objected to; a domain may be bared of what is none."""
    domain = sent.get("domain")
    if not domain or not portal.switches.domains_are_bared:
        return Judgement()
    return Judgement(values={"domain": bare(domain)})


COMPANIES = ObjectType(
    type_id="0-2",
    name="companies",
    label="COMPANY",
    modified_property="hs_lastmodifieddate",
    default_properties=("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name"),
    always_shown=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    schema=schema.companies,
    derive=derive,
    at_creation=at_creation,
    echoed=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    echoed_at_creation=("website",),
    occasional=(
        "hs_object_source",
        "hs_object_source_id",
        "hs_object_source_label",
        "hs_pipeline",
        "hs_searchable_calculated_phone_number",
        "lifecyclestage",
    ),
    required_any=("name", "domain"),
    judge=judge,
    merged_values=("domain", "hs_additional_domains"),
    scopes="companies",
    forward_only=("lifecyclestage", STAGES),
    searched_by_query=("website", "phone", "name", "domain"),
)
