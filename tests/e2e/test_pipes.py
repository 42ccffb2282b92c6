"""Every tap and target works alone: with a target and CSV records that know nothing of this project.

``target-jsonl`` is the one of the package index, in a folder of its own, because it needs libraries of
2017 that fit no other program. ``tap-csv`` (https://github.com/MeltanoLabs/tap-csv) is on no index: the
messages here are what it writes of a CSV, every column a text.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import forked
from harness.project import ROOT
from harness.story import theirs
from harness.world import World

pytestmark = pytest.mark.processes

BIN = Path(sys.executable).parent
TARGET_JSONL = "target-jsonl==0.1.4"
PIPED = {"capture_output": True, "text": True, "timeout": 100}


@pytest.fixture(scope="session")
def jsonl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with target-jsonl and its libraries in it."""
    folder = tmp_path_factory.mktemp("target-jsonl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder)]
    done = subprocess.run([*pip, TARGET_JSONL], check=False, **PIPED)  # type: ignore[call-overload]
    if done.returncode:
        pytest.skip("target-jsonl is not to be had: no package index")
    return folder


def start(world: World, folder: Path, name: str, config: dict[str, Any], *more: str) -> list[str]:
    """Return the command line of a program with its settings in a file."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(config))
    return [sys.executable, "-c", _ENTRY, name, "--config", str(path), *more]


# the program's command line, whatever folder its script is in
_ENTRY = """
import sys
from importlib.metadata import entry_points
(found,) = {e.value: e for e in entry_points(group="console_scripts", name=sys.argv[1])}.values()
sys.argv = sys.argv[1:]
sys.exit(found.load()())
"""


def run(world: World, command: list[str], said: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program on these lines."""
    env = {k: v for k, v in world.env().items() if not k.startswith("OUTREACH_")}
    return subprocess.run(command, input=said, env=env, cwd=ROOT, check=False, **PIPED)  # type: ignore[call-overload, no-any-return]


def google(world: World) -> dict[str, Any]:
    """Return the settings of the sheet's plugins."""
    url = world.sandbox.urls["google"]
    return {
        "outreach_environment": "sandbox",
        "spreadsheet_id": "sandbox-outreach-sheet",
        "api_base_url": url,
        "token_url": f"{url}/token",
        "state_dir": str(world.home),
    }


def hubspot(world: World) -> dict[str, Any]:
    """Return the settings of HubSpot's plugins."""
    url = world.sandbox.urls["hubspot"]
    return {
        "outreach_environment": "sandbox",
        "api_base_url": url,
        "token_url": f"{url}/oauth/v1/token",
        "state_dir": str(world.home),
    }


def tap_csv(stream: str, text: str, keys: list[str]) -> str:
    """Return what tap-csv writes of a CSV."""
    rows = list(csv.DictReader(io.StringIO(text)))
    schema = {"type": "object", "properties": {n: {"type": ["string", "null"]} for n in rows[0]}}
    return "\n".join(
        json.dumps(message)
        for message in (
            {"type": "SCHEMA", "stream": stream, "schema": schema, "key_properties": keys},
            *({"type": "RECORD", "stream": stream, "record": row} for row in rows),
            {"type": "STATE", "value": {"bookmarks": {stream: {}}}},
        )
    )


def delivered(world: World, folder: Path, jsonl: Path, said: str) -> dict[str, list[Any]]:
    """Pipe a tap's messages into target-jsonl; return the records of its files by stream."""
    out = folder / "out"
    out.mkdir(parents=True)
    config = folder / "target-jsonl.json"
    config.write_text(json.dumps({"destination_path": str(out), "do_timestamp_file": False}))
    done = subprocess.run(  # type: ignore[call-overload]
        [sys.executable, str(jsonl / "bin" / "target-jsonl"), "--config", str(config)],
        input=said,
        env={"PYTHONPATH": str(jsonl), "PATH": os.environ["PATH"]},
        check=False,
        **PIPED,
    )
    assert 0 == done.returncode, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) is not None
    return {
        path.stem: [json.loads(line) for line in path.read_text().splitlines()]
        for path in out.glob("*.jsonl")
    }


def up_to_the_plan(world: World) -> None:
    """Run the job's gather and plan steps, and deliver nothing."""
    tasks = world.tasks()
    (plan,) = [n for n, task in enumerate(tasks) if getattr(task, "name", "") == "reconcile:plan"]
    forked.preload(tasks)
    assert 0 == forked.run_job(tasks[: plan + 1], world.home, world.log, world.env())


