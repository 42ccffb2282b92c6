"""What people change in the rule files is all they have to change, and nothing is written unseen."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import outreach_sandbox.seeds
from harness.campaign import answer, mails, records, send
from harness.project import ROOT, Project
from harness.story import come_in_step, rerun, row_number, row_of, theirs, type_into, written
from harness.world import World

NAME = "Business Name"
INDUSTRY = {
    "name": "line_of_business",
    "label": "Line of business",
    "type": "string",
    "fieldType": "text",
    "groupName": "contactinformation",
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rule files."""
    return Path(shutil.copytree(ROOT / "transforms" / "rules", tmp_path / "rules"))


@pytest.fixture
def own(world: World, rules: Path) -> World:
    """A world with rule files of its own and a custom property in HubSpot, in step."""
    seed = json.loads(
        Path(outreach_sandbox.seeds.__file__).with_name("demo.json").read_text(encoding="utf-8")
    )
    seed["hubspot"]["custom_properties"] = [INDUSTRY]
    world.control.reset(seed)
    world.outreach("provision", "hubspot")
    world.project = Project(rules=rules)
    world.settings = {
        "OUTREACH_RULES_DIR": str(rules),
        "OUTREACH_POLICY_FILE": str(rules / "policy.yml"),
    }
    return come_in_step(world)


def sent_to_hubspot(world: World) -> list[str]:
    """Return what was written there; our own columns of the sheet may say why nothing was."""
    return [operation for operation in written(world) if not operation.startswith("sheets.")]


def edit(path: Path, old: str, new: str) -> None:
    """Edit one place of a rule file."""
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_renamed_column_is_one_edit(own: World, rules: Path):
    """The header in the sheet and `column` in sheet.yml; no value is written for it."""
    own.control.people("google", "rename_header", **{"from": "Phone", "to": "Telephone"})
    edit(rules / "sheet.yml", "column: Phone", "column: Telephone")

    rerun(own)
    assert [] == written(own)

    own.control.people(
        "hubspot", "edit", email="adaterzi@example.com", properties={"phone": "+1 555 0140"}
    )
    rerun(own)
    assert "+1 555 0140" == row_of(own, "Ada Terzi", NAME)["Telephone"]


def test_a_custom_property_is_two_lines(own: World, rules: Path):
    """One in each file; what it would write is shown before it is written, and flows both ways."""
    values = ["Cafe", "", "Dentist"]
    own.control.people(
        "google", "add_column", header="Industry", values=values, before="Sync Status"
    )
    own.control.people(
        "hubspot",
        "edit",
        email="info@modabisiklet.example.com",
        properties={"line_of_business": "Bicycles"},
    )
    rerun(own)
    before = theirs(own)
    own.control.forget_calls()
    edit(
        rules / "sheet.yml",
        "  website:        {column",
        "  industry: {column: Industry, type: text}\n  website:        {column",
    )
    edit(
        rules / "hubspot.yml",
        "  website: ",
        "  industry: {property: line_of_business}\n  website: ",
    )

    said = rerun(own, code=1)

    assert "The rules changed: look at what they would write, then approve it." in said
    assert ([], before) == (sent_to_hubspot(own), theirs(own))
    shown = own.outreach("plan").stdout
    assert ("Industry" in shown, "Cafe" in shown, "Dentist" in shown) == (True, True, True)

    own.outreach("plan", "--approve")
    rerun(own)
    cafe = own.contact("hello@bluefinch.example.com")
    assert "Cafe" == cafe["properties"]["line_of_business"]
    assert "Bicycles" == row_of(own, "Moda Bisiklet", NAME)["Industry"]

    type_into(own, row_number(own, "Ada Terzi", NAME), "Industry", "Tailor")
    own.control.people(
        "hubspot",
        "edit",
        email="hello@bluefinch.example.com",
        properties={"line_of_business": "Coffee"},
    )
    rerun(own)
    tailor = own.contact("adaterzi@example.com")
    assert "Tailor" == tailor["properties"]["line_of_business"]
    assert "Coffee" == row_of(own, "Blue Finch Café ☕", NAME)["Industry"]


@pytest.mark.timeout(300)
def test_changed_reply_rules_make_no_deal_unseen(own: World, rules: Path):
    """An answer that they call a yes now is shown as a deal first, though no cell of the sheet changed."""
    (mail, *_) = mails(own)
    send(own, mail, "2026-11-20 09:15:42")
    answer(own, mail, "2026-11-20 10:00:00", "This is music to our ears, thank you.")
    for _ in range(4):  # until the sheet is not even read any more
        rerun(own)
    assert [] == records(own, "deals")

    edit(rules / "replies.yml", "    - intrigued\n", "    - intrigued\n    - music to our ears\n")
    said = rerun(own, 60, code=1)

    assert "The rules changed: look at what they would write, then approve it." in said
    assert [] == records(own, "deals")
    own.outreach("plan", "--approve")
    rerun(own)
    assert 1 == len(records(own, "deals"))


def test_a_property_that_does_not_exist_stops_that_side(own: World, rules: Path):
    """It is named with its remedy, and neither side is written."""
    before = theirs(own)
    edit(rules / "hubspot.yml", "{property: city}", "{property: town}")

    rerun(own, code=1)

    assert ([], before) == (sent_to_hubspot(own), theirs(own))
    said = json.loads(own.outreach("status", "--json").stdout)["sentences"][0]
    assert "town" in said

    edit(rules / "hubspot.yml", "{property: town}", "{property: city}")
    rerun(own, 3600)  # what HubSpot shows as changed since has nothing of them any more
    assert ([], before) == (sent_to_hubspot(own), theirs(own))


def test_another_property_is_read_of_every_record(own: World, rules: Path):
    """However long it is unchanged: what the old one held is not taken for what the new one holds."""
    own.control.people(
        "hubspot", "edit", email="adaterzi@example.com", properties={"jobtitle": "Tailor"}
    )
    rerun(own)
    rerun(own, 3600)
    before = theirs(own)
    edit(rules / "hubspot.yml", "{property: city}", "{property: jobtitle}")

    said = rerun(own, 60, code=1)

    assert "The rules changed: look at what they would write, then approve it." in said
    assert ([], before) == (sent_to_hubspot(own), theirs(own))
    shown = json.loads(own.outreach("plan", "--json").stdout)["changes"]
    assert "Tailor" in {value for line in shown for value in (line["before"], line["after"])}


def test_a_bad_rule_file_stops_the_run(own: World, rules: Path):
    """File, line and remedy are said; nothing is written."""
    edit(rules / "sheet.yml", "type: phone}", "type: telephone}")

    said = rerun(own, code=1)

    assert [] == written(own)
    line = (rules / "sheet.yml").read_text().split("telephone}")[0].count("\n") + 1
    assert f"{rules / 'sheet.yml'}:{line}" in said
