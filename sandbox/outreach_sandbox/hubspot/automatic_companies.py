"""Companies HubSpot makes by itself from a contact's e-mail address.

The one rule: only where the account setting is on; a contact that has a company keeps it.

https://knowledge.hubspot.com/records/automatically-create-and-associate-companies-with-contacts
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.company_domains import bare
from outreach_sandbox.hubspot.linking import PlannedLink, connect
from outreach_sandbox.hubspot.links import primary
from outreach_sandbox.hubspot.store import Source
from outreach_sandbox.hubspot.writes import commit, plan_create

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

COMPANY = "0-2"
MADE_BY = Source("CONTACTS", "company-by-domain")
# https://knowledge.hubspot.com/forms/what-domains-are-blocked-when-using-the-forms-email-domains-to-block-feature
FREE_MAIL = frozenset(
    {
        *("aol.com", "gmail.com", "gmx.com", "gmx.net", "googlemail.com", "hotmail.com"),
        *("icloud.com", "live.com", "mail.com", "me.com", "msn.com", "outlook.com"),
        *("proton.me", "protonmail.com", "yahoo.com", "yandex.com", "yandex.ru", "ymail.com"),
    }
)


def heard(portal: Portal, kind: Kind, record_id: int, now_ms: int) -> None:
    """A contact was written: once per domain, look for its company some seconds later."""
    if kind.type.type_id == COMPANY:
        portal.company_domains.follow(kind.store, record_id)
    record = kind.store.records.get(record_id)
    if not portal.switches.auto_company or kind.type.company_by is None:
        return
    if record is None or not record.live:
        return
    domain = _domain(kind, record)
    if domain and portal.domains_tried.get(record_id) != domain:
        portal.domains_tried[record_id] = domain
        kind.timeline.later(record_id, now_ms, partial(_arrive, portal, kind, record_id))


def look_through(portal: Portal, now_ms: int) -> None:
    """Look for the companies of all contacts there are."""
    for kind in portal.kinds.values():
        if kind.type.company_by is not None:
            for record_id in kind.store.live_ids:
                heard(portal, kind, record_id, now_ms)


def _domain(kind: Kind, record: Record) -> str:
    """The domain of the address; for free mail that of the website, if there is one."""
    address = record.properties.get(kind.type.company_by or "") or ""
    domain = address.rpartition("@")[2]
    if domain not in FREE_MAIL:
        return domain
    return bare(record.properties.get("website") or "")


def _arrive(portal: Portal, kind: Kind, record_id: int, at_ms: int) -> None:
    """Associate the oldest company of that domain, or a new one.

    | # | case | outcome |
    |---|---|---|
    | 1 | the contact is gone, has a company, or has free mail and no website | nothing |
    | 2 | a company has the domain | it becomes the contact's primary one |
    | 3 | otherwise | a new one does |
    """
    record = kind.store.records.get(record_id)
    main = primary(kind.type.type_id, COMPANY)
    if record is None or not record.live or main is None:
        return
    domain = _domain(kind, record)
    if not domain or portal.links.of(kind.type.type_id, record_id, COMPANY):  # (1)
        return
    store = portal.kinds[COMPANY].store
    company_id = portal.company_domains.oldest(store, domain)  # (2)
    if company_id is None:  # (3)
        companies = portal.kinds[COMPANY]
        name = domain.partition(".")[0].capitalize()
        plan = plan_create(portal, companies, {"domain": domain, "name": name})
        company_id = commit(portal, companies, plan, at_ms, MADE_BY).id
    connect(portal, record_id, [PlannedLink(main, company_id)], at_ms)
