"""The page of laws: all of them, each with a proof that exists or an open word."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, text
from tests.docs.test_pages import NAMED_TEST, is_test

LAWS, RISKS = text(ROOT / "docs" / "explain" / "laws.md").split("## Risks")
ROW = re.compile(r"^\| (\d+) \|(.*)\|$", re.MULTILINE)


@pytest.mark.parametrize(("part", "count"), [(LAWS, 33), (RISKS, 18)], ids=["laws", "risks"])
def test_every_one_has_a_proof_or_is_open(part: str, count: int) -> None:
    """None is left out, and what nothing proves says so."""
    rows = {int(number): words for number, words in ROW.findall(part)}
    unproved = [n for n, words in rows.items() if not NAMED_TEST.search(words)]

    assert list(range(1, count + 1)) == sorted(rows)
    assert [] == [n for n in unproved if "*open*" not in rows[n]]


@pytest.mark.parametrize("part", [LAWS, RISKS], ids=["laws", "risks"])
def test_every_proof_exists(part: str) -> None:
    """A test that was renamed is renamed here too."""
    named = NAMED_TEST.findall(part)

    assert named
    assert [
        one for one in named if not (is_test(one) if "::" in one else (ROOT / one).exists())
    ] == []
