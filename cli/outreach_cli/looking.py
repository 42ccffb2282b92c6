"""The verbs that explain. Rule: as in `main`: a verb reads its options, calls one function and prints."""

from __future__ import annotations

import json
import os
import random
import time
from pathlib import Path
from typing import Protocol

import click

from outreach_adapters.identifiers import utc_now
from outreach_adapters.ledger import Ledger
from outreach_cli import doors, history_screens, history_views, screens
from outreach_cli.checking import diagnose
from outreach_cli.history_views import Asked
from outreach_cli.labels import labels
from outreach_cli.reading import Waiting, verify_all
from outreach_cli.settings import Settings, load_settings
from outreach_cli.verify import LIMIT
from outreach_cli.wording import RUN_AGAIN
from outreach_core.errors import ConfigError
from outreach_core.model import CRM_SIDES, Side

JSON = click.option("as_json", "--json", is_flag=True, help="Print JSON for scripts.")


class Told(Protocol):
    """Whatever has a stable form for scripts."""

    def to_json(self) -> dict[str, object]:
        """Return it."""
        ...


@click.command()
@click.option("--row", type=int, help="Only this row of the sheet, by its number.")
@click.option("--email", default="", help="Only the row with this e-mail address.")
@click.option("--business", default="", help="Only rows of this name, or whose name holds it.")
@click.option("--field", default="", help="Only this field, by its column's header.")
@click.option("--run", default="", help="Only this run, by the end of its id; `last` is the last.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="At most.")
@JSON
def log(
    row: int | None, email: str, business: str, field: str, run: str, limit: int, as_json: bool
) -> None:
    """Show what was written: where, from what to what, when, why and by which run.

    The newest comes first. Every change has a number: `outreach undo NUMBER` takes it back.
    """
    words = tuple(word for word in (str(row or ""), email, business) if word)
    asked = Asked(words, field, run, limit)
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        view = history_views.read_log(_known(ledger), asked, labels(settings.rules_dir))
    if not as_json:
        history_screens.show_log(screens.console(), view)
        return
    _print(view)


@click.command()
@click.argument("what", metavar="CHANGE|RUN")
@click.option("--dry-run", is_flag=True, help="Only show what would be taken back.")
@JSON
def undo(what: str, dry_run: bool, as_json: bool) -> None:
    """Take back one change, by its number, or a whole run, by the end of its id or `last`.

    The next run puts the value from before back, everywhere the change's own value still shows. What
    somebody changed since is said and left alone. Records, rows, e-mails and deals stay, and a
    Status of Approved comes back as Draft.
    """
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        view = history_views.read_undo(
            _known(ledger), what, labels(settings.rules_dir), dry_run=dry_run
        )
    if as_json:
        _print(view)
    else:
        history_screens.show_undo(screens.console(), view)
    raise click.exceptions.Exit(view.exit)


@click.command()
@click.argument("row", metavar="ROW|EMAIL|BUSINESS")
@JSON
def explain(row: str, as_json: bool) -> None:
    """Show one row field by field: each side, what was agreed, the last change, and why.

    Also why nothing happens. Nothing is read anew: it is what the last run saw.
    """
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        view = history_views.read_explanation(
            _known(ledger), row, settings.rules_dir, labels(settings.rules_dir)
        )
    if as_json:
        _print(view)
    else:
        history_screens.show_explanation(screens.console(), view)


@click.command()
@click.option(
    "--limit",
    default=LIMIT,
    show_default=True,
    type=click.FloatRange(0, 100),
    help="How many per cent may drift.",
)
@JSON
def verify(limit: float, as_json: bool) -> None:
    """Read the sheet and all linked records anew, and show what differs although nobody wants it to.

    Run it once a week, after a sync. It writes nothing anywhere. Ends with 3 where more has
    drifted than the limit.
    """
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        given = _known(ledger).plans.planning_input()
    with screens.progress("Reading all linked records ..."):
        view = verify_all(settings, given, labels(settings.rules_dir), _waiting(), limit)
    if as_json:
        _print(view)
    else:
        history_screens.show_drift(screens.console(), view)
    raise click.exceptions.Exit(view.exit)


@click.command()
@click.option(
    "--crm",
    "crms",
    multiple=True,
    type=click.Choice([str(side) for side in CRM_SIDES]),
    help="Which CRM to look at; those in use unless given.",
)
@JSON
def doctor(crms: tuple[str, ...], as_json: bool) -> None:
    """Look at everything a run needs: each line ok, or what to do about it.

    Connections and rights, properties and choices, the header row, clocks, the ledger and its
    lease. Nothing is changed. Ends with 0 if all is fine, 2 if something must be put right, 1 if
    something cannot be reached.
    """
    settings = _settings()
    named = [Side(crm) for crm in crms]
    with (
        doors.existing_ledger(settings, now=utc_now) as ledger,
        screens.progress("Looking at everything ..."),
    ):
        view = diagnose(settings, ledger, named, _waiting(), utc_now)
    if as_json:
        _print(view)
    else:
        history_screens.show_doctor(screens.console(), view)
    raise click.exceptions.Exit(view.exit)


COMMANDS = (log, undo, explain, verify, doctor)


def _waiting() -> Waiting:
    return Waiting(time.sleep, random.Random())  # noqa: S311 - spreads waits


def _print(view: Told) -> None:
    click.echo(json.dumps(view.to_json(), indent=2, ensure_ascii=False))


def _known(ledger: Ledger | None) -> Ledger:
    """Return the ledger, which must be there: before the first run there is nothing to explain."""
    if ledger is None:
        raise ConfigError(
            "Nothing has run yet.", code="no_ledger", remedy=f"Start with: {RUN_AGAIN}"
        )
    return ledger


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())
