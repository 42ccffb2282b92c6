"""The DAG under the real Airflow, which lives in an environment of its own (`.ci/setup airflow`).

Rule: without Airflow these tests are skipped; where OUTREACH_TEST_AIRFLOW names one, they run or fail.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.reference.write import definitions
from tests.architecture.tree import ROOT

NAMED = os.environ.get("OUTREACH_TEST_AIRFLOW")
PYTHON = Path(NAMED) if NAMED else ROOT / ".venv-airflow" / "bin" / "python"
DAGS = ROOT / "orchestrate" / "dags"
VIEW = Path(__file__).parent / "airflow_view.py"

pytestmark = [
    pytest.mark.skipif(
        not NAMED and not PYTHON.exists(), reason="Airflow is not installed: .ci/setup airflow"
    ),
    pytest.mark.slow,
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Airflow's own folder."""
    return tmp_path_factory.mktemp("airflow")


def airflow(home: Path, *args: str | Path, ends: int = 0, **env: str) -> str:
    """Run Airflow's interpreter, which ends as it should, and return what it printed."""
    done = subprocess.run(
        [PYTHON, *args],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
            "PYTHONDONTWRITEBYTECODE": "1",
            **env,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ends == done.returncode, done.stdout + done.stderr
    return done.stdout


def seen(home: Path, *args: str | Path, **env: str) -> dict[str, Any]:
    """What `airflow_view.py` prints on its last line."""
    return json.loads(airflow(home, VIEW, DAGS, *args, **env).splitlines()[-1])


def test_airflow_parses_one_mapped_task(home: Path):
    """Airflow reads the DAG without a workspaces file and finds one mapped task, as careful as it must be."""
    found = seen(home, OUTREACH_WORKSPACES_FILE=str(home / "none.yml"))

    (schedule,) = yaml.safe_load((ROOT / "meltano.yml").read_text())["schedules"]
    assert {
        "errors": {},
        "tasks": {"read_workspaces": False, "sync": True},
        "upstream": ["read_workspaces"],
        "schedule": schedule["interval"],
        "catchup": False,
        "max_active_runs": 1,
        "pool": "outreach_sync",
        "retries": 2,
        "retry_delay": 60,
        "retry_backoff": 2,
        "execution_timeout": 3600,
    } == found


GOOD = {"name": "north", "spreadsheet_id": "sheet-1"}
SAFE = "must be {env: NAME} or {connection: ID}"
# per case: what is added to GOOD, or further workspaces; what the refusal says
REFUSED: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str]] = {
    "unknown": ({"setings": {}}, [], "unknown keys ['setings']"),
    "nameless": ({}, [{"spreadsheet_id": "sheet-2"}], "missing or unknown keys ['name']"),
    "name": ({}, [{**GOOD, "spreadsheet_id": "sheet-2"}], "the same WORKSPACE"),
    "sheet": ({}, [{**GOOD, "name": "south"}], "the same OUTREACH_SPREADSHEET_ID"),
    "ledger": (
        {"ledger_url": {"env": "LEDGER"}},
        [{"name": "south", "spreadsheet_id": "s", "ledger_url": {"env": "LEDGER"}}],
        "the same OUTREACH_LEDGER_URL",
    ),
    "open-ledger": ({"ledger_url": "postgresql://me:secret-1@ledger.example.com/db"}, [], SAFE),
    "reference": ({"settings": {"OUTREACH_TAB": {"enviroment": "TAB"}}}, [], SAFE),
    "empty": ({"settings": {"OUTREACH_TAB": None}}, [], SAFE),
}
SECRETS = sorted(
    {
        f"OUTREACH_{name.upper()}"
        for _, plugin in definitions()
        for setting in plugin.get("settings", [])
        for name in [setting["name"], *setting.get("aliases", [])]
        if setting.get("sensitive")
    }
)


