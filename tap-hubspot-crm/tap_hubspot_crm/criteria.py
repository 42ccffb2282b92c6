"""Which contacts an import asks for: filters as people write them, checked before HubSpot sees them. Pure.

Rule: an error names the filter, the property and the remedy, never a value: it may be somebody's address.

    {"filters": [{"property": "city", "operator": "EQ", "value": "Porto"}]}           all must hold
    {"filterGroups": [{"filters": [...]}, {"filters": [...]}]}                        one group must hold

https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach_core.errors import ConfigError

Body = dict[str, Any]
ONE = frozenset({"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"})
MANY = frozenset({"IN", "NOT_IN"})
NONE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
BETWEEN = "BETWEEN"
KEYS = frozenset({"property", "propertyName", "operator", "value", "values", "highValue"})
# https://developers.hubspot.com/docs/guides/api/crm/search#limitations
MOST_GROUPS, MOST_FILTERS, MOST_IN_ALL = 5, 6, 18
# the ids of associated records, which no list of properties names
# https://developers.hubspot.com/docs/guides/api/crm/search#search-through-associations
ASSOCIATED = "associations."
EXAMPLE = '{"filters": [{"property": "city", "operator": "EQ", "value": "Porto"}]}'
SETTING = "import_criteria"


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; ``where`` says which, in words."""

    where: str
    property: str
    operator: str
    values: tuple[str, ...] = ()

    def body(self) -> Body:
        """Return it in HubSpot's words."""
        found: Body = {"propertyName": self.property, "operator": self.operator}
        if self.operator in MANY:
            found["values"] = list(self.values)
        elif self.values:
            found["value"] = self.values[0]
        if self.operator == BETWEEN:
            found["highValue"] = self.values[1]
        return found


Groups = tuple[tuple[Filter, ...], ...]


def parse(given: object) -> Groups:
    """Read the setting: JSON text, or the same already read.

    Raises:
        ConfigError: ``bad_criteria``.
    """
    told = _read(given)
    listed = told.get("filterGroups")
    if "filters" in told and listed is not None:
        raise _bad("The criteria have both `filters` and `filterGroups`.", "Write one of them.")
    unknown = sorted(set(told) - {"filters", "filterGroups"})
    if unknown:
        raise _bad(f"The criteria have no key `{unknown[0]}`.", f"Write them like this: {EXAMPLE}")
    groups = [told.get("filters")] if listed is None else _groups(listed)
    found = tuple(
        tuple(_filters(group, f" of group {n}" if len(groups) > 1 else ""))
        for n, group in enumerate(groups, 1)
    )
    _check_limits(found)
    return found


def fitted(groups: Groups, definitions: Iterable[Mapping[str, Any]]) -> Groups:
    """Return the filters as the account takes them, checked against its properties.

    Raises:
        ConfigError: ``bad_criteria``; names the filter.
    """
    known = {str(definition.get("name")): definition for definition in definitions}
    return tuple(tuple(_fitted(one, known) for one in group) for group in groups)


def bodies(groups: Groups) -> list[Body]:
    """Return the groups in HubSpot's words."""
    return [{"filters": [one.body() for one in group]} for group in groups]


def _read(given: object) -> Mapping[str, Any]:
    try:
        told = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise _bad("The criteria are not JSON.", f"Write them like this: {EXAMPLE}") from None
    if isinstance(told, list):
        return {"filters": told}
    if not isinstance(told, Mapping):
        raise _bad("The criteria are no JSON object.", f"Write them like this: {EXAMPLE}")
    return told


def _groups(listed: object) -> list[object]:
    if not isinstance(listed, list) or not listed:
        raise _bad("`filterGroups` is no list of groups.", 'Write [{"filters": [...]}, ...].')
    for number, group in enumerate(listed, 1):
        if not isinstance(group, Mapping) or set(group) != {"filters"}:
            raise _bad(f"Group {number} is not of the form.", 'Write {"filters": [...]}.')
    return [group["filters"] for group in listed]


def _filters(listed: object, of_group: str) -> Iterable[Filter]:
    if not isinstance(listed, list) or not listed:
        raise _bad(
            f"There is no filter{of_group}.",
            "Name at least one; for everybody with an address: "
            '{"filters": [{"property": "email", "operator": "HAS_PROPERTY"}]}',
        )
    for number, one in enumerate(listed, 1):
        yield _filter(one, f"Filter {number}{of_group}")


