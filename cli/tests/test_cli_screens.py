"""What is printed is text, whole, and the same in a pipe as on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from outreach_adapters.ledger import Calls
from outreach_cli import screens
from outreach_cli.exits import Exit
from outreach_cli.outcome import Outcome, Standing
from outreach_cli.plan_view import ChangeLine, PlanView
from outreach_cli.provision import MADE, MISSING, THERE, WRONG, Need, Needs
from outreach_cli.questions import Question
from outreach_cli.report import Delivered, Report
from outreach_cli.status_view import StatusView
from outreach_core.model import Side
from outreach_core.model.planning import Bucket, GuardTrip, PlanStatus

LINE = ChangeLine("[red]Acme[/red] Bikes", "City", "HubSpot", "(blank)", "Izmir", "clean", "open")
PLAN = PlanView(PlanStatus.WAITING, False, "1 new.", {}, (LINE,), (), "Approve it.", "0123456789ab")
CLEAN = Outcome(Standing.CLEAN, ("Everything is in step.",))


@pytest.fixture
def out() -> Console:
    return Console(file=io.StringIO(), width=screens.PIPED_WIDTH, highlight=False)


def _text(out: Console) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def test_names_are_text_not_markup(out: Console) -> None:
    """A business called like a colour is printed as it is called."""
    screens.show_plan(out, PLAN)

    assert "[red]Acme[/red] Bikes" in _text(out)


def test_an_approved_plan_is_not_called_stopped(out: Console) -> None:
    """What stopped it is said until a person let it pass."""
    stopped = replace(PLAN, guards=(GuardTrip("first_sync", "Look at the preview."),))

    screens.show_plan(out, stopped)
    before = _text(out)
    screens.show_plan(out, replace(stopped, approved=True))

    assert ["Stopped: Look at the preview."] == [
        line.strip() for line in _text(out).splitlines() if line.startswith("Stopped")
    ]
    assert "Stopped" in before


def test_long_sentence_is_not_cut(out: Console) -> None:
    """Somebody may search the output for it."""
    sentence = "word " * 60 + "end"

    screens.show_plan(out, replace(PLAN, headline=sentence))

    assert sentence in _text(out)


def test_buckets_are_shown_with_their_sum(out: Console) -> None:
    """Every row read is in one line of the table, and the last line is all of them."""
    report = Report(Delivered(1, 0, 2, 3), {Bucket.UNCHANGED: 20, Bucket.HELD: 5}, 1, 0, CLEAN)

    screens.show_report(out, report)

    printed = [line.split() for line in _text(out).splitlines() if line.strip()]
    assert ["rows", "read", "25"] in printed
    assert "1 new record, 0 records changed" in _text(out)
    assert "3 cells changed in 2 rows" in _text(out)
    assert "1 question, 0 refused rows" in _text(out)


def test_status_says_the_calls_of_the_day(out: Console) -> None:
    """With what the vendor allows, and for scripts as numbers."""
    view = StatusView(CLEAN, {}, calls={Side.HUBSPOT: Calls(1_234, 500_000, "t")})

    screens.show_status(out, view)

    assert "HubSpot has counted 1,234 of 500,000 API calls today." in _text(out)
    assert {"hubspot": {"used": 1234, "allowed": 500_000, "at": "t"}} == view.to_json()["api_calls"]


def test_question_shows_both_values(out: Console) -> None:
    """A person can decide without opening anything else."""
    asked = Question("Acme", "Phone", "+1 555 0100", "+1 555 0101", "both sides changed it")

    screens.show_status(out, StatusView(CLEAN, {}, (asked,)))

    (line,) = [line for line in _text(out).splitlines() if "Acme" in line]
    assert "+1 555 0100" in line
    assert "+1 555 0101" in line


@pytest.mark.parametrize(
    ("states", "headline", "number"),
    [
        ((THERE,), "HubSpot is ready; nothing had to be made.", Exit.CLEAN),
        ((THERE, MADE), "1 made. HubSpot is ready.", Exit.CLEAN),
        ((MISSING,), "1 missing. Make them with: outreach provision hubspot", Exit.CLEAN),
        (
            (MADE, WRONG),
            "1 not as needed: rename or remove them in HubSpot, then run this again.",
            Exit.USAGE,
        ),
    ],
)
def test_provision_says_what_is_left(
    out: Console, states: tuple[str, ...], headline: str, number: Exit
) -> None:
    """What a person has to do comes before what was done."""
    needs = Needs(tuple(Need("property", f"outreach_{n}", state) for n, state in enumerate(states)))

    screens.show_provision(out, needs)

    assert headline in _text(out)
    assert number == needs.exit
