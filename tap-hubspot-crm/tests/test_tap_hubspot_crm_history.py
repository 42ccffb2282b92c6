"""Who wrote a contact's values and when: read for the contacts that were asked about, and for no others."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from outreach_sandbox.kernel.server import Running
from tap_hubspot_crm.history import history

ROW_ID = "outreach_row_id"


def version(at: str, kind: str, who: str, value: str = "x") -> dict[str, str]:
    return {"value": value, "timestamp": at, "sourceType": kind, "sourceId": who}


def of(**versions: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
    return history({"id": "1", "propertiesWithHistory": versions}, ROW_ID)


OURS = version("2026-01-01T00:00:00Z", "INTEGRATION", "7")


def test_the_newest_version_counts() -> None:
    """To the millisecond, in whatever order and form the versions came."""
    found = of(
        city=[
            version("2026-01-01T00:00:02Z", "IMPORT", "2"),
            version("2026-01-01T00:00:02.123Z", "CRM_UI", "userId:1"),
            version("2026-01-01T00:00:01Z", "CRM_UI", "userId:2"),
        ]
    )

    assert {"city": {"at": "2026-01-01T00:00:02.123Z", "by": "CRM_UI", "ours": False}} == found


@pytest.mark.parametrize(
    ("writer", "ours"),
    [
        (version("2026-01-02T00:00:00Z", "INTEGRATION", "7"), True),
        (version("2026-01-02T00:00:00Z", "INTEGRATION", "8"), False),  # somebody else's app
        (version("2026-01-02T00:00:00Z", "CRM_UI", "7"), False),
    ],
)
def test_our_own_app_is_known_by_what_only_it_writes(writer: dict[str, str], *, ours: bool) -> None:
    """The row id's writer is us; no id has to be configured."""
    found = of(outreach_row_id=[OURS], city=[writer])

    assert {"city": ours} == {name: one["ours"] for name, one in found.items()}


def test_a_person_who_merged_contacts_is_not_us() -> None:
    """A merge writes the row id in that person's name."""
    typed = version("2026-01-02T00:00:00Z", "CRM_UI", "userId:1")

    assert not of(outreach_row_id=[typed, OURS], city=[typed])["city"]["ours"]


def test_only_who_is_asked_about_is_read_with_history(
    run: Callable[..., Any], seed: Callable[..., None], sandbox: Running, tmp_path: Path
) -> None:
    """One call for up to fifty contacts; the rest travels as ever."""
    seed(*[{"id": n, "properties": {"email": f"c{n}@example.com"}} for n in (1, 2)])
    sandbox.control.people("hubspot", "edit", id="1", properties={"city": "Bern"})
    path = tmp_path / "lookups.json"
    asked = {"history_of": ["1"], "ids": ["2"]}
    path.write_text(json.dumps({"version": 1, "hubspot": {"contacts": asked}}))

    records = run(mode="lookups", lookups_file=str(path)).records("contacts")

    first, second = records
    told = first["history"]["city"]
    assert ("CRM_UI", False) == (told["by"], told["ours"])
    assert datetime.fromisoformat(first["updated_at"]) == datetime.fromisoformat(told["at"])
    assert second["history"] is None
    assert 2 == len([c for c in sandbox.control.calls() if c["path"].endswith("/batch/read")])
