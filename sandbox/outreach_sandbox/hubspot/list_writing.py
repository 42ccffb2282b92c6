"""The lists API as clients write it: make, rename, delete, and let contacts on and off.

The one rule: a list that follows a filter keeps the filter it was made with and has no members:
the sandbox does not act filters out, and nobody is put on such a list by hand.

https://developers.hubspot.com/docs/guides/api/crm/lists/overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import lists
from outreach_sandbox.hubspot.endpoint import Endpoint, json_object
from outreach_sandbox.hubspot.list_reading import LISTS, asked_list, shown
from outreach_sandbox.hubspot.objects import type_id_of
from outreach_sandbox.hubspot.wire import Answer, NotBuiltError, Problem, RefusedError

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Portal
    from outreach_sandbox.kernel.service import Exchange

KINDS = ("MANUAL", "DYNAMIC", "SNAPSHOT")
REQUIRED = ("name", "objectTypeId", "processingType")


def create(portal: Portal, exchange: Exchange) -> Answer:
    """POST /lists."""
    body = json_object(exchange)
    lacking = [name for name in REQUIRED if not body.get(name)]
    if lacking:  # recorded, with the column where the body ends
        place = f"on line 1, column {len(exchange.body.decode('utf-8', 'replace').rstrip())}"
        said = f"Invalid input JSON {place}. Some required fields were not set: {_listed(lacking)}"
        raise RefusedError(Problem(400, said))
    kind, name = str(body["processingType"]), str(body["name"])
    if kind not in KINDS:
        raise RefusedError(Problem(400, f"{kind} is not one of {_listed(KINDS)}"))
    if type_id_of(str(body["objectTypeId"])) != lists.CONTACT:
        raise NotBuiltError("lists of anything but contacts")
    if lists.by_name(portal, name) is not None:  # the words are not recorded
        raise RefusedError(Problem(400, f"A list with the name {name} already exists."))
    branch = body.get("filterBranch") if kind != "MANUAL" else None
    found = lists.make(portal, name, kind, (), portal.now())
    found.filter_branch = completed(branch) if isinstance(branch, dict) else None
    return Answer(200, {"list": shown(portal, found)})


def rename(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /lists/{id}/update-list-name?listName=."""
    found, name = asked_list(portal, exchange), exchange.first("listName") or ""
    other = lists.by_name(portal, name)
    if not name or (other is not None and other is not found):
        raise RefusedError(Problem(400, f"A list with the name {name} already exists."))
    found.name, found.updated_ms = name, portal.now()
    return Answer(200, {"updatedList": shown(portal, found)})


def delete(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /lists/{id}."""
    del portal.lists[asked_list(portal, exchange).id]
    return Answer(204)


def add(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /lists/{id}/memberships/add: names those that are new on it, and those nobody knows."""
    found, ids = asked_list(portal, exchange), _asked_ids(exchange)
    here, known = lists.members(portal, found), _known(portal, ids)
    new = [i for i in ids if i in known and i not in here]
    found.add(new, portal.now())
    return Answer(200, _told(portal, "recordsIdsAdded", new, ids, known))


def remove(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /lists/{id}/memberships/remove."""
    found, ids = asked_list(portal, exchange), _asked_ids(exchange)
    here, known = lists.members(portal, found), _known(portal, ids)
    leaving = [i for i in ids if i in here]
    lists.let_go(portal, found, leaving, portal.now())
    return Answer(200, _told(portal, "recordIdsRemoved", leaving, ids, known))


def completed(branch: dict[str, Any]) -> dict[str, Any]:
    """A filter as it is answered: with the operators that follow from its type (recorded)."""
    kind = branch.get("filterBranchType")
    return {
        "filterBranches": [completed(b) for b in branch.get("filterBranches") or ()],
        "filters": [_completed_filter(f) for f in branch.get("filters") or ()],
        "filterBranchType": kind,
        "filterBranchOperator": kind,
    }


def _completed_filter(item: dict[str, Any]) -> dict[str, Any]:
    operation = {"includeObjectsWithNoValueSet": False, **(item.get("operation") or {})}
    return {**item, "operation": operation}


def _asked_ids(exchange: Exchange) -> list[int]:
    body = exchange.json()
    if not isinstance(body, list) or not all(str(i).isdigit() for i in body):
        said = (  # recorded
            "Invalid input JSON on line 1, column 2: Cannot deserialize value of type "
            "`java.lang.String` from Object value (token `JsonToken.START_OBJECT`)"
        )
        raise RefusedError(Problem(400, said, category=None))
    exchange.inputs = len(body)
    return list(dict.fromkeys(int(i) for i in body))


def _known(portal: Portal, ids: list[int]) -> set[int]:
    records = portal.kinds[lists.CONTACT].store.records
    return {i for i in ids if i in records and records[i].live}


def _told(
    portal: Portal, key: str, done: list[int], ids: list[int], known: set[int]
) -> dict[str, Any]:
    """Only what is not empty is told, and not in the order of the request (recorded)."""
    portal.seeded.rng("hubspot.order").shuffle(done)
    missing = [str(i) for i in ids if i not in known]
    told = {key: [str(i) for i in done], "recordIdsMissing": missing}
    return {name: listed for name, listed in told.items() if listed}


def _listed(names: object) -> str:
    return f"[{', '.join(names)}]" if isinstance(names, (list, tuple)) else str(names)


ENDPOINTS = (
    Endpoint("lists.add", "PUT", LISTS, "/{list}/memberships/add", add),
    Endpoint("lists.remove", "PUT", LISTS, "/{list}/memberships/remove", remove),
    Endpoint("lists.rename", "PUT", LISTS, "/{list}/update-list-name", rename),
    Endpoint("lists.create", "POST", LISTS, "", create),
    Endpoint("lists.delete", "DELETE", LISTS, "/{list}", delete),
)
