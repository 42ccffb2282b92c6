"""`outreach provision`: what each account lacks, and making it where that can be done from here.

Rule: as in `main`: a verb reads its options, calls one function and prints. On a terminal nothing is
made before the plan was shown and agreed to; a script that calls has agreed by calling.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import sys
import time
from pathlib import Path
from types import ModuleType

import click

from outreach_cli import screens
from outreach_cli.exits import Exit
from outreach_cli.provision import MISSING, Needs
from outreach_cli.settings import Settings, load_settings
from outreach_core.mapping import load_rules

JSON = click.option("as_json", "--json", is_flag=True, help="Print JSON for scripts.")


@click.group()
def provision() -> None:
    """Make the fields in a CRM that the sync needs, or say how."""


@provision.command()
@click.option("--dry-run", is_flag=True, help="Only show what is missing.")
@click.option("--yes", is_flag=True, help="Make it without asking, on a terminal too.")
@JSON
def hubspot(dry_run: bool, yes: bool, as_json: bool) -> None:
    """Make the property group Outreach and its properties in HubSpot.

    On a terminal what is missing is shown first, and you are asked. Run it as often as you like: what is
    there stays as it is.
    """
    settings = _settings()
    if not (dry_run or yes or as_json) and sys.stdin.isatty():
        _agree(_in_hubspot(settings, dry_run=True))
    _print_needs(_in_hubspot(settings, dry_run=dry_run), as_json=as_json)


@provision.command("hubspot-webhooks")
@click.option("--public-url", required=True, help="As for `outreach serve`.")
@click.option("--approve", is_flag=True, help="Make what is missing.")
@JSON
def hubspot_webhooks(public_url: str, approve: bool, as_json: bool) -> None:
    """Have HubSpot tell the receiver of contacts, or say how.

    With the id and the developer key of a legacy public app it shows what is missing, and makes it with
    --approve. For any other app it prints what to do. Subscriptions to anything else stay as they are.
    """
    needs = _door("outreach_cli.hubspot_webhooks").provision_webhooks(
        _settings(),
        public_url,
        approve=approve,
        sleep=time.sleep,
        rng=random.Random(),  # noqa: S311 - spreads waits
    )
    _print_needs(needs, as_json=as_json)


@provision.command()
@JSON
def salesforce(as_json: bool) -> None:
    """Show what of the package in salesforce/ the org lacks, and how to deploy it.

    It only looks: an administrator deploys fields with Salesforce's own command, which is printed.
    Ends with 2 as long as something is missing.
    """
    settings = _settings()
    with screens.progress("Asking Salesforce what is there ..."):
        needs = _door("outreach_cli.salesforce_account").provision_salesforce(
            settings,
            sleep=time.sleep,
            rng=random.Random(),  # noqa: S311 - spreads waits
        )
    _print_needs(needs, as_json=as_json)


@provision.command()
@JSON
def google(as_json: bool) -> None:
    """Show what the outreach sheet lacks: access, mapped headers, our own columns.

    It only looks: headers are people's, and our own columns are added by the first run. Ends with 2 as
    long as something is missing that a person has to add.
    """
    settings = _settings()
    mapped = load_rules(settings.rules_dir / "sheet.yml").sources
    with screens.progress("Asking Google what is there ..."):
        needs = _door("outreach_cli.google_sheet").provision_google(
            settings,
            mapped,
            sleep=time.sleep,
            rng=random.Random(),  # noqa: S311 - spreads waits
        )
    _print_needs(needs, as_json=as_json)


def _in_hubspot(settings: Settings, *, dry_run: bool) -> Needs:
    """Import HubSpot's library only when it is used: it costs every step of a job 0.4 s."""
    with screens.progress("Asking HubSpot what is there ..."):
        needs: Needs = _door("outreach_cli.hubspot_account").provision_hubspot(
            settings,
            dry_run=dry_run,
            sleep=time.sleep,
            rng=random.Random(),  # noqa: S311 - spreads waits
        )
    return needs


def _agree(needs: Needs) -> None:
    """Show the plan and ask; end here where there is nothing to make, or nobody agrees."""
    missing = any(item.state == MISSING for item in needs.items)
    if not missing or needs.exit is not Exit.CLEAN:
        _print_needs(needs, as_json=False)
    screens.show_provision(screens.console(), needs)
    click.confirm("Make them now?", abort=True)


def _print_needs(needs: Needs, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(needs.to_json(), indent=2))
    else:
        screens.show_provision(screens.console(), needs)
    raise click.exceptions.Exit(needs.exit)


def _door(name: str) -> ModuleType:
    """Import a vendor's library only when it is used."""
    return importlib.import_module(name)


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())
