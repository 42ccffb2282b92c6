"""One value of one field: how it is sent, what is wrong with it, and when two are the same."""

from __future__ import annotations

from typing import Any

import pytest

from outreach_adapters.salesforce.fields import Field
from outreach_core.mapping.raw import Trouble
from outreach_core.mapping.stand_ins import MARK
from target_salesforce_leads.values import fitted, listed, same

CITY = Field("City", "string", 10)
GRADE = Field("Grade", "picklist", 255, values=("A", "B"), restricted=True)
TAGS = Field("Tags", "multipicklist", 255, values=("A", "B"), restricted=True)
NOW = Field("Now", "datetime")


@pytest.mark.parametrize(
    ("field", "value", "sent"),
    [
        (CITY, None, None),
        (CITY, "", None),
        (CITY, " Ulm ", "Ulm"),
        (CITY, 7, "7"),
        (CITY, "Ulm an der", "Ulm an der"),
        (Field("Long", "textarea"), "x" * 99, "x" * 99),
        (Field("Yes", "boolean"), None, False),
        (Field("Yes", "boolean", required=True), "", False),
        (Field("Yes", "boolean"), "TRUE", True),
        (Field("Yes", "boolean"), "no", False),
        (Field("Yes", "boolean"), True, True),
        (Field("Score", "double"), "12.50", 12.5),
        (Field("Score", "currency"), "1e3", 1000),
        (Field("Score", "int"), "7.0", 7),
        (Field("Score", "double"), str(2**60), float(2**60)),
        (Field("Day", "date"), "2026-11-20", "2026-11-20"),
        (Field("Day", "date"), "2026-11-20T09:15:42Z", "2026-11-20"),
        (NOW, "2026-11-20T12:15:42+03:00", "2026-11-20T09:15:42.000Z"),
        (Field("Owner", "reference"), "00Q5e00000ABCDE", "00Q5e00000ABCDEEA5"),
        (GRADE, "a", "a"),
        (Field("Open", "picklist", 255, values=("A",)), "anything", "anything"),
        (TAGS, "a; B", "a; B"),
    ],
)
def test_a_value_as_it_is_sent(field: Field, value: Any, sent: Any) -> None:
    """In the type of its field."""
    found = fitted(field, value)

    assert (type(sent), sent) == (type(found), found)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (Field("City", "string", 10, required=True), "", "required"),
        (CITY, "Ulm an der Donau", "too_long"),
        (GRADE, "C", "unknown_choice"),
        (TAGS, "A;C", "unknown_choice"),
        (Field("Yes", "boolean"), "perhaps", "bad_boolean"),
        (Field("Score", "double"), "many", "bad_number"),
        (Field("Score", "double"), "NaN", "bad_number"),
        (Field("Score", "int"), "7.5", "bad_number"),
        (Field("Day", "date"), "soon", "bad_date"),
        (NOW, "2026-11-20T09:15:42", "bad_datetime"),
        (NOW, "soon", "bad_datetime"),
        (Field("Owner", "reference"), "me", "bad_id"),
    ],
)
def test_a_value_that_does_not_fit(field: Field, value: Any, code: str) -> None:
    """It is known before it is sent, and never quoted."""
    found = fitted(field, value)

    assert isinstance(found, Trouble)
    assert code == found.code
    assert not value or value not in found.message


@pytest.mark.parametrize(
    ("kind", "one", "other", "alike"),
    [
        ("string", None, "", True),
        ("string", "Ulm", " Ulm ", True),
        ("string", "Ulm", "ulm", False),
        ("string", None, f"Tea {MARK}", True),
        ("string", f"Tea {MARK}", f"Coffee {MARK}", True),
        ("textarea", "a\r\nb", "a\nb", True),
        ("textarea", "a\rb", "a\nb", True),
        ("boolean", None, False, True),
        ("boolean", "true", True, True),
        ("boolean", True, None, False),
        ("double", 12.5, "12.50", True),
        ("double", 12.5, "12.51", False),
        ("double", 0, None, False),
        ("double", "many", "lots", False),
        ("datetime", "2026-11-20T09:15:42.000+0000", "2026-11-20T12:15:42+03:00", True),
        ("datetime", "2026-11-20T09:15:42.000+0000", "2026-11-20T09:15:43Z", False),
        ("datetime", "soon", "late", False),
        ("date", "2026-11-20", "2026-11-20", True),
        (None, "1", 1, True),
    ],
)
def test_two_values_are_the_same(kind: str | None, one: Any, other: Any, *, alike: bool) -> None:
    """By what the field shows, whichever way it is written."""
    field = Field("It", kind) if kind else None

    assert (alike, alike) == (same(field, one, other), same(field, other, one))


def test_long_lists_are_not_told_in_full() -> None:
    """A list of countries would hide the sentence around it."""
    assert "a, b" == listed(["a", "b"])
    assert listed([str(n) for n in range(99)]).endswith("10, 11, …")
