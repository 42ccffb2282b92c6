"""Which rows a person means by a number, an address or a name. Rule: pure; never a guess between two.

1  a number                      the row at that place when the sheet was last read
2  a text with an @              the rows with that e-mail address
3  a name                        the rows that are called so, in any case
4  else                          the rows whose name holds it
"""

from __future__ import annotations

from collections.abc import Sequence

from outreach_core.errors import ConfigError
from outreach_core.model import BLANK, SheetRow

EMAIL, BUSINESS = "email", "business_name"


def rows_meant(rows: Sequence[SheetRow], words: str) -> list[SheetRow]:
    """Return the rows that `words` stands for.

    Raises:
        ConfigError: ``no_such_row``; it stands for none.
    """
    wanted = words.strip().casefold()
    if wanted.isdecimal():  # 1
        found = [row for row in rows if row.row == int(wanted)]
    elif "@" in wanted:  # 2
        found = [row for row in rows if _shown(row, EMAIL) == wanted]
    else:
        found = [row for row in rows if _shown(row, BUSINESS) == wanted]  # 3
        found = found or [row for row in rows if wanted and wanted in _shown(row, BUSINESS)]  # 4
    if not found:
        raise ConfigError(
            "No row of the sheet is meant by that.",
            code="no_such_row",
            remedy="Give the row's number, its e-mail address or the business name as last read.",
        )
    return found


def row_meant(rows: Sequence[SheetRow], words: str) -> SheetRow:
    """Return the one row that `words` stands for.

    Raises:
        ConfigError: ``no_such_row`` or ``several_rows``.
    """
    found = rows_meant(rows, words)
    if len(found) > 1:
        numbers = ", ".join(str(row.row) for row in found[:10])
        raise ConfigError(
            f"{len(found)} rows are meant by that: rows {numbers}.",
            code="several_rows",
            remedy="Give the number of one of them.",
        )
    return found[0]


def _shown(row: SheetRow, field: str) -> str:
    return " ".join((row.fields.get(field, BLANK).value or "").split()).casefold()
