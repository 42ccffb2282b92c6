"""What a person or an administrator does in Salesforce's own screens.

The one rule: a person's write obeys the org's rules, is stamped with the person, and counts no call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import lifecycle, rules, seeding
from outreach_sandbox.salesforce.bulk_jobs import MOVING
from outreach_sandbox.salesforce.schema import ObjectType
from outreach_sandbox.salesforce.wire import RefusedError
from outreach_sandbox.salesforce.writes import Writer, create, update

if TYPE_CHECKING:
    from collections.abc import Callable

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
            self.delete,
            self.undelete,
            self.purge,
            self.convert,
            self.merge,
            self.records,
            self.add_field,
            self.add_validation_rule,
            self.add_duplicate_rule,
            self.hide_field,
            self.lock_row,
            self.fail_job,
            self.expire_tokens,
            self.revoke_token,
        )
        return {door.__name__: _allowed(door) for door in found}

    def create(self, body: Body) -> Body:
        """{object, values}."""
        kind = self._kind(body)
        return self._seen(create(self.org, kind, body["values"], self._person()))

    def edit(self, body: Body) -> Body:
        """{id | email, values}."""
        table, record = self._find(body)
        kind = table.type
        return self._seen(update(self.org, kind, record, body["values"], self._person()))

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
        statuses = self.org.tables["LeadStatus"].live()
        status = next(s.values["ApiName"] for s in statuses if s.values["IsConverted"])
        how = lifecycle.Conversion(
            str(body.get("status") or status),
            body.get("opportunity"),
            body.get("account_id"),
            body.get("contact_id"),
            dict(body.get("map") or {}),
        )
        return lifecycle.convert(self.org, lead, how, self.org.person_id)

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

    def add_field(self, body: Body) -> Body:
        """{object, name, type, length, external_id, unique, ...}: as in a seed."""
        seeding.add_field(self.org, body)
        return {"added": body["name"]}

    def add_validation_rule(self, body: Body) -> Body:
        """{object, when: a SOQL condition that is true for a wrong record, message, field}."""
        self.org.validation_rules.append(rules.validation_rule(self.org, body))
        return {"rules": len(self.org.validation_rules)}

    def add_duplicate_rule(self, body: Body) -> Body:
        """{object, fields, action: block | alert, message}."""
        self.org.duplicate_rules.append(rules.duplicate_rule(self.org, body))
        return {"rules": len(self.org.duplicate_rules)}

    def hide_field(self, body: Body) -> Body:
        """{object, field, read_only}: the integration user sees it no more, or cannot change it."""
        kind = self._kind(body)
        if body.get("read_only"):
            kind.freeze(str(body["field"]))
        else:
            kind.drop(str(body["field"]))
        return {"hidden": body["field"]}

    def lock_row(self, body: Body) -> Body:
        """{id, times}: the next writes that touch this record meet UNABLE_TO_LOCK_ROW."""
        record = self._find(body)[1]
        self.org.locks[record.id] = int(body.get("times", 1))
        return {"locked": record.id}

    def fail_job(self, body: Body) -> Body:
        """{id, message}: a bulk job ends here, with what it has written so far."""
        job = self.desk.jobs.jobs[str(body["id"])]
        if job.state not in MOVING:
            raise ValueError(f"the job is {job.state}")
        message = str(body.get("message", "InternalServerError : the batch could not be processed"))
        job.stop("Failed", self.org.now(), message)
        return {"failed": job.id, "processed": len(job.done)}

    def expire_tokens(self, _body: Body) -> Body:
        """{}: every session given out so far has ended; refreshing still works."""
        return {"expired": self.desk.tokens.expire_all()}

    def revoke_token(self, body: Body) -> Body:
        """{token} or {} for all; {"undo": true} takes it back."""
        tokens, token = self.desk.tokens, body.get("token")
        if body.get("undo"):
            tokens.dead.discard(str(token))
            tokens.all_revoked = False
        elif token:
            tokens.dead.add(str(token))
        else:
            tokens.all_revoked = True
        return {"revoked": "all" if tokens.all_revoked else len(tokens.dead)}

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
