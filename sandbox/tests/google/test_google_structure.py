"""Rows, columns, tabs and what hangs on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conftest import Raw

PATH = "/v4/spreadsheets/book-1"


def tag(raw: Raw, row: int, key: str, value: str = "") -> None:
    """Put developer metadata on a row."""
    place = {"sheetId": 0, "dimension": "ROWS", "startIndex": row, "endIndex": row + 1}
    raw.batch(mark(key, value, {"dimensionRange": place}))


def mark(key: str, value: str, location: dict[str, Any]) -> dict[str, Any]:
    """A createDeveloperMetadata request."""
    entry = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": {**entry, "location": location}}}


def row_of(raw: Raw, key: str) -> int | None:
    """Where the metadata with this key is, None when it is gone."""
    body = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": key}}]}
    found = raw.ok("POST", f"{PATH}/developerMetadata:search", body)
    for match in found.get("matchedDeveloperMetadata", []):
        return int(match["developerMetadata"]["location"]["dimensionRange"]["startIndex"])
    return None


def span(start: int, end: int, dimension: str = "ROWS") -> dict[str, Any]:
    """A DimensionRange on the first tab."""
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


def test_row_metadata_follows_sorting_inserting_and_deleting(raw: Raw) -> None:
    """The mark of a row is found where the row's data went, and goes with its row."""
    raw.put("A1:B4", [["k1", 1], ["k2", 2], ["k3", 3], ["k4", 4]])
    for row in range(4):
        tag(raw, row, f"k{row + 1}")
    whole = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 4}
    specs = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    raw.batch({"sortRange": {"range": whole, "sortSpecs": specs}})
    raw.batch({"insertDimension": {"range": span(0, 1)}})
    raw.batch({"deleteDimension": {"range": span(1, 2)}})

    assert ([[], ["k3", "3"], ["k2", "2"], ["k1", "1"]], 2, None) == (
        raw.values("A1:B9"),
        row_of(raw, "k2"),
        row_of(raw, "k4"),
    )


def test_cutting_cells_leaves_row_metadata_behind(raw: Raw) -> None:
    """Cells move by cut and paste; the row and its mark stay."""
    raw.put("A1:C1", [["a", "b", "c"]])
    tag(raw, 0, "k")
    raw.sandbox.control.people("google", "cut", **{"from": "A1:C1", "to": "A9"})

    assert ([["a", "b", "c"]], 0) == (raw.values("A9:C9"), row_of(raw, "k"))


def test_a_sort_of_some_columns_tears_rows_apart(raw: Raw) -> None:
    """Only the columns of the range move; blanks go last."""
    raw.put("A1:B3", [["b", 1], ["", 2], ["a", 3]])
    place = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "endColumnIndex": 1}
    raw.batch({"sortRange": {"range": place, "sortSpecs": [{"dimensionIndex": 0}]}})

    assert [["a", "1"], ["b", "2"], ["", "3"]] == raw.values("A1:B3")


def test_metadata_is_capped_at_30000_characters(raw: Raw) -> None:
    """Keys and values count together, per tab; the spreadsheet has its own 30,000."""
    tab, book = {"sheetId": 0}, {"spreadsheet": True}
    raw.batch(mark("key", "v" * 29_997, tab))
    raw.batch(mark("key", "v" * 29_997, book))
    message = raw.refused(mark("k", "", tab))

    assert (
        "Invalid requests[0].createDeveloperMetadata: Adding the requested developer metadata "
        "would exceed the allowed storage limit"
    ) == message


def test_a_spreadsheet_mark_is_found_and_changed(raw: Raw) -> None:
    """A mark on the spreadsheet is searched, shown by spreadsheets.get and updated."""
    raw.batch(mark("generation", "1", {"spreadsheet": True}))
    lookup = {"developerMetadataLookup": {"metadataKey": "generation"}}
    change = {
        "dataFilters": [lookup],
        "developerMetadata": {"metadataValue": "2"},
        "fields": "metadataValue",
    }
    raw.batch({"updateDeveloperMetadata": change})
    shown = raw.ok("GET", PATH, fields="developerMetadata(metadataKey,metadataValue)")
    found = raw.ok("POST", f"{PATH}/developerMetadata:search", {"dataFilters": [lookup]})

    assert ([{"metadataKey": "generation", "metadataValue": "2"}], [lookup]) == (
        shown["developerMetadata"],
        found["matchedDeveloperMetadata"][0]["dataFilters"],
    )


