"""Looks at the machine's processes. Rule: a process is its pid and its start time; a pid alone is reused."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

import psutil

_JOB = re.compile(r"[a-z][a-z0-9-]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """A living process: when it started and how it was called."""

    pid: int
    started: float
    arguments: tuple[str, ...]

    @property
    def is_meltano(self) -> bool:
        """Whether this is a Meltano: the executable itself, or an interpreter that runs it."""
        return any(PurePath(argument).name == "meltano" for argument in self.arguments[:3])

    @property
    def job(self) -> str:
        """The job that a `meltano run` was given, empty if this is none or runs something else."""
        if not self.is_meltano or "run" not in self.arguments:
            return ""
        last = self.arguments[-1]
        after_run = self.arguments[self.arguments.index("run") + 1 :]
        return last if after_run and _JOB.fullmatch(last) else ""


def host() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def process(pid: int) -> Seen:
    """Describe the living process `pid`."""
    found = psutil.Process(pid)
    return Seen(pid, found.create_time(), tuple(found.cmdline()))


def living() -> Iterator[Seen]:
    """Yield each living process that can be seen."""
    for found in psutil.process_iter(["cmdline", "create_time"]):
        yield Seen(found.pid, found.info["create_time"], tuple(found.info["cmdline"] or ()))


def oldest_meltano(caller: Seen, others: Sequence[Seen]) -> datetime:
    """Return when the oldest living Meltano started; `caller` counts whatever it is called."""
    starts = [caller.started, *(other.started for other in others if other.is_meltano)]
    return datetime.fromtimestamp(min(starts), UTC)
