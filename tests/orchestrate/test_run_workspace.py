"""The launcher of a workspace, over a Meltano that only writes down how it was called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT

STUB = f"""#!{sys.executable}
import json, os, sys
umask = os.umask(0)
seen = {{"args": sys.argv[1:], "cwd": os.getcwd(), "umask": umask, "env": dict(os.environ)}}
with open(os.environ["SEEN"], "w") as file:
    json.dump(seen, file)
sys.exit(int(os.environ.get("STUB_EXIT", "0")))
"""


@dataclass(frozen=True)
class Project:
    """A project with the real launcher and a stub of Meltano."""

    root: Path

    def run(self, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Call the launcher from another folder."""
        given = {"OUTREACH_SPREADSHEET_ID": "sheet-1", "SEEN": str(self.root / "seen.json")} | env
        return subprocess.run(
            [self.root / "orchestrate" / "run-workspace", *args],
            cwd=self.root.parent,
            env={"PATH": os.environ["PATH"], **given},
            capture_output=True,
            text=True,
            check=False,
        )

    def seen(self) -> dict[str, Any]:
        """How Meltano was called; nothing if it was not."""
        found = self.root / "seen.json"
        return json.loads(found.read_text()) if found.exists() else {}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "the project"
    for folder in ("orchestrate", ".venv/bin", ".meltano/extractors/tap-x"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "orchestrate" / "run-workspace", root / "orchestrate")
    stub = root / ".venv" / "bin" / "meltano"
    stub.write_text(STUB)
    stub.chmod(0o700)
    return Project(root)


def test_runs_the_job_under_the_workspaces_name(project: Project):
    """The job runs in the project, past Meltano's own guard, with a state id of its own."""
    assert 0 == project.run("north", "hubspot-sync").returncode

    assert ["run", "--force", "--state-id-suffix=north", "hubspot-sync"] == project.seen()["args"]
    assert str(project.root) == project.seen()["cwd"]


def test_what_a_run_writes_is_the_workspaces_own(project: Project):
    """Ledger, look-ups and Meltano's system directory lie in the workspace's folder."""
    project.run("north")

    home = project.root / ".outreach" / "workspaces" / "north"
    env = project.seen()["env"]
    assert f"sqlite:///{home}/ledger.db" == env["OUTREACH_LEDGER_URL"]
    assert f"{home}/lookups.json" == env["OUTREACH_LOOKUPS_FILE"]
    assert f"{home}/meltano" == env["MELTANO_SYS_DIR_ROOT"]
    assert 0o700 == home.stat().st_mode & 0o777


def test_installed_plugins_are_shared(project: Project):
    """A workspace finds the project's plugins, and its run never installs any, however often it runs."""
    project.run("north")
    project.run("north")

    system = project.root / ".outreach" / "workspaces" / "north" / "meltano"
    assert (system / "extractors" / "tap-x").is_dir()
    assert {"extractors", "loaders", "mappers", "utilities"} == {p.name for p in system.iterdir()}
    assert "false" == project.seen()["env"]["MELTANO_AUTO_INSTALL"]


def test_only_the_owner_reads_what_is_written(project: Project):
    """Meltano starts under umask 077: it writes plugins' settings to files."""
    project.run("north")

    assert 0o077 == project.seen()["umask"]


@pytest.mark.parametrize("code", [0, 1, 99])
def test_exit_code_is_meltanos(project: Project, code: int):
    """A scheduler sees what Meltano ended with."""
    assert code == project.run("north", STUB_EXIT=str(code)).returncode


def test_a_ledger_can_be_named(project: Project):
    """A workspace's own ledger URL is kept, and so is another place for the workspaces."""
    url = "postgresql+psycopg://ledger.example.com/north"
    project.run("north", OUTREACH_LEDGER_URL=url, OUTREACH_WORKSPACES_DIR="elsewhere")

    env = project.seen()["env"]
    assert url == env["OUTREACH_LEDGER_URL"]
    assert f"{project.root.parent}/elsewhere/north/lookups.json" == env["OUTREACH_LOOKUPS_FILE"]


def test_python_of_a_scheduler_is_left_behind(project: Project):
    """Meltano and its plugins import their own libraries, not the scheduler's."""
    project.run("north", PYTHONPATH="/airflow", VIRTUAL_ENV="/airflow")

    assert {"PYTHONPATH", "VIRTUAL_ENV"}.isdisjoint(project.seen()["env"])


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../north", "north/south", "/north", "-north", "north-", "--help", "North",
        "north south", "north\n", "$(touch made)", "`touch made`", "north;touch made", "nörth",
        "north:south", "n" * 65,
    ],
)  # fmt: skip
def test_a_name_that_is_no_plain_word_is_refused(project: Project, name: str):
    """A name is never a path, an option or a command: nothing is run or made."""
    done = project.run(name)

    assert (64, {}) == (done.returncode, project.seen())
    assert "small letters" in done.stderr
    assert not (project.root / ".outreach").exists()
    assert not (project.root.parent / "made").exists()


@pytest.mark.parametrize("job", ["", "--dry-run", "tap-x target-x", "outreach:begin", "a/b"])
def test_a_job_that_is_no_plain_word_is_refused(project: Project, job: str):
    """A job is never an option or a list of plugins."""
    assert (64, {}) == (project.run("north", job).returncode, project.seen())


@pytest.mark.parametrize("args", [(), ("north", "hubspot-sync", "more")])
def test_a_wrong_call_is_refused(project: Project, args: tuple[str, ...]):
    """Without a name, or with more than a name and a job, the launcher says how it is called."""
    done = project.run(*args)

    assert (64, {}) == (done.returncode, project.seen())
    assert "usage: run-workspace NAME [JOB]" in done.stderr


def test_a_workspace_without_a_sheet_is_refused(project: Project):
    """The sheet of `.env` is not taken for a workspace that names none."""
    (project.root / ".env").write_text("OUTREACH_SPREADSHEET_ID=everybodys\n")
    done = project.run("north", OUTREACH_SPREADSHEET_ID="")

    assert (64, {}) == (done.returncode, project.seen())
    assert "OUTREACH_SPREADSHEET_ID is not set for north" in done.stderr


def test_a_link_to_the_launcher_finds_the_project(project: Project, tmp_path: Path):
    """The launcher may be linked into a folder of scripts."""
    (tmp_path / "sync").symlink_to(project.root / "orchestrate" / "run-workspace")
    subprocess.run(
        [tmp_path / "sync", "north"],
        env={
            "PATH": os.environ["PATH"],
            "OUTREACH_SPREADSHEET_ID": "sheet-1",
            "SEEN": str(project.root / "seen.json"),
        },
        check=True,
    )

    assert str(project.root) == project.seen()["cwd"]
