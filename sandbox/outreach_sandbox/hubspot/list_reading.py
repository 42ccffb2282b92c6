"""The lists API as clients read it: look-ups, search, and pages of members.

The one rule: a cursor is the vendor's: opaque, and percent-encoded in the body (recorded).

https://developers.hubspot.com/docs/guides/api/crm/lists/overview
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from outreach_sandbox.hubspot import lists
from outreach_sandbox.hubspot.endpoint import Endpoint, asked_number
from outreach_sandbox.hubspot.objects import type_id_of
from outreach_sandbox.hubspot.wire import (
    Answer,
    NotBuiltError,
    Problem,
    RefusedError,
    bad_json,
    iso,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from outreach_sandbox.hubspot.lists import RecordList
    from outreach_sandbox.hubspot.portal import Portal
    from outreach_sandbox.kernel.service import Exchange

LISTS = ("/crm/v3/lists", "/crm/lists/v3", "/crm/lists/2026-03")
# https://developers.hubspot.com/docs/api-reference/legacy/crm/lists/memberships/get-memberships-by-id
MAX_MEMBERS, DEFAULT_MEMBERS = 250, 100
MAX_LISTS, DEFAULT_LISTS = 500, 20
PROCESSING_MS = 5_000
SORTS: dict[str, Callable[[RecordList], int]] = {
    "HS_LIST_ID": lambda x: x.id,
    "HS_CREATED_AT": lambda x: x.created_ms,
    "HS_UPDATED_AT": lambda x: x.updated_ms,
}
SIZE_LAG_MS = 1_000


def get(portal: Portal, exchange: Exchange) -> Answer:
    """GET /lists/{id}."""
    return Answer(200, {"list": shown(portal, asked_list(portal, exchange))})


def get_many(portal: Portal, exchange: Exchange) -> Answer:
    """GET /lists?listIds=1&listIds=2: those there are; without ids none (recorded)."""
    wanted = [int(text) for text in exchange.all("listIds") if text.isdigit()]
    found = [portal.lists[number] for number in wanted if number in portal.lists]
    return Answer(200, {"lists": [shown(portal, x) | _size(portal, x) for x in found]})


def get_by_name(portal: Portal, exchange: Exchange) -> Answer:
    """GET /lists/object-type-id/{type}/name/{name}."""
    type_id, name = type_id_of(exchange.path_params["list_type"]), exchange.path_params["name"]
    found = lists.by_name(portal, name) if type_id == lists.CONTACT else None
    if found is None:  # the words are not recorded
        message = f"List does not exist with name {name} and object type ID {type_id}."
        raise RefusedError(_missing(message, "LIST_NAME_DOES_NOT_EXIST", listName=name))
    return Answer(200, {"list": shown(portal, found)})


def search(portal: Portal, exchange: Exchange) -> Answer:
    """POST /lists/search."""
    if not exchange.body.strip():
        told = ("The request body may not be null",)  # recorded
        raise RefusedError(Problem(400, "validation error", category=None, texts=told))
    body = exchange.json()
    if not isinstance(body, dict):
        raise RefusedError(bad_json("an object"))
    count, offset = body.get("count", DEFAULT_LISTS), body.get("offset", 0)
    if not isinstance(count, int) or not 1 <= count <= MAX_LISTS or not isinstance(offset, int):
        raise RefusedError(Problem(400, f"count must be between 1 and {MAX_LISTS}"))
    found = _sorted([x for x in portal.lists.values() if _matches(x, body)], body.get("sort"))
    page = found[offset : offset + count]
    end = offset + len(page)
    return Answer(
        200,
        {
            "offset": end,
            "hasMore": end < len(found),
            "lists": [_hit(portal, x) for x in page],
            "total": len(found),
        },
    )


def memberships(portal: Portal, exchange: Exchange) -> Answer:
    """GET /lists/{id}/memberships: in order of id; the cursor is the next record's id."""
    found = lists.members(portal, asked_list(portal, exchange))
    ids = sorted(found)
    after = _cursor(portal, exchange)
    start = next((n for n, i in enumerate(ids) if i >= after), len(ids))
    return _page(portal, exchange, found, ids[start:], ids)


def join_order(portal: Portal, exchange: Exchange) -> Answer:
    """GET /lists/{id}/memberships/join-order; here the cursor is a place."""
    found = lists.members(portal, asked_list(portal, exchange))
    ids = list(found)
    return _page(portal, exchange, found, ids[_cursor(portal, exchange) :], range(len(ids) + 1))


def _page(
    portal: Portal,
    exchange: Exchange,
    found: dict[int, int],
    rest: Sequence[int],
    cursors: Sequence[int],
) -> Answer:
    limit = asked_number(exchange, "limit", DEFAULT_MEMBERS) or 0
    if not 1 <= limit <= MAX_MEMBERS:
        raise RefusedError(Problem(400, f"limit must be between 1 and {MAX_MEMBERS}"))
    known_ms = portal.now() - lists.COUNT_LAG_MS
    body: dict[str, Any] = {
        "results": [
            {"membershipTimestamp": iso(found[i]), "recordId": str(i)} for i in rest[:limit]
        ],
        "total": sum(joined_ms <= known_ms for joined_ms in found.values()),
    }
    if len(rest) > limit:
        after = _encoded(cursors[len(found) - len(rest) + limit])
        number = exchange.path_params["list"]
        kept = dict(exchange.query) | {"limit": str(limit)}
        asked = [(name, kept[name]) for name in ("offset", "offset_param", "limit") if name in kept]
        query = urlencode(asked) + f"&after={after}"
        link = f"https://api.hubapi.com/crm/lists/v3/{number}/memberships?{query}"
        body["paging"] = {"next": {"after": after, "link": link}}
    return Answer(200, body)


