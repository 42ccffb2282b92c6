"""From a grid of cells to named rows: which columns are ours, which people's, which row is which.

The rule: a column is found by its header, never by its letter, and a row number is never an identity.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from outreach_adapters.sheets.sansio import Cell, column_letters, is_blank
from outreach_core.errors import ConfigError

SYNC_ID = "_sync_id"
PAUSE = "Pause Sync"
OUR_COLUMNS = (
    "Sync Status",
    "HubSpot",
    "Salesforce",
    "CRM Status",
    "Last Contacted",
    "Last Synced",
    "Sync Note",
    PAUSE,
    SYNC_ID,
)
# what the script in `apps-script/` notes, where somebody installed it: {header: [time, who]} of its row
EDITED = "_edited"
# ... or a simpler script that only says when anything of the row was edited
ROW_EDITED = "updated_at"
# O to Q are kept free for the outreach system's own extension
FIRST_OWN_COLUMN = 17
HEADER_SEARCH_ROWS = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns are.

    Attributes:
        header: The header row, trimmed.
        ours: Our columns that are there, by header.
        named: All other columns by the name their cells go by.
        noted: The column in which the sheet's script notes edits.
    """

    header: tuple[str, ...]
    ours: Mapping[str, int]
    named: Mapping[str, int]
    noted: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Our columns that are not there yet, in their order."""
        return tuple(name for name in OUR_COLUMNS if name not in self.ours)

    def column(self, header: str) -> int | None:
        """Return the column with this header."""
        return self.ours.get(header, self.named.get(header))


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not blank."""

    number: int
    sync_id: str | None
    cells: Mapping[str, Cell]
    system: Mapping[str, str]
    paused: bool
    edited: Mapping[str, tuple[str, str]] = field(
        default_factory=dict
    )  # header ("": any) → time, who

    @property
    def fingerprint(self) -> str:
        """Finds the row again while it has no id."""
        return row_fingerprint(self.cells)


def row_fingerprint(cells: Mapping[str, Cell]) -> str:
    """Return a hash over the non-blank cells that are not ours, whatever the order of columns.

    >>> row_fingerprint({"A": "1", "B": ""}) == row_fingerprint({"A": "1"})
    True
    >>> row_fingerprint({"A": 1}) == row_fingerprint({"A": "1"})
    False
    """
    kept = {name: cell for name, cell in cells.items() if not is_blank(cell)}
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_layout(grid: Sequence[Sequence[Cell]], mapped: Iterable[str] = ()) -> Layout:
    """Read the header row and check it.

    | # | the header row                                      |                               |
    |---|-----------------------------------------------------|-------------------------------|
    | 1 | lacks a mapped header, which a later row has        | error ``header_not_first``    |
    | 2 | lacks a mapped header                               | error ``missing_header``      |
    | 3 | has a mapped header or one of ours twice            | error ``duplicate_header``    |
    | 4 | has one of ours left of R, but no ``_sync_id``      | error ``our_header_in_use``   |
    | 5 | has people's other headers twice, or blank ones     | told apart by column letter   |

    Args:
        grid: The tab, header row first.
        mapped: Headers the rule file names.

    Raises:
        ConfigError: Cases 1 to 4.
    """
    header = _texts(grid[0]) if grid else ()
    wanted = tuple(mapped)
    lacking = [name for name in wanted if name not in header]
    if lacking:
        raise _missing(lacking, header, grid)
    counts = Counter(header)
    twice = [name for name in (*wanted, *OUR_COLUMNS) if counts[name] > 1]
    if twice:
        raise ConfigError(
            f"The header {_listed(twice)} stands in more than one column of the outreach tab.",
            code="duplicate_header",
            remedy="Rename or remove all but one of them.",
            headers=twice,
        )
    found = {name: header.index(name) for name in OUR_COLUMNS if name in header}
    taken = [name for name, column in found.items() if column < FIRST_OWN_COLUMN]
    if taken and SYNC_ID not in found:
        raise ConfigError(
            f"The header {_listed(taken)} belongs to a column that the sync adds itself.",
            code="our_header_in_use",
            remedy="Rename that column.",
            headers=taken,
        )
    noted = header.index(EDITED) if counts[EDITED] == 1 else None
    return Layout(header, found, _named(header, counts), noted)


