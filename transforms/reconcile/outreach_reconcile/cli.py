"""``reconcile``: the T of the pipeline. Exits 0 for a blocked plan: that is a state, not an error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from outreach_adapters.ledger import Ledger, open_ledger
from outreach_adapters.ledger.identifiers import new_id, utc_now
from outreach_adapters.ledger.locks import writer_lock
from outreach_core.errors import OutreachError
from outreach_core.merge import Rules
from outreach_core.model import Side
from outreach_core.model.planning import Plan, PlanStatus
from outreach_reconcile import importing
from outreach_reconcile.planning import load_workspace, plan_run

_ENDINGS = {
    PlanStatus.DELIVERABLE: "ready to deliver",
    PlanStatus.WAITING: "waiting for approval: look at it with `outreach plan`",
    PlanStatus.BLOCKED: "blocked",
}


@click.group()
def main() -> None:
    """Three-way merge of what the ledger has staged."""


@main.command()
@click.option("--ledger-url", envvar="OUTREACH_LEDGER_URL", required=True)
@click.option("--rules-dir", envvar="OUTREACH_RULES_DIR", default="transforms/rules")
@click.option("--policy-file", envvar="OUTREACH_POLICY_FILE", default="")
@click.option("--crm", "crms", multiple=True, default=("hubspot",), help="Connected CRM sides.")
def plan(ledger_url: str, rules_dir: str, policy_file: str, crms: tuple[str, ...]) -> None:
    """Merge what is staged and store a plan; nothing is written anywhere else."""
    with _said():
        rules = _workspace(rules_dir, policy_file, crms)
        _over(ledger_url, lambda ledger: describe(plan_run(ledger, rules, new_id)))


@main.command("import")
@click.option("--ledger-url", envvar="OUTREACH_LEDGER_URL", required=True)
@click.option("--rules-dir", envvar="OUTREACH_RULES_DIR", default="transforms/rules")
@click.option("--policy-file", envvar="OUTREACH_POLICY_FILE", default="")
@click.option("--crm", default="hubspot", help="The CRM side whose records are imported.")
@click.option("--preview/--no-preview", envvar="OUTREACH_IMPORT_PREVIEW", default=False)
def import_(ledger_url: str, rules_dir: str, policy_file: str, crm: str, *, preview: bool) -> None:
    """Plan the rows that gathered CRM records become in an empty tab."""
    with _said():
        rules = _workspace(rules_dir, policy_file, (crm,))
        asked = importing.load_import(Path(rules_dir), preview=preview)
        _over(ledger_url, lambda ledger: importing.import_run(ledger, rules, asked, new_id))


@contextmanager
def _said() -> Iterator[None]:
    """End with one sentence where we know what is wrong."""
    try:
        yield
    except OutreachError as error:
        click.echo(f"reconcile: {error}", err=True)
        sys.exit(1)


def _workspace(rules_dir: str, policy_file: str, crms: tuple[str, ...]) -> Rules:
    folder = Path(rules_dir)
    policy = Path(policy_file) if policy_file else folder / "policy.yml"
    return load_workspace(folder, policy, tuple(Side(crm) for crm in crms))


def _over(ledger_url: str, step: Callable[[Ledger], str]) -> None:
    """Plan over the ledger while no other program writes to it, and say what came of it."""
    with writer_lock(ledger_url):
        ledger = open_ledger(ledger_url, now=utc_now, new_id=new_id)
        try:
            click.echo(step(ledger), err=True)
        finally:
            ledger.close()


def describe(made: Plan) -> str:
    """Return one line of counts; no names and no values, for it ends in Meltano's log."""
    counts = made.summary
    text = (
        f"plan {made.hash or '-'}: {_ENDINGS[made.status]} · "
        f"{counts.get('rows', 0)} rows, {counts.get('already_there', 0)} newly matched, "
        f"{counts.get('new', 0)} new, {counts.get('crm_updates', 0)} CRM updates, "
        f"{counts.get('sheet_rows', 0)} rows to change in the sheet, "
        f"{counts.get('archived', 0)} archived, {counts.get('conflicts', 0)} conflicts"
    )
    return "\n".join([text, *(f"guard {trip.guard}: {trip.message}" for trip in made.guards)])
