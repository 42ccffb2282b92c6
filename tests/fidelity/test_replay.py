"""The recorded answers of the real services, said again by the sandbox."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest

from fidelity.excuses import Excuses, load
from fidelity.recording import missing
from fidelity.replay import TAPES, Verdict, replay, stale
from fidelity.run import LEAST, complaints

COUNTS = Path(__file__).with_name("recorded.toml")
LACKING = missing()
# how many answers were recorded, and how many of them are of things the sandbox does not have
RECORDED = {"google": (914, 0), "hubspot": (401, 30), "salesforce": (94, 9)}
needs_recordings = pytest.mark.skipif(LACKING is not None, reason=str(LACKING))


@needs_recordings
@pytest.mark.parametrize("vendor", TAPES)
def test_recorded_answers_are_matched(vendor: str) -> None:
    """Nothing differs but what is on the reviewed list, and nothing on the list is idle."""
    excuses = load("replay")
    result = replay(vendor, excuses)
    total, left_out = RECORDED[vendor]

    assert [] == list(complaints([result], excuses))
    assert (total, left_out) == (len(result.judged), result.count(Verdict.LEFT_OUT))
    assert result.matched >= LEAST * result.compared


@needs_recordings
def test_the_counts_of_the_reference_are_those_of_the_recordings() -> None:
    """docs/reference/sandbox.md tells them where there are no recordings."""
    found: dict[str, dict[str, int]] = {}
    for vendor in TAPES:
        counts = Counter(
            one.endpoint
            for one in replay(vendor, load("replay")).judged
            if one.verdict in (Verdict.SAME, Verdict.EXCUSED)
        )
        found[vendor] = dict(sorted(counts.items()))

    assert tomllib.loads(COUNTS.read_text(encoding="utf-8")) == found


@needs_recordings
def test_without_excuses_the_differences_are_seen() -> None:
    """The list is what keeps the comparison quiet, not the comparison itself."""
    result = replay("salesforce", Excuses([]))

    assert {"not built", "status", "value"} <= {
        d.kind.value for one in result.different() for d in one.open
    }


@needs_recordings
def test_an_idle_excuse_is_an_error() -> None:
    """A line about a difference that is gone has to go too."""
    excuses = load("replay")
    result = replay("google", Excuses([]))

    assert [x.vendor for x in stale([result], excuses)] == ["google"]
