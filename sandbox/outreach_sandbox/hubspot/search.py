"""Search: matched on the lagging index, answered from the store.

The one rule: `total` counts what the index believes; what the store no longer has is left out
of `results` without a word. Recorded against the real service: 41 answers said total 1 and
held no result, 12 returned a record that no longer matched the filter.

https://developers.hubspot.com/docs/guides/api/crm/search
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from outreach_sandbox.hubspot import reading
from outreach_sandbox.hubspot.filters import Filter, Linked, Test, comparer, parse
from outreach_sandbox.hubspot.wire import Answer, Problem, RefusedError, bad_json

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from outreach_sandbox.hubspot.portal import Kind, Portal

# https://developers.hubspot.com/docs/guides/api/crm/search#limitations
MAX_LIMIT = 200
MAX_HITS = 10_000
MAX_BODY = 3000
MAX_GROUPS, MAX_FILTERS, MAX_ALL_FILTERS = 5, 6, 18


@dataclass(frozen=True)
class Query:
    """A search as read from its body."""

    groups: tuple[tuple[Filter | Linked, ...], ...]
    sort: str | None
    descending: bool
    text: str
    limit: int
    after: int
    view: reading.View


def parse_query(portal: Portal, kind: Kind, body: Any, length: int) -> Query:
    """Read a search body, refusing what the vendor refuses."""
    if not isinstance(body, dict):
        raise RefusedError(bad_json("an object"))
    if length > MAX_BODY:
        _refuse(f"The request body is longer than {MAX_BODY} characters")
    # filters outside of any group are one group: recorded, and not documented
    listed = body.get("filterGroups") or ([body] if body.get("filters") else ())
    groups = tuple(_group(portal, kind, raw) for raw in listed)
    if len(groups) > MAX_GROUPS or sum(map(len, groups)) > MAX_ALL_FILTERS:
        _refuse(f"at most {MAX_GROUPS} filterGroups and {MAX_ALL_FILTERS} filters are allowed")
    sort, descending = _sort(kind, body.get("sorts") or [])
    limit, after = _paging(body)
    return Query(
        groups,
        sort,
        descending,
        str(body.get("query") or "").strip().lower(),
        limit,
        after,
        reading.View(tuple(body.get("properties") or ())),
    )


def run(portal: Portal, kind: Kind, query: Query) -> Answer:
    """Match on the index, page over the hits, show what the store still has."""
    hits = _matching(kind, query)
    page = _page(portal, kind, query, hits)
    records = [kind.store.records.get(record_id) for record_id in page]
    body: dict[str, Any] = {
        "total": len(hits),
        "results": [reading.show(portal, kind, r, query.view) for r in records if r and r.live],
    }
    end = query.after + query.limit
    if end < len(hits):
        body["paging"] = {"next": {"after": str(end)}}
    return Answer(200, body)


def _matching(kind: Kind, query: Query) -> Collection[int]:
    if not query.groups:
        found: Collection[int] = kind.index.entries
    elif len(query.groups) == 1:
        found = _group_hits(kind, query.groups[0])
    else:
        found = set().union(*(_group_hits(kind, group) for group in query.groups))
    if not query.text:
        return found
    words = query.text.split()
    return [i for i in found if _mentions(kind, kind.index.entries[i], words)]


def _group_hits(kind: Kind, group: tuple[Filter | Linked, ...]) -> list[int]:
    entries = kind.index.entries
    known = [c for c in (f.candidates(kind.index) for f in group) if c is not None]
    pool: Collection[int] = min(known, key=len) if known else entries
    tests: list[Test] = [f.test() for f in group]
    return [i for i in pool if all(test(entries[i]) for test in tests)]


def _mentions(kind: Kind, properties: dict[str, str], words: list[str]) -> bool:
    text = " ".join(properties.get(n) or "" for n in kind.type.searched_by_query).lower()
    return all(word in text for word in words)


def _page(portal: Portal, kind: Kind, query: Query, hits: Collection[int]) -> list[int]:
    """The ids of one page; https://developers.hubspot.com/docs/guides/api/crm/search#sort-results."""
    tie = _tie(ordered=portal.switches.search_ties_by_id)
    rank = _rank(kind, query)
    wanted = query.after + query.limit
    chosen: list[int] = heapq.nsmallest(wanted, hits, key=lambda i: (*rank(i), tie(i)))
    return chosen[query.after :]


