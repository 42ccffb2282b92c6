"""What of a rule file is not a field: the outreach system's own columns, companies, e-mails, deals.

The rule: data only; what is left out has the safe default, and a section that is absent switches nothing on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from outreach_core.model import EffectKind, EffectRules, Side

DEAL_WORDS = ("{business_name}", "{campaign}", "{contact_person}")  # of a deal's name


@dataclass(frozen=True, slots=True)
class OutreachColumns:
    """Headers of the columns that the outreach system writes itself."""

    sent: str = "Date Sent"
    subject: str = "Generated Subject"
    body: str = "Generated Body"
    answered: str = "Last Response"
    details: str = "Response Details"
    sentiment: str = "Sentiment"
    snippet: str = "Reply Snippet"


@dataclass(frozen=True, slots=True)
class CompanyRules:
    """Which of a row's fields names its company's website, and whose websites are everybody's."""

    website: str = "website"
    shared_hosts: tuple[str, ...] = ()

    def host(self, key: str | None) -> str | None:
        """Return the host that stands for a company.

        Args:
            key: The website as compared: host, path and query without scheme and ``www.``.

        >>> CompanyRules(shared_hosts=("instagram.com",)).host("shop.example.com/tea")
        'shop.example.com'
        >>> CompanyRules(shared_hosts=("instagram.com",)).host("tr.instagram.com/tea")
        """
        if not key:
            return None
        host = key.split("/")[0].split("?")[0].split(":")[0]
        shared = any(host == known or host.endswith(f".{known}") for known in self.shared_hosts)
        return None if shared or "." not in host else host


@dataclass(frozen=True, slots=True)
class EmailRules:
    """What is logged of e-mails; ``sender`` is the address they are sent from, if it is known."""

    log: bool = False
    log_replies: bool = False
    sender: str = ""


@dataclass(frozen=True, slots=True)
class DealRules:
    """What a deal or opportunity starts with; after that it belongs to the sales team.

    Attributes:
        pipeline: HubSpot's pipeline id; Salesforce has none.
        stage: HubSpot's stage id, Salesforce's stage name.
        owner: Id or e-mail address of its owner; blank leaves it to the CRM.
    """

    create: bool = False
    name: str = "{business_name}"
    pipeline: str = ""
    stage: str = ""
    amount: str = ""
    owner: str = ""
    close_in_days: int = 30


@dataclass(frozen=True, slots=True)
class TellingRules:
    """What a CRM's rule file says about companies, e-mails and deals."""

    companies: bool = False
    emails: EmailRules = field(default_factory=EmailRules)
    deals: DealRules = field(default_factory=DealRules)

    def effects(self, side: Side) -> EffectRules:
        """Return what the planner has to know of it."""
        on = {
            EffectKind.EMAIL: self.emails.log,
            EffectKind.REPLY: self.emails.log_replies,
            EffectKind.DEAL: self.deals.create,
            EffectKind.COMPANY: self.companies,
        }
        objects = {kind: name for kind, name in _OBJECTS[side].items() if on[kind]}
        return EffectRules(
            objects,
            _KEYED[side],
            _COMPANY_OBJECTS.get(side, ""),
            self.deals.name,
            self.deals.close_in_days,
        )


_OBJECTS: Mapping[Side, Mapping[EffectKind, str]] = {
    Side.HUBSPOT: {
        EffectKind.EMAIL: "emails",
        EffectKind.REPLY: "emails",
        EffectKind.DEAL: "deals",
        EffectKind.COMPANY: "associations",
    },
    Side.SALESFORCE: {
        EffectKind.EMAIL: "tasks",
        EffectKind.REPLY: "tasks",
        EffectKind.DEAL: "opportunities",
    },
}
_COMPANY_OBJECTS = {Side.HUBSPOT: "companies"}
# activities of HubSpot can have no unique property
# https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm#unique-identifiers
_KEYED = {
    Side.HUBSPOT: frozenset((EffectKind.DEAL,)),
    Side.SALESFORCE: frozenset((EffectKind.EMAIL, EffectKind.REPLY, EffectKind.DEAL)),
}
