"""Keeps what was told before it is acknowledged.

The rule: when `keep` returns, the hints are committed. Everything that touches the ledger happens on one thread
of its own, so that the event loop never waits for a disk and SQLite never for us.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from outreach_adapters.ledger import Ledger
from outreach_adapters.ledger.hints import Hint, HintKind, Waiting
from outreach_cli.serve.events import Event
from outreach_core.model import Side

T = TypeVar("T")
# somebody changes everybody at once: to read them all one by one would cost more than to ask what changed
MOST_WAITING = 5_000


class Inbox:
    """The ledger, as a receiver uses it."""

    def __init__(self, open_ledger: Callable[[], Ledger]) -> None:
        """Remember how to open the ledger; `start` does."""
        self._open = open_ledger
        self._ledger: Ledger | None = None
        self._thread: ThreadPoolExecutor | None = None

    async def start(self) -> None:
        """Open the ledger, on the thread that alone will use it."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbox")
        await self._asked(self._opened)

    async def stop(self) -> None:
        """Close it, once all that was begun is kept."""
        await self._asked(self._close)
        if self._thread is not None:
            self._thread.shutdown()

    async def keep(self, side: Side, events: Sequence[Event]) -> Counter[str]:
        """Commit what is to be looked at; return what the events were, for the counters."""
        return await self._asked(lambda: _keep(self._opened(), side, events))

    async def waiting(self, job: str) -> Waiting:
        """Return what waits for a run of this job."""
        return await self._asked(lambda: self._opened().hints.waiting(job))

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = self._open()
        return self._ledger

    def _close(self) -> None:
        self._opened().close()
        self._ledger = None

    async def _asked(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _keep(ledger: Ledger, side: Side, events: Sequence[Event]) -> Counter[str]:
    """Note the hints of this account's events.

    1  the ledger knows no account yet    nothing is linked; the first run reads everything
    2  the event is another account's     not ours: one app may be installed in many
    3  nothing of it is looked up         a company, a deal
    4  the app's own write                already known
    5  none of its records is known here  nobody's: an account has more people than a sheet has rows, and one
                                          that may belong to a new row is found by the schedule
    6  a mere change, and too many wait   dropped: the run it starts finds it by its date
    7  else                               kept
    """
    known = ledger.hints.known(side, (one.record_id for e in events for one in e.hints))
    full = ledger.hints.named() >= MOST_WAITING
    account = ledger.hints.account(side)
    what: Counter[str] = Counter()
    kept: list[Hint] = []
    for event in events:
        if not account:
            what["before_first_run"] += 1
        elif event.account != account:
            what["other_account"] += 1
        elif not event.hints:
            what["not_ours"] += 1
        elif event.own_write:
            what["own_write"] += 1
        elif not any(_matters(one, known) for one in event.hints):
            what["nobodys"] += 1
        elif full and all(one.kind is HintKind.CHANGE for one in event.hints):
            what["too_many"] += 1
        else:
            what["kept"] += 1
            kept += event.hints
    ledger.hints.note(kept)
    return what


def _matters(one: Hint, known: frozenset[str]) -> bool:
    """Whether somebody here is meant; a request to forget somebody is kept in any case."""
    return one.record_id in known or one.kind is HintKind.ERASURE
