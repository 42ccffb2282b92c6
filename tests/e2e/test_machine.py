"""Laws 1 to 20 in a state machine that runs the plugins over HTTP, for both CRMs.

The rule: what the machine can do and what the sync can do about it is listed; what never happened proves
nothing, and fails. Seen with ``pytest -s``: how often everything happened.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.machine import Machine, Report, live
from harness.world import World

STEPS = 1_050  # each of two CRMs
LONG = 10_000


def held(world: World, folder: Path, job: str, seeds: range, steps: int) -> Report:
    """Live with one CRM; the laws held, and everything that can happen did."""
    world.job = job
    report = live(world, folder, seeds, steps)
    print("\n".join(report.lines()))
    assert [] == report.wrong, "\n".join([*report.lines(), *report.wrong])
    never = [name for name in Machine(world, None).rules() if not report.ran[name]]  # type: ignore[arg-type]
    assert [] == never, f"never happened: {never}"
    return report


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("job", ["hubspot-sync", "salesforce-sync"])
def test_a_thousand_steps_break_no_law(world: World, tmp_path: Path, job: str):
    """Whoever does what, whenever a run is cut off: nothing typed is lost, nothing is told twice."""
    held(world, tmp_path, job, range(100, 200), STEPS)


@pytest.mark.sweep
@pytest.mark.timeout(0)
@pytest.mark.parametrize("job", ["hubspot-sync", "salesforce-sync"])
def test_ten_thousand_steps_break_no_law(world: World, tmp_path: Path, job: str):
    """The same for longer."""
    held(world, tmp_path, job, range(1_000, 2_000), LONG)