def _rank(kind: Kind, query: Query) -> Callable[[int], tuple[Any, ...]]:
    entries = kind.index.entries
    name = query.sort or kind.type.created_property  # the default order is that of creation
    key = comparer(kind.schema.properties[name])
    numeric = kind.schema.properties[name].type in ("datetime", "date", "number")
    sign = -1 if query.descending else 1

    def number(record_id: int) -> tuple[Any, ...]:
        value = key(entries[record_id].get(name) or "")
        return (value is None, sign * value if isinstance(value, (int, float)) else 0)

    def text(record_id: int) -> tuple[Any, ...]:
        value = str(key(entries[record_id].get(name) or ""))
        return (not value, _Reversed(value) if query.descending else value)

    return number if numeric else text


@dataclass(frozen=True)
class _Reversed:
    """Text that sorts backwards."""

    text: str

    def __lt__(self, other: _Reversed) -> bool:
        return other.text < self.text


def _tie(*, ordered: bool) -> Callable[[int], int]:
    if ordered:
        return lambda record_id: record_id
    return lambda record_id: (record_id * 2_654_435_761) & 0xFFFFFFFF


def _group(portal: Portal, kind: Kind, raw: Any) -> tuple[Filter | Linked, ...]:
    listed = raw.get("filters") if isinstance(raw, dict) else None
    if not isinstance(listed, list) or not listed or len(listed) > MAX_FILTERS:
        _refuse(f"a filterGroup needs 1 to {MAX_FILTERS} filters")
    return tuple(_filter(portal, kind, item) for item in listed)


def _filter(portal: Portal, kind: Kind, raw: Any) -> Filter | Linked:
    """One filter; `associations.contact` means the ids of associated records.

    https://developers.hubspot.com/docs/guides/api/crm/search#search-through-associations
    """
    name = str(raw.get("propertyName")) if isinstance(raw, dict) else ""
    if not name.startswith("associations."):
        return parse(kind.schema, raw)
    other = portal.kind(name.removeprefix("associations."))
    chosen = [raw.get("value")] if raw.get("operator") == "EQ" else raw.get("values") or []
    if raw.get("operator") not in ("EQ", "IN") or not all(str(i).isdigit() for i in chosen):
        _refuse(f"{name} takes EQ or IN with ids")
    start, end = other.type.type_id, kind.type.type_id
    ids = (portal.links.of(start, int(str(i)), end) for i in chosen)
    return Linked(frozenset().union(*ids))


def _sort(kind: Kind, sorts: list[Any]) -> tuple[str | None, bool]:
    if len(sorts) > 1:
        _refuse("Only one sort is supported")
    if not sorts:
        return None, False
    first = sorts[0]
    if isinstance(first, str):
        name, descending = first.removeprefix("-"), first.startswith("-")
    else:
        name = str(first.get("propertyName"))
        descending = str(first.get("direction", "ASCENDING")).upper().startswith("DESC")
    if name not in kind.schema.properties:
        _refuse(f'Property "{name}" does not exist')
    return name, descending


def _paging(body: dict[str, Any]) -> tuple[int, int]:
    limit = body.get("limit")
    limit = 10 if limit is None else limit
    after = str(body.get("after") or 0)
    if not isinstance(limit, int) or not 0 <= limit <= MAX_LIMIT:
        _refuse(f"limit must be between 0 and {MAX_LIMIT}")
    if not after.isdigit():
        _refuse("after must be an integer")
    if int(after) + limit > MAX_HITS:
        _refuse(f"Search results are limited to {MAX_HITS} per query")
    return limit, int(after)


def _refuse(message: str) -> NoReturn:
    raise RefusedError(Problem(400, message))
