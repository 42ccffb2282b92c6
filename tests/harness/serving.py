"""Runs `outreach serve` over a world, as people do: a process of its own, on a free port.

The rule: it is told everything from outside, and what it does is seen from outside.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.meltano import environment
from harness.project import ROOT
from harness.world import World

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
def serving(world: World, *options: str, settle: float = 0.2, port: int = 0) -> Iterator[Serving]:
    """Start the receiver and wait until it listens; stop it at the end if nobody did."""
    log = world.home / "serve.log"
    said = log.read_text().count("Listening at") if log.exists() else 0
    command = [sys.executable, "-m", "outreach_cli", "serve", "--port", str(port)]
    command += ["--job", world.job, "--settle-seconds", str(settle), *options]
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
        yield Serving(_listens(process, log, said), process, log)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _listens(process: subprocess.Popen[bytes], log: Path, said: int) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        lines = [line for line in log.read_text().splitlines() if line.startswith("Listening at ")]
        if len(lines) > said:
            return lines[-1].removeprefix("Listening at ")
        time.sleep(0.02)
    raise AssertionError(log.read_text())
