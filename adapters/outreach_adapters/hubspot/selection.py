"""Finds the ids of all contacts that fit some filters, or are on a list.

Rule: pages are told apart by the last id, not by an offset: a contact that stops fitting while they are read
would shift the others past the next offset. Where the filters leave no room for that, offsets must do, and
10,000 hits are the end.

https://developers.hubspot.com/docs/guides/api/crm/search#limitations
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from outreach_adapters.hubspot.client import CONTACTS_TYPE, HubSpotClient
from outreach_adapters.hubspot.sweep import HITS, OBJECT_ID, PAGE, Search, next_offset, stuck
from outreach_core.errors import ConfigError, Skippable

Body = dict[str, Any]
MOST_FILTERS, MOST_IN_ALL, LONGEST_BODY = 6, 18, 3000


def ids_matching(
    search: Search, groups: Sequence[Body], *, page_size: int = PAGE, hits: int = HITS
) -> Iterator[str]:
    """Yield the ids of the contacts that fit one of the groups, ascending.

    | # | page | next |
    |---|---|---|
    | 1 | no next page | done |
    | 2 | an id above the last one, and there is room for it | after that id |
    | 3 | else | the next page of the same query |
    | 4 | as 3, and the query's 10,000 hits are used up | stop with an error |

    Raises:
        ConfigError: ``bad_criteria``; too long, or too many hits for so many filters.
    """
    roomy = _has_room(groups)
    last_id, offset = 0, 0
    while True:
        page = search(_query(groups, last_id if roomy else 0, offset, page_size))
        found = sorted(int(item["id"]) for item in page.get("results") or ())
        yield from (str(number) for number in found)
        following = next_offset(page, offset)
        if following is None:  # (1)
            return
        highest = max(found, default=last_id)
        if roomy and highest > last_id:  # (2)
            last_id, offset = highest, 0
        elif following + page_size <= hits:  # (3)
            offset = following
        else:  # (4)
            raise stuck() if roomy else _too_many(hits)


def ids_on_list(client: HubSpotClient, wanted: str) -> tuple[str, Iterator[str]]:
    """Return the id of the list of this name, or with this id, and the ids of its contacts.

    Raises:
        ConfigError: ``no_such_list``, ``not_of_contacts``.
    """
    found = _list(client, wanted)
    if str(found.get("objectTypeId")) != CONTACTS_TYPE:
        raise ConfigError(
            "The list to import is not one of contacts.",
            code="not_of_contacts",
            remedy="Choose a list of contacts.",
            setting="import_list",
        )
    list_id = str(found["listId"])
    return list_id, client.list_members(list_id)


def _has_room(groups: Sequence[Body]) -> bool:
    sizes = [len(group["filters"]) for group in groups]
    return max(sizes) < MOST_FILTERS and sum(sizes) + len(sizes) <= MOST_IN_ALL


def _query(groups: Sequence[Body], last_id: int, offset: int, page_size: int) -> Body:
    later = {"propertyName": OBJECT_ID, "operator": "GT", "value": str(last_id)}
    asked = [{"filters": [*group["filters"], *([later] if last_id else [])]} for group in groups]
    query: Body = {
        "filterGroups": asked,
        "sorts": [{"propertyName": OBJECT_ID, "direction": "ASCENDING"}],
        "properties": [OBJECT_ID],
        "limit": page_size,
    }
    if offset:
        query["after"] = str(offset)
    if len(json.dumps(query)) > LONGEST_BODY:
        raise ConfigError(
            "The criteria are longer than HubSpot's search takes.",
            code="bad_criteria",
            remedy="Make a list in HubSpot and import that.",
            setting="import_criteria",
        )
    return query


def _too_many(hits: int) -> ConfigError:
    return ConfigError(
        f"More than {hits:,} contacts fit, and the criteria leave no room to page through them.",
        code="bad_criteria",
        remedy="Use at most 5 filters a group, or make a list in HubSpot and import that.",
        setting="import_criteria",
    )


def _list(client: HubSpotClient, wanted: str) -> Body:
    """Return a list by its name, else by its id: a list may be named 2024."""
    try:
        return _shown(client.list_by_name(wanted))
    except Skippable as error:
        if error.code != "not_found":
            raise
    if wanted.isdecimal():
        try:
            return _shown(client.list_by_id(wanted))
        except Skippable as error:
            if error.code != "not_found":
                raise
    raise ConfigError(
        "HubSpot has no list of contacts with the name or id that `import_list` gives.",
        code="no_such_list",
        remedy="Take the name from HubSpot > CRM > Lists, or the number in the list's address.",
        setting="import_list",
    )


def _shown(answer: Body) -> Body:
    found: Body = answer.get("list") or answer
    return found
