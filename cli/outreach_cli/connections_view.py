"""How connected accounts are shown. Rule: no secret has a place here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from rich.console import Console

from outreach_adapters.auth.connections import Connection
from outreach_cli import screens, vendors
from outreach_cli.exits import Exit
from outreach_cli.settings import Settings
from outreach_core.errors import OutreachError, Retriable

WORKS, REFUSED, SILENT, NOT_TRIED = "works", "refused", "no answer", "not tried"
KINDS = {
    "oauth": "a person agreed",
    "token": "a private app's token",
    "service_account": "a service account's key",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One connection, and whether it works now."""

    name: str
    service: str
    kind: str
    account_id: str
    account: str
    scopes: tuple[str, ...]
    connected_at: str
    age_days: int
    ends_at: str
    state: str
    problem: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the stable form for scripts."""
        return asdict(self)


def look(
    settings: Settings, found: Sequence[Connection], now: datetime, *, offline: bool
) -> list[Shown]:
    """Return each connection with its state; unless offline each is tried as the plugins would."""
    return [_shown(one, now, *_state(settings, one, offline=offline)) for one in found]


def exit_of(shown: Sequence[Shown]) -> Exit:
    """Refused before silent: a person has to act on the former."""
    states = {one.state for one in shown}
    if REFUSED in states:
        return Exit.USAGE
    return Exit.RETRY if SILENT in states else Exit.CLEAN


def show(out: Console, shown: Sequence[Shown]) -> None:
    """Print a table, and below it what needs a person."""
    rows = [
        (one.name, f"{one.service} {one.account}", KINDS[one.kind], str(one.age_days), one.state)
        for one in shown
    ]
    screens.table(out, "Connected accounts", ("name", "account", "how", "days", "now"), rows)
    for one in shown:
        for sentence in _sentences(one):
            screens.say(out, f"{one.name}: {sentence}")


def _sentences(one: Shown) -> Iterator[str]:
    if one.problem:
        yield one.problem
    if one.ends_at:
        yield ending(one.ends_at)
    yield (
        f"may use {', '.join(one.scopes)}" if one.scopes else "the service does not say what it may"
    )


def made(connection: Connection, tell: Callable[[str], None]) -> None:
    """Say what was granted and how it is used."""
    tell(f"Connected: {connection.service.called} {connection.account.name}".rstrip())
    granted = ", ".join(connection.scopes) or f"{connection.service.called} does not say"
    tell(f"Granted: {granted}")
    if connection.ends_at:
        tell(ending(connection.ends_at))
    tell(f"Kept as {connection.name}, readable by you alone. To use it, add this line to .env:")
    tell(f"OUTREACH_{connection.service.value.upper()}_CONNECTION={connection.name}")


def ending(at: str) -> str:
    """Say when a consent ends, and why.

    https://developers.google.com/identity/protocols/oauth2#expiration
    """
    return (
        f"This consent ends on {at[:10]}: the Google app is in testing, where consents last a week. "
        "Publish it (or make it internal) in the Google Cloud console, then connect again."
    )


def _state(settings: Settings, one: Connection, *, offline: bool) -> tuple[str, str]:
    if offline:
        return NOT_TRIED, ""
    try:
        config = vendors.config_of(settings, one.service, login_url=one.login_url)
        vendors.consent(one.service).try_now(config, one)
    except Retriable as error:
        return SILENT, str(error)
    except OutreachError as error:
        told = str(error) if one.again in error.remedy else f"{error.message} {_again(one)}"
        return REFUSED, told
    return WORKS, ""


def _again(one: Connection) -> str:
    return f"Connect the account again: {one.again}"


def _shown(one: Connection, now: datetime, state: str, problem: str) -> Shown:
    return Shown(
        name=one.name,
        service=one.service.value,
        kind=one.kind.value,
        account_id=one.account.id,
        account=one.account.name,
        scopes=one.scopes,
        connected_at=one.connected_at,
        age_days=max(0, (now - datetime.fromisoformat(one.connected_at)).days),
        ends_at=one.ends_at,
        state=state,
        problem=problem,
    )
