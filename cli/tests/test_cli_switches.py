"""Pausing all rows, and letting a plan pass its guards with a reason."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, open_ledger
from outreach_adapters.ledger.processes import mark_of
from outreach_cli.exits import Exit
from outreach_cli.main import outreach
from outreach_core.model.planning import GuardTrip, Plan, PlanStatus

Call = Callable[..., Result]
STOPPED = Plan(
    "p1", PlanStatus.WAITING, guards=(GuardTrip("mass_clear", "25 rows."),), hash="abcdef0123456789"
)
PAUSED = Plan(
    "p1",
    PlanStatus.BLOCKED,
    guards=(GuardTrip("paused", "The sync is paused.", clearable=False),),
    hash="abcdef0123456789",
)


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """A ledger whose run is this process's parent's."""
    (tmp_path / "meltano.yml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OUTREACH_LEDGER_URL", f"sqlite:///{tmp_path}/ledger.db")
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(tmp_path))
    return open_ledger(f"sqlite:///{tmp_path}/ledger.db", now=utc_now, new_id=new_id)


def call(*args: str) -> Result:
    return CliRunner().invoke(outreach, list(args))


def planned(ledger: Ledger, plan: Plan) -> None:
    run = ledger.runs.begin("hubspot-sync", mark_of(os.getppid()))
    ledger.plans.store(run.run_id, plan)


def test_pause_and_resume_say_what_follows(ledger: Ledger) -> None:
    """A paused sync is no failure, says so, and says how it goes on."""
    call("pause")
    planned(ledger, PAUSED)
    finished = call("finish")
    status = json.loads(call("status", "--json").output)

    assert Exit.CLEAN == finished.exit_code
    assert "paused" == status["standing"]
    assert ["The sync is paused. Let it go on: outreach resume"] == status["sentences"]
    assert "Nothing is written until: outreach resume" in call("plan").output

    call("resume")
    resumed = json.loads(call("status", "--json").output)
    assert None is ledger.switches.paused()
    assert ["Resumed. The next run goes on: meltano run hubspot-sync"] == resumed["sentences"]


@pytest.mark.parametrize("args", [("--force",), ("--reason", "why"), ("--force", "--reason", " ")])
def test_force_and_reason_belong_together(ledger: Ledger, args: tuple[str, ...]) -> None:
    """Nobody overrides a guard without saying why."""
    planned(ledger, STOPPED)

    result = call("plan", *args)

    assert Exit.USAGE == result.exit_code
    assert "say why" in result.output
    assert None is ledger.plans.planning_input().approval


def test_forcing_a_plan_keeps_the_reason(ledger: Ledger) -> None:
    """The next plan passes whatever it shows."""
    planned(ledger, STOPPED)

    call("plan", "--force", "--reason", "The column was meant to go.")

    given = ledger.plans.planning_input().approval
    assert given is not None
    assert given.force
