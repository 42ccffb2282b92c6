"""Puts people who are in no company into theirs.

Rule: the most generic association, which may be said twice; a person who is in a company is never moved.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.client import HubSpotClient
from outreach_core.errors import Skippable
from outreach_core.model import Outcome, OutcomeKind
from target_hubspot_activities.made import Tie, gone_of, gone_outcome

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Pair:
    """A person and the company it is put into."""

    intent_id: str
    person: str
    company: str


def associate(
    client: HubSpotClient, pairs: Sequence[Pair], *, before: Callable[[], None]
) -> list[Outcome]:
    """Return one outcome per pair.

    | # | the answer | outcome |
    |---|---|---|
    | 1 | has the pair | written |
    | 2 | has it not, and one of the two is not there any more | gone, by which |
    | 3 | has it not | held |

    Raises:
        Retriable: It cannot be asked now; nothing is in doubt, for it may be said twice.
    """
    if not pairs:
        return []
    before()
    try:
        answer = client.associate("contacts", "companies", [(p.person, p.company) for p in pairs])
    except Skippable:
        answer = {}
    done = {_ends(item) for item in answer.get("results") or ()}
    left = [pair for pair in pairs if frozenset((pair.person, pair.company)) not in done]
    ties = [tie for pair in left for tie in _ties(pair)]
    gone = gone_of(client, ties, before) if ties else set()
    outcomes = [Outcome(p.intent_id, OutcomeKind.WRITTEN, p.person) for p in pairs if p not in left]
    for pair in left:
        lost = next((tie for tie in _ties(pair) if tie in gone), None)
        held = Outcome(pair.intent_id, OutcomeKind.HELD)
        outcomes.append(gone_outcome(pair.intent_id, lost) if lost else held)  # (2) (3)
    return outcomes


def _ends(item: Mapping[str, Any]) -> frozenset[str]:
    ends = ((item.get(name) or {}).get("id") for name in ("from", "to"))
    return frozenset(str(end) for end in ends)


def _ties(pair: Pair) -> tuple[Tie, Tie]:
    return Tie("contacts", pair.person), Tie("companies", pair.company)
