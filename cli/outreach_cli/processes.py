"""Looks at the machine's processes. Rule: a process is its pid and its start time; a pid alone is reused."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil


@dataclass(frozen=True, slots=True)
class Caller:
    """The process that called this command: in a job, Meltano."""

    host: str
    pid: int
    started: float

    @property
    def started_at(self) -> datetime:
        """When the process started, in UTC."""
        return datetime.fromtimestamp(self.started, UTC)


def caller(pid: int) -> Caller:
    """Describe the living process `pid` of this machine."""
    return Caller(socket.gethostname(), pid, psutil.Process(pid).create_time())


def command_lines() -> Iterator[str]:
    """Yield the command line of each living process that can be seen."""
    for process in psutil.process_iter(["cmdline"]):
        yield " ".join(process.info["cmdline"] or ())
