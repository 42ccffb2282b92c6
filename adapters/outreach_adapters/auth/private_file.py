"""Files that hold secrets: their owner's alone from the start, replaced whole, one program at a time.

The rule: what was written is on the disk when ``replace`` returns, and nobody ever reads half of it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold off every other program that asks for this lock; a killed one lets go of it.

    Raises:
        OSError: The folder cannot be written to.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace(path: Path, text: str) -> None:
    """Put a text in the place of a file.

    Raises:
        OSError: It cannot be written.
    """
    draft = beside(path, f".{os.getpid()}")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _keep_name(path.parent)


def beside(path: Path, end: str) -> Path:
    """Return a hidden neighbour of a file."""
    return path.with_name(f".{path.name}{end}")


def _keep_name(folder: Path) -> None:
    """See to it that the new name outlasts a power cut too."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
