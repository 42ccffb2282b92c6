"""Laws every field type obeys, whatever a cell holds.

Round trip: what is rendered for a side reads back there with the same key.
Idempotence: reading a value again, or reading its key, changes neither.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_core.mapping import parse_rules
from outreach_core.mapping.kinds import Dialect, Kind, read, render
from outreach_core.mapping.raw import Seen
from outreach_core.mapping.rules import FieldRule, Join
from outreach_core.model import FieldValue
from outreach_core.model.fields import FieldType

SIDES = [Dialect(native=True), Dialect()]
KINDS = [
    Kind(FieldType.TEXT),
    Kind(FieldType.EMAIL),
    Kind(FieldType.PHONE),
    Kind(FieldType.PHONE, region="TR"),
    Kind(FieldType.URL),
    Kind(FieldType.NUMBER),
    Kind(FieldType.DATE),
    Kind(FieldType.DATETIME, zone="Europe/Berlin"),
    Kind(FieldType.DATETIME, zone="America/New_York"),
    Kind(FieldType.BOOLEAN),
    Kind(FieldType.CHOICE),
    Kind(FieldType.CHOICES),
]

LIKELY = {
    FieldType.EMAIL: st.from_regex(r"\A[a-zA-Z0-9.+_-]{1,12}@[A-Za-zé]{1,8}\.example\.com\Z"),
    FieldType.PHONE: st.from_regex(r"\A[+]?[0-9 ()./-]{3,18}( ext [0-9]{1,3})?\Z"),
    FieldType.URL: st.from_regex(
        r"\A(https?://)?(www\.)*[a-zA-Z-]{1,8}\.example\.com(:[0-9]{1,4})?(/[a-zA-Z/.%?#=]{0,12})?\Z"
    ),
    FieldType.NUMBER: st.from_regex(r"\A[+-]?[0-9]{1,20}(\.[0-9]{1,10})?\Z")
    | st.integers()
    | st.floats(),
    FieldType.DATE: st.dates().map(str) | st.integers(-5, 3_000_000),
    FieldType.DATETIME: st.datetimes().map(str) | st.floats(0, 3_000_000),
    FieldType.CHOICES: st.lists(st.sampled_from("aAbß c,;\n")).map("".join),
    FieldType.BOOLEAN: st.booleans() | st.sampled_from(["yes", "No", "TRUE", "0", 1]),
}
ANYTHING = st.text(max_size=40) | st.integers() | st.floats() | st.booleans() | st.none()


def raws(kind: Kind) -> st.SearchStrategy[Any]:
    """Values a cell may hold: mostly likely ones for the type, now and then anything."""
    return LIKELY.get(kind.type, ANYTHING) | ANYTHING


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.type}-{kind.region or kind.zone}")
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_round_trip(kind: Kind, data: st.DataObject) -> None:
    """What one side shows reads on the other, after it was carried there, as the same thing."""
    seen = read(kind, SIDES[0], data.draw(raws(kind)))
    if not isinstance(seen, Seen):
        return
    for side in SIDES:
        back = read(kind, side, render(kind, side, seen.value))
        assert isinstance(back, Seen)
        assert seen.key == back.key


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.type}-{kind.region or kind.zone}")
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_reading_again_changes_nothing(kind: Kind, data: st.DataObject) -> None:
    """A value read again is itself, and a key read as a value is its own key."""
    seen = read(kind, SIDES[1], data.draw(raws(kind)))
    if not isinstance(seen, Seen):
        return
    assert seen == read(kind, SIDES[1], seen.value)
    if kind.type is FieldType.PHONE and not seen.key.startswith("+"):
        return  # digits that are no number are compared, never dialled: they are no value
    again = read(kind, SIDES[1], seen.key)
    assert isinstance(again, Seen)
    assert seen.key == again.key


NAME = FieldRule("name", Kind(FieldType.TEXT), ("first", "last"), Dialect(), join=Join.PERSON_NAME)
LONG = FieldRule(
    "city", Kind(FieldType.TEXT), ("city", "street"), Dialect(), max_length=10, overflow=True
)


@pytest.mark.parametrize("rule", [NAME, LONG], ids=["person_name", "overflow"])
@settings(max_examples=200, deadline=None)
@given(raw=ANYTHING)
def test_round_trip_over_two_properties(rule: FieldRule, raw: Any) -> None:
    """A name that is split and a text that overflows read back as what was written."""
    seen = read(rule.kind, SIDES[0], raw)
    if not isinstance(seen, Seen):
        return
    written = rule.render(seen.value)
    assert isinstance(written, dict)
    back = rule.read(tuple(written.get(place) for place in rule.places))
    assert isinstance(back, FieldValue)
    assert seen.key == back.key


@settings(max_examples=200, deadline=None)
@given(record=st.dictionaries(st.sampled_from(["A", "B"]), ANYTHING | st.lists(ANYTHING)))
def test_reading_never_fails(record: dict[str, Any]) -> None:
    """Whatever a row holds, every field is either read or named as a problem, never both."""
    text = "side: sheet\nfields:\n  a: {column: A, type: number}\n  b: {column: B, type: url}\n"
    reading = parse_rules(text).read(record)

    assert {"a", "b"} == {*reading.fields, *reading.problems}
    assert set() == {*reading.fields} & {*reading.problems}
