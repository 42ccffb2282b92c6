"""A value that HubSpot has no room for costs its own field, is named at its row, and is not tried for ever."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from harness.project import ROOT, Project
from harness.story import come_in_step, rerun, row_number, row_of, type_into, written
from harness.world import World

EMAIL = "adaterzi@example.com"
TOWN = "A town " + "with a very long name " * 4


def standing(world: World) -> tuple[str, int]:
    """Return how things stand, and how many rows of the last run ended as refused."""
    said = json.loads(world.outreach("status", "--json").stdout)
    return said["standing"], said["rows"]["failed"]


def test_a_text_without_room_waits_for_its_row(world: World, tmp_path: Path):
    """The phone typed beside it arrives; quiet runs write nothing; a shorter text is sent at once."""
    rules = Path(shutil.copytree(ROOT / "transforms" / "rules", tmp_path / "rules"))
    mapped = (rules / "hubspot.yml").read_text(encoding="utf-8")
    shorter = mapped.replace("{property: city}", "{property: city, max_length: 60}")
    assert mapped != shorter
    (rules / "hubspot.yml").write_text(shorter, encoding="utf-8")
    world.project = Project(rules=rules)
    world.settings = {"OUTREACH_RULES_DIR": str(rules)}
    come_in_step(world)
    before = world.contact(EMAIL)["properties"]["city"]
    row = row_number(world, EMAIL)

    type_into(world, row, "Location", TOWN)
    type_into(world, row, "Phone", "'+1 555 0178")
    rerun(world, code=1)
    shown = world.contact(EMAIL)["properties"]
    assert (before, "+1 555 0178") == (shown["city"], shown["phone"])
    assert "Error" == row_of(world, EMAIL)["Sync Status"]
    assert "City: The text is longer" in row_of(world, EMAIL)["Sync Note"]

    assert ("rejected", 1) == standing(world)

    for _ in range(2):
        world.control.forget_calls()
        rerun(world, code=1)
        assert [] == written(world)
    assert 4 >= len(world.calls())
    assert ("rejected", 1) == standing(world)

    type_into(world, row, "Location", "Short")
    rerun(world)
    assert "Short" == world.contact(EMAIL)["properties"]["city"]
    assert ("Synced", "") == tuple(row_of(world, EMAIL)[c] for c in ("Sync Status", "Sync Note"))
