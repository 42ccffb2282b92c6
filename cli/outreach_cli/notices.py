"""One notice per change of state, never per run. Rule: counts and sentences, no names and no values.

    1  fine before, failing now             failing
    2  fine or failing before, waiting now  waiting for you
    3  waiting before, failing now          failing
    4  failing or waiting before, fine now  recovered
    5  the same as before                   nothing
    6  it could not be sent                 the state is kept, so that the next run tries again

A run at work, a pause that a person set and a ledger that is new are fine.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from outreach_adapters.ledger import Ledger
from outreach_cli.notify_settings import Notify
from outreach_cli.outcome import Outcome, Standing
from outreach_cli.report import Report
from outreach_core.errors import OutreachError

NOTICED = "noticed"  # remembered in the ledger, per place: the state that was told last


class State(StrEnum):
    """What people are told of."""

    FINE = "fine"
    FAILING = "failing"
    WAITING = "waiting"


_STATES: Mapping[Standing, State] = {
    Standing.RESYNC: State.FAILING,
    Standing.UNREACHABLE: State.FAILING,
    Standing.UNFINISHED: State.FAILING,
    Standing.REJECTED: State.FAILING,
    Standing.GUARD: State.WAITING,
    Standing.APPROVAL: State.WAITING,
    Standing.QUESTIONS: State.WAITING,
}
_HEADLINES: Mapping[State, str] = {
    State.FAILING: "The outreach sync is failing",
    State.WAITING: "The outreach sync is waiting for you",
    State.FINE: "The outreach sync has recovered",
}
LOOK = "Look closer: outreach status"


@dataclass(frozen=True, slots=True)
class Notice:
    """What is sent."""

    state: State
    was: State
    sentences: tuple[str, ...]
    counts: Mapping[str, int]

    @property
    def headline(self) -> str:
        """What it is about."""
        return _HEADLINES[self.state]

    @property
    def text(self) -> str:
        """All of it, for people."""
        closing = () if self.state is State.FINE else (LOOK,)
        return "\n".join((f"{self.headline}.", *self.sentences, *closing))

    def to_json(self) -> dict[str, object]:
        """Return the body of a webhook; chat services show its ``text``."""
        return {
            "text": self.text,
            "state": "recovered" if self.state is State.FINE else str(self.state),
            "before": str(self.was),
            "counts": dict(self.counts),
        }


Send = Callable[[Notice], None]


def state_of(outcome: Outcome) -> State:
    """Return what a person would call how things stand."""
    return _STATES.get(outcome.standing, State.FINE)


def notice(report: Report, was: State) -> Notice | None:
    """Return what is to be told, if the state is another than before."""
    state = state_of(report.outcome)
    if state is was:
        return None
    counts = {str(bucket): number for bucket, number in report.counts.items()}
    counts |= {"questions": report.conflicts, "refused": report.rejected}
    return Notice(state, was, report.outcome.sentences, counts)


def tell(ledger: Ledger, report: Report, places: Mapping[str, Send]) -> list[str]:
    """Send a notice to every place that was told of another state; return what there is to say of it.

    A notice that cannot be sent fails nothing, and costs no other place its own.
    """
    said = []
    for place, send in places.items():
        key = f"{NOTICED}:{place}"
        made = notice(report, State(ledger.history.get_meta(key) or State.FINE))
        if made is None:
            continue
        try:
            send(made)
        except OutreachError as error:
            said.append(f"A notice could not be sent; the next run tries again. {error}")
            continue
        ledger.history.set_meta(key, str(made.state))
        said.append(f"A notice was sent to the {place}: {made.headline}.")
    return said


def places(environment: str, told: Notify) -> dict[str, Send]:
    """Return how notices are sent to each place they are to go to.

    The libraries that send are read only when there is something to send: `finish` is part of every run.
    """

    def to_webhook(made: Notice) -> None:
        _library().post(environment, told.webhook, made.to_json())

    def to_mailbox(made: Notice) -> None:
        notify = _library()
        security = notify.Security(told.security)
        server = notify.MailServer(
            told.host, told.port, told.sender, security, told.user, told.password
        )
        notify.mail(environment, server, told.email, made.headline, made.text)

    return {
        **({"webhook": to_webhook} if told.webhook else {}),
        **({"mailbox": to_mailbox} if told.email else {}),
    }


def _library() -> ModuleType:
    return importlib.import_module("outreach_adapters.notify")