@pytest.fixture(scope="module")
def readings(home: Path) -> dict[str, Any]:
    """What the reading task makes of every case, and of the example."""
    cases = {name: [{**GOOD, **added}, *more] for name, (added, more, _) in REFUSED.items()}
    cases |= {key: [{**GOOD, "settings": {key: "secret-1"}}] for key in SECRETS}
    for name, workspaces in cases.items():
        (home / f"{name}.yml").write_text(yaml.safe_dump({"workspaces": workspaces}))
    example = ROOT / "orchestrate" / "workspaces.example.yml"
    return seen(home, *(home / f"{name}.yml" for name in cases), example)


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_mix_workspaces_is_refused(readings: dict[str, Any], case: str):
    """A typing error, a twin or a broken reference stops every workspace before any runs."""
    assert REFUSED[case][2] in readings[case]


def test_no_secret_may_stand_in_the_file(readings: dict[str, Any]):
    """A value that Meltano would mask is accepted as a reference only, and a refusal does not repeat it."""
    assert [] == [key for key in SECRETS if f"north: {key} must be" not in readings[key]]
    assert "secret-1" not in json.dumps(readings)


def test_the_example_is_accepted(readings: dict[str, Any]):
    """The committed example is a workspaces file as the DAG wants it."""
    assert ["north", "south"] == readings["workspaces.example"]


STUB = f"""#!{sys.executable}
import json, os, sys
with open("seen.jsonl", "a") as file:
    file.write(json.dumps({{"args": sys.argv[1:], "env": dict(os.environ)}}) + "\\n")
"""


# shorter than one retry: a missing secret is not tried again
@pytest.mark.timeout(100)
def test_every_workspace_runs_with_its_own_secrets(home: Path, tmp_path: Path):
    """Airflow runs the launcher once per workspace; one whose secret is missing fails alone."""
    (tmp_path / "orchestrate").mkdir()
    launcher = tmp_path / "orchestrate" / "run-workspace"
    launcher.write_text(STUB)
    launcher.chmod(0o700)
    token = "OUTREACH_HUBSPOT_ACCESS_TOKEN"
    references = {
        "east": {"env": "EAST_TOKEN"},
        "gone": {"env": "GONE_TOKEN"},
        "north": {"connection": "hubspot_north"},
    }
    workspaces = [
        {"name": name, "spreadsheet_id": f"sheet-{name}", "job": "a-job", "settings": {token: ref}}
        for name, ref in references.items()
    ]
    file = tmp_path / "workspaces.yml"
    file.write_text(yaml.safe_dump({"workspaces": workspaces}))

    airflow(home, "-m", "airflow", "db", "migrate")
    log = airflow(
        home, "-m", "airflow", "dags", "test", "outreach_sync", ends=1,
        OUTREACH_PROJECT_DIR=str(tmp_path),
        OUTREACH_WORKSPACES_FILE=str(file),
        OUTREACH_LEDGER_URL="sqlite:///everybodys.db",
        EAST_TOKEN="secret-east",
        AIRFLOW_CONN_HUBSPOT_NORTH=json.dumps({"conn_type": "generic", "password": "secret-north"}),
    )  # fmt: skip

    runs = [json.loads(line) for line in (tmp_path / "seen.jsonl").read_text().splitlines()]
    assert {
        "east": (["east", "a-job"], "sheet-east", "secret-east"),
        "north": (["north", "a-job"], "sheet-north", "secret-north"),
    } == {
        run["args"][0]: (run["args"], run["env"]["OUTREACH_SPREADSHEET_ID"], run["env"][token])
        for run in runs
    }
    foreign = {"EAST_TOKEN", "AIRFLOW_CONN_HUBSPOT_NORTH", "AIRFLOW_HOME", "OUTREACH_LEDGER_URL"}
    assert [set(), set()] == [foreign & run["env"].keys() for run in runs]
    assert "{'env': 'GONE_TOKEN'} leads to no secret" in log
    assert "secret-" not in log
