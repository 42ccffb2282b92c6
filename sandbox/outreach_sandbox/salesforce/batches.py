"""Collections: up to 200 records in one call, each with its own outcome.

The one rule: the answer is 200 with one row per record in the order sent, even if all failed; a
row's errors carry `statusCode`, and a failed row has no id.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-create.html
https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-upsert.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce import lifecycle, writes
from outreach_sandbox.salesforce.desk import base, sent_object, writer
from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.soql_run import shown
from outreach_sandbox.salesforce.store import key_of
from outreach_sandbox.salesforce.values import BadTypeError
from outreach_sandbox.salesforce.wire import (
    Answer,
    Problem,
    RefusedError,
    SeveralMatchesError,
    Values,
    refuse,
)

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.desk import Desk
    from outreach_sandbox.salesforce.schema import Field, ObjectType
    from outreach_sandbox.salesforce.store import Record

MOST, MOST_READ, MOST_CHUNKS = 200, 2000, 10
ROLLED_BACK = Problem(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using "
    "AllOrNone header",
)
Act = Callable[[Any], Values]


def create(desk: Desk, exchange: Exchange) -> Answer:
    """POST composite/sobjects."""
    records, whole = _records(exchange)
    kinds = _kinds(desk, records)
    by = writer(desk, exchange)

    def act(place: int) -> Values:
        return _row(writes.create(desk.org, kinds[place], records[place], by))

    return _each(desk, list(range(len(records))), act, whole=whole)


def update(desk: Desk, exchange: Exchange) -> Answer:
    """PATCH composite/sobjects."""
    records, whole = _records(exchange)
    kinds = _kinds(desk, records)
    by = writer(desk, exchange)

    def act(place: int) -> Values:
        kind, sent = kinds[place], dict(records[place])
        name = next((n for n in sent if n.lower() == "id"), None)
        record_id = sent.pop(name) if name else None
        if not record_id:
            raise refuse("MISSING_ARGUMENT", "Id not specified in an update call")
        record = owner(desk, kind, record_id)
        return _row(writes.update(desk.org, kind, record, sent, by))

    return _each(desk, list(range(len(records))), act, whole=whole)


def upsert(desk: Desk, exchange: Exchange) -> Answer:
    """PATCH composite/sobjects/X/<key field>.

    | # | the row's key | outcome |
    |---|---|---|
    | 1 | is in another row too | all of them fail: DUPLICATE_VALUE |
    | 2 | is missing (but for Id) | MISSING_ARGUMENT |
    | 3 | has several owners | DUPLICATE_EXTERNAL_ID |
    | 4 | has one or no owner | changed or created |
    """
    kind = desk.org.type_named(exchange.path_params["type"])
    key = writes.upsert_key(kind, exchange.path_params["field"])
    records, whole = _records(exchange)
    _kinds(desk, records, only=kind)
    keyed = [take_key(key, record) for record in records]
    twice = repeated(key, [value for value, _ in keyed])
    by = writer(desk, exchange)

    def act(place: int) -> Values:
        value, sent = keyed[place]
        record, created = upsert_one(desk, kind, key, (value, sent, twice), by)
        return {**_row(record), "created": created}

    return _each(desk, list(range(len(records))), act, whole=whole)


def delete(desk: Desk, exchange: Exchange) -> Answer:
    """DELETE composite/sobjects?ids=."""
    ids = [i for i in (exchange.first("ids") or "").split(",") if i]
    _counted(exchange, len(ids), MOST)
    whole = (exchange.first("allOrNone") or "").lower() == "true"

    def act(text: str) -> Values:
        found = desk.org.by_id(text)
        if found is None:
            raise _unknown(text)
        lifecycle.delete(desk.org, found[0].type, found[1], desk.org.user_id)
        return _row(found[1])

    return _each(desk, ids, act, whole=whole)


def read(desk: Desk, exchange: Exchange) -> Answer:
    """GET or POST composite/sobjects/X: null where there is no such record."""
    kind = desk.org.type_named(exchange.path_params["type"])
    if exchange.method == "POST":
        body = sent_object(exchange)
        ids, names = list(body.get("ids") or []), list(body.get("fields") or [])
    else:
        ids, names = (
            [v for v in (exchange.first(n) or "").split(",") if v] for n in ("ids", "fields")
        )
    _counted(exchange, len(ids), MOST_READ)
    for name in names:
        if kind.find(name) is None:
            text = f"No such column '{name}' on sobject of type {kind.name}"
            raise RefusedError(Problem("INVALID_FIELD", text))
    records = desk.org.table(kind).records
    found = [records.get(to_18(str(i)) or "") for i in ids]
    return Answer(
        200,
        [shown(kind, r, names, base(exchange)) if r and not r.deleted else None for r in found],
    )


def owner(desk: Desk, kind: ObjectType, record_id: Any) -> Record:
    """The record of this object with this id."""
    record = desk.org.table(kind).records.get(to_18(str(record_id)) or "")
    if record is None:
        raise _unknown(str(record_id))
    return record


def take_key(key: Field, record: Values) -> tuple[Any, Values]:
    """The value of the key field, and the record without it."""
    sent = dict(record)
    name = next((n for n in sent if n.lower() == key.name.lower()), None)
    value = sent.pop(name) if name else None
    return (to_18(str(value)) or value if key.name == "Id" and value else value), sent


def repeated(key: Field, values: list[Any]) -> set[str]:
    """The keys that more than one row carries."""
    counts = Counter(k for v in values if (k := key_of(key, v)) is not None)
    return {k for k, count in counts.items() if count > 1}


def upsert_one(
    desk: Desk,
    kind: ObjectType,
    key: Field,
    row: tuple[Any, Values, set[str]],
    by: writes.Writer,
) -> tuple[Record, bool]:
    """One row of an upsert: its key, its values, and the keys that occur twice."""
    value, sent, twice = row
    folded = key_of(key, value)
    if folded in twice:
        text = f"Duplicate external id specified: {value}"
        raise refuse("DUPLICATE_VALUE", text, key.name)
    if folded is None and key.name != "Id":
        raise refuse("MISSING_ARGUMENT", f"{key.name} not specified")
    try:
        return writes.upsert(desk.org, kind, key, value, sent, by)
    except SeveralMatchesError as found:
        listed = ", ".join(i[:15] for i in found.ids)
        text = f"{key.label}: more than one record found for external id field: [{listed}]"
        raise refuse("DUPLICATE_EXTERNAL_ID", text) from found


def _each(desk: Desk, items: list[Any], act: Act, *, whole: bool) -> Answer:
    rows: list[Values] = []
    with desk.org.transaction() as transaction:
        for item in items:
            try:
                rows.append(act(item))
            except BadTypeError as bad:
                if desk.org.switches.bad_type_fails_whole_collection:
                    raise
                rows.append(_failed(bad.problem))
            except RefusedError as refused:
                rows.append(_failed(refused.problem))
        transaction.asked = whole and not all(row["success"] for row in rows)
    if transaction.asked:
        rows = [_failed(ROLLED_BACK) if row["success"] else row for row in rows]
    return Answer(200, list(rows))


def _records(exchange: Exchange) -> tuple[list[Values], bool]:
    body = sent_object(exchange)
    records = body.get("records")
    listed = records if isinstance(records, list) else []
    _counted(exchange, len(listed), MOST)
    if not all(isinstance(record, dict) for record in listed):
        raise RefusedError(Problem("JSON_PARSER_ERROR", "A record must be an object"))
    return listed, body.get("allOrNone") is True


def _counted(exchange: Exchange, count: int, most: int) -> None:
    exchange.inputs = count
    if not count:
        text = "At least 1 record is required"
        raise RefusedError(Problem("REQUIRED_FIELD_MISSING", text))
    if count > most:
        text = f"record limit reached. cannot submit more than {most} records into this call"
        raise RefusedError(Problem("EXCEEDED_ID_LIMIT", text))


def _kinds(desk: Desk, records: list[Values], only: ObjectType | None = None) -> list[ObjectType]:
    names = [str((record.get("attributes") or {}).get("type", "")) for record in records]
    for name in names:
        if name.lower() not in desk.org.types or (only and name.lower() != only.name.lower()):
            text = f"sObject type '{name}' is not supported." if name else "type not specified"
            raise RefusedError(Problem("INVALID_TYPE", text))
    if sum(1 for _ in groupby(names)) > MOST_CHUNKS:
        text = (
            "Cannot have more than 10 chunks in a single operation. Please rearrange the data "
            "to reduce chunking."
        )
        raise RefusedError(Problem("LIMIT_EXCEEDED", text))
    return [desk.org.type_named(name) for name in names]


def _row(record: Record) -> Values:
    return {"id": record.id, "success": True, "errors": []}


def _failed(problem: Problem) -> Values:
    return {"success": False, "errors": [problem.as_row()]}


def _unknown(text: str) -> RefusedError:
    if to_18(text) is None:
        return refuse("MALFORMED_ID", f"malformed id {text}")
    return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
