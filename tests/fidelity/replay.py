"""Plays everything that was recorded and says how much of it the sandbox answers alike.

The one rule: an answer counts as matched only if its status is the recorded one and every other
difference in it is on the reviewed list; an answer of another status that is on the list, or of
something the sandbox does not have, is left out: counted apart and shown, never among the matched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from fidelity import google_tapes, hubspot_tapes, salesforce_tapes
from fidelity.comparing import Difference, Kind, differences, lagged
from fidelity.excuses import Excuse, Excuses, Place
from fidelity.playing import Played, Stage, stage
from fidelity.recording import Recorded

Play = Callable[[Stage], Iterator[Played]]
TAPES: dict[str, Play] = {
    "google": google_tapes.play,
    "hubspot": hubspot_tapes.play,
    "salesforce": salesforce_tapes.play,
}


class Verdict(StrEnum):
    """What became of one recorded answer."""

    SAME = "same"
    EXCUSED = "excused"
    LEFT_OUT = "left out"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Judged:
    """One recorded answer beside ours; `open` has the differences that nothing excuses."""

    call: Recorded
    endpoint: str
    verdict: Verdict
    open: tuple[Difference, ...]


@dataclass
class Result:
    """Every answer of one vendor."""

    vendor: str
    judged: list[Judged] = field(default_factory=list)

    def count(self, verdict: Verdict) -> int:
        """How many answers became that."""
        return sum(1 for one in self.judged if one.verdict is verdict)

    @property
    def compared(self) -> int:
        """How many answers the sandbox could be compared with."""
        return len(self.judged) - self.count(Verdict.LEFT_OUT)

    @property
    def matched(self) -> int:
        """How many of them match."""
        return self.count(Verdict.SAME) + self.count(Verdict.EXCUSED)

    def different(self) -> list[Judged]:
        """Those that do not."""
        return [one for one in self.judged if one.verdict is Verdict.DIFFERENT]


def replay(vendor: str, excuses: Excuses) -> Result:
    """Play one vendor's recordings."""
    result = Result(vendor)
    with stage(vendor) as here:
        for played in TAPES[vendor](here):
            found = differences(played.call.answer, played.ours, here.ids)
            if played.lagging:
                found = [lagged(difference) for difference in found]
            result.judged.append(judge(played.call, played.endpoint, found, excuses))
    return result


def judge(call: Recorded, endpoint: str, found: list[Difference], excuses: Excuses) -> Judged:
    """Weigh the differences of one answer."""
    session = call.name
    left = tuple(
        d
        for d in found
        if not excuses.cover(Place(call.vendor, session, endpoint, d.kind.value, d.where))
    )
    if left:
        verdict = Verdict.DIFFERENT
    elif any(d.kind in (Kind.NOT_BUILT, Kind.STATUS) for d in found):
        verdict = Verdict.LEFT_OUT
    else:
        verdict = Verdict.EXCUSED if found else Verdict.SAME
    return Judged(call, endpoint, verdict, left)


def table(results: list[Result]) -> Iterator[str]:
    """The counts, per vendor and endpoint."""
    yield f"{'endpoint':46} {'matched':>9} {'same':>6} {'excused':>8} {'left out':>9}"
    for result in results:
        by_endpoint: dict[str, Result] = {}
        for one in result.judged:
            by_endpoint.setdefault(one.endpoint, Result(one.endpoint)).judged.append(one)
        yield _row(result.vendor.upper(), result)
        for name in sorted(by_endpoint):
            yield _row(f"  {name}", by_endpoint[name])


def _row(name: str, result: Result) -> str:
    share = f"{result.matched}/{result.compared}"
    numbers = [result.count(v) for v in (Verdict.SAME, Verdict.EXCUSED, Verdict.LEFT_OUT)]
    return f"{name:46} {share:>9} {numbers[0]:>6} {numbers[1]:>8} {numbers[2]:>9}"


def stale(results: list[Result], excuses: Excuses) -> list[Excuse]:
    """Lines of the list that no recorded answer needs."""
    return excuses.unneeded(result.vendor for result in results)
