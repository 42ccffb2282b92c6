"""Runs, and the lease that lets only one of them work at a time.

The rule: the lease is the one run in state ``running``; the database allows no second. It is taken over
when its process is dead on this host, or, from another host, when it was not renewed for the time below.

    1  no run is running                               lease taken
    2  its process lives on this host                  refused
    3  its process is dead on this host                that run is abandoned, lease taken
    4  another host, renewed within the time           refused
    5  another host, not renewed within the time       that run is abandoned, lease taken
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from outreach_adapters.ledger.approvals import use_up
from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.processes import ProcessMark, is_alive
from outreach_adapters.ledger.schema import run
from outreach_core.errors import Retriable

RUNNING = "running"
ABANDONED = "abandoned"
LEASE_TIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job."""

    run_id: str
    job: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    process: ProcessMark
    counters: Mapping[str, int] = field(default_factory=dict)
    message: str = ""
    reason: str = ""  # why a person let it pass its guards


class Runs:
    """Opens, finds and closes runs."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def begin(
        self,
        job: str,
        process: ProcessMark,
        alive: Callable[[ProcessMark], bool | None] = is_alive,
    ) -> Run:
        """Take the lease and open a run.

        Raises:
            Retriable: ``lease_held``; another run is working.
        """
        with self._store.write() as connection:
            self._clear_lease(connection, alive)
            run_id, stamp = self._store.new_id(), self._store.stamp()
            connection.execute(
                insert(run).values(
                    run_id=run_id,
                    job=job,
                    status=RUNNING,
                    started_at=stamp,
                    renewed_at=stamp,
                    host=process.host,
                    pid=process.pid,
                    process_started=process.started,
                )
            )
        return Run(run_id, job, RUNNING, time_from_text(stamp), None, process)

    def _clear_lease(
        self, connection: Connection, alive: Callable[[ProcessMark], bool | None]
    ) -> None:
        holder = connection.execute(select(run).where(run.c.status == RUNNING)).first()
        if holder is None:
            return  # case 1
        living = alive(ProcessMark(holder.host, holder.pid, holder.process_started))
        renewed = time_from_text(holder.renewed_at)
        if living is None and renewed is not None:
            living = self._store.now() - renewed < LEASE_TIME  # cases 4, 5
        if living:
            raise Retriable(
                f"Another run of {holder.job} is working since {holder.started_at}.",
                code="lease_held",
                remedy="Wait for it to end.",
                job=holder.job,
            )
        connection.execute(
            update(run)
            .where(run.c.run_id == holder.run_id)
            .values(status=ABANDONED, ended_at=self._store.stamp(), message="Its process ended.")
        )

    def current(self) -> Run | None:
        """Return the run that holds the lease."""
        with self._store.read() as connection:
            found = connection.execute(select(run).where(run.c.status == RUNNING)).first()
        return _run_of(found) if found else None

    def finish(
        self, run_id: str, status: str, counters: Mapping[str, int], message: str = ""
    ) -> None:
        """Close a run and give its lease back; a run that is closed already stays as it is."""
        with self._store.write() as connection:
            use_up(connection, run_id)
            connection.execute(
                update(run)
                .where(run.c.run_id == run_id, run.c.status == RUNNING)
                .values(
                    status=status,
                    ended_at=self._store.stamp(),
                    counters=dict(counters),
                    message=message,
                )
            )

    def renew(self, run_id: str) -> None:
        """Say that a run still works."""
        with self._store.write() as connection:
            connection.execute(
                update(run).where(run.c.run_id == run_id).values(renewed_at=self._store.stamp())
            )

    def recent(self, limit: int = 10) -> list[Run]:
        """Return the newest runs, newest first."""
        query = select(run).order_by(run.c.started_at.desc(), run.c.run_id.desc()).limit(limit)
        with self._store.read() as connection:
            return [_run_of(row) for row in connection.execute(query)]


def current_run_id(connection: Connection) -> str:
    """Return the id of the run that holds the lease, empty if there is none."""
    query = select(run.c.run_id).where(run.c.status == RUNNING)
    return connection.execute(query).scalar() or ""


def last_begun(connection: Connection, job: str) -> str:
    """Return when the newest run of a job that went to its end began, empty if there is none."""
    query = select(func.max(run.c.started_at)).where(
        run.c.job == job, run.c.status.not_in([RUNNING, ABANDONED])
    )
    return connection.execute(query).scalar() or ""


def _run_of(row: Any) -> Run:
    return Run(
        run_id=row.run_id,
        job=row.job,
        status=row.status,
        started_at=time_from_text(row.started_at),
        ended_at=time_from_text(row.ended_at),
        process=ProcessMark(row.host, row.pid, row.process_started),
        counters=dict(row.counters or {}),
        message=row.message,
        reason=row.reason,
    )
