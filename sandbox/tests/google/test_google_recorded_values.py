"""Values written to the real service and read back, converted here as they were there.

Rule: whole recorded sessions are played by `tests/fidelity`; this is the table drawn from them.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from outreach_sandbox.google.cells import Cell, written
from outreach_sandbox.google.grid import Sheet
from outreach_sandbox.google.reading import Reader
from outreach_sandbox.google.store import Book
from outreach_sandbox.kernel.clock import DEFAULT_START

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT.parent / "shared" / "truth"
FOLDER = Path(os.environ.get("OUTREACH_TRUTH", HERE)) / "google-sheets"

needs_recordings = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the recorded answers are not on this machine (OUTREACH_TRUTH)"
)


@needs_recordings
def test_every_recorded_value_is_converted_as_google_did() -> None:
    """What was written reads back as it did at Google, for every pair of options."""
    book = Book("id", "t", DEFAULT_START, DEFAULT_START, sheets=[Sheet(0, "Sheet1")])
    wrong = []
    for case in json.loads((FOLDER / "value_conversions.json").read_text(encoding="utf-8")):
        typed = case["input_option"] == "USER_ENTERED"
        cell = written(Cell(), case["written"], typed=typed, locale="en_US")
        book.sheets[0].put(0, {0: cell})
        reader = Reader(book, case["render"], case["datetime_render"])
        got = [reader.rendered(book.sheets[0], 0, 0, cell)]
        if got != case["read"]:
            wrong.append((case, got))

    assert [] == wrong
