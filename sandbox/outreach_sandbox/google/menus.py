"""What people do through the spreadsheet's menus: tabs, filters, hiding, protecting, moving rows.

Rule: a menu does to the tab what the API's own request would do, and never stops an API call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.columns import column_of, grow
from outreach_sandbox.google.grid import Sheet
from outreach_sandbox.google.reading import Reader
from outreach_sandbox.google.structure import move_row
from outreach_sandbox.kernel.service import BadDoorCall

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.google.store import Book, Store

Body = dict[str, Any]
Place = tuple["Book", "Sheet"]


class Menus:
    """The menus of one Drive; `place` finds the tab a door is about, `done` notes the change."""

    def __init__(
        self, store: Store, place: Callable[[Body], Place], done: Callable[..., Body]
    ) -> None:
        self.store = store
        self._place = place
        self._done = done

    def doors(self) -> dict[str, Callable[[Body], Body]]:
        """Every door by name."""
        return {
            "add_tab": self.add_tab,
            "duplicate_tab": self.duplicate_tab,
            "move_tab": self.move_tab,
            "filter": self.filter,
            "clear_filter": self.clear_filter,
            "hide": self.hide,
            "show": self.show,
            "protect": self.protect,
            "unprotect": self.unprotect,
            "move_row": self.move_row,
            "resize": self.resize,
        }

    def add_tab(self, body: Body) -> Body:
        """A new empty tab {title} after the others."""
        book, _ = self._place({**body, "sheet": None})
        tab = _blank(self.store, book, str(body["title"]))
        book.sheets.append(tab)
        return self._done(book, sheet=tab.title)

    def duplicate_tab(self, body: Body) -> Body:
        """Copy the tab {sheet} right after itself, as {to} or "Copy of ..."; metadata stays behind.

        https://support.google.com/docs/answer/54813
        """
        book, sheet = self._place(body)
        title = str(body.get("to") or f"Copy of {sheet.title}")
        _free(book, title)
        twin = sheet.copy()
        twin.id, twin.title = self.store.new_number(), title
        for item in twin.protected:
            item["protectedRangeId"] = self.store.new_number()
        _point(twin)
        book.sheets.insert(book.sheets.index(sheet) + 1, twin)
        return self._done(book, sheet=title)

    def move_tab(self, body: Body) -> Body:
        """Drag the tab {sheet} so that it is tab number {to}, counted from 1."""
        book, sheet = self._place(body)
        book.sheets.remove(sheet)
        book.sheets.insert(int(body["to"]) - 1, sheet)
        return self._done(book)

    def filter(self, body: Body) -> Body:
        """Show only the rows in which {by} is one of {values}; the others are hidden, not gone."""
        book, sheet = self._place(body)
        column = column_of(sheet, str(body["by"]))
        wanted = {str(value).casefold() for value in body["values"]}
        reader = Reader(book)
        box = sheet.clip(Box(0, 0, None, None))
        hidden: dict[str, None] = {}
        for row in range(1, len(sheet.rows)):
            value = reader.effective(sheet, row, column)
            text = "" if value is None else str(value)
            leaves = text.casefold() not in wanted
            _mark(sheet.row_properties, row, "hiddenByFilter", on=leaves)
            if leaves:
                hidden[text] = None
        span = {"startRowIndex": 0, "endRowIndex": box.bottom}
        across = {"startColumnIndex": 0, "endColumnIndex": box.right}
        sheet.basic_filter = {
            "range": {"sheetId": sheet.id, **span, **across},
            "criteria": {str(column): {"hiddenValues": list(hidden)}},
        }
        return self._done(book, hidden=_count(sheet, "hiddenByFilter"))

    def clear_filter(self, body: Body) -> Body:
        """Every row is shown again, but what was hidden by hand."""
        book, sheet = self._place(body)
        sheet.basic_filter = None
        for row in list(sheet.row_properties):
            _mark(sheet.row_properties, row, "hiddenByFilter", on=False)
        return self._done(book)

    def hide(self, body: Body) -> Body:
        """Hide {rows: [3]}, {columns: ["Phone"]}, or with neither the tab itself."""
        return self._hidden(body, on=True)

    def show(self, body: Body) -> Body:
        """Show again what `hide` names."""
        return self._hidden(body, on=False)

    def _hidden(self, body: Body, *, on: bool) -> Body:
        book, sheet = self._place(body)
        for row in body.get("rows") or ():
            _mark(sheet.row_properties, int(row) - 1, "hiddenByUser", on=on)
        for name in body.get("columns") or ():
            _mark(sheet.column_properties, column_of(sheet, str(name)), "hiddenByUser", on=on)
        if not body.get("rows") and not body.get("columns"):
            others = [s for s in book.sheets if s is not sheet and not s.properties.get("hidden")]
            if on and not others:
                raise BadDoorCall("one tab stays visible")
            sheet.properties["hidden"] = on
        return self._done(book)

    def protect(self, body: Body) -> Body:
        """Protect {columns: ["Phone"]}, or the whole tab; {warning} only asks people to confirm."""
        book, sheet = self._place(body)
        spans: list[Body] = [
            {"startColumnIndex": c, "endColumnIndex": c + 1}
            for c in (column_of(sheet, str(name)) for name in body.get("columns") or ())
        ]
        for span in spans or [{}]:
            item: Body = {
                "protectedRangeId": self.store.new_number(),
                "range": {"sheetId": sheet.id, **span},
                "warningOnly": bool(body.get("warning")),
            }
            sheet.protected.append(item)
        return self._done(book, protected=len(sheet.protected))

    def unprotect(self, body: Body) -> Body:
        """Take every protection of the tab away."""
        book, sheet = self._place(body)
        sheet.protected = []
        return self._done(book)

    def move_row(self, body: Body) -> Body:
        """Drag row {row} so that it stands where row {to} is now; its metadata goes with it."""
        book, sheet = self._place(body)
        source, target = int(body["row"]) - 1, int(body["to"]) - 1
        if not (0 <= source < sheet.row_count and 0 <= target < sheet.row_count):
            raise BadDoorCall("no such row")
        move_row(book, sheet, source, target)
        return self._done(book)

    def resize(self, body: Body) -> Body:
        """Add {rows} and {columns} empty ones at the end, as the button below the grid does."""
        book, sheet = self._place(body)
        rows, columns = int(body.get("rows", 0)), int(body.get("columns", 0))
        grow(sheet, sheet.row_count + rows, sheet.column_count + columns)
        self.store.check_size(book)
        return self._done(book, rows=sheet.row_count, columns=sheet.column_count)


def _blank(store: Store, book: Book, title: str) -> Sheet:
    _free(book, title)
    return Sheet(id=store.new_number(), title=title)


def _free(book: Book, title: str) -> None:
    if book.sheet_by_title(title) is not None:
        raise BadDoorCall(f"there is a tab {title!r} already")


def _point(sheet: Sheet) -> None:
    """Everything that hangs on a copied tab names the copy."""
    held = [*sheet.merges, *(item["range"] for item in sheet.protected)]
    for rule in sheet.conditional_formats:
        held += rule.get("ranges", [])
    if sheet.basic_filter and "range" in sheet.basic_filter:
        held.append(sheet.basic_filter["range"])
    for groups in sheet.groups.values():
        held += [group["range"] for group in groups]
    for found in held:
        found["sheetId"] = sheet.id


def _mark(properties: dict[int, dict[str, Any]], index: int, name: str, *, on: bool) -> None:
    own = {key: value for key, value in properties.get(index, {}).items() if key != name}
    if on:
        own[name] = True
    if own:
        properties[index] = own
    else:
        properties.pop(index, None)


def _count(sheet: Sheet, name: str) -> int:
    return sum(1 for own in sheet.row_properties.values() if own.get(name))
