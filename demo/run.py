"""``make demo``: an outreach sheet, HubSpot and Salesforce kept in step, on loopback.

Starts the sandbox on free ports, tells the story through ``meltano run``, prints what changed on each
side and what needs a person, stops what it started. Exit 0 only if every promise of the story held.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from places import DemoFailed, place
from story import CREATED, CheckFailed, Report, steps

_SHOWN = 12


def main() -> int:
    """Tell the story; return the exit code."""
    console = Console(highlight=False)
    folder = Path(tempfile.mkdtemp(prefix="outreach-demo-"))
    report = Report()
    started = time.monotonic()
    try:
        with place(folder) as here:
            console.print(
                "The sandbox plays Google Sheets, HubSpot and Salesforce; nothing leaves this machine."
            )
            for number, (title, step) in enumerate(steps(), 1):
                with console.status(f"{number}. {title} …"):
                    step(here, report)
                console.print(f"  {number}. {title}: [green]as promised[/green]")
    except (DemoFailed, CheckFailed) as failure:
        console.print(f"[red]The demo stopped:[/red] {failure}")
        console.print(f"Logs are in {folder}.")
        return 1
    _print(console, report)
    seconds = time.monotonic() - started
    console.print(f"\n{report.checks} promises held, in {seconds:.0f} seconds. Next: make sandbox")
    return 0


def _print(console: Console, report: Report) -> None:
    console.print()
    console.print(_table("What changed in the sheet", report.in_sheet))
    for crm, lines, new in (
        ("HubSpot", report.in_hubspot, "contacts"),
        ("Salesforce", report.in_salesforce, "leads"),
    ):
        others = [line for line in lines if line[3] != CREATED]
        besides = f"besides {len(lines) - len(others)} new {new}"
        console.print(_table(f"What changed in {crm}, {besides}", others))
    told = Table(
        "What",
        "Business",
        "In HubSpot; in Salesforce",
        title="What the CRMs were told of",
        title_justify="left",
    )
    for line in report.told:
        told.add_row(*line)
    console.print(told)
    table = Table("Business", "What to decide", title="What needs a person", title_justify="left")
    for line in report.needs_person:
        table.add_row(*line)
    console.print(table)


def _table(title: str, lines: list[tuple[str, str, str, str]]) -> Table:
    table = Table("Business", "Field", "From", "To", title=title, title_justify="left")
    for line in lines[:_SHOWN]:
        table.add_row(*line)
    if len(lines) > _SHOWN:
        table.add_row(f"… and {len(lines) - _SHOWN} more", "", "", "")
    return table


if __name__ == "__main__":
    sys.exit(main())
