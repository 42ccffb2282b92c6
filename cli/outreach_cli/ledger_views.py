"""Reads from the ledger what the commands show. Rule: reads only, except for the one approval."""

from __future__ import annotations

import getpass
from collections.abc import Mapping

from outreach_adapters.ledger import Ledger, Rejected, Run, StoredPlan, UndoRequest
from outreach_adapters.ledger.processes import is_alive
from outreach_cli.outcome import NEVER_RUN, Facts, Standing, judge
from outreach_cli.plan_view import PlanView, view_plan
from outreach_cli.questions import asked_questions
from outreach_cli.status_view import Refusal, RunLine, StatusView, Waiting
from outreach_cli.wording import (
    RUN_AGAIN,
    SIDES,
    business_names,
    business_word,
    imported_names,
    run_again,
)
from outreach_core.model import SideState
from outreach_core.model.planning import Bucket, ConflictKind, Plan, PlanStatus, RowState
from outreach_core.model.questions import Question
from outreach_core.model.undo import UndoState

SHOWN_RUNS = 5
RUNNING = "running"
ABANDONED = "abandoned"
RESYNC_CODE = "resync_required"
REFUSED_REMEDY = "Correct the row; it is tried again once the row or the rules have changed."
Labels = Mapping[str, str]


def read_plan(ledger: Ledger, labels: Labels) -> PlanView | None:
    """Return the newest plan in words, or `None` before the first one."""
    stored = ledger.plans.newest()
    if stored is None:
        return None
    plan = _plan_of(ledger, stored)
    names = _names(ledger) | imported_names(plan.intents)
    made_by = (run.job for run in ledger.runs.recent() if run.run_id == stored.run_id)
    return view_plan(plan, names, labels, approved=stored.approved, job=next(made_by, ""))


def approve(ledger: Ledger, keep: str, reason: str = "") -> None:
    """Record a person's approval of the newest plan, if there is one.

    Args:
        ledger: Where it is recorded.
        keep: Who is right where both sides differed when first matched.
        reason: Why the next plan may pass whatever it shows; empty if it may not.

    Raises:
        ConfigError: The newest plan does not wait for an approval.
    """
    stored = ledger.plans.newest()
    if stored is not None:
        ledger.plans.approve(stored.plan_id, keep, getpass.getuser(), reason=reason)


def pause(ledger: Ledger, *, on: bool) -> None:
    """Pause all rows, or let them go on."""
    ledger.switches.pause_all(on, getpass.getuser())


def read_status(ledger: Ledger | None, labels: Labels) -> StatusView:
    """Return how things stand."""
    runs = ledger.runs.recent(SHOWN_RUNS) if ledger else []
    if ledger is None or not runs:
        return StatusView(NEVER_RUN, {})
    names = _names(ledger)
    return StatusView(
        outcome=judge(facts(ledger, runs[0])),
        counts=row_counts(ledger, _counted_run(ledger, runs[0])),
        questions=asked_questions(_of_fields(ledger), labels),
        refusals=tuple(_refusal(refused, names) for refused in ledger.history.rejected()),
        waiting=_waiting(ledger, names),
        runs=tuple(_run_line(run) for run in runs),
        last_change=next((change.at for change in ledger.history.changes(1)), None),
        calls=ledger.history.calls(),
        undos=sum(_is_waiting(asked) for asked in ledger.undo.standing().values()),
    )


def _of_fields(ledger: Ledger) -> list[Question]:
    """Return what people are asked; refused rows are told apart from it."""
    return [q for q in ledger.questions.open() if q.kind is not ConflictKind.REJECTED]


def decide(ledger: Ledger, named: str, field: str, words: str, custom: str | None) -> Question:
    """Answer one question as it is shown now; return it as it is then.

    Args:
        ledger: Where it is asked.
        named: Its id, or the business it is about.
        field: Which of the business's questions.
        words: One of its answers.
        custom: The value that goes with `Use custom value`.

    Raises:
        ConfigError: ``no_question``, ``which_question`` or ``no_choice``.
    """
    asked = ledger.questions.find(named, field)
    return ledger.answers.decide(asked, words, custom, getpass.getuser())


