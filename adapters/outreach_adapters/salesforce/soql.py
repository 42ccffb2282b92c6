"""SOQL, built from names that were checked and values that were quoted, and from nothing else.

Rule: no text of a person or of a setting gets into a query but through `name` or `literal`.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, NewType
from urllib.parse import quote

from simple_salesforce.format import format_soql, quote_soql_value

from outreach_core.errors import ConfigError

Condition = NewType("Condition", str)
Value = str | datetime | date | Decimal | bool

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)?")
Sign = Literal["=", "<", "<=", ">", ">="]
# https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_soslsoql.htm
LONGEST_LITERAL = 4_000
# an address may have 16,384 bytes; the rest of it is for the path and whatever stands before it
LONGEST_QUERY = 12_000


def name(text: str) -> str:
    """Return the name of a field or object, maybe behind one relationship.

    Raises:
        ConfigError: ``bad_name``; it is none.
    """
    if not _NAME.fullmatch(text):
        raise ConfigError(
            f"A field's name has a character that no field of Salesforce has: {text[:40]!r}.",
            code="bad_name",
            remedy="Write the field's API name, such as `Email` or `Region__c`.",
        )
    return text


def literal(value: Value) -> str:
    """Return a value as a query spells it; a moment has whole seconds and a zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(quote_soql_value(value))


def askable(value: str) -> bool:
    """Whether a value can stand in a query; one that cannot is no record's either."""
    if not value or len(value) > LONGEST_LITERAL:
        return False
    return all(char.isprintable() for char in value)


def equals(field: str, value: str | datetime) -> Condition:
    """Return ``field = value``; texts are compared without capitals."""
    return Condition(f"{name(field)} = {literal(value)}")


def is_flag(field: str, *, on: bool) -> Condition:
    """Return whether a checkbox is on."""
    return Condition(f"{name(field)} = {'true' if on else 'false'}")


def filled(field: str) -> Condition:
    """Return whether a field has a value."""
    return Condition(f"{name(field)} != null")


def empty(field: str) -> Condition:
    """Return whether a field has no value."""
    return Condition(f"{name(field)} = null")


def compares(field: str, sign: Sign, value: Value) -> Condition:
    """Return ``field sign value``; no record without a value fits."""
    return Condition(f"{name(field)} {sign} {literal(value)}")


def contains(field: str, text: str, *, from_start: bool = False) -> Condition:
    """Return whether a text is in the field, or at its start; wildcards in it stand for themselves."""
    pattern = format_soql("{:like}", text)
    return Condition(f"{name(field)} LIKE '{'' if from_start else '%'}{pattern}%'")


def otherwise(field: str, condition: Condition) -> Condition:
    """Return whether a condition does not hold of a field, or the field has no value."""
    return Condition(f"({empty(field)} OR (NOT ({condition})))")


def either(conditions: Sequence[Condition]) -> Condition:
    """Return whether one of the conditions holds."""
    return Condition(f"({' OR '.join(f'({one})' for one in conditions)})")


def both(conditions: Sequence[Condition]) -> Condition:
    """Return whether all of the conditions hold."""
    return Condition(" AND ".join(f"({one})" for one in conditions))


def at_least(field: str, moment: datetime) -> Condition:
    """Return ``field >= moment``."""
    return Condition(f"{name(field)} >= {literal(moment)}")


def one_of(field: str, values: Sequence[Value]) -> Condition:
    """Return ``field IN (…)``."""
    return Condition(f"{name(field)} IN ({', '.join(map(literal, values))})")


def behind(field: str, moment: datetime, record_id: str) -> Condition:
    """Return what sorts after a record by (field, Id)."""
    stamp = literal(moment)
    later = f"{name(field)} > {stamp}"
    return Condition(f"({later} OR ({name(field)} = {stamp} AND Id > {literal(record_id)}))")


def select(
    fields: Iterable[str],
    of: str,
    *where: Condition,
    order: Sequence[str] = (),
) -> str:
    """Return a query; all conditions hold at once."""
    return _query(", ".join(map(name, fields)), of, where, order)


def count(of: str, *where: Condition) -> str:
    """Return a query that answers with a number alone."""
    return _query("COUNT()", of, where, ())


def size(query: str) -> int:
    """Return how long a query is in an address."""
    return len(quote(query, safe=""))


def in_chunks(values: Iterable[str], room: int) -> Iterator[list[str]]:
    """Yield the values in lists that each take at most this room in an address."""
    chunk: list[str] = []
    left = room
    for value in values:
        needed = size(f"{literal(value)}, ")
        if chunk and needed > left:
            yield chunk
            chunk, left = [], room
        chunk.append(value)
        left -= needed
    if chunk:
        yield chunk


def _query(shown: str, of: str, where: Sequence[Condition], order: Sequence[str]) -> str:
    text = f"SELECT {shown} FROM {name(of)}"  # noqa: S608 - names are checked, values quoted
    if where:
        text += f" WHERE {' AND '.join(where)}"
    if order:
        text += f" ORDER BY {', '.join(map(name, order))}"
    return text
