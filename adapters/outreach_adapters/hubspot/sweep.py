"""Reads every contact changed since a moment, through a search that lags and stops at 10,000 hits.

Rule: the keyset moves only over instants that were read whole, and only over values the index is sure
to know; what was changed within the look-back is read again by the next run.

https://developers.hubspot.com/docs/guides/api/crm/search
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from outreach_core.errors import Fatal

Body = dict[str, Any]
Search = Callable[[Body], Body]
MODIFIED = "lastmodifieddate"
OBJECT_ID = "hs_object_id"
# https://developers.hubspot.com/docs/guides/api/crm/search#limitations
PAGE = 200
HITS = 10_000


def to_ms(text: str) -> int:
    """Return the milliseconds of a time as HubSpot writes it."""
    moment = datetime.fromisoformat(text)
    return round(moment.astimezone(UTC).timestamp() * 1000)


@dataclass
class Sweep:
    """One pass over the contacts in the order of their modification.

    Results are matched on an index that lags and shown from the store, so a shown time may be later
    than the one a record was found by. What decides where the keyset goes:

    | # | page | next |
    |---|---|---|
    | 1 | no next page | done |
    | 2 | settled records of two instants or more | after the last but one instant |
    | 3 | settled records of one instant | that instant by id, then after it |
    | 4 | nothing settled, or no results | the next page of the same query |
    | 5 | as 4, and the query's 10,000 hits are used up | the earliest instant shown, by id |
    | 6 | none of these goes forward | stop with an error |

    Attributes:
        after_ms: Records changed later than this are read; ``None`` reads all.
        settled_ms: Says before which moment a change is in the index for certain.
        newest_ms: The latest change seen so far.
    """

    search: Search
    properties: Sequence[str]
    after_ms: int | None
    settled_ms: Callable[[], int]
    page_size: int = PAGE
    hits: int = HITS
    newest_ms: int | None = None
    _seen: dict[tuple[str, str], int] = field(default_factory=dict)

    def records(self) -> Iterator[Body]:
        """Yield every record once per version seen; `newest_ms` grows meanwhile."""
        after_ms, offset = self.after_ms, 0
        while True:
            page = self._page(later_than(after_ms), MODIFIED, offset)
            results = page.get("results") or []
            yield from self._fresh(results)
            following = next_offset(page, offset)
            if following is None:  # (1)
                return
            settled = self._settled(results, after_ms)
            if len(settled) > 1:  # (2)
                after_ms, offset = settled[-2], 0
            elif settled:  # (3)
                yield from self._instant(settled[0])
                after_ms, offset = settled[0], 0
            elif following + self.page_size <= self.hits:  # (4)
                offset = following
                continue
            else:  # (5)
                instant = _earliest(results, after_ms)
                yield from self._instant(instant)
                after_ms, offset = instant, 0
            self._forget(after_ms)

    def _instant(self, moment_ms: int) -> Iterator[Body]:
        """Yield the records of one instant, by id: there may be more than a query can show."""
        last_id = 0
        offset = 0
        while True:
            filters = [_filter(MODIFIED, "EQ", moment_ms), _filter(OBJECT_ID, "GT", last_id)]
            page = self._page([{"filters": filters}], OBJECT_ID, offset)
            results = page.get("results") or []
            yield from self._fresh(results)
            following = next_offset(page, offset)
            if following is None:
                return
            found = max((int(item["id"]) for item in results), default=last_id)
            if found > last_id:
                last_id, offset = found, 0
            elif following + self.page_size <= self.hits:
                offset = following
            else:
                raise stuck()

    def _page(self, groups: list[Body], sort: str, offset: int) -> Body:
        query: Body = {
            "filterGroups": groups,
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": list(self.properties),
            "limit": self.page_size,
        }
        if offset:
            query["after"] = str(offset)
        return self.search(query)

    def _fresh(self, results: Sequence[Body]) -> Iterator[Body]:
        for record in results:
            shown = modified(record)
            key = (str(record["id"]), shown)
            moment = to_ms(shown)
            # what the index found by an older value is shown with a newer one, never the reverse;
            # one older than the start is an index that was wrong, and not a change
            if key in self._seen or (self.after_ms or 0) > moment:
                continue
            self._seen[key] = moment
            self.newest_ms = max(moment, self.newest_ms or 0)
            yield record

    def _settled(self, results: Sequence[Body], after_ms: int | None) -> list[int]:
        """Return the instants shown, ascending, that the index must have known already."""
        moments = {to_ms(modified(record)) for record in results}
        return sorted(m for m in moments if (after_ms or 0) < m <= self.settled_ms())

    def _forget(self, after_ms: int | None) -> None:
        """Drop what cannot come again, so that a large account does not fill the memory."""
        self._seen = {key: ms for key, ms in self._seen.items() if ms >= (after_ms or 0)}


def modified(record: Body) -> str:
    """Return when a record was last changed, as the vendor wrote it."""
    return str((record.get("properties") or {}).get(MODIFIED) or record.get("updatedAt") or "")


def later_than(after_ms: int | None) -> list[Body]:
    """Return the filter for records changed after a moment; none for all."""
    return [] if after_ms is None else [{"filters": [_filter(MODIFIED, "GT", after_ms)]}]


def next_offset(page: Body, offset: int) -> int | None:
    """Return where the next page begins; an empty page may well have one."""
    following = ((page.get("paging") or {}).get("next") or {}).get("after")
    if following is None:
        return None
    if int(following) <= offset:
        raise stuck()
    return int(following)


def newest(search: Search) -> int | None:
    """Return the latest modification time in the account: where a sync that starts now begins."""
    page = search(
        {
            "filterGroups": [],
            "sorts": [{"propertyName": MODIFIED, "direction": "DESCENDING"}],
            "properties": [MODIFIED],
            "limit": 1,
        }
    )
    found = [to_ms(modified(record)) for record in page.get("results") or []]
    return max(found, default=None)


def linked_total(search: Search, external_id: str) -> int:
    """Return how many contacts carry an external id, as the index counts them."""
    groups = [{"filters": [{"propertyName": external_id, "operator": "HAS_PROPERTY"}]}]
    page = search({"filterGroups": groups, "properties": [external_id], "limit": 1})
    return int(page.get("total") or 0)


def stuck() -> Fatal:
    """Return the error for a search that goes round in circles."""
    return Fatal(
        "HubSpot's search answers the same page again; reading stopped.",
        code="no_progress",
        remedy="Run again later.",
    )


def _filter(name: str, operator: str, value: int) -> Body:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _earliest(results: Sequence[Body], after_ms: int | None) -> int:
    moments = sorted(to_ms(modified(record)) for record in results)
    later = [moment for moment in moments if after_ms is None or moment > after_ms]
    if not later:
        raise stuck()
    return later[0]
