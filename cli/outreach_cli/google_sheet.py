"""The door to Google. Rule: it makes a spreadsheet, or reads one; it changes none."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from outreach_adapters.sheets.client import SheetsClient, client_from
from outreach_adapters.sheets.creating import NewSheet, create_spreadsheet
from outreach_adapters.sheets.rows import OUR_COLUMNS, read_layout
from outreach_adapters.sheets.rows import read_rows as rows_of
from outreach_cli.doctor import Check
from outreach_cli.provision import GOOGLE, LATER, MISSING, THERE, WRONG, Need, Needs
from outreach_cli.settings import Settings


def new_sheet(settings: Settings, title: str, tab: str, time_zone: str | None) -> NewSheet:
    """Make an empty spreadsheet for a campaign."""
    return create_spreadsheet(config_of(settings), title, tab, time_zone)


def provision_google(
    settings: Settings,
    mapped: Iterable[str],
    *,
    sleep: Callable[[float], None],
    rng: random.Random,
) -> Needs:
    """Return what the sheet has of what the sync needs; our own columns come with the first run."""
    client = open_sheet(settings, sleep, rng)
    edit = client.may_edit()
    detail = "" if edit else "share the spreadsheet with this account as editor"
    items = [Need("access", "editing", THERE if edit else WRONG, detail)]
    grid = client.read_tab().grid
    header = [str(cell).strip() for cell in grid[0]] if grid else []
    items += [_column(name, header, MISSING) for name in mapped]
    items += [_column(name, header, LATER) for name in OUR_COLUMNS]
    return Needs(tuple(items), GOOGLE)


def _column(name: str, header: Sequence[str], otherwise: str) -> Need:
    times = header.count(name)
    if times > 1:
        return Need("column", name, WRONG, "stands in the first row more than once")
    return Need("column", name, THERE if times else otherwise)


def open_sheet(
    settings: Settings, sleep: Callable[[float], None], rng: random.Random
) -> SheetsClient:
    """Return a client that can only read the spreadsheet; calls nothing yet."""
    return client_from(config_of(settings), sleep=sleep, rng=rng, read_only=True)


def checks(
    about: str,
    settings: Settings,
    mapped: Iterable[str],
    sleep: Callable[[float], None],
    rng: random.Random,
) -> Iterable[Check]:
    """Yield what `doctor` looks at: the file, its header row, our column of row ids."""
    headers = list(mapped)

    def connection() -> str:
        open_sheet(settings, sleep, rng).file_version()
        return "The spreadsheet can be read."

    def header() -> str:
        tab = open_sheet(settings, sleep, rng).read_tab()
        read_layout(tab.grid, headers)
        return f"{len(headers)} mapped columns, {max(0, len(tab.grid) - 1)} rows."

    def ids() -> str:
        grid = open_sheet(settings, sleep, rng).read_tab().grid
        missing = read_layout(grid, headers).missing
        return "Added by the first run." if missing else "All of our columns are there."

    yield Check(about, "connection", connection, vital=True)
    yield Check(about, "header row", header, vital=True)
    yield Check(about, "our columns", ids)


def read_rows(
    settings: Settings, mapped: Iterable[str], sleep: Callable[[float], None], rng: random.Random
) -> dict[str, Mapping[str, Any]]:
    """Return the cells of every row that has an id, by that id; of a copied id the topmost row's."""
    grid = open_sheet(settings, sleep, rng).read_tab().grid
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows_of(read_layout(grid, mapped), grid):
        if row.sync_id:
            found.setdefault(row.sync_id, row.cells)
    return found


def config_of(settings: Settings) -> dict[str, str | None]:
    """Return the settings by the names the sheet's plugins give them."""
    access = settings.google
    return {
        "outreach_environment": settings.environment,
        "api_base_url": access.base_url,
        "token_url": access.token_url,
        "connection": access.connection,
        "connections_file": str(settings.connections_file),
        "service_account_json": access.service_account_json,
        "service_account_file": access.service_account_file,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "refresh_token": access.refresh_token,
        "spreadsheet_id": access.spreadsheet_id,
        "tab": access.tab,
    }
