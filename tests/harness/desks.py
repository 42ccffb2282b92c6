"""Who sits at a CRM: what people see of its records there, and what they do to them.

The rule: both CRMs have the same doors here, so that a day can be lived with either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from harness.project import ROOT
from outreach_core.mapping import load_rules
from outreach_core.mapping.rules import Reading
from outreach_sandbox.kernel.client import Control

Shown = dict[str, Any]  # {"id": …, "properties": {name: value}}


class Desk(Protocol):
    """One CRM as its people know it."""

    side: str
    places: Mapping[str, tuple[str, ...]]  # column of the sheet → properties
    row_id: str
    needed: frozenset[str]  # properties that no record is without

    def read(self, properties: dict[str, Any]) -> Reading: ...
    def live(self) -> list[Shown]: ...
    def others(self) -> list[Shown]: ...
    def gone(self) -> list[Shown]: ...
    def edit(self, record_id: str, values: dict[str, Any]) -> None: ...
    def delete(self, record_id: str) -> None: ...
    def restore(self, record_id: str) -> None: ...
    def merge(self, primary: str, other: str) -> None: ...
    def opt_out(self, record_id: str, *, out: bool) -> None: ...
    def is_out(self, properties: Mapping[str, Any]) -> bool: ...
    def once(self) -> list[str]: ...
    def told(self) -> dict[str, int]: ...
    def may_move(self, name: str) -> bool: ...
    def unique(self, records: Iterable[dict[str, Any]]) -> list[str]: ...


@dataclass(frozen=True)
class HubSpotDesk:
    """HubSpot's contacts."""

    control: Control
    side: ClassVar[str] = "hubspot"
    row_id: ClassVar[str] = "outreach_row_id"
    needed: ClassVar[frozenset[str]] = frozenset({"email"})
    places: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Business Name": ("company",),
        "Contact Person": ("firstname", "lastname"),
        "Email": ("email",),
        "Phone": ("phone",),
        "Website": ("website",),
        "Location": ("city",),
    }

    def read(self, properties: dict[str, Any]) -> Reading:
        """Return a contact in canonical form."""
        return _RULES["hubspot"].read(properties)

    def live(self) -> list[Shown]:
        """Return the contacts that are there."""
        return [one for one in self._all() if not one.get("archived")]

    def others(self) -> list[Shown]:
        """Return what else a row may be linked to: nothing."""
        return []

    def gone(self) -> list[Shown]:
        """Return the contacts in the bin."""
        return [one for one in self._all() if one.get("archived")]

    def _all(self) -> list[Shown]:
        return list(self.control.people("hubspot", "contacts")["contacts"])

    def edit(self, record_id: str, values: dict[str, Any]) -> None:
        """Edit a contact."""
        self.control.people("hubspot", "edit", id=record_id, properties=values)

    def delete(self, record_id: str) -> None:
        """Put a contact into the bin."""
        self.control.people("hubspot", "delete", id=record_id)

    def restore(self, record_id: str) -> None:
        """Bring a contact back."""
        self.control.people("hubspot", "restore", id=record_id)

    def merge(self, primary: str, other: str) -> None:
        """Merge two contacts into a new one."""
        self.control.people("hubspot", "merge", primary=primary, other=other)

    def opt_out(self, record_id: str, *, out: bool) -> None:
        """Opt a contact out of all e-mail, or in again."""
        self.control.people("hubspot", "opt_out", id=record_id, out=out)

    def is_out(self, properties: Mapping[str, Any]) -> bool:
        """Tell whether a contact unsubscribed from all e-mail."""
        return properties.get("hs_email_optout") == "true"

    def once(self) -> list[str]:
        """Return nothing: HubSpot keeps no key of what it was told."""
        return []

    def told(self) -> dict[str, int]:
        """Return how many e-mails and deals there are."""
        door = self.control.people
        return {
            kind: len(door("hubspot", "records", object=kind)["records"])
            for kind in ("emails", "deals")
        }

    def may_move(self, name: str) -> bool:
        """Whether a run may change this property: mapped, ours, or moved by HubSpot itself."""
        mapped = {place for places in self.places.values() for place in places}
        return name in mapped or name.startswith(_MOVED_BY_HUBSPOT)

    def unique(self, records: Iterable[dict[str, Any]]) -> list[str]:
        """Return what no two contacts share."""
        return [one["email"].lower() for one in records if one.get("email")]


_MOVED_BY_HUBSPOT = (
    *("outreach_", "hs_", "lastmodified", "notes_", "num_", "associatedcompany"),
    *("first_deal", "recent_", "lifecyclestage"),
)


