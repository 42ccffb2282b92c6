"""Closes a run and says how it went. Rule: only the process that opened a run closes it."""

from __future__ import annotations

from outreach_adapters.ledger import Ledger
from outreach_cli.ledger_views import facts, plan_of_run, row_counts
from outreach_cli.outcome import judge
from outreach_cli.processes import Seen, host
from outreach_cli.report import Report, delivered
from outreach_core.errors import Retriable


def finish_run(ledger: Ledger, caller: Seen) -> Report:
    """Judge the run that `caller` opened, close it and return what to print."""
    run = ledger.runs.current()
    if run is None or (run.process.host, run.process.pid) != (host(), caller.pid):
        raise Retriable(
            "This process has no run open.",
            code="no_run",
            remedy="Runs are opened and closed by: meltano run hubspot-sync",
        )
    found = facts(ledger, run, closing=True)
    report = Report(
        delivered=delivered(plan_of_run(ledger, run.run_id)),
        counts=row_counts(ledger, run.run_id),
        conflicts=found.conflicts,
        rejected=found.rejected,
        outcome=judge(found),
    )
    counters = {str(bucket): number for bucket, number in report.counts.items()}
    ledger.forgetting.carry_out()
    ledger.runs.finish(
        run.run_id,
        str(report.outcome.standing),
        {**counters, **report.delivered.to_json()},
        " ".join(report.outcome.sentences),
    )
    return report
