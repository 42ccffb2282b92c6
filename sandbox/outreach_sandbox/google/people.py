"""What people do in the spreadsheet itself: typing, sorting, pasting, moving.

Rule: a door does what the screen does, never what would be convenient; rows count from 1.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from outreach_sandbox.google import a1
from outreach_sandbox.google.a1 import Box
from outreach_sandbox.google.cells import EMPTY, Cell, written
from outreach_sandbox.google.columns import column_of, find_header, grow
from outreach_sandbox.google.drive import stamp
from outreach_sandbox.google.menus import Menus
from outreach_sandbox.google.outreach import Outreach
from outreach_sandbox.google.reading import Reader
from outreach_sandbox.google.store import A_PERSON, Book, Store
from outreach_sandbox.google.structure import (
    delete_dimension,
    insert_dimension,
    move_marks,
    sort_range,
)
from outreach_sandbox.google.undoing import remember, settle, undo
from outreach_sandbox.kernel.service import BadDoorCall, Door

if TYPE_CHECKING:
    from outreach_sandbox.google.grid import Sheet

Body = dict[str, Any]
STAMP_HEADER = "updated_at"
NOTES_HEADER = "_edited"


class People:
    """The doors of one Drive."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.outreach = Outreach(store, self.place)
        self.menus = Menus(store, self.place, self._done)

    def doors(self) -> dict[str, Door]:
        """Every door by name; what changes the spreadsheet can be undone."""
        acts: dict[str, Door] = {
            "type": self.type,
            "sort": self.sort,
            "paste": self.paste,
            "paste_block": self.paste_block,
            "cut": self.cut,
            "insert_row": self.insert_row,
            "delete_row": self.delete_row,
            "rename_header": self.rename_header,
            "rename_tab": self.rename_tab,
            "delete_tab": self.delete_tab,
            "add_column": self.add_column,
            "move_column": self.move_column,
            **self.menus.doors(),
        }
        undoable = {name: self._undoable(name, door) for name, door in acts.items()}
        return {**undoable, "undo": self.undo, "grid": self.grid, **self.outreach.doors()}

    def _undoable(self, name: str, door: Door) -> Door:
        def walk(body: Body) -> Body:
            book, _ = self.place({**body, "sheet": None})
            before, version = book.snapshot(), book.version
            answer = door(body)
            remember(book, name, before, version)
            return answer

        return walk

    def undo(self, body: Body) -> Body:
        """Take back what a person did last."""
        book, _ = self.place({**body, "sheet": None})
        present = book.version
        step = undo(book)
        answer = self._done(book, undone=step.door)
        settle(book, step, present)
        return answer

    def place(self, body: Body) -> tuple[Book, Sheet]:
        """The spreadsheet and tab a door is about: the first ones unless named."""
        if not self.store.books:
            raise BadDoorCall("there is no spreadsheet")
        wanted = body.get("spreadsheet_id") or next(iter(self.store.books))
        book = self.store.books.get(wanted)
        if book is None:
            raise BadDoorCall(f"no spreadsheet {wanted!r}")
        if not body.get("sheet"):
            return book, book.sheets[0]
        sheet = book.sheet_by_title(body["sheet"])
        if sheet is None:
            raise BadDoorCall(f"no tab {body['sheet']!r}")
        return book, sheet

    def _done(self, book: Book, **said: Any) -> Body:
        self.store.touch(book, A_PERSON)
        return {"ok": True, "version": str(book.version), **said}

    def type(self, body: Body) -> Body:
        """Type into one cell: {cell} or {row, header}, {value}, {stamp}."""
        book, sheet = self.place(body)
        row, column = _cell_of(sheet, body)
        value = body.get("value", "")
        text = "" if value is None else value
        new = written(sheet.cell(row, column), text, typed=True, locale=book.locale)
        grow(sheet, row + 1, column + 1)
        sheet.put(row, {column: new})
        if body.get("stamp"):
            self._stamp(sheet, row, column)
        return self._done(book, cell=a1.cell_name(row, column))

    def _stamp(self, sheet: Sheet, row: int, edited: int) -> None:
        """What an onEdit script would write: the time of the row, or of each cell."""
        at = stamp(self.store.clock.now())
        column = find_header(sheet, STAMP_HEADER)
        if column is not None:
            sheet.put(row, {column: Cell(value=at)})
        column = find_header(sheet, NOTES_HEADER)
        if column is not None:
            notes = json.loads(str(sheet.cell(row, column).value or "{}"))
            notes[str(sheet.cell(0, edited).value)] = [at, ""]
            sheet.put(row, {column: Cell(value=json.dumps(notes))})

    def sort(self, body: Body) -> Body:
        """Sort the data rows {by} a header or column letter, {descending}, only {columns} "A:C"."""
        book, sheet = self.place(body)
        column = column_of(sheet, body["by"])
        span = a1.parse_cells(body["columns"]) if body.get("columns") else Box(0, 0, None, None)
        top = int(body.get("from_row", 2)) - 1
        box = sheet.clip(Box(top, span.left, len(sheet.rows), span.right))
        sort_range(book, sheet, box, [(column, bool(body.get("descending")))])
        return self._done(book)

    def paste(self, body: Body) -> Body:
        """Copy the whole row {from_row} over {to_row}, or below itself when that is absent."""
        book, sheet = self.place(body)
        source = int(body["from_row"]) - 1
        copied = dict(sheet.row(source))
        if body.get("to_row") is None:
            target = source + 1
            insert_dimension(book, sheet, "ROWS", target, 1, inherit=True)
        else:
            target = int(body["to_row"]) - 1
            grow(sheet, target + 1, 1)
        gone = dict.fromkeys(sheet.row(target), EMPTY)
        sheet.put(target, {**gone, **copied})
        return self._done(book, row=target + 1)

    def paste_block(self, body: Body) -> Body:
        """Paste {values}, a list of rows, so that their first cell is {at} "C5"; read as typed."""
        book, sheet = self.place(body)
        corner = a1.parse_cells(str(body["at"]))
        lines = [list(line) for line in body["values"]]
        width = max((len(line) for line in lines), default=0)
        grow(sheet, corner.top + len(lines), corner.left + width)
        for number, line in enumerate(lines, corner.top):
            old = sheet.row(number)
            sheet.put(
                number,
                {
                    column: written(old.get(column, EMPTY), text, typed=True, locale=book.locale)
                    for column, text in enumerate(line, corner.left)
                },
            )
        return self._done(book)

    def cut(self, body: Body) -> Body:
        """Move the cells {from} "A3:C3" to {to} "A9"; rows and their metadata stay."""
        book, sheet = self.place(body)
        source, target = a1.parse_cells(body["from"]), a1.parse_cells(body["to"])
        box = sheet.clip(source)
        taken = [
            {c: sheet.cell(row, c) for c in range(box.left, box.right or 0)}
            for row in range(box.top, box.bottom or 0)
        ]
        for offset, cells in enumerate(taken):
            sheet.put(box.top + offset, dict.fromkeys(cells, EMPTY))
        for offset, cells in enumerate(taken):
            row, shift = target.top + offset, target.left - box.left
            grow(sheet, row + 1, max(cells) + shift + 1)
            sheet.put(row, {column + shift: cell for column, cell in cells.items()})
        return self._done(book)

    def insert_row(self, body: Body) -> Body:
        """Insert an empty row so that it becomes row {at}."""
        book, sheet = self.place(body)
        at = _row_of(sheet, body["at"], sheet.row_count + 1)
        insert_dimension(book, sheet, "ROWS", at, 1, inherit=at > 0)
        return self._done(book)

    def delete_row(self, body: Body) -> Body:
        """Delete {row}."""
        book, sheet = self.place(body)
        row = _row_of(sheet, body["row"], sheet.row_count)
        if sheet.row_count == 1:
            raise BadDoorCall("the last row stays")
        delete_dimension(book, sheet, "ROWS", row, row + 1)
        return self._done(book)

    def rename_header(self, body: Body) -> Body:
        """Type another header over {from}: {to}."""
        book, sheet = self.place(body)
        column = column_of(sheet, body["from"])
        new = written(sheet.cell(0, column), body["to"], typed=True, locale=book.locale)
        sheet.put(0, {column: new})
        return self._done(book)

    def rename_tab(self, body: Body) -> Body:
        """Rename the tab {from} (the first one) to {to}."""
        book, sheet = self.place({**body, "sheet": body.get("from") or body.get("sheet")})
        other = book.sheet_by_title(body["to"])
        if other is not None and other is not sheet:
            raise BadDoorCall(f"there is a tab {body['to']!r} already")
        sheet.title = body["to"]
        return self._done(book)

    def delete_tab(self, body: Body) -> Body:
        """Delete the tab {sheet}."""
        book, sheet = self.place({**body, "sheet": body["sheet"]})
        if len(book.sheets) == 1:
            raise BadDoorCall("the last tab stays")
        book.sheets.remove(sheet)
        return self._done(book)

    def add_column(self, body: Body) -> Body:
        """Write {header} and {values} into the first free column, or insert it {before} one."""
        book, sheet = self.place(body)
        if body.get("before"):
            column = column_of(sheet, body["before"])
            insert_dimension(book, sheet, "COLUMNS", column, 1, inherit=column > 0)
        else:
            column = max((c for c, cell in sheet.row(0).items() if not cell.is_blank), default=-1)
            column += 1
        texts = [body["header"], *body.get("values", [])]
        grow(sheet, len(texts), column + 1)
        for row, text in enumerate(texts):
            new = written(sheet.cell(row, column), text, typed=True, locale=book.locale)
            sheet.put(row, {column: new})
        return self._done(book, column=a1.column_letters(column))

    def move_column(self, body: Body) -> Body:
        """Drag the column {header} so that it stands before the column {before}."""
        book, sheet = self.place(body)
        source, target = column_of(sheet, body["header"]), column_of(sheet, body["before"])
        order = [c for c in range(sheet.column_count) if c != source]
        order.insert(order.index(target) if target != source else source, source)
        places = {old: new for new, old in enumerate(order)}
        sheet.rows = [{places[c]: cell for c, cell in row.items()} for row in sheet.rows]
        own = sheet.column_properties.items()
        sheet.column_properties = {places[c]: item for c, item in own}
        move_marks(book, sheet, "COLUMNS", places)
        return self._done(book)

    def grid(self, body: Body) -> Body:
        """All values of a tab, unformatted, without changing anything."""
        book, sheet = self.place(body)
        box = sheet.clip(Box(0, 0, None, None))
        rows = Reader(book, "UNFORMATTED_VALUE").block(sheet, box)
        return {"title": sheet.title, "tabs": [s.title for s in book.sheets], "values": rows}


def _row_of(sheet: Sheet, number: Any, last: int) -> int:
    """The index of the row with this number; a person sees none beyond the last one."""
    if not 1 <= int(number) <= last:
        raise BadDoorCall(f"no row {number} in {sheet.title!r}, which has {sheet.row_count}")
    return int(number) - 1


def _cell_of(sheet: Sheet, body: Body) -> tuple[int, int]:
    if body.get("cell"):
        box = a1.parse_cells(body["cell"])
        return box.top, box.left
    return int(body["row"]) - 1, column_of(sheet, body["header"])
