"""The SDK's own target suite, and the target alone over CSV-like records."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import get_target_test_class

from outreach_core.errors import Fatal
from target_outreach_sheets.row_ids import write_ids
from target_outreach_sheets.target import TargetOutreachSheets

REJECTED = Path(tempfile.mkdtemp()) / "rejected.jsonl"
SUITE_CONFIG = {
    "outreach_environment": "sandbox",
    "api_base_url": "http://127.0.0.1:9",
    "token_url": "http://127.0.0.1:9/token",
    "spreadsheet_id": "any",
    "unknown_streams": "reject",
    "rejected_file": str(REJECTED),
}

TestSuite = get_target_test_class(target_class=TargetOutreachSheets, config=SUITE_CONFIG)


def lines(stream: str, *records: dict[str, Any]) -> io.StringIO:
    """A Singer input."""
    schema = {"properties": {name: {"type": "string"} for name in records[0]}}
    messages: list[dict[str, Any]] = [
        {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": []},
        *({"type": "RECORD", "stream": stream, "record": record} for record in records),
        {"type": "STATE", "value": {"barrier": 1}},
    ]
    return io.StringIO("".join(json.dumps(message) + "\n" for message in messages))


def test_flat_records_find_their_rows_by_id(desk: Any, tmp_path: Path) -> None:
    """What a CSV has updates the rows with those ids; a row without match is rejected."""
    write_ids(desk.tab, desk.jobs(), lambda _: None)
    rejected = tmp_path / "rejected.jsonl"
    target = TargetOutreachSheets(config={**desk.config, "rejected_file": str(rejected)})

    target.listen(
        lines(
            "businesses",
            {"_sync_id": "id-Bo", "Phone": "+1 555 0101"},
            {"_sync_id": "id-None", "Phone": "+1 555 0102"},
        )
    )

    assert "+1 555 0101" == desk.row("id-Bo")["Phone"]
    (line,) = rejected.read_text().splitlines()
    assert "id-None" == json.loads(line)["record"]["_sync_id"]
    assert 0o600 == rejected.stat().st_mode & 0o777


def test_wrong_row_fails_the_run_and_stops_it(desk: Any, monkeypatch: Any) -> None:
    """After a write that hit another row nothing more is written, and the run fails."""
    write_ids(desk.tab, desk.jobs(), lambda _: None)
    target = TargetOutreachSheets(config=desk.config)
    target.enter()
    target.sheet.check = desk._check
    desk.before_write = [lambda: desk.person("sort", by="Business Name", descending=True)]
    first = {"rid": "id-Ada", "intent_id": None, "cells": {"Location": "Bonn"}}
    second = {"rid": "id-Bo", "intent_id": None, "cells": {"Location": "Dover"}}
    text = lines("cells", first).getvalue() + lines("cells", second).getvalue()

    with pytest.raises(Fatal) as caught:
        target.listen(io.StringIO(text))

    assert "wrong_row" == caught.value.code
    assert "" == desk.row("id-Bo")["Location"]
