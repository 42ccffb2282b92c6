"""An account full of people and an empty sheet: where an import begins, and what the outreach system sees of it.

The rule: as in ``story.py``, everything is done and read as a person or another program would.
"""

from __future__ import annotations

import json
from typing import Any

from harness.story import rerun
from harness.world import SHEET_ID, World

PORTO = json.dumps({"filters": [{"property": "city", "operator": "EQ", "value": "Porto"}]})
LIST = "Spring 2026"
ODD = (
    '=HYPERLINK("https://example.com","x")',
    "+1 555 0100",
    "Café ☕ Öz & Şah",
    "two\nlines",
    "'quoted",
    "007",
    "-5",
    "@handle",
)


def person(number: int, **properties: str) -> dict[str, Any]:
    """A contact; every tenth has an odd company, every seventh no company at all."""
    usual = {
        "email": f"person{number}@example.org",
        "firstname": f"Ada {number}",
        "lastname": "Sample",
        "company": f"Business {number}",
        "phone": f"+1 555 01{number % 100:02d}",
        "website": f"https://business-{number}.example.org/",
        "city": "Porto",
    }
    if number % 7 == 0:
        usual["company"] = ""
    if number % 10 == 0:
        usual["company"] = ODD[number // 10 % len(ODD)]
    if number % 3 == 0:
        usual["hs_lead_status"] = ("NEW", "CONNECTED", "OPEN_DEAL", "BAD_TIMING")[number // 3 % 4]
    return {"id": 1000 + number, "properties": {**usual, **properties}}


def account(people: int, *tab: list[Any], **more: Any) -> dict[str, Any]:
    """A seed: so many people in Porto, five elsewhere, three without an address; a sheet with these rows."""
    elsewhere = [person(5000 + n, city="Faro", email=f"far{n}@example.org") for n in range(5)]
    silent = [person(6000 + n, email="") for n in range(3)]
    contacts = [person(n) for n in range(people)]
    lists = [{"name": LIST, "members": [c["id"] for c in (*contacts, *silent)]}]
    sheet = {"title": "Spring", "rows": 1000, "columns": 26, "values": list(tab), **more}
    book = {"id": SHEET_ID, "title": "Outreach", "timeZone": "Europe/Istanbul", "sheets": [sheet]}
    return {
        "google": {"spreadsheets": [book]},
        "hubspot": {"contacts": [*contacts, *elsewhere, *silent], "lists": lists},
    }


def open_account(world: World, people: int, *tab: list[Any], **more: Any) -> World:
    """Start again with this account and sheet, provisioned; the journal is empty."""
    world.control.reset(account(people, *tab, **more))
    world.outreach("provision", "hubspot")
    world.control.forget_calls()
    return world


def bring_in(world: World, seconds: float = 60, *, code: int = 0, **asked: str) -> str:
    """Run the import, by filters unless told otherwise; return what it said."""
    settings = asked or {"criteria": PORTO}
    world.settings |= {f"OUTREACH_IMPORT_{name.upper()}": value for name, value in settings.items()}
    world.job = "hubspot-import"
    try:
        return rerun(world, seconds, code=code)
    finally:
        world.job = "hubspot-sync"
        for name in settings:
            del world.settings[f"OUTREACH_IMPORT_{name.upper()}"]


def drafts(world: World) -> list[list[Any]]:
    """Return what the outreach system's own reader finds: A2:N, column J says draft in any case."""
    _, *rows = world.grid()
    padded = [[*row[:14], *[""] * 14][:14] for row in rows]
    return [row for row in padded if str(row[9]).strip().lower() == "draft"]
