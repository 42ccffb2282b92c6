"""Answers questions about particular contacts from the store, never from the search index.

Rule: a contact is called deleted only after a batch read did not have it, the archive was asked, and a
single read did not lead to a survivor.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis#retrieve-records
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from outreach_core.errors import Skippable

Body = dict[str, Any]


class Reader(Protocol):
    """What a look-up needs of the client."""

    def read(
        self,
        ids: Sequence[str],
        properties: Sequence[str],
        *,
        id_property: str | None = None,
        archived: bool = False,
    ) -> list[Body]:
        """Return the records with these ids or unique values."""
        ...

    def get(self, record_id: str, properties: Sequence[str]) -> Body:
        """Return one record; merged ids lead to the survivor."""
        ...


@dataclass(frozen=True)
class Answer:
    """What became of one question.

    Attributes:
        kind: ``id``, ``external_id`` or ``email``; ``host``, ``event``, ``told_of`` and ``marker`` of
            `told.py`.
        status: ``found``, ``missing``, ``deleted`` or ``merged``.
    """

    kind: str
    key: str
    status: str
    record_ids: tuple[str, ...] = ()
    object: str = "contacts"


Found = tuple[Answer, list[Body]]


def by_ids(
    reader: Reader,
    ids: Sequence[str],
    properties: Sequence[str],
    gone: Collection[str] = (),
) -> Iterator[Found]:
    """Yield an answer for every id, with the records it leads to.

    What is known to be gone is read with the others, so that a restored record is seen; that it is
    still gone costs no call of its own.

    | # | the id is | answer |
    |---|---|---|
    | 1 | in the batch read | found |
    | 2 | in the archive | deleted |
    | 3 | led to another id by a single read | merged, with the survivor |
    | 4 | led to itself (restored meanwhile) | found |
    | 5 | nowhere | deleted |
    | 6 | known to be gone, and not in the batch read | deleted |
    """
    asked = list(dict.fromkeys(ids))
    live = {str(record["id"]): record for record in reader.read(asked, properties)}
    for key in asked:
        if key in live:  # (1)
            yield Answer("id", key, "found", (key,)), [live[key]]
        elif key in gone:  # (6)
            yield Answer("id", key, "deleted"), []
    missing = [key for key in asked if key not in live and key not in gone]
    binned = reader.read(missing, properties, archived=True) if missing else []
    archived = {str(record["id"]) for record in binned}
    for key in missing:
        if key in archived:  # (2)
            yield Answer("id", key, "deleted"), []
        else:
            yield _settle(reader, key, properties)


def by_value(
    reader: Reader, kind: str, name: str, values: Sequence[str], properties: Sequence[str]
) -> Iterator[Found]:
    """Yield an answer for every value of a unique property; additional e-mails lead to their owner."""
    asked = list(dict.fromkeys(values))
    if not asked:
        return
    owners: dict[str, list[Body]] = {}
    for record in reader.read(asked, properties, id_property=name):
        for value in values_of(record, name):
            owners.setdefault(value.lower(), []).append(record)
    for key in asked:
        records = owners.get(key.strip().lower(), [])
        ids = tuple(str(record["id"]) for record in records)
        yield Answer(kind, key, "found" if ids else "missing", ids), records


def values_of(record: Body, name: str) -> list[str]:
    """Return a record's values of a unique property, additional e-mails among them."""
    properties = record.get("properties") or {}
    found = [str(properties.get(name) or "")]
    if name == "email":
        found += str(properties.get("hs_additional_emails") or "").split(";")
    return [value.strip() for value in found if value.strip()]


def _settle(reader: Reader, key: str, properties: Sequence[str]) -> Found:
    try:
        record = reader.get(key, properties)
    except Skippable as error:
        if error.code != "not_found":
            raise
        return Answer("id", key, "deleted"), []  # (5)
    survivor = str(record["id"])
    status = "found" if survivor == key else "merged"  # (3) (4)
    return Answer("id", key, status, (survivor,)), [record]
