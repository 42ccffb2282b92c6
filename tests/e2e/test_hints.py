"""Hints of a webhook: whatever becomes of them on the way, the end is the same."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.kills import final_state
from harness.story import in_step, rerun
from harness.world import World
from outreach_adapters.identifiers import new_id, utc_now
from outreach_adapters.ledger import open_ledger
from outreach_adapters.ledger.hints import Hint
from outreach_core.model import Side


def tell(world: World, *record_ids: str) -> None:
    """Let a receiver hand on what it was told of."""
    ledger = open_ledger(world.ledger_url, now=utc_now, new_id=new_id)
    try:
        ledger.hints.note([Hint(Side.HUBSPOT, "contacts", one) for one in record_ids])
    finally:
        ledger.close()


@pytest.mark.slow
def test_hints_change_nothing_in_the_end(world: World, tmp_path: Path) -> None:
    """Edits, a deletion and a merge: the same sheet and the same contacts as by a schedule alone."""
    ends = {}
    for number, how in enumerate(("none", "doubled and shuffled", "half", "late", "invented")):
        home = tmp_path / f"home-{number}"
        home.mkdir(mode=0o700)
        ends[how] = story(replace(world, home=home, settings=dict(world.settings)), how)

    assert "+1 555 0155" in str(ends["none"]["sheet"])
    assert dict.fromkeys(ends, ends["none"]) == ends


def story(world: World, how: str) -> dict[str, Any]:
    """Live through a morning with these hints, or without; return what people see in the end."""
    in_step(world, keep="crm")
    contacts = sorted(world.contacts(), key=lambda one: int(one["id"]))
    edited, deleted, kept, merged = (contacts[n]["id"] for n in (3, 5, 7, 9))
    world.control.people("hubspot", "edit", id=edited, properties={"phone": "+1 555 0155"})
    world.control.people("hubspot", "delete", id=deleted)
    world.control.people("hubspot", "merge", primary=kept, other=merged)
    told = [edited, deleted, kept, merged]
    match how:
        case "doubled and shuffled":
            tell(world, *random.Random(7).sample(told * 3, 12))
            tell(world, *reversed(told))
        case "half":
            tell(world, edited, merged)
        case "invented":
            tell(world, *told, "999999999", "1")
    rerun(world)
    if how == "late":
        tell(world, *told)
    for _ in range(3):
        rerun(world)
    return final_state(world)
