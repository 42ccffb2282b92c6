"""The few calls we make, through gspread's HTTP client.

The rule: a read is tried again here; a write never is, because between two tries its row may have
moved. Whoever writes reads again, finds the rows again, and only then repeats.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gspread import http_client
from gspread.http_client import ParamsType
from gspread.urls import DRIVE_FILES_API_V3_URL, SPREADSHEET_BATCH_UPDATE_URL

from outreach_adapters.environment import guard_base_url
from outreach_adapters.http.retry import RetryPolicy, call_with_retry
from outreach_adapters.sheets.credentials import READ_SCOPES, SCOPES, token_url_from, way_from
from outreach_adapters.sheets.failures import translate
from outreach_adapters.sheets.sansio import (
    CellWrite,
    column_letters,
    effective_cell,
    on_tab,
    title_of,
    trimmed,
    values_body,
    whole_tab,
)
from outreach_core.errors import ConfigError, OutreachError, Retriable

T = TypeVar("T")

GOOGLE_SHEETS_URL = "https://sheets.googleapis.com"
GOOGLE_DRIVE_URL = "https://www.googleapis.com"
# Google ends a request itself after 180 seconds
# https://developers.google.com/workspace/sheets/api/limits
TIMEOUT = (5.0, 190.0)
_PROPERTIES = "properties(sheetId,title,index,hidden,gridProperties(rowCount,columnCount))"
FACTS = f"properties.timeZone,sheets.{_PROPERTIES}"
GRIDS = f"properties.timeZone,sheets({_PROPERTIES},data.rowData.values.effectiveValue)"


class GoogleHttp(http_client.HTTPClient):
    """gspread's client with our base URLs: it has Google's as constants, imported by name."""

    def __init__(self, auth: Any, sheets_url: str, drive_url: str) -> None:
        super().__init__(auth)
        self._bases = {GOOGLE_SHEETS_URL: sheets_url, GOOGLE_DRIVE_URL: drive_url}
        # without one, gspread switches off the session's own limit and waits for ever
        self.set_timeout(TIMEOUT)

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        """Send to our base URL; an address of neither API is refused."""
        for google, ours in self._bases.items():
            if endpoint.startswith(google + "/"):
                return super().request(method, ours + endpoint[len(google) :], *args, **kwargs)
        raise ConfigError("A request went to neither Sheets nor Drive.", code="foreign_address")


@dataclass(frozen=True, slots=True)
class TabRead:
    """A tab as it was read: the title Google names, and its cells."""

    title: str
    grid: list[list[Any]]


@dataclass(frozen=True, slots=True)
class TabFacts:
    """What changes rarely about a tab."""

    title: str
    gid: int
    columns: int
    time_zone: str
    rows: int = 0


def facts_of(tabs: Sequence[TabFacts], title: str) -> TabFacts:
    """Return what is known of the tab with this title.

    Raises:
        Retriable: ``tab_renamed``; there is no such tab any more.
    """
    for tab in tabs:
        if tab.title == title:
            return tab
    raise Retriable("The tab was renamed while it was read.", code="tab_renamed")


def _facts(found: Mapping[str, Any], zone: str) -> TabFacts:
    grid = found.get("gridProperties", {})
    columns, rows = int(grid.get("columnCount", 0)), int(grid.get("rowCount", 0))
    return TabFacts(str(found["title"]), int(found.get("sheetId", 0)), columns, zone, rows)


@dataclass(frozen=True)
class SheetsClient:
    """One spreadsheet's tab.

    Attributes:
        tab: Its title, or ``None`` for the first tab.
        sleep: Waits that many seconds.
        rng: Spreads waits.
    """

    http: GoogleHttp
    spreadsheet_id: str
    tab: str | None
    sleep: Callable[[float], None]
    rng: random.Random
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    def again(self, call: Callable[[], T]) -> T:
        """Return what a call returns that may be made again."""
        return call_with_retry(
            call, translate=translate, sleep=self.sleep, rng=self.rng, policy=self.policy
        )

    def file_version(self) -> dict[str, str]:
        """Return the file's ``version`` and ``modifiedTime`` from Drive, and what time Google has.

        The ``date`` is that of the answer, ``""`` if it names none. Whoever orders edits of the sheet and of
        a CRM compares vendors' clocks, and not the one of this machine.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files#version
        https://www.rfc-editor.org/rfc/rfc9110#name-date
        """
        params = {"fields": "version,modifiedTime,trashed", "supportsAllDrives": "true"}
        address = f"{DRIVE_FILES_API_V3_URL}/{self.spreadsheet_id}"
        answer = self.again(lambda: self.http.request("get", address, params=params))
        found = answer.json()
        if found.get("trashed"):
            raise ConfigError(
                "The spreadsheet is in the bin.",
                code="sheet_trashed",
                remedy="Take it out of the bin, or set another `spreadsheet_id`.",
            )
        return {
            "version": str(found["version"]),
            "modified_time": str(found["modifiedTime"]),
            "date": str(answer.headers.get("Date") or ""),
        }

    def may_edit(self) -> bool:
        """Whether whoever let us in may write the file, as Drive says.

        https://developers.google.com/workspace/drive/api/reference/rest/v3/files#capabilities
        """
        params = {"fields": "capabilities(canEdit)", "supportsAllDrives": "true"}
        address = f"{DRIVE_FILES_API_V3_URL}/{self.spreadsheet_id}"
        answer = self.again(lambda: self.http.request("get", address, params=params))
        return bool(answer.json().get("capabilities", {}).get("canEdit"))

    def facts(self, title: str) -> TabFacts:
        """Return what is known of the tab with this title.

        Raises:
            Retriable: ``tab_renamed``; there is no such tab any more.
        """
        return facts_of(self.tabs(), title)

    def tabs(self) -> tuple[TabFacts, ...]:
        """Return what is known of every tab, in their order."""
        answer = self.again(
            lambda: self.http.spreadsheets_get(self.spreadsheet_id, params={"fields": FACTS})
        )
        zone = str(answer.get("properties", {}).get("timeZone", ""))
        return tuple(_facts(sheet["properties"], zone) for sheet in answer.get("sheets", []))

    def has_rule(self, title: str, row: int, column: int) -> bool:
        """Return whether a cell has a validation rule, such as a dropdown; ``column`` counts from 0."""
        params: ParamsType = {
            "ranges": on_tab(title, f"{column_letters(column)}{row}"),
            "fields": "sheets.data.rowData.values.dataValidation",
        }
        answer = self.again(lambda: self.http.spreadsheets_get(self.spreadsheet_id, params=params))
        return any(
            cell.get("dataValidation")
            for sheet in answer.get("sheets", [])
            for data in sheet.get("data", [])
            for cells in data.get("rowData", [])
            for cell in cells.get("values", [])
        )

    def cells(self, place: str, fields: str) -> list[dict[str, Any]]:
        """Return what Google tells of the cells of one column, in their order; ends with the last one told."""
        params: ParamsType = {"ranges": place, "fields": fields}
        answer = self.again(lambda: self.http.spreadsheets_get(self.spreadsheet_id, params=params))
        return [
            next(iter(cells.get("values", [])), {})
            for sheet in answer.get("sheets", [])
            for data in sheet.get("data", [])
            for cells in data.get("rowData", [])
        ]

    def read_tab(self) -> TabRead:
        """Read the whole tab: typed values, dates as serial numbers."""
        return self.read_tabs(())[0]

    def read_tabs(self, titles: Sequence[str]) -> list[TabRead]:
        """Read the whole tab, and others by their titles, in one call.

        Raises:
            ConfigError: ``tab_not_found``; one of them is not there.
        """
        found = self.read([whole_tab(self.tab), *map(whole_tab, titles)])
        return [TabRead(title_of(str(one["range"])), one.get("values", [])) for one in found]

    def read(self, ranges: Sequence[str], *, formulas: bool = False) -> list[dict[str, Any]]:
        """Read ranges in one ``values:batchGet``."""
        render = "FORMULA" if formulas else "UNFORMATTED_VALUE"

        def call() -> list[dict[str, Any]]:
            params: ParamsType = {
                "valueRenderOption": render,
                "dateTimeRenderOption": "SERIAL_NUMBER",
                "majorDimension": "ROWS",
            }
            answer = self.http.values_batch_get(self.spreadsheet_id, list(ranges), params)
            found: list[dict[str, Any]] = answer["valueRanges"]
            return found

        return self.again(call)

    def write(self, writes: Sequence[CellWrite]) -> None:
        """Write cells in one ``values:batchUpdate``, once.

        Raises:
            Retriable: Nothing is known of the cells; read before writing again.
        """
        body = values_body(self.tab, writes)
        _once(lambda: self.http.values_batch_update(self.spreadsheet_id, body))

    def grids(self, titles: Sequence[str]) -> list[tuple[TabFacts, list[list[Any]]]]:
        """Return what is known of these tabs and what they show, in one ``spreadsheets.get``.

        Raises:
            ConfigError: ``tab_not_found``; one of them is not there.
        """
        params: ParamsType = {"ranges": list(map(whole_tab, titles)), "fields": GRIDS}
        answer = self.again(lambda: self.http.spreadsheets_get(self.spreadsheet_id, params=params))
        return list(_grids(answer))

    def change(
        self, requests: Sequence[Mapping[str, Any]], showing: Sequence[str] = ()
    ) -> list[tuple[TabFacts, list[list[Any]]]]:
        """Change the structure in one ``spreadsheets:batchUpdate``, once.

        Args:
            requests: What to change.
            showing: Titles of tabs that were there before; the answer is what they show after it.
        """
        body: dict[str, Any] = {"requests": list(requests)}
        params: ParamsType = {"fields": "spreadsheetId"}
        if showing:
            # nothing lies between the change and this reading of it
            # https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/batchUpdate
            body["includeSpreadsheetInResponse"] = True
            body["responseRanges"] = list(map(whole_tab, showing))
            params = {"fields": f"updatedSpreadsheet({GRIDS})"}
        address = SPREADSHEET_BATCH_UPDATE_URL % self.spreadsheet_id
        answer = _once(lambda: self.http.request("post", address, params=params, json=body))
        return list(_grids(answer.json().get("updatedSpreadsheet", {})))


def _grids(answer: Mapping[str, Any]) -> Iterator[tuple[TabFacts, list[list[Any]]]]:
    """Yield the tabs of an answer with their cells, as a read of values would have them."""
    zone = str(answer.get("properties", {}).get("timeZone", ""))
    for sheet in answer.get("sheets", []):
        rows = [row for data in sheet.get("data", []) for row in data.get("rowData", [])]
        grid = [trimmed(map(effective_cell, row.get("values", []))) for row in rows]
        yield _facts(sheet["properties"], zone), trimmed(grid)


def _once(call: Callable[[], T]) -> T:
    try:
        return call()
    except OutreachError:
        raise
    except Exception as error:
        raise translate(error) from error


def client_from(
    config: Mapping[str, Any],
    *,
    sleep: Callable[[float], None],
    rng: random.Random,
    read_only: bool = False,
) -> SheetsClient:
    """Build the client that the settings describe; makes no call.

    Raises:
        ConfigError: A setting is missing or not allowed in this environment.
    """
    environment = str(config.get("outreach_environment") or "")
    base = config.get("api_base_url")
    sheets_url = guard_base_url(environment, base, "api_base_url", GOOGLE_SHEETS_URL)
    drive = config.get("drive_base_url") or (base if base != GOOGLE_SHEETS_URL else None)
    drive_url = guard_base_url(environment, drive, "drive_base_url", GOOGLE_DRIVE_URL)
    if not config.get("spreadsheet_id"):
        raise ConfigError(
            "There is no `spreadsheet_id`.",
            code="no_spreadsheet",
            remedy="Set OUTREACH_SPREADSHEET_ID to the long part of the spreadsheet's address.",
            setting="spreadsheet_id",
        )
    scopes = READ_SCOPES if read_only else SCOPES
    credentials = way_from(config).build(token_url_from(config), scopes)
    return SheetsClient(
        GoogleHttp(credentials, sheets_url, drive_url),
        str(config["spreadsheet_id"]),
        config.get("tab") or None,
        sleep,
        rng,
    )
