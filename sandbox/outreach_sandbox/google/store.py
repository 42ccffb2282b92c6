"""Spreadsheets and their Drive side: one store for both services.

Rule: every change goes through `touch`, so `version` and `modifiedTime` can never lag behind.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import wire
from outreach_sandbox.google.cells import Cell, tidy
from outreach_sandbox.google.grid import Sheet

if TYPE_CHECKING:
    from datetime import datetime

    from outreach_sandbox.google.undoing import Step
    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
# https://support.google.com/drive/answer/37603
MAX_CELLS = 10_000_000
ANONYMOUS = "sandbox-user@example.com"
A_PERSON = "person@example.com"


@dataclass
class Book:
    """One spreadsheet file."""

    id: str
    title: str
    created: datetime
    modified: datetime
    locale: str = "en_US"
    time_zone: str = "Etc/GMT"
    sheets: list[Sheet] = field(default_factory=list)
    named_ranges: list[dict[str, Any]] = field(default_factory=list)
    metadata: list[dict[str, Any]] = field(default_factory=list)
    version: int = 1
    trashed: bool = False
    owner: str = ANONYMOUS
    last_user: str = ANONYMOUS
    steps: list[Step] = field(default_factory=list)

    def sheet_by_id(self, sheet_id: int) -> Sheet | None:
        """The tab with this id."""
        return next((sheet for sheet in self.sheets if sheet.id == sheet_id), None)

    def sheet_by_title(self, title: str) -> Sheet | None:
        """The tab with this title, whatever the case of its letters."""
        wanted = title.casefold()
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == wanted), None)

    def snapshot(self) -> dict[str, Any]:
        """Everything a batch may change, to go back to when it fails."""
        return {
            "title": self.title,
            "locale": self.locale,
            "time_zone": self.time_zone,
            "sheets": [sheet.copy() for sheet in self.sheets],
            "named_ranges": copy.deepcopy(self.named_ranges),
            "metadata": copy.deepcopy(self.metadata),
        }

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Back to the snapshot."""
        for name, value in snapshot.items():
            setattr(self, name, value)

    def cells(self) -> int:
        """How many cells the grids have, empty ones included."""
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)


class Store:
    """All files of the sandbox's one Drive."""

    def __init__(self, clock: Clock, seeded: Seeded, switches: dict[str, Any]) -> None:
        self.clock = clock
        self.seeded = seeded
        self.switches = switches
        self.books: dict[str, Book] = {}

    def reset(self, seed: dict[str, Any]) -> None:
        """Start again from the seed's spreadsheets."""
        self.books = {}
        for item in seed.get("spreadsheets", []):
            book = self.create(item.get("title", "Untitled spreadsheet"), file_id=item.get("id"))
            book.time_zone = item.get("timeZone", book.time_zone)
            book.locale = item.get("locale", book.locale)
            book.sheets = [
                _seeded_sheet(number, tab) for number, tab in enumerate(item.get("sheets", []))
            ] or book.sheets

    def create(self, title: str, *, file_id: str | None = None, user: str = ANONYMOUS) -> Book:
        """A new spreadsheet with one empty tab."""
        now = self.clock.now()
        book = Book(
            id=file_id or self.new_file_id(),
            title=title,
            created=now,
            modified=now,
            sheets=[Sheet(id=0, title="Sheet1")],
            owner=user,
            last_user=user,
        )
        self.books[book.id] = book
        return book

    def book(self, book_id: str) -> Book:
        """The spreadsheet, or 404."""
        if book_id not in self.books:
            raise wire.missing()
        return self.books[book_id]

    def touch(self, book: Book, user: str) -> None:
        """Something changed: the version grows and the time is now."""
        # https://developers.google.com/workspace/drive/api/reference/rest/v3/files#File.FIELDS.version
        book.version += 1
        book.modified = self.clock.now()
        book.last_user = user

    def check_size(self, book: Book) -> None:
        """Refuse a spreadsheet above Google's limit of cells."""
        if book.cells() > MAX_CELLS:
            raise wire.invalid(
                "This action would increase the number of cells in the workbook above the limit "
                f"of {MAX_CELLS} cells."
            )

    def new_file_id(self) -> str:
        """An id that looks like Drive's."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        return "1" + "".join(self.seeded.rng("google.files").choices(letters, k=43))

    def new_number(self) -> int:
        """An id for a tab, a protected range, a metadata entry."""
        return self.seeded.rng("google.ids").randrange(1, 2**31 - 1)


def _seeded_sheet(number: int, tab: dict[str, Any]) -> Sheet:
    values: list[list[Any]] = tab.get("values", [])
    width = max((len(row) for row in values), default=0)
    sheet = Sheet(
        id=int(tab.get("sheetId", number and 1000 + number)),
        title=tab.get("title", f"Sheet{number + 1}"),
        row_count=max(int(tab.get("rows", 1000)), len(values)),
        column_count=max(int(tab.get("columns", 26)), width),
    )
    sheet.rows = [
        {c: Cell(value=tidy(v)) for c, v in enumerate(items) if v is not None and v != ""}
        for items in values
    ]
    widths = enumerate(tab.get("columnWidths", []))
    sheet.column_properties = {column: {"pixelSize": int(pixels)} for column, pixels in widths}
    return sheet
