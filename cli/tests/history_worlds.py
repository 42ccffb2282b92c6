"""A ledger in which an edit of the sheet reached HubSpot, and the command called over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, ProcessMark, StagedBatch, open_ledger
from outreach_cli.main import outreach
from outreach_core.model import (
    CrmRecord,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    Operation,
    Outcome,
    OutcomeKind,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.planning import (
    Bucket,
    KnownRow,
    Link,
    Plan,
    PlanStatus,
    RowState,
    RowVerdict,
)

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NOBODY = ProcessMark("elsewhere", 1, 1.0)
OK = (SideStatus(Side.SHEET, SideState.OK),)
ACME, BETA = "rid-acme", "rid-beta"


def value(text: str | None) -> FieldValue:
    return FieldValue(text, text, text.lower() if text else None)


@dataclass
class World:
    """A project folder with a ledger."""

    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder}/.outreach/ledger.db"

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        opened = open_ledger(self.url, now=utc_now, new_id=new_id)
        try:
            yield opened
        finally:
            opened.close()

    def call(self, *args: str, **environ: str) -> Result:
        told = {
            "OUTREACH_LEDGER_URL": self.url,
            "MELTANO_PROJECT_ROOT": str(self.folder),
            "OUTREACH_RULES_DIR": str(ROOT / "transforms" / "rules"),
            **environ,
        }
        result = CliRunner().invoke(outreach, list(args), env=told)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def sees(self, sheet: str | None = "+1 555 0102", hubspot: str | None = "+1 555 0102") -> None:
        """Read both sides: what Acme's phone number is there."""
        cells = {"business_name": value("Acme Bikes"), "email": value("a@example.com")}
        acme = SheetRow(2, ACME, "f2", {**cells, "phone": value(sheet)})
        beta = SheetRow(3, BETA, "f3", {"business_name": value("Beta Cafe")})
        shown = SheetSnapshot("sheet", 0, "Outreach", "UTC", ("Business Name",), "1", 2, AT)
        fields = {**cells, "phone": value(hubspot)}
        contact = CrmRecord(Side.HUBSPOT, "contacts", "11", fields, external_id=ACME)
        with self.ledger() as ledger:
            batch = StagedBatch(rows=(acme, beta), snapshot=shown, statuses=OK)
            ledger.staging.commit("sheet", batch, None)
            ledger.staging.commit("hubspot", StagedBatch(records=[contact]), None)

    def writes(
        self,
        old: str | None = "+1 555 0101",
        new: str | None = "+1 555 0102",
        *,
        name: str = "p1",
        field: str = "phone",
        why: Why = Why.CLEAN,
        evidence: str = "",
    ) -> int:
        """Let a run write a field of Acme's contact; return the change's number."""
        change = FieldChange(
            value(old), value(new), {Side.SHEET: value(new)}, why=why, evidence=evidence
        )
        made = intent(name, {field: change})
        with self.ledger() as ledger:
            run = ledger.runs.begin("hubspot-sync", NOBODY)
            ledger.plans.store(run.run_id, plan(made))
            ledger.deliveries.mark_in_doubt([made.intent_id])
            outcome = Outcome(made.intent_id, OutcomeKind.WRITTEN, "11", {field: value(new)})
            ledger.deliveries.record([outcome])
            ledger.runs.finish(run.run_id, "clean", {})
            return ledger.history.changes(1)[0].seq

    def plans(self, made: Plan) -> None:
        """Store a plan that nothing was delivered of."""
        with self.ledger() as ledger:
            ledger.plans.store("", made)


def intent(name: str, changes: Mapping[str, FieldChange]) -> Intent:
    return Intent(
        f"{name}-1",
        name,
        1,
        Side.HUBSPOT,
        IntentKind.RECORD,
        Operation.UPDATE,
        "contacts",
        ACME,
        row=2,
        record_id="11",
        changes=changes,
    )


def plan(*intents: Intent, **given: Any) -> Plan:
    """A plan of two rows, one of them linked."""
    verdicts = (
        RowVerdict(ACME, 2, Bucket.WRITTEN, RowState.SYNCED),
        RowVerdict(BETA, 3, Bucket.HELD, RowState.WAITING, "No e-mail yet."),
    )
    name = intents[0].plan_id if intents else "p9"
    made = Plan(
        name,
        PlanStatus.DELIVERABLE,
        intents,
        links=(Link(ACME, Side.HUBSPOT, "contacts", "11"),),
        rows=tuple(KnownRow(rid, confirmed=True, present=True) for rid in (ACME, BETA)),
        verdicts=verdicts,
    )
    return replace(made, **given)


def synced(folder: Path) -> World:
    """A world in which an edit of the sheet was carried to HubSpot by change 1."""
    (folder / "meltano.yml").touch()
    world = World(folder)
    world.sees()
    world.writes()
    return world
