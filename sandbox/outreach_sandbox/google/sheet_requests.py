"""Requests about whole tabs, the spreadsheet itself and its dimensions.

Rule: a field mask decides what changes; what it does not name stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import masks
from outreach_sandbox.google.colors import style_pair
from outreach_sandbox.google.grid import Dimension, Sheet
from outreach_sandbox.google.resources import sheet_properties
from outreach_sandbox.google.structure import delete_dimension, insert_dimension

if TYPE_CHECKING:
    from outreach_sandbox.google.batch import Context, Handler

SHEET_FIELDS = ("hidden", "tabColor", "tabColorStyle", "rightToLeft")


def add_sheet(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """A new tab; a chosen id is kept, a taken id or title is refused."""
    asked = request.get("properties") or {}
    book = context.book
    sheet_id = asked.get("sheetId")
    if sheet_id is not None and book.sheet_by_id(int(sheet_id)):
        raise context.invalid(f"A sheet with id {sheet_id} already exists.")
    title = asked.get("title") or _free_title(context)
    _refuse_taken_title(context, title, None)
    grid = asked.get("gridProperties") or {}
    sheet = Sheet(
        id=int(sheet_id) if sheet_id is not None else context.store.new_number(),
        title=title,
        row_count=int(grid.get("rowCount") or 1000),
        column_count=int(grid.get("columnCount") or 26),
    )
    sheet.grid_properties = {
        key: value for key, value in grid.items() if key not in ("rowCount", "columnCount")
    }
    sheet.properties = {key: asked[key] for key in SHEET_FIELDS if asked.get(key) is not None}
    style_pair(sheet.properties, "tabColor")
    index = asked.get("index")
    book.sheets.insert(len(book.sheets) if index is None else int(index), sheet)
    return {"addSheet": {"properties": sheet_properties(book, sheet)}}


def _free_title(context: Context) -> str:
    number = len(context.book.sheets) + 1
    while context.book.sheet_by_title(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _refuse_taken_title(context: Context, title: str, own: Sheet | None) -> None:
    other = context.book.sheet_by_title(title)
    if other is not None and other is not own:
        raise context.invalid(
            f'A sheet with the name "{title}" already exists. Please enter another name.'
        )


def delete_sheet(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a tab with its metadata; the last one stays."""
    sheet = context.sheet(request.get("sheetId"))
    if len(context.book.sheets) == 1:
        raise context.invalid("You can't remove all the sheets in a document.")
    book = context.book
    book.sheets.remove(sheet)
    book.named_ranges = [n for n in book.named_ranges if n["range"].get("sheetId") != sheet.id]
    book.metadata = [
        m
        for m in book.metadata
        if (m["location"].get("dimensionRange") or m["location"]).get("sheetId") != sheet.id
    ]
    return {}


