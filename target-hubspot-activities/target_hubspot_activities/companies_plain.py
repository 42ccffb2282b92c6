"""Writes companies that no ledger planned: each by its id, else by its website's host.

Rule: a domain leads to one company or to none; where several have it, nobody is chosen.

https://developers.hubspot.com/docs/guides/api/crm/objects/companies
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot import told
from outreach_adapters.hubspot.account import HOST_KEY
from outreach_adapters.hubspot.answers import TRACE
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_adapters.singer.contracts import text
from outreach_core.mapping import CompanyRules
from outreach_core.mapping.raw import Seen
from outreach_core.mapping.web import read_url
from target_hubspot_activities.companies import COMPANIES
from target_hubspot_activities.contracts import COMPANIES as CONTRACT
from target_hubspot_activities.plain import is_property
from target_hubspot_activities.plain_answers import Reject, settle
from target_hubspot_activities.repeats import rounds

Body = dict[str, Any]
Record = Mapping[str, Any]
Before = Callable[[], None]
Owners = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Keyed:
    """A record, what of it is sent, and what it is known by: an id or a host."""

    record: Record
    record_id: str
    host: str
    properties: Body

    @property
    def key(self) -> str:
        """What it is known by; an id has no dot."""
        return self.record_id or self.host


def host_of(address: Any) -> str | None:
    """Return the host of a company's website, however it was typed."""
    seen = read_url(str(address).strip()) if address else None
    return CompanyRules().host(seen.key) if isinstance(seen, Seen) else None


def upsert(
    client: HubSpotClient, records: Sequence[Record], *, before: Before, reject: Reject
) -> None:
    """Write the records; one that is said again in the same batch is written after the first.

    | # | the company | written as |
    |---|---|---|
    | 1 | has an id | update |
    | 2 | carries the host as our key, or alone has the domain | update |
    | 3 | several have the domain | refused: nobody is chosen |
    | 4 | else | create |

    Raises:
        OutreachError: Nothing can be written now; some may have been.
    """
    keyed = [found for record in records if (found := _keyed(record, reject)) is not None]
    for group in rounds(keyed, lambda item: item.key):
        of_host = owners(client, [item.host for item in group if not item.record_id], before)
        updates: list[tuple[Keyed, str]] = []
        creates: list[Keyed] = []
        for item in group:
            known = (item.record_id,) if item.record_id else of_host.get(item.host, ())
            if len(known) == 1:  # (1) (2)
                updates.append((item, known[0]))
            elif known:  # (3)
                reject(item.record, {"code": "ambiguous", "message": "Several have this domain."})
            else:  # (4)
                creates.append(item)
        _update(client, updates, before, reject)
        _create(client, creates, before, reject)


def owners(client: HubSpotClient, hosts: Sequence[str], before: Before) -> Owners:
    """Return the companies of each host: the one with our key, else all that have it as domain."""
    if not hosts:
        return {}
    before()
    found = {a.key: a.record_ids for a in told.by_key(client, COMPANIES, hosts) if a.record_ids}
    rest = [host for host in hosts if host not in found]
    return found | {a.key: a.record_ids for a in told.companies_by_host(client, rest)}


def _keyed(record: Record, reject: Reject) -> Keyed | None:
    record_id, domain = text(record, "id"), text(record, "domain")
    host = host_of(domain)
    trouble = CONTRACT.trouble(record)
    if domain and host is None:
        trouble = {"code": "bad_domain", "message": "domain is no company's web address."}
    if trouble:
        reject(record, trouble)
        return None
    given = {n: v for n, v in record.items() if is_property(n) and v not in (None, "")}
    if host is not None:
        given["domain"] = host
    return Keyed(record, record_id, host or "", given)


def _update(
    client: HubSpotClient, items: Sequence[tuple[Keyed, str]], before: Before, reject: Reject
) -> None:
    todo = [(item, known, changes) for item, known in items if (changes := _changes(item))]
    answers = send(
        lambda some: client.batch_update(some, repeatable=True, obj=COMPANIES),
        [
            {"id": known, "properties": changes, TRACE: str(number)}
            for number, (_, known, changes) in enumerate(todo)
        ],
        before=before,
    )
    settle([item.record for item, _, _ in todo], answers, reject)


def _changes(item: Keyed) -> Body:
    """Return what is written over a company; a domain that it was found by stays as it is."""
    return {n: v for n, v in item.properties.items() if item.record_id or n != "domain"}


def _create(client: HubSpotClient, items: Sequence[Keyed], before: Before, reject: Reject) -> None:
    answers = send(
        lambda some: client.batch_create(some, COMPANIES),
        [
            {
                "properties": {"name": item.host, **item.properties, HOST_KEY: item.host},
                "associations": [],
                TRACE: str(number),
            }
            for number, item in enumerate(items)
        ],
        before=before,
    )
    settle([item.record for item in items], answers, reject)
