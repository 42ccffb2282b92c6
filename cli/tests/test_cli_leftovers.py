"""What a killed run left behind is cleared, and nothing else."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach_cli.leftovers import close_dead_meltano_runs, remove_config_files

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OURS = "sandbox:tap-hubspot-crm-to-target-outreach-ledger"


def _config(run_dir: Path, plugin: str, written: datetime) -> Path:
    path = run_dir / plugin / f"{plugin}.1234.config.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def test_only_old_and_unused_settings_are_removed(tmp_path: Path) -> None:
    """A plugin that lives keeps its settings, and so does the run that just began."""
    before = NOW - timedelta(minutes=1)
    dead = _config(tmp_path, "tap-a", NOW - timedelta(hours=1))
    alive = _config(tmp_path, "tap-b", NOW - timedelta(hours=1))
    young = _config(tmp_path, "tap-c", NOW)
    other = tmp_path / "tap-a" / "state.json"
    other.write_text("{}")

    removed = remove_config_files(
        tmp_path, before=before, command_lines=[f"tap-b --config {alive}"]
    )

    assert 1 == removed
    assert [False, True, True, True] == [path.exists() for path in (dead, alive, young, other)]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "meltano.db"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE runs (id INTEGER PRIMARY KEY, job_name TEXT, state TEXT,"
            " last_heartbeat_at TEXT, ended_at TEXT, payload TEXT)"
        )
    return path


def _run(database: Path, job_name: str, beat: datetime, state: str = "RUNNING") -> None:
    with sqlite3.connect(database) as connection:
        connection.execute(
            "INSERT INTO runs (job_name, state, last_heartbeat_at, payload) VALUES (?, ?, ?, '{}')",
            (job_name, state, beat.replace(tzinfo=None).isoformat(sep=" ")),
        )


def _states(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        return [state for (state,) in connection.execute("SELECT state FROM runs ORDER BY id")]


def test_dead_run_of_ours_is_closed(database: Path) -> None:
    """A silent run stops blocking the next one; other people's pipelines stay."""
    _run(database, OURS, NOW - timedelta(seconds=30))
    _run(database, "sandbox:tap-ledger-ids-to-target-outreach-sheets", NOW - timedelta(seconds=30))
    _run(database, "sandbox:tap-other-to-target-other", NOW - timedelta(seconds=30))
    waits: list[float] = []

    closed = close_dead_meltano_runs(database, now=lambda: NOW, sleep=waits.append)

    assert 2 == closed
    assert ["FAIL", "FAIL", "RUNNING"] == _states(database)
    assert [0.0] == waits


def test_fresh_heartbeat_is_watched_before_it_is_judged(database: Path) -> None:
    """A run killed a second ago is closed after its heartbeat stood still long enough."""
    _run(database, OURS, NOW - timedelta(seconds=1))
    waits: list[float] = []

    closed = close_dead_meltano_runs(database, now=lambda: NOW, sleep=waits.append)

    assert 1 == closed
    assert [3.0] == waits


def test_living_run_stays(database: Path) -> None:
    """A heartbeat that moves while we watch belongs to a living process."""
    _run(database, OURS, NOW - timedelta(seconds=1))

    def beat(_seconds: float) -> None:
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE runs SET last_heartbeat_at = '2026-03-01 12:00:02'")

    assert 0 == close_dead_meltano_runs(database, now=lambda: NOW, sleep=beat)
    assert ["RUNNING"] == _states(database)


def test_no_database_is_no_problem(tmp_path: Path) -> None:
    """Before Meltano's first run there is nothing to close, and nothing is created."""
    database = tmp_path / "meltano.db"

    assert 0 == close_dead_meltano_runs(database, now=lambda: NOW, sleep=lambda _: None)
    assert not database.exists()