@pytest.mark.slow
def test_each_tap_fills_jsonl_files(world: World, tmp_path: Path, jsonl: Path):
    """Sheet, HubSpot, HubSpot's look-ups, and the ledger's three taps before the first delivery."""
    found: dict[str, dict[str, list[Any]]] = {}

    def tapped(name: str, executable: str, config: dict[str, Any]) -> None:
        done = run(world, start(world, tmp_path / name, executable, config))
        assert 0 == done.returncode, done.stderr
        found[name] = delivered(world, tmp_path / name, jsonl, done.stdout)

    tapped("sheet", "tap-outreach-sheets", google(world))
    tapped("crm", "tap-hubspot-crm", hubspot(world))
    wanted = tmp_path / "lookups.json"
    asked = {"emails": ["hello@bluefinch.example.com", "nobody@example.org"]}
    wanted.write_text(json.dumps({"version": 1, "hubspot": {"contacts": asked}}))
    lookups = {**hubspot(world), "mode": "lookups", "lookups_file": str(wanted)}
    tapped("lookups", "tap-hubspot-crm", lookups)

    assert 25 == len(found["sheet"]["businesses"])
    assert [25] == [mark["rows"] for mark in found["sheet"]["sheet_snapshots"]]
    assert 10 == len(found["crm"]["contacts"])
    assert ["found", "missing"] == sorted(r["status"] for r in found["lookups"]["lookups"])

    up_to_the_plan(world)
    ledger = {"ledger_url": world.ledger_url}
    tapped("ids", "tap-outreach-ledger", {**ledger, "side": "sheet", "kind": "ids"})
    assert 25 == len(found["ids"]["row_ids"])

    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve")
    world.later()
    up_to_the_plan(world)
    tapped("records", "tap-outreach-ledger", {**ledger, "side": "hubspot", "kind": "records"})
    tapped("cells", "tap-outreach-ledger", {**ledger, "side": "sheet", "kind": "cells"})
    assert 25 == len(found["records"]["contacts"])
    assert 25 == len(found["cells"]["cells"])


@pytest.mark.slow
def test_each_target_takes_a_csv(world: World, tmp_path: Path):
    """Contacts are upserted, cells found by row id; said twice, nothing is doubled."""
    contacts = "email,company,city\nada@example.org,Ada & Co,Paris\nbo@example.org,Bo,Rome\n"
    command = start(world, tmp_path, "target-hubspot-activities", hubspot(world))
    for _ in range(2):
        done = run(world, command, tap_csv("contacts", contacts, ["email"]))
        assert 0 == done.returncode, done.stderr
    cities = {c["properties"]["email"]: c["properties"]["city"] for c in world.contacts()}
    assert (12, "Paris") == (len(cities), cities["ada@example.org"])

    world.run()  # gives the rows their ids
    rows = {row["Business Name"]: row for row in world.rows()}
    rid = rows["Ada Terzi"]["_sync_id"]
    text = f'_sync_id,Phone\n{rid},"=1+1"\n'
    command = start(world, tmp_path, "target-outreach-sheets", google(world))
    before = theirs(world)
    for _ in range(2):
        done = run(world, command, tap_csv("businesses", text, ["_sync_id"]))
        assert 0 == done.returncode, done.stderr
    place = list(rows).index("Ada Terzi")
    before[place]["Phone"] = "=1+1"
    assert before == theirs(world)


@pytest.mark.parametrize(
    "name",
    [
        "target-outreach-ledger",
        "target-hubspot-activities",
        "target-outreach-sheets",
    ],
)
def test_a_stream_nobody_knows_is_rejected(world: World, tmp_path: Path, name: str):
    """Its records go to the rejected file, private to its owner, and the program fails."""
    rejected = tmp_path / "rejected.jsonl"
    own = {
        "target-outreach-ledger": {"ledger_url": world.ledger_url},
        "target-hubspot-activities": hubspot(world),
        "target-outreach-sheets": google(world),
    }[name]
    command = start(world, tmp_path, name, {**own, "rejected_file": str(rejected)})

    done = run(world, command, tap_csv("animals", "name\nowl@example.org\n", ["name"]))

    assert 0 != done.returncode
    assert "does not know the streams animals" in done.stderr
    assert "owl@example.org" not in done.stderr + done.stdout
    (line,) = rejected.read_text().splitlines()
    assert {"name": "owl@example.org"} == json.loads(line)["record"]
    assert 0o600 == rejected.stat().st_mode & 0o777
