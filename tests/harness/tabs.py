"""Our own tabs as people see and fill them.

The rule: read from the sheet, never from the ledger.
"""

from __future__ import annotations

from typing import Any

from harness.world import World
from outreach_core.model.screens import FRAMES, Screen


def values(world: World, screen: Screen) -> list[list[Any]]:
    """Everything a tab of ours shows."""
    return list(world.control.people("google", "grid", sheet=FRAMES[screen].title)["values"])


def lines(world: World, screen: Screen) -> list[dict[str, Any]]:
    """Its lines by header, with the row they stand in."""
    header, *rows = values(world, screen)[1:]
    return [
        {**dict(zip(header, [*row, *[""] * len(header)], strict=False)), "row": number}
        for number, row in enumerate(rows, 3)
    ]


def answer(world: World, screen: Screen, line: dict[str, Any], words: str) -> None:
    """Choose something in a line's dropdown."""
    frame = FRAMES[screen]
    cell = f"{chr(ord('A') + frame.columns.index(frame.decision))}{line['row']}"
    world.control.people("google", "type", sheet=frame.title, cell=cell, value=words)
