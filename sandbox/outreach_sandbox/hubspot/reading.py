"""Showing records: which properties, with which history, archived or not.

The one rule: an answer never holds a property that is not defined, and null only for a defined
property that was never set.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from outreach_sandbox.hubspot.associations import inline
from outreach_sandbox.hubspot.scopes import hides
from outreach_sandbox.hubspot.wire import Problem, RefusedError, iso

if TYPE_CHECKING:
    from random import Random

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record, Write

LIST_LIMIT = 100
HISTORY_LIMIT = 50
ECHO_SHARE = 0.8


@dataclass(frozen=True)
class View:
    """What the client asked to see."""

    properties: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()


def show(portal: Portal, kind: Kind, record: Record, view: View) -> dict[str, Any]:
    """One record as the object APIs answer it."""
    asked = (*view.properties, *view.history) or kind.type.default_properties
    names = sorted({*asked, *kind.type.always_shown})
    shown = {n: record.properties.get(n) for n in names if n in kind.schema.properties}
    shown |= dict.fromkeys(hides(portal, kind.type) & shown.keys())
    body = _frame(portal, kind, record, shown)
    if view.history:
        body["propertiesWithHistory"] = {
            name: [_version(write, name) for write in reversed(record.log) if name in write.values]
            for name in view.history
            if name in kind.schema.properties
        }
    if view.associations:
        body |= inline(portal, kind, record, view.associations)
    return body


def echo(
    portal: Portal, kind: Kind, record: Record, sent: dict[str, str], rng: Random
) -> dict[str, Any]:
    """What a write answers: the sent properties and a changing set of computed ones."""
    names = set(sent) | set(kind.type.echoed)
    names |= {
        n for n in kind.type.occasional if n in record.properties and rng.random() < ECHO_SHARE
    }
    if record.updated_ms == record.created_ms:
        names |= set(kind.type.echoed_at_creation) & set(record.properties)
    shown = {
        n: record.properties.get(n, "" if n in sent else None)
        for n in sorted(names)
        if n in kind.schema.properties
    }
    return _frame(portal, kind, record, shown)


def _frame(
    portal: Portal, kind: Kind, record: Record, properties: dict[str, str | None]
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": str(record.id),
        "properties": properties,
        "createdAt": iso(record.created_ms),
        "updatedAt": iso(record.updated_ms),
        "archived": record.archived_ms is not None,
    }
    if record.archived_ms is not None:
        body["archivedAt"] = iso(record.archived_ms)
    place = f"contacts/{portal.id}/record/{kind.type.type_id}/{record.id}"
    body["url"] = f"https://app.hubspot.com/{place}"
    return body


def _version(write: Write, name: str) -> dict[str, Any]:
    return {
        "value": write.values[name],
        "timestamp": iso(write.at_ms),
        "sourceType": write.source.type,
        "sourceId": write.source.id,
    }


def find(
    kind: Kind, text: str, id_property: str | None, *, archived: bool = False
) -> Record | None:
    """The record a single read, update or delete means.

    | # | the path names | outcome |
    |---|---|---|
    | 1 | a live id | that record |
    | 2 | an id merged away | the survivor |
    | 3 | an archived id | only with archived=true |
    | 4 | a value of a unique property | its owner |
    """
    record: Record | None
    if id_property and id_property != "hs_object_id":  # (4)
        owner = kind.store.owner(id_property, text)
        record = kind.store.records.get(owner) if owner is not None else None
    else:  # (1) (2) (3)
        record = kind.store.resolve(int(text)) if text.isdigit() else None
    if record is None or (record.archived_ms is not None) != archived:
        return None
    return record


def require_unique(portal: Portal, kind: Kind, name: str | None, verb: str) -> None:
    """Refuse an idProperty that identifies nobody."""
    if not name or name == "hs_object_id":
        return
    if name not in kind.store.keys:
        raise RefusedError(non_unique(portal, kind, name, verb))


def non_unique(portal: Portal, kind: Kind, name: str, verb: str) -> Problem:
    """https://developers.hubspot.com/docs/guides/api/crm/using-object-apis (idProperty)."""
    return Problem(
        400,
        f"Unable to perform {verb} by non-unique {kind.type.type_id} property {name} "
        f"in portal ID {portal.id}",
    )


@dataclass(frozen=True)
class PageAsked:
    """One page of a list."""

    limit: int
    after: int | None
    archived: bool
    query: tuple[tuple[str, str], ...] = ()

    def link_query(self, after: str) -> str:
        """What the link to the next page asks: all that this page was asked for (recorded)."""
        own = ("limit", "after", "offset_param")
        rest = [(name, value) for name, value in self.query if name not in own]
        asked = [("offset_param", "after"), ("limit", str(self.limit)), *rest]
        return urlencode([*asked, ("after", after)])


def list_page(portal: Portal, kind: Kind, page: PageAsked, view: View, path: str) -> dict[str, Any]:
    """One page of all records, in ascending order of id; a cursor is the last id plus one."""
    allowed = HISTORY_LIMIT if view.history else LIST_LIMIT
    if not 1 <= page.limit <= allowed:
        raise RefusedError(Problem(400, f"limit must be between 1 and {allowed}"))
    ids = kind.store.archived_ids if page.archived else kind.store.live_ids
    start = bisect_left(ids, page.after or 0)
    if start >= len(ids) and page.after and portal.switches.after_beyond_end_restarts:
        start = 0  # recorded three times against the real service
    chosen = ids[start : start + page.limit]
    body: dict[str, Any] = {
        "results": [show(portal, kind, kind.store.records[i], view) for i in chosen]
    }
    if start + page.limit < len(ids):
        after = str(chosen[-1] + 1)
        link = f"https://api.hubapi.com{path}?{page.link_query(after)}"
        body["paging"] = {"next": {"after": after, "link": link}}
    return body
