"""When the warm worker runs. The rule: one run at a time, and one is enough for everything named before it began.

    1  nothing was named                               wait to be woken
    2  named less than `settle_seconds` ago            wait for more of the same
    3  `runs_per_minute` have begun within a minute    wait: Google counts reads by the minute
    4  somebody else's run holds the lease             wait for its end: it may have looked already
    5  else                                            run
    6  the run went to its end, however it judged      what was named before it is done with
    7  the run did not                                 try again after 5, 15, 60, 300, 300, ... seconds

A run that ends with rejected rows or stopped by a guard went to its end: the same again would say the same.
Whatever is given up here, the schedule finds.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from outreach_adapters.ledger import Ledger
from outreach_adapters.ledger.hints import Waiting
from outreach_adapters.ledger.processes import is_alive
from outreach_cli.exits import Exit
from outreach_cli.serve.metrics import Metrics
from outreach_core.errors import OutreachError

LOOK_SECONDS = 5.0  # what another process noted is found this soon, without being told
LEASE_SECONDS = 1.0
MINUTE_SECONDS = 60.0
DELAYS = (5.0, 15.0, 60.0, 300.0)
WENT_TO_ITS_END = (Exit.CLEAN, Exit.REJECTED, Exit.GUARD)
_log = logging.getLogger("outreach.serve")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    code: int
    seconds: float


class Runner(Protocol):
    """Whatever can run the job."""

    def run(self) -> Ended:
        """Run it to its end.

        Raises:
            OutreachError: It could not be started.
        """
        ...

    def stop(self) -> None:
        """Let a run end, and go."""
        ...


@dataclass
class Worker:
    """Decides, waits, runs; `step` is one turn of it."""

    ledger: Ledger
    runner: Runner
    metrics: Metrics
    job: str
    settle_seconds: float
    runs_per_minute: int
    now: Callable[[], datetime]
    failures: int = 0
    trouble: str = ""
    _begun: list[datetime] = field(default_factory=list)  # the last runs, the newest at the end
    _woken: threading.Event = field(default_factory=threading.Event)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def wake(self) -> None:
        """Say that something was named; safe from any thread."""
        self._woken.set()

    def stop(self) -> None:
        """Say that it is over."""
        self._stopped.set()
        self._woken.set()

    def work(self) -> None:
        """Work until told to stop; nothing ends this thread otherwise."""
        while not self._stopped.is_set():
            try:
                seconds = self.step()
            except Exception as error:  # noqa: BLE001 - the next turn may find things as they should be
                _log.error("worker: %s", type(error).__name__)
                seconds = self._failed(str(error) if isinstance(error, OutreachError) else "")
            self._wait(seconds)
        self.runner.stop()

    def step(self) -> float:
        """Run if it is time to; return in how many seconds to ask again."""
        waiting = self.ledger.hints.waiting(self.job)
        if not waiting.records:
            return LOOK_SECONDS  # 1
        rest = max(self._unsettled(waiting), self._unpaced())
        if rest > 0:
            return rest  # 2, 3
        if self._is_leased():
            return LEASE_SECONDS  # 4
        return self._run(waiting)  # 5

    def _unsettled(self, waiting: Waiting) -> float:
        age = (self.now() - waiting.since).total_seconds() if waiting.since else 0.0
        return self.settle_seconds - age

    def _unpaced(self) -> float:
        if len(self._begun) < self.runs_per_minute:
            return 0.0
        first = self._begun[-self.runs_per_minute]
        return MINUTE_SECONDS - (self.now() - first).total_seconds()

    def _is_leased(self) -> bool:
        run = self.ledger.runs.current()
        return run is not None and is_alive(run.process) is True  # another host's: `begin` decides

    def _run(self, waiting: Waiting) -> float:
        self._begun = [*self._begun, self.now()][-self.runs_per_minute :]
        ended = self.runner.run()
        good = ended.code in WENT_TO_ITS_END
        self.metrics.run("ended" if good else "failed", ended.seconds)
        _log.info(
            "%s: %d records named, ended with %d after %.1f s",
            self.job, waiting.records, ended.code, ended.seconds,
        )  # fmt: skip
        if not good:
            return self._failed(f"The last run ended with {ended.code}.")  # 7
        self.failures, self.trouble = 0, ""
        return 0.0  # 6

    def _failed(self, why: str) -> float:
        delay = DELAYS[min(self.failures, len(DELAYS) - 1)]
        self.failures += 1
        self.trouble = why or "The last run could not be started."
        return delay

    def _wait(self, seconds: float) -> None:
        if self.failures:
            self._stopped.wait(seconds)  # being woken is no reason to fail sooner
            return
        if self._woken.wait(seconds):
            self._woken.clear()
