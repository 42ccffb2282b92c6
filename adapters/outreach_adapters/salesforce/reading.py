"""Reads records of one object by queries, however many fields were asked for.

Rule: a query's address has an end. Too many fields are fetched by id, in bodies; too many values are
asked for in several parts of the same call.

https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.account import CONTACT, LEAD
from outreach_adapters.salesforce.soql import Condition
from outreach_core.errors import OutreachError

Body = dict[str, Any]
ID, DELETED, STAMP, CREATED = "Id", "IsDeleted", "SystemModstamp", "CreatedDate"
MASTER, CONVERTED, BECAME = "MasterRecordId", "IsConverted", "ConvertedContactId"
_ALWAYS = (ID, DELETED, CREATED, STAMP)
SYSTEM: Mapping[str, tuple[str, ...]] = {
    LEAD: (*_ALWAYS, MASTER, CONVERTED, BECAME),
    CONTACT: (*_ALWAYS, MASTER),
}
# so many characters of field names leave room for a few hundred ids
WIDEST_SELECT = 6_000


class Reader(Protocol):
    """What reading needs of the client."""

    def ask(self, parts: Sequence[composite.Part]) -> composite.Answered:
        """Return each part's answer by its name."""
        ...

    def more(self, following: str) -> Body:
        """Return the page that a ``nextRecordsUrl`` names."""
        ...

    def read(self, of: str, ids: Sequence[str], fields: Iterable[str]) -> list[Body]:
        """Return the live records with these ids."""
        ...


def system_fields(of: str) -> tuple[str, ...]:
    """Return the fields every record of an object is read with, whatever was asked for."""
    return SYSTEM.get(of, _ALWAYS)


@dataclass(frozen=True)
class Reading:
    """How one object is read: by which client, with which fields.

    Attributes:
        of: The object's API name.
        fields: What was asked for, beside the system's fields.
    """

    client: Reader
    of: str
    fields: Sequence[str]

    def select(self, *where: Condition, order: Sequence[str] = ()) -> str:
        """Return a query with the fields, or, if they are too many, with what a query must tell."""
        return soql.select(self._selected, self.of, *where, order=order)

    def rows(self, answer: Body | OutreachError) -> Iterator[Body]:
        """Yield all records of a query's answer, page by page, complete."""
        if isinstance(answer, OutreachError):
            raise answer
        page = answer
        while True:
            yield from self._complete(page.get("records") or [])
            if not page.get("nextRecordsUrl"):
                return
            page = self.client.more(str(page["nextRecordsUrl"]))

    def parts(
        self,
        ref: str,
        field: str,
        values: Iterable[str],
        *where: Condition,
        gone_too: bool = False,
    ) -> list[composite.Part]:
        """Return the parts that ask for the records with these values; none for no value."""
        room = soql.LONGEST_QUERY - soql.size(self.select(soql.one_of(field, [""]), *where))
        return [
            composite.query(
                f"{ref}_{number}",
                self.select(soql.one_of(field, some), *where),
                gone_too=gone_too,
            )
            for number, some in enumerate(soql.in_chunks(values, room))
        ]

    def by_ids(self, ids: Sequence[str]) -> dict[str, Body]:
        """Return the records with these ids, deleted and merged ones too; purged ones are missing."""
        parts = self.parts("ids", ID, ids, gone_too=True)
        answers = self.client.ask(parts)
        return {row[ID]: row for part in parts for row in self.rows(answers[part.ref])}

    @cached_property
    def _asked(self) -> list[str]:
        return list(dict.fromkeys([*system_fields(self.of), *self.fields]))

    @cached_property
    def _wide(self) -> bool:
        return len(", ".join(self._asked)) > WIDEST_SELECT

    @cached_property
    def _selected(self) -> list[str]:
        if not self._wide:
            return self._asked
        # fields of a parent cannot be fetched by id
        parents = [name for name in self.fields if "." in name]
        return [*system_fields(self.of), *parents]

    def _complete(self, rows: Sequence[Body]) -> Iterator[Body]:
        if not self._wide:
            yield from rows
            return
        own = [name for name in self._asked if "." not in name]
        live = [row[ID] for row in rows if not row[DELETED]]
        fetched = {row[ID]: row for row in self.client.read(self.of, live, own)} if live else {}
        for row in rows:
            if row[DELETED]:
                yield row
            elif row[ID] in fetched:  # else deleted in between: the next run is told
                yield {**row, **fetched[row[ID]]}


def value_of(row: Mapping[str, Any], name: str) -> Any:
    """Return a field's value as the vendor wrote it; ``Account.Name`` is inside ``Account``."""
    parent, dot, inner = name.partition(".")
    found = row.get(parent)
    if not dot:
        return found
    return found.get(inner) if isinstance(found, Mapping) else None


def moment_of(text: object) -> datetime | None:
    """Return the moment Salesforce wrote."""
    return datetime.fromisoformat(str(text)) if text else None
