"""An import's filters, compared with the org's fields, as conditions of SOQL. Pure.

Rule: a name is the org's own spelling of it and a value is read by its field's type; both become text of a
query in `soql` alone.

| # | operator | fits a record |
|---|---|---|
| 1 | EQ, LT, LTE, GT, GTE, BETWEEN, IN, CONTAINS, STARTS_WITH | that has a value, and it is so |
| 2 | NEQ, NOT_IN, NOT_CONTAINS | whose value is not so, or that has none |
| 3 | HAS_PROPERTY, NOT_HAS_PROPERTY | that has a value, or none |
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach_adapters.salesforce import soql
from outreach_adapters.salesforce.ids import to_18
from tap_salesforce_crm.criteria import (
    BETWEEN,
    MANY,
    NONE,
    ONE,
    OPERATORS,
    ORDER,
    WORDS,
    Filter,
    Groups,
    bad,
    listed,
)

Read = Callable[[str], soql.Value | None]
SIGNS: Mapping[str, soql.Sign] = {"EQ": "=", "LT": "<", "LTE": "<=", "GT": ">", "GTE": ">="}


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a field's type takes.

    Attributes:
        read: Returns the value a text stands for, ``None`` if it is none of the type.
        what: The type in words.
    """

    read: Read
    what: str
    operators: frozenset[str]


def condition(groups: Groups, of: str, described: Iterable[Mapping[str, Any]]) -> soql.Condition:
    """Return the one condition that says whom the criteria ask for.

    Args:
        groups: The criteria.
        of: The object's API name.
        described: Its fields, as the org describes them to this user.

    Raises:
        ConfigError: ``bad_criteria``; names the filter.
    """
    known = {str(field["name"]).lower(): field for field in described}
    found = [soql.both([_rendered(one, of, known) for one in group]) for group in groups]
    return soql.either(found)


def _rendered(one: Filter, of: str, known: Mapping[str, Mapping[str, Any]]) -> soql.Condition:
    field = _field(one, of, known)
    name, kind = str(field["name"]), _kind(one, field)
    if one.operator not in kind.operators:
        raise bad(
            f"{one.where}: `{name}` does not take {one.operator}.",
            f"Use one of {listed(sorted(kind.operators))}.",
        )
    values = [_value(one, name, kind, text) for text in one.values]
    _check_choices(one, field)
    return _condition(name, one.operator, values)


def _condition(name: str, operator: str, values: Sequence[soql.Value]) -> soql.Condition:
    if operator in NONE:  # (3)
        return soql.filled(name) if operator == "HAS_PROPERTY" else soql.empty(name)
    if operator in ("NEQ", "NOT_IN", "NOT_CONTAINS"):  # (2)
        opposite = {"NEQ": "EQ", "NOT_IN": "IN", "NOT_CONTAINS": "CONTAINS"}[operator]
        return soql.otherwise(name, _condition(name, opposite, values))
    if operator in MANY:  # (1)
        return soql.one_of(name, values)
    if operator in WORDS:
        return soql.contains(name, str(values[0]), from_start=operator == "STARTS_WITH")
    if operator == BETWEEN:
        low, high = values
        return soql.both([soql.compares(name, ">=", low), soql.compares(name, "<=", high)])
    return soql.compares(name, SIGNS[operator], values[0])


def _field(one: Filter, of: str, known: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    field = known.get(one.field.lower())
    if field is None:
        near = difflib.get_close_matches(one.field.lower(), known, n=1)
        raise bad(
            f"{one.where}: the object {of} has no field `{one.field[:40]}`, or the integration user may "
            "not see it.",
            f"Did you mean `{known[near[0]]['name']}`?"
            if near
            else "Use the API name, not the label.",
        )
    if not field.get("filterable", True):
        raise bad(
            f"{one.where}: Salesforce does not filter by `{field['name']}`.", "Use another field."
        )
    return field


def _kind(one: Filter, field: Mapping[str, Any]) -> _Kind:
    kind = KINDS.get(str(field.get("type")))
    if kind is None:
        raise bad(
            f"{one.where}: an import does not filter by a field like `{field['name']}`.",
            "Use a field of text, a choice, a number, a date, a checkbox or an id.",
        )
    return kind


def _value(one: Filter, name: str, kind: _Kind, text: str) -> soql.Value:
    value = kind.read(text)
    if value is None:
        raise bad(f"{one.where}: `{name}` takes {kind.what}.", "Correct its value.")
    return value


def _check_choices(one: Filter, field: Mapping[str, Any]) -> None:
    """Stop at a word that no record can have; an open list of choices has any."""
    if not field.get("restrictedPicklist") or one.operator in WORDS | ORDER | {BETWEEN}:
        return
    choices = [str(choice["value"]) for choice in field.get("picklistValues") or ()]
    known = {choice.lower() for choice in choices}
    if choices and not {value.lower() for value in one.values} <= known:
        raise bad(
            f"{one.where}: a value is none of the choices of `{field['name']}`.",
            f"It has {listed(choices)}.",
        )


# -- values by type -------------------------------------------------------------------------------


def _text(text: str) -> str | None:
    return text if soql.askable(text) else None


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    # a field has at most 18 digits; an exponent would write out a million of them
    return found if found.is_finite() and abs(found.adjusted()) < 20 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """Read a moment; without a zone it is UTC, and a day is its midnight."""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


_SORTED = OPERATORS - WORDS
_TEXT = _Kind(_text, "a text of printable characters, 4,000 at most", OPERATORS)
_NUMBER = _Kind(_number, "a number", _SORTED)
_ID = _Kind(to_18, "a record's id", frozenset({"EQ", "NEQ"}) | MANY | NONE)
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
KINDS: Mapping[str, _Kind] = {
    **dict.fromkeys(("string", "email", "phone", "url", "picklist", "combobox", "textarea"), _TEXT),
    **dict.fromkeys(("int", "long", "double", "currency", "percent"), _NUMBER),
    **dict.fromkeys(("id", "reference"), _ID),
    "date": _Kind(_day, "a date such as 2026-01-31", _SORTED),
    "datetime": _Kind(_moment, "a moment such as 2026-01-31 or 2026-01-31T09:00:00Z", _SORTED),
    # a checkbox is never without a value
    "boolean": _Kind(_flag, "true or false", ONE - ORDER - WORDS),
}