def test_a_mark_is_read_by_its_id(raw: Raw) -> None:
    """What a search names can be read alone."""
    raw.batch(mark("generation", "1", {"spreadsheet": True}))
    lookup = {"developerMetadataLookup": {"metadataKey": "generation"}}
    found = raw.ok("POST", f"{PATH}/developerMetadata:search", {"dataFilters": [lookup]})
    entry = found["matchedDeveloperMetadata"][0]["developerMetadata"]

    assert entry == raw.ok("GET", f"{PATH}/developerMetadata/{entry['metadataId']}")


def test_searching_for_nothing_answers_nothing(raw: Raw) -> None:
    """A search without matches is an empty object."""
    body = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "absent"}}]}

    assert {} == raw.ok("POST", f"{PATH}/developerMetadata:search", body)


def test_a_failed_batch_undoes_what_came_before(raw: Raw) -> None:
    """The message names the request, and nothing of the batch stays."""
    cell = {"userEnteredValue": {"stringValue": "x"}}
    good = {
        "updateCells": {
            "start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 0},
            "rows": [{"values": [cell]}],
            "fields": "userEnteredValue",
        }
    }
    bad = {"updateCells": {"start": {"sheetId": 999_999}, "rows": [], "fields": "note"}}
    before = raw.file()["version"]
    message = raw.refused({"addSheet": {"properties": {"title": "New"}}}, good, bad)
    titles = raw.ok("GET", PATH, fields="sheets.properties.title")["sheets"]

    assert (
        "Invalid requests[2].updateCells: No grid with id: 999999",
        None,
        [{"properties": {"title": "Sheet1"}}],
        before,
    ) == (message, raw.values("A1"), titles, raw.file()["version"])


def test_an_unknown_request_kind_is_said_to_be_unbuilt(raw: Raw) -> None:
    """501 names the kind, and nothing happens."""
    body = {"requests": [{"autoResizeDimensions": {}}]}
    status, answer = raw.call("POST", f"{PATH}:batchUpdate", body)

    assert (501, True) == (status, "autoResizeDimensions" in answer["error"])


def test_protected_ranges_move_and_are_edited(raw: Raw) -> None:
    """A warning-only protection shifts with its column, is updated by mask and deleted."""
    place = {"sheetId": 0, "startColumnIndex": 3, "endColumnIndex": 4}
    added = raw.batch(
        {"addProtectedRange": {"protectedRange": {"range": place, "warningOnly": True}}}
    )
    number = added[0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    raw.batch({"insertDimension": {"range": span(0, 1, "COLUMNS")}})
    change = {"protectedRangeId": number, "description": "ids"}
    raw.batch({"updateProtectedRange": {"protectedRange": change, "fields": "description"}})
    found = raw.ok("GET", PATH, fields="sheets.protectedRanges")["sheets"][0]["protectedRanges"][0]
    raw.batch({"deleteProtectedRange": {"protectedRangeId": number}})
    after = raw.ok("GET", PATH, fields="sheets.protectedRanges")["sheets"][0]

    assert ({"startColumnIndex": 4, "endColumnIndex": 5}, "ids", True, {}) == (
        found["range"],
        found["description"],
        found["warningOnly"],
        after,
    )


def test_a_hidden_column_is_seen_in_the_column_metadata(raw: Raw) -> None:
    """An updateDimensionProperties hides and sizes; unhidden columns say nothing about it."""
    change = {"hiddenByUser": True, "pixelSize": 21}
    raw.batch(
        {
            "updateDimensionProperties": {
                "range": span(1, 2, "COLUMNS"),
                "properties": change,
                "fields": "hiddenByUser,pixelSize",
            }
        }
    )
    answer = raw.ok("GET", PATH, ranges="A1:C1", fields="sheets.data.columnMetadata")

    assert [{"pixelSize": 100}, change, {"pixelSize": 100}] == (
        answer["sheets"][0]["data"][0]["columnMetadata"]
    )


def test_grid_data_tells_entered_effective_and_shown_values_apart(raw: Raw) -> None:
    """A formula has its text, its value and what is shown."""
    raw.put("A1", [["=1+1"]], "USER_ENTERED")
    fields = "sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue)"
    answer = raw.ok("GET", PATH, ranges="A1", fields=fields)

    assert {
        "userEnteredValue": {"formulaValue": "=1+1"},
        "effectiveValue": {"numberValue": 2},
        "formattedValue": "2",
    } == answer["sheets"][0]["data"][0]["rowData"][0]["values"][0]


def test_an_error_in_a_cell_is_told_by_its_type(raw: Raw) -> None:
    """`effectiveValue` of a broken formula has the type of the error, not its text."""
    raw.put("A1:B1", [["=1/0", "=NOPE()"]], "USER_ENTERED")
    answer = raw.ok("GET", PATH, ranges="A1:B1", fields="sheets.data.rowData.values.effectiveValue")
    cells = answer["sheets"][0]["data"][0]["rowData"][0]["values"]

    assert ["DIVIDE_BY_ZERO", "NAME"] == [
        cell["effectiveValue"]["errorValue"]["type"] for cell in cells
    ]


def test_a_batch_answers_with_the_spreadsheet_after_it(raw: Raw) -> None:
    """Only where it is asked for; with the ranges and the part of it that are asked for."""
    raw.put("A1", [["old"]])
    rows = [{"values": [{"userEnteredValue": {"stringValue": "new"}}]}]
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 0}
    change = {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}
    more = {"includeSpreadsheetInResponse": True, "responseRanges": ["A1:B2"]}
    cells = "updatedSpreadsheet.sheets.data.rowData.values.effectiveValue"

    silent = raw.ok("POST", f"{PATH}:batchUpdate", {"requests": [change]})
    masked = raw.ok("POST", f"{PATH}:batchUpdate", {"requests": [change], **more}, fields=cells)
    whole = raw.ok("POST", f"{PATH}:batchUpdate", {"requests": [change], **more})

    shown = {"rowData": [{"values": [{"effectiveValue": {"stringValue": "new"}}]}]}
    assert "updatedSpreadsheet" not in silent
    assert {"updatedSpreadsheet": {"sheets": [{"data": [shown]}]}} == masked
    assert ("book-1", True) == (
        whole["updatedSpreadsheet"]["spreadsheetId"],
        "data" not in whole["updatedSpreadsheet"]["sheets"][0],
    )


