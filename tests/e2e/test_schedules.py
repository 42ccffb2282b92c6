"""Scheduled runs through the real Meltano: the schedule itself, and workspaces side by side."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from harness.meltano import BIN, environment
from harness.project import ROOT
from harness.world import World, sandbox
from tests.conftest import assert_nothing_personal

pytestmark = [pytest.mark.meltano, pytest.mark.slow]

DAY = 24 * 3600


@pytest.mark.timeout(200)
def test_the_schedule_delivers(world: World):
    """`meltano schedule run` runs the job to its end: what was approved is in HubSpot afterwards."""
    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve")
    world.later(120)
    few = len(world.contacts())

    done = subprocess.run(
        [BIN / "meltano", "schedule", "run", "hubspot-sync-schedule"],
        cwd=ROOT,
        env=environment(world),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert few < len(world.contacts())
    assert {"Synced", "Conflict"} == {row["Sync Status"] for row in world.rows()}


@pytest.fixture
def ahead(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A second workspace at vendors of its own, whose clock is a day ahead."""
    with sandbox(tmp_path_factory.mktemp("sandbox-ahead")) as running:
        running.control.reset("demo")
        running.control.advance(DAY)
        home = tmp_path / "ahead"
        home.mkdir(mode=0o700)
        here = World(running, home)
        here.outreach("provision", "hubspot")
        yield here
        assert_nothing_personal(home)


def start(world: World, *command: str | Path) -> subprocess.Popen[bytes]:
    """Start a command as a scheduler of many workspaces does: they share one system database."""
    folder = world.home.parent
    env = environment(world) | {
        "OUTREACH_WORKSPACES_DIR": str(folder),
        "MELTANO_DATABASE_URI": f"sqlite:///{folder}/meltano.db",
    }
    del env["OUTREACH_LEDGER_URL"], env["OUTREACH_LOOKUPS_FILE"]
    with (world.home / "meltano.log").open("ab") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


def run_side_by_side(*worlds: World) -> None:
    launcher = ROOT / "orchestrate" / "run-workspace"
    started = [start(world, launcher, world.home.name) for world in worlds]
    codes = [process.wait(120) for process in started]
    logs = "\n".join((world.home / "meltano.log").read_text() for world in worlds)

    assert [0] * len(worlds) == codes, logs


def in_meltano(database: Path, suffix: str) -> list[str]:
    """Meltano's states of the gathering pipelines of one workspace."""
    like = f"%-to-target-outreach-ledger:{suffix}"
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT completed_state FROM state WHERE state_id LIKE ?", (like,)
        )
        found = [json.loads(state)["singer_state"] for (state,) in rows]
    return sorted(json.dumps(state, sort_keys=True) for state in found)


def in_ledger(world: World) -> list[str]:
    """The same states as the workspace's own ledger committed them."""
    with closing(sqlite3.connect(world.home / "ledger.db")) as connection:
        found = [json.loads(state) for (state,) in connection.execute("SELECT state FROM bookmark")]
    return sorted(json.dumps(state, sort_keys=True) for state in found)


@pytest.mark.sweep
@pytest.mark.timeout(300)
def test_workspaces_side_by_side_keep_apart(world: World, ahead: World, tmp_path: Path):
    """Two workspaces that run at once keep their bookmarks, their ledgers and what they deliver."""
    # a new system database is made by one process: two would both migrate it
    assert 0 == start(world, BIN / "meltano", "state", "list").wait(60)
    run_side_by_side(world, ahead)
    world.outreach("plan", "--approve")
    few, untouched = len(world.contacts()), (ahead.contacts(), ahead.rows())
    world.later(120)
    ahead.later(120)
    run_side_by_side(world, ahead)

    assert few < len(world.contacts())
    assert untouched == (ahead.contacts(), ahead.rows())
    database = tmp_path / "meltano.db"
    assert in_ledger(world) == in_meltano(database, "home")
    assert in_ledger(ahead) == in_meltano(database, "ahead")
    assert in_ledger(world) != in_ledger(ahead)
    # where Meltano keeps the state of a running tap under a fixed name
    runs = [here.home / "meltano" / "run" / "tap-hubspot-crm" for here in (world, ahead)]
    assert [True, True] == [path.is_dir() for path in runs]
