"""What the page shows, read from the ledger as the commands read it.

The rule: nothing is worked out here; what a command would say is what the page says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime

from outreach_adapters.ledger import Ledger
from outreach_cli import connections_view, doors, history_views, ledger_views
from outreach_cli.connecting import store_of
from outreach_cli.explain_view import Explanation
from outreach_cli.labels import labels
from outreach_cli.ledger_views import read_plan, read_status
from outreach_cli.plan_view import PlanView
from outreach_cli.questions import Question, asked_questions
from outreach_cli.settings import Settings
from outreach_cli.status_view import StatusView
from outreach_cli.wording import SIDES
from outreach_core.errors import ConfigError
from outreach_core.model import SideState, SideStatus
from outreach_core.model.planning import ConflictKind, PlanStatus
from outreach_core.model.questions import Question as Asked

BY = "operations page"
MOST_LINES = 200
_WORDS = {
    SideState.OK: "connected",
    SideState.UNREACHABLE: "could not be reached",
}
STANDINGS = {
    "in_sync": "in sync",
    "waiting": "waiting",
    "left_out": "excluded",
    "failing": "failing",
    "needs_you": "needs you",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """One side, how it stood when it was read last, and what to do."""

    name: str
    state: str
    well: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account, as `outreach connect status` names it; no secret has a place here."""

    name: str
    account: str
    how: str
    days: int
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything on the page."""

    status: StatusView
    plan: PlanView | None = None
    connections: tuple[Connection, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    refused: tuple[Question, ...] = ()
    accounts: tuple[Account, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)  # by question: what is shown of it
    paused: bool = False

    @property
    def may_be_approved(self) -> bool:
        """Whether a person's yes lets the plan go."""
        plan = self.plan
        if plan is None or plan.approved or plan.status is not PlanStatus.WAITING:
            return False
        return all(trip.clearable for trip in plan.guards)


@dataclass(frozen=True, slots=True)
class Rows:
    """A row that was asked about, or why there is no answer."""

    asked: str
    found: Explanation | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one workspace's ledger."""

    settings: Settings
    now: Callable[[], datetime]

    def page(self) -> Page:
        """Return the page as things stand."""
        words = labels(self.settings.rules_dir)
        with doors.existing_ledger(self.settings, now=self.now) as ledger:
            status = read_status(ledger, words)
            if ledger is None:
                return Page(status, accounts=self._accounts())
            return Page(
                status=status,
                plan=read_plan(ledger, words),
                connections=_connections(ledger),
                accounts=self._accounts(),
                counts=_counts(ledger),
                refused=asked_questions(_refused(ledger), words),
                evidence={one.short: one.evidence for one in ledger.questions.open()},
                paused=ledger.switches.paused() is not None,
            )

    def row(self, asked: str) -> Rows:
        """Say why a row is as it is."""
        words = labels(self.settings.rules_dir)
        with doors.existing_ledger(self.settings, now=self.now) as ledger:
            if ledger is None:
                return Rows(asked, trouble="Nothing was synced yet.")
            try:
                found = history_views.read_explanation(
                    ledger, asked, self.settings.rules_dir, words
                )
            except ConfigError as error:
                return Rows(asked, trouble=f"{error.message} {error.remedy}".strip())
            return Rows(asked, found)

    def approve(self, plan_hash: str, keep: str) -> None:
        """Approve the plan that was shown, not one that came after it.

        Raises:
            ConfigError: Another plan was made since, or the plan waits for nobody.
        """
        with self._ledger() as ledger:
            shown = read_plan(ledger, {})
            if shown is None or shown.hash != plan_hash:
                raise _moved_on("plan")
            ledger_views.approve(ledger, keep, by=BY)

    def decide(self, question: str, evidence: str, answer: str, custom: str | None) -> None:
        """Answer a question as it was shown, or say whether a refused row is tried again.

        Raises:
            ConfigError: It is not asked any more, or offers no such answer.
        """
        with self._ledger() as ledger:
            if ledger.questions.find(question).evidence != evidence:
                raise _moved_on("question")
            ledger_views.decide(ledger, question, "", answer, custom, by=BY)

    def pause(self, *, on: bool) -> None:
        """Pause all rows, or let them go on."""
        with self._ledger() as ledger:
            ledger_views.pause(ledger, on=on, by=BY)

    def _accounts(self) -> tuple[Account, ...]:
        """Return the connected accounts; nobody is called to see whether they work."""
        found = store_of(self.settings).every(self.settings.environment)
        shown = connections_view.look(self.settings, found, self.now(), offline=True)
        return tuple(
            Account(
                one.name,
                f"{one.service} {one.account}".strip(),
                connections_view.KINDS[one.kind],
                one.age_days,
                one.ends_at[:10],
            )
            for one in shown
        )

    def _ledger(self) -> AbstractContextManager[Ledger]:
        return doors.ledger(self.settings, now=self.now)


def _moved_on(what: str) -> ConfigError:
    return ConfigError(
        f"The {what} is another one than the page showed.",
        code="moved_on",
        remedy="Look at it now, and then say yes.",
    )


def _connections(ledger: Ledger) -> tuple[Connection, ...]:
    return tuple(map(_connection, ledger.history.statuses()))


def _connection(status: SideStatus) -> Connection:
    state = _WORDS.get(status.state, "is not set up as it must be")
    return Connection(SIDES[status.side], state, status.state is SideState.OK, status.message)


def _counts(ledger: Ledger) -> tuple[tuple[str, int], ...]:
    return tuple((STANDINGS[item], count) for item, count in ledger.screens.standings().items())


def _refused(ledger: Ledger) -> list[Asked]:
    return [one for one in ledger.questions.open() if one.kind is ConflictKind.REJECTED]
