"""Draws what was written, taken back, explained, compared and examined. Rule: draws only what a view already says."""

from __future__ import annotations

from rich.console import Console

from outreach_cli.doctor import DoctorView
from outreach_cli.explain_view import Explanation
from outreach_cli.log_view import LogLine, LogView
from outreach_cli.screens import say, table
from outreach_cli.undo import UndoView
from outreach_cli.verify import End, VerifyView
from outreach_cli.wording import SIDES, moment_word, plural
from outreach_core.model import Side


def show_log(out: Console, view: LogView) -> None:
    """Print the history."""
    if not view.lines:
        say(out, "Nothing was written.", "bold")
        return
    table(
        out,
        "What was written",
        ("No.", "When", "Run", "Business", "Field", "Way", "From", "To", "Why", "Undo"),
        (_log_row(line) for line in view.lines),
    )
    say(out, "Take one back: outreach undo NO. · a whole run: outreach undo RUN")


def show_undo(out: Console, view: UndoView) -> None:
    """Print what is taken back and what is not."""
    say(out, view.headline, "bold")
    table(
        out,
        "What becomes of each change",
        ("No.", "Business", "Field", "In", "Now", "Back to", "What becomes of it"),
        (
            (
                str(line.number),
                line.business,
                line.field,
                line.where,
                line.now,
                line.back_to,
                f"{line.fate}. {line.note}".strip(),
            )
            for line in view.lines
        ),
    )
    if view.next_step:
        say(out, view.next_step)


def show_explanation(out: Console, view: Explanation) -> None:
    """Print why a row is as it is."""
    say(out, f"{view.business} (row {view.row}): {view.state}", "bold")
    if view.note:
        say(out, view.note)
    table(out, "Records", ("In", "Record", "How it stands"), view.links)
    crms = [side for side in Side if any(side in line.shown for line in view.fields)]
    table(
        out,
        "Fields",
        ("Field", *(SIDES[side] for side in crms), "Agreed on", "Last change", "Why"),
        (
            (line.field, *(line.shown.get(s, "") for s in crms), line.agreed, line.last, line.why)
            for line in view.fields
        ),
    )


def show_drift(out: Console, view: VerifyView) -> None:
    """Print what has drifted."""
    say(out, view.headline, "bold")
    counted = (
        (End.ASKED, "wait for an answer of yours, or were left as they are"),
        (End.BY_RULE, "may differ by the rules"),
        (End.UNREADABLE, "could not be read"),
    )
    for end, words in counted:
        if view.counts.get(end):
            say(out, f"{plural(view.counts[end], 'more field')} {words}.")
    table(
        out,
        "What has drifted",
        ("Business", "Field", "The sheet says", "In", "It says", "Why"),
        ((d.business, d.field, d.sheet, d.where, d.crm, d.why) for d in view.drifted),
    )


def show_doctor(out: Console, view: DoctorView) -> None:
    """Print how everything is."""
    table(
        out,
        "What a run needs",
        ("", "What", "How it is", "Found", "What to do"),
        ((f.about, f.what, str(f.health), f.detail, f.remedy) for f in view.findings),
    )
    say(out, view.headline, "bold")


def _log_row(line: LogLine) -> tuple[str, ...]:
    why = f"{line.why} ({line.evidence})" if line.evidence else line.why
    undo = f"{line.undo} ({line.by})" if line.by else line.undo
    return (
        str(line.number),
        moment_word(line.at),
        line.run,
        line.business,
        line.field,
        line.way,
        line.before,
        line.after,
        why,
        undo,
    )
