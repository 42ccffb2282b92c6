"""The `spreadsheets.values` endpoints.

Rule: every endpoint is all or nothing, and an answer says only what really happened.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import a1, wire, writing
from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.reading import RENDER, Reader, inside, resolve
from outreach_sandbox.google.structure import insert_dimension

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book, Store
    from outreach_sandbox.google.writing import Planned

Options = dict[str, str]


def value_range(book: Book, text: str, options: Options) -> dict[str, Any]:
    """One range as it is read; an empty one has no `values`."""
    sheet, box = resolve(book, text)
    clipped = inside(sheet, box)
    dimension = options.get("majorDimension") or "ROWS"
    found = _reader(book, options).block(sheet, clipped, dimension)
    answer: dict[str, Any] = {
        "range": a1.full_name(sheet.title, clipped),
        "majorDimension": dimension,
    }
    if found:
        answer["values"] = found
    return answer


def _reader(book: Book, options: Options, prefix: str = "") -> Reader:
    render = options.get(f"{prefix}ValueRenderOption" if prefix else "valueRenderOption")
    moments = options.get(f"{prefix}DateTimeRenderOption" if prefix else "dateTimeRenderOption")
    if render and render not in RENDER:
        raise wire.invalid(
            "Invalid value at 'value_render_option' (type.googleapis.com/"
            f'google.apps.sheets.v4.ValueRenderOption), "{render}"'
        )
    return Reader(book, render or "FORMATTED_VALUE", moments or "SERIAL_NUMBER")


def batch_get(book: Book, ranges: list[str], options: Options) -> dict[str, Any]:
    """All ranges, or none when one is wrong."""
    return {
        "spreadsheetId": book.id,
        "valueRanges": [value_range(book, text, options) for text in ranges],
    }


def is_typed(option: str | None) -> bool:
    """Whether text is parsed as if typed; the option has no default."""
    # https://developers.google.com/workspace/sheets/api/reference/rest/v4/ValueInputOption
    if option not in ("RAW", "USER_ENTERED"):
        raise wire.invalid("'valueInputOption' is required but not specified")
    return option == "USER_ENTERED"


def update(
    store: Store, book: Book, text: str, body: dict[str, Any], options: Options, user: str
) -> dict[str, Any]:
    """Write one range."""
    rows = writing.checked_rows(body.get("values"), body.get("majorDimension"))
    typed = is_typed(options.get("valueInputOption"))
    sheet, box = resolve(book, text)
    planned = writing.plan(sheet, box, rows)
    return _write(store, book, [planned], typed, options, user)[0]


def batch_update(store: Store, book: Book, body: dict[str, Any], user: str) -> dict[str, Any]:
    """Write several ranges; the first wrong one, named by its index, stops all of them."""
    typed = is_typed(body.get("valueInputOption"))
    plans = []
    for number, item in enumerate(body.get("data") or []):
        prefix = f"Invalid data[{number}]: "
        field = f"data[{number}].values"
        rows = writing.checked_rows(item.get("values"), item.get("majorDimension"), field)
        sheet, box = resolve(book, str(item.get("range", "")), prefix)
        plans.append(writing.plan(sheet, box, rows, prefix))
    options = {
        "includeValuesInResponse": str(body.get("includeValuesInResponse", False)),
        "responseValueRenderOption": body.get("responseValueRenderOption") or "",
        "responseDateTimeRenderOption": body.get("responseDateTimeRenderOption") or "",
    }
    responses = _write(store, book, plans, typed, options, user)
    answer: dict[str, Any] = {"spreadsheetId": book.id}
    answer.update(_totals(plans))
    if responses:
        answer["responses"] = responses
    return answer


def _totals(plans: list[Planned]) -> dict[str, int]:
    """Rows, columns and cells over all ranges; a row or column written twice counts once."""
    cells = {(p.sheet.id, row, column) for p in plans for row, column in p.touched}
    if not cells:
        return {}
    return {
        "totalUpdatedRows": len({(sheet, row) for sheet, row, _ in cells}),
        "totalUpdatedColumns": len({(sheet, column) for sheet, _, column in cells}),
        "totalUpdatedCells": len(cells),
        "totalUpdatedSheets": len({sheet for sheet, _, _ in cells}),
    }


def _write(
    store: Store, book: Book, plans: list[Planned], typed: bool, options: Options, user: str
) -> list[dict[str, Any]]:
    for planned in plans:
        writing.perform(planned, typed=typed, locale=book.locale)
    if any(planned.touched for planned in plans):
        store.touch(book, user)
    return [_update_response(book, planned, options) for planned in plans]


def _update_response(book: Book, planned: Planned, options: Options) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "spreadsheetId": book.id,
        "updatedRange": a1.full_name(planned.sheet.title, planned.box),
        **writing.counts(planned),
    }
    if options.get("includeValuesInResponse", "").lower() == "true":
        reader = _reader(book, options, "response")
        data: dict[str, Any] = {"range": answer["updatedRange"], "majorDimension": "ROWS"}
        found = reader.block(planned.sheet, planned.box)
        if found:
            data["values"] = found
        answer["updatedData"] = data
    return answer


def append(
    store: Store, book: Book, text: str, body: dict[str, Any], options: Options, user: str
) -> dict[str, Any]:
    """Write below the table that is found in the range; see `writing` for where that is."""
    rows = writing.checked_rows(body.get("values"), body.get("majorDimension"))
    typed = is_typed(options.get("valueInputOption"))
    sheet, box = resolve(book, text)
    clipped = inside(sheet, box)
    table = writing.table_in(sheet, clipped)
    top, left = (table.bottom or 0, table.left) if table else (clipped.top, clipped.left)
    height, width = len(rows), max((len(row) for row in rows), default=0)
    snapshot = book.snapshot()
    _room(book, sheet, options, Box(top, left, top + height, left + width))
    try:
        store.check_size(book)
    except wire.Refused:
        book.restore(snapshot)
        raise
    planned = writing.plan(sheet, Box(top, left, top + 1, left + 1), rows)
    updates = _write(store, book, [planned], typed, options, user)[0]
    answer: dict[str, Any] = {"spreadsheetId": book.id}
    if table:
        answer["tableRange"] = a1.full_name(sheet.title, table)
    answer["updates"] = updates
    return answer


def _room(book: Book, sheet: Sheet, options: Options, box: Box) -> None:
    if options.get("insertDataOption") == "INSERT_ROWS" and box.top < sheet.row_count:
        insert_dimension(book, sheet, "ROWS", box.top, (box.bottom or 0) - box.top, inherit=True)
    writing.make_room(sheet, box.top, (box.bottom or 0) - box.top, box.right or 0)


def clear(store: Store, book: Book, text: str, user: str) -> dict[str, Any]:
    """Clear one range."""
    name = _clear(book, [text])[0]
    store.touch(book, user)
    return {"spreadsheetId": book.id, "clearedRange": name}


def batch_clear(store: Store, book: Book, ranges: list[str], user: str) -> dict[str, Any]:
    """Clear several ranges, or none when one is wrong."""
    names = _clear(book, ranges)
    store.touch(book, user)
    return {"spreadsheetId": book.id, "clearedRanges": names}


def _clear(book: Book, ranges: list[str]) -> list[str]:
    found = [resolve(book, text) for text in ranges]
    boxes = [(sheet, inside(sheet, box)) for sheet, box in found]
    for sheet, box in boxes:
        writing.clear(sheet, box)
    return [a1.full_name(sheet.title, box) for sheet, box in boxes]
