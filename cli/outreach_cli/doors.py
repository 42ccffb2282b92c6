"""The one door to the ledger for all commands. Rule: whoever opens it closes it; only `begin` waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from outreach_adapters.identifiers import new_id
from outreach_adapters.ledger import Ledger, open_ledger
from outreach_cli.settings import Settings

_SQLITE = "sqlite:///"


@contextmanager
def ledger(settings: Settings, *, now: Callable[[], datetime]) -> Iterator[Ledger]:
    """Open the ledger, made anew where there is none."""
    opened = open_ledger(settings.ledger_url, now=now, new_id=new_id)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def existing_ledger(settings: Settings, *, now: Callable[[], datetime]) -> Iterator[Ledger | None]:
    """Open the ledger if there is one: looking must not make a file."""
    file = sqlite_file(settings.ledger_url)
    if file is not None and not file.is_file():
        yield None
        return
    with ledger(settings, now=now) as opened:
        yield opened


def sqlite_file(url: str | None) -> Path | None:
    """Return the file of a SQLite URL; `None` for any other database."""
    if url is None or not url.startswith(_SQLITE):
        return None
    return Path(url.removeprefix(_SQLITE).partition("?")[0])
