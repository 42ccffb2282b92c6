"""Somebody is erased in the CRM, as the law gives people a right to: they stay erased, and are forgotten here."""

from __future__ import annotations

import contextlib
import sqlite3

from harness.story import in_step, rerun, row_number, row_of, type_into, written
from harness.world import World
from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import open_ledger
from outreach_adapters.ledger.hints import Hint, HintKind
from outreach_core.model import Side

EMAIL = "adaterzi@example.com"
OLD, NEW = "+1 555 0177", "+1 555 0178"


def settle(world: World, runs: int = 4) -> None:
    """Run until a missing contact was looked for."""
    for _ in range(runs):
        rerun(world)


def remembered(world: World, words: str) -> list[str]:
    """Return the tables that hold these words; what the sheet itself shows now is left out."""
    path = world.ledger_url.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(path)) as database:
        names = [
            n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return [
            name
            for name in names
            if name != "sheet_row"
            and any(words in repr(row) for row in database.execute(f'SELECT * FROM "{name}"'))
        ]


def ask_to_forget(world: World, record_id: str) -> None:
    """Tell the ledger what a receiver was told."""
    ledger = open_ledger(world.ledger_url, now=utc_now, new_id=new_id)
    with contextlib.closing(ledger):
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", record_id, HintKind.ERASURE)])


def test_somebody_who_was_erased_is_not_made_again_and_forgotten(world: World):
    """The row is archived and stays; neither an edit nor a full refresh brings the contact back."""
    in_step(world)
    before = len(world.contacts())
    row = row_number(world, EMAIL)
    for phone in (OLD, NEW):
        type_into(world, row, "Phone", f"'{phone}")
        rerun(world)
    record = world.contact(EMAIL)["id"]
    assert {"base", "change", "crm_record"} <= set(remembered(world, NEW.replace(" ", "")[-4:]))

    ask_to_forget(world, record)
    rerun(world)
    assert "change" in remembered(world, OLD)  # what was said may be a lie: the contact is there

    world.control.people("hubspot", "privacy_delete", id=record)
    settle(world)
    assert "Archived" == row_of(world, EMAIL)["Status"]
    assert [] == remembered(world, OLD)
    assert [] == remembered(world, EMAIL)
    assert "(erased)" in world.outreach("log", "--row", str(row)).stdout

    type_into(world, row, "Phone", "'+1 555 0188")
    settle(world, 2)
    world.forget_states()
    settle(world, 2)

    assert before - 1 == len(world.contacts())
    assert "Archived" == row_of(world, EMAIL)["Sync Status"]
    world.control.forget_calls()
    rerun(world)
    assert [] == written(world)
    assert len(world.calls()) <= 4
