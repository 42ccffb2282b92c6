"""Finds the contacts that plain e-mails and deals name by address.

Rule: from the store, by the unique property; further addresses lead to their owner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.lookups import values_of

COMPANY = "associatedcompanyid"


@dataclass(frozen=True)
class Person:
    """A contact, and the company it is in, if any."""

    record_id: str
    company_id: str | None


def by_email(client: HubSpotClient, addresses: Sequence[str]) -> dict[str, Person]:
    """Return the contacts by lower-cased address; unknown addresses are left out."""
    asked = list(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
    if not asked:
        return {}
    names = ["email", "hs_additional_emails", COMPANY]
    found: dict[str, Person] = {}
    for record in client.read(asked, names, id_property="email"):
        company = (record.get("properties") or {}).get(COMPANY) or None
        for value in values_of(record, "email"):
            found[value.lower()] = Person(str(record["id"]), company)
    return found
