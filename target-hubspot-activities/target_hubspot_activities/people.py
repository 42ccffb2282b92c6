"""Finds what plain e-mails and deals belong to: the contact they name by address, and a company.

Rule: contacts are read from the store, by the unique property; further addresses lead to their owner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.lookups import values_of
from outreach_adapters.singer.contracts import text
from target_hubspot_activities.companies_plain import host_of, owners
from target_hubspot_activities.made import Tie

Record = Mapping[str, Any]
COMPANY = "associatedcompanyid"


@dataclass(frozen=True)
class Person:
    """A contact, and the company it is in, if any."""

    record_id: str
    company_id: str | None


class Belongings:
    """The contacts and companies that some records name."""

    def __init__(
        self, client: HubSpotClient, records: Sequence[Record], before: Callable[[], None]
    ) -> None:
        """Keep what is asked; `look` asks."""
        self._client = client
        self._records = records
        self._before = before
        self._people: dict[str, Person] = {}
        self._companies: Mapping[str, tuple[str, ...]] = {}

    def look(self) -> None:
        """Ask HubSpot for all of them."""
        addresses = [text(record, "contact_email") for record in self._records]
        if any(addresses):
            self._before()
            self._people = by_email(self._client, addresses)
        hosts = {host for r in self._records if (host := host_of(r.get("company_domain")))}
        self._companies = owners(self._client, sorted(hosts), self._before)

    def ties(self, record: Record) -> tuple[Tie, ...] | None:
        """Return what a record is tied to; nothing if it names a contact who is not there.

        | # | the company | from |
        |---|---|---|
        | 1 | the one that has the domain named | ``company_domain`` |
        | 2 | none or several have it, or none is named | the contact |
        """
        address = text(record, "contact_email").lower()
        person = self._people.get(address)
        if address and person is None:
            return None
        named = self._companies.get(host_of(record.get("company_domain")) or "", ())
        own = person.company_id if person else None
        company = named[0] if len(named) == 1 else own  # (1) (2)
        ties = [Tie("contacts", person.record_id)] if person else []
        return (*ties, *([Tie("companies", company)] if company else []))


def by_email(client: HubSpotClient, addresses: Sequence[str]) -> dict[str, Person]:
    """Return the contacts by lower-cased address; unknown addresses are left out."""
    trimmed = [address.strip().lower() for address in addresses]
    # what is no address is nobody's; HubSpot could refuse the whole look-up for it
    asked = list(dict.fromkeys(one for one in trimmed if "@" in one and len(one.split()) == 1))
    if not asked:
        return {}
    names = ["email", "hs_additional_emails", COMPANY]
    found: dict[str, Person] = {}
    for record in client.read(asked, names, id_property="email"):
        company = (record.get("properties") or {}).get(COMPANY) or None
        for value in values_of(record, "email"):
            found[value.lower()] = Person(str(record["id"]), company)
    return found
