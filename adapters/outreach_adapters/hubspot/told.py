"""Answers questions about companies, deals and e-mails, for what is told once.

Rule: whether something was told is read from the store, through unique values and associations; search is
asked only for companies by their domain, where nothing else can be asked.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from outreach_adapters.hubspot.account import EVENT_KEY, HOST_KEY
from outreach_adapters.hubspot.lookups import Answer
from outreach_core.markers import email_marker

Body = dict[str, Any]
# https://developers.hubspot.com/docs/guides/api/crm/search#limitations: a body has 3000 characters
LONGEST_BODY = 2990
PAGE = 200
_FRAME = 180  # of a search body around its values
OUTGOING = "EMAIL"
EMAIL_FACTS = ("hs_timestamp", "hs_email_subject", "hs_email_direction")


class Teller(Protocol):
    """What these questions need of the client."""

    def search(self, query: Body, obj: str = ...) -> Body:
        """Return one page of a search."""
        ...

    def read(
        self,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        id_property: str | None = ...,
        archived: bool = ...,
        obj: str = ...,
    ) -> list[Body]:
        """Return the records with these ids or unique values."""
        ...

    def associated(self, start: str, end: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return, by id, what each record is associated with."""
        ...


def companies_by_host(client: Teller, hosts: Sequence[str]) -> Iterator[Answer]:
    """Yield for every host the companies that have it as their domain."""
    for some in chunks_of_hosts(hosts):
        owners: dict[str, list[str]] = {host: [] for host in some}
        for record in _with_domain(client, some):
            domain = str((record.get("properties") or {}).get("domain") or "").strip().lower()
            # hits come from an index that lags; what they show is fresh
            if domain in owners:
                owners[domain].append(str(record["id"]))
        for host, ids in owners.items():
            found = tuple(sorted(set(ids)))
            yield Answer("host", host, "found" if found else "missing", found, "companies")


def chunks_of_hosts(hosts: Sequence[str]) -> Iterator[list[str]]:
    """Cut hosts into pieces that fit into one search."""
    some: list[str] = []
    length = _FRAME
    for host in dict.fromkeys(hosts):
        size = len(json.dumps(host)) + 2  # as the library writes it: quotes, comma, space
        if some and length + size > LONGEST_BODY:
            yield some
            some, length = [], _FRAME
        some.append(host)
        length += size
    if some:
        yield some


def domain_query(hosts: Sequence[str]) -> Body:
    """Return the search for companies with one of these domains."""
    filters = [{"propertyName": "domain", "operator": "IN", "values": list(hosts)}]
    return {"filterGroups": [{"filters": filters}], "properties": ["domain"], "limit": PAGE}


def _with_domain(client: Teller, hosts: Sequence[str]) -> Iterator[Body]:
    after = None
    while True:
        query = domain_query(hosts) | ({"after": after} if after else {})
        page = client.search(query, "companies")
        yield from page.get("results") or ()
        after = ((page.get("paging") or {}).get("next") or {}).get("after")
        if not after:
            return


def by_key(client: Teller, obj: str, keys: Sequence[str]) -> Iterator[Answer]:
    """Yield for every key the record that carries it as a unique value."""
    name = HOST_KEY if obj == "companies" else EVENT_KEY
    records = client.read(list(keys), [name], id_property=name, obj=obj) if keys else []
    owners = {str((r.get("properties") or {}).get(name)).lower(): str(r["id"]) for r in records}
    for key in keys:
        found = owners.get(key.lower())
        yield Answer("event", key, "found" if found else "missing", (found,) if found else (), obj)


def told_of(client: Teller, people: Sequence[str], *, keyed: bool) -> Iterator[Answer]:
    """Yield what each person's e-mails are known by, then that the person was listed completely.

    Of a person whom HubSpot did not list completely nothing is said at all.

    Args:
        client: The account.
        people: Ids of contacts.
        keyed: Whether e-mails have the property that holds our key.
    """
    links = client.associated("contacts", "emails", list(people)) if people else {}
    ids = sorted({email for emails in links.values() for email in emails})
    names = [*EMAIL_FACTS, EVENT_KEY] if keyed else list(EMAIL_FACTS)
    emails = _emails(client, ids, names)
    for person, theirs in links.items():
        for email in theirs:
            if email in emails:
                yield from _known_by(person, emails[email])
        yield Answer("told_of", person, "found", (person,), "emails")


def _emails(client: Teller, ids: Sequence[str], names: Sequence[str]) -> dict[str, Body]:
    """Return e-mails by id; one that is not answered is asked for again before it counts as gone."""
    found: dict[str, Body] = {}
    for _ in range(2):
        missing = [email for email in ids if email not in found]
        if missing:
            found |= {str(r["id"]): r for r in client.read(missing, names, obj="emails")}
    return found


def _known_by(person: str, email: Mapping[str, Any]) -> Iterator[Answer]:
    facts = email.get("properties") or {}
    record = (str(email["id"]),)
    if facts.get(EVENT_KEY):
        yield Answer("event", str(facts[EVENT_KEY]), "found", record, "emails")
    if not facts.get("hs_timestamp"):
        return
    at = datetime.fromisoformat(str(facts["hs_timestamp"]))
    direction = "outgoing" if facts.get("hs_email_direction") == OUTGOING else "incoming"
    key = sighting(person, direction, at, str(facts.get("hs_email_subject") or ""))
    yield Answer("marker", key, "found", record, "emails")


def sighting(person: str, direction: str, at: datetime, subject: str) -> str:
    """Return what an e-mail of a person is recognised by, whether it was read or is to be logged."""
    second = at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    return f"{person}:{email_marker(direction, second, subject)}"
