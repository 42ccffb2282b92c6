"""What one raw value means, by field type: tables of raw → (value, key) or the problem's code."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_core.mapping.kinds import Dialect, Kind, read, render
from outreach_core.mapping.persons import join_name, split_name
from outreach_core.mapping.raw import CELL_LIMIT, Seen, Trouble
from outreach_core.model.fields import FieldType

SHEET = Dialect(native=True)
CRM = Dialect()

# fmt: off
TABLE = [
    # the type, what the cell holds, and then value and key, None for blank, or the problem's code
    ("text", None, None),
    ("text", "", None),
    ("text", " \t\n ", None),
    ("text", "\x00\x07", None),
    ("text", "  Acme  Ltd ", ("Acme  Ltd", "Acme Ltd")),
    ("text", "a\r\nb", ("a\nb", "a b")),
    ("text", "a\x00b", ("ab", "ab")),
    ("text", "Cafe\u0301", ("Café", "Café")),
    ("text", "\ud800x", ("x", "x")),
    ("text", "ACME", ("ACME", "ACME")),
    ("text", "007", ("007", "007")),
    ("text", 7, ("7", "7")),
    ("text", 5.0, ("5", "5")),
    ("text", 5.25, ("5.25", "5.25")),
    ("text", 905551112233, ("905551112233",) * 2),
    ("text", 1e21, ("1" + "0" * 21,) * 2),
    ("text", -0.0, ("0", "0")),
    ("text", True, ("TRUE", "TRUE")),
    ("text", False, ("FALSE", "FALSE")),
    ("text", "=1+1", ("=1+1", "=1+1")),
    ("text", "+1 2", ("+1 2", "+1 2")),
    ("text", "@x", ("@x", "@x")),
    ("text", "#ERROR!", "sheet_error"),
    ("text", "#n/a", "sheet_error"),
    ("text", "#1 in town", ("#1 in town", "#1 in town")),
    ("text", "x" * CELL_LIMIT, ("x" * CELL_LIMIT,) * 2),
    ("text", "x" * (CELL_LIMIT + 1), "too_long"),
    ("text", ["a"], "unexpected_kind"),
    ("text", float("nan"), "bad_number"),
    ("email", " Sam@Example.COM ", ("Sam@example.com", "sam@example.com")),
    ("email", "sam", "bad_email"),
    ("email", "a@example.com, b@example.com", "bad_email"),
    ("email", 5, "bad_email"),
    ("email", "", None),
    ("phone", "+1 212 555 0100", ("+1 212 555 0100", "+12125550100")),
    ("phone", "+1 (212) 555-0100", ("+1 (212) 555-0100", "+12125550100")),
    ("phone", 12125550100, ("12125550100", "+12125550100")),
    ("phone", "555 0100", ("555 0100", "5550100")),
    ("phone", "+1 212 555 0100 ext. 7", ("+1 212 555 0100 ext. 7", "+12125550100;ext=7")),
    ("phone", "call us", "bad_phone"),
    ("phone", "12", "bad_phone"),
    ("url", "https://WWW.Example.com/", ("https://WWW.Example.com/", "example.com")),
    ("url", "example.com/A/?q=1#top", ("example.com/A/?q=1#top", "example.com/A?q=1")),
    ("url", "http://example.com:80/a", ("http://example.com:80/a", "example.com/a")),
    ("url", "example.com:8080", ("example.com:8080", "example.com:8080")),
    ("url", "javascript://example.com", "bad_url"),
    ("url", "sam@example.com", "bad_url"),
    ("url", "no site", "bad_url"),
    ("url", "http://[bad", "bad_url"),
    ("url", "N/A", "bad_url"),
    ("number", "007", ("7", "7")),
    ("number", 7.0, ("7", "7")),
    ("number", "1e3", ("1000", "1000")),
    ("number", "-0.50", ("-0.5", "-0.5")),
    ("number", "1,000", "bad_number"),
    ("number", "1e99", "bad_number"),
    ("number", True, "bad_number"),
    ("date", 46349, ("2026-11-23", "2026-11-23")),
    ("date", "2026-11-23", ("2026-11-23", "2026-11-23")),
    ("date", "2026-11-23 10:00:00", ("2026-11-23", "2026-11-23")),
    ("date", "1795392000000", ("2026-11-23", "2026-11-23")),
    ("date", "23.11.2026", "bad_date"),
    ("date", True, "bad_date"),
    ("boolean", True, ("true", "true")),
    ("boolean", "no", ("false", "false")),
    ("boolean", 1.0, ("true", "true")),
    ("boolean", "maybe", "bad_boolean"),
    ("choice", " Sent ", ("Sent", "sent")),
]
# fmt: on


def outcome(found: Seen | Trouble | None) -> Any:
    """A reading as the tables write it."""
    match found:
        case Seen(value, key):
            return value, key
        case Trouble(code=code):
            return code
    return None


@pytest.mark.parametrize(("kind", "raw", "expected"), TABLE)
def test_value_is_read(kind: str, raw: Any, expected: Any) -> None:
    """Every type reads what cells really hold, and names what it cannot use."""
    assert expected == outcome(read(Kind(FieldType(kind)), SHEET, raw))


@pytest.mark.parametrize("kind", FieldType)
def test_blank_is_blank_in_every_type(kind: FieldType) -> None:
    """Nothing, empty and only spaces are blank whatever the type."""
    assert [None] * 3 == [read(Kind(kind), SHEET, raw) for raw in (None, "", "  ")]


def test_national_number_with_region() -> None:
    """With a region, a number typed the national way is the same as with its country code."""
    kind = Kind(FieldType.PHONE, region="GB")

    found = [outcome(read(kind, CRM, raw))[1] for raw in ("020 7946 0100", "+44 20 7946 0100")]

    assert ["+442079460100"] * 2 == found


# fmt: off
MOMENTS = [
    # zone, cell, moment
    ("Europe/Istanbul", "2026-11-23 13:00:00", "2026-11-23T10:00:00Z"),
    ("Europe/Istanbul", 46349.5, "2026-11-23T09:00:00Z"),
    ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00Z"),        # first of the two
    ("Europe/Berlin", "2026-10-25 02:30:00+01:00", "2026-10-25T01:30:00Z"),  # second of the two
    ("Europe/Berlin", "2026-03-29 02:30:00", "2026-03-29T01:30:00Z"),        # never shown by a clock
    ("Europe/Berlin", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z"),
    ("Europe/Berlin", "1795428000000", "2026-11-23T10:00:00Z"),
    ("Europe/Berlin", "yesterday", "bad_datetime"),
]
# fmt: on


@pytest.mark.parametrize(("zone", "raw", "expected"), MOMENTS)
def test_moment_is_read(zone: str, raw: Any, expected: str) -> None:
    """Wall time means the sheet's zone, also in the hours that clock changes skip or repeat."""
    found = outcome(read(Kind(FieldType.DATETIME, zone=zone), SHEET, raw))

    assert expected == (found[0] if isinstance(found, tuple) else found)


