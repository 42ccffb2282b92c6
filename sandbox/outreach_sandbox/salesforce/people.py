"""What a person does in Salesforce's own screens; an administrator's doors stand beside these.

The one rule: a person's write obeys the org's rules, is stamped with the person, and counts no call.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import lifecycle, rules
from outreach_sandbox.salesforce.administration import Administration
from outreach_sandbox.salesforce.conversion import Conversion, convert
from outreach_sandbox.salesforce.schema import ObjectType
from outreach_sandbox.salesforce.wire import RefusedError
from outreach_sandbox.salesforce.writes import Writer, create, update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.store import Record, Table

Body = dict[str, Any]


@dataclass
class People:
    """The side doors of one org; `object` in a body is `Lead` unless it says so."""

    desk: Desk

    @property
    def org(self) -> Org:
        """The org they work in."""
        return self.desk.org

    def doors(self) -> dict[str, Callable[[Body], Body]]:
        """Every door by name; each refuses with the vendor's own words."""
        found = (
            self.create,
            self.edit,
            self.automate,
            self.delete,
            self.undelete,
            self.purge,
            self.convert,
            self.merge,
            self.records,
            self.lock_row,
            *Administration(self.desk).doors(),
        )
        return {door.__name__: _allowed(door) for door in found}

    def create(self, body: Body) -> Body:
        """{object, values, seconds_ago: stamped so long ago, and visible only now}."""
        kind = self._kind(body)
        with self._stamped(body):
            return self._seen(create(self.org, kind, body["values"], self._person()))

    def edit(self, body: Body) -> Body:
        """{id | email, values, seconds_ago}."""
        table, record = self._find(body)
        kind = table.type
        with self._stamped(body):
            return self._seen(update(self.org, kind, record, body["values"], self._person()))

    def automate(self, body: Body) -> Body:
        """{id | email, values}: a change that moves SystemModstamp and no other stamp."""
        table, record = self._find(body)
        values = {name: body["values"][name] for name in body.get("values") or {}}
        unknown = [name for name in values if name not in table.type.fields]
        if unknown:
            raise ValueError(f"{table.type.name} has no field {unknown[0]}")
        table.put(record.with_(**values, SystemModstamp=self.org.stamp()))
        return self._seen(table.records[record.id])

    def delete(self, body: Body) -> Body:
        """{id | email}: to the recycle bin."""
        table, record = self._find(body)
        lifecycle.delete(self.org, table.type, record, self.org.person_id)
        return self._seen(table.records[record.id])

    def undelete(self, body: Body) -> Body:
        """{id}: back from the recycle bin."""
        table, record = self._find(body)
        return self._seen(lifecycle.undelete(self.org, table, record, self.org.person_id))

    def purge(self, body: Body) -> Body:
        """{id}: out of the recycle bin for good."""
        record = self._find(body)[1]
        lifecycle.purge(self.org, record)
        return self._seen(record)

    def convert(self, body: Body) -> Body:
        """{id | email, status, opportunity: name, account_id, contact_id, map: {lead: contact}}."""
        lead = self._find(body)[1]
        how = Conversion(
            body.get("status"),
            body.get("opportunity"),
            body.get("account_id"),
            body.get("contact_id"),
            dict(body.get("map") or {}),
        )
        return convert(self.org, lead, how, self.org.person_id)

    def merge(self, body: Body) -> Body:
        """{master, other}: ids; the other one is deleted and names its master."""
        table, master = self._find({"id": body["master"]})
        other = self._find({"id": body["other"]})[1]
        if other.id not in table.records:
            raise ValueError("both must be of one object")
        return self._seen(lifecycle.merge(self.org, table.type, master, other, self.org.person_id))

    def records(self, body: Body) -> Body:
        """{object}: every record with every field, deleted ones too."""
        table = self.org.table(self._kind(body))
        return {"records": [self._seen(record) for record in table.records.values()]}

    def lock_row(self, body: Body) -> Body:
        """{id, times}: the next writes that touch this record meet UNABLE_TO_LOCK_ROW."""
        record = self._find(body)[1]
        self.org.locks[record.id] = int(body.get("times", 1))
        return {"locked": record.id}

    @contextlib.contextmanager
    def _stamped(self, body: Body) -> Iterator[None]:
        # a long transaction is seen when it ends and stamped when it saved
        with self.org.at(self.org.now() - timedelta(seconds=float(body.get("seconds_ago", 0)))):
            yield

    def _person(self) -> Writer:
        # a person sees the alert and saves all the same
        return Writer(self.org.person_id, rules.DuplicateHeader(allow_save=True))

    def _kind(self, body: Body) -> ObjectType:
        return self.org.type_named(str(body.get("object", "Lead")))

    def _find(self, body: Body) -> tuple[Table, Record]:
        if "id" in body:
            found = self.org.by_id(body["id"])
            if found is None:
                raise ValueError("no such record")
            return found
        table = self.org.table(self._kind(body))
        matches = table.having("Email", body["email"])
        if len(matches) != 1:
            raise ValueError(f"{len(matches)} live records have this e-mail")
        return table, matches[0]

    def _seen(self, record: Record) -> Body:
        return {"id": record.id, **record.values}


def _allowed(door: Callable[[Body], Body]) -> Callable[[Body], Body]:
    def walk(body: Body) -> Body:
        try:
            return door(body)
        except RefusedError as refused:
            raise ValueError(str(refused)) from refused

    return walk
