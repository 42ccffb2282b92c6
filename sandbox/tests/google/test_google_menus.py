"""What people do through the spreadsheet's menus, and what undo takes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from outreach_sandbox.kernel.client import ControlRefused

from .conftest import seed
from .test_google_structure import row_of, tag

if TYPE_CHECKING:
    from outreach_sandbox.kernel.server import Running

    from .conftest import Raw

PATH = "/v4/spreadsheets/book-1"
TABLE = [["Name", "Phone"], ["Ann", "1"], ["Ben", "2"], ["Cem", "3"]]


@pytest.fixture
def sheet(sandbox: Running, raw: Raw) -> Raw:
    """A client of a spreadsheet with three rows of data."""
    sandbox.control.reset(seed(TABLE))
    return raw


def do(raw: Raw, door: str, **body: Any) -> dict[str, Any]:
    """Walk through a person's door."""
    return raw.sandbox.control.people("google", door, **body)


def about(raw: Raw, fields: str) -> list[dict[str, Any]]:
    """Every tab as the API describes it."""
    found: list[dict[str, Any]] = raw.ok("GET", PATH, fields=f"sheets({fields})")["sheets"]
    return found


def names(raw: Raw) -> list[str]:
    """The first column."""
    return [row[0] if row else "" for row in raw.values("A1:A9")]


def test_a_pasted_block_is_read_as_typed(sheet: Raw) -> None:
    """Numbers become numbers, formulas formulas, and the grid grows to hold it."""
    do(sheet, "paste_block", at="Y999", values=[["x", "007"], ["=1+1", "'007"], ["y", "", "z"]])

    read = {"valueRenderOption": "UNFORMATTED_VALUE"}
    assert [["x", 7], [2, "007"], ["y", "", "z"]] == sheet.values("Y999:AA1001", **read)
    grid = about(sheet, "properties.gridProperties")[0]["properties"]["gridProperties"]
    assert (1001, 27) == (grid["rowCount"], grid["columnCount"])


@pytest.mark.parametrize(
    ("row", "to", "expected"),
    [(2, 4, ["Ben", "Cem", "Ann"]), (4, 2, ["Cem", "Ann", "Ben"]), (3, 3, ["Ann", "Ben", "Cem"])],
)
def test_a_dragged_row_takes_its_metadata_along(
    sheet: Raw, row: int, to: int, expected: list[str]
) -> None:
    """The rows between move by one, and each keeps what hangs on it."""
    for number in (1, 2, 3):
        tag(sheet, number, TABLE[number][0])
    do(sheet, "move_row", row=row, to=to)

    assert ["Name", *expected] == names(sheet)
    assert [1, 2, 3] == [row_of(sheet, name) for name in expected]


def test_a_row_outside_the_grid_cannot_be_dragged(sheet: Raw) -> None:
    """There is no row 0 and none below the last one."""
    with pytest.raises(ControlRefused, match="no such row"):
        do(sheet, "move_row", row=2, to=1001)


def test_a_filter_hides_rows_and_loses_none(sheet: Raw) -> None:
    """Filtered rows are marked, still read by the API, and come back with the filter's end."""
    assert 2 == do(sheet, "filter", by="Name", values=["ben"])["hidden"]
    marks = about(sheet, "basicFilter,data.rowMetadata")[0]
    hidden = [n for n, m in enumerate(marks["data"][0]["rowMetadata"]) if m.get("hiddenByFilter")]
    assert [1, 3] == hidden
    assert {"0": {"hiddenValues": ["Ann", "Cem"]}} == marks["basicFilter"]["criteria"]
    assert ["Name", "Ann", "Ben", "Cem"] == names(sheet)

    do(sheet, "clear_filter")
    assert [{}] == about(sheet, "basicFilter")


def test_rows_columns_and_tabs_are_hidden_and_shown(sheet: Raw) -> None:
    """What is hidden by hand says so in the API, and the last visible tab stays."""
    do(sheet, "hide", rows=[3], columns=["Phone"])
    data = about(sheet, "data(rowMetadata,columnMetadata)")[0]["data"][0]
    assert data["rowMetadata"][2]["hiddenByUser"] is True
    assert data["columnMetadata"][1]["hiddenByUser"] is True
    do(sheet, "show", rows=[3], columns=["Phone"])
    data = about(sheet, "data(rowMetadata,columnMetadata)")[0]["data"][0]
    assert "hiddenByUser" not in {**data["rowMetadata"][2], **data["columnMetadata"][1]}

    with pytest.raises(ControlRefused, match="one tab stays visible"):
        do(sheet, "hide")
    do(sheet, "add_tab", title="Second")
    do(sheet, "hide", sheet="Sheet1")
    assert [True, None] == [t["properties"].get("hidden") for t in about(sheet, "properties")]


