"""An org full of leads and an empty sheet: the twin of ``imports.py`` for Salesforce.

The rule: as in ``story.py``, everything is done and read as a person or another program would.
"""

from __future__ import annotations

import json
from typing import Any

from harness.imports import ODD
from harness.project import ROOT
from harness.story import rerun
from harness.world import SHEET_ID, World

SEEDS = ROOT / "sandbox" / "outreach_sandbox" / "seeds"
PORTO = json.dumps({"filters": [{"field": "City", "operator": "EQ", "value": "Porto"}]})
STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted")


def person(number: int, **values: Any) -> dict[str, Any]:
    """A lead; every tenth has an odd company, every third a status of its own."""
    usual = {
        "Email": f"person{number}@example.org",
        "FirstName": f"Ada {number}",
        "LastName": "Sample",
        "Company": f"Business {number}",
        "Phone": f"+1 555 01{number % 100:02d}",
        "Website": f"https://business-{number}.example.org/",
        "City": "Porto",
    }
    if number % 10 == 0:
        usual["Company"] = ODD[number // 10 % len(ODD)]
    if number % 3 == 0:
        usual["Status"] = STATUSES[number // 3 % 3]
    return {**usual, **values}


def org(people: int, *tab: list[Any]) -> dict[str, Any]:
    """A seed: so many people in Porto, five elsewhere, three without an address, two that were converted."""
    package = json.loads((SEEDS / "demo.json").read_text())["salesforce"]["custom_fields"]
    elsewhere = [person(5000 + n, City="Faro", Email=f"far{n}@example.org") for n in range(5)]
    silent = [person(6000 + n, Email=None) for n in range(3)]
    won = [person(7000 + n, Email=f"won{n}@example.org") for n in range(2)]
    sheet = {"title": "Spring", "rows": 1000, "columns": 26, "values": list(tab)}
    book = {"id": SHEET_ID, "title": "Outreach", "timeZone": "Europe/Istanbul", "sheets": [sheet]}
    return {
        "google": {"spreadsheets": [book]},
        "salesforce": {
            "custom_fields": package,
            "leads": [*[person(n) for n in range(people)], *elsewhere, *silent, *won],
            "conversions": [{"email": one["Email"], "status": "Closed - Converted"} for one in won],
        },
    }


def open_org(world: World, people: int, *tab: list[Any]) -> World:
    """Start again with this org and sheet; the journal is empty, the job the sync with Salesforce."""
    world.control.reset(org(people, *tab))
    world.control.forget_calls()
    world.job = "salesforce-sync"
    return world


def bring_in(world: World, seconds: float = 60, *, code: int = 0, **asked: str) -> str:
    """Run the import, by city unless told otherwise; return what it said."""
    settings = {"criteria": PORTO, **asked}
    named = {f"OUTREACH_IMPORT_{name.upper()}": value for name, value in settings.items()}
    world.settings |= named
    world.job = "salesforce-import"
    try:
        return rerun(world, seconds, code=code)
    finally:
        world.job = "salesforce-sync"
        for name in named:
            del world.settings[name]
