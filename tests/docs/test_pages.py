"""What the pages say is there is there: links, make targets, settings, commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.reference import write_sandbox
from docs.reference.write import PAGE, definitions, page
from tests.architecture.tree import ROOT, committed, name, text

PAGES = [path for path in committed() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?://)([^)#\s]+)(?:#[^)]*)?\)")
TARGET = re.compile(r"`make ([a-z]+)`|^make ([a-z]+)$", re.MULTILINE)
VARIABLE = re.compile(r"\bOUTREACH_[A-Z_]+[A-Z]\b")
NAMED_TEST = re.compile(r"`((?:[\w-]+/)*tests/[\w/]+\.py(?:::\w+)?)`")
RUN = re.compile(r"\b(?:schedule run|run) ([a-z]+-[a-z-]+)")
# read by the sandbox's and the tests' own code, and by orchestrate/: not settings of a plugin
OTHER_VARIABLES = {
    "OUTREACH_TRUTH",
    "OUTREACH_TEST_POSTGRES_URL",
    "OUTREACH_TEST_AIRFLOW",
    "OUTREACH_PROJECT_DIR",
    "OUTREACH_WORKSPACES_DIR",
    "OUTREACH_WORKSPACES_FILE",
}
NO_PAGES = [ROOT / ".env.example", ROOT / "orchestrate" / "workspaces.example.yml"]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of a page leads to a committed file."""
    missing = [to for to in LINK.findall(text(path)) if not (path.parent / to).exists()]

    assert missing == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_make_targets_exist(path: Path) -> None:
    """Every make target that a page names exists."""
    known = set(re.findall(r"^([a-z]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = {first or second for first, second in TARGET.findall(text(path))}

    assert named - known == set()


@pytest.mark.parametrize("path", [*PAGES, *NO_PAGES], ids=name)
def test_variables_are_settings(path: Path) -> None:
    """Every OUTREACH_ variable that a page names sets a setting of some plugin."""
    settings = [s for _, plugin in definitions() for s in plugin.get("settings", [])]
    names = {n for s in settings for n in [s["name"], *s.get("aliases", [])]}
    known = {f"OUTREACH_{n.upper()}" for n in names} | OTHER_VARIABLES

    assert set(VARIABLE.findall(text(path))) - known == set()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_jobs_exist(path: Path) -> None:
    """Every job or schedule that a page runs is in meltano.yml."""
    known = set(re.findall(r"^- name: ([\w-]+)$", text(ROOT / "meltano.yml"), re.MULTILINE))

    assert set(RUN.findall(text(path))) - known == set()


def test_every_make_target_says_what_it_does() -> None:
    """`make` prints every target."""
    makefile = text(ROOT / "Makefile")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    described = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert targets == described


def test_settings_page_is_current() -> None:
    """The page of settings is made from the plugin definitions (`make reference`)."""
    assert page() == text(PAGE)


def test_sandbox_page_is_current() -> None:
    """The page of the sandbox is made from its endpoints (`make reference`)."""
    assert write_sandbox.page() == text(write_sandbox.PAGE)


@pytest.mark.parametrize("vendor", write_sandbox.VENDORS)
def test_every_endpoint_of_the_sandbox_has_a_source_and_a_test(vendor: str) -> None:
    """No endpoint is left out, none is made up, and the tests exist."""
    rows = write_sandbox.covered().get(vendor, {})
    unknown = [row["test"] for row in rows.values() if not is_test(f"sandbox/tests/{row['test']}")]

    assert set(write_sandbox.endpoints(vendor)) == set(rows)
    assert unknown == []


def test_every_detail_and_fault_of_the_sandbox_has_a_test() -> None:
    """The test exists; a detail says its evidence; every switch is somebody's detail or setting."""
    details = [
        row for rows in write_sandbox.table("details.toml").values() for row in rows.values()
    ]
    tests = [f"sandbox/tests/{test}" for _, test in details if test]
    tests += [test for _, test in write_sandbox.table("faults.toml").values()]

    assert [] == [test for test in tests if not is_test(test)]
    assert {"recorded", "documented", "reported", "unverified"} == {kind for kind, _ in details}


def is_test(name: str) -> bool:
    """Whether `path::function` is a test of the tree."""
    file, _, function = name.partition("::")
    path = ROOT / file
    return path.is_file() and re.search(rf"def {function}\(", text(path)) is not None


def test_invariants_name_tests_that_exist() -> None:
    """Every rule names an enforcer, and every enforcer exists."""
    page = text(ROOT / "INVARIANTS.md")
    rules = re.findall(r"^\| \d+ \|.*$", page, re.MULTILINE)
    named = NAMED_TEST.findall(page)

    assert [rule for rule in rules if not NAMED_TEST.search(rule)] == []
    assert [
        one for one in named if not (is_test(one) if "::" in one else (ROOT / one).exists())
    ] == []
