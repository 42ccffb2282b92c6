"""A SOQL condition becomes a function of a record.

The one rule: what a comparison means depends on the field's type alone: text without case, ids by
18 characters, moments as sortable text; a literal of another type is refused, never converted.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_comparisonoperators.htm
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.schema import NUMBERS, Field
from outreach_sandbox.salesforce.soql_dates import span
from outreach_sandbox.salesforce.soql_parser import Both, Compare, Literal, Not, place
from outreach_sandbox.salesforce.soql_strings import like
from outreach_sandbox.salesforce.wire import NotBuiltError, Problem, RefusedError, moment_of

if TYPE_CHECKING:
    from datetime import date

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import ObjectType
    from outreach_sandbox.salesforce.soql_parser import Condition, Token
    from outreach_sandbox.salesforce.store import Record

Test = Callable[["Record"], bool]
Get = Callable[["Record"], Any]
NUMERIC = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SHAPE = {"date": "date", "datetime": "dateTime", "boolean": "boolean", "int": "int"}
TYPE_OF = Field("Type", "string", 40, frozenset("fs"), "Object Type")


class Column(NamedTuple):
    """A field reached from a record, maybe through one parent."""

    field: Field
    get: Get
    path: tuple[str, ...]


def resolve(org: Org, kind: ObjectType, token: Token, text: str = "") -> Column:
    """The field a name stands for: `Email`, `Lead.Email`, `Owner.Email`, `Who.Type`."""
    parts = token.text.split(".")
    if len(parts) > 1 and parts[0].lower() == kind.name.lower():
        parts = parts[1:]
    if len(parts) == 1:
        item = kind.find(parts[0])
        if item is None:
            raise _no_column(parts[0], kind.name, token, text)
        name = item.name
        return Column(item, lambda record: record.values.get(name), (name,))
    parent = kind.parent(parts[0])
    if parent is None:
        raise _no_relationship(parts[0], token, text)
    if len(parts) > 2:
        raise NotBuiltError("the parent of a parent")
    item = _of_parent(org, parent, parts[1], token, text)
    return Column(item, _through(org, parent.name, item), (parent.relationship, item.name))


def compile_condition(org: Org, kind: ObjectType, condition: Condition, text: str = "") -> Test:
    """The condition as a function; its fields and literals are checked once, here."""
    if isinstance(condition, Not):
        inner = compile_condition(org, kind, condition.inner, text)
        return lambda record: not inner(record)
    if isinstance(condition, Both):
        tests = [compile_condition(org, kind, part, text) for part in condition.parts]
        if condition.word == "AND":
            return lambda record: all(test(record) for test in tests)
        return lambda record: any(test(record) for test in tests)
    return _comparison(org, kind, condition, text)


def _comparison(org: Org, kind: ObjectType, asked: Compare, text: str) -> Test:
    column = resolve(org, kind, asked.field, text)
    item = column.field
    if not item.is_("f"):
        said = f"field '{item.name}' can not be filtered in a query call"
        raise RefusedError(Problem("INVALID_FIELD", place(text, asked.field.at, said)))
    if asked.operator == "LIKE":
        return _like(column, asked.values[0], asked.field, text)
    keys = [_key(org, item, literal, asked.field, text) for literal in asked.values]
    if asked.operator in ("IN", "NOT IN"):
        return _one_of(column, keys, inside=asked.operator == "IN")
    return _compared(column, asked.operator, keys[0])


def _compared(column: Column, word: str, key: Any) -> Test:
    """One comparison of a record's value with a key.

    | # | literal | comparison | outcome for a null value |
    |---|---|---|---|
    | 1 | a span of days | inside, before, after | != alone is true |
    | 2 | any | = and != | != alone is true unless the literal is null |
    | 3 | any | < <= > >= | false |
    """
    get, fold = column.get, _fold(column.field)
    if isinstance(key, tuple):  # (1)
        return _in_span(get, word, key)
    if word in ("=", "!="):  # (2)
        wanted = word == "="
        return lambda record: (fold(get(record)) == key) is wanted
    compare = NUMERIC[word]

    def test(record: Record) -> bool:  # (3)
        value = fold(get(record))
        return value is not None and key is not None and bool(compare(value, key))

    return test


def _in_span(get: Get, word: str, days: tuple[str, str]) -> Test:
    start, end = days
    tests: dict[str, Callable[[str], bool]] = {
        "=": lambda v: start <= v < end,
        "!=": lambda v: not start <= v < end,
        "<": lambda v: v < start,
        "<=": lambda v: v < end,
        ">": lambda v: v >= end,
        ">=": lambda v: v >= start,
    }
    test = tests[word]
    return lambda record: word == "!=" if get(record) is None else test(get(record))


def _one_of(column: Column, keys: list[Any], *, inside: bool) -> Test:
    get, fold = column.get, _fold(column.field)
    spans = [_in_span(get, "=", key) for key in keys if isinstance(key, tuple)]
    plain = frozenset(key for key in keys if not isinstance(key, tuple))
    if not spans:
        return lambda record: (fold(get(record)) in plain) is inside

    def test(record: Record) -> bool:
        found = fold(get(record)) in plain or any(one(record) for one in spans)
        return found is inside

    return test


def _like(column: Column, literal: Literal, token: Token, text: str) -> Test:
    item = column.field
    if literal.kind != "string" or item.type in (*NUMBERS, "date", "datetime", "boolean", "id"):
        said = "invalid operator"
        problem = Problem("INVALID_QUERY_FILTER_OPERATOR", place(text, token.at, said))
        raise RefusedError(problem)
    whole = like(literal.text)
    get = column.get
    return lambda record: whole.fullmatch(str(get(record) or "")) is not None


def _fold(item: Field) -> Callable[[Any], Any]:
    if item.type in (*NUMBERS, "boolean", "date", "datetime", "id", "reference"):
        return _as_it_is
    if item.case_sensitive:
        return _as_it_is
    return _lower


def _as_it_is(value: Any) -> Any:
    return value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _key(org: Org, item: Field, literal: Literal, token: Token, text: str) -> Any:
    """What the field's values are compared with; a pair stands for a span of days."""
    if literal.kind == "null":
        return None
    if item.type in ("id", "reference") and literal.kind == "string":
        return _id_key(literal, token, text)
    if item.type in NUMBERS and literal.kind == "number":
        return float(literal.text)
    if item.type == "boolean" and literal.kind == "boolean":
        return literal.text == "TRUE"
    if item.type in ("date", "datetime") and literal.kind == "literal":
        days = span(literal.text, org.now().date())
        return tuple(_day_key(item, day) for day in days)
    if item.type == literal.kind == "date":
        return literal.text
    if item.type == literal.kind == "datetime":
        return _moment_key(literal.text)
    if item.type not in (*NUMBERS, *SHAPE) and literal.kind == "string":
        return literal.text if item.case_sensitive else literal.text.lower()
    raise _wrong_type(item, token, text)


