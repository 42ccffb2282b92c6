"""The rules that `make mutants` breaks are those of today's code, and their tests exist."""

from __future__ import annotations

import pytest

from tests.mutants.run import OF_DESIGN, ROOT, Rule, Verdict, rules, sum_up

CATALOGUE = rules()


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.name)
def test_every_rule_can_be_broken(rule: Rule) -> None:
    """Each patch fits the code just once and changes it; the tests beside it are there."""
    text = (ROOT / rule.file).read_text(encoding="utf-8")

    assert text != rule.broken(text)
    for test in rule.noticed_by:
        file, *names = test.split("::")
        assert (ROOT / file).is_file(), test
        assert not names or names[-1] in _tests_near(file), test


def _tests_near(file: str) -> str:
    """Return the text of a test file and of its folder's suites, which it may run for a database."""
    beside = sorted((ROOT / file).parent.glob("*.py"))
    return "".join(path.read_text(encoding="utf-8") for path in beside)


def test_the_rules_of_the_design_are_all_there() -> None:
    """All 24 are numbered, and no two rules have one name."""
    numbers = sorted(rule.of_design for rule in CATALOGUE if rule.of_design)

    assert list(range(1, OF_DESIGN + 1)) == numbers
    assert len(CATALOGUE) == len({rule.name for rule in CATALOGUE})


def test_what_survives_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    """One rule that nobody notices is said and fails; unless it is known why nobody can."""
    known = Rule("b", "f", "x", "y", ("t",), survives="nobody can tell")
    unknown = Rule("a", "f", "x", "y", ("t",))

    assert 0 == sum_up([known], [Verdict.SURVIVED])
    assert 1 == sum_up([unknown], [Verdict.SURVIVED])
    assert 1 == sum_up([known], [Verdict.BROKEN])
    assert "survived: a. No test noticed." in capsys.readouterr().out
