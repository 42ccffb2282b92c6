"""A parsed query against the records.

The one rule: rows come out as they are at this moment, fields in the order they were asked for.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_orderby.htm
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from outreach_sandbox.salesforce.org import BIN_DAYS
from outreach_sandbox.salesforce.soql_candidates import candidates
from outreach_sandbox.salesforce.soql_conditions import Column, compile_condition, resolve
from outreach_sandbox.salesforce.soql_parser import place
from outreach_sandbox.salesforce.wire import Problem, RefusedError, Values, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import ObjectType
    from outreach_sandbox.salesforce.soql_parser import Order, Query
    from outreach_sandbox.salesforce.store import Record

FURTHEST_OFFSET = 2000
ARCHIVED_AFTER_DAYS = 365


class Found(NamedTuple):
    """All rows of a query; a count has none."""

    total: int
    rows: list[Values]


def run(org: Org, query: Query, base: str, *, all_rows: bool = False) -> Found:
    """Every row; `all_rows` adds deleted, merged and archived ones."""
    kind = org.types.get(query.object.text.lower())
    if kind is None:
        raise _unknown_object(query)
    if query.offset > FURTHEST_OFFSET:
        said = "SOQL offset should be between 0 to 2000"
        raise RefusedError(Problem("NUMBER_OUTSIDE_VALID_RANGE", said))
    columns = _columns(org, kind, query)
    records = list(_matching(org, kind, query, all_rows=all_rows))
    for order in reversed(query.order):
        records = _sorted(org, kind, records, order, query.text)
    end = None if query.limit is None else query.offset + query.limit
    records = records[query.offset : end]
    if query.counted is not None:
        return _count(resolve(org, kind, query.counted, query.text), records)
    rows = [_row(org, kind, columns, record, base) for record in records] if columns else []
    return Found(len(records), rows)


def _count(column: Column, records: list[Record]) -> Found:
    """COUNT(field): one row with how many have a value.

    https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_count_field.htm
    """
    number = sum(1 for record in records if column.get(record) is not None)
    return Found(1, [{"attributes": {"type": "AggregateResult"}, "expr0": number}])


def shown(kind: ObjectType, record: Record, names: list[str], base: str) -> Values:
    """One record with the fields of these names, in the order of the names."""
    fields = [item for name in names if (item := kind.find(name)) is not None]
    values = {item.name: record.values.get(item.name) for item in fields}
    return {"attributes": _attributes(kind, record, base), **values}


def visible(
    org: Org, kind: ObjectType, *, all_rows: bool, among: list[Record] | None = None
) -> Iterator[Record]:
    """Records a query sees, of all or of these.

    | # | the record | query | queryAll |
    |---|---|---|---|
    | 1 | is live | yes | yes |
    | 2 | is deleted or merged, at most 15 days | no | yes |
    | 3 | is deleted for longer, or purged | no | no |
    | 4 | is a closed task older than 365 days | no | yes |
    """
    gone = stamp(org.now() - timedelta(days=BIN_DAYS))
    archived = (org.now() - timedelta(days=ARCHIVED_AFTER_DAYS)).date().isoformat()
    tasks = kind.name == "Task"
    for record in org.table(kind).records.values() if among is None else among:
        values = record.values
        if values.get("IsDeleted"):
            kept = values["SystemModstamp"] >= gone and record.id not in org.purged
            if all_rows and kept:  # (2), (3)
                yield record
        elif tasks and values["IsClosed"] and (values["ActivityDate"] or "9") < archived:  # (4)
            if all_rows:
                yield record.with_(IsArchived=True)
        else:  # (1)
            yield record


def _matching(org: Org, kind: ObjectType, query: Query, *, all_rows: bool) -> Iterator[Record]:
    if query.where is None:
        return visible(org, kind, all_rows=all_rows)
    test = compile_condition(org, kind, query.where, query.text)
    among = None if all_rows else candidates(org.table(kind), query.where)
    return filter(test, visible(org, kind, all_rows=all_rows, among=among))


def _columns(org: Org, kind: ObjectType, query: Query) -> list[Column]:
    found: list[Column] = []
    for token in query.fields:
        column = resolve(org, kind, token, query.text)
        if any(column.path == other.path for other in found):
            said = place(query.text, token.at, f"duplicate field selected: {token.text}")
            raise RefusedError(Problem("INVALID_FIELD", said))
        found.append(column)
    return found


def _sorted(
    org: Org, kind: ObjectType, records: list[Record], order: Order, text: str
) -> list[Record]:
    column = resolve(org, kind, order.field, text)
    if not column.field.is_("s"):
        said = f"field '{column.field.name}' can not be sorted in a query call"
        raise RefusedError(Problem("INVALID_FIELD", place(text, order.field.at, said)))
    nulls = [r for r in records if column.get(r) is None]
    rest = [r for r in records if column.get(r) is not None]
    rest.sort(key=lambda r: _sort_key(column, r), reverse=order.descending)
    return [*rest, *nulls] if order.nulls_last else [*nulls, *rest]


def _sort_key(column: Column, record: Record) -> Any:
    value = column.get(record)
    plain = column.field.type in ("id", "reference", "date", "datetime")
    return value.lower() if isinstance(value, str) and not plain else value


def _row(org: Org, kind: ObjectType, columns: list[Column], record: Record, base: str) -> Values:
    row: Values = {"attributes": _attributes(kind, record, base)}
    for column in columns:
        if len(column.path) == 1:
            row[column.path[0]] = column.get(record)
            continue
        parent = _parent(org, kind, column, record, base)
        if parent is None:
            row[column.path[0]] = None
        else:
            inner = row.setdefault(column.path[0], parent)
            inner[column.path[1]] = column.get(record)
    return row


def _parent(org: Org, kind: ObjectType, column: Column, record: Record, base: str) -> Values | None:
    reference = kind.parent(column.path[0])
    found = org.by_id(record.values.get(reference.name)) if reference else None
    return {"attributes": _attributes(found[0].type, found[1], base)} if found else None


def _attributes(kind: ObjectType, record: Record, base: str) -> dict[str, str]:
    return {"type": kind.name, "url": f"{base}/sobjects/{kind.name}/{record.id}"}


def _unknown_object(query: Query) -> RefusedError:
    said = (
        f"sObject type '{query.object.text}' is not supported. If you are attempting to use a "
        "custom object, be sure to append the '__c' after the entity name. Please reference "
        "your WSDL or the describe call for the appropriate names."
    )
    return RefusedError(Problem("INVALID_TYPE", place(query.text, query.object.at, said)))
