"""`spreadsheets.batchUpdate`: all requests or none.

Rule: a request kind lives in one `*_requests` module and says its own name in its errors.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/request
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import wire
from outreach_sandbox.google.a1 import Box

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet
    from outreach_sandbox.google.store import Book, Store


@dataclass(frozen=True)
class Context:
    """What a request may use; `prefix` opens its error messages."""

    store: Store
    book: Book
    user: str
    prefix: str

    def invalid(self, message: str) -> wire.Refused:
        """400 that names the request."""
        return wire.invalid(f"{self.prefix}{message}")

    def sheet(self, sheet_id: Any) -> Sheet:
        """The tab with this id, or 400."""
        found = self.book.sheet_by_id(int(sheet_id or 0))
        if found is None:
            raise self.invalid(f"No grid with id: {int(sheet_id or 0)}")
        return found

    def box(self, grid_range: dict[str, Any] | None) -> tuple[Sheet, Box]:
        """The tab and the clipped box of a GridRange; one outside the grid is 400."""
        given = grid_range or {}
        sheet = self.sheet(given.get("sheetId"))
        top, left = int(given.get("startRowIndex") or 0), int(given.get("startColumnIndex") or 0)
        bottom, right = given.get("endRowIndex"), given.get("endColumnIndex")
        for start, end, size, word in (
            (top, bottom, sheet.row_count, "Row"),
            (left, right, sheet.column_count, "Column"),
        ):
            if end is not None and end <= start:
                raise self.invalid(f"range.end{word}Index must be after range.start{word}Index")
            if start >= size or (end is not None and end > size):
                raise self.invalid(
                    f"Range exceeds grid limits. Max rows: {sheet.row_count}, "
                    f"max columns: {sheet.column_count}"
                )
        return sheet, sheet.clip(Box(top, left, bottom, right))

    def stored_range(self, grid_range: dict[str, Any] | None) -> dict[str, Any]:
        """A GridRange as it is kept: checked, with its tab."""
        given = grid_range or {}
        sheet = self.sheet(given.get("sheetId"))
        keys = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
        return {
            "sheetId": sheet.id,
            **{key: int(given[key]) for key in keys if given.get(key) is not None},
        }


Handler = Callable[[Context, dict[str, Any]], dict[str, Any]]


def run(
    store: Store, book: Book, body: dict[str, Any], user: str, handlers: dict[str, Handler]
) -> dict[str, Any]:
    """Perform the requests in order; the first refused one undoes all of them."""
    requests: list[dict[str, Any]] = body.get("requests") or []
    if not requests:
        raise wire.invalid("Must specify at least one request.")
    named = [next(iter(request), "") for request in requests]
    for name in named:
        if name not in handlers:
            raise wire.unbuilt(f"spreadsheets.batchUpdate request {name or '(empty)'}")
    snapshot = book.snapshot()
    try:
        replies = []
        for number, (name, request) in enumerate(zip(named, requests, strict=True)):
            context = Context(store, book, user, f"Invalid requests[{number}].{name}: ")
            replies.append(handlers[name](context, request[name] or {}))
        store.check_size(book)
    except Exception:
        book.restore(snapshot)
        raise
    store.touch(book, user)
    answer: dict[str, Any] = {"spreadsheetId": book.id, "replies": replies}
    if store.switches.get("google.comment_update_state", True):
        answer["commentUpdateState"] = "NO_UPDATES_REQUESTED"
    return answer
