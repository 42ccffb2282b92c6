"""Looking at the outreach sheet, and agreeing before anything is made on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach_cli import provisioning
from outreach_cli.main import outreach
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "transforms" / "rules"
DEMO = ROOT / "sandbox" / "outreach_sandbox" / "seeds" / "demo.json"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("demo") as found:
        yield found


@pytest.fixture
def run(sandbox: Running, tmp_path: Path) -> Callable[..., Result]:
    sandbox.control.reset("demo")
    (tmp_path / "meltano.yml").touch()
    environ = {
        "MELTANO_PROJECT_ROOT": str(tmp_path),
        "SANDBOX_GOOGLE_URL": sandbox.google_url,
        "SANDBOX_HUBSPOT_URL": sandbox.hubspot_url,
        "OUTREACH_SPREADSHEET_ID": "sandbox-outreach-sheet",
        "OUTREACH_RULES_DIR": str(RULES),
    }
    return lambda *words, stdin="": CliRunner().invoke(
        outreach, ["provision", *words], input=stdin, env=environ
    )


def states(result: Result) -> dict[str, str]:
    return {item["name"]: item["state"] for item in json.loads(result.stdout)["items"]}


def test_a_sheet_before_its_first_run_lacks_only_our_own_columns(run: Callable[..., Result]):
    """People's headers are there, ours come with the first run, and nobody has to act."""
    told = run("google", "--json")
    found = states(told)
    assert (0, "there", "there") == (told.exit_code, found["editing"], found["Email"])
    assert {"later"} == {found["_sync_id"], found["Sync Status"]}


def test_a_renamed_header_is_what_a_person_adds(run: Callable[..., Result], sandbox: Running):
    """The mapped header is missing, and the command ends with 2."""
    sandbox.control.people("google", "rename_header", **{"from": "Email", "to": "Mail"})
    told = run("google", "--json")
    assert (2, "missing") == (told.exit_code, states(told)["Email"])


def test_a_sheet_that_may_only_be_read_is_told(run: Callable[..., Result], sandbox: Running):
    """Shared for reading alone is not enough."""
    seed = json.loads(DEMO.read_text(encoding="utf-8"))
    seed["switches"] = {**seed.get("switches", {}), "google.view_only": True}
    sandbox.control.reset(seed)
    told = run("google", "--json")
    assert (2, "wrong") == (told.exit_code, states(told)["editing"])


@pytest.mark.parametrize(("answer", "made"), [("y\n", True), ("n\n", False)])
def test_on_a_terminal_the_plan_is_agreed_to(
    run: Callable[..., Result],
    sandbox: Running,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    made: bool,
):
    """What is missing is shown first; without a yes nothing is made in HubSpot."""

    class Terminal:
        """Standard input, said to be a terminal."""

        stdin = type("In", (), {"isatty": staticmethod(lambda: True)})

    monkeypatch.setattr(provisioning, "sys", Terminal)
    sandbox.control.forget_calls()
    told = run("hubspot", stdin=answer)
    writes = [c for c in sandbox.control.calls() if c["operation"].startswith("properties.create")]
    assert "is missing" in told.output
    assert (made, made) == (bool(writes), "made now" in told.output)


def test_agreed_beforehand_nobody_is_asked(
    run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
):
    """--yes makes at once, on a terminal too."""
    assert sys is provisioning.sys
    told = run("hubspot", "--yes")
    assert (0, True) == (told.exit_code, "made now" in told.output)
