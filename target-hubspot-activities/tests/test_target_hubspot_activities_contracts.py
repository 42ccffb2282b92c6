"""The public contracts: what their schemas allow is taken, what they do not is refused, a CSV of each works."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from outreach_core.errors import ConfigError
from target_hubspot_activities.contracts import CONTRACTS

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "docs" / "reference" / "schemas"
PROGRAM = Path(sys.executable).parent / "target-hubspot-activities"
ADA = {"id": 7, "properties": {"email": "ada@example.com"}}
ORDER = ("companies", "contacts", "emails", "deals")
AT = "2026-11-20T09:15:42Z"


def validator(stream: str) -> Draft202012Validator:
    """The committed schema of a stream."""
    schema = json.loads((SCHEMAS / f"{stream}.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def rows(stream: str) -> list[dict[str, str]]:
    """The sample of a contract as tap-csv reads it: every column a text."""
    return list(csv.DictReader(io.StringIO(CONTRACTS[stream].sample)))


def tap_csv(stream: str) -> Iterator[dict[str, Any]]:
    """What tap-csv (https://github.com/MeltanoLabs/tap-csv) writes of a CSV."""
    found = rows(stream)
    properties = {name: {"type": ["string", "null"]} for name in found[0]}
    schema = {"type": "object", "properties": properties}
    yield {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []}
    yield from ({"type": "RECORD", "stream": stream, "record": row} for row in found)
    yield {"type": "STATE", "value": {"bookmarks": {stream: {}}}}


@pytest.fixture
def pipe(config: dict[str, Any], tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the target's own command line on these messages."""

    def once(*messages: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "config.json"
        path.write_text(json.dumps({**config, "rules_file": None}))
        return subprocess.run(
            [PROGRAM, "--config", str(path)],
            input="".join(json.dumps(message) + "\n" for message in messages),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return once


def test_a_csv_of_each_through_the_command_line(
    pipe: Any, seed: Seed, records: Records, rejected: Any
) -> None:
    """The samples of the page, one program after the other and all of it twice: nothing is doubled."""
    seed()
    for _ in range(2):
        for stream in ORDER:
            done = pipe(*tap_csv(stream))
            assert 0 == done.returncode, done.stderr
            assert {"bookmarks": {stream: {}}} == json.loads(done.stdout.splitlines()[-1])

    assert {stream: len(rows(stream)) for stream in ORDER} == {
        stream: len(records(stream)) for stream in ORDER
    }
    assert [] == rejected()
    (deal,) = records("deals")
    assert {"contacts", "companies"} == {end["to"] for end in deal["associations"]}
    assert {"EMAIL": "Your autumn menu", "INCOMING_EMAIL": "Re: Your autumn menu"} == {
        email["properties"]["hs_email_direction"]: email["properties"]["hs_email_subject"]
        for email in records("emails")
    }


def test_all_streams_in_one_pipe_backwards(pipe: Any, seed: Seed, records: Records) -> None:
    """One tap that writes deals first: the command line keeps the order."""
    seed()
    messages = [m for stream in reversed(ORDER) for m in tap_csv(stream) if m["type"] != "STATE"]
    done = pipe(*messages, {"type": "STATE", "value": {"bookmarks": {}}})

    assert 0 == done.returncode, done.stderr
    assert [len(rows(stream)) for stream in ORDER] == [len(records(stream)) for stream in ORDER]


def test_a_refused_record_of_the_command_line(pipe: Any, seed: Seed, rejected: Any) -> None:
    """The exit code says so, and standard error quotes nobody."""
    seed()
    (bad,) = [
        {
            "type": "RECORD",
            "stream": "emails",
            "record": {"contact_email": "bo@example.com", "sent_at": AT},
        }
    ]
    schema, *_ = tap_csv("emails")
    done = pipe(schema, bad)

    assert 1 == done.returncode
    assert "HubSpot refused 1 of the records" in done.stderr
    assert "bo@example.com" not in done.stderr + done.stdout
    assert ["no_contact"] == [line["reason"]["code"] for line in rejected()]


@pytest.mark.parametrize("stream", ORDER)
def test_the_sample_keeps_its_contract(stream: str) -> None:
    """Every row is valid by the committed schema, which is one."""
    Draft202012Validator.check_schema(validator(stream).schema)

    assert [] == [
        error.message for row in rows(stream) for error in validator(stream).iter_errors(row)
    ]


TAKEN: list[tuple[str, dict[str, Any]]] = [
    ("contacts", {"email": "x@example.com"}),
    ("contacts", {"id": 7, "city": "Ulm", "hs_lead_status": None}),
    ("contacts", {"id": None, "email": "x@example.com", "outreach_row_id": "", "_sdc_sequence": 1}),
    ("contacts", {"outreach_row_id": "r1", "firstname": "X", "_sync": {"intent_id": "1"}}),
    ("companies", {"domain": "x.example.com"}),
    ("companies", {"domain": "x.example.com", "id": "", "numberofemployees": 12, "name": None}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": AT}),
    (
        "emails",
        {
            "contact_email": "ada@example.com", "sent_at": "2026-11-20 12:15+03:00", "subject": None,
            "body": "", "direction": "", "status": None, "not_before": "", "not_after": AT,
            "_sdc_batched_at": AT,
        },
    ),
    ("deals", {"event_key": "d", "name": "D"}),
    ("deals", {"event_key": "d", "name": "D", "amount": 12, "contact_email": None, "owner": ""}),
]  # fmt: skip
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("contacts", {"city": "Ulm"}),
    ("contacts", {"email": " ", "id": None}),
    ("companies", {"name": "X"}),
    ("companies", {"domain": "", "name": "X"}),
    ("emails", {"sent_at": AT}),
    ("emails", {"contact_email": "ada@example.com"}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": "2026-11-20"}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": "2026-11-20T09:15:42"}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": AT, "direction": "sideways"}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": AT, "status": "eaten"}),
    ("emails", {"contact_email": "ada@example.com", "sent_at": AT, "not_before": "soon"}),
    ("deals", {"event_key": "d"}),
    ("deals", {"name": "D"}),
    ("deals", {"event_key": None, "name": "D"}),
]
STRANGE: list[tuple[str, dict[str, Any]]] = [
    ("emails", {"contact_email": "ada@example.com", "sent_at": AT, "boddy": "x"}),
    ("deals", {"event_key": "d", "name": "D", "stagee": "x"}),
]


@pytest.mark.parametrize(("stream", "record"), TAKEN)
def test_what_the_schema_allows_is_taken(
    run: Run, seed: Seed, rejected: Any, stream: str, record: dict[str, Any]
) -> None:
    """Neither the contract nor HubSpot refuses it."""
    seed(ADA)
    assert [] == [error.message for error in validator(stream).iter_errors(record)]
    run((stream, record), ledger=False)

    assert [] == rejected()


@pytest.mark.parametrize(("stream", "record"), REFUSED)
def test_what_the_schema_does_not_allow_is_refused(
    run: Run, seed: Seed, rejected: Any, stream: str, record: dict[str, Any]
) -> None:
    """With a code, before anything is sent."""
    seed(ADA)
    assert not validator(stream).is_valid(record)
    run((stream, record), ledger=False, allow_failures=True)

    (line,) = rejected()
    assert line["reason"]["code"] in {"incomplete", "no_key", "bad_time", "unknown_word"}


@pytest.mark.parametrize(("stream", "record"), STRANGE)
def test_a_column_the_schema_does_not_have_stops(
    run: Run, seed: Seed, stream: str, record: dict[str, Any]
) -> None:
    """It is the stream that is wrong, not the record."""
    seed(ADA)
    assert not validator(stream).is_valid(record)

    with pytest.raises(ConfigError, match="has no column"):
        run((stream, record), ledger=False)
