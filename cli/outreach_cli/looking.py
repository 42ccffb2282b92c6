"""The verbs that explain: log, undo, explain. Rule: as in `main`: read options, call one function, print."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Protocol

import click

from outreach_adapters.identifiers import utc_now
from outreach_adapters.ledger import Ledger
from outreach_cli import doors, history_screens, history_views, screens
from outreach_cli.history_views import Asked
from outreach_cli.labels import labels
from outreach_cli.settings import Settings, load_settings
from outreach_cli.wording import RUN_AGAIN
from outreach_core.errors import ConfigError

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


COMMANDS = (log, undo, explain)


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