def test_protection_is_kept_and_stops_no_api_call(sheet: Raw) -> None:
    """A column or the whole tab, with or without a mere warning; and it can be lifted."""
    do(sheet, "protect", columns=["Phone"], warning=True)
    do(sheet, "protect")
    first, second = about(sheet, "protectedRanges")[0]["protectedRanges"]
    assert ({"startColumnIndex": 1, "endColumnIndex": 2}, True) == (
        first["range"],
        first["warningOnly"],
    )
    assert {} == second["range"]
    sheet.put("B2", [["9"]])
    do(sheet, "unprotect")
    assert [{}] == about(sheet, "protectedRanges")


def test_a_duplicated_tab_stands_beside_the_first_and_lives_alone(sheet: Raw) -> None:
    """Another id, the same cells, none of the row metadata; edits of one leave the other."""
    tag(sheet, 1, "row")
    do(sheet, "protect", columns=["Phone"])
    assert "Copy of Sheet1" == do(sheet, "duplicate_tab")["sheet"]
    do(sheet, "type", sheet="Copy of Sheet1", cell="A2", value="Zoe")

    one, two = about(sheet, "properties,protectedRanges")
    assert one["properties"]["sheetId"] != two["properties"]["sheetId"]
    assert two["protectedRanges"][0]["range"]["sheetId"] == two["properties"]["sheetId"]
    assert "Ann" == names(sheet)[1]
    assert [["Zoe"]] == sheet.values("'Copy of Sheet1'!A2")
    assert 1 == row_of(sheet, "row")


def test_tabs_are_added_and_dragged(sheet: Raw) -> None:
    """A dragged tab is the first one from then on; a taken title is refused."""
    do(sheet, "add_tab", title="Second")
    do(sheet, "move_tab", sheet="Second", to=1)

    assert ["Second", "Sheet1"] == [t["properties"]["title"] for t in about(sheet, "properties")]
    with pytest.raises(ControlRefused, match="already"):
        do(sheet, "add_tab", title="second")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("type", {"cell": "A2", "value": "Zoe"}),
        ("sort", {"by": "Name", "descending": True}),
        ("delete_row", {"row": 2}),
        ("insert_row", {"at": 2}),
        ("move_row", {"row": 2, "to": 4}),
        ("paste_block", {"at": "A2", "values": [["x", "y"]]}),
        ("move_column", {"header": "Phone", "before": "Name"}),
        ("rename_tab", {"to": "Other"}),
        ("hide", {"rows": [2]}),
        ("filter", {"by": "Name", "values": ["Ann"]}),
    ],
)
def test_undo_takes_back_what_a_person_did(sheet: Raw, door: str, body: dict[str, Any]) -> None:
    """Cells, order, metadata, marks and titles are as before; the version moves on."""
    tag(sheet, 1, "row")
    before, version = about(sheet, "properties,basicFilter,data"), int(sheet.file()["version"])
    do(sheet, door, **body)
    assert before != about(sheet, "properties,basicFilter,data")
    assert door == do(sheet, "undo")["undone"]

    assert before == about(sheet, "properties,basicFilter,data")
    assert 1 == row_of(sheet, "row")
    assert int(sheet.file()["version"]) > version + 1


def test_undo_leaves_what_others_wrote_since(sheet: Raw) -> None:
    """Only the person's own cells go back, and those only where nobody wrote over them."""
    do(sheet, "paste_block", at="A2", values=[["Zoe", "8"]])
    sheet.put("B2:B3", [["9"], ["5"]])
    do(sheet, "undo")

    assert [["Ann", "9"], ["Ben", "5"]] == sheet.values("A2:B3")


def test_undo_after_others_never_guesses_where_rows_went(sheet: Raw) -> None:
    """A sort that somebody wrote over stays."""
    do(sheet, "sort", by="Name", descending=True)
    sheet.put("B2", [["9"]])
    with pytest.raises(ControlRefused, match="others have changed"):
        do(sheet, "undo")

    assert ["Name", "Cem", "Ben", "Ann"] == names(sheet)


def test_steps_are_undone_one_by_one(sheet: Raw) -> None:
    """Last first, structure among them, and then there is nothing left."""
    do(sheet, "type", cell="A2", value="Zoe")
    do(sheet, "delete_row", row=3)
    for expected in (["Name", "Zoe", "Ben", "Cem"], ["Name", "Ann", "Ben", "Cem"]):
        do(sheet, "undo")
        assert expected == names(sheet)
    with pytest.raises(ControlRefused, match="nothing to undo"):
        do(sheet, "undo")


def test_an_undo_in_between_does_not_hide_what_others_did(sheet: Raw) -> None:
    """The step before the undone one is not taken for the last change when somebody came between."""
    do(sheet, "delete_row", row=4)
    sheet.put("B2", [["9"]])
    do(sheet, "type", cell="A3", value="Zoe")
    do(sheet, "undo")
    with pytest.raises(ControlRefused, match="others have changed"):
        do(sheet, "undo")

    assert [["Ann", "9"], ["Ben", "2"]] == sheet.values("A2:B9")
