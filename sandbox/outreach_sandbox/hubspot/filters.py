"""Search filters: one filter as a test on an indexed record, and which ids can pass at all.

The one rule: a filter is judged on what the index holds, never on the store.

https://developers.hubspot.com/docs/guides/api/crm/search#filter-search-results
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import Problem, RefusedError, epoch_ms

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.index import SearchIndex
    from outreach_sandbox.hubspot.schema import Property, Schema

Test = Callable[[Mapping[str, str]], bool]
Comparable = int | float | str

OPERATORS = frozenset(
    {
        *("EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN"),
        *("HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"),
    }
)
ORDER = {"LT": operator.lt, "LTE": operator.le, "GT": operator.gt, "GTE": operator.ge}
TOKEN = re.compile(r"[^\s@.,;:/()<>\"']+")


@dataclass(frozen=True)
class Filter:
    """One filter of a search."""

    definition: Property
    operator: str
    value: str
    values: tuple[str, ...]
    high: str

    def test(self) -> Test:
        """The filter as a test on indexed properties; NOT_ and NEQ pass where there is no value."""
        name, key = self.definition.name, comparer(self.definition)
        match self.operator:
            case "HAS_PROPERTY" | "NOT_HAS_PROPERTY":
                test: Test = lambda p: bool(p.get(name))  # noqa: E731
            case "EQ" | "NEQ":
                test = _compare(name, key, key(self.value), operator.eq)
            case "IN" | "NOT_IN":
                test = self._inside(name, key)
            case "CONTAINS_TOKEN" | "NOT_CONTAINS_TOKEN":
                test = _contains(name, self.value)
            case "BETWEEN":
                low = _compare(name, key, key(self.value), operator.ge)
                high = _compare(name, key, key(self.high), operator.le)
                test = lambda p: low(p) and high(p)  # noqa: E731
            case _:
                test = _compare(name, key, key(self.value), ORDER[self.operator])
        return _negate(test) if self.operator.startswith(("NOT_", "NEQ")) else test

    def candidates(self, index: SearchIndex) -> Collection[int] | None:
        """The only ids that can pass, where the index knows; None means any."""
        name = self.definition.name
        if self.operator == "HAS_PROPERTY":
            return index.having_any(name)
        if name == index.modified_property:
            return self._modified(index)
        if self.definition.type in ("datetime", "date", "number"):
            return None
        if self.operator == "EQ":
            return index.having(name, self.value)
        if self.operator == "IN":
            return set().union(*(index.having(name, value) for value in self.values))
        return None

    def _modified(self, index: SearchIndex) -> Collection[int] | None:
        value = epoch_ms(self.value) if self.value else None
        if value is None:
            return None
        match self.operator:
            case "EQ":
                return index.modified_between(value, value)
            case "GT" | "GTE":
                return index.modified_between(value, None)
            case "LT" | "LTE":
                return index.modified_between(None, value)
            case "BETWEEN":
                return index.modified_between(value, epoch_ms(self.high))
        return None

    def _inside(self, name: str, key: Callable[[str], Comparable | None]) -> Test:
        # values must be in lower case: the index is, the request is taken as it is
        if self.definition.type in ("datetime", "date", "number", "enumeration", "bool"):
            wanted: frozenset[Comparable | None] = frozenset(key(v) for v in self.values)
        else:
            wanted = frozenset(self.values)
        return lambda p: bool(p.get(name)) and key(p[name]) in wanted


@dataclass(frozen=True)
class Linked:
    """A filter on the records something is associated with, as they are now."""

    ids: frozenset[int]

    def test(self) -> Test:
        """Whether an indexed record is one of them."""
        return lambda p: int(p["hs_object_id"]) in self.ids

    def candidates(self, index: SearchIndex) -> Collection[int]:
        """Those of them that the index knows."""
        return self.ids & index.entries.keys()


# https://developers.hubspot.com/docs/guides/api/crm/search (properties that cannot be searched)
UNSEARCHABLE = frozenset({"hs_email_html", "hs_body_preview"})


def parse(schema: Schema, raw: Mapping[str, Any]) -> Filter:
    """Read one filter, refusing what the vendor refuses."""
    name, wanted = str(raw.get("propertyName")), str(raw.get("operator"))
    definition = schema.properties.get(name)
    if definition is None or name in UNSEARCHABLE:
        raise RefusedError(Problem(400, f'Property "{name}" does not exist'))
    if wanted not in OPERATORS:
        raise RefusedError(Problem(400, f"{wanted} is not a valid operator"))
    values = tuple(str(value) for value in raw.get("values") or ())
    value = "" if raw.get("value") is None else str(raw["value"])
    given = bool(values) if wanted in ("IN", "NOT_IN") else value != ""
    if not given and not wanted.endswith("HAS_PROPERTY"):
        raise RefusedError(Problem(400, f"operator {wanted} requires a value for {name}"))
    found = Filter(definition, wanted, value, values, str(raw.get("highValue") or ""))
    _refuse_unreadable(found)
    return found


def _refuse_unreadable(found: Filter) -> None:
    key = comparer(found.definition)
    for text in (found.value, found.high, *found.values):
        if text and key(text) is None:
            raise RefusedError(
                Problem(400, f"{text} is not a valid value for {found.definition.name}")
            )


def comparer(definition: Property) -> Callable[[str], Comparable | None]:
    """How values of this property compare: upper and lower case alike except options."""
    match definition.type:
        case "datetime" | "date":
            return epoch_ms
        case "number":
            return _number
        case "enumeration":
            return str
    return str.lower


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return None


def _compare(
    name: str,
    key: Callable[[str], Comparable | None],
    value: Comparable | None,
    relation: Callable[[Any, Any], bool],
) -> Test:
    def test(properties: Mapping[str, str]) -> bool:
        text = properties.get(name)
        if not text:
            return False
        own = key(text)
        return own is not None and relation(own, value)

    return test


def _negate(test: Test) -> Test:
    return lambda properties: not test(properties)


def _contains(name: str, value: str) -> Test:
    wanted = [token for token in re.split(r"[\s@.,;:/()<>\"']+", value.lower()) if token]

    def test(properties: Mapping[str, str]) -> bool:
        tokens = TOKEN.findall((properties.get(name) or "").lower())
        return bool(wanted) and all(
            any(fnmatchcase(token, pattern) for token in tokens) for pattern in wanted
        )

    return test
