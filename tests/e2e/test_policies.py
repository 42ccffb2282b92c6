"""The strategies a workspace may choose, through every stage: nothing is lost under any of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.project import ROOT
from harness.world import World

POLICY = (ROOT / "transforms" / "rules" / "policy.yml").read_text()


def under(world: World, tmp_path: Path, old: str, new: str) -> str:
    """Deliver a first sync under a changed policy; return the address of a contact made by it."""
    assert old in POLICY
    changed = tmp_path / "policy.yml"
    changed.write_text(POLICY.replace(old, new))
    world.settings["OUTREACH_POLICY_FILE"] = str(changed)
    assert 0 == world.run(), world.log.read_text()
    world.outreach("plan", "--approve", "--keep", "sheet")
    for _ in range(2):
        world.later(120)
        assert 0 == world.run(), world.log.read_text()
    return min(
        c["properties"]["email"]
        for c in world.contacts()
        if c["properties"].get("outreach_sync_created") == "true" and c["properties"].get("phone")
    )


def edit_both(world: World, email: str, sheet: str, hubspot: str) -> None:
    """Two people edit the phone of one business between two runs."""
    row = next(n for n, cells in enumerate(world.grid(), 1) if email in cells)
    world.control.people("google", "type", row=row, header="Phone", value=sheet)
    world.control.people("hubspot", "edit", email=email, properties={"phone": hubspot})
    for _ in range(2):
        world.later(120)
        assert 0 == world.run(), world.log.read_text()


def phones(world: World, email: str) -> tuple[str, str]:
    row = next(row for row in world.rows() if row["Email"] == email)
    return row["Phone"], world.contact(email)["properties"]["phone"]


def test_merge_keeps_an_edit_over_a_clear(world: World, tmp_path: Path):
    """One person clears the cell while another edits the contact: the number stays."""
    email = under(world, tmp_path, "strategy: merge", "strategy: merge")

    edit_both(world, email, "", "+1 555 0161")

    assert ("+1 555 0161", "+1 555 0161") == phones(world, email)


def test_manual_asks_about_a_clear_as_well(world: World, tmp_path: Path):
    """Under ``manual`` neither side is written."""
    email = under(world, tmp_path, "strategy: merge", "strategy: manual")

    edit_both(world, email, "", "+1 555 0162")

    assert ("", "+1 555 0162") == phones(world, email)
    assert "1 question" in world.outreach("status").stdout


@pytest.mark.parametrize(
    ("preference", "winner"), [("prefer_crm", "+1 555 0164"), ("prefer_sheet", "+1 555 0163")]
)
def test_the_loser_of_lww_is_in_the_history(
    world: World, tmp_path: Path, preference: str, winner: str
):
    """The tie-break decides where the order of two edits is unknown; the other value is kept."""
    rule = f"fields:\n  phone: {{strategy: lww, tiebreak: {preference}}}"
    email = under(world, tmp_path, "fields: {}", rule)

    edit_both(world, email, "'+1 555 0163", "+1 555 0164")

    assert (winner, winner) == phones(world, email)
    loser = "+1 555 0163" if winner.endswith("4") else "+1 555 0164"
    assert loser in [change.old.value for change in history(world)]
    assert "tiebreak" in [change.evidence for change in history(world)]


def history(world: World):
    from outreach_adapters.identifiers import new_id, utc_now
    from outreach_adapters.ledger import open_ledger

    ledger = open_ledger(world.ledger_url, now=utc_now, new_id=new_id)
    try:
        return ledger.history.changes(1000)
    finally:
        ledger.close()
