"""The requests that make, fill and dress our own tabs, for one ``spreadsheets:batchUpdate`` each time.

The rule: a text travels as ``stringValue``, which Google never parses, so that nothing we show becomes a
formula; a new tab comes after all others.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ExtendedValue
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from outreach_adapters.sheets.sansio import column_letters
from outreach_core.model.screens import (
    CLOSED,
    EVIDENCE,
    FRAMES,
    HEADER_ROW,
    ITEM,
    Frame,
    Screen,
)

Request = dict[str, Any]
ROWS_AT_FIRST = 200
GREY = {"red": 0.6, "green": 0.6, "blue": 0.6}
PAPER = {"red": 1.0, "green": 0.98, "blue": 0.88}
WARNING = "The CRM sync writes this tab. Only the pale yellow columns are yours."
HIDDEN = (ITEM, EVIDENCE)


def new_tab(screen: Screen, gid: int) -> list[Request]:
    """Return the requests that make a tab."""
    frame = FRAMES[screen]
    grid = {
        "rowCount": ROWS_AT_FIRST,
        "columnCount": len(frame.columns),
        "frozenRowCount": HEADER_ROW,
    }
    properties = {"sheetId": gid, "title": frame.title, "gridProperties": grid}
    return [
        {"addSheet": {"properties": properties}},
        _format({"sheetId": gid}, {"numberFormat": {"type": "TEXT"}, "wrapStrategy": "WRAP"}),
        _format(
            {"sheetId": gid, "startRowIndex": 0, "endRowIndex": HEADER_ROW},
            {"textFormat": {"bold": True}, "wrapStrategy": "OVERFLOW_CELL"},
        ),
        *(_format(place, {"backgroundColor": PAPER}) for place in _answer_places(frame, gid)),
        *_widths(frame, gid),
        *([_greyed(frame, gid)] if "Status" in frame.columns else []),
        _protection(frame, gid),
        # the headers come last: whoever sees one sees a tab that is complete
        texts(gid, HEADER_ROW, 0, [list(frame.columns)]),
    ]


def _format(place: Mapping[str, int], form: Mapping[str, Any]) -> Request:
    fields = ",".join(f"userEnteredFormat.{name}" for name in form)
    cell = {"userEnteredFormat": dict(form)}
    return {"repeatCell": {"range": dict(place), "cell": cell, "fields": fields}}


def _answer_places(frame: Frame, gid: int) -> list[dict[str, int]]:
    columns = [frame.columns.index(name) for name in frame.answers]
    return [
        {
            "sheetId": gid,
            "startRowIndex": HEADER_ROW,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }
        for column in columns
    ]


def _widths(frame: Frame, gid: int) -> list[Request]:
    """Hide the columns that are no people's, and give room to those that need it."""
    shown: dict[str, dict[str, Any]] = {n: {"pixelSize": w} for n, w in frame.widths.items()}
    hidden: dict[str, dict[str, Any]] = {name: {"hiddenByUser": True} for name in HIDDEN}
    return [
        {
            "updateDimensionProperties": {
                "range": {
                    "sheetId": gid,
                    "dimension": "COLUMNS",
                    "startIndex": frame.columns.index(name),
                    "endIndex": frame.columns.index(name) + 1,
                },
                "properties": properties,
                "fields": next(iter(properties)),
            }
        }
        for name, properties in {**shown, **hidden}.items()
    ]


def _greyed(frame: Frame, gid: int) -> Request:
    """Grey closed lines wherever they are sorted to; their Status says it in words."""
    column = column_letters(frame.columns.index("Status"))
    formula = f'=LEFT(${column}{HEADER_ROW + 1},{len(CLOSED)})="{CLOSED}"'
    rule = {
        "ranges": [{"sheetId": gid, "startRowIndex": HEADER_ROW}],
        "booleanRule": {
            "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]},
            "format": {"textFormat": {"foregroundColor": GREY}},
        },
    }
    return {"addConditionalFormatRule": {"rule": rule, "index": 0}}


def _protection(frame: Frame, gid: int) -> Request:
    """Warn whoever edits anything but answers; a hard protection would stop people from sorting."""
    protected = {
        "range": {"sheetId": gid},
        "description": WARNING,
        "warningOnly": True,
        "unprotectedRanges": _answer_places(frame, gid),
    }
    return {"addProtectedRange": {"protectedRange": protected}}


def texts(gid: int, row: int, column: int, rows: Sequence[Sequence[str]]) -> Request:
    """Return the request that writes texts from a cell on; a blank one clears. Rows count from 1."""
    start = {"sheetId": gid, "rowIndex": row - 1, "columnIndex": column}
    values = [{"values": [_value(text) for text in cells]} for cells in rows]
    return {"updateCells": {"start": start, "rows": values, "fields": "userEnteredValue"}}


def _value(text: str) -> dict[str, Any]:
    return {"userEnteredValue": {"stringValue": text}} if text else {}


def dropdown(gid: int, column: int, rows: Iterable[int], choices: Sequence[str]) -> list[Request]:
    """Return the requests that offer these words in a column; another text may be typed all the same."""
    condition = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": c} for c in choices]}
    rule = {"condition": condition, "strict": False, "showCustomUi": True}
    return [
        {
            "setDataValidation": {
                "range": _cells(gid, column, first, last),
                **({"rule": rule} if choices else {}),
            }
        }
        for first, last in spans(rows)
    ]


def link(gid: int, column: int, row: int, address: str) -> Request:
    """Return the request that puts an address behind a cell; blank takes it away."""
    form = {"textFormat": {"link": {"uri": address}}} if address else {}
    return {
        "repeatCell": {
            "range": _cells(gid, column, row, row),
            "cell": {"userEnteredFormat": form},
            "fields": "userEnteredFormat.textFormat.link",
        }
    }


def _cells(gid: int, column: int, first: int, last: int) -> dict[str, int]:
    return {
        "sheetId": gid,
        "startRowIndex": first - 1,
        "endRowIndex": last,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }


def spans(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return adjoining rows as (first, last).

    >>> spans([3, 4, 7])
    [(3, 4), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        if found and found[-1][1] + 1 == row:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found
