"""Keeps a new run from starting while a program of the last one still writes.

The rule: every target and ledger plugin holds the writer lock, shared, for its life; ``outreach begin``
waits until it could have it alone, and lets go at once. Beside a SQLite file it is an flock on
``<file>.lock``; on PostgreSQL a session advisory lock
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import text
from sqlalchemy.engine import Connection

from outreach_adapters.ledger.files import make_private, sqlite_path
from outreach_adapters.ledger.postgresql import postgresql_engine, reached
from outreach_core.errors import Retriable

_ADVISORY_KEY = 0x6F757472
_POLL_SECONDS = 0.1


class WriterLock:
    """A held lock; usable as a context manager."""

    def __init__(self, release: Callable[[], None]) -> None:
        """Take over a lock that is held."""
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._release is not None:
            self._release()
            self._release = None

    def __enter__(self) -> Self:
        """Hold on."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go."""
        self.release()


def writer_lock(url: str) -> WriterLock:
    """Take the shared writer lock of a ledger; waits while a run begins."""
    path = sqlite_path(url)
    if path is None:
        return _advisory(url, "pg_advisory_lock_shared")
    handle = _open(path)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return WriterLock(lambda: os.close(handle))


def wait_for_writers(
    url: str,
    *,
    sleep: Callable[[float], None],
    monotonic: Callable[[], float],
    timeout: float = 20.0,
) -> None:
    """Wait until no program writes to the ledger any more.

    Raises:
        Retriable: ``writers_alive``; somebody still does.
    """
    end = monotonic() + timeout
    while not _alone(url):
        if monotonic() >= end:
            raise Retriable(
                "A program of an earlier run is still writing.",
                code="writers_alive",
                remedy="Wait for it to end, or stop it, and start again.",
            )
        sleep(_POLL_SECONDS)


def _alone(url: str) -> bool:
    path = sqlite_path(url)
    if path is None:
        return _advisory_alone(url)
    handle = _open(path)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _open(path: Path) -> int:
    return make_private(path.with_name(path.name + ".lock"))


def _session(url: str) -> Connection:
    engine = postgresql_engine(url, isolation_level="AUTOCOMMIT", pool_size=1)
    with reached():
        return engine.connect()


def _advisory(url: str, function: str) -> WriterLock:
    connection = _session(url)
    connection.execute(text(f"SELECT {function}(:key)"), {"key": _ADVISORY_KEY})

    def release() -> None:
        connection.close()
        connection.engine.dispose()

    return WriterLock(release)


def _advisory_alone(url: str) -> bool:
    connection = _session(url)
    try:
        statement = text("SELECT pg_try_advisory_lock(:key)")
        return bool(connection.execute(statement, {"key": _ADVISORY_KEY}).scalar())
    finally:
        connection.close()
        connection.engine.dispose()
