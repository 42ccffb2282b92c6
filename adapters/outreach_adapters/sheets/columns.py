"""The one-time set-up of our columns, as one ``spreadsheets:batchUpdate`` that happens whole or not.

The rule: only cells right of everything that is there are touched; no column is inserted or moved.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from outreach_adapters.sheets.rows import FIRST_OWN_COLUMN, PAUSE, SYNC_ID, Layout
from outreach_adapters.sheets.sansio import Cell, is_blank

ID_COLUMN_PIXELS = 30
WARNING = "Row ids of the CRM sync. Changing one makes the sync lose track of its row."


def first_free_column(grid: Sequence[Sequence[Cell]]) -> int:
    """Return the first column, at or after R, with nothing in it or to its right."""
    filled = [c for row in grid for c, cell in enumerate(row) if not is_blank(cell)]
    return max([FIRST_OWN_COLUMN, *(c + 1 for c in filled)])


def set_up_requests(
    layout: Layout, grid: Sequence[Sequence[Cell]], gid: int, column_count: int
) -> list[dict[str, Any]]:
    """Return the requests that add our missing columns."""
    names = layout.missing
    start = first_free_column(grid)
    places = {name: start + offset for offset, name in enumerate(names)}
    requests: list[dict[str, Any]] = []
    if start + len(names) > column_count:
        more = start + len(names) - column_count
        requests.append(
            {"appendDimension": {"sheetId": gid, "dimension": "COLUMNS", "length": more}}
        )
    if SYNC_ID in places:
        requests += _id_column(gid, places[SYNC_ID])
    # the headers come last: whoever sees one sees a column that is complete
    requests.append(_headers(gid, start, names))
    return requests


def _headers(gid: int, start: int, names: Sequence[str]) -> dict[str, Any]:
    cells = [{"userEnteredValue": {"stringValue": name}} for name in names]
    place = {"sheetId": gid, "rowIndex": 0, "columnIndex": start}
    return {
        "updateCells": {"start": place, "rows": [{"values": cells}], "fields": "userEnteredValue"}
    }


def _id_column(gid: int, column: int) -> list[dict[str, Any]]:
    place = {"sheetId": gid, "startColumnIndex": column, "endColumnIndex": column + 1}
    span = {"sheetId": gid, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    return [
        {
            "repeatCell": {
                "range": place,
                "cell": text,
                "fields": "userEnteredFormat.numberFormat",
            }
        },
        {
            "updateDimensionProperties": {
                "range": span,
                "properties": {"pixelSize": ID_COLUMN_PIXELS, "hiddenByUser": True},
                "fields": "pixelSize,hiddenByUser",
            }
        },
        {
            "addProtectedRange": {
                "protectedRange": {
                    "range": place,
                    "description": WARNING,
                    # a hard protection would stop people from sorting or deleting rows
                    "warningOnly": True,
                }
            }
        },
    ]


def checkbox_requests(layout: Layout, gid: int, rows: Iterable[int]) -> list[dict[str, Any]]:
    """Return the requests that give these rows their ``Pause Sync`` box.

    Only rows that hold data get one, and only once: a box makes its cell count as filled, so that the
    outreach system's append would land below it, and writing a rule again resets what people styled.
    """
    column = layout.ours.get(PAUSE)
    if column is None:
        return []
    return [_checkbox(gid, column, first, last) for first, last in _runs(rows)]


def _checkbox(gid: int, column: int, first: int, last: int) -> dict[str, Any]:
    return {
        "setDataValidation": {
            "range": {
                "sheetId": gid,
                "startRowIndex": first - 1,
                "endRowIndex": last,
                "startColumnIndex": column,
                "endColumnIndex": column + 1,
            },
            "rule": {"condition": {"type": "BOOLEAN"}, "strict": False, "showCustomUi": True},
        }
    }


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if runs and runs[-1][1] + 1 == row:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
