"""What people see of an import: its preview, its report, which job is run again, and a new sheet for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from outreach_cli.google_sheet import new_sheet
from outreach_cli.main import outreach
from outreach_cli.outcome import Facts, Standing, judge
from outreach_cli.plan_view import IMPORT_PREVIEW, view_plan
from outreach_cli.processes import Seen
from outreach_cli.report import delivered
from outreach_cli.settings import Settings, load_settings
from outreach_cli.wording import RUN_IMPORT, imported_names
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model import (
    BLANK,
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    Operation,
    Side,
    Why,
)
from outreach_core.model.planning import GuardTrip, Plan, PlanStatus
from outreach_sandbox.kernel.server import Running, running

KEY = json.dumps({"type": "service_account"})


def text(value: str) -> FieldValue:
    return FieldValue(value, value, value)


def row(seq: int, name: str | None, state: IntentState = IntentState.OPEN) -> Intent:
    """A row that an import makes."""
    values = {"email": f"p{seq}@example.com", **({"business_name": name} if name else {})}
    changes = {n: FieldChange(BLANK, text(v), why=Why.IMPORTED) for n, v in values.items()}
    return Intent(
        f"p-{seq}",
        "p",
        seq,
        Side.SHEET,
        IntentKind.ROWS,
        Operation.CREATE,
        "row",
        f"r{seq}",
        row=seq + 1,
        changes=changes,
        state=state,
    )


def test_a_preview_names_who_would_come() -> None:
    """By business, else by address, although no sheet shows them yet; the way on is that job."""
    rows = (row(1, "Café Ada"), row(2, None))
    plan = Plan("p", PlanStatus.WAITING, rows, summary={"imported": 2})
    view = view_plan(plan, imported_names(plan.intents), {}, approved=False)

    assert ["Café Ada", "Café Ada", "p2@example.com"] == [line.business for line in view.changes]
    assert view.headline.startswith("2 contacts to become rows of the sheet")
    assert {"imported"} == {line.why for line in view.changes}
    assert view.next_step.endswith(f"outreach plan --approve, then: {RUN_IMPORT}")


def test_a_refused_import_is_to_be_run_again_as_an_import() -> None:
    """Not the sync is what comes next."""
    plan = Plan("p", PlanStatus.BLOCKED, summary={"imported": 0})
    assert RUN_IMPORT in view_plan(plan, {}, {}, approved=False).next_step


@pytest.mark.parametrize("crm", ["hubspot", "salesforce"])
def test_an_import_goes_on_with_the_job_of_its_crm(crm: str) -> None:
    """Whether it is refused or waits for approval."""
    for status in (PlanStatus.BLOCKED, PlanStatus.WAITING):
        plan = Plan("p", status, summary={"imported": 0, f"imported:{crm}": 0})
        shown = view_plan(plan, {}, {}, approved=False).next_step
        assert shown.endswith(f"meltano run {crm}-import")


def test_a_preview_that_waits_is_no_failure() -> None:
    """It was asked for: the run ends well, and says what to do."""
    waiting = judge(Facts({}, (GuardTrip(IMPORT_PREVIEW, "Look at it."),), 0, 0))
    approved = judge(Facts({}, (), 0, 0, approved=True, again=RUN_IMPORT))

    assert (Standing.APPROVAL, 0) == (waiting.standing, waiting.exit)
    assert "The preview of an import waits for you" in waiting.sentences[0]
    assert RUN_IMPORT in approved.sentences[0]


def test_new_rows_are_counted_when_they_are_confirmed() -> None:
    """What was only tried does not count."""
    plan = Plan("p", PlanStatus.DELIVERABLE, (row(1, "A", IntentState.DONE), row(2, "B")))

    assert 1 == delivered(plan).new_in_sheet


@pytest.mark.parametrize(
    ("command", "job"),
    [
        ("meltano run hubspot-import", "hubspot-import"),
        ("python meltano --environment=prod run --force crm-sync", "crm-sync"),
        ("meltano run --state-id-suffix x hubspot-sync", "hubspot-sync"),
        ("meltano invoke outreach begin", ""),
        ("meltano run", ""),
        ("meltano run outreach:begin", ""),
        ("python -m pytest run something", ""),
    ],
)
def test_a_run_is_named_after_its_job(command: str, job: str) -> None:
    """What `meltano run` was given is what the log calls it."""
    arguments = tuple(f"bin/{word}" if word == "meltano" else word for word in command.split())
    assert job == Seen(1, 1.0, arguments).job


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with running("empty") as found:
        yield found


def settings(folder: Path, **told: str) -> Settings:
    """The settings of a folder that holds a project."""
    (folder / "meltano.yml").touch()
    return load_settings(told, folder)


def test_a_new_sheet_is_made_once_with_one_empty_tab(sandbox: Running, tmp_path: Path) -> None:
    """It is where the command says, called as asked."""
    found = settings(tmp_path, SANDBOX_GOOGLE_URL=sandbox.google_url)
    made = new_sheet(found, "Spring", "Cafés", "Europe/Lisbon")

    shown = sandbox.control.people("google", "grid", spreadsheet_id=made.spreadsheet_id)
    assert (["Cafés"], []) == (shown["tabs"], shown["values"])
    assert made.spreadsheet_id in made.address
    (call,) = [c for c in sandbox.control.calls() if c["kind"] == "api"]
    assert "sheets.spreadsheets.create" == call["operation"]


def test_the_command_says_which_id_to_use(
    sandbox: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line can be put into `.env` as it is; a script gets JSON."""
    (tmp_path / "meltano.yml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SANDBOX_GOOGLE_URL", sandbox.google_url)
    for name in ("MELTANO_PROJECT_ROOT", "OUTREACH_GOOGLE_BASE_URL", "OUTREACH_GOOGLE_TOKEN_URL"):
        monkeypatch.delenv(name, raising=False)

    said = CliRunner().invoke(outreach, ["new-sheet"])
    assert 0 == said.exit_code, said.output
    assert "OUTREACH_SPREADSHEET_ID=" in said.output
    told = CliRunner().invoke(outreach, ["new-sheet", "--title", "Two", "--json"])
    assert {"spreadsheet_id", "address"} == set(json.loads(told.output))


def test_a_service_account_makes_none(tmp_path: Path) -> None:
    """It could own none: said before anything is asked of Google."""
    found = settings(
        tmp_path, OUTREACH_ENVIRONMENT="prod", OUTREACH_GOOGLE_SERVICE_ACCOUNT_JSON=KEY
    )
    with pytest.raises(ConfigError) as refused:
        new_sheet(found, "Spring", "Tab", None)

    assert "no_storage" == refused.value.code
    assert "share it with the account" in str(refused.value)


@pytest.mark.parametrize("kind", ["before", "after"])
def test_a_lost_answer_is_not_tried_again(sandbox: Running, tmp_path: Path, kind: str) -> None:
    """A second try could make a second spreadsheet: a person looks first."""
    found = settings(tmp_path, SANDBOX_GOOGLE_URL=sandbox.google_url)
    fault = {"vendor": "google", "operation": "sheets.spreadsheets.create", "status": 503}
    sandbox.control.queue_faults({**fault, "kind": kind})
    with pytest.raises(Retriable) as lost:
        new_sheet(found, "Spring", "Tab", None)

    assert "in_doubt" == lost.value.code
    assert 1 == len([c for c in sandbox.control.calls() if c["kind"] == "api"])


def test_the_sandbox_never_means_google(tmp_path: Path) -> None:
    """Without the sandbox's address nothing is made anywhere."""
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1|make sandbox"):
        new_sheet(settings(tmp_path), "Spring", "Tab", None)
