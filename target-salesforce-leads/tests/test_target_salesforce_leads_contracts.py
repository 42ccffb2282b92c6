"""The public contracts: what their schemas allow is taken, what they do not is refused, a CSV of each works."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.salesforce_plan import lead
from outreach_core.errors import Fatal
from target_salesforce_leads.contracts import CONTRACTS

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
OBJECTS = {"leads": "Lead", "tasks": "Task", "opportunities": "Opportunity"}
ADA = lead("terzi", Email="ada@example.com")
BAD = {
    "leads": [{"City": "Ulm"}, {"Email": " "}, {"Email": None, "id": ""}],
    "tasks": [
        {"sent_at": "2026-11-20T09:15:42Z"},
        {"contact_email": "ada@example.com", "sent_at": "yesterday"},
        {"contact_email": "ada@example.com", "sent_at": "2026-11-20T09:15:42"},
        {
            "contact_email": "ada@example.com",
            "sent_at": "2026-11-20T09:15:42Z",
            "direction": "sideways",
        },
    ],
    "opportunities": [
        {"event_key": "d", "name": "X", "stage": "Prospecting"},
        {"event_key": "", "name": "X", "stage": "Prospecting", "close_date": "2026-12-31"},
    ],
}


def validator(stream: str) -> Draft202012Validator:
    """The committed schema of a stream."""
    schema = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def rows(stream: str) -> list[dict[str, str]]:
    """The sample of a contract as tap-csv reads it: every column a text."""
    return list(csv.DictReader(io.StringIO(CONTRACTS[stream].sample)))


@pytest.mark.parametrize("stream", CONTRACTS)
def test_a_csv_of_each_is_taken_and_made_once(
    run: Run, seed: Seed, records: Records, *, stream: str
) -> None:
    """What the page shows works as it stands, and said again it changes nothing."""
    seed(ADA)
    feed = [(stream, row) for row in rows(stream)]
    run(*feed, ledger=False)
    once = records(OBJECTS[stream])
    run(*feed, ledger=False)

    assert len(rows(stream)) == len(once)
    assert [one["Id"] for one in once] == [one["Id"] for one in records(OBJECTS[stream])]


@pytest.mark.parametrize("stream", CONTRACTS)
def test_the_schema_takes_the_sample(stream: str) -> None:
    """And the same with blanks left out."""
    for row in rows(stream):
        validator(stream).validate(row)
        validator(stream).validate({name: value for name, value in row.items() if value})


@pytest.mark.parametrize(
    ("stream", "record"), [(stream, record) for stream, listed in BAD.items() for record in listed]
)
def test_what_the_schema_refuses_the_target_refuses(
    run: Run, seed: Seed, records: Records, *, stream: str, record: dict[str, Any]
) -> None:
    """Whoever checks a file by the schema knows what the target will say."""
    seed(ADA)

    assert not validator(stream).is_valid(record)
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run((stream, record), ledger=False)
    assert [one["Id"] for one in records(OBJECTS[stream]) if one.get("LastName") != "Terzi"] == []
