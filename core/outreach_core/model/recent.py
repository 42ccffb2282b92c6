"""What was written lately, as far as it tells whether a field is written to and fro."""

from __future__ import annotations

from dataclasses import dataclass

from outreach_core.model.deliveries import Why
from outreach_core.model.sides import Side

RUNS = 5  # that are looked back upon
FEWEST = 3  # writes that can go to and fro


@dataclass(frozen=True, slots=True)
class RecentWrite:
    """One write of a field: where, what (in the compared form), and why."""

    side: Side
    key: str | None
    why: Why = Why.CLEAN
