"""Finds the leads and contacts that plain tasks and opportunities name by address.

Rule: from the store, the open lead before the contact; where several have an address, none is chosen.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_lead.htm
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.account import CONTACT, LEAD
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.reading import CONVERTED, ID, Reading
from outreach_core.errors import OutreachError

EMAIL, ACCOUNT_ID = "Email", "AccountId"
CONTACT_PREFIX = "003"


@dataclass(frozen=True)
class Person:
    """Who has an address; several, if it cannot be told whose it is."""

    ids: tuple[str, ...] = ()

    @property
    def record_id(self) -> str | None:
        """The one who has it."""
        return self.ids[0] if len(self.ids) == 1 else None


def by_email(
    client: SalesforceClient, addresses: Iterable[str], before: Callable[[], None]
) -> dict[str, Person]:
    """Return people by lower-cased address; addresses that nobody has are left out.

    Raises:
        OutreachError: They cannot be looked up.
    """
    asked = [
        a for a in dict.fromkeys(text.strip().lower() for text in addresses) if soql.askable(a)
    ]
    if not asked:
        return {}
    leads, contacts = Reading(client, LEAD, [EMAIL]), Reading(client, CONTACT, [EMAIL])
    still_open = soql.is_flag(CONVERTED, on=False)
    parts = {
        LEAD: leads.parts("leads", EMAIL, asked, still_open),
        CONTACT: contacts.parts("contacts", EMAIL, asked),
    }
    before()
    answers = client.ask([part for listed in parts.values() for part in listed])
    found: dict[str, Person] = {}
    for of, reading in ((CONTACT, contacts), (LEAD, leads)):
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for part in parts[of]:
            for row in reading.rows(answers[part.ref]):
                owners[str(row[EMAIL]).strip().lower()].append(str(row[ID]))
        found |= {address: Person(tuple(ids)) for address, ids in owners.items()}
    return found


def accounts_of(
    client: SalesforceClient, ids: Iterable[str], before: Callable[[], None]
) -> dict[str, str]:
    """Return the account of each of these contacts that has one; leads have none."""
    ids = [one for one in ids if one.startswith(CONTACT_PREFIX)]
    if not ids:
        return {}
    before()
    rows = client.read(CONTACT, list(dict.fromkeys(ids)), [ID, ACCOUNT_ID])
    return {str(row[ID]): str(row[ACCOUNT_ID]) for row in rows if row.get(ACCOUNT_ID)}


def user_id(client: SalesforceClient, owner: str) -> str | None:
    """Return the active user with this username, else the only one with this e-mail address.

    https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm
    """
    active = soql.is_flag("IsActive", on=True)
    parts = [
        composite.query(name.lower(), soql.select([ID], "User", soql.equals(name, owner), active))
        for name in ("Username", EMAIL)
    ]
    answers = client.ask(parts)
    for part in parts:
        answer = answers[part.ref]
        if isinstance(answer, OutreachError):
            raise answer
        ids = [str(row[ID]) for row in answer.get("records") or ()]
        if len(ids) == 1:
            return ids[0]
    return None
