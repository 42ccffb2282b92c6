"""One record at a time: read, create, change, upsert, delete.

The one rule: an error is a list; only an upsert key with several owners answers 300 and addresses.

https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import lifecycle, writes
from outreach_sandbox.salesforce.desk import base, sent_object, version, writer
from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.soql_run import shown, visible
from outreach_sandbox.salesforce.wire import (
    Answer,
    Problem,
    RefusedError,
    SeveralMatchesError,
    Values,
    http_date,
    moment_of,
    not_found,
    refuse,
)

if TYPE_CHECKING:
    from datetime import datetime

    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.schema import ObjectType
    from outreach_sandbox.salesforce.store import Record

FIRST_WITH_CREATED = 46


def kind_of(desk: Desk, exchange: Exchange) -> ObjectType:
    """The object in the path."""
    return desk.org.type_named(exchange.path_params["type"])


def find(desk: Desk, kind: ObjectType, text: str) -> Record:
    """A record by id, deleted or not; 404 if there never was one, or if the text is no id."""
    record_id = to_18(text)
    if record_id is None:
        raise not_found(writes.NO_KEY + text)
    record = desk.org.table(kind).records.get(record_id)
    if record is None:
        raise not_found()
    return record


def get(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X/<id>, with `fields=` for some."""
    kind = kind_of(desk, exchange)
    record = find(desk, kind, exchange.path_params["id"])
    if record.deleted and desk.org.switches.deleted_read_says_so:
        raise refuse("ENTITY_IS_DELETED", "entity is deleted", status=404)
    return _read(exchange, kind, record)


