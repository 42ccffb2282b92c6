"""What an empty tab needs to become a campaign's, as one ``spreadsheets:batchUpdate`` that happens whole or not.

The rule: it is done once, to a tab without rows; a rule or a format that a person gave a column is not
written over. Our own columns are ``columns.py``'s.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.sheets.columns import set_up_requests
from outreach_adapters.sheets.rows import FIRST_OWN_COLUMN, Layout
from outreach_adapters.sheets.sansio import Cell

Request = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """What the tab is to look like.

    Attributes:
        header: The outreach system's columns, from A on.
        further: Mapped columns right of those that are kept free for it.
        status: Header of the column with the dropdown.
        choices: What the dropdown offers.
        texts: Headers of the columns in which nothing is taken for a number or a date.
    """

    header: tuple[str, ...]
    further: tuple[str, ...] = ()
    status: str = ""
    choices: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def row(self) -> list[str]:
        """The first row as far as it is not ours."""
        gap = [""] * (FIRST_OWN_COLUMN - len(self.header)) if self.further else []
        return [*self.header, *gap, *self.further]


def new_tab_requests(
    frame: Frame,
    layout: Layout,
    grid: Sequence[Sequence[Cell]],
    gid: int,
    columns: int,
    *,
    dropdown: bool,
) -> list[Request]:
    """Return the requests that make an empty tab a campaign's.

    Args:
        frame: What it is to look like.
        layout: What the first row is like now.
        grid: What is in the tab now.
        gid: The tab's id.
        columns: How many columns it has.
        dropdown: Whether the Status column gets one.
    """
    is_new = not layout.header
    shown = frame.row if is_new else list(layout.header)
    ours = set_up_requests(layout, [shown, *grid[1:]], gid, columns) if layout.missing else []
    requests = [request for request in ours if "appendDimension" in request]
    if is_new:
        requests += [_bold(gid), _frozen(gid)]
        requests += [_text(gid, shown.index(name)) for name in frame.texts if name in shown]
    if dropdown and frame.status in shown:
        requests.append(_dropdown(gid, shown.index(frame.status), frame.choices))
    requests += [request for request in ours if "appendDimension" not in request]
    if is_new:
        requests.append(_header(gid, frame.row))
    return requests


def grow_request(gid: int, rows: int) -> Request:
    """Return the request that adds rows at the end of the grid."""
    return {"appendDimension": {"sheetId": gid, "dimension": "ROWS", "length": rows}}


def _header(gid: int, names: Sequence[str]) -> Request:
    cells = [{"userEnteredValue": {"stringValue": name}} if name else {} for name in names]
    place = {"sheetId": gid, "rowIndex": 0, "columnIndex": 0}
    return {
        "updateCells": {"start": place, "rows": [{"values": cells}], "fields": "userEnteredValue"}
    }


def _bold(gid: int) -> Request:
    return _repeat(
        {"sheetId": gid, "startRowIndex": 0, "endRowIndex": 1},
        {"textFormat": {"bold": True}},
        "userEnteredFormat.textFormat.bold",
    )


def _text(gid: int, column: int) -> Request:
    return _repeat(
        {"sheetId": gid, "startColumnIndex": column, "endColumnIndex": column + 1},
        {"numberFormat": {"type": "TEXT"}},
        "userEnteredFormat.numberFormat",
    )


def _repeat(place: Mapping[str, int], form: Mapping[str, Any], fields: str) -> Request:
    cell = {"userEnteredFormat": dict(form)}
    return {"repeatCell": {"range": dict(place), "cell": cell, "fields": fields}}


def _frozen(gid: int) -> Request:
    properties = {"sheetId": gid, "gridProperties": {"frozenRowCount": 1}}
    return {
        "updateSheetProperties": {
            "properties": properties,
            "fields": "gridProperties.frozenRowCount",
        }
    }


def _dropdown(gid: int, column: int, choices: Sequence[str]) -> Request:
    """Offer the words, and let a person type another one: the outreach system survives it."""
    listed = [{"userEnteredValue": word} for word in choices]
    return {
        "setDataValidation": {
            "range": {
                "sheetId": gid,
                "startRowIndex": 1,
                "startColumnIndex": column,
                "endColumnIndex": column + 1,
            },
            "rule": {
                "condition": {"type": "ONE_OF_LIST", "values": listed},
                "strict": False,
                "showCustomUi": True,
            },
        }
    }
