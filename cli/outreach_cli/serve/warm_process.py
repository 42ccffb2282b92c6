"""Keeps one warm process, and asks it to run the job.

The rule: it is started before it is needed and again where it died; it ends when our end of its stdin closes, so it
never outlives us by more than a run.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outreach_cli.serve.worker import Ended
from outreach_core.errors import Retriable

STOP_SECONDS = 60.0


class WarmProcess:
    """A `Runner` in a process of its own."""

    def __init__(self, root: Path, environment: str, job: str, suffix: str = "") -> None:
        """Remember what to start; `start` does."""
        self._command: Sequence[str] = [
            sys.executable, "-m", "outreach_cli.serve.warm", str(root), environment, job, suffix,
        ]  # fmt: skip
        self._root = root
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process and wait until everything is loaded.

        Raises:
            Retriable: It cannot be made ready; it says why.
        """
        if self._process is not None and self._process.poll() is None:
            return
        self._let_go()
        self._process = subprocess.Popen(  # noqa: S603 - our own module, nothing from outside
            self._command,
            cwd=self._root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        answer = self._heard(self._process)
        if not answer.get("ready"):
            self._process.wait()
            raise Retriable(
                f"The worker cannot start. {answer.get('why', '')}".strip(),
                code="no_worker",
                remedy="Put it right, and start again.",
            )

    def run(self) -> Ended:
        """Run the job once.

        Raises:
            Retriable: The process died; the next call starts another.
        """
        self.start()
        process = self._process
        assert process is not None  # noqa: S101 - started above
        assert process.stdin is not None  # noqa: S101 - asked for above
        try:
            print("run", file=process.stdin, flush=True)
        except OSError as error:
            raise _died() from error
        answer = self._heard(process)
        return Ended(int(answer["code"]), float(answer["seconds"]))

    def stop(self) -> None:
        """Let a run end, and the process with it."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        """Close the pipes to a process that ended: one that dies often must not use up the files."""
        for pipe in (self._process.stdin, self._process.stdout) if self._process else ():
            with contextlib.suppress(OSError):  # what it was told last is lost with it
                if pipe is not None:
                    pipe.close()

    def _heard(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        assert process.stdout is not None  # noqa: S101 - asked for above
        line = process.stdout.readline()
        if not line:
            process.wait()
            raise _died()
        found: dict[str, Any] = json.loads(line)
        return found


def _died() -> Retriable:
    return Retriable(
        "The worker's process ended.", code="worker_died", remedy="It is started anew."
    )
