"""The commands over a real ledger: what they take, what they say, what they end with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import Ledger, ProcessMark, StagedBatch, open_ledger
from outreach_adapters.ledger.processes import mark_of
from outreach_adapters.ledger.screens_words import COUNTED, KINDS
from outreach_cli import begin as begin_module
from outreach_cli.exits import Exit
from outreach_cli.main import outreach
from outreach_cli.reference import render
from outreach_cli.wording import CONFLICTS
from outreach_core.errors import OutreachError
from outreach_core.model import (
    FieldChange,
    FieldValue,
    Intent,
    IntentKind,
    Operation,
    Outcome,
    OutcomeKind,
    Problem,
    SheetRow,
    SheetSnapshot,
    Side,
    SideState,
    SideStatus,
    Why,
)
from outreach_core.model.planning import (
    Bucket,
    Conflict,
    ConflictKind,
    GuardTrip,
    Plan,
    PlanStatus,
    RowState,
    RowVerdict,
)

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DEAD = 2**22 + 1  # above the greatest pid Linux gives by default


def _value(text: str) -> FieldValue:
    return FieldValue(text, text, text.lower())


ROWS = (
    SheetRow(2, "rid-1", "f1", {"business_name": _value("Acme Bikes"), "phone": _value("1")}),
    SheetRow(3, "rid-2", "f2", {"business_name": _value("Beta Cafe")}),
)
SNAPSHOT = SheetSnapshot("sheet", 0, "Outreach", "UTC", ("Business Name",), "1", 2, AT)
CREATE = Intent(
    "i1",
    "p1",
    1,
    Side.HUBSPOT,
    IntentKind.RECORD,
    Operation.CREATE,
    "contacts",
    "rid-1",
    row=2,
    changes={"phone": FieldChange(FieldValue(), _value("1"), {}, Why.CREATED)},
)
QUESTION = Conflict(
    "rid-2",
    "city",
    ConflictKind.FIELD,
    {Side.SHEET: _value("Izmir"), Side.HUBSPOT: _value("Ankara")},
    "evidence",
)
VERDICTS = (
    RowVerdict("rid-1", 2, Bucket.WRITTEN, RowState.PENDING),
    RowVerdict("rid-2", 3, Bucket.HELD, RowState.CONFLICT),
)
READY = Plan(
    "p1",
    PlanStatus.DELIVERABLE,
    intents=(CREATE,),
    conflicts=(QUESTION,),
    verdicts=VERDICTS,
    summary={"new": 1},
    hash="abcdef0123456789",
)
PREVIEW = Plan(
    "p1",
    PlanStatus.WAITING,
    intents=(CREATE,),
    verdicts=VERDICTS,
    guards=(GuardTrip("first_sync", "First sync: look at the preview, then approve it."),),
    guarded=("rid-1:create:hubspot",),
    summary={"already_there": 1, "new": 1, "already_there:hubspot": 1, "new:hubspot": 1},
    hash="abcdef0123456789",
)


class World:
    """A project folder with a ledger, and the command called in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/.outreach/ledger.db"
        (folder / "meltano.yml").touch()

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        opened = open_ledger(self.url, now=utc_now, new_id=new_id)
        try:
            yield opened
        finally:
            opened.close()

    def plan(self, plan: Plan, *statuses: SideStatus) -> None:
        """Open a run for the process that the command will see as its caller, and store a plan."""
        with self.ledger() as ledger:
            run = ledger.runs.begin("hubspot-sync", mark_of(os.getppid()))
            batch = StagedBatch(rows=ROWS, snapshot=SNAPSHOT, statuses=statuses)
            ledger.staging.commit("sheet", batch, None)
            ledger.plans.store(run.run_id, plan)

    def record(self, *outcomes: Outcome) -> None:
        with self.ledger() as ledger:
            ledger.deliveries.mark_in_doubt([outcome.intent_id for outcome in outcomes])
            ledger.deliveries.record(list(outcomes))

    def call(self, *args: str) -> Result:
        environ = {"OUTREACH_LEDGER_URL": self.url, "MELTANO_PROJECT_ROOT": str(self.folder)}
        result = CliRunner().invoke(outreach, list(args), env=environ)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


def test_begin_names_the_process_that_called_it(world: World) -> None:
    """The lease outlives `begin` and ends with Meltano, its parent."""
    world.call("begin", "--job", "a-job")

    with world.ledger() as ledger:
        run = ledger.runs.current()

    assert run is not None
    assert (run.job, run.process.pid) == ("a-job", os.getppid())