def _filter(given: object, where: str) -> Filter:
    if not isinstance(given, Mapping):
        raise _bad(f"{where} is no JSON object.", f"Write it like in {EXAMPLE}")
    unknown = sorted(set(given) - KEYS)
    if unknown:
        raise _bad(f"{where} has no key `{unknown[0]}`.", f"It may have {_listed(sorted(KEYS))}.")
    name = given.get("property") or given.get("propertyName")
    if not isinstance(name, str) or not name.strip():
        raise _bad(f"{where} names no property.", 'Add "property", the internal name.')
    operator = str(given.get("operator") or "EQ").strip().upper()
    if operator not in (*ONE, *MANY, *NONE, BETWEEN):
        raise _bad(
            f"{where} (`{name}`) has an operator that HubSpot's search does not have.",
            f"Use one of {_listed(sorted((*ONE, *MANY, *NONE, BETWEEN)))}.",
        )
    return Filter(where, name.strip(), operator, _values(given, where, name, operator))


def _values(given: Mapping[str, Any], where: str, name: str, operator: str) -> tuple[str, ...]:
    """Return the values an operator takes: none, one, two, or a list."""
    said = f"{where} (`{name}` {operator})"
    if operator in NONE:
        wanted: list[str] = []
    elif operator in MANY:
        wanted = ["values"]
    else:
        wanted = ["value", *(["highValue"] if operator == BETWEEN else [])]
    for key in ("value", "values", "highValue"):
        if key in given and key not in wanted:
            raise _bad(f"{said} takes no `{key}`.", _needs(wanted))
    if operator in MANY:
        listed = given.get("values")
        if not isinstance(listed, list) or not listed or not all(map(_is_plain, listed)):
            raise _bad(f"{said} has no list of values.", _needs(wanted))
        return tuple(map(_text, listed))
    found = [given.get(key) for key in wanted]
    if not all(map(_is_plain, found)):
        raise _bad(f"{said} lacks a value.", _needs(wanted))
    return tuple(map(_text, found))


def _needs(wanted: Sequence[str]) -> str:
    return f"Give it {_listed(wanted)}." if wanted else "Leave it out."


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and str(value).strip() != ""


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _check_limits(groups: Groups) -> None:
    if len(groups) > MOST_GROUPS:
        raise _bad(
            f"The criteria have {len(groups)} groups.", f"HubSpot's search takes {MOST_GROUPS}."
        )
    for number, group in enumerate(groups, 1):
        if len(group) > MOST_FILTERS:
            raise _bad(
                f"Group {number} has {len(group)} filters.",
                f"HubSpot's search takes {MOST_FILTERS} a group; use one list of values (IN), or "
                "make a list in HubSpot and import that.",
            )
    total = sum(map(len, groups))
    if total > MOST_IN_ALL:
        raise _bad(
            f"The criteria have {total} filters.",
            f"HubSpot's search takes {MOST_IN_ALL} in all; make a list in HubSpot and import that.",
        )


# -- against the account --------------------------------------------------------------------------


def _fitted(one: Filter, known: Mapping[str, Mapping[str, Any]]) -> Filter:
    if one.property.startswith(ASSOCIATED):
        return one
    definition = known.get(one.property)
    if definition is None:
        near = difflib.get_close_matches(one.property, known, n=1)
        raise _bad(
            f"{one.where}: HubSpot has no contact property `{one.property}`.",
            f"Did you mean `{near[0]}`?" if near else "Use the internal name, not the label.",
        )
    kind = str(definition.get("type") or "string")
    options = [str(option.get("value")) for option in definition.get("options") or ()]
    if options:
        _check_options(one, options)
    elif kind == "number":
        _check_each(one, _is_number, "a number")
    elif kind in ("date", "datetime"):
        _check_each(one, _is_moment, "a date such as 2026-01-31, or milliseconds")
    elif one.operator in MANY and kind != "enumeration":
        # values of IN must be in lower case, as the index has them
        # https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results
        return Filter(one.where, one.property, one.operator, tuple(v.lower() for v in one.values))
    return one


def _check_options(one: Filter, options: Sequence[str]) -> None:
    if one.operator not in ("EQ", "NEQ", "IN", "NOT_IN") or set(one.values) <= set(options):
        return
    raise _bad(
        f"{one.where}: a value is none of the choices of `{one.property}`.",
        f"It has {_listed(options)}.",
    )


def _check_each(one: Filter, fits: Any, what: str) -> None:
    if not all(map(fits, one.values)):
        raise _bad(f"{one.where}: `{one.property}` takes {what}.", "Correct its value.")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    if text.lstrip("-").isdecimal():
        return True
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _bad(message: str, remedy: str) -> ConfigError:
    return ConfigError(message, code="bad_criteria", remedy=remedy, setting=SETTING)
