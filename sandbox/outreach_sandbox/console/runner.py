"""The command behind the Sync button: started without a shell, one at a time, its output kept.

Rule: what runs was said when the sandbox was started; no request can change a word of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_LINES = 5000
LONGEST_LINE = 2000
CHUNK = 65_536
STOP_SECONDS = 5
# what a terminal would take for colours, cursor moves and titles
CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f]"
)


class State(StrEnum):
    """What the button shows."""

    NONE = "none"
    IDLE = "idle"
    RUNNING = "running"


class Busy(Exception):
    """A run is under way, or there is nothing to run; the message says which."""


class Runner:
    """Runs one command, again and again, and keeps what the last run printed.

    `clock` is any monotonic one; it only measures how long a run takes.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], clock: Callable[[], float]
    ) -> None:
        self.command = tuple(command)
        self._environment = dict(environment)
        self._clock = clock
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._printed = 0
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._began = 0.0
        self._took = 0.0
        self.runs = 0
        self.exit_code: int | None = None

    @property
    def state(self) -> State:
        """Whether there is a command, and whether it runs."""
        if not self.command:
            return State.NONE
        return State.RUNNING if self._reading is not None else State.IDLE

    async def start(self) -> int:
        """Start a run; returns its number."""
        if self.state is State.NONE:
            raise Busy("the sandbox was started without --sync-command")
        if self.state is State.RUNNING:
            raise Busy("a sync is running already")
        self._lines.clear()
        self.runs, self._printed, self.exit_code = self.runs + 1, 0, None
        self._began = self._clock()
        self._reading = asyncio.create_task(self._run())
        return self.runs

    def stop(self) -> None:
        """Ask the run to end; what it started is asked too."""
        if self._process is not None:
            _signal(self._process, signal.SIGTERM)

    async def close(self) -> None:
        """End the run for good, as the sandbox itself ends."""
        reading = self._reading
        if reading is None:
            return
        self.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), STOP_SECONDS)
        if self._process is not None:
            _signal(self._process, signal.SIGKILL)
        await reading

    def report(self, after: int, run: int) -> dict[str, Any]:
        """State, and the lines printed after number `after` of run number `run`."""
        start = after if run == self.runs else 0
        first = self._printed - len(self._lines)
        fresh = list(self._lines)[max(0, start - first) :]
        took = self._clock() - self._began if self.state is State.RUNNING else self._took
        return {
            "state": self.state,
            "command": " ".join(self.command),
            "run": self.runs,
            "exit_code": self.exit_code,
            "seconds": round(took, 1),
            "lines": fresh,
            "printed": self._printed,
        }

    async def _run(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                start_new_session=True,
            )
            await self._read(self._process)
            self.exit_code = await self._process.wait()
        except OSError as error:
            self._print(f"cannot start {self.command[0]}: {error.strerror}")
            self.exit_code = 127
        finally:
            self._process, self._reading = None, None
            self._took = self._clock() - self._began

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None  # noqa: S101 - it is a pipe, see `_run`
        rest = b""
        while chunk := await process.stdout.read(CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                self._print(line.decode("utf-8", "replace"))
        if rest:
            self._print(rest.decode("utf-8", "replace"))

    def _print(self, line: str) -> None:
        self._lines.append(CONTROL.sub("", line)[:LONGEST_LINE])
        self._printed += 1


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
