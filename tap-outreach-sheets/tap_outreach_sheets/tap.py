"""The tap over the outreach tab.

The rule: it reads the tab in one call, whole or not at all, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from singer_sdk import Stream

from outreach_adapters.sheets.client import SheetsClient, client_from
from outreach_adapters.singer.tap import GatherTap
from outreach_core.mapping import load_rules
from outreach_core.mapping.files import REPLIES_FILE
from outreach_core.model import Side
from tap_outreach_sheets.import_tab import ImportTabs
from tap_outreach_sheets.reading import TabReading, read
from tap_outreach_sheets.settings import SETTINGS
from tap_outreach_sheets.streams import (
    Businesses,
    Decisions,
    Replies,
    ScreensShown,
    SentEmails,
    SheetSnapshots,
)

DEFAULT_GATE_MINUTES = 15
IMPORT = "import"


class TapOutreachSheets(GatherTap):
    """Extracts the businesses of an outreach spreadsheet."""

    name = "tap-outreach-sheets"
    package_name = "tap-outreach-sheets"
    side: ClassVar[str] = Side.SHEET
    stream_order: ClassVar[tuple[str, ...]] = (
        "businesses",
        "sent_emails",
        "replies",
        "decisions",
        "screens_shown",
        "sheet_snapshots",
    )
    config_jsonschema: ClassVar[dict[str, Any]] = SETTINGS

    _reading: TabReading | None = None
    _asked = False

    def gather_streams(self) -> Sequence[Stream]:
        """Return the streams; nothing is asked of Google here."""
        if self.config["mode"] == IMPORT:
            return [ImportTabs(self)]
        return [
            Businesses(self),
            SentEmails(self),
            Replies(self),
            Decisions(self),
            ScreensShown(self),
            SheetSnapshots(self),
        ]

    def client(self) -> SheetsClient:
        """Return a client that only reads; makes no call."""
        here = type(self)
        return client_from(self.config, sleep=here.sleep, rng=here.rng, read_only=True)

    def reading(self) -> TabReading | None:
        """Return the run's one read, ``None`` if nothing changed since the last one."""
        if not self._asked:
            self._reading = self._read()
            self._asked = True
        return self._reading

    def _read(self) -> TabReading | None:
        path = self.config.get("rules_file")
        rules = load_rules(path) if path else None
        client = self.client()
        minutes = int(self.config.get("max_gate_age_minutes", DEFAULT_GATE_MINUTES))
        bookmark = self.bookmark("sheet_snapshots")
        longest = timedelta(minutes=minutes)
        return read(
            client,
            rules,
            bookmark,
            type(self).now(),
            longest,
            _reply_rules(path),
            sharpen=bool(self.config.get("sharpen_edit_times")),
        )

    def _final_state(self) -> dict[str, Any]:
        """Return the state to end with; for an import the tab is read anew every time."""
        return {"bookmarks": {}} if self.config["mode"] == IMPORT else super()._final_state()


def _reply_rules(rules_file: str | None) -> bytes:
    """Return the reply rules beside the sheet's rule file: the plan takes note of them there too."""
    path = Path(rules_file).with_name(REPLIES_FILE) if rules_file else None
    return path.read_bytes() if path is not None and path.is_file() else b""
