"""The verb `serve`. Rule: as in `main`: it reads its options, calls one function and prints."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import click

from outreach_cli.settings import load_settings
from outreach_cli.wording import USUAL_JOB
from outreach_core.errors import ConfigError

# what `pip install outreach-cli[serve]` brings, and a plain install does not
EXTRA = ("jinja2", "meltano", "prometheus_client", "starlette", "uvicorn")


@click.command()
# https://developers.google.com/workspace/sheets/api/limits
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8787, show_default=True, help="Port to listen at; 0 takes any.")
@click.option(
    "--public-url",
    default="",
    help="The address the CRMs call, as far as it stands before /hubspot/webhooks; the one listened at "
    "unless given. HubSpot signs it, so it must be exact.",
)
@click.option("--job", default=USUAL_JOB, show_default=True, help="The job of meltano.yml to run.")
@click.option("--state-id-suffix", default="", help="As for `meltano run`: the workspace's name.")
@click.option(
    "--settle-seconds",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0, 300),
    help="How long to wait for more after the first event.",
)
@click.option(
    "--runs-per-minute",
    default=12,  # 60 reads of Sheets a minute and user, and a run that writes a row makes 5
    show_default=True,
    type=click.IntRange(1, 600),
    help="Most runs that begin within any minute.",
)
@click.option(
    "--allow-old-signatures",
    is_flag=True,
    help="Accept HubSpot's signatures v1 and v2, which no time protects against a copy.",
)
@click.option(
    "--operations-may-change",
    is_flag=True,
    help="Let the operations page approve a plan, answer questions and pause; else it only shows.",
)
def serve(**told: Any) -> None:
    """Take in what the CRMs tell at once, and sync right after it.

    Listens for HubSpot's webhooks and for the Salesforce package, keeps what they name in the ledger
    before it answers, and runs the job in a process where everything is loaded. Scheduled runs go on
    beside it and find whatever was missed. A page for the people who run it is at /operations. Stop it with Ctrl-C; a run that works then ends first.
    """
    settings = load_settings(os.environ, Path.cwd())
    try:
        program = importlib.import_module("outreach_cli.serve.program")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in EXTRA:
            raise
        raise ConfigError(
            "The receiver's libraries are not installed here.",
            code="no_serve",
            remedy="Start it from the project's own environment: .venv/bin/outreach serve",
        ) from error
    asked = program.Asked(**told)
    program.serve(settings, asked, lambda url: click.echo(f"Listening at {url}"))
