"""Moments of the demo story that tests start from, and the questions they ask about a world.

The rule: everything is read as a person or another program would read it, never from the ledger.
"""

from __future__ import annotations

import re
from typing import Any

from harness.world import World

OURS = frozenset(
    {
        "Sync Status",
        "HubSpot",
        "Salesforce",
        "CRM Status",
        "Last Contacted",
        "Last Synced",
        "Sync Note",
        "Pause Sync",
        "_sync_id",
    }
)
_WRITES = re.compile(
    r"\.(create|update|upsert|archive|append|clear|merge|define|delete)$"
    r"|batch_?(create|update|upsert|archive|clear)",
    re.IGNORECASE,
)


def in_step(world: World, *, keep: str = "ask") -> World:
    """Bring a fresh world into step with HubSpot; the journal is empty then."""
    world.at(f"in step with hubspot, {keep}", lambda: come_in_step(world, keep=keep))
    return world


def come_in_step(world: World, *, keep: str = "ask") -> World:
    """Deliver the first plan and one quiet run; the journal is empty then."""
    _deliver(world, keep)
    assert {"create", "update"} <= {name.rpartition("_")[2] for name in written(world)}
    rerun(world, 120)
    world.control.forget_calls()
    return world


def settle(world: World, keep: str) -> None:
    """Deliver the first plan and let everything settle; the journal is empty then."""
    _deliver(world, keep)
    for _ in range(2):
        rerun(world)
    world.control.forget_calls()


def _deliver(world: World, keep: str) -> None:
    rerun(world, 0)
    world.outreach("plan", "--approve", "--keep", keep)
    rerun(world)


def rerun(world: World, seconds: float = 120, *, code: int = 0) -> str:
    """Run the job a while later; return what it said."""
    world.later(seconds)
    said = len(world.log.read_text()) if world.log.exists() else 0
    ended = world.run()
    text = world.log.read_text()[said:]
    assert code == ended, text
    return text


def theirs(world: World) -> list[dict[str, Any]]:
    """Return the rows without our columns, in the order of the sheet."""
    return [{k: v for k, v in row.items() if k and k not in OURS} for row in world.rows()]


def row_number(world: World, text: str, column: str = "Email") -> int:
    """Return the row that shows this text in a column."""
    header, *rows = world.grid()
    place = header.index(column)
    (found,) = [n for n, row in enumerate(rows, 2) if len(row) > place and row[place] == text]
    return found


def row_of(world: World, text: str, column: str = "Email") -> dict[str, Any]:
    """Return the row that shows this text in a column."""
    (found,) = [row for row in world.rows() if row[column] == text]
    return found


def type_into(world: World, row: int, header: str, value: str) -> None:
    """Type into a cell; an apostrophe in front keeps what looks like a number text, as in Sheets."""
    world.control.people("google", "type", row=row, header=header, value=value)


def append(world: World, name: str, email: str, **cells: str) -> int:
    """Let the outreach system append a business; return its row."""
    header = world.grid()[0]
    values = {"Business Name": name, "Email": email, "Status": "Draft", **cells}
    row = [values.get(column, "") for column in header[:14]]
    world.control.people("google", "outreach_append", rows=[row])
    return row_number(world, name, "Business Name")


def written(world: World) -> list[str]:
    """Return the writing operations since the journal was last emptied."""
    return [c["operation"] for c in world.calls() if _WRITES.search(c["operation"])]