def _id_key(literal: Literal, token: Token, text: str) -> str | None:
    if not literal.text:
        return None
    found = to_18(literal.text)
    if found is None:
        said = place(text, token.at, f"invalid ID field: {literal.text}")
        raise RefusedError(Problem("INVALID_QUERY_FILTER_OPERATOR", said))
    return found


def _day_key(item: Field, day: date) -> str:
    if item.type == "date":
        return day.isoformat()
    return _moment_key(datetime.combine(day, time(), UTC).isoformat())


def _moment_key(text: str) -> str:
    moment = (moment_of(text) or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"


def _of_parent(org: Org, parent: Field, name: str, token: Token, text: str) -> Field:
    if name.lower() == "type" and len(parent.references) > 1:
        return TYPE_OF
    for target in parent.references:
        kind = org.types.get(target.lower())
        item = kind.find(name) if kind else None
        if item is not None:
            return item
    raise _no_column(name, (parent.references or ("Name",))[0], token, text)


def _through(org: Org, reference: str, item: Field) -> Get:
    def get(record: Record) -> Any:
        found = org.by_id(record.values.get(reference))
        if found is None:
            return None
        return found[0].type.name if item is TYPE_OF else found[1].values.get(item.name)

    return get


def _no_column(name: str, entity: str, token: Token, text: str) -> RefusedError:
    said = (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom "
        "field, be sure to append the '__c' after the custom field name. Please reference your "
        "WSDL or the describe call for the appropriate names."
    )
    return RefusedError(Problem("INVALID_FIELD", place(text, token.at, said)))


def _no_relationship(name: str, token: Token, text: str) -> RefusedError:
    said = (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a "
        "custom relationship, be sure to append the '__r' after the custom relationship name. "
        "Please reference your WSDL or the describe call for the appropriate names."
    )
    return RefusedError(Problem("INVALID_FIELD", place(text, token.at, said)))


def _wrong_type(item: Field, token: Token, text: str) -> RefusedError:
    plain = item.type in (*NUMBERS, *SHAPE)
    kind = SHAPE.get(item.type, "double") if plain else "string"
    quotes = "should not be enclosed in quotes" if plain else "should be enclosed in quotes"
    said = f"value of filter criterion for field '{item.name}' must be of type {kind} and {quotes}"
    return RefusedError(Problem("INVALID_FIELD", place(text, token.at, said)))
