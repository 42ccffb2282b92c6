"""A sandbox per test module, and the tab as the target's own code sees it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from outreach_adapters.sheets.client import client_from
from outreach_sandbox.kernel.server import Running, running
from target_outreach_sheets.jobs import IdJob
from target_outreach_sheets.tab import Tab

BOOK = "sandbox-outreach-sheet"
HEADER = [
    "Business Name", "Location", "Email", "Phone", "Website", "Contact Person",
    "Generated Subject", "Generated Body", "Your Notes", "Status", "Date Approved", "Date Sent",
    "Last Response", "Response Details",
]  # fmt: skip


def business(name: str, **cells: Any) -> list[Any]:
    """One row in the outreach layout."""
    filled = {"Business Name": name, "Email": f"{name.lower()}@example.com", "Status": "Draft"}
    filled.update(cells)
    return [filled.get(header, "") for header in HEADER]


@dataclass
class Desk:
    """The sandbox, the tab, and what happens just before a write."""

    sandbox: Running
    config: dict[str, Any]
    waits: list[float] = field(default_factory=list)
    before_write: list[Callable[[], Any]] = field(default_factory=list)

    @property
    def tab(self) -> Tab:
        client = client_from(self.config, sleep=self.waits.append, rng=random.Random(1))
        return Tab(client, self._check)

    def _check(self) -> None:
        if self.before_write:
            self.before_write.pop(0)()

    def seed(self, *rows: list[Any], columns: int = 26, header: list[str] | None = None) -> None:
        """Start again with these rows."""
        values = [header or HEADER, *rows]
        tab = {"title": "Businesses", "rows": 1000, "columns": columns, "values": values}
        book = {"id": BOOK, "title": "Outreach", "timeZone": "Europe/Istanbul", "sheets": [tab]}
        self.sandbox.control.reset({"google": {"spreadsheets": [book]}})
        self.sandbox.control.forget_calls()

    def person(self, door: str, **body: Any) -> dict[str, Any]:
        """Do what a person does in the spreadsheet."""
        return self.sandbox.control.people("google", door, **body)

    def grid(self) -> list[list[Any]]:
        """All values."""
        return list(self.person("grid")["values"])

    def row(self, rid: str) -> dict[str, Any]:
        """The one row with this id, by header."""
        header, *rows = self.grid()
        (found,) = [row for row in rows if rid in row]
        return dict(zip(header, [*found, *[""] * len(header)], strict=False))

    def calls(self) -> list[str]:
        """The API operations so far."""
        return [c["operation"] for c in self.sandbox.control.calls() if c["kind"] == "api"]

    def jobs(self) -> list[IdJob]:
        """An id for every row that has none."""
        view = self.tab.whole()
        from outreach_adapters.sheets.rows import read_rows

        rows = [r for r in read_rows(view.layout, view.grid) if r.sync_id is None]
        name = {r.number: str(r.cells.get("Business Name", "")) for r in rows}
        self.sandbox.control.forget_calls()
        return [
            IdJob(f"i-{r.number}", f"id-{name[r.number]}", r.number, r.fingerprint) for r in rows
        ]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with Google in it."""
    with running() as found:
        yield found


@pytest.fixture
def desk(sandbox: Running) -> Desk:
    """Three businesses in a fresh tab."""
    url = sandbox.google_url
    config = {
        "outreach_environment": "sandbox",
        "api_base_url": url,
        "token_url": f"{url}/token",
        "spreadsheet_id": BOOK,
    }
    sandbox.control.forget_faults()
    found = Desk(sandbox, config)
    found.seed(business("Ada"), business("Bo"), business("Cy"))
    return found