def update_sheet_properties(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Change what the mask names."""
    asked = request.get("properties") or {}
    sheet = context.sheet(asked.get("sheetId"))
    for path in _paths(context, request):
        match path:
            case ("title",):
                _refuse_taken_title(context, asked.get("title", ""), sheet)
                sheet.title = asked["title"]
            case ("index",):
                context.book.sheets.remove(sheet)
                context.book.sheets.insert(int(asked.get("index") or 0), sheet)
            case ("gridProperties", *_):
                _update_grid(sheet, asked.get("gridProperties") or {}, path[1:])
            case (name, *_) if name in SHEET_FIELDS:
                _update_field(context, sheet, asked, path)
            case _:
                raise context.invalid(f"Unknown field in mask: {'.'.join(path)}")
    return {}


def _paths(context: Context, request: dict[str, Any]) -> list[tuple[str, ...]]:
    if not request.get("fields"):
        raise context.invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    found = masks.paths(masks.parse(request["fields"]))
    if ("*",) not in found:
        return found
    return [(key,) for key in (request.get("properties") or {}) if key != "sheetId"]


def _update_grid(sheet: Sheet, asked: dict[str, Any], path: tuple[str, ...]) -> None:
    for key in path or tuple(asked):
        if key == "rowCount":
            sheet.resize(int(asked[key]), sheet.column_count)
        elif key == "columnCount":
            sheet.resize(sheet.row_count, int(asked[key]))
        else:
            sheet.grid_properties[key] = asked.get(key)


def _update_field(
    context: Context, sheet: Sheet, asked: dict[str, Any], path: tuple[str, ...]
) -> None:
    masks.copy_path(asked, sheet.properties, path)
    if path[0] == "hidden" and all(s.properties.get("hidden") for s in context.book.sheets):
        raise context.invalid("You can't hide all the sheets in a document.")
    if path[0] in ("tabColor", "tabColorStyle"):
        other = "tabColorStyle" if path[0] == "tabColor" else "tabColor"
        sheet.properties.pop(other, None)
        style_pair(sheet.properties, "tabColor")


def update_spreadsheet_properties(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Title, locale or time zone."""
    asked = request.get("properties") or {}
    for path in _paths(context, request):
        match path:
            case ("title",):
                context.book.title = asked["title"]
            case ("locale",):
                context.book.locale = asked["locale"]
            case ("timeZone",):
                context.book.time_zone = asked["timeZone"]
            case ("autoRecalc",):
                pass
            case _:
                raise context.invalid(f"Unknown field in mask: {'.'.join(path)}")
    return {}


def _span(
    context: Context, request: dict[str, Any], *, bounded: bool = True
) -> tuple[Sheet, Dimension, int, int]:
    asked = request.get("range") or {}
    sheet = context.sheet(asked.get("sheetId"))
    dimension: Dimension = "COLUMNS" if asked.get("dimension") == "COLUMNS" else "ROWS"
    if asked.get("dimension") not in ("ROWS", "COLUMNS"):
        raise context.invalid("No dimension specified.")
    start, end = int(asked.get("startIndex") or 0), asked.get("endIndex")
    if end is None:
        if bounded:
            raise context.invalid("range must be bounded: endIndex is missing")
        end = sheet.size(dimension)
    if int(end) <= start:
        raise context.invalid("range.endIndex must be after range.startIndex")
    return sheet, dimension, start, int(end)


def insert(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`insertDimension`: bounded, and the first row has nothing before it to inherit from."""
    sheet, dimension, start, end = _span(context, request)
    inherit = bool(request.get("inheritFromBefore"))
    if inherit and start == 0:
        raise context.invalid("inheritFromBefore cannot be true if startIndex is 0")
    if start > sheet.size(dimension):
        raise context.invalid("range.startIndex is outside the grid")
    insert_dimension(context.book, sheet, dimension, start, end - start, inherit=inherit)
    return {}


def delete(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`deleteDimension`; something must stay."""
    sheet, dimension, start, end = _span(context, request, bounded=False)
    size, word = sheet.size(dimension), dimension.lower()
    if start >= size:
        raise context.invalid(
            f"Cannot delete {dimension[:-1].lower()}s that do not exist: {start} of {size}"
        )
    if start == 0 and end >= size:
        raise context.invalid(f"You can't delete all the {word} on the sheet.")
    delete_dimension(context.book, sheet, dimension, start, min(end, size))
    return {}


def append(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`appendDimension`."""
    sheet = context.sheet(request.get("sheetId"))
    length = int(request.get("length") or 0)
    if request.get("dimension") not in ("ROWS", "COLUMNS") or length < 1:
        raise context.invalid("dimension and a positive length are required")
    sheet.append(request["dimension"], length)
    return {}


def update_dimension(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`updateDimensionProperties`: `hiddenByUser` and `pixelSize`."""
    sheet, dimension, start, end = _span(context, request, bounded=False)
    asked = request.get("properties") or {}
    own = sheet.row_properties if dimension == "ROWS" else sheet.column_properties
    for path in _paths(context, request):
        if path not in (("hiddenByUser",), ("pixelSize",)):
            raise context.invalid(f"Unknown field in mask: {'.'.join(path)}")
        for index in range(start, min(end, sheet.size(dimension))):
            masks.copy_path(asked, own.setdefault(index, {}), path)
    return {}


HANDLERS: dict[str, Handler] = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "insertDimension": insert,
    "deleteDimension": delete,
    "appendDimension": append,
    "updateDimensionProperties": update_dimension,
}
