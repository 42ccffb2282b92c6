"""Lists of contacts (segments): how they are kept, and who is on one.

The one rule: a list keeps ids as they were when they joined; who that is today is asked when it
is read, so that a merged contact is a member once and a deleted one is none.

https://developers.hubspot.com/docs/guides/api/crm/lists/overview
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import USER_ID, epoch_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from outreach_sandbox.hubspot.portal import Portal

CONTACT = "0-1"
# a page of members told a total of 0 eighteen seconds after they joined (recorded)
COUNT_LAG_MS = 20_000


@dataclass
class RecordList:
    """One list; `joined` has the time each id joined at, in that order."""

    id: int
    name: str
    processing_type: str
    created_ms: int
    joined: dict[int, int] = field(default_factory=dict)
    updated_ms: int = 0
    removed_ms: int | None = None
    added_ms: int | None = None
    made_by: str = USER_ID
    changed_by: str | None = USER_ID
    filter_branch: dict[str, Any] | None = None

    def add(self, ids: Iterable[int], now_ms: int) -> None:
        """Take records in; one that is there already stays where it is."""
        for record_id in ids:
            self.joined.setdefault(record_id, now_ms)
            self.added_ms = max(self.added_ms or 0, now_ms)
        self.updated_ms = now_ms

    def remove(self, ids: Iterable[int], now_ms: int) -> None:
        """Let records go."""
        for record_id in ids:
            del self.joined[record_id]
            self.removed_ms = now_ms
        self.updated_ms = now_ms


def members(portal: Portal, found: RecordList) -> dict[int, int]:
    """Live records on a list, with the time each joined at, in that order."""
    store = portal.kinds[CONTACT].store
    here: dict[int, int] = {}
    for record_id, joined_ms in found.joined.items():
        record = store.resolve(record_id)
        if record is not None and record.live:
            here.setdefault(record.id, joined_ms)
    return dict(sorted(here.items(), key=lambda member: member[1]))


def let_go(portal: Portal, found: RecordList, ids: Iterable[int], now_ms: int) -> None:
    """Take records off a list, under whatever id they joined."""
    store, leaving = portal.kinds[CONTACT].store, set(ids)
    known = {joined: store.resolve(joined) for joined in found.joined}
    found.remove([j for j, record in known.items() if record and record.id in leaving], now_ms)


def make(
    portal: Portal,
    name: str,
    processing_type: str,
    ids: Iterable[int],
    now_ms: int,
    number: int | None = None,
) -> RecordList:
    """A new list; a name is used once."""
    if by_name(portal, name) is not None:
        raise ValueError(f"there is a list named {name!r}")
    number = portal.last_list + 1 if number is None else number
    portal.last_list = max(portal.last_list, number)
    portal.lists[number] = RecordList(number, name, processing_type, now_ms)
    portal.lists[number].add(ids, now_ms)
    return portal.lists[number]


def by_name(portal: Portal, name: str) -> RecordList | None:
    """The list of this name, upper and lower case alike."""
    wanted = name.strip().lower()
    return next((x for x in portal.lists.values() if x.name.lower() == wanted), None)


def plant(portal: Portal, described: Iterable[Mapping[str, Any]], long_ago_ms: int) -> None:
    """Lists a seed brings: `{name, members: [id | {id, joined}]}`.

    They may have `id`, `processing_type`, `created`, `updated`, `added`, `removed`, `made_by`
    and `changed_by` (None: nobody).
    """
    for item in described:
        name, kind = str(item["name"]), str(item.get("processing_type", "MANUAL"))
        number = int(item["id"]) if "id" in item else None
        made_ms = _time(item.get("created"), long_ago_ms)
        found = make(portal, name, kind, (), made_ms, number)
        for member in item.get("members") or ():
            one = member if isinstance(member, dict) else {"id": member}
            found.add([int(one["id"])], _time(one.get("joined"), long_ago_ms))
        found.updated_ms = _time(item.get("updated"), found.updated_ms)
        found.made_by, found.changed_by = (item.get(n, USER_ID) for n in ("made_by", "changed_by"))
        found.added_ms = _time(item["added"], made_ms) if "added" in item else found.added_ms
        found.removed_ms = _time(item["removed"], made_ms) if "removed" in item else None


def _time(given: object, otherwise_ms: int) -> int:
    at_ms = epoch_ms(str(given)) if given is not None else None
    return otherwise_ms if at_ms is None else at_ms
