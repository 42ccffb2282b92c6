"""What a workspace's rule files come to: the rules a plan obeys, and when they count as changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from outreach_core.errors import ConfigError
from outreach_core.merge import Rules
from outreach_core.model import EffectKind, Side
from outreach_reconcile.planning import load_workspace

RULES = Path(__file__).parents[2] / "rules"
CRMS = (Side.HUBSPOT, Side.SALESFORCE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the rule files."""
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def loaded(folder: Path) -> Rules:
    """The rules of both CRMs."""
    return load_workspace(folder, folder / "policy.yml", CRMS)


def edit(path: Path, old: str, new: str) -> None:
    """Edit one place of a rule file."""
    text = path.read_text(encoding="utf-8")
    assert 1 == text.count(old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_workspace_is_all_its_files(folder: Path) -> None:
    """Fields, statuses, what only we write and what is told, per connected CRM."""
    rules = loaded(folder)

    assert {Side.HUBSPOT: "contacts", Side.SALESFORCE: "leads"} == rules.objects
    assert {*CRMS} == {*rules.status} == {*rules.written} == {*rules.effects}
    assert "status" not in rules.written[Side.HUBSPOT]
    assert "deals" == rules.effects[Side.HUBSPOT].objects[EffectKind.DEAL]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("replies.yml", "    - intrigued\n", "    - intrigued\n    - music to our ears\n"),
        ("replies.yml", "    - intrigued\n", ""),
        ("replies.yml", "most_words: 200", "most_words: 20"),
        ("sheet.yml", "  sent: Date Sent", "  sent: Sent On"),
        ("hubspot.yml", "    CONNECTED: Replied\n", ""),
        ("salesforce.yml", "  stage: Prospecting", "  stage: Qualification"),
    ],
)
def test_rules_that_mean_something_else_count_as_changed(
    folder: Path, name: str, old: str, new: str
) -> None:
    """Those of replies too: they decide what a deal is made of."""
    before = loaded(folder).fingerprint
    edit(folder / name, old, new)

    assert before != loaded(folder).fingerprint


@pytest.mark.parametrize("name", ["replies.yml", "sheet.yml", "hubspot.yml", "policy.yml"])
def test_a_comment_is_no_change(folder: Path, name: str) -> None:
    """Nor is what stands in no rule file at all."""
    before = loaded(folder).fingerprint
    path = folder / name
    path.write_text(f"# hello\n{path.read_text(encoding='utf-8')}\n# bye\n", encoding="utf-8")
    (folder / "notes.txt").write_text("hello", encoding="utf-8")

    assert before == loaded(folder).fingerprint


def test_a_workspace_without_reply_rules_is_one(folder: Path) -> None:
    """Without them an answer is positive only where the sheet says so; taking them away is a change."""
    before = loaded(folder).fingerprint
    (folder / "replies.yml").unlink()

    assert before != loaded(folder).fingerprint


def test_a_mistake_in_the_reply_rules_stops_the_plan(folder: Path) -> None:
    """As one in any other rule file, named with its line."""
    edit(folder / "replies.yml", "most_words: 200", "most_words: many")

    with pytest.raises(ConfigError, match=r"replies\.yml:\d+: `most_words`"):
        loaded(folder)
