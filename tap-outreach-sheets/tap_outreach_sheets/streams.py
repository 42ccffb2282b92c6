"""The streams of one read: businesses, what was sent and answered, decisions, and the end mark.

The rule: the end mark counts what was emitted, comes last, and only after a complete read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel

from outreach_core.model.screens import FRAMES, decisions
from tap_outreach_sheets import emails, schemas

if TYPE_CHECKING:
    from outreach_adapters.sheets.rows import Row
    from tap_outreach_sheets.reading import TabReading
    from tap_outreach_sheets.tap import TapOutreachSheets


class _TabStream(Stream):
    """Records as they are: the SDK would turn cells into what a schema says."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield the records, none if the sheet did not have to be read."""
        tap: TapOutreachSheets = self._tap  # type: ignore[assignment]
        reading = tap.reading()
        if reading is not None:
            yield from self.records_of(reading)

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield the records of a read."""
        raise NotImplementedError


class Businesses(_TabStream):
    """One record per row that is not blank."""

    name = "businesses"
    primary_keys = ("row",)
    schema: ClassVar[dict[str, Any]] = schemas.BUSINESSES

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield the rows in their order."""
        for row in reading.rows:
            yield {
                "row": row.number,
                "sync_id": row.sync_id,
                "fingerprint": row.fingerprint,
                "cells": dict(row.cells),
                "system": dict(row.system),
                "version": reading.version,
                "read_at": reading.read_at.isoformat(),
                "edited": _edited(row),
            }


def _edited(row: Row) -> dict[str, Any]:
    """Return when cells were edited, where the sheet's script noted it."""
    return {header: {"at": at, "by": by} for header, (at, by) in row.edited.items()}


class SentEmails(_TabStream):
    """What the rows show of e-mails that were sent; one record per row that shows any."""

    name = "sent_emails"
    primary_keys = ("row",)
    schema: ClassVar[dict[str, Any]] = schemas.SENT_EMAILS

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield what was sent, in the order of the rows."""
        columns, status = emails.columns_of(reading.rules)
        zone = emails.zone_of(self.config.get("outreach_timezone"), reading.facts.time_zone)
        late = 0
        for row in reading.rows:
            found = emails.sent_email(row, columns, status, zone, reading.read_at)
            if found is not None:
                late += found["late"]
                yield found
        if late:
            self.logger.warning(
                "%d rows have a Date Sent in the future: is `outreach_timezone` (%s) right?",
                late,
                zone.key,
            )


class Replies(_TabStream):
    """What the rows show of answers; one record per row that shows any."""

    name = "replies"
    primary_keys = ("row",)
    schema: ClassVar[dict[str, Any]] = schemas.REPLIES

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield what was answered, in the order of the rows."""
        columns, status = emails.columns_of(reading.rules)
        zone = emails.zone_of(self.config.get("outreach_timezone"), reading.facts.time_zone)
        for row in reading.rows:
            found = emails.reply(row, columns, status, zone)
            if found is not None:
                yield found


class Decisions(_TabStream):
    """What people decided in our own cells: rows that are to be left alone, and answers in our tabs."""

    name = "decisions"
    primary_keys = ()
    schema: ClassVar[dict[str, Any]] = schemas.DECISIONS

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield the rows whose box is ticked."""
        for row in reading.rows:
            if row.paused:
                yield {"kind": "pause", "sync_id": row.sync_id, "row": row.number, "value": True}
        for shown in reading.screens:
            for found in decisions(shown):
                yield {
                    "screen": str(found.screen),
                    "item": found.item,
                    "evidence": found.evidence,
                    "decision": found.decision,
                    "custom_value": found.custom_value,
                    "read_at": reading.read_at.isoformat(),
                }


class ScreensShown(_TabStream):
    """Our tabs as they are, so that what a person changed or deleted is put back."""

    name = "screens_shown"
    primary_keys = ("screen",)
    schema: ClassVar[dict[str, Any]] = schemas.SCREENS_SHOWN

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield a record per tab, those that are missing too."""
        for shown in reading.screens:
            frame = FRAMES[shown.screen]
            kept = frame.answers if frame.fixed else frame.columns
            yield {
                "screen": str(shown.screen),
                "gid": shown.gid,
                "title": shown.title,
                "headline": shown.headline,
                "lines": [
                    {
                        "item": line.item,
                        "row": line.row,
                        "evidence": line.evidence,
                        "cells": {n: t for n, t in line.cells.items() if t and n in kept},
                    }
                    for line in shown.lines
                ],
            }


class SheetSnapshots(_TabStream):
    """The end mark."""

    name = "sheet_snapshots"
    primary_keys = ("spreadsheet_id", "gid")
    schema: ClassVar[dict[str, Any]] = schemas.SHEET_SNAPSHOTS

    def records_of(self, reading: TabReading) -> Iterable[dict[str, Any]]:
        """Yield the one record."""
        yield {
            "spreadsheet_id": self.config["spreadsheet_id"],
            "gid": reading.facts.gid,
            "title": reading.facts.title,
            "time_zone": reading.facts.time_zone,
            "header": list(reading.layout.header),
            "version": reading.version,
            "modified_time": reading.modified_time,
            "edited_at": reading.edited_at,
            "rows": len(reading.rows),
            "blank_rows": reading.blank_rows,
            "complete": True,
            "read_at": reading.read_at.isoformat(),
        }