@dataclass(frozen=True)
class SalesforceDesk:
    """Salesforce's leads; one that was converted is no lead any more."""

    control: Control
    side: ClassVar[str] = "salesforce"
    row_id: ClassVar[str] = "Outreach_Id__c"
    needed: ClassVar[frozenset[str]] = frozenset({"Email", "Company", "LastName"})
    places: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Business Name": ("Company",),
        "Contact Person": ("FirstName", "LastName"),
        "Email": ("Email",),
        "Phone": ("Phone",),
        "Website": ("Website",),
        "Location": ("City",),
    }

    def read(self, properties: dict[str, Any]) -> Reading:
        """Return a lead, or the contact it became, in canonical form."""
        rules = _RULES["salesforce"]
        is_contact = str(properties["Id"]).startswith("003")
        return (rules.converted if is_contact and rules.converted else rules).read(properties)

    def live(self) -> list[Shown]:
        """Return the leads that are there and were not converted."""
        return [one for one in self._all() if not _is(one, "IsDeleted", "IsConverted")]

    def others(self) -> list[Shown]:
        """Return the contacts: what a lead was converted to, or whom a row met there."""
        found = self.control.people("salesforce", "records", object="Contact")["records"]
        return [{"id": one["id"], "properties": one} for one in found if not one.get("IsDeleted")]

    def gone(self) -> list[Shown]:
        """Return the leads in the recycle bin that can come back."""
        return [
            one
            for one in self._all()
            if _is(one, "IsDeleted") and not one["properties"].get("MasterRecordId")
        ]

    def _all(self) -> list[Shown]:
        found = self.control.people("salesforce", "records", object="Lead")["records"]
        return [{"id": one["id"], "properties": one} for one in found]

    def edit(self, record_id: str, values: dict[str, Any]) -> None:
        """Edit a lead."""
        texts = {name: value or None for name, value in values.items()}
        self.control.people("salesforce", "edit", id=record_id, values=texts)

    def delete(self, record_id: str) -> None:
        """Put a lead into the recycle bin."""
        self.control.people("salesforce", "delete", id=record_id)

    def restore(self, record_id: str) -> None:
        """Bring a lead back."""
        self.control.people("salesforce", "undelete", id=record_id)

    def merge(self, primary: str, other: str) -> None:
        """Merge a lead into another."""
        self.control.people("salesforce", "merge", master=primary, other=other)

    def convert(self, record_id: str) -> None:
        """Convert a lead to an account and a contact."""
        self.control.people("salesforce", "convert", id=record_id)

    def opt_out(self, record_id: str, *, out: bool) -> None:
        """Opt a lead out of e-mail, or in again."""
        values = {"HasOptedOutOfEmail": out}
        self.control.people("salesforce", "edit", id=record_id, values=values)

    def is_out(self, properties: Mapping[str, Any]) -> bool:
        """Tell whether a lead wants no e-mail."""
        return bool(properties.get("HasOptedOutOfEmail"))

    def told(self) -> dict[str, int]:
        """Return nothing: the keys tell more than numbers."""
        return {}

    def once(self) -> list[str]:
        """Return what may be there once: logged e-mails and opportunities, by their keys."""
        found = []
        for kind in ("Task", "Opportunity"):
            records = self.control.people("salesforce", "records", object=kind)["records"]
            found += [one["Outreach_Id__c"] for one in records if not one.get("IsDeleted")]
        return [key for key in found if key]

    def may_move(self, name: str) -> bool:
        """Whether a run may change this field: mapped, ours, or moved by Salesforce itself."""
        mapped = {place for places in self.places.values() for place in places}
        return name in mapped or name.endswith("__c") or name in _MOVED_BY_SALESFORCE

    def unique(self, records: Iterable[dict[str, Any]]) -> list[str]:
        """Return what no two leads share: our key alone, an address may be on many."""
        return [one["Outreach_Id__c"] for one in records if one.get("Outreach_Id__c")]


_MOVED_BY_SALESFORCE = frozenset(
    {
        *("Name", "Status", "Street", "Address", "LastActivityDate"),
        *("LastModifiedDate", "LastModifiedById", "SystemModstamp"),
        *("MailingCity", "MailingStreet", "MailingAddress"),
    }
)


_RULES = {
    side: load_rules(ROOT / f"transforms/rules/{side}.yml") for side in ("hubspot", "salesforce")
}


def _is(shown: Shown, *names: str) -> bool:
    return any(shown["properties"].get(name) for name in names)


def desk_of(job: str, control: Control) -> Desk:
    """Return the desk of the CRM that a job is about."""
    return SalesforceDesk(control) if job.startswith("salesforce") else HubSpotDesk(control)
