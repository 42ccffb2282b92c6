"""Gathers what records are associated with, page by page. No I/O.

Rule: a record's list is complete only when HubSpot ended it or said that there is none; whoever it did not
mention may be associated with anything.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Body = dict[str, Any]
# inputs of a batch read
BATCH = 1000
# recorded: those without any association stand in `errors` of a 207
NONE_FOUND = "crm.associations.NO_ASSOCIATIONS_FOUND"


class Linked:
    """The lists of some records while they are read."""

    def __init__(self, ids: Sequence[str]) -> None:
        self._found: dict[str, list[str]] = {key: [] for key in ids}
        self._asked: list[Body] = [{"id": key} for key in self._found]
        self._complete: set[str] = set()
        self._cursors: set[tuple[str, str]] = set()

    @property
    def inputs(self) -> list[Body]:
        """What to ask next; nothing when all is read."""
        return self._asked[:BATCH]

    @property
    def complete(self) -> dict[str, list[str]]:
        """The complete lists, by id."""
        return {key: ends for key, ends in self._found.items() if key in self._complete}

    def take(self, answer: Mapping[str, Any]) -> None:
        """Note what was answered to `inputs`.

        | # | the record | then |
        |---|---|---|
        | 1 | has a page and another one after it | the next page is asked for |
        | 2 | has its last page, or none | complete |
        | 3 | has a cursor that came before | not complete: it would be read for ever |
        | 4 | is not mentioned | not complete |
        """
        more: list[Body] = []
        for item in answer.get("results") or ():
            key = str(item["from"]["id"])
            ends = self._found.setdefault(key, [])
            ends.extend(str(to["toObjectId"]) for to in item.get("to") or ())
            after = ((item.get("paging") or {}).get("next") or {}).get("after")
            if not after:  # (2)
                self._complete.add(key)
            elif (key, str(after)) not in self._cursors:  # (1), else (3)
                self._cursors.add((key, str(after)))
                more.append({"id": key, "after": after})
        for error in answer.get("errors") or ():
            if error.get("subCategory") == NONE_FOUND:  # (2)
                self._complete.update(str(key) for key in _from(error))
        self._asked = more + self._asked[BATCH:]


def _from(error: Mapping[str, Any]) -> Sequence[Any]:
    context = error.get("context")
    found = context.get("fromObjectId") if isinstance(context, dict) else None
    return found if isinstance(found, list) else ()
