"""What the ledger takes from a tap's word on when fields were edited."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from outreach_core.model.evidence import ASKED, Edit
from target_outreach_ledger import records

AT = datetime(2026, 1, 1, 10, tzinfo=UTC)
SAVED = datetime(2026, 1, 1, 11, tzinfo=UTC)


def contact(**more: Any) -> dict[str, Edit]:
    told = {"side": "hubspot", "object": "contacts", "record_id": "1", "updated_at": SAVED}
    return dict(records.crm_record({**told, **more}).edits)


def test_a_told_time_is_exact_and_ours_is_nobodys() -> None:
    """What our app wrote had been made before; that the history was read is remembered."""
    told = {
        "city": {"at": AT.isoformat(), "by": "CRM_UI", "ours": False},
        "phone": {"at": AT.isoformat(), "by": "INTEGRATION", "ours": True},
    }

    assert {
        "city": Edit.at(AT, "CRM_UI"),
        "phone": Edit(None, AT, "INTEGRATION", ours=True),
        ASKED: Edit(None, SAVED),
    } == contact(edits=told)


def test_who_was_not_asked_about_says_nothing() -> None:
    """And who was asked and has no history is not asked again."""
    assert {} == contact()
    assert {ASKED: Edit(None, SAVED)} == contact(edits={})


def test_a_row_brings_what_the_script_noted() -> None:
    """And a snapshot the time after which no cell was edited."""
    noted = {"phone": {"at": AT.isoformat(), "by": ""}}
    row = records.sheet_row({"row": 2, "edits": noted})
    mark = {"spreadsheet_id": "s", "gid": 0, "rows": 1, "read_at": SAVED, "edited_at": AT}

    assert {"phone": Edit.at(AT)} == dict(row.edits)
    assert (AT, None) == (
        records.snapshot(mark).edited_at,
        records.snapshot({**mark, "edited_at": None}).edited_at,
    )
