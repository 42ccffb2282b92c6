"""Runs `outreach serve` over a world, as people do: a process of its own, on a free port.

The rule: it is told everything from outside, and what it does is seen from outside.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.meltano import environment
from harness.project import ROOT
from harness.world import World
from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import open_ledger
from outreach_adapters.ledger.processes import is_alive

HUBSPOT_SECRET = "cfc68c0b-4b4e-4ef8-b764-95350e4ea479"
SALESFORCE_KEY = "example-signing-key"
PATIENCE = 60.0


@dataclass(frozen=True)
class Serving:
    """A receiver that listens."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def runs(self) -> list[str]:
        """What the worker said of its runs, one line each."""
        return [line for line in self.log.read_text().splitlines() if " ended with " in line]


@contextlib.contextmanager
def serving(world: World, *options: str, settle: float = 0.2, runs: int = 600) -> Iterator[Serving]:
    """Start the receiver and wait until it listens; stop it at the end if nobody did."""
    log = world.home / "serve.log"
    said = log.read_text().count("Listening at") if log.exists() else 0
    command = [sys.executable, "-m", "outreach_cli", "serve", "--port", "0"]
    command += ["--job", world.job, "--settle-seconds", str(settle)]
    command += ["--runs-per-minute", str(runs), *options]
    env = environment(world) | {
        "OUTREACH_HUBSPOT_CLIENT_SECRET": HUBSPOT_SECRET,
        "OUTREACH_SALESFORCE_SIGNING_KEY": SALESFORCE_KEY,
        "PYTHONUNBUFFERED": "1",
    }
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
    try:
        url = _listens(process, log, said)
        _lend_states(world)
        yield Serving(url, process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        _wait_for_a_run(world)
        _take_states(world)


def _lend_states(world: World) -> None:
    """Put the states of this world's runs where Meltano keeps them; no run has begun yet."""
    rows = [
        (f"sandbox:{path.stem}", json.dumps({"singer_state": json.loads(path.read_text())}))
        for path in world.home.glob("*-to-*.json")
    ]
    with contextlib.closing(sqlite3.connect(world.home / "meltano.db")) as database, database:
        database.executemany(
            "INSERT OR REPLACE INTO state (state_id, partial_state, completed_state) "
            "VALUES (?, '{}', ?)",
            rows,
        )


def _wait_for_a_run(world: World) -> None:
    """A killed receiver leaves a run that goes to its end on its own."""
    with contextlib.closing(open_ledger(world.ledger_url, now=utc_now, new_id=new_id)) as ledger:

        def over() -> bool:
            run = ledger.runs.current()
            return run is None or is_alive(run.process) is False

        eventually(over)


def _take_states(world: World) -> None:
    """Take them back: the next run of this world starts where a scheduled run would."""
    with contextlib.closing(sqlite3.connect(world.home / "meltano.db")) as database:
        rows = database.execute("SELECT state_id, completed_state FROM state").fetchall()
    for state_id, kept in rows:
        path = world.home / f"{state_id.removeprefix('sandbox:')}.json"
        path.write_text(json.dumps(json.loads(kept)["singer_state"]))


def _listens(process: subprocess.Popen[bytes], log: Path, said: int) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        lines = [line for line in log.read_text().splitlines() if line.startswith("Listening at ")]
        if len(lines) > said:
            return lines[-1].removeprefix("Listening at ")
        time.sleep(0.02)
    raise AssertionError(log.read_text())


def subscribe(world: World, at: Serving, **bent: object) -> None:
    """Have both vendors call the receiver, as their set-up would."""
    world.control.people(
        "hubspot",
        "webhooks",
        url=f"{at.url}/hubspot/webhooks",
        secret=HUBSPOT_SECRET,
        **{"retry_seconds": 0.2, **bent},
    )
    world.control.people(
        "salesforce",
        "webhooks",
        url=f"{at.url}/salesforce/events",
        key=SALESFORCE_KEY,
        minute=0.2,
    )


def sent(world: World, vendor: str = "hubspot") -> dict[str, Any]:
    """Return what became of what a vendor sent, once nothing is on its way any more."""
    eventually(lambda: not world.control.people(vendor, "webhooks_sent")["pending"])
    return world.control.people(vendor, "webhooks_sent")


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.02)


def done_with(world: World) -> None:
    """Wait until nothing waits for a run and no run works."""

    def quiet() -> bool:
        with contextlib.closing(
            open_ledger(world.ledger_url, now=utc_now, new_id=new_id)
        ) as ledger:
            return not ledger.hints.waiting(world.job).records and ledger.runs.current() is None

    eventually(quiet)
