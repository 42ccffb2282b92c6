"""Draws tables and sentences on a terminal or into a pipe. Rule: draws only what a view already says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from outreach_cli.plan_view import ChangeLine, PlanView
from outreach_cli.provision import WORDS, Needs
from outreach_cli.report import Report
from outreach_cli.status_view import RunLine, StatusView, bucket_lines
from outreach_cli.wording import moment_word, plural, run_word
from outreach_core.model.planning import Bucket

PIPED_WIDTH = 160  # in a pipe nobody turns the lines, so that values stay whole


def console() -> Console:
    """Return a console for standard output: plain and wide when it is no terminal."""
    found = Console(highlight=False, soft_wrap=False)
    return found if found.is_terminal else Console(highlight=False, width=PIPED_WIDTH)


def table(out: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, or nothing when it has no rows. Cells are text, never markup."""
    drawn = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        drawn.add_column(column, overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    if drawn.row_count:
        out.print(drawn)


def say(out: Console, sentence: str, style: str = "") -> None:
    """Print one sentence; square brackets in it are no markup, and it is not cut."""
    out.print(Text(sentence, style=style), soft_wrap=True)


def show_plan(out: Console, view: PlanView) -> None:
    """Print a plan."""
    say(out, view.headline, "bold")
    say(out, f"This plan is {view.state_word}.")
    if view.ids_sentence:
        say(out, view.ids_sentence)
    out.print()
    table(
        out,
        "What changes where",
        ("Business", "Field", "Changes in", "From", "To", "Why"),
        (_change_row(line) for line in view.changes),
    )
    table(
        out,
        "Where both sides differ",
        ("Business", "Field", "The sheet says", "The CRM says", "Why it is asked"),
        ((q.business, q.field, q.sheet, q.crm, q.why) for q in view.differences),
    )
    for trip in () if view.approved else view.guards:
        say(out, f"Stopped: {trip.message}", "yellow")
    say(out, view.next_step, "bold")
    say(out, f"Fingerprint of this plan: {view.hash[:12]}", "dim")


def show_status(out: Console, view: StatusView) -> None:
    """Print how things stand."""
    say(out, view.headline, "bold")
    for sentence in view.others:
        say(out, sentence)
    if view.runs:
        out.print()
    show_counts(out, view.counts)
    table(
        out,
        "Questions for you",
        (
            "No.",
            "Business",
            "Field",
            "The sheet says",
            "The CRM says",
            "Why it is asked",
            "Answered",
        ),
        ((q.id, q.business, q.field, q.sheet, q.crm, q.why, q.decision) for q in view.questions),
    )
    if view.questions:
        say(out, "Answer in the tab Needs You, or: outreach decide NO. ANSWER (answers: --json)")
    table(
        out,
        "Refused",
        ("Business", "By", "In its words", "What to do"),
        ((r.business, r.where, r.words, r.remedy) for r in view.refusals),
    )
    table(
        out,
        "Rows that wait",
        ("Business", "Row", "Why"),
        ((w.business, str(w.row), w.why) for w in view.waiting),
    )
    table(
        out,
        "Last runs",
        ("Job", "Started", "Ended", "How it ended", "Rows brought up to date"),
        (_run_row(run) for run in view.runs),
    )


def show_counts(out: Console, counts: Mapping[Bucket, int]) -> None:
    """Print in which bucket every row that was read ended."""
    lines = bucket_lines(counts)
    total = sum(number for _, number in lines)
    if total:
        rows = [(word, str(number)) for word, number in lines]
        table(out, "Rows of the sheet", ("", "Rows"), [*rows, ("rows read", str(total))])


def _run_row(run: RunLine) -> tuple[str, ...]:
    written = str(run.counts.get(Bucket.WRITTEN, 0))
    return (
        run.job,
        moment_word(run.started),
        moment_word(run.ended),
        run_word(run.status),
        written,
    )


def _change_row(line: ChangeLine) -> tuple[str, ...]:
    return (line.business, line.field, line.where, line.before, line.after, line.why)


def show_provision(out: Console, needs: Needs) -> None:
    """Print what a CRM has of what the sync needs."""
    table(
        out,
        f"In {needs.crm.name}",
        ("What", "Name", "State", ""),
        ((item.kind, item.name, WORDS[item.state], item.detail) for item in needs.items),
    )
    say(out, needs.headline, "bold")
    for step in needs.steps:  # commands are to be copied: never broken, never coloured
        out.print(f"  {step}", soft_wrap=True, markup=False, highlight=False)


@contextmanager
def progress(words: str) -> Iterator[None]:
    """Show on a terminal that something goes on; nothing at all in a pipe."""
    err = Console(stderr=True)
    if not err.is_terminal:
        yield
        return
    with err.status(words):
        yield


def show_report(out: Console, report: Report) -> None:
    """Print how a run went: counts and sentences, no names and no values."""
    done = report.delivered
    crm = (
        f"{plural(done.new_in_crm, 'new record')}, {plural(done.changed_in_crm, 'record')} changed"
    )
    if done.told_in_crm:
        crm += (
            f", {plural(done.told_in_crm, 'e-mail, answer or deal', 'e-mails, answers and deals')}"
        )
    sheet = f"{plural(done.cells_in_sheet, 'cell')} changed in {plural(done.rows_in_sheet, 'row')}"
    if done.new_in_sheet:
        sheet = f"{plural(done.new_in_sheet, 'new row')}, {sheet}"
    person = f"{plural(report.conflicts, 'question')}, {plural(report.rejected, 'refused row')}"
    lines = [("In the CRM", crm), ("In the sheet", sheet), ("Needs a person", person)]
    table(out, "This run", ("Where", "What"), lines)
    show_counts(out, report.counts)
    for sentence in report.outcome.sentences:
        say(out, sentence)
