"""`outreach`, the command for people. Rule: a verb reads its options, calls one function and prints.

No personal data is printed by `begin` and `finish`: Meltano keeps their output in its log. `plan` and
`status` show names and values; they are for a person's terminal.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path

import click

from outreach_adapters.identifiers import utc_now
from outreach_cli import doors, ledger_views, notices, screens
from outreach_cli.begin import begin_run
from outreach_cli.connect import connect
from outreach_cli.exits import Exit, exit_for
from outreach_cli.finish import finish_run
from outreach_cli.labels import labels
from outreach_cli.looking import COMMANDS
from outreach_cli.plan_view import PlanView
from outreach_cli.processes import living, process
from outreach_cli.provisioning import provision
from outreach_cli.questions import asked_questions
from outreach_cli.serve.command import serve
from outreach_cli.settings import Settings, load_settings
from outreach_cli.wording import RUN_AGAIN, USUAL_JOB
from outreach_core.errors import OutreachError

KEEP = click.Choice(["ask", "sheet", "crm"])
JSON = click.option("as_json", "--json", is_flag=True, help="Print JSON for scripts.")


def main() -> None:
    """Run the command; an error ends it with one sentence and its remedy, never a traceback."""
    os.umask(0o077)  # whatever is created belongs to its owner alone
    try:
        code = outreach.main(prog_name="outreach", standalone_mode=False)
    except OutreachError as error:
        click.echo(str(error), err=True)
        code = exit_for(error)
    except click.exceptions.Exit as ended:
        code = ended.exit_code
    except click.ClickException as error:
        error.show()
        code = Exit.USAGE
    except click.Abort:
        click.echo("Stopped.", err=True)
        code = Exit.RETRY
    sys.exit(int(code or 0))


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def outreach() -> None:
    """Keep an outreach sheet and a CRM in step.

    `meltano run hubspot-sync` does the work. These commands show what it is about to do and how
    things stand, and let you release a plan that waits for you.

    Exit codes: 0 fine, 1 try again later, 2 a setting or the call is wrong, 3 some rows were
    refused, 4 a guard stopped the plan, 7 run again with --full-refresh.
    """


@outreach.command()
@click.option("--job", help="Name shown in the log; the one `meltano run` was given unless said.")
def begin(job: str | None) -> None:
    """Open a run (the first step of a job).

    Takes the lease, so that no second run works on the same ledger, and clears away what a
    killed run left behind.
    """
    settings = _settings()
    caller = process(os.getppid())
    begun = begin_run(
        settings,
        job or caller.job or USUAL_JOB,
        caller,
        lambda: list(living()),
        now=utc_now,
        sleep=time.sleep,
        monotonic=time.monotonic,
    )
    for sentence in begun.sentences:
        click.echo(sentence)


@outreach.command()
def finish() -> None:
    """Close the run and report (the last step of a job).

    Says in counts what changed and what needs a person; `outreach status` has the details. Where
    `notify_webhook` or `notify_email` is set, one notice is sent when the sync begins to fail, to
    wait for you, or has recovered.
    """
    settings = _settings()
    with doors.ledger(settings, now=utc_now) as ledger:
        report = finish_run(ledger, process(os.getppid()))
        told = notices.places(settings.environment, settings.notify)
        noticed = notices.tell(ledger, report, told)
    screens.show_report(screens.console(), report)
    for sentence in noticed:
        click.echo(sentence)
    raise click.exceptions.Exit(report.outcome.exit)


@outreach.command()
@click.option("--approve", is_flag=True, help="Let exactly this plan be delivered by the next run.")
@click.option(
    "--keep",
    type=KEEP,
    default="ask",
    show_default=True,
    help="With --approve: who is right where both sides differed when first matched.",
)
@click.option("--force", is_flag=True, help="Let the next run pass its guards, whatever it shows.")
@click.option("--reason", default="", help="With --force: why; it is kept with the run.")
@JSON
@click.pass_context
def plan(
    context: click.Context, approve: bool, keep: str, force: bool, reason: str, as_json: bool
) -> None:
    """Show what the next run would change, and approve it.

    Nothing is sent by this command. An approval counts for what is shown here; if something else
    has come up by the next run, you are asked again. With --force you are not; what must be put
    right first, such as another spreadsheet, stops a run all the same.
    """
    if force != bool(reason.strip()):
        raise click.UsageError("--force and --reason belong together: say why.")
    if context.get_parameter_source("keep") is not click.core.ParameterSource.DEFAULT and not (
        approve or force
    ):
        raise click.UsageError("--keep says how to approve: use it together with --approve.")
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        if ledger is not None and (approve or force):
            ledger_views.approve(ledger, keep, reason.strip())
        view = ledger_views.read_plan(ledger, labels(settings.rules_dir)) if ledger else None
    if view is None:
        click.echo(f"There is no plan yet. Make one with: {RUN_AGAIN}", err=True)
        raise click.exceptions.Exit(Exit.USAGE)
    _print_plan(view, as_json=as_json)


@outreach.command()
@click.option("--exit-code", is_flag=True, help="End with the number that tells how things stand.")
@JSON
def status(exit_code: bool, as_json: bool) -> None:
    """Show how things stand: counts, open questions, refused rows, last runs."""
    settings = _settings()
    with doors.existing_ledger(settings, now=utc_now) as ledger:
        view = ledger_views.read_status(ledger, labels(settings.rules_dir))
    if as_json:
        click.echo(json.dumps(view.to_json(), indent=2, ensure_ascii=False))
    else:
        screens.show_status(screens.console(), view)
    if exit_code:
        raise click.exceptions.Exit(view.outcome.exit)


@outreach.command()
@click.argument("question")
@click.argument("answer", default="")
@click.option(
    "--field", default="", help="Which of a business's questions, by its column's header."
)
@click.option("--custom", help="A value of your own; it goes with `Use custom value`.")
@JSON
def decide(question: str, answer: str, field: str, custom: str | None, as_json: bool) -> None:
    """Answer a question, as in the tab Needs You.

    QUESTION is its number in `outreach status`, or the business it is about; ANSWER is one of the answers
    it offers. An answer counts for what is shown now: if that changes before the next run, you are asked
    again.
    """
    settings = _settings()
    with doors.ledger(settings, now=utc_now) as ledger:
        decided = ledger_views.decide(ledger, question, field, answer, custom)
    view = asked_questions([decided], labels(settings.rules_dir))[0]
    if as_json:
        click.echo(json.dumps(view.to_json(), indent=2, ensure_ascii=False))
        return
    click.echo(f"{view.business}, {view.field}: {view.decision}. The next run does it: {RUN_AGAIN}")


@outreach.command()
def pause() -> None:
    """Pause the sync for all rows: runs read and plan, and write nothing but our own words.

    A single row is paused by its box `Pause Sync` in the sheet.
    """
    with doors.ledger(_settings(), now=utc_now) as ledger:
        ledger_views.pause(ledger, on=True)
    click.echo("Paused. Nothing is written until: outreach resume")


@outreach.command()
def resume() -> None:
    """Let a paused sync go on with the next run."""
    with doors.ledger(_settings(), now=utc_now) as ledger:
        ledger_views.pause(ledger, on=False)
    click.echo(f"Resumed. The next run goes on: {RUN_AGAIN}")


@outreach.command("new-sheet")
@click.option("--title", default="Outreach", show_default=True, help="Name of the spreadsheet.")
@click.option("--tab", default="Businesses", show_default=True, help="Name of its one tab.")
@click.option("--time-zone", help="Such as Europe/London; Google's choice unless given.")
@JSON
def new_sheet(title: str, tab: str, time_zone: str | None, as_json: bool) -> None:
    """Make an empty spreadsheet, for an import to go into.

    It belongs to the Google user whose credentials are set; a service account cannot own one.
    """
    settings = _settings()
    made = importlib.import_module("outreach_cli.google_sheet").new_sheet(
        settings, title, tab, time_zone
    )
    if as_json:
        found = {"spreadsheet_id": made.spreadsheet_id, "address": made.address}
        click.echo(json.dumps(found, indent=2))
        return
    click.echo(f"Made: {made.address}")
    click.echo(f"Use it: OUTREACH_SPREADSHEET_ID={made.spreadsheet_id}")


for command in (connect, provision, serve, *COMMANDS):
    outreach.add_command(command)


def _print_plan(view: PlanView, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(view.to_json(), indent=2, ensure_ascii=False))
    else:
        screens.show_plan(screens.console(), view)


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())
