"""The warm process: ready before it is needed, started anew where it died, gone when we are."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from outreach_cli.serve.warm_process import WarmProcess
from outreach_core.errors import Retriable

READY = "import sys; print('{\"ready\": true}', flush=True)\n"


def warm(folder: Path, script: str) -> WarmProcess:
    """A process that does what a script says instead of loading plugins."""
    found = WarmProcess(folder, "sandbox", "hubspot-sync")
    found._command = [sys.executable, "-c", script]
    return found


def test_each_run_is_asked_for_and_answered(tmp_path: Path) -> None:
    """One process for many runs; it ends when its stdin does."""
    here = warm(
        tmp_path,
        READY + "for n, line in enumerate(sys.stdin):\n"
        '    print(\'{"code": %d, "seconds": 0.5}\' % n, flush=True)',
    )
    here.start()
    codes = [here.run().code, here.run().code]
    process = here._process
    here.stop()

    assert [0, 1] == codes
    assert process is not None
    assert 0 == process.poll()


def test_a_process_that_died_is_started_anew(tmp_path: Path) -> None:
    """Its run counts as failed; the next one has a new process."""
    here = warm(tmp_path, READY + "sys.stdin.readline(); sys.exit(9)")
    here.start()
    first = here._process
    with pytest.raises(Retriable, match="ended"):
        here.run()
    here.start()
    second = here._process
    here.stop()

    assert first is not second


def test_what_keeps_it_from_starting_is_said(tmp_path: Path) -> None:
    """In the words of whoever knows; the receiver does not listen then."""
    here = warm(tmp_path, 'print(\'{"ready": false, "why": "No job."}\')')
    with pytest.raises(Retriable, match="No job"):
        here.start()
    here.stop()
