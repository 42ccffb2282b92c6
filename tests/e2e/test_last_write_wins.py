"""Two people edit one prospect: with `lww` the later one is known, whoever it is, and the log keeps the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.project import Project
from harness.story import in_step, rerun, row_number, row_of, type_into, written
from harness.world import World

ROOT = Path(__file__).parents[2]


@pytest.fixture
def newest_wins(world: World, tmp_path: Path) -> World:
    """A world in step whose policy is `lww` since."""
    in_step(world)
    rules = Path(shutil.copytree(ROOT / "transforms" / "rules", tmp_path / "rules"))
    text = (rules / "policy.yml").read_text()
    (rules / "policy.yml").write_text(text.replace("strategy: merge", "strategy: lww"))
    world.project = Project(rules=rules)
    world.settings = {
        "OUTREACH_RULES_DIR": str(rules),
        "OUTREACH_POLICY_FILE": str(rules / "policy.yml"),
        "OUTREACH_SHARPEN_EDIT_TIMES": "true",
    }
    return world


def test_the_later_edit_wins_and_the_other_is_in_the_log(newest_wins: World):
    """HubSpot is asked once for the history of the one contact in dispute, in the run that sees it."""
    contact = next(c for c in newest_wins.contacts() if c["properties"].get("phone"))
    email = contact["properties"]["email"]
    type_into(newest_wins, row_number(newest_wins, email), "Phone", "'+1 555 0146")
    newest_wins.later(600)
    newest_wins.control.people("hubspot", "edit", email=email, properties={"phone": "+1 555 0147"})
    newest_wins.control.forget_calls()

    rerun(newest_wins)

    reads = [c["operation"] for c in newest_wins.calls() if c["operation"] == "objects.batch_read"]
    assert 1 == len(reads), reads
    assert "+1 555 0147" == row_of(newest_wins, email)["Phone"]
    said = newest_wins.outreach("log", "--json").stdout
    assert "+1 555 0146" in said
    assert "newest won" in said

    newest_wins.control.forget_calls()
    rerun(newest_wins)
    assert [] == written(newest_wins)
