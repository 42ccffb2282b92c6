"""The tab an import goes into, as it is found: one record, read anew every time.

The rule: what is there is told, never judged; whether an import may go in is the plan's to say. No cell's
content is told but the first row's, and row ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream

from outreach_adapters.sheets.client import SheetsClient
from outreach_adapters.sheets.rows import ids_by_row, read_layout, read_rows
from tap_outreach_sheets import schemas

if TYPE_CHECKING:
    from datetime import datetime

    from tap_outreach_sheets.tap import TapOutreachSheets


class ImportTabs(Stream):
    """One record: the tab."""

    name = "import_tabs"
    primary_keys = ("spreadsheet_id", "gid")
    schema: ClassVar[dict[str, Any]] = schemas.IMPORT_TABS

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield the record."""
        tap: TapOutreachSheets = self._tap  # type: ignore[assignment]
        yield read_import_tab(tap.client(), type(tap).now())


def read_import_tab(client: SheetsClient, now: datetime) -> dict[str, Any]:
    """Read the tab and say what is in it."""
    tab = client.read_tab()
    facts = client.facts(tab.title)
    layout = read_layout(tab.grid)
    rows = [row.number for row in read_rows(layout, tab.grid)]
    ids = ids_by_row(layout, tab.grid)
    return {
        "spreadsheet_id": client.spreadsheet_id,
        "gid": facts.gid,
        "title": tab.title,
        "time_zone": facts.time_zone,
        "header": list(layout.header),
        "rows": len(rows),
        "last_row": max([1, *rows, *ids]),
        "ids": {rid: row for row, rid in ids.items()},
        "read_at": now.isoformat(),
    }
