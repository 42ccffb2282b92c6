"""`outreach connect`: accounts are connected, tried and let go of.

Rule: as in `main`: a verb reads its options, calls one function and prints. A secret comes from a
setting, from standard input or from a prompt; never from the command line, where others could read it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
import webbrowser
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import click

from outreach_adapters.auth.connections import Service
from outreach_adapters.identifiers import utc_now
from outreach_cli import screens
from outreach_cli.exits import Exit
from outreach_cli.settings import Settings, load_settings
from outreach_core.errors import ConfigError

T = TypeVar("T", bound=Callable[..., Any])
CALLBACK = "http://localhost:8765/callback"


def asking(command: T) -> T:
    """Add the options of a consent."""
    for option in reversed(
        (
            click.option("--name", default="", help="Its name here; the service's unless given."),
            click.option("--client-id", default="", help="The app that is let in."),
            click.option(
                "--secret-stdin", is_flag=True, help="Read the app's secret from standard input."
            ),
            click.option(
                "--browser/--no-browser",
                default=True,
                help="Open the page here, or print its address and read where it ended.",
            ),
            click.option(
                "--port", type=click.IntRange(0, 65535), help="Of the redirect URL; 0 takes any."
            ),
            click.option(
                "--wait", default=300.0, show_default=True, help="Seconds to wait for the answer."
            ),
        )
    ):
        command = option(command)
    return command


@click.group()
def connect() -> None:
    """Connect the accounts that are synced, see whether they still work, and let go of them.

    What is kept is readable by you alone and is never in meltano.yml; a plugin is told the name.
    """


@connect.command()
@asking
@click.option(
    "--token-stdin",
    is_flag=True,
    help="Instead of an app: read the token of a private app or service key from standard input.",
)
def hubspot(token_stdin: bool, **asked: Any) -> None:
    """Connect a HubSpot account: let an app in, or give a private app's token.

    The app's settings need the redirect URL http://localhost:8765/callback (or that of --port).
    """
    flow = _flow()
    wanted = _wanted(Service.HUBSPOT, asked)
    if token_stdin:
        token = _secret("Token of the private app or service key", from_stdin=True)
        _made(flow.by_token(wanted, token, utc_now))
        return
    _by_consent(wanted, asked)


@connect.command()
@asking
@click.option("--login-url", default="", help="The org's My Domain, or https://test.salesforce.com")
def salesforce(login_url: str, **asked: Any) -> None:
    """Connect a Salesforce org: let an External Client App in.

    Its callback URL is http://localhost:8765/callback (or that of --port). For a Salesforce sandbox
    --login-url is https://test.salesforce.com or the sandbox's own address.
    """
    _by_consent(_wanted(Service.SALESFORCE, asked, login_url=_address(login_url)), asked)


@connect.command()
@asking
@click.option(
    "--service-account",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Instead of a person: the key file of a service account. It is copied.",
)
def google(service_account: Path | None, **asked: Any) -> None:
    """Connect a Google account: let a desktop app in, or give a service account's key."""
    wanted = _wanted(Service.GOOGLE, asked)
    if service_account is not None:
        text = service_account.read_text(encoding="utf-8", errors="replace")
        _made(_flow().by_service_account(wanted, text, utc_now))
        return
    _by_consent(wanted, asked)


@connect.command()
@click.argument("name", default="")
@click.option("--offline", is_flag=True, help="Only show what is kept; try nothing.")
@click.option("as_json", "--json", is_flag=True, help="Print JSON for scripts.")
def status(name: str, offline: bool, as_json: bool) -> None:
    """Show the connected accounts, and whether each can be used now.

    Ends with 2 if one is refused, with 1 if a service did not answer.
    """
    flow, view = _flow(), _view()
    settings = _settings()
    store = flow.store_of(settings)
    kept = store.every(settings.environment)
    found = [flow.existing(store, settings, name)] if name else kept
    shown = view.look(settings, found, utc_now(), offline=offline)
    if as_json:
        listed = [one.to_json() for one in shown]
        click.echo(json.dumps({"connections": listed}, indent=2, ensure_ascii=False))
    elif shown:
        view.show(screens.console(), shown)
    else:
        click.echo("No account is connected. Connect one with: outreach connect hubspot")
    raise click.exceptions.Exit(view.exit_of(shown))


@connect.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let go of an account: end its consent at the service, and forget it here.

    It is forgotten here even if the service cannot be reached; the command then ends with 1.
    """
    ended, sentence = _flow().let_go(_settings(), name)
    click.echo(sentence)
    raise click.exceptions.Exit(Exit.CLEAN if ended else Exit.RETRY)


def _by_consent(wanted: Any, asked: dict[str, Any]) -> None:
    flow = _flow()
    app = flow.app_of(
        wanted,
        asked["client_id"],
        lambda: _secret("Client secret of the app", from_stdin=asked["secret_stdin"]),
    )
    _explain(wanted.vendor)
    person = flow.Person(
        tell=click.echo,
        open=webbrowser.open,
        paste=None if asked["browser"] else _pasted,
        seconds=float(asked["wait"]),
    )
    _made(flow.by_consent(wanted, app, person, utc_now, time.monotonic))


def _explain(vendor: Any) -> None:
    click.echo(f"What is asked for, and why ({vendor.service.called}):")
    for scope in vendor.scopes:
        click.echo(f"  {scope.name}: {scope.why}{'' if scope.needed else ' (may be left out)'}")


def _wanted(service: Service, asked: dict[str, Any], login_url: str = "") -> Any:
    name = asked["name"] or service.value
    return _flow().Wanted(_settings(), service, name, login_url, asked["port"])


def _made(connection: Any) -> None:
    _view().made(connection, click.echo)


def _secret(what: str, *, from_stdin: bool) -> str:
    """Return a secret from standard input; without it nobody is asked where nobody could answer."""
    if from_stdin or not sys.stdin.isatty():
        return sys.stdin.readline().strip() if from_stdin else ""
    return str(click.prompt(f"{what} (hidden; empty if it has none)", default="", hide_input=True))


def _pasted() -> str:
    click.echo("Paste the whole address at which the browser ended (its page may show an error):")
    return sys.stdin.readline()


def _address(login_url: str) -> str:
    """Return the address people sign in at, with its scheme."""
    address = login_url.strip().rstrip("/")
    if address and "://" not in address:
        address = f"https://{address}"
    if address.startswith("http://") and not address.startswith("http://127.0.0.1"):
        raise ConfigError(
            "Nobody should sign in over plain HTTP.",
            code="plain_http",
            remedy="Give --login-url as https://...",
        )
    return address


def _flow() -> ModuleType:
    """Import the libraries of OAuth only when they are used: they cost every step of a job."""
    return importlib.import_module("outreach_cli.connecting")


def _view() -> ModuleType:
    return importlib.import_module("outreach_cli.connections_view")


def _settings() -> Settings:
    return load_settings(os.environ, Path.cwd())
