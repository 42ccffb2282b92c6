"""Puts people who are in no company into theirs.

Rule: the most generic association, which may be said twice; a person who is in a company is never moved.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.answers import refusal
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_core.errors import Skippable
from outreach_core.model import Outcome, OutcomeKind
from target_hubspot_activities.made import Tie, gone_of, gone_outcome
from target_hubspot_activities.wording import problem_of_made

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
    | 3 | has it not, has errors, and it was not the only one | said again in halves |
    | 4 | has it not, and it was refused alone | rejected, in HubSpot's words |
    | 5 | has neither it nor errors | held |

    Raises:
        Retriable: It cannot be asked now; nothing is in doubt, for it may be said twice.
    """
    if not pairs:
        return []
    before()
    answer = _say(client, pairs)
    done = {_ends(item) for item in answer.get("results") or ()}
    left = [pair for pair in pairs if frozenset((pair.person, pair.company)) not in done]
    outcomes = [Outcome(p.intent_id, OutcomeKind.WRITTEN, p.person) for p in pairs if p not in left]
    lost = _lost(client, left, before)
    outcomes += [gone_outcome(name, tie) for name, tie in lost.items()]  # (2)
    there = [pair for pair in left if pair.intent_id not in lost]
    if len(pairs) == 1 or not answer.get("errors"):
        return outcomes + [_unsaid(pair, answer) for pair in there]  # (4) (5)
    middle = (len(there) + 1) // 2  # (3)
    outcomes += associate(client, there[:middle], before=before)
    return outcomes + associate(client, there[middle:], before=before)


def _lost(
    client: HubSpotClient, pairs: Sequence[Pair], before: Callable[[], None]
) -> dict[str, Tie]:
    """Return, by intent, who of a pair is not there any more."""
    ties = {pair.intent_id: _ties(pair) for pair in pairs}
    gone = gone_of(client, [tie for both in ties.values() for tie in both], before)
    return {name: tie for name, both in ties.items() for tie in reversed(both) if tie in gone}


def _say(client: HubSpotClient, pairs: Sequence[Pair]) -> Mapping[str, Any]:
    """Return the answer; a refusal as a whole is one that has no results."""
    try:
        return client.associate("contacts", "companies", [(p.person, p.company) for p in pairs])
    except Skippable as error:
        return {"errors": [{"message": error.details.get("vendor_message") or error.message}]}


def _unsaid(pair: Pair, answer: Mapping[str, Any]) -> Outcome:
    for error in answer.get("errors") or ():
        refused = refusal(error)
        return Outcome(
            pair.intent_id,
            OutcomeKind.REJECTED,
            record_id=pair.person,
            problem=problem_of_made(refused),
            vendor_message=refused.message,
        )
    return Outcome(pair.intent_id, OutcomeKind.HELD)


def _ends(item: Mapping[str, Any]) -> frozenset[str]:
    ends = ((item.get(name) or {}).get("id") for name in ("from", "to"))
    return frozenset(str(end) for end in ends)


def _ties(pair: Pair) -> tuple[Tie, Tie]:
    return Tie("contacts", pair.person), Tie("companies", pair.company)
