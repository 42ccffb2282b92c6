"""Reads from the ledger what the commands show. Rule: reads only, except for the one approval."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from outreach_adapters.ledger import Ledger
from outreach_cli.outcome import NEVER_RUN, judge
from outreach_cli.plan_view import PlanView, view_plan
from outreach_cli.status_view import StatusView, questions
from outreach_core.model.planning import PlanStatus

SHOWN_RUNS = 5
Names = Mapping[str | int, str]
Labels = Mapping[str, str]


def read_plan(ledger: Ledger, labels: Labels) -> PlanView | None:
    """Return the newest plan in words, or `None` before the first one."""
    stored = ledger.plans.newest()
    if stored is None:
        return None
    return view_plan(stored.plan, _names(ledger), labels, approved=stored.approval is not None)


def approve(ledger: Ledger, keep: str, labels: Labels) -> PlanView | None:
    """Record a person's approval of the newest plan, if it waits for one, and return it in words."""
    stored = ledger.plans.newest()
    if stored is not None and stored.plan.status is PlanStatus.WAITING:
        ledger.plans.approve(stored.plan.plan_id, keep, getpass.getuser())
    return read_plan(ledger, labels)


def read_status(ledger: Ledger | None, labels: Labels) -> StatusView:
    """Return how things stand."""
    runs = ledger.runs.recent(SHOWN_RUNS) if ledger else []
    if ledger is None or not runs:
        return StatusView(NEVER_RUN, {})
    names = _names(ledger)
    return StatusView(
        outcome=judge(facts(ledger)),
        counts=row_counts(ledger, runs[0].run_id),
        questions=questions(ledger.history.conflicts_open(), names, labels),
        refusals=tuple(_refusal(retry, names) for retry in ledger.history.rejected()),
        runs=tuple(_run_line(run) for run in runs),
    )