def _texts(row: Sequence[Cell]) -> tuple[str, ...]:
    texts = ["" if cell is None else str(cell).strip() for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _missing(
    lacking: list[str], header: tuple[str, ...], grid: Sequence[Sequence[Cell]]
) -> ConfigError:
    for number, row in enumerate(grid[1:HEADER_SEARCH_ROWS], start=2):
        if set(lacking) <= set(_texts(row)):
            return ConfigError(
                f"The header row is row {number} of the outreach tab, not row 1.",
                code="header_not_first",
                remedy="Remove the rows above it.",
                row=number,
            )
    folded = {name.casefold(): name for name in header if name}
    near = [folded[name.casefold()] for name in lacking if name.casefold() in folded]
    hint = f" (there is {_listed(near)})" if near else ""
    return ConfigError(
        f"The outreach tab has no column {_listed(lacking)}{hint}.",
        code="missing_header",
        remedy="Give the column its header back, or change `column` in the sheet's rule file.",
        headers=lacking,
    )


def _named(header: tuple[str, ...], counts: Mapping[str, int]) -> dict[str, int]:
    named: dict[str, int] = {}
    for column, name in enumerate(header):
        if name in OUR_COLUMNS or name == EDITED:
            continue
        unique = bool(name) and counts[name] == 1
        named[name if unique else unnamed(column)] = column
    return named


def unnamed(column: int) -> str:
    """Return what cells of a column go by whose header is blank or not its own.

    >>> unnamed(14)
    '[O]'
    """
    return f"[{column_letters(column)}]"


def read_rows(layout: Layout, grid: Sequence[Sequence[Cell]]) -> Iterator[Row]:
    """Yield the rows that are not blank; one with cells in our columns alone is blank."""
    names = {column: name for name, column in layout.named.items()}
    ours = {column: name for name, column in layout.ours.items()}
    for number, cells in enumerate(grid[1:], start=2):
        people: dict[str, Cell] = {}
        system: dict[str, Cell] = {}
        noted: Cell = None
        for column, cell in enumerate(cells):
            if is_blank(cell):
                continue
            if column == layout.noted:
                noted = cell
            elif column in ours:
                system[ours[column]] = cell
            else:
                people[names.get(column, unnamed(column))] = cell
        if people:
            yield _row(number, people, system, noted)


def _row(number: int, people: dict[str, Cell], system: dict[str, Cell], noted: Cell) -> Row:
    sync_id = str(system.pop(SYNC_ID, "")).strip() or None
    paused = system.pop(PAUSE, False)
    shown = {name: shown_text(cell) for name, cell in system.items()}
    edited = read_noted(noted)
    stamp = [people.get(ROW_EDITED), ""]
    if not edited and _is_note(stamp):
        edited = {"": (str(stamp[0]), "")}
    return Row(number, sync_id, people, shown, is_ticked(paused), edited)


def read_noted(cell: Cell) -> dict[str, tuple[str, str]]:
    """Return when and by whom cells were edited, as the sheet's script noted; what is not readable is not.

    >>> read_noted('{"Phone": ["2026-01-01T10:00:00Z", ""], "City": ["soon", ""]}')
    {'Phone': ('2026-01-01T10:00:00Z', '')}
    """
    try:
        told = json.loads(cell) if isinstance(cell, str) else {}
    except ValueError:
        return {}
    found = told.items() if isinstance(told, dict) else ()
    return {header: (str(note[0]), str(note[1])) for header, note in found if _is_note(note)}


def _is_note(note: object) -> bool:
    if not isinstance(note, list) or len(note) != 2:
        return False
    try:
        return datetime.fromisoformat(str(note[0])).tzinfo is not None
    except ValueError:
        return False


def shown_text(cell: Cell) -> str:
    """Return one of our cells as text."""
    if isinstance(cell, bool):
        return str(cell).upper()
    return str(cell)


def is_ticked(cell: Cell) -> bool:
    """Whether a box is ticked, or a person typed as much into a cell without a box."""
    return cell is True or (isinstance(cell, str) and cell.strip().casefold() == "true")


def ids_by_row(layout: Layout, grid: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """Return the ids that are there, by row number."""
    column = layout.ours.get(SYNC_ID)
    if column is None:
        return {}
    found: dict[int, str] = {}
    for number, cells in enumerate(grid[1:], start=2):
        text = str(cells[column]).strip() if column < len(cells) else ""
        if text and text != "None":
            found[number] = text
    return found


def cell_at(grid: Sequence[Sequence[Cell]], row: int, column: int) -> Cell:
    """Return a cell of a ragged grid; ``row`` counts from 1."""
    cells = grid[row - 1] if 0 < row <= len(grid) else ()
    return cells[column] if column < len(cells) else None