def test_second_begin_says_who_and_since_when(world: World) -> None:
    """While a living process holds the lease nothing else starts."""
    world.call("begin")

    with pytest.raises(OutreachError, match=rf"since 20\d\d-.*process {os.getppid()} on") as held:
        world.call("begin")

    assert held.value.code == "lease_held"


def test_dead_holder_is_abandoned(world: World) -> None:
    """A run whose Meltano was killed blocks nobody, and is not called finished."""
    mark = mark_of(os.getpid())
    with world.ledger() as ledger:
        ledger.runs.begin("hubspot-sync", ProcessMark(mark.host, DEAD, mark.started))

    world.call("begin")

    with world.ledger() as ledger:
        assert [run.status for run in ledger.runs.recent(5)] == ["running", "abandoned"]


def test_begin_waits_for_a_writer_of_a_dead_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that outlived its Meltano may still write; no lease until it is gone."""
    monkeypatch.setattr(begin_module, "WAIT_SECONDS", 0.2)
    world.folder.joinpath(".outreach").mkdir()
    hold = (
        "import sys; from outreach_adapters.ledger.locks import writer_lock\n"
        f"lock = writer_lock({world.url!r}); print('held', flush=True); sys.stdin.read()"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", hold],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"held\n"
        with pytest.raises(OutreachError) as waited:
            world.call("begin")
    finally:
        writer.communicate()

    assert waited.value.code == "writers_alive"
    with world.ledger() as ledger:
        assert ledger.runs.current() is None
    assert world.call("begin").exit_code == Exit.CLEAN


def test_finish_closes_only_its_callers_run(world: World) -> None:
    """Somebody else's run is not ended by calling `finish` in a shell."""
    mark = mark_of(os.getpid())
    with world.ledger() as ledger:
        ledger.runs.begin("hubspot-sync", mark)

    with pytest.raises(OutreachError, match="no run open"):
        world.call("finish")

    with world.ledger() as ledger:
        assert ledger.runs.current() is not None


def test_finish_counts_every_row_once_and_names_nobody(world: World) -> None:
    """The report of a delivered plan adds up to the rows read, without a name or a value."""
    world.plan(READY)
    world.record(
        Outcome("i1", OutcomeKind.WRITTEN, record_id="501", returned={"phone": _value("1")})
    )

    result = world.call("finish")

    assert result.exit_code == Exit.CLEAN
    assert "1 new record, 0 records changed" in result.output
    assert "1 question needs an answer" in result.output
    assert not [word for word in ("Acme", "Beta", "Izmir", "rid-") if word in result.output]
    with world.ledger() as ledger:
        (run,) = ledger.runs.recent(5)
    assert run.status == "questions"
    assert sum(run.counters[bucket] for bucket in Bucket) == len(ROWS)
    assert (run.counters["written"], run.counters["held"]) == (1, 1)


@pytest.mark.parametrize(
    ("plan", "status", "number"),
    [
        (PREVIEW, SideStatus(Side.HUBSPOT, SideState.OK), Exit.CLEAN),
        (
            Plan("p1", PlanStatus.WAITING, guards=(GuardTrip("mass_archive", "12 rows."),)),
            SideStatus(Side.HUBSPOT, SideState.OK),
            Exit.GUARD,
        ),
        (
            READY,
            SideStatus(Side.HUBSPOT, SideState.UNREACHABLE, "unreachable", "No answer."),
            Exit.RETRY,
        ),
        (
            READY,
            SideStatus(Side.HUBSPOT, SideState.MISCONFIGURED, "resync_required", "Lost."),
            Exit.RESYNC,
        ),
    ],
)
def test_finish_ends_by_outcome(world: World, plan: Plan, status: SideStatus, number: Exit) -> None:
    """Inside a job nothing else fails by outcome."""
    world.plan(plan, status)

    assert world.call("finish").exit_code == number
    assert world.call("status", "--exit-code").exit_code == number


def test_finish_after_a_refused_row(world: World) -> None:
    """A refused row is counted as failed, ends the run with its own number, and is explained."""
    world.plan(READY)
    problem = Problem("bad_phone", "phone", "The phone number was refused.")
    world.record(
        Outcome("i1", OutcomeKind.REJECTED, problem=problem, vendor_message="Invalid number")
    )

    assert world.call("finish").exit_code == Exit.REJECTED

    shown = json.loads(world.call("status", "--json").output)
    assert shown["rows"]["failed"] == 1
    (refusal,) = shown["refusals"]
    assert (refusal["business"], refusal["words"]) == ("Acme Bikes", "Invalid number")
    assert refusal["remedy"]


