"""`log`, `undo` and `explain`: what was written, how it is taken back, why a row is as it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cli.tests.history_worlds import ACME, World, intent, plan, synced, value
from outreach_cli.exits import Exit
from outreach_core.errors import ConfigError
from outreach_core.model import FieldChange, Side, Why
from outreach_core.model.planning import BaseMove, Conflict, ConflictKind, PlanStatus
from outreach_core.model.undo import NOTHING_DELETED, undo_mark


@pytest.fixture(scope="module")
def told_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story up to the first change; every test has a copy of its own."""
    return synced(tmp_path_factory.mktemp("told")).folder


@pytest.fixture
def world(told_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    copy = Path(shutil.copytree(told_once, tmp_path / "copy"))
    monkeypatch.chdir(copy)
    return World(copy)


def told(world: World, *args: str) -> dict:
    return json.loads(world.call(*args, "--json").output)


# -- log


def test_a_line_of_the_log_says_everything(world: World) -> None:
    """Number, run, business, field, way, from, to, why; and the keys that scripts find."""
    (line,) = told(world, "log")["changes"]

    assert ("Acme Bikes", "Phone") == (line["business"], line["field"])
    assert ("the sheet", "HubSpot") == (line["origin"], line["where"])
    assert ("+1 555 0101", "+1 555 0102", "clean") == (line["before"], line["after"], line["why"])
    assert (1, "", "") == (line["number"], line["undo"], line["evidence"])
    assert {"at", "run_id", "by"} <= set(line)


def test_the_log_is_read_by_people(world: World) -> None:
    """The same line, and how to take it back; no id of a row or a record."""
    output = world.call("log").output

    (line,) = [line for line in output.splitlines() if "Acme" in line]
    order = ["1", "Acme Bikes", "Phone", "the sheet → HubSpot", "0101", "0102", "clean"]
    assert sorted(order, key=line.index) == order
    assert "outreach undo" in output
    assert ACME not in output


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ((), [2, 1]),
        (("--limit", "1"), [2]),
        (("--field", "Phone"), [1]),
        (("--field", "city"), [2]),
        (("--row", "2"), [2, 1]),
        (("--row", "3"), []),
        (("--email", "A@example.com"), [2, 1]),
        (("--business", "acme"), [2, 1]),
        (("--business", "beta", "--field", "city"), []),
        (("--run", "last"), [2]),
    ],
)
def test_the_log_is_narrowed_down(
    world: World, options: tuple[str, ...], numbers: list[int]
) -> None:
    """Row, address, name, field and run each narrow it, also together."""
    world.writes("A", "B", name="p2", field="city")

    assert numbers == [line["number"] for line in told(world, "log", *options)["changes"]]


def test_a_run_is_named_by_the_end_of_its_id(world: World) -> None:
    """What the log shows of a run is what it takes."""
    world.writes("A", "B", name="p2", field="city")
    older = told(world, "log")["changes"][1]["run_id"].replace("-", "")

    assert [1] == [line["number"] for line in told(world, "log", "--run", older[-8:])["changes"]]
    with pytest.raises(ConfigError, match="outreach log"):
        world.call("log", "--run", "nonsense")


def test_rows_that_are_not_there_are_said_to_be_so(world: World) -> None:
    """A number, an address or a name that means no row is an error with a remedy."""
    for option, words in (("--row", "99"), ("--email", "x@example.com"), ("--business", "Zed")):
        with pytest.raises(ConfigError) as refused:
            world.call("log", option, words)
        assert "no_such_row" == refused.value.code


def test_nothing_to_look_at_makes_no_ledger(tmp_path: Path) -> None:
    """Looking before the first run says what to do, and makes no file."""
    (tmp_path / "meltano.yml").touch()

    for args in (("log",), ("undo", "1"), ("explain", "2")):
        with pytest.raises(ConfigError, match="meltano run hubspot-sync"):
            World(tmp_path).call(*args)
    assert not (tmp_path / ".outreach").exists()


