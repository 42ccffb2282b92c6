"""What people and the outreach system do in the sheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from outreach_sandbox import seeds
from outreach_sandbox.kernel.client import ControlRefused

if TYPE_CHECKING:
    from outreach_sandbox.kernel.server import Running

SENT = "2026-11-23 10:00:00"


@pytest.fixture
def demo(sandbox: Running) -> Running:
    """The sandbox with the demonstration."""
    sandbox.control.reset("demo")
    return sandbox


def grid(sandbox: Running) -> list[list[Any]]:
    """All values of the first tab."""
    found: list[list[Any]] = sandbox.control.people("google", "grid")["values"]
    return found


def cells(sandbox: Running, row: int, first: int, last: int) -> list[Any]:
    """Part of a row (1-based), padded."""
    line = grid(sandbox)[row - 1]
    return (line + [""] * last)[first - 1 : last]


def test_sending_clears_the_approval(demo: Running) -> None:
    """J:L become Sent, nothing, and the time."""
    demo.control.people("google", "outreach_send", row=4, at=SENT)

    assert ["Sent", "", SENT] == cells(demo, 4, 10, 12)


def test_a_reply_clears_both_dates(demo: Running) -> None:
    """J:N become Replied, nothing, nothing, time and text."""
    demo.control.people("google", "outreach_send", row=4, at=SENT)
    demo.control.people("google", "outreach_reply", row=4, at=SENT, text="Yes, please")

    assert ["Replied", "", "", SENT, "Yes, please"] == cells(demo, 4, 10, 14)


def test_a_failed_send_overwrites_the_notes(demo: Running) -> None:
    """The person's note is gone."""
    demo.control.people("google", "outreach_send_failed", row=4)

    assert ["❌ Send failed - check email address"] == cells(demo, 4, 9, 9)


def test_times_are_local_to_the_spreadsheet(demo: Running) -> None:
    """Without a time given it is the wall clock of the spreadsheet's zone, with no zone said."""
    demo.control.people("google", "outreach_send", row=4)

    assert ["2026-11-23 12:00:00"] == cells(demo, 4, 12, 12)


def test_new_businesses_land_below_the_last_row(demo: Running) -> None:
    """An append over A2:N as RAW, Status Draft."""
    row = {"Business Name": "=New", "Email": "new@example.com"}
    answer = demo.control.people("google", "outreach_append", rows=[row])

    assert ("Businesses!A27:N27", "=New", "Draft") == (
        answer["updates"]["updatedRange"],
        grid(demo)[26][0],
        grid(demo)[26][9],
    )


def test_typing_parses_as_the_screen_does_and_may_stamp(demo: Running) -> None:
    """A typed number is a number; a stamp is written where the column exists."""
    demo.control.people("google", "add_column", header="updated_at")
    demo.control.people("google", "type", row=2, header="Phone", value="0042", stamp=True)

    assert (42, "2026-11-23T09:00:00.000Z") == (grid(demo)[1][3], grid(demo)[1][14])


def test_sorting_moves_whole_rows_and_not_the_header(demo: Running) -> None:
    """Rows stay together; row 1 stays."""
    before = grid(demo)
    demo.control.people("google", "sort", by="Business Name", descending=True)
    after = grid(demo)

    assert (before[0], sorted(map(str, before)), True) == (
        after[0],
        sorted(map(str, after)),
        before != after,
    )


def test_pasting_a_row_doubles_it(demo: Running) -> None:
    """Over another row, or below itself."""
    demo.control.people("google", "paste", from_row=2, to_row=5)
    demo.control.people("google", "paste", from_row=2)
    found = grid(demo)

    assert (found[1], found[1], 27) == (found[2], found[5], len(found))


def test_rows_are_inserted_and_deleted(demo: Running) -> None:
    """What follows moves."""
    before = grid(demo)
    demo.control.people("google", "insert_row", at=3)
    inserted = grid(demo)
    demo.control.people("google", "delete_row", row=2)

    assert ([], before[2:]) == (inserted[2], grid(demo)[2:])


def test_columns_are_renamed_added_and_moved(demo: Running) -> None:
    """Headers and their values go together."""
    demo.control.people("google", "rename_header", **{"from": "Email", "to": "E-mail"})
    demo.control.people("google", "add_column", header="Mine", values=["a"], before="Phone")
    demo.control.people("google", "move_column", header="E-mail", before="Business Name")
    found = grid(demo)

    assert (
        ["E-mail", "Business Name", "Location", "Mine", "Phone"],
        ["hello@bluefinch.example.com", "Blue Finch Café ☕", "Istanbul", "a"],
    ) == (found[0][:5], found[1][:4])


def test_tabs_are_renamed_and_deleted(demo: Running) -> None:
    """The first tab may get another name; the last tab stays."""
    demo.control.people("google", "rename_tab", to="Leads")
    with pytest.raises(ControlRefused):
        demo.control.people("google", "delete_tab", sheet="Leads")

    assert "Leads" == demo.control.people("google", "grid")["title"]


def test_an_unknown_place_is_said(demo: Running) -> None:
    """A header that is not there is refused with its name."""
    with pytest.raises(ControlRefused, match="no column 'Nope'"):
        demo.control.people("google", "type", row=2, header="Nope", value="x")


def test_the_demonstration_is_what_it_promises() -> None:
    """25 businesses with unique e-mails, ten known to HubSpot with another city."""
    seed = seeds.load("demo")
    rows = seed["google"]["spreadsheets"][0]["sheets"][0]["values"]
    city_of = {row[2]: row[1] for row in rows[1:]}
    contacts = [contact["properties"] for contact in seed["hubspot"]["contacts"]]

    assert (25, 10, True, [52]) == (
        len(city_of),
        len({each["email"] for each in contacts} & city_of.keys()),
        all(each["city"] != city_of[each["email"]] for each in contacts),
        [len(city) for city in city_of.values() if len(city) > 40],
    )


def test_a_stamp_may_be_of_the_cell(demo: Running) -> None:
    """Where the column of the script with notes per cell exists, others' notes stay."""
    demo.control.people("google", "add_column", header="_edited")
    for header in ("Phone", "Location"):
        demo.control.people("google", "type", row=2, header=header, value="1", stamp=True)

    (_, row, *_) = demo.control.people("google", "grid")["values"]
    assert ["Phone", "Location"] == list(json.loads(row[-1]))


@pytest.mark.parametrize(
    ("door", "body"), [("delete_row", {"row": 1001}), ("insert_row", {"at": 0})]
)
def test_nobody_reaches_a_row_beyond_the_grid(
    demo: Running, door: str, body: dict[str, int]
) -> None:
    """A row that the tab does not have is neither deleted nor made room at."""
    before = demo.control.people("google", "grid")
    with pytest.raises(ControlRefused, match="no row"):
        demo.control.people("google", door, **body)

    assert before == demo.control.people("google", "grid")