def test_finish_without_a_plan_is_not_clean(world: World) -> None:
    """A run that planned nothing did nothing, and says so."""
    world.call("begin")

    assert world.call("finish").exit_code == Exit.RETRY


def test_plan_before_any_says_how_to_get_one(world: World) -> None:
    """Looking makes no ledger."""
    result = world.call("plan")

    assert result.exit_code == Exit.USAGE
    assert "meltano run hubspot-sync" in result.output
    assert not (world.folder / ".outreach").exists()


def test_plan_is_approved_as_shown(world: World) -> None:
    """The approval holds for the items of the plan a person saw, and says what comes next."""
    world.plan(PREVIEW)

    before = world.call("plan")
    after = world.call("plan", "--approve", "--keep", "crm")

    assert "1 already in HubSpot, 1 new, 0 deleted, nothing sent." in before.output
    assert "outreach plan --approve" in before.output
    assert "The next run delivers it: meltano run hubspot-sync" in after.output
    with world.ledger() as ledger:
        approval = ledger.plans.planning_input().approval
    assert "Approved. The next run delivers it" in world.call("status").output
    assert approval is not None
    assert (approval.keep, approval.guarded) == ("crm", frozenset(PREVIEW.guarded))


def test_nothing_to_approve_is_said(world: World) -> None:
    """A plan that already runs is not approved a second time."""
    world.plan(READY)

    with pytest.raises(OutreachError) as refused:
        world.call("plan", "--approve")

    assert refused.value.code == "plan_not_waiting"


def test_plan_json_is_stable(world: World) -> None:
    """Scripts find these keys, and no id among the changes."""
    world.plan(PREVIEW)

    shown = json.loads(world.call("plan", "--json").output)

    assert set(shown) == {
        "status",
        "approved",
        "headline",
        "counts",
        "changes",
        "differences",
        "guards",
        "next_step",
        "hash",
    }
    (change,) = shown["changes"]
    assert (change["business"], change["field"], change["after"]) == ("Acme Bikes", "Phone", "1")
    assert "rid-1" not in json.dumps(shown["changes"])


def test_status_shows_both_values_of_a_question(world: World) -> None:
    """The business comes first, then what each side says; no id."""
    world.plan(READY)

    output = world.call("status").output

    (line,) = [line for line in output.splitlines() if "Beta Cafe" in line]
    assert line.index("Beta Cafe") < line.index("Izmir") < line.index("Ankara")
    assert "rid-" not in output


def test_a_question_is_answered_on_the_command_line(world: World) -> None:
    """By its number in `status` or by its business, in one of the words it offers."""
    world.plan(READY)
    (asked,) = json.loads(world.call("status", "--json").output)["questions"]

    with pytest.raises(OutreachError) as wrong:
        world.call("decide", asked["id"], "perhaps")
    done = json.loads(world.call("decide", asked["id"], "keep sheet", "--json").output)
    again = world.call("decide", "beta", "Keep HubSpot")

    assert ["Keep sheet", "Keep HubSpot", "Use custom value", "Leave as they are"] == asked[
        "answers"
    ]
    assert "Keep HubSpot" in wrong.value.remedy
    assert ("Beta Cafe", "Keep sheet") == (done["business"], done["decision"])
    assert "Beta Cafe, City: Keep HubSpot." in again.output


@pytest.mark.parametrize("kind", ConflictKind)
def test_every_kind_of_question_has_its_words(kind: ConflictKind) -> None:
    """On the command line and in the tab."""
    assert CONFLICTS[kind] == KINDS[kind]
    assert kind in COUNTED


def test_status_of_a_killed_run(world: World) -> None:
    """A run whose process is gone is called cut short, not working."""
    mark = mark_of(os.getpid())
    with world.ledger() as ledger:
        ledger.runs.begin("hubspot-sync", ProcessMark(mark.host, DEAD, mark.started))

    result = world.call("status", "--exit-code")

    assert result.exit_code == Exit.RETRY
    assert "cut short" in result.output


def test_reference_page_is_what_help_says() -> None:
    """Made anew with: python -m outreach_cli.reference > docs/reference/cli.md."""
    assert render() == (ROOT / "docs" / "reference" / "cli.md").read_text()


def test_errors_are_sentences(world: World) -> None:
    """The installed command ends with a sentence and a number, never with a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "outreach_cli", "finish"],
        cwd=world.folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == Exit.RETRY
    assert "no run open" in done.stderr
    assert "Traceback" not in done.stderr
