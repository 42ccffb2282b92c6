"""The SDK's standard suites, for both plugins of the ledger."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

import pytest
from singer_sdk.testing import get_tap_test_class, get_target_test_class, target_test_streams

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import open_ledger
from outreach_core.model import (
    FieldChange,
    FieldValue,
    ImportedRow,
    Intent,
    IntentKind,
    Operation,
    Side,
)
from outreach_core.model.planning import Plan, PlanStatus
from tap_outreach_ledger.tap import TapOutreachLedger
from target_outreach_ledger.target import TargetOutreachLedger

FOLDER = Path(mkdtemp(prefix="outreach-ledger-"))
URL = f"sqlite:///{FOLDER / 'ledger.db'}"
REJECTED = FOLDER / "rejected.jsonl"

RID = "01900000-0000-7000-8000-000000000001"
CHANGES = {"city": FieldChange(FieldValue(1, "1", "1"), FieldValue(2, "2", "2"))}


def told() -> list[Intent]:
    """A company and one intent of each effect."""
    payload = {"host": "a.example.com", "name": "A", "kind": "email", "n": 1}
    kinds = (
        (Side.HUBSPOT, "companies", IntentKind.COMPANY, Operation.CREATE),
        (Side.HUBSPOT, "associations", IntentKind.EFFECT, Operation.ASSOCIATE),
        (Side.HUBSPOT, "emails", IntentKind.EFFECT, Operation.CREATE),
        (Side.HUBSPOT, "deals", IntentKind.EFFECT, Operation.CREATE),
        (Side.SALESFORCE, "leads", IntentKind.RECORD, Operation.CREATE),
        (Side.SALESFORCE, "tasks", IntentKind.EFFECT, Operation.CREATE),
        (Side.SALESFORCE, "opportunities", IntentKind.EFFECT, Operation.CREATE),
    )
    return [
        Intent(
            f"p-{seq}",
            "p",
            seq,
            side,
            kind,
            operation,
            obj,
            RID,
            record_id="00Q" if obj == "leads" else None,
            changes=CHANGES,
            event_key=f"{obj}-key",
            payload=payload,
        )
        for seq, (side, obj, kind, operation) in enumerate(kinds, 11)
    ]


def fill() -> None:
    """Put one open intent of each kind into the ledger."""
    ledger = open_ledger(URL, now=utc_now, new_id=new_id)
    common = {"plan_id": "p", "rid": RID, "row": 2, "changes": CHANGES}
    ledger.plans.store(
        "",
        Plan(
            "p",
            PlanStatus.DELIVERABLE,
            (
                Intent(
                    "p-1",
                    seq=1,
                    side=Side.SHEET,
                    kind=IntentKind.ROW_ID,
                    operation=Operation.ASSIGN_ID,
                    object="row",
                    fingerprint="f",
                    **common,
                ),
                Intent(
                    "p-2",
                    seq=2,
                    side=Side.HUBSPOT,
                    kind=IntentKind.RECORD,
                    operation=Operation.UPDATE,
                    object="contacts",
                    record_id="11",
                    **common,
                ),
                Intent(
                    "p-3",
                    seq=3,
                    side=Side.SHEET,
                    kind=IntentKind.CELLS,
                    operation=Operation.UPDATE,
                    object="row",
                    **common,
                ),
                Intent(
                    "p-9",
                    seq=9,
                    side=Side.SHEET,
                    kind=IntentKind.ROWS,
                    operation=Operation.CREATE,
                    object="row",
                    payload=ImportedRow(Side.HUBSPOT, "contacts", "12").to_json(),
                    **common,
                ),
                *told(),
            ),
        ),
    )
    ledger.close()


fill()
StandardTap = get_tap_test_class(
    TapOutreachLedger,
    config={"ledger_url": URL},
)
StandardTarget = get_target_test_class(
    TargetOutreachLedger,
    config={
        "ledger_url": URL,
        "unknown_streams": "reject",
        "rejected_file": str(REJECTED),
        "lookups_file": str(FOLDER / "lookups.json"),
    },
)


class TestTap(StandardTap):
    """The tap's standard suite, over one intent of each kind."""


class TestTarget(StandardTarget):
    """The target's standard suite; what it feeds are streams the target does not know."""

    @pytest.fixture(autouse=True)
    def rejected_exactly_what_was_fed(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Nothing of an unknown stream is dropped: the bucket holds every record that was fed."""
        REJECTED.unlink(missing_ok=True)
        yield
        name = request.node.name.removeprefix("test_target_")
        source = files(target_test_streams) / f"{name}.singer"
        if name in NO_RECORDS or not source.is_file():
            return
        lines = [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]
        fed = [[line["stream"], line["record"]] for line in lines if line["type"] == "RECORD"]
        if not fed:
            assert not REJECTED.exists()
            return
        kept = [json.loads(line) for line in REJECTED.read_text(encoding="utf-8").splitlines()]
        found = [[line["stream"], line["record"]] for line in kept]
        assert Counter(map(json.dumps, fed)) == Counter(map(json.dumps, found))
        assert REJECTED.stat().st_mode & 0o777 == 0o600


# these stop the target before a record is taken
NO_RECORDS = {"invalid_schema", "record_before_schema", "record_missing_key_property"}
