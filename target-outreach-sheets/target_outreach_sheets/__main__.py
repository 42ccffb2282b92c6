"""Runs the target with `python -m`; nothing else lives here."""

from __future__ import annotations

from target_outreach_sheets.target import TargetOutreachSheets

TargetOutreachSheets.cli()
