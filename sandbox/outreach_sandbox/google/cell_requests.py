"""Requests about cells: values, formats, notes, validations, sorting.

Rule: a field mask decides what changes; what it does not name stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import masks
from outreach_sandbox.google.cells import Cell, tidy
from outreach_sandbox.google.colors import tidy_format
from outreach_sandbox.google.structure import sort_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.google.a1 import Box
    from outreach_sandbox.google.batch import Context, Handler
    from outreach_sandbox.google.grid import Sheet

CELL_FIELDS = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation")
IGNORED_FIELDS = ("textFormatRuns", "hyperlink", "pivotTable", "chipRuns")


def _tree(context: Context, request: dict[str, Any]) -> masks.Tree:
    if not request.get("fields"):
        raise context.invalid(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    tree = masks.parse(request["fields"])
    for name in tree:
        if name not in (*CELL_FIELDS, *IGNORED_FIELDS, "*"):
            raise context.invalid(f"Unknown field in mask: {name}")
    return tree


def changed(context: Context, old: Cell, data: dict[str, Any], tree: masks.Tree) -> Cell:
    """The cell after the named fields became what they are in `data`."""
    everything = "*" in tree
    new = old
    if everything or "userEnteredValue" in tree:
        new = _with_value(context, new, data.get("userEnteredValue") or {})
    if everything or "userEnteredFormat" in tree:
        below = {} if everything else tree["userEnteredFormat"]
        new = replace(new, format=_format(old.format, data.get("userEnteredFormat"), below))
    if everything or "note" in tree:
        new = replace(new, note=data.get("note") or None)
    if everything or "dataValidation" in tree:
        new = replace(new, validation=data.get("dataValidation") or None)
        new = _as_checkbox(context, new)
    return new


def _as_checkbox(context: Context, cell: Cell) -> Cell:
    """A BOOLEAN rule makes a blank cell FALSE, as a checkbox does."""
    kind = (cell.validation or {}).get("condition", {}).get("type")
    fills = context.store.switches.get("google.checkbox_fills_false", True)
    return replace(cell, value=False) if kind == "BOOLEAN" and cell.is_blank and fills else cell


def _with_value(context: Context, old: Cell, value: dict[str, Any]) -> Cell:
    if value.get("formulaValue") is not None:
        return replace(old, value=None, formula=str(value["formulaValue"]))
    for key in ("stringValue", "numberValue", "boolValue"):
        if value.get(key) is not None:
            found = value[key]
            return replace(old, value=None if found == "" else tidy(found), formula=None)
    if value:
        raise context.invalid(f"Unknown value: {', '.join(value)}")
    return replace(old, value=None, formula=None)


def _format(
    old: dict[str, Any] | None, asked: dict[str, Any] | None, below: masks.Tree
) -> dict[str, Any] | None:
    if not below or "*" in below:
        return tidy_format(asked) if asked else None
    result: dict[str, Any] = dict((old or {}).items())
    for path in masks.paths(below):
        head = path[0]
        if isinstance(result.get(head), dict):
            result[head] = dict(result[head])
        masks.copy_path(asked or {}, result, path)
        other = head.removesuffix("Style") if head.endswith("Style") else f"{head}Style"
        if head.startswith("backgroundColor"):
            result.pop(other, None)
    return tidy_format(result) or None


def _places(box: Box) -> Iterator[tuple[int, range]]:
    columns = range(box.left, box.right or 0)
    for row in range(box.top, box.bottom or 0):
        yield row, columns


def repeat_cell(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """The same change in every cell of the range."""
    sheet, box = context.box(request.get("range"))
    tree, data = _tree(context, request), request.get("cell") or {}
    for row, columns in _places(box):
        cells = sheet.row(row)
        if not data and not any(column in cells for column in columns):
            continue
        sheet.put(row, {c: changed(context, sheet.cell(row, c), data, tree) for c in columns})
    return {}


def update_cells(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Row by row from a start or over a range; a range is cleared where no data is given."""
    if "dataFilter" in request:
        raise context.invalid('Unknown name "dataFilter": Cannot find field.')
    tree, rows = _tree(context, request), request.get("rows") or []
    if request.get("start") is not None:
        sheet, box = _from_start(context, request["start"], rows)
    else:
        sheet, box = context.box(request.get("range"))
        _refuse_overflow(context, box, rows)
    for row, columns in _places(box):
        offset = row - box.top
        given = (rows[offset].get("values") or []) if offset < len(rows) else []
        width = len(given) if request.get("start") is not None else len(columns)
        sheet.put(
            row,
            {
                c: changed(
                    context,
                    sheet.cell(row, c),
                    given[c - box.left] if c - box.left < len(given) else {},
                    tree,
                )
                for c in range(box.left, box.left + width)
            },
        )
    return {}


def _from_start(
    context: Context, start: dict[str, Any], rows: list[dict[str, Any]]
) -> tuple[Sheet, Box]:
    top, left = int(start.get("rowIndex") or 0), int(start.get("columnIndex") or 0)
    width = max((len(row.get("values") or []) for row in rows), default=0)
    return context.box(
        {
            "sheetId": start.get("sheetId"),
            "startRowIndex": top,
            "endRowIndex": top + max(len(rows), 1),
            "startColumnIndex": left,
            "endColumnIndex": left + max(width, 1),
        }
    )


def _refuse_overflow(context: Context, box: Box, rows: list[dict[str, Any]]) -> None:
    if len(rows) > (box.bottom or 0) - box.top:
        raise context.invalid(
            f"Attempting to write row: {box.bottom}, beyond the last requested row of: "
            f"{(box.bottom or 0) - 1}"
        )
    width = max((len(row.get("values") or []) for row in rows), default=0)
    if width > (box.right or 0) - box.left:
        raise context.invalid(
            f"Attempting to write column: {box.right}, beyond the last requested column of: "
            f"{(box.right or 0) - 1}"
        )


def set_data_validation(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """Put a rule on every cell of the range; no rule takes it away."""
    sheet, box = context.box(request.get("range"))
    rule = request.get("rule") or None
    for row, columns in _places(box):
        cells = {c: replace(sheet.cell(row, c), validation=rule) for c in columns}
        sheet.put(row, {c: _as_checkbox(context, cell) for c, cell in cells.items()})
    return {}


def sort(context: Context, request: dict[str, Any]) -> dict[str, Any]:
    """`sortRange`: only the columns of the range move."""
    sheet, box = context.box(request.get("range"))
    specs = request.get("sortSpecs") or []
    keys = [
        (int(spec.get("dimensionIndex") or 0), spec.get("sortOrder") == "DESCENDING")
        for spec in specs
    ]
    if not keys:
        raise context.invalid("At least one sort spec is required.")
    if any(not box.left <= column < (box.right or 0) for column, _ in keys):
        raise context.invalid("A sort spec names a column outside the range.")
    sort_range(context.book, sheet, box, keys)
    return {}


HANDLERS: dict[str, Handler] = {
    "repeatCell": repeat_cell,
    "updateCells": update_cells,
    "setDataValidation": set_data_validation,
    "sortRange": sort,
}