def test_a_mask_decides_what_a_cell_update_changes(raw: Raw) -> None:
    """`userEnteredValue` keeps the format, `*` resets it."""
    fill = {"userEnteredFormat": {"backgroundColor": {"red": 1}}}
    place = {"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1}
    raw.batch({"repeatCell": {"range": place, "cell": fill, "fields": "userEnteredFormat"}})
    seen = []
    for fields in ("userEnteredValue", "*"):
        rows = [{"values": [{"userEnteredValue": {"numberValue": 1}}]}]
        raw.batch({"updateCells": {"range": place, "rows": rows, "fields": fields}})
        mask = "sheets.data.rowData.values.userEnteredFormat.backgroundColor"
        seen.append(raw.ok("GET", PATH, ranges="A1", fields=mask)["sheets"][0]["data"][0])

    kept = {"userEnteredFormat": {"backgroundColor": {"red": 1}}}
    assert [{"rowData": [{"values": [kept]}]}, {}] == seen


def test_a_taken_id_or_title_is_refused(raw: Raw) -> None:
    """An addSheet keeps a chosen id; the same id or title again is 400."""
    raw.batch({"addSheet": {"properties": {"sheetId": 7, "title": "Log"}}})

    assert (True, True) == (
        "already exists" in raw.refused({"addSheet": {"properties": {"sheetId": 7}}}),
        "already exists" in raw.refused({"addSheet": {"properties": {"title": "log"}}}),
    )


def test_ten_million_cells_are_the_limit(raw: Raw) -> None:
    """Empty cells of the grid count."""
    message = raw.refused(
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 400_000}}
    )

    assert "above the limit of 10000000 cells" in message


def test_cells_beyond_the_grid_are_refused_until_it_grows(raw: Raw) -> None:
    """An updateCells outside the grid is 400; after appendDimension it is not."""
    request = {
        "updateCells": {
            "start": {"sheetId": 0, "rowIndex": 1000, "columnIndex": 0},
            "rows": [{"values": [{"note": "n"}]}],
            "fields": "note",
        }
    }
    refused = raw.refused(request)
    raw.batch({"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 1}}, request)

    assert "exceeds grid limits" in refused


def test_a_conditional_format_is_added_at_its_index(raw: Raw) -> None:
    """Rules are kept in order and shown by spreadsheets.get."""
    ranges = [{"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 1}]
    for kind in ("BLANK", "NOT_BLANK"):
        rule = {"ranges": ranges, "booleanRule": {"condition": {"type": kind}, "format": {}}}
        raw.batch({"addConditionalFormatRule": {"rule": rule, "index": 0}})
    answer = raw.ok("GET", PATH, fields="sheets.conditionalFormats.booleanRule.condition.type")

    assert ["NOT_BLANK", "BLANK"] == [
        rule["booleanRule"]["condition"]["type"]
        for rule in answer["sheets"][0]["conditionalFormats"]
    ]
