"""What a person does with records in HubSpot's own screens, and no API call can.

The one rule: a person's write is recorded as CRM_UI and lags like any other write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import lifecycle, links, lists, reading
from outreach_sandbox.hubspot.linking import PlannedLink, connect, disconnect
from outreach_sandbox.hubspot.store import Record, Source
from outreach_sandbox.hubspot.wire import RefusedError, iso
from outreach_sandbox.hubspot.writes import Planned, commit, plan_create, plan_update

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.hubspot.lists import RecordList
    from outreach_sandbox.hubspot.portal import Kind, Portal

Body = dict[str, Any]
PERSON = Source("CRM_UI", "userId:76023669")


@dataclass
class People:
    """The side doors of one account; `object` in a body is `contacts` unless it says so."""

    portal: Portal

    def doors(self) -> dict[str, Callable[[Body], Body]]:
        """Every door by name."""
        return {
            "edit": self.edit,
            "create": self.create,
            "delete": self.delete,
            "restore": self.restore,
            "merge": self.merge,
            "privacy_delete": self.privacy_delete,
            "opt_out": self.opt_out,
            "contacts": self.contacts,
            "records": self.records,
            "move_stage": self.move_stage,
            "associate": self.associate,
            "dissociate": self.dissociate,
            "make_list": self.make_list,
            "list_add": self.list_add,
            "list_remove": self.list_remove,
            "delete_list": self.delete_list,
        }

    def edit(self, body: Body) -> Body:
        """{id | email, properties}."""
        kind = self._kind(body)
        record = self._record(kind, body)
        plan = self._allowed(lambda: plan_update(self.portal, kind, record, body["properties"]))
        return self._seen(commit(self.portal, kind, plan, self.portal.now(), PERSON))

    def create(self, body: Body) -> Body:
        """{properties, associations?: [{to_object, to_id, primary?}]}."""
        kind = self._kind(body)
        planned = [self._planned(kind, item) for item in body.get("associations") or ()]
        plan = self._allowed(lambda: plan_create(self.portal, kind, body["properties"]))
        record = commit(self.portal, kind, plan, self.portal.now(), PERSON)
        connect(self.portal, record.id, planned, self.portal.now())
        return self._seen(record)

    def delete(self, body: Body) -> Body:
        """{id | email}: to the recycle bin."""
        kind = self._kind(body)
        record = self._record(kind, body)
        lifecycle.archive(kind, record, self.portal.now())
        return self._seen(record)

    def restore(self, body: Body) -> Body:
        """{id}: back from the recycle bin."""
        kind = self._kind(body)
        record = kind.store.records.get(int(body["id"]))
        if record is None or record.archived_ms is None:
            raise ValueError(f"{body['id']} is not in the recycle bin")
        lifecycle.restore(self.portal, kind, record, self.portal.now(), PERSON)
        return self._seen(record)

    def merge(self, body: Body) -> Body:
        """{primary, other}: ids; the answer is the new record."""
        kind = self._kind(body)
        pair = [self._record(kind, {"id": body[name]}) for name in ("primary", "other")]
        now_ms = self.portal.now()
        return self._seen(
            self._allowed(
                lambda: lifecycle.merge(self.portal, kind, pair[0], pair[1], now_ms, PERSON)
            )
        )

    def privacy_delete(self, body: Body) -> Body:
        """{id}: deleted for good."""
        kind = self._kind(body)
        record = self._record(kind, body)
        lifecycle.forget(self.portal, kind, record, self.portal.now())
        return {"deleted": str(record.id)}

    def opt_out(self, body: Body) -> Body:
        """{id | email, out: false to be written to again}: the subscriber's own click, no edit of a property."""
        kind = self._kind(body)
        said = {"hs_email_optout": "true" if body.get("out", True) else "false"}
        plan = Planned(self._record(kind, body), said)
        return self._seen(commit(self.portal, kind, plan, self.portal.now(), PERSON))

    def contacts(self, body: Body) -> Body:
        """{}: every record with every property, archived ones too; and where merged ids lead."""
        kind = self._kind(body)
        self.portal.now()
        records = kind.store.records.values()
        return {
            "contacts": [self._seen(r) for r in records if r.merged_into is None],
            "merged": {str(r.id): str(r.merged_into) for r in records if r.merged_into},
        }

    def records(self, body: Body) -> Body:
        """{object}: every record with every property and what it is associated with."""
        kind = self._kind(body)
        self.portal.now()
        records = kind.store.records.values()
        return {
            "records": [
                self._seen(r) | {"associations": self._associated(kind, r)}
                for r in records
                if r.merged_into is None
            ],
            "merged": {str(r.id): str(r.merged_into) for r in records if r.merged_into},
        }

    def move_stage(self, body: Body) -> Body:
        """{id, stage, pipeline?}: a deal dragged to another stage."""
        changes = {"dealstage": str(body["stage"])}
        if "pipeline" in body:
            changes["pipeline"] = str(body["pipeline"])
        return self.edit({"object": "deals", "id": body["id"], "properties": changes})

    def associate(self, body: Body) -> Body:
        """{object, id, to_object, to_id, primary?}."""
        kind = self._kind(body)
        record = self._record(kind, body)
        connect(self.portal, record.id, [self._planned(kind, body)], self.portal.now())
        return {"associations": self._associated(kind, record)}

    def dissociate(self, body: Body) -> Body:
        """{object, id, to_object, to_id}."""
        kind, other = self._kind(body), self.portal.kind(str(body["to_object"]))
        record, end = self._record(kind, body), self._record(other, {"id": body["to_id"]})
        start, to_type = kind.type.type_id, other.type.type_id
        held = self.portal.links.between(start, record.id, to_type, end.id)
        disconnect(self.portal, start, record.id, held, end.id, self.portal.now())
        return {"associations": self._associated(kind, record)}

    def make_list(self, body: Body) -> Body:
        """{name, members?: [id | address]}: a static list of contacts."""
        ids = self._contacts(body)
        found = lists.make(self.portal, str(body["name"]), "MANUAL", ids, self.portal.now())
        return self._list_seen(found)

    def list_add(self, body: Body) -> Body:
        """{list: id | name, members}."""
        found = self._list(body)
        found.add(self._contacts(body), self.portal.now())
        return self._list_seen(found)

    def list_remove(self, body: Body) -> Body:
        """{list: id | name, members}."""
        found = self._list(body)
        lists.let_go(self.portal, found, self._contacts(body), self.portal.now())
        return self._list_seen(found)

    def delete_list(self, body: Body) -> Body:
        """{list: id | name}: the contacts stay."""
        found = self._list(body)
        del self.portal.lists[found.id]
        return {"deleted": str(found.id)}

    def _list(self, body: Body) -> RecordList:
        text = str(body["list"])
        number = int(text) if text.isdigit() else 0
        found = self.portal.lists.get(number) or lists.by_name(self.portal, text)
        if found is None:
            raise ValueError(f"no list {text!r}")
        return found

    def _list_seen(self, found: RecordList) -> Body:
        members = [str(i) for i in lists.members(self.portal, found)]
        return {"listId": str(found.id), "name": found.name, "members": members}

    def _contacts(self, body: Body) -> list[int]:
        kind = self.portal.kind("contacts")
        named = [str(member) for member in body.get("members") or ()]
        return [self._record(kind, {"email" if "@" in m else "id": m}).id for m in named]

    def _planned(self, kind: Kind, body: Body) -> PlannedLink:
        """An association to `to_object`, `to_id`; the primary one if `primary` says so."""
        other = self.portal.kind(str(body["to_object"]))
        pair = kind.type.type_id, other.type.type_id
        link = links.primary(*pair) if body.get("primary") else links.unlabelled(*pair)
        if link is None:
            raise ValueError(f"{kind.type.name} and {other.type.name} cannot be associated so")
        return PlannedLink(link, self._record(other, {"id": body["to_id"]}).id)

    def _associated(self, kind: Kind, record: Record) -> list[Body]:
        found = self.portal.links.everything(kind.type.type_id, record.id)
        names = {k.type.type_id: k.type.name for k in self.portal.kinds.values()}
        return [{"to": names[t.to_type], "id": str(end), "type": t.id} for t, end in found]

    def _kind(self, body: Body) -> Kind:
        return self.portal.kind(str(body.get("object", body.get("object_type", "contacts"))))

    def _record(self, kind: Kind, body: Body) -> Record:
        self.portal.now()
        if "id" in body:
            record = reading.find(kind, str(body["id"]), None)
        else:
            record = reading.find(kind, str(body["email"]), "email")
        if record is None:
            raise ValueError("no such live record")
        return record

    def _allowed(self, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except RefusedError as refused:
            raise ValueError(refused.problem.message) from refused

    def _seen(self, record: Record) -> Body:
        return {
            "id": str(record.id),
            "properties": dict(record.properties),
            "createdAt": iso(record.created_ms),
            "updatedAt": iso(record.updated_ms),
            "archived": record.archived_ms is not None,
        }
