"""What was read with other rules is not known, and nothing is concluded from it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.tests.planning_worlds import RULES, contact, given, linked, plan, row, writes
from outreach_core.model import Side

NOW = replace(RULES, read_with={Side.HUBSPOT: "now"})


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("now", [("sheet", row(1).sync_id, {"city": None})]),
        ("", [("sheet", row(1).sync_id, {"city": None})]),  # staged by somebody who does not say
        ("before", []),
    ],
)
def test_only_what_was_read_with_these_rules_counts(
    read: str, written: list[tuple[str, str, dict[str, str | None]]]
) -> None:
    """A field that another property was read into looks cleared, and is not."""
    record = replace(contact(1, city=None), rules=read)

    made = plan(given([row(1)], [record], [linked(1)]), NOW)

    assert written == writes(made)


def test_an_edit_of_the_sheet_waits_too() -> None:
    """Nobody knows what it would overwrite."""
    record = replace(contact(1), rules="before")

    made = plan(given([row(1, city="B")], [record], [linked(1)]), NOW)

    assert [] == writes(made)


def test_no_guard_trips_over_it() -> None:
    """A column that was read from elsewhere is not a column that was cleared."""
    people = range(1, 31)
    records = [replace(contact(n, city=None), rules="before") for n in people]

    made = plan(given([row(n) for n in people], records, [linked(n) for n in people]), NOW)

    assert ([], ()) == (writes(made), made.guards)