def _encoded(number: int) -> str:
    return quote(base64.b64encode(number.to_bytes(8, "big")).decode(), safe="")


def _cursor(portal: Portal, exchange: Exchange) -> int:
    """The number in `after`; one that a client encoded once more is still the vendor's own text."""
    if exchange.first("before"):
        raise NotBuiltError("lists that are read backwards")
    text = exchange.first("after") or ""
    if not text:
        return 0
    text = unquote(text) if portal.switches.list_cursor_encoded_twice else text
    try:
        return int.from_bytes(base64.b64decode(text, validate=True), "big")
    except binascii.Error:
        raise RefusedError(Problem(400, f"{text} is not a valid paging offset")) from None


def asked_list(portal: Portal, exchange: Exchange) -> RecordList:
    """The list the path names."""
    text = exchange.path_params["list"]
    found = portal.lists.get(int(text)) if text.isdigit() else None
    if found is None:
        message = f"List does not exist with ID {text}."
        raise RefusedError(_missing(message, "LIST_ID_DOES_NOT_EXIST", listId=text))
    return found


def _missing(message: str, reason: str, **context: str) -> Problem:
    return Problem(
        404,
        message,
        category="OBJECT_NOT_FOUND",
        sub_category=f"ListError.{reason}",
        context={name: [value] for name, value in context.items()},
    )


def _matches(found: RecordList, body: dict[str, Any]) -> bool:
    ids, kinds = body.get("listIds"), body.get("processingTypes")
    return (
        str(body.get("query") or "").lower() in found.name.lower()
        and (not ids or str(found.id) in [str(i) for i in ids])
        and (not kinds or found.processing_type in kinds)
    )


def _sorted(found: list[RecordList], asked: object) -> list[RecordList]:
    """`HS_UPDATED_AT`, with a minus for the newest first.

    https://developers.hubspot.com/docs/api-reference/legacy/crm/lists/search-lists
    """
    if not asked:
        return found
    text = str(asked)
    key = SORTS.get(text.removeprefix("-"))
    if key is None:
        raise NotBuiltError(f"lists sorted by {text}")
    return sorted(found, key=key, reverse=text.startswith("-"))


def _frame(portal: Portal, found: RecordList) -> dict[str, Any]:
    return {
        "listId": str(found.id),
        "listVersion": 1,
        "createdAt": iso(found.created_ms),
        "updatedAt": iso(found.updated_ms),
        "filtersUpdatedAt": iso(found.created_ms),
        "processingStatus": "PROCESSING" if _processing(portal, found) else "COMPLETE",
        "createdById": found.made_by,
        **({"updatedById": found.changed_by} if found.changed_by else {}),
        "processingType": found.processing_type,
        "objectTypeId": lists.CONTACT,
        "name": found.name,
    }


def shown(portal: Portal, found: RecordList) -> dict[str, Any]:
    """A list by itself."""
    branch = {"filterBranch": found.filter_branch} if found.filter_branch else {}
    return (
        _frame(portal, found)
        | branch
        | {
            "listPermissions": {"teamsWithEditAccess": [], "usersWithEditAccess": []},
            "membershipSettings": {"membershipTeamId": None, "includeUnassigned": None},
        }
    )


def _size(portal: Portal, found: RecordList) -> dict[str, Any]:
    # the size of a list made in this second was not told, older ones' was (recorded)
    told = portal.now() - found.created_ms > SIZE_LAG_MS
    return {"size": len(lists.members(portal, found))} if told else {}


def _processing(portal: Portal, found: RecordList) -> bool:
    # a list with a filter is worked out after it was made (recorded)
    return found.filter_branch is not None and portal.now() - found.created_ms < PROCESSING_MS


def _hit(portal: Portal, found: RecordList) -> dict[str, Any]:
    """A list as search shows it: its numbers are texts, and dates only where there is one."""
    here = lists.members(portal, found)
    extra = {"hs_list_size": str(len(here)), "hs_list_reference_count": "0"}
    if found.added_ms is not None:
        extra["hs_last_record_added_at"] = str(found.added_ms)
    if found.removed_ms is not None:
        extra["hs_last_record_removed_at"] = str(found.removed_ms)
    return _frame(portal, found) | {"additionalProperties": extra}


ENDPOINTS = (
    Endpoint("lists.search", "POST", LISTS, "/search", search),
    Endpoint(
        "lists.get_by_name", "GET", LISTS, "/object-type-id/{list_type}/name/{name}", get_by_name
    ),
    Endpoint("lists.join_order", "GET", LISTS, "/{list}/memberships/join-order", join_order),
    Endpoint("lists.memberships", "GET", LISTS, "/{list}/memberships", memberships),
    Endpoint("lists.get_many", "GET", LISTS, "", get_many),
    Endpoint("lists.get", "GET", LISTS, "/{list}", get),
)
