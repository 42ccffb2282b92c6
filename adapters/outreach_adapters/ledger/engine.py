"""Opens the database and hands out transactions.

The rule: one short transaction per operation and never one open during an API call. A writer takes its
lock at the start (``BEGIN IMMEDIATE``), so that two writers queue instead of failing half-way.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from outreach_adapters.ledger.conversions import time_to_text
from outreach_adapters.ledger.files import make_private, refuse_network, sqlite_path
from outreach_adapters.ledger.postgresql import postgresql_engine, reached

BUSY_SECONDS = 30
_WRITES = "outreach_writes"
_WRITER_KEY = 0x6F757477  # one writer at a time, as on SQLite


@dataclass(frozen=True, slots=True)
class Store:
    """An open database with the clock and the ids it was given."""

    engine: Engine
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database."""
        with self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection whose changes are all kept, or none on an exception."""
        with self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def stamp(self) -> str:
        """Return the time as the ledger keeps it."""
        return time_to_text(self.now()) or ""


def connect(url: str) -> Engine:
    """Return an engine for the ledger; a SQLite file is made private if it is not there."""
    path = sqlite_path(url)
    if path is None:
        engine = postgresql_engine(url, pool_pre_ping=True)
        with reached():
            engine.connect().close()
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    prepare_file(path)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def prepare_file(path: Path) -> None:
    """Make the file with its final rights, or take other people's rights away from it.

    A file that is there is not opened: whoever closes a handle gives up all locks that his process has on the
    file, also those of a ledger it has open already
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    if not path.exists():
        os.close(make_private(path))
    refuse_network(path)
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def _set_up_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None  # SQLAlchemy's own begin, below, decides
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_KEY})")
    else:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
