"""A spreadsheet as the API describes it.

Rule: values that are the default of their type are left out, as in every answer of this API.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import masks
from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.cells import Cell, shown
from outreach_sandbox.google.colors import STEPS, quantised
from outreach_sandbox.google.formulas import is_error
from outreach_sandbox.google.reading import Reader, inside, resolve

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book

WHITE = {"red": 1, "green": 1, "blue": 1}
DEFAULT_FORMAT: dict[str, Any] = {
    "backgroundColor": WHITE,
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": WHITE},
}
THEME = (
    ("TEXT", (0, 0, 0)),
    ("BACKGROUND", (255, 255, 255)),
    ("ACCENT1", (66, 133, 244)),
    ("ACCENT2", (234, 67, 53)),
    ("ACCENT3", (251, 188, 4)),
    ("ACCENT4", (52, 168, 83)),
    ("ACCENT5", (255, 109, 1)),
    ("ACCENT6", (70, 189, 198)),
    ("LINK", (17, 85, 204)),
)
PIXELS = {"ROWS": 21, "COLUMNS": 100}
# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType
ERROR_TYPES = {
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#N/A": "N_A",
}


def spreadsheet(
    book: Book, *, fields: str | None, ranges: list[str], grid_data: bool, user: str
) -> dict[str, Any]:
    """The spreadsheet, or the part the mask names."""
    return part(book, masks.parse(fields or ""), ranges=ranges, grid_data=grid_data, user=user)


def part(
    book: Book, tree: masks.Tree, *, ranges: list[str], grid_data: bool, user: str
) -> dict[str, Any]:
    """The spreadsheet, or the part a mask that was read names; then `grid_data` does not count."""
    with_data = masks.mentions(tree, "sheets", "data") if tree else grid_data
    wanted = [resolve(book, text) for text in ranges]
    boxes = [(sheet, inside(sheet, box)) for sheet, box in wanted]
    whole: dict[str, Any] = {
        "spreadsheetId": book.id,
        "properties": properties(book),
        "sheets": _sheets(book, boxes, with_data, tree, user),
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.id}/edit",
    }
    if book.named_ranges:
        whole["namedRanges"] = [_bare_range(named, "range") for named in book.named_ranges]
    own = [m for m in book.metadata if m["location"]["locationType"] == "SPREADSHEET"]
    if own:
        whole["developerMetadata"] = own
    picked: dict[str, Any] = masks.pick(whole, tree)
    return picked


def _sheets(
    book: Book, boxes: list[tuple[Sheet, Box]], with_data: bool, tree: masks.Tree, user: str
) -> list[dict[str, Any]]:
    tabs = [s for s in book.sheets if not boxes or any(s is sheet for sheet, _ in boxes)]
    found = []
    for sheet in tabs:
        described = sheet_resource(book, sheet, user)
        if with_data:
            own = [box for owner, box in boxes if owner is sheet]
            own = own or [sheet.clip(Box(0, 0, None, None))]
            described["data"] = [_grid_data(book, sheet, box, tree) for box in own]
        found.append(described)
    return found


def properties(book: Book) -> dict[str, Any]:
    """SpreadsheetProperties."""
    colors = [{"colorType": kind, "color": {"rgbColor": _rgb(*parts)}} for kind, parts in THEME]
    return {
        "title": book.title,
        "locale": book.locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": book.time_zone,
        "defaultFormat": DEFAULT_FORMAT,
        "spreadsheetTheme": {"primaryFontFamily": "Arial", "themeColors": colors},
    }


def _rgb(red: int, green: int, blue: int) -> dict[str, Any]:
    return quantised({"red": red / STEPS, "green": green / STEPS, "blue": blue / STEPS})


def sheet_properties(book: Book, sheet: Sheet) -> dict[str, Any]:
    """SheetProperties; unlike in ranges, `sheetId: 0` and `index: 0` are there."""
    return {
        "sheetId": sheet.id,
        "title": sheet.title,
        "index": book.sheets.index(sheet),
        "sheetType": "GRID",
        "gridProperties": {
            "rowCount": sheet.row_count,
            "columnCount": sheet.column_count,
            **{key: value for key, value in sheet.grid_properties.items() if value},
        },
        **{key: value for key, value in sheet.properties.items() if value},
    }


def sheet_resource(book: Book, sheet: Sheet, user: str) -> dict[str, Any]:
    """A tab without its cells."""
    found: dict[str, Any] = {"properties": sheet_properties(book, sheet)}
    if sheet.merges:
        found["merges"] = [bare(merge) for merge in sheet.merges]
    if sheet.protected:
        found["protectedRanges"] = [protected_range(item, user) for item in sheet.protected]
    if sheet.conditional_formats:
        found["conditionalFormats"] = [
            {**rule, "ranges": [bare(r) for r in rule.get("ranges", [])]}
            for rule in sheet.conditional_formats
        ]
    if sheet.basic_filter:
        found["basicFilter"] = _bare_range(sheet.basic_filter, "range")
    for dimension, name in (("ROWS", "rowGroups"), ("COLUMNS", "columnGroups")):
        if sheet.groups[dimension]:
            found[name] = [_bare_range(group, "range") for group in sheet.groups[dimension]]
    own = [
        m
        for m in book.metadata
        if m["location"]["locationType"] == "SHEET" and m["location"].get("sheetId") == sheet.id
    ]
    if own:
        found["developerMetadata"] = own
    return found


def bare(grid_range: dict[str, Any]) -> dict[str, Any]:
    """A GridRange as answered: a sheetId of 0 is left out."""
    return {k: v for k, v in grid_range.items() if v is not None and (k != "sheetId" or v)}


def _bare_range(item: dict[str, Any], key: str) -> dict[str, Any]:
    return {**item, key: bare(item[key])} if key in item else item


def protected_range(item: dict[str, Any], user: str, *, fresh: bool = False) -> dict[str, Any]:
    """A protected range; the caller is among the editors when it is read again."""
    found = {k: v for k, v in item.items() if v not in (None, False, "")}
    found = _bare_range(found, "range")
    editors = {k: v for k, v in (item.get("editors") or {}).items() if v}
    if not fresh:
        editors["users"] = sorted({*editors.get("users", []), user})
    return {**found, "requestingUserCanEdit": True, "editors": editors}


def _grid_data(book: Book, sheet: Sheet, box: Box, tree: masks.Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if box.top:
        found["startRow"] = box.top
    if box.left:
        found["startColumn"] = box.left
    below = tree.get("sheets", {}).get("data", {}) if tree else {}
    if masks.mentions(below, "rowData"):
        rows = _row_data(book, sheet, box, below.get("rowData", {}).get("values", {}))
        if rows:
            found["rowData"] = rows
    if masks.mentions(below, "rowMetadata"):
        found["rowMetadata"] = _dimensions(book, sheet, "ROWS", box.top, box.bottom or 0)
    if masks.mentions(below, "columnMetadata"):
        found["columnMetadata"] = _dimensions(book, sheet, "COLUMNS", box.left, box.right or 0)
    return found


def _row_data(book: Book, sheet: Sheet, box: Box, tree: masks.Tree) -> list[dict[str, Any]]:
    reader = Reader(book, "UNFORMATTED_VALUE")
    rows: list[dict[str, Any]] = []
    for number in range(box.top, min(box.bottom or 0, len(sheet.rows))):
        cells = sheet.rows[number]
        values: list[dict[str, Any]] = []
        for column in sorted(c for c in cells if box.left <= c < (box.right or 0)):
            picked = masks.pick(_cell(reader, sheet, number, column, cells[column]), tree)
            if picked:
                values += [{} for _ in range(column - box.left - len(values))]
                values.append(picked)
        rows.append({"values": values} if values else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _cell(reader: Reader, sheet: Sheet, row: int, column: int, cell: Cell) -> dict[str, Any]:
    """CellData."""
    found: dict[str, Any] = {}
    if cell.formula is not None:
        found["userEnteredValue"] = {"formulaValue": cell.formula}
    elif cell.value is not None:
        found["userEnteredValue"] = extended(cell.value)
    if not cell.is_blank:
        value = reader.effective(sheet, row, column)
        if cell.formula is not None and is_error(value):
            kind = ERROR_TYPES.get(str(value), "ERROR")
            found["effectiveValue"] = {"errorValue": {"type": kind, "message": str(value)}}
        elif value is not None:
            found["effectiveValue"] = extended(value)
        found["formattedValue"] = shown(value, cell, reader.book.locale)
    if cell.format:
        found["userEnteredFormat"] = cell.format
    found["effectiveFormat"] = {**DEFAULT_FORMAT, **(cell.format or {})}
    if cell.note:
        found["note"] = cell.note
    if cell.validation:
        found["dataValidation"] = cell.validation
    return found


def extended(value: str | float | bool) -> dict[str, Any]:
    """ExtendedValue."""
    if isinstance(value, bool):
        return {"boolValue": value}
    return {"stringValue": value} if isinstance(value, str) else {"numberValue": value}


def _dimensions(
    book: Book, sheet: Sheet, dimension: str, start: int, end: int
) -> list[dict[str, Any]]:
    own = sheet.row_properties if dimension == "ROWS" else sheet.column_properties
    marks: dict[int, list[dict[str, Any]]] = {}
    for entry in book.metadata:
        place = entry["location"].get("dimensionRange")
        if place and place["dimension"] == dimension and place.get("sheetId", 0) == sheet.id:
            marks.setdefault(int(place.get("startIndex", 0)), []).append(entry)
    found = []
    for index in range(start, end):
        item: dict[str, Any] = {"pixelSize": PIXELS[dimension]}
        item.update({k: v for k, v in own.get(index, {}).items() if v})
        if index in marks:
            item["developerMetadata"] = marks[index]
        found.append(item)
    return found