# -- undo


def test_a_dry_run_asks_for_nothing(world: World) -> None:
    """It shows what would be put back, and leaves everything as it is."""
    shown = told(world, "undo", "1", "--dry-run")

    (line,) = shown["changes"]
    assert ("would", "+1 555 0102", "+1 555 0101") == (line["fate"], line["now"], line["back_to"])
    assert shown["dry_run"]
    with world.ledger() as ledger:
        assert {} == ledger.undo.standing()


def test_an_undo_is_done_by_the_next_run(world: World) -> None:
    """It is kept for the next plan, and the way on is said; a second time it is asked for already."""
    first = world.call("undo", "1")
    second = world.call("undo", "1")

    assert "The next run does it: meltano run hubspot-sync" in first.output
    assert (Exit.CLEAN, Exit.CLEAN) == (first.exit_code, second.exit_code)
    assert "Asked for by" in second.output
    with world.ledger() as ledger:
        (given,) = ledger.plans.planning_input().undos
    assert (1, "phone", "+1 555 0101") == (given.seq, given.field, given.old.value)
    assert "the next run takes it back" == told(world, "log")["changes"][0]["undo"]


def test_an_undo_of_what_is_undone_says_so(world: World) -> None:
    """Also before another plan has closed the request, and it names the change that did it."""
    world.call("undo", "1")
    by = told(world, "log")["changes"][0]["by"]
    world.writes("+1 555 0102", "+1 555 0101", name="p2", why=Why.UNDONE, evidence=undo_mark(1))

    (line,) = told(world, "undo", "1")["changes"]

    assert ("undone", "By change 2.") == (line["fate"], line["note"])
    newest, older = told(world, "log")["changes"]
    assert ("taken back", "undone", "change 1") == (
        older["undo"],
        newest["why"],
        newest["evidence"],
    )
    assert by
    assert by == newest["by"]


@pytest.mark.parametrize(("sheet", "hubspot"), [("7", "+1 555 0102"), ("+1 555 0102", "7")])
def test_what_was_changed_since_is_said_and_not_asked_for(
    world: World, sheet: str, hubspot: str
) -> None:
    """On whichever side somebody wrote something else."""
    world.sees(sheet, hubspot)

    (line,) = told(world, "undo", "1")["changes"]

    assert "changed" == line["fate"]
    with world.ledger() as ledger:
        assert {} == ledger.undo.standing()


def test_what_is_there_already_needs_no_undo(world: World) -> None:
    """Somebody put the old value back by hand, everywhere."""
    world.sees("+1 555 0101", "+1 555 0101")

    assert ["nothing"] == [line["fate"] for line in told(world, "undo", "1")["changes"]]


def test_a_run_is_taken_back_as_far_as_it_can_be(world: World) -> None:
    """`last` is the run that wrote last; a record that it made stays, and that is said."""
    world.writes(None, "a@example.com", name="p2", field="email", why=Why.CREATED)

    result = world.call("undo", "last", "--json")

    (line,) = json.loads(result.output)["changes"]
    assert ("impossible", NOTHING_DELETED) == (line["fate"], line["note"])
    assert Exit.USAGE == result.exit_code


def test_a_status_of_approved_is_announced_as_draft(world: World) -> None:
    """What is shown is what the run will do."""
    world.writes("Approved", "Archived", name="p2", field="status")

    (line,) = told(world, "undo", "2", "--dry-run")["changes"]

    assert "Draft" == line["back_to"]


@pytest.mark.parametrize("what", ["99", "nonsense"])
def test_an_unknown_change_is_an_error(world: World, what: str) -> None:
    """Neither a number nor the end of a run's id: the log is where to look."""
    with pytest.raises(ConfigError, match="outreach log"):
        world.call("undo", what)