def _is_waiting(asked: UndoRequest) -> bool:
    return asked.state is UndoState.OPEN and not asked.undone_by


def _waiting(ledger: Ledger, names: Mapping[str | int, str]) -> tuple[Waiting, ...]:
    """Return the rows that could not go yet, but for those that are asked about or refused."""
    stored = ledger.plans.newest()
    told = {refused.rid for refused in ledger.history.rejected()}
    return tuple(
        Waiting(business_word(names, said.rid, said.row), said.row, said.note)
        for said in (stored.verdicts if stored else ())
        if said.bucket in (Bucket.HELD, Bucket.FAILED)
        and said.state is not RowState.CONFLICT
        and said.note
        and said.rid not in told
    )


def facts(ledger: Ledger, last: Run, *, closing: bool = False) -> Facts:
    """Return what the judgement rests on.

    Args:
        ledger: Where to look.
        last: The newest run.
        closing: Whether `last` is being closed right now, which makes it a finished one.
    """
    statuses = ledger.history.statuses()
    stored = ledger.plans.newest()
    asks = stored is not None and stored.status is not PlanStatus.DELIVERABLE
    running = last.status == RUNNING and not closing
    working = running and is_alive(last.process) is not False
    resync = next((status.message for status in statuses if status.code == RESYNC_CODE), "")
    return Facts(
        sides={
            status.side: status
            for status in statuses
            if status.state is not SideState.OK and status.code != RESYNC_CODE
        },
        guards=stored.guards if stored and asks and not stored.approved else (),
        approved=bool(stored and asks and stored.approved),
        again=run_again(stored.summary, last.job) if stored else RUN_AGAIN,
        usual=run_again({}, last.job),
        paused=ledger.switches.paused() is not None,
        rejected=len(ledger.history.rejected()),
        conflicts=len(ledger.history.conflicts_open()),
        finished=_came_to_its_end(last, stored, closing=closing, working=working),
        working=working,
        resync=resync,
    )


def _came_to_its_end(last: Run, stored: StoredPlan | None, *, closing: bool, working: bool) -> bool:
    """Return whether a run did its work; one that made no plan did not, whatever else it did."""
    if closing:
        return stored is not None and stored.run_id == last.run_id
    return working or last.status not in (RUNNING, ABANDONED, Standing.UNFINISHED)


def plan_of_run(ledger: Ledger, run_id: str) -> Plan | None:
    """Return the plan a run made, its intents as they are now; `None` if it made none."""
    stored = ledger.plans.newest()
    return _plan_of(ledger, stored) if stored and stored.run_id == run_id else None


def row_counts(ledger: Ledger, run_id: str) -> dict[Bucket, int]:
    """Return in which bucket every row that a run read has ended."""
    counted = ledger.history.counters(run_id)
    return {bucket: counted.get(str(bucket), 0) for bucket in Bucket}


def _counted_run(ledger: Ledger, last: Run) -> str:
    """Return the run whose rows are counted: the newest that made a plan."""
    stored = ledger.plans.newest()
    return stored.run_id if stored else last.run_id


def _plan_of(ledger: Ledger, stored: StoredPlan) -> Plan:
    return Plan(
        plan_id=stored.plan_id,
        status=stored.status,
        intents=ledger.plans.intents(stored.plan_id),
        conflicts=stored.conflicts,
        guards=stored.guards,
        guarded=stored.guarded,
        summary=stored.summary,
        hash=stored.hash,
    )


def _names(ledger: Ledger) -> dict[str | int, str]:
    return business_names(ledger.plans.planning_input().rows)


def _refusal(refused: Rejected, names: Mapping[str | int, str]) -> Refusal:
    return Refusal(
        business=business_word(names, refused.rid),
        where=SIDES[refused.side],
        words=refused.vendor_message or refused.error_text,
        remedy=REFUSED_REMEDY,
    )


def _run_line(run: Run) -> RunLine:
    return RunLine(
        job=run.job,
        status=run.status,
        started=run.started_at,
        ended=run.ended_at,
        counts=run.counters,
    )