def get_by_key(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X/<key field>/<value>."""
    kind = kind_of(desk, exchange)
    key = writes.upsert_key(kind, exchange.path_params["field"])
    found = desk.org.table(kind).having(key.name, _key_value(key.name, exchange))
    if len(found) > 1:
        return several(exchange, kind, [record.id for record in found])
    if not found:
        raise not_found()
    return _read(exchange, kind, found[0])


def create(desk: Desk, exchange: Exchange) -> Answer:
    """POST sobjects/X."""
    kind = kind_of(desk, exchange)
    record = writes.create(desk.org, kind, sent_object(exchange), writer(desk, exchange))
    body = {"id": record.id, "success": True, "errors": []}
    return Answer(201, body, _location(exchange, kind, record))


def update(desk: Desk, exchange: Exchange) -> Answer:
    """PATCH sobjects/X/<id>; `If-Unmodified-Since` is the only lock there is."""
    kind = kind_of(desk, exchange)
    record = find(desk, kind, exchange.path_params["id"])
    sent = sent_object(exchange)
    _no_id(sent)
    _unmodified(exchange, record)
    writes.update(desk.org, kind, record, sent, writer(desk, exchange))
    return Answer(204)


def delete(desk: Desk, exchange: Exchange) -> Answer:
    """DELETE sobjects/X/<id>."""
    kind = kind_of(desk, exchange)
    record = find(desk, kind, exchange.path_params["id"])
    lifecycle.delete(desk.org, kind, record, desk.org.user_id)
    return Answer(204)


def upsert(desk: Desk, exchange: Exchange) -> Answer:
    """PATCH sobjects/X/<key field>/<value>.

    | # | live records with the key | answer |
    |---|---|---|
    | 1 | none | 201; with updateOnly=true 404 |
    | 2 | one | from v46 on 200 and a body, before 204 |
    | 3 | several | 300 and their addresses |
    """
    kind = kind_of(desk, exchange)
    key = writes.upsert_key(kind, exchange.path_params["field"])
    value = _key_value(key.name, exchange)
    sent = sent_object(exchange)
    _no_id(sent)
    repeated = next((name for name in sent if name.lower() == key.name.lower()), None)
    if repeated and desk.org.switches.ext_field_in_body_refused:
        text = f"The {key.name} field should not be specified in the sobject data."
        raise RefusedError(Problem("INVALID_FIELD", text))
    only_update = (exchange.first("updateOnly") or "").lower() == "true"
    if only_update and not desk.org.table(kind).having(key.name, value):
        raise not_found()
    try:
        record, created = writes.upsert(desk.org, kind, key, value, sent, writer(desk, exchange))
    except SeveralMatchesError as found:
        return several(exchange, kind, found.ids)  # (3)
    new = version(exchange) >= FIRST_WITH_CREATED
    if not created and not new:
        return Answer(204)  # (2)
    body: Values = {"id": record.id, "success": True, "errors": []}
    where = _location(exchange, kind, record) if created else {}
    return Answer(201 if created else 200, body | ({"created": created} if new else {}), where)


def several(exchange: Exchange, kind: ObjectType, ids: list[str]) -> Answer:
    """300: the addresses of every match; nothing was written."""
    return Answer(300, [f"{base(exchange)}/sobjects/{kind.name}/{i}" for i in ids])


def record_count(desk: Desk, exchange: Exchange) -> Answer:
    """GET limits/recordCount; objects without records are left out, a seed may say it lags."""
    lagging = dict(desk.org.settings.get("record_counts") or {})
    names = [n for n in (exchange.first("sObjects") or "").split(",") if n]
    kinds = [k for n in names if (k := desk.org.types.get(n.lower())) is not None]
    counts = {k.name: sum(1 for _ in visible(desk.org, k, all_rows=False)) for k in kinds}
    told = {name: n for name, n in counts.items() if n}
    told |= {name: int(lagging[name]) for name in counts if name in lagging}
    return Answer(200, {"sObjects": [{"count": n, "name": name} for name, n in told.items()]})


def _read(exchange: Exchange, kind: ObjectType, record: Record) -> Answer:
    if record.deleted:
        raise not_found()
    since = header_moment(exchange, "if-modified-since")
    if since is not None and _modified(record) <= since:
        return Answer(304)
    _unmodified(exchange, record)
    asked = [n.strip() for n in (exchange.first("fields") or "").split(",") if n.strip()]
    for name in asked:
        if kind.find(name) is None:
            text = f"No such column '{name}' on sobject of type {kind.name}"
            raise RefusedError(Problem("INVALID_FIELD", text))
    names = [*dict.fromkeys([*asked, "Id"])] if asked else list(kind.fields)
    return Answer(200, shown(kind, record, names, base(exchange)))


def _location(exchange: Exchange, kind: ObjectType, record: Record) -> dict[str, str]:
    # https://developer.salesforce.com/docs/atlas.en-us.192.0.api_rest.meta/api_rest/dome_composite_upsert_example.htm
    return {"Location": f"{base(exchange)}/sobjects/{kind.name}/{record.id}"}


def _key_value(field: str, exchange: Exchange) -> str | None:
    text = exchange.path_params["value"]
    return to_18(text) or text if field == "Id" else text


def _no_id(sent: dict[str, Any]) -> None:
    if any(name.lower() == "id" for name in sent):
        text = "The Id field should not be specified in the sobject data."
        raise RefusedError(Problem("INVALID_FIELD", text))


def _modified(record: Record) -> datetime:
    moment = moment_of(record.values["LastModifiedDate"])
    if moment is None:
        raise ValueError(f"{record.id} has no LastModifiedDate")
    return moment


def _unmodified(exchange: Exchange, record: Record) -> None:
    since = header_moment(exchange, "if-unmodified-since")
    if since is not None and _modified(record) > since:
        text = "The record was modified after the time of If-Unmodified-Since"
        raise refuse("PRECONDITION_FAILED", text, status=412)


def header_moment(exchange: Exchange, name: str) -> datetime | None:
    """The moment a condition names; 400 if it names none."""
    text = exchange.headers.get(name)
    if text is None:
        return None
    found = http_date(text)
    if found is None:
        raise RefusedError(Problem("INVALID_HEADER", f"the header {name} is no HTTP date"))
    return found
