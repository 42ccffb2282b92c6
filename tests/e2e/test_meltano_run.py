"""The same promises through the real ``meltano run``: the demo, and the three ways to kill a run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from harness.kills import final_state
from harness.meltano import BIN, environment
from harness.project import ROOT
from harness.world import World

pytestmark = [pytest.mark.meltano, pytest.mark.slow]


def start(world: World) -> subprocess.Popen[bytes]:
    """Start the job as people do, in a process group of its own."""
    with (world.home / "meltano.log").open("ab") as log:
        return subprocess.Popen(
            [BIN / "meltano", "run", "--force", "hubspot-sync"],
            cwd=ROOT,
            env=environment(world),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


@pytest.mark.timeout(400)
def test_the_demo_keeps_its_promises(tmp_path: Path):
    """`make demo` ends with 0 and prints what changed where."""
    done = subprocess.run(
        [sys.executable, "demo/run.py"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=390,
        check=False,
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert "What changed in the sheet" in done.stdout
    assert "What needs a person" in done.stdout


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "whom", ["plugin", "meltano", pytest.param("group", marks=pytest.mark.sweep)]
)
def test_a_killed_run_is_finished_by_the_next(world: World, whom: str):
    """Kill -9 in the middle of the delivery to HubSpot; the next run finishes the job."""
    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve")
    world.later()
    world.control.queue_faults(
        {
            "vendor": "hubspot",
            "operation": "*",
            "kind": "after",
            "skip": 6,
            "delay_seconds": 3,
            "reset": True,
        }
    )
    meltano = start(world)
    deadline = time.monotonic() + 60
    while not any(f["consumed"] for f in world.control.faults()):
        assert meltano.poll() is None, "the run ended too early"
        assert time.monotonic() < deadline, "the fault was never reached"
        time.sleep(0.05)
    if whom == "group":
        os.killpg(meltano.pid, signal.SIGKILL)
    elif whom == "meltano":
        meltano.kill()
    else:
        for child in psutil.Process(meltano.pid).children(recursive=True):
            child.kill()
    meltano.wait(60)
    world.control.forget_faults()

    world.later(120)
    if whom == "meltano":
        assert 0 == start(world).wait(120), (world.home / "meltano.log").read_text()
    else:  # the same job without Meltano's fifteen seconds
        assert 0 == world.run(), world.log.read_text()
    for _ in range(2):
        world.later(120)
        assert 0 == world.run(), world.log.read_text()

    mails = [c["properties"]["email"] for c in world.contacts()]
    assert 25 == len(mails) == len(set(mails))
    assert 25 == len(final_state(world)["sheet"])
    assert {"Synced", "Conflict"} == {row["Sync Status"] for row in world.rows()}
