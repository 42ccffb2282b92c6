"""The package passes the offline checkers, and each of them refuses what it is there for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.salesforce_package.checkers import (
    judge,
    missing,
    parse,
    require,
    semantics,
    unformatted,
)
from tests.salesforce_package.package import CLASSES, PACKAGE, TRIGGERS, is_test

# what compiles nowhere although every line parses: name of the class, body, what is complained of
BROKEN = {
    "UnknownField": ("Object x = new Lead(Nope__c = 'x');", "Nope__c"),
    "UnknownActivityField": ("Object x = new Task(Outreach_Nope__c = 'x');", "Outreach_Nope__c"),
    "WrongArgument": ("String x = OutreachMessage.sign('1', '2', 3);", "sign"),
    "MissingMethod": ("OutreachSigningKey.forget();", "forget"),
    "WrongAssignment": ("Integer x = OutreachSigningKey.value();", "Integer"),
    "UndefinedVariable": ("Object x = nowhere;", "nowhere"),
    # Apex knows no case: a variable hides the type of its name
    "HiddenType": ("String contact = 'x'; Object x = Contact.SObjectType;", "SObjectType"),
}
FINE = "Object x = new Task(Outreach_Id__c = 'x'); Object y = new Lead(Responded__c = true);"

LOOPING = """public with sharing class Looping {
    public void callOut(List<HttpRequest> requests) {
        for (HttpRequest request : requests) {
            new Http().send(request);
        }
        for (Lead found : [SELECT Id FROM Lead LIMIT 9]) {
            update found;
        }
    }
}
"""


def _class(name: str, body: str) -> str:
    return f"public class {name} {{\n    public static void go() {{\n        {body}\n    }}\n}}\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A copy of the package to spoil."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "workspace"))


def _add(workspace: Path, name: str, source: str) -> Path:
    folder = workspace / "force-app" / "main" / "default" / "classes"
    described = (folder / "OutreachMessage.cls-meta.xml").read_text()
    (folder / f"{name}.cls-meta.xml").write_text(described)
    (folder / f"{name}.cls").write_text(source)
    return folder / f"{name}.cls"


@pytest.mark.usefixtures("checkers")
def test_every_file_parses() -> None:
    """The community's grammar reads every class and trigger."""
    told = parse([*CLASSES, *TRIGGERS])

    assert len(CLASSES) + len(TRIGGERS) == len(told)
    assert {} == {name: found.errors for name, found in told.items() if found.errors}


@pytest.mark.usefixtures("checkers")
def test_nothing_costs_a_limit_in_a_loop() -> None:
    """No class but those of tests queries, writes, queues or calls out inside a loop."""
    told = parse([path for path in [*CLASSES, *TRIGGERS] if not is_test(path)])

    assert {} == {name: found.in_loops for name, found in told.items() if found.in_loops}


@pytest.mark.usefixtures("checkers")
def test_the_parser_refuses_broken_code(workspace: Path) -> None:
    """A statement without its end is an error; a call and a write in a loop are seen."""
    broken = _add(workspace, "Broken", _class("Broken", "Integer x = 1"))
    looping = _add(workspace, "Looping", LOOPING)

    told = parse([broken, looping])

    assert [] != list(told["Broken.cls"].errors)
    assert ("4 send", "7 updateStatement") == told["Looping.cls"].in_loops


@pytest.mark.usefixtures("checkers")
def test_salesforces_own_grammar_reads_every_file() -> None:
    """Jorje parses every file, and the formatter would change none."""
    assert [] == unformatted(PACKAGE / "force-app")


@pytest.mark.usefixtures("checkers")
def test_the_formatter_refuses_broken_code(workspace: Path) -> None:
    """Jorje names the file that it cannot read."""
    _add(workspace, "Broken", _class("Broken", "Integer x = 1"))

    complaints = unformatted(workspace)

    assert any("Broken.cls" in told for told in complaints), complaints


@pytest.mark.usefixtures("checkers")
def test_the_package_makes_sense() -> None:
    """The semantic checker has no complaint, not even a warning."""
    assert [] == semantics(PACKAGE)


@pytest.mark.usefixtures("checkers")
def test_the_semantic_checker_refuses_what_only_parses(workspace: Path) -> None:
    """Every broken class parses, and every one is complained of, each for its own mistake."""
    added = [_add(workspace, name, _class(name, body)) for name, (body, _) in BROKEN.items()]
    _add(workspace, "Fine", _class("Fine", FINE))

    complaints = semantics(workspace)

    assert {()} == {found.errors for found in parse(added).values()}
    assert {f"{name}.cls" for name in BROKEN} == {told.partition(":")[0] for told in complaints}
    for name, (_, mistake) in BROKEN.items():
        assert any(told.startswith(name) and mistake in told for told in complaints), name


@pytest.mark.usefixtures("checkers")
def test_pmd_has_no_complaint(tmp_path: Path) -> None:
    """Every rule of the ruleset holds in every class and trigger."""
    assert [] == judge([*CLASSES, *TRIGGERS], tmp_path)


@pytest.mark.usefixtures("checkers")
def test_pmd_refuses_bad_habits(workspace: Path, tmp_path: Path) -> None:
    """A write in a loop and a fixed id are complained of."""
    fixed_id = _class("FixedId", "Id x = '00Q5g00000AbCdE';")

    complaints = judge(
        [_add(workspace, "Looping", LOOPING), _add(workspace, "FixedId", fixed_id)], tmp_path
    )

    rules = {told.split()[1] for told in complaints}
    assert {"OperationWithLimitsInLoop", "AvoidHardcodingId"} <= rules


def test_checkers_of_other_versions_are_missing(tmp_path: Path) -> None:
    """What was installed before the pins changed, or not to the end, has to be installed again."""
    shutil.copy(PACKAGE / "package-lock.json", tmp_path)
    unfinished = missing(str, tmp_path)
    (tmp_path / ".setup-done").touch()
    finished = missing(str, tmp_path)
    (tmp_path / "package-lock.json").write_text("{}")

    assert ([tmp_path.name], []) == (unfinished, finished)
    assert [tmp_path.name] == missing(str, tmp_path)


def test_a_missing_checker_fails_in_ci_alone(tmp_path: Path) -> None:
    """CI fails where a checker is missing; a newcomer is told how to get it."""
    lacking = missing(lambda program: None if program == "java" else program, tmp_path)

    assert ["java", tmp_path.name] == lacking
    with pytest.raises(pytest.fail.Exception, match=r"need java.*\.ci/setup salesforce"):
        require(lacking, {"CI": "true"})
    with pytest.raises(pytest.skip.Exception, match=r"need java.*\.ci/setup salesforce"):
        require(lacking, {})
    require([], {"CI": "true"})
