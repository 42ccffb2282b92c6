"""Compares an answer of the sandbox with the recorded one.

The one rule: everything is compared — status, header names, keys, types, values up to the ids,
who is among the results and in which order; whatever may differ stands in the reviewed list of
excuses and nowhere in this module. Three things two runs of the real service would differ in are
equal here by their form: a UUID, a moment near the recorded one, and an id that was learned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from fidelity.ids import IDENTITIES, Ids
from fidelity.recording import Answer

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
NEAR_SECONDS = 30
# of transport and of the recorder, not of the service's answer
NOT_COMPARED = {"date", "content-length", "connection", "transfer-encoding", "content-encoding"}


class Kind(StrEnum):
    """In what two answers differ."""

    STATUS = "status"
    MISSING = "missing"
    EXTRA = "extra"
    TYPE = "type"
    VALUE = "value"
    MOMENT = "moment"
    MEMBERS = "members"
    ORDER = "order"
    LAG = "lag"
    NOT_BUILT = "not built"


@dataclass(frozen=True)
class Difference:
    """One place where the sandbox says something else; `where` has `*` for a place in a list."""

    kind: Kind
    where: str
    recorded: str = ""
    ours: str = ""

    def __str__(self) -> str:
        return (
            f"{self.kind} {self.where}: recorded {self.recorded[:160]!r}, ours {self.ours[:160]!r}"
        )


def differences(recorded: Answer, ours: Answer, ids: Ids) -> list[Difference]:
    """Every difference; one that the sandbox has not built is a single one."""
    if ours.status == 501:
        return [Difference(Kind.NOT_BUILT, "*", str(recorded.status), "501")]
    if recorded.status != ours.status:
        said = str(ours.body)[:300]
        return [Difference(Kind.STATUS, "status", str(recorded.status), f"{ours.status} {said}")]
    found = list(_headers(recorded.headers, ours.headers or {}))
    return found + list(bodies(ids.ours(recorded.body), ours.body, "body"))


def lagged(difference: Difference) -> Difference:
    """The same, if it is about who is found while an index is behind, marked as that."""
    about = {(Kind.MEMBERS, "body/results"), (Kind.VALUE, "body/total")}
    if (difference.kind, difference.where) in about:
        return replace(difference, kind=Kind.LAG)
    return difference


def _headers(recorded: Mapping[str, str] | None, ours: Mapping[str, str]) -> Iterator[Difference]:
    if recorded is None:
        return
    for name in sorted(set(recorded) - set(ours) - NOT_COMPARED):
        yield Difference(Kind.MISSING, f"header/{name}", recorded[name])
    for name in sorted(set(ours) - set(recorded) - NOT_COMPARED):
        yield Difference(Kind.EXTRA, f"header/{name}", "", ours[name])
    both = [h.get("content-type") for h in (recorded, ours)]
    if None not in both and media(both[0] or "") != media(both[1] or ""):
        yield Difference(Kind.VALUE, "header/content-type", str(both[0]), str(both[1]))


def media(content_type: str) -> str:
    """The media type alone: its parameters are written in many ways."""
    return content_type.partition(";")[0].strip().lower()


def bodies(recorded: Any, ours: Any, where: str) -> Iterator[Difference]:
    """Compare two values that stand in the same place."""
    if type_of(recorded) != type_of(ours):
        yield Difference(Kind.TYPE, where, _short(recorded), _short(ours))
    elif isinstance(recorded, dict):
        yield from _objects(recorded, ours, where)
    elif isinstance(recorded, list):
        yield from _lists(recorded, ours, where)
    elif recorded != ours:
        yield from _values(recorded, ours, where)


def type_of(value: Any) -> str:
    """The JSON type; a whole number and another one are both numbers."""
    if isinstance(value, bool):
        return "boolean"
    names = {int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _objects(recorded: dict[str, Any], ours: dict[str, Any], where: str) -> Iterator[Difference]:
    for key, value in recorded.items():
        if key not in ours:
            yield Difference(Kind.MISSING, f"{where}/{key}", _short(value))
        else:
            yield from bodies(value, ours[key], f"{where}/{key}")
    for key, value in ours.items():
        if key not in recorded:
            yield Difference(Kind.EXTRA, f"{where}/{key}", "", _short(value))


def _lists(recorded: list[Any], ours: list[Any], where: str) -> Iterator[Difference]:
    keys = [[_identity(item) for item in side] for side in (recorded, ours)]
    if None in keys[0] + keys[1] or len(set(keys[0])) != len(keys[0]):
        if len(recorded) != len(ours):
            yield Difference(Kind.MEMBERS, where, str(len(recorded)), str(len(ours)))
        for one, other in zip(recorded, ours, strict=False):
            yield from bodies(one, other, f"{where}/*")
        return
    if set(keys[0]) != set(keys[1]):
        yield Difference(Kind.MEMBERS, where, str(keys[0]), str(keys[1]))
    elif keys[0] != keys[1]:
        yield Difference(Kind.ORDER, where, str(keys[0]), str(keys[1]))
    by_key = dict(zip(keys[1], ours, strict=True))
    for key, item in zip(keys[0], recorded, strict=True):
        if key in by_key:
            yield from bodies(item, by_key[key], f"{where}/*")


def _identity(item: Any) -> str | None:
    if isinstance(item, str):
        return item
    if not isinstance(item, dict):
        return None
    named = item.get("properties") if isinstance(item.get("properties"), dict) else item
    for part in (item, named):
        for key in IDENTITIES:
            if isinstance(part, dict) and part.get(key) not in (None, "", {}):
                return f"{key}={part[key]}"
    return (item.get("attributes") or {}).get("url") if "attributes" in item else None


def _values(recorded: Any, ours: Any, where: str) -> Iterator[Difference]:
    if isinstance(recorded, str) and isinstance(ours, str):
        if UUID.sub("<uuid>", recorded) == UUID.sub("<uuid>", ours):
            return
        times = [MOMENT.findall(text) for text in (recorded, ours)]
        if MOMENT.sub("<moment>", recorded) == MOMENT.sub("<moment>", ours) and times[0]:
            if not all(map(_near, *times)):
                yield Difference(Kind.MOMENT, where, recorded, ours)
            return
    yield Difference(Kind.VALUE, where, _short(recorded), _short(ours))


def _near(recorded: str, ours: str) -> bool:
    """Written in the same form, and at nearly the same time."""
    form = [re.sub(r"\d", "0", text) for text in (recorded, ours)]
    if form[0] != form[1]:
        return False
    one, other = (_moment(text) for text in (recorded, ours))
    return abs((one - other).total_seconds()) <= NEAR_SECONDS


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _short(value: Any) -> str:
    return str(value)[:300]
