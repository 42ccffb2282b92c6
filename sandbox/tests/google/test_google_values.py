"""The odd details of the values endpoints, one test each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from outreach_sandbox.kernel.server import Running

    from .conftest import Raw

PATH = "/v4/spreadsheets/book-1"


def test_empty_ends_are_dropped_and_holes_are_blank(raw: Raw) -> None:
    """A row ends at its last filled cell and a blank row between others is an empty list."""
    raw.put("A1:D4", [["1", "", "", ""], ["", "", "", ""], ["", "", "", ""], ["", "", "", "2"]])

    assert [["1"], [], [], ["", "", "", "2"]] == raw.values("A1:D9")


def test_rows_that_lost_their_values_are_dropped_too(raw: Raw) -> None:
    """A cleared row at the end is no row, even where a note is left."""
    raw.put("A1:A3", [["x"], ["y"], ["z"]])
    place = {"sheetId": 0, "rowIndex": 2, "columnIndex": 0}
    note = {"start": place, "rows": [{"values": [{"note": "n"}]}], "fields": "note"}
    raw.batch({"updateCells": note})
    raw.ok("POST", f"{PATH}/values/A2:A3:clear")

    assert [["x"]] == raw.values("A1:A9")


def test_an_empty_range_has_no_values(raw: Raw) -> None:
    """The key `values` is absent, not an empty list."""
    answer = raw.ok("GET", f"{PATH}/values/A1:B2")

    assert {"range": "Sheet1!A1:B2", "majorDimension": "ROWS"} == answer


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("'Sheet1'!A1:C", "Sheet1!A1:C1000"),
        ("Sheet1", "Sheet1!A1:Z1000"),
        ("A1:1", "Sheet1!A1:Z1"),
        ("D4:A1", "Sheet1!A1:D4"),
        ("A2:N", "Sheet1!A2:N1000"),
        ("b:b", "Sheet1!B1:B1000"),
        ("A999:B2000", "Sheet1!A999:B1000"),
    ],
)
def test_a_range_is_named_in_full(raw: Raw, asked: str, named: str) -> None:
    """The answer names the range absolutely, clipped to the grid."""
    assert named == raw.ok("GET", f"{PATH}/values/{asked}")["range"]


def test_a_title_is_quoted_only_when_it_must_be(raw: Raw) -> None:
    """A title that looks like a cell, has a blank or a quote is quoted, a plain one is not."""
    titles = ["D3", "My Tab", "It's", "Plain_1"]
    raw.batch(*({"addSheet": {"properties": {"title": title}}} for title in titles))
    asked = ["'D3'!A1", "'My Tab'!A1", "'It''s'!A1", "'Plain_1'!A1"]
    answer = raw.ok("GET", f"{PATH}/values:batchGet", ranges=asked)

    assert ["'D3'!A1", "'My Tab'!A1", "'It''s'!A1", "Plain_1!A1"] == [
        found["range"] for found in answer["valueRanges"]
    ]


def test_null_skips_and_an_empty_string_clears(raw: Raw) -> None:
    """`null` leaves a cell alone, `""` clears it, and only written cells are counted."""
    raw.put("A1:C1", [["a", "b", "c"]])
    answer = raw.put("A1:C1", [[None, "", "x"]])

    assert (["a", "", "x"], 2) == (raw.values("A1:C1")[0], answer["updatedCells"])


def test_counts_are_of_what_was_really_written(raw: Raw) -> None:
    """Two values in a block of nulls count two rows and their columns, over all ranges once."""
    body = {
        "valueInputOption": "RAW",
        "data": [
            {"range": "A1:D6", "values": [[None, None], ["x"], [None], [None, None, None, "y"]]},
            {"range": "A8:B8", "values": [["p", "q"]]},
        ],
    }
    answer = raw.ok("POST", f"{PATH}/values:batchUpdate", body)

    assert (3, 3, 4, [2, 1]) == (
        answer["totalUpdatedRows"],
        answer["totalUpdatedColumns"],
        answer["totalUpdatedCells"],
        [each["updatedRows"] for each in answer["responses"]],
    )


@pytest.mark.parametrize(
    ("typed", "value", "formatted"),
    [
        ("0042", 42, "42"),
        ("=4/2", 2, "2"),
        ("2020-01-01", 43831, "2020-01-01"),
        ("3/4/2020", 43894, "3/4/2020"),
        ("true", True, "TRUE"),
        ("'0042", "0042", "0042"),
        ("+15550100", 15550100, "15550100"),
        ("+1 555 0100", "+1 555 0100", "+1 555 0100"),
        ("1,234.5", 1234.5, "1234.5"),
        ("5%", 0.05, "5%"),
        ("3_1_0", "3_1_0", "3_1_0"),
        ("=1/0", "#DIV/0!", "#DIV/0!"),
        ('="a"&"b"', "ab", "ab"),
        ("=NOSUCH(1)", "#NAME?", "#NAME?"),
    ],
)
def test_typed_text_becomes_what_a_person_would_see(
    raw: Raw, typed: str, value: Any, formatted: str
) -> None:
    """USER_ENTERED parses as the screen does; RAW keeps the same text as it is."""
    raw.put("A1", [[typed]], "USER_ENTERED")
    raw.put("A2", [[typed]])

    assert (value, formatted, typed) == (
        raw.values("A1", valueRenderOption="UNFORMATTED_VALUE")[0][0],
        raw.values("A1")[0][0],
        raw.values("A2", valueRenderOption="UNFORMATTED_VALUE")[0][0],
    )


def test_a_text_column_keeps_what_is_typed(raw: Raw) -> None:
    """In a cell formatted as TEXT a typed number stays text."""
    raw.batch(
        {
            "repeatCell": {
                "range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1},
                "cell": {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}},
                "fields": "userEnteredFormat.numberFormat",
            }
        }
    )
    raw.put("A5", [["0042"]], "USER_ENTERED")

    assert [["0042"]] == raw.values("A5", valueRenderOption="UNFORMATTED_VALUE")


def test_formulas_read_other_cells(raw: Raw) -> None:
    """References, SUM over a range and a cycle."""
    raw.put("A1:A3", [[1], [2.5], ["text"]])
    raw.put("B1:B3", [["=A1+A2*2"], ["=SUM(A1:A3)"], ["=B3"]], "USER_ENTERED")

    assert [[6], [3.5], ["#REF!"]] == raw.values("B1:B3", valueRenderOption="UNFORMATTED_VALUE")


def test_an_append_shifts_columns_where_the_row_has_a_hole(raw: Raw) -> None:
    """A table is found, not a row: `[x, "", y]` makes the next append start at C."""
    for text, row in (("Sheet1", ["x", "", "y"]), ("Sheet1", ["p", "", "q"])):
        answer = raw.ok(
            "POST", f"{PATH}/values/{text}:append", {"values": [row]}, valueInputOption="RAW"
        )

    assert ("Sheet1!C1", "Sheet1!C2:E2") == (
        answer["tableRange"],
        answer["updates"]["updatedRange"],
    )


def test_an_append_grows_the_grid(raw: Raw) -> None:
    """An append below the last row adds rows."""
    raw.put("A1000", [["last"]])
    answer = raw.ok(
        "POST", f"{PATH}/values/A1:A:append", {"values": [["new"]]}, valueInputOption="RAW"
    )

    assert ("Sheet1!A1001", [["new"]]) == (
        answer["updates"]["updatedRange"],
        raw.values("A1001"),
    )


def test_a_filled_checkbox_column_sends_an_append_to_the_end(raw: Raw) -> None:
    """FALSE in every row of a touching column makes the table reach the end of the grid."""
    raw.put("A1:B2", [["h", "g"], ["x", "y"]])
    place = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}
    rule = {"condition": {"type": "BOOLEAN"}}
    raw.batch({"setDataValidation": {"range": place, "rule": rule}})
    answer = raw.ok(
        "POST", f"{PATH}/values/A2:B:append", {"values": [["z"]]}, valueInputOption="RAW"
    )

    assert "Sheet1!A1001" == answer["updates"]["updatedRange"]


def test_insert_rows_makes_room(raw: Raw) -> None:
    """INSERT_ROWS pushes what stands below down; OVERWRITE writes over it."""
    raw.put("A1:A3", [["a"], [""], ["note"]])
    options = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
    raw.ok("POST", f"{PATH}/values/A1:append", {"values": [["b"], ["c"]]}, **options)

    assert [["a"], ["b"], ["c"], [], ["note"]] == raw.values("A1:A9")


def test_a_batch_is_all_or_nothing(raw: Raw) -> None:
    """One bad range, named by its index, and nothing is written."""
    body = {
        "valueInputOption": "RAW",
        "data": [{"range": "A1", "values": [["x"]]}, {"range": "NoSuchTab!A1", "values": [["y"]]}],
    }
    status, answer = raw.call("POST", f"{PATH}/values:batchUpdate", body)

    assert (400, "Invalid data[1]: Unable to parse range: NoSuchTab!A1", None) == (
        status,
        answer["error"]["message"],
        raw.values("A1"),
    )


@pytest.mark.parametrize("cells", ["A1001", "AA1", "A1000:A1001"])
def test_writing_beyond_the_grid_is_refused(raw: Raw, cells: str) -> None:
    """The grid does not grow by itself."""
    status, answer = raw.call(
        "PUT", f"{PATH}/values/{cells}", {"values": [["x"]]}, valueInputOption="RAW"
    )

    assert (400, True) == (status, "exceeds grid limits" in answer["error"]["message"])


def test_values_must_fit_their_range(raw: Raw) -> None:
    """More columns than the range has are refused with the column named."""
    status, answer = raw.call(
        "PUT", f"{PATH}/values/A1:B1", {"values": [[1, 2, 3]]}, valueInputOption="RAW"
    )

    assert (
        400,
        "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]",
    ) == (status, answer["error"]["message"])


def test_the_input_option_is_required(raw: Raw) -> None:
    """There is no default for valueInputOption."""
    status, _ = raw.call("PUT", f"{PATH}/values/A1", {"values": [["x"]]})

    assert 400 == status


def test_clearing_keeps_notes_and_formats(raw: Raw) -> None:
    """A batchClear takes values only."""
    cell = {"userEnteredValue": {"stringValue": "x"}, "note": "mine"}
    place = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    raw.batch({"updateCells": {"start": place, "rows": [{"values": [cell]}], "fields": "*"}})
    raw.ok("POST", f"{PATH}/values:batchClear", {"ranges": ["A1:B2"]})
    answer = raw.ok(
        "GET", PATH, ranges="A1", fields="sheets.data.rowData.values(note,formattedValue)"
    )

    assert [{"data": [{"rowData": [{"values": [{"note": "mine"}]}]}]}] == answer["sheets"]


def test_cells_hold_anything(sandbox: Running, raw: Raw) -> None:
    """Emoji, quotes, newlines, right-to-left text, a leading =, 50,000 characters."""
    odd = ["☕", 'a "b", c', "l1\nl2", "مقهى", "=1+1", "#ERROR!", "x" * 50_000, " ' "]
    raw.put("A1:H1", [odd])

    assert odd == raw.values("A1:H1")[0]
