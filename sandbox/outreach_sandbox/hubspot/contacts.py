"""Contacts (0-1), as registered with the generic object rules.

The one rule: only facts about contacts are here; how records are kept and written is not.

https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot import schema
from outreach_sandbox.hubspot.objects import ObjectType

if TYPE_CHECKING:
    from collections.abc import Mapping

# https://developers.hubspot.com/docs/guides/api/crm/objects/contacts: stages only move forward
STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
)


def derive(properties: Mapping[str, str]) -> dict[str, str]:
    """What HubSpot computes from the values a contact has."""
    email = properties.get("email") or ""
    name = f"{properties.get('firstname') or ''} {properties.get('lastname') or ''}".strip()
    phone = re.sub(r"\D", "", properties.get("phone") or "")
    return {
        "hs_email_domain": email.rpartition("@")[2],
        "hs_full_name_or_email": name or email,
        "hs_searchable_calculated_phone_number": phone[-10:],
    }


def at_creation(record_id: str) -> dict[str, str]:
    """What HubSpot sets on a new contact that the client did not send."""
    return {
        "hs_all_contact_vids": record_id,
        "hs_is_contact": "true",
        "hs_is_unworked": "true",
        "hs_pipeline": "contacts-lifecycle-pipeline",
        "hs_registered_member": "0",
        "hs_sequences_actively_enrolled_count": "0",
        "lifecyclestage": "lead",
        "num_notes": "0",
    }


CONTACTS = ObjectType(
    type_id="0-1",
    name="contacts",
    label="CONTACT",
    modified_property="lastmodifieddate",
    default_properties=(
        "createdate",
        "email",
        "firstname",
        "hs_object_id",
        "lastmodifieddate",
        "lastname",
    ),
    always_shown=("createdate", "hs_object_id", "lastmodifieddate"),
    schema=schema.contacts,
    derive=derive,
    at_creation=at_creation,
    echoed=("createdate", "hs_object_id", "lastmodifieddate"),
    occasional=(
        "hs_all_contact_vids",
        "hs_email_domain",
        "hs_full_name_or_email",
        "hs_is_contact",
        "hs_is_unworked",
        "hs_object_source",
        "hs_object_source_id",
        "hs_object_source_label",
        "hs_pipeline",
        "hs_searchable_calculated_phone_number",
        "lifecyclestage",
        "num_notes",
    ),
    required_any=("email", "firstname", "lastname"),
    conflict_text="Contact already exists",
    natural_key="email",
    additional_keys="hs_additional_emails",
    merged_values=("email", "hs_additional_emails"),
    all_ids="hs_all_contact_vids",
    company_by="email",
    main_company="associatedcompanyid",
    forward_only=("lifecyclestage", STAGES),
    searched_by_query=("firstname", "lastname", "email", "phone", "company"),
)
