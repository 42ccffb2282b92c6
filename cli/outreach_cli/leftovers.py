"""Clears away what a killed run left behind, so that the next one starts like any other.

Rule: nothing that could belong to a living process is touched. The caller holds the lease.

Two things are left by a kill of Meltano: plugins' settings in `.meltano/run/<plugin>/*.config.json`,
secrets included, which Meltano removes only at the end of a run; and rows in its own `runs` table that say
"running" until their heartbeat is five minutes old, which makes it refuse a plain `meltano run`. Meltano
looks at the table when a pipeline starts, which is after this command, so a dead row can be closed here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

# Meltano writes a heartbeat each second; one that stood still for this long is a dead process's
HEARTBEAT_SILENCE = timedelta(seconds=4)
# which of Meltano's pipelines are this project's (a state id is `environment:tap-to-target`)
OUR_PIPELINES = ("%-to-target-outreach-ledger%", "%:tap-ledger-%")

_RUNNING = (
    "SELECT id, last_heartbeat_at, payload FROM runs "
    "WHERE state = 'RUNNING' AND (job_name LIKE ? OR job_name LIKE ?)"
)
_CLOSE = (
    "UPDATE runs SET state = 'FAIL', ended_at = ?, payload = ? "
    "WHERE id = ? AND state = 'RUNNING' AND last_heartbeat_at IS ?"
)


def remove_config_files(run_dir: Path, *, before: datetime, command_lines: Iterable[str]) -> int:
    """Delete plugin settings written before `before` that no living command line names.

    Args:
        run_dir: Meltano's `.meltano/run`.
        before: When the oldest living Meltano started; younger files may be a living one's.
        command_lines: Command lines of all living processes.

    Returns:
        How many files were removed.
    """
    named = "\n".join(command_lines)
    removed = 0
    for path in sorted(run_dir.glob("*/*.config.json")):
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if written < before and path.name not in named:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def close_dead_meltano_runs(
    database: Path, *, now: Callable[[], datetime], sleep: Callable[[float], None]
) -> int:
    """Mark our pipelines' dead runs as failed in Meltano's SQLite database; return how many.

    A heartbeat that is still fresh is watched until it is old enough or moves; a row whose heartbeat
    moves belongs to somebody who lives and stays as it is.
    """
    if not database.is_file():
        return 0
    with closing(sqlite3.connect(database, timeout=5, isolation_level=None)) as connection:
        try:
            rows = connection.execute(_RUNNING, OUR_PIPELINES).fetchall()
        except sqlite3.OperationalError:  # a Meltano that has not made its tables yet
            return 0
        if not rows:
            return 0
        sleep(_seconds_to_wait([beat for _, beat, _ in rows], now()))
        return sum(_close(connection, row, now()) for row in rows)


def _close(
    connection: sqlite3.Connection, row: tuple[int, str | None, str | None], at: datetime
) -> int:
    """Close one row, unless its heartbeat moved since it was read."""
    run, beat, payload = row
    kept = json.loads(payload or "{}")
    kept["error"] = "The process was killed; its run was closed by the one after it."
    ended = at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")
    return connection.execute(_CLOSE, (ended, json.dumps(kept), run, beat)).rowcount


def _seconds_to_wait(beats: Iterable[str | None], at: datetime) -> float:
    """Return how long to wait until the youngest heartbeat would have moved, were it alive."""
    ages = [at - datetime.fromisoformat(beat).replace(tzinfo=UTC) for beat in beats if beat]
    youngest = min(ages, default=HEARTBEAT_SILENCE)
    return max((HEARTBEAT_SILENCE - max(youngest, timedelta())).total_seconds(), 0.0)
