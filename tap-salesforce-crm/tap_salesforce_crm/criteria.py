"""Whom an import asks for: filters as people write them, read and checked for their form. Pure.

Rule: the form is that of an import from HubSpot, so that one habit does for both; an error names the filter,
the field and the remedy, never a value: it may be somebody's address.

    {"filters": [{"field": "City", "operator": "EQ", "value": "Porto"}]}              all must hold
    {"filterGroups": [{"filters": [...]}, {"filters": [...]}]}                        one group must hold
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_core.errors import ConfigError

ORDER = frozenset({"LT", "LTE", "GT", "GTE"})
WORDS = frozenset({"CONTAINS", "NOT_CONTAINS", "STARTS_WITH"})
ONE = frozenset({"EQ", "NEQ"}) | ORDER | WORDS
MANY = frozenset({"IN", "NOT_IN"})
NONE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
BETWEEN = "BETWEEN"
OPERATORS = ONE | MANY | NONE | {BETWEEN}
NAMES = ("field", "property", "propertyName")
KEYS = frozenset({*NAMES, "operator", "value", "values", "highValue"})
EXAMPLE = '{"filters": [{"field": "City", "operator": "EQ", "value": "Porto"}]}'
SETTING = "import_criteria"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; ``where`` says which, in words."""

    where: str
    field: str
    operator: str
    values: tuple[str, ...] = ()


Groups = tuple[tuple[Filter, ...], ...]


def parse(given: object) -> Groups:
    """Read the setting: JSON text, or the same already read.

    Raises:
        ConfigError: ``bad_criteria``.
    """
    told = _read(given)
    listed = told.get("filterGroups")
    if "filters" in told and listed is not None:
        raise bad("The criteria have both `filters` and `filterGroups`.", "Write one of them.")
    unknown = sorted(set(told) - {"filters", "filterGroups"})
    if unknown:
        raise bad(f"The criteria have no key `{unknown[0]}`.", f"Write them like this: {EXAMPLE}")
    groups = [told.get("filters")] if listed is None else _groups(listed)
    return tuple(
        tuple(_filters(group, f" of group {n}" if len(groups) > 1 else ""))
        for n, group in enumerate(groups, 1)
    )


def as_json(groups: Groups) -> list[list[list[str]]]:
    """Return what was asked in a form that two equal criteria share."""
    return [[[one.field.lower(), one.operator, *one.values] for one in group] for group in groups]


def listed(names: Iterable[str]) -> str:
    """Return names for a sentence."""
    return ", ".join(f"`{name}`" for name in names)


def bad(message: str, remedy: str) -> ConfigError:
    """Return the error of criteria that cannot be asked."""
    return ConfigError(message, code="bad_criteria", remedy=remedy, setting=SETTING)


def _read(given: object) -> Mapping[str, Any]:
    try:
        told = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise bad("The criteria are not JSON.", f"Write them like this: {EXAMPLE}") from None
    if isinstance(told, list):
        return {"filters": told}
    if not isinstance(told, Mapping):
        raise bad("The criteria are no JSON object.", f"Write them like this: {EXAMPLE}")
    return told


def _groups(given: object) -> list[object]:
    if not isinstance(given, list) or not given:
        raise bad("`filterGroups` is no list of groups.", 'Write [{"filters": [...]}, ...].')
    for number, group in enumerate(given, 1):
        if not isinstance(group, Mapping) or set(group) != {"filters"}:
            raise bad(f"Group {number} is not of the form.", 'Write {"filters": [...]}.')
    return [group["filters"] for group in given]


def _filters(given: object, of_group: str) -> Iterator[Filter]:
    if not isinstance(given, list) or not given:
        raise bad(
            f"There is no filter{of_group}.",
            "Name at least one; for everybody with an address: "
            '{"filters": [{"field": "Email", "operator": "HAS_PROPERTY"}]}',
        )
    for number, one in enumerate(given, 1):
        yield _filter(one, f"Filter {number}{of_group}")


def _filter(given: object, where: str) -> Filter:
    if not isinstance(given, Mapping):
        raise bad(f"{where} is no JSON object.", f"Write it like in {EXAMPLE}")
    unknown = sorted(set(given) - KEYS)
    if unknown:
        raise bad(f"{where} has no key `{unknown[0]}`.", f"It may have {listed(sorted(KEYS))}.")
    name = next((given[key] for key in NAMES if given.get(key)), None)
    if not isinstance(name, str) or not name.strip():
        raise bad(f"{where} names no field.", 'Add "field", the API name.')
    operator = str(given.get("operator") or "EQ").strip().upper()
    if operator not in OPERATORS:
        raise bad(
            f"{where} (`{name.strip()}`) has an operator that is not known.",
            f"Use one of {listed(sorted(OPERATORS))}.",
        )
    said = f"{where} (`{name.strip()}` {operator})"
    return Filter(where, name.strip(), operator, _values(given, said, operator))


def _values(given: Mapping[str, Any], said: str, operator: str) -> tuple[str, ...]:
    """Return the values an operator takes: none, one, two, or a list."""
    wanted = _wanted(operator)
    for key in ("value", "values", "highValue"):
        if key in given and key not in wanted:
            raise bad(f"{said} takes no `{key}`.", _needs(wanted))
    if operator in MANY:
        found = given.get("values")
        if not isinstance(found, list) or not found or not all(map(_is_plain, found)):
            raise bad(f"{said} has no list of values.", _needs(wanted))
        return tuple(map(_text, found))
    single = [given.get(key) for key in wanted]
    if not all(map(_is_plain, single)):
        raise bad(f"{said} lacks a value.", _needs(wanted))
    return tuple(map(_text, single))


def _wanted(operator: str) -> list[str]:
    if operator in NONE:
        return []
    if operator in MANY:
        return ["values"]
    return ["value", "highValue"] if operator == BETWEEN else ["value"]


def _needs(wanted: Sequence[str]) -> str:
    return f"Give it {listed(wanted)}." if wanted else "Leave it out."


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and str(value).strip() != ""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()
