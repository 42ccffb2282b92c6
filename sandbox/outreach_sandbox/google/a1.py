"""A1 notation: from text to a box of cells and back, as Google normalises it.

Rule: a box is half open and zero based; None at the end means "to the end of the grid".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# https://developers.google.com/workspace/sheets/api/guides/concepts#cell
_CORNER = re.compile(r"^\$?([A-Za-z]{0,3})\$?([0-9]{0,7})$")
_LOOKS_LIKE_A1 = re.compile(r"^([A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*)$")
_PLAIN_TITLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")


class NotA1(ValueError):
    """The text is not a range."""


@dataclass(frozen=True)
class Box:
    """Rows `top`..`bottom` and columns `left`..`right`, ends excluded."""

    top: int
    left: int
    bottom: int | None
    right: int | None

    def clip(self, rows: int, columns: int) -> Box:
        """The same box with its ends inside a grid of this size."""
        bottom = rows if self.bottom is None else min(self.bottom, rows)
        right = columns if self.right is None else min(self.right, columns)
        return Box(self.top, self.left, bottom, right)

    @property
    def is_one_cell(self) -> bool:
        """Whether the box is a single cell."""
        return self.bottom == self.top + 1 and self.right == self.left + 1


def column_index(letters: str) -> int:
    """`A` is 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_letters(index: int) -> str:
    """0 is `A`."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def split(text: str) -> tuple[str | None, str]:
    """Sheet title (unquoted) or None, and the cell part."""
    if text.startswith("'"):
        end = 1
        while end < len(text):
            if text[end] == "'":
                if text[end + 1 : end + 2] != "'":
                    break
                end += 1
            end += 1
        title = text[1:end].replace("''", "'")
        rest = text[end + 1 :]
        if not rest:
            return title, ""
        if rest.startswith("!"):
            return title, rest[1:]
        raise NotA1(text)
    title, mark, cells = text.rpartition("!")
    return (title, cells) if mark else (None, text)


def parse_cells(text: str) -> Box:
    """The box of `B2`, `A1:C3`, `A:C`, `2:5`, `A2:N`, `A2:2`; reversed corners are put right."""
    first, colon, second = text.partition(":")
    column, row = _corner(first, text)
    if not colon:
        if column is None or row is None:
            raise NotA1(text)
        return Box(row, column, row + 1, column + 1)
    column2, row2 = _corner(second, text)
    left, right = _span(column, column2)
    top, bottom = _span(row, row2)
    return Box(top, left, bottom, right)


def _corner(text: str, whole: str) -> tuple[int | None, int | None]:
    found = _CORNER.match(text)
    if not found or not text.strip("$"):
        raise NotA1(whole)
    letters, digits = found.groups()
    if digits and int(digits) == 0:
        raise NotA1(whole)
    return (column_index(letters) if letters else None), (int(digits) - 1 if digits else None)


def _span(one: int | None, other: int | None) -> tuple[int, int | None]:
    if one is None or other is None:
        return (one if one is not None else other or 0), None
    return min(one, other), max(one, other) + 1


def cell_name(row: int, column: int) -> str:
    """`B2` of (1, 1)."""
    return f"{column_letters(column)}{row + 1}"


def box_name(box: Box) -> str:
    """`A1:C3`, or `B2` for one cell; the box must be clipped."""
    if box.bottom is None or box.right is None:
        raise NotA1("the box has no end")
    first = cell_name(box.top, box.left)
    last = cell_name(max(box.bottom, box.top + 1) - 1, max(box.right, box.left + 1) - 1)
    return first if first == last else f"{first}:{last}"


def quoted(title: str) -> str:
    """The title, in quotes only where it needs them."""
    if _PLAIN_TITLE.match(title) and not _LOOKS_LIKE_A1.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def full_name(title: str, box: Box) -> str:
    """`Sheet1!A1:C3`."""
    return f"{quoted(title)}!{box_name(box)}"
