"""A sandbox per test module, a clock that is set by hand, and the tap's messages as plain data."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from outreach_sandbox.kernel.server import Running, running
from tap_outreach_sheets.tap import TapOutreachSheets

BOOK = "sandbox-outreach-sheet"
RULES = """\
side: sheet
fields:
  business_name: {column: Business Name, type: text}
  email: {column: Email, type: email}
  phone: {column: Phone, type: phone}
"""
HEADER = ["Business Name", "Email", "Phone", "Status"]
Messages = list[dict[str, Any]]


class Timed(TapOutreachSheets):
    """The tap on a clock of its own, without waits."""

    time: ClassVar = [datetime(2026, 11, 23, 12, tzinfo=UTC)]
    waits: ClassVar[list[float]] = []
    now = staticmethod(lambda: Timed.time[0])
    sleep = staticmethod(waits.append)


def records(messages: Messages, stream: str) -> list[dict[str, Any]]:
    """The records of one stream."""
    return [m["record"] for m in messages if m["type"] == "RECORD" and m["stream"] == stream]


def last_state(messages: Messages) -> dict[str, Any]:
    """The last state."""
    found: dict[str, Any] = [m["value"] for m in messages if m["type"] == "STATE"][-1]
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with Google in it."""
    with running() as found:
        yield found


class Desk:
    """The sandbox and ways to use the tap on it."""

    def __init__(self, sandbox: Running, rules: Path) -> None:
        self.control = sandbox.control
        url = sandbox.google_url
        self.config: dict[str, Any] = {
            "outreach_environment": "sandbox",
            "api_base_url": url,
            "drive_base_url": url,
            "token_url": f"{url}/token",
            "spreadsheet_id": BOOK,
            "rules_file": str(rules),
        }

    def seed(self, *values: list[Any], **more: Any) -> None:
        """Start again with these rows."""
        tabs = [{"title": "Businesses", "rows": 100, "columns": 30, "values": list(values)}]
        book = {"id": BOOK, "title": "B", "timeZone": "Europe/Istanbul", "sheets": tabs, **more}
        self.control.reset({"google": {"spreadsheets": [book]}})
        self.control.forget_calls()
        self.control.forget_faults()

    def run(self, state: dict[str, Any] | None = None, **config: Any) -> Messages:
        """One run of the tap."""
        tap = Timed(config={**self.config, **config}, state=state or {})
        raw = io.BytesIO()
        with contextlib.redirect_stdout(io.TextIOWrapper(raw, write_through=True)):
            tap.sync_all()
            return [json.loads(line) for line in raw.getvalue().splitlines()]

    def calls(self) -> list[str]:
        """The API operations since this was last asked."""
        found = [c["operation"] for c in self.control.calls() if c["kind"] == "api"]
        self.control.forget_calls()
        return found

    def later(self, minutes: float) -> None:
        """Let time pass."""
        Timed.time[0] += timedelta(minutes=minutes)


@pytest.fixture
def desk(sandbox: Running, tmp_path: Path) -> Desk:
    """A sheet with two businesses."""
    rules = tmp_path / "sheet.yml"
    rules.write_text(RULES)
    Timed.waits.clear()
    found = Desk(sandbox, rules)
    found.seed(
        HEADER,
        ["Ada", "ada@example.com", "+1 555 0101", "Draft"],
        ["Bo", "bo@example.com", "", "Sent"],
    )
    return found


@pytest.fixture
def names() -> Callable[[Messages], list[str]]:
    """Business names in the order of their records."""
    return lambda messages: [r["cells"]["Business Name"] for r in records(messages, "businesses")]