def test_repeated_hour_is_written_with_its_offset() -> None:
    """Only a time that would read back as another moment carries an offset."""
    kind = Kind(FieldType.DATETIME, zone="Europe/Berlin")

    written = [render(kind, SHEET, f"2026-10-25T0{hour}:30:00Z") for hour in (0, 1, 3)]

    assert ["2026-10-25 02:30:00", "2026-10-25 02:30:00+01:00", "2026-10-25 04:30:00"] == written


def test_choice_is_translated_both_ways() -> None:
    """A CRM's word means the sheet's word, in any case; a word without counterpart is a problem."""
    there = Dialect(words={"Sent": "ATTEMPTED", "Replied": "CONNECTED"})
    kind = Kind(FieldType.CHOICE)

    assert ("Sent", "sent") == outcome(read(kind, there, "attempted"))
    assert "unknown_choice" == outcome(read(kind, there, "OTHER"))
    assert "CONNECTED" == render(kind, there, "replied")
    assert isinstance(render(kind, there, "Draft"), Trouble)


@pytest.mark.parametrize(
    ("kind", "value", "cell", "text"),
    [
        ("number", "7", 7, "7"),
        ("number", "7.5", 7.5, "7.5"),
        ("number", "12345678901234567890", "12345678901234567890", "12345678901234567890"),
        ("boolean", "true", True, "true"),
        ("boolean", "false", False, "false"),
        ("date", "2026-11-23", "2026-11-23", "2026-11-23"),
        ("text", "007", "007", "007"),
    ],
)
def test_value_is_written(kind: str, value: str, cell: Any, text: str) -> None:
    """A sheet gets numbers and boxes as such, without losing digits; a CRM gets text."""
    written = [render(Kind(FieldType(kind)), side, value) for side in (SHEET, CRM)]

    assert [(type(cell), cell), (str, text)] == [(type(v), v) for v in written]


@pytest.mark.parametrize(
    ("first", "last", "joined"),
    [
        ("Sam", "Sample", "Sam Sample"),
        ("Sam", None, "Sam"),
        (None, "Sample", "Sample"),
        (None, None, None),
    ],
)
def test_name_is_joined(first: str | None, last: str | None, joined: str | None) -> None:
    """Parts that are there make the name."""
    assert joined == join_name(first, last)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Sam", ("Sam", None)),
        ("Sam Sample", ("Sam", "Sample")),
        ("Sam van  der Sample", ("Sam van der", "Sample")),
    ],
)
def test_name_is_split(name: str, parts: tuple[str, str | None]) -> None:
    """The last word is the last name."""
    assert parts == split_name(name)
