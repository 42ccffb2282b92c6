"""Names a process so that another process can tell later whether it still lives.

The rule: a process id alone proves nothing, ids are used again; the start time belongs to the name.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

import psutil

_START_TOLERANCE = 1.0  # seconds; boot-time arithmetic differs a little between readings


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process: host, id and start time (seconds since the epoch)."""

    host: str
    pid: int
    started: float


def mark_of(pid: int) -> ProcessMark:
    """Return the mark of a living process of this host."""
    return ProcessMark(socket.gethostname(), pid, psutil.Process(pid).create_time())


def is_alive(mark: ProcessMark) -> bool | None:
    """Tell whether a process lives; ``None`` if it belongs to another host."""
    if mark.host != socket.gethostname():
        return None
    try:
        process = psutil.Process(mark.pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return abs(process.create_time() - mark.started) <= _START_TOLERANCE
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