def test_status_says_when_anything_was_written_and_what_is_to_be_undone(world: World) -> None:
    """In the first lines, and for scripts; what was put back already is not waiting any more."""
    before = told(world, "status")
    world.call("undo", "1")
    waiting = told(world, "status")
    shown = world.call("status").output
    world.writes("+1 555 0102", "+1 555 0101", name="p2", why=Why.UNDONE, evidence=undo_mark(1))

    assert (0, 1, 0) == (before["undos"], waiting["undos"], told(world, "status")["undos"])
    assert waiting["last_change"]
    assert " Last change: 20" in shown.splitlines()[0]
    assert "1 change is taken back by the next run." in shown


# -- explain


def why(world: World, field: str = "Phone", row: str = "2") -> str:
    fields = told(world, "explain", row)["fields"]
    return next(line["why"] for line in fields if line["field"] == field)


@pytest.mark.parametrize("words", ["2", "a@example.com", "Acme Bikes", "acme"])
def test_a_row_is_explained_by_any_of_its_names(world: World, words: str) -> None:
    """Number, address, name or a part of it; field by field with what every side shows."""
    shown = told(world, "explain", words)

    assert ("Acme Bikes", 2, "Synced") == (shown["business"], shown["row"], shown["state"])
    assert [{"in": "HubSpot", "record": "contacts 11", "state": "kept in step"}] == shown["records"]
    (phone,) = [line for line in shown["fields"] if line["field"] == "Phone"]
    assert ("+1 555 0102", "+1 555 0102", None) == (
        phone["sheet"],
        phone["hubspot"],
        phone["salesforce"],
    )
    assert ("+1 555 0102", "The same everywhere.") == (phone["agreed"], phone["why"])
    assert phone["last_change"].endswith("in HubSpot (clean, change 1)")


def test_a_row_without_a_record_says_what_it_waits_for(world: World) -> None:
    """The sentence of its Sync Note, and that only the sheet has its values."""
    shown = told(world, "explain", "beta")

    assert ("Waiting", "No e-mail yet.", []) == (shown["state"], shown["note"], shown["records"])
    assert "Only the sheet has it." == why(world, row="3")


def test_an_edit_that_was_not_carried_yet(world: World) -> None:
    """Read since, and looked at by the next run."""
    world.sees(hubspot="7")

    assert "Changed in HubSpot since they agreed; the next run looks at it." == why(world)


def test_two_values_that_nobody_changed_since(world: World) -> None:
    """Left as they are, each side's own past."""
    world.sees("5", "7")
    moves = tuple(
        BaseMove(ACME, side, "phone", value(text))
        for side, text in ((Side.SHEET, "5"), (Side.HUBSPOT, "7"))
    )
    world.plans(plan(base_moves=moves))

    assert "They differ and nobody has changed one since: left as they are." == why(world)


@pytest.mark.parametrize(
    ("status", "expected"),
    [(PlanStatus.DELIVERABLE, "with the next run"), (PlanStatus.WAITING, "once you approve")],
)
def test_a_planned_write_is_announced(world: World, status: PlanStatus, expected: str) -> None:
    """Where it goes, and what it waits for."""
    change = FieldChange(value("+1 555 0102"), value("8"))
    world.plans(plan(intent("p2", {"phone": change}), status=status))

    assert f"It is written to HubSpot {expected}" in why(world)


def test_a_question_is_waiting_for_its_answer(world: World) -> None:
    """It says where to answer."""
    asked = Conflict(ACME, "phone", ConflictKind.FIELD, {}, "hash")
    world.plans(plan(conflicts=(asked,)))

    assert "outreach status" in why(world)


def test_several_rows_of_one_name_are_asked_about(world: World) -> None:
    """Never a guess between two."""
    with pytest.raises(ConfigError, match="rows 2, 3"):
        world.call("explain", "e")


def test_an_explanation_is_read_by_people(world: World) -> None:
    """Business first, then the fields as a table."""
    output = world.call("explain", "2").output

    assert output.startswith("Acme Bikes (row 2): Synced")
    assert "The same everywhere." in output
