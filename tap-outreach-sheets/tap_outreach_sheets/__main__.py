"""Runs the tap with `python -m`; nothing else lives here."""

from __future__ import annotations

from tap_outreach_sheets.tap import TapOutreachSheets

TapOutreachSheets.cli()
