"""How much one run writes, and which rows are too young to be looked at (RECONCILE B9, B8; pure).

The rule: what is beyond a limit is not lost and not asked about: it is held, counted, and comes with one of
the next runs. Row ids, what a person decided, and a Status that keeps somebody from being mailed are not held.

| # | limit                 | what is held                                                        |
|---|-----------------------|---------------------------------------------------------------------|
| 1 | max_api_calls_per_day | all for a CRM that has counted so many, whoever asked for it; calls |
|   |                       | of other programs count, as they do for the vendor                  |
| 2 | max_writes_per_run    | what comes after so many, in the order of delivery                  |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outreach_core.merge.intents import STATUS
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Verdict
from outreach_core.model import Intent, IntentKind, Side, Why
from outreach_core.model.evidence import CHANGED, edit_of
from outreach_core.model.planning import Bucket, RowState

_LATER = "More than one run may write: comes with the next."
_ASKED_FOR = (Why.DECIDED, Why.UNDONE)
_PARTLY = "The rest comes with the next run: more than one run may write."
_TOMORROW = "The CRM's API calls of the day are used up: comes when it counts a new day."
_REST_TOMORROW = "The rest comes tomorrow: the CRM's API calls of the day are used up."


@dataclass(frozen=True, slots=True)
class Share:
    """What of a plan one run writes, and how much is left."""

    intents: tuple[Intent, ...]
    beyond: int = 0


def share_of_run(observed: Observed, found: Findings, intents: tuple[Intent, ...]) -> Share:
    """Return what this run may write, in the order of delivery, so that nothing lacks what it needs."""
    used_up = _sides_used_up(observed)
    tomorrow = [intent for intent in intents if intent.side in used_up]  # 1
    today = [intent for intent in intents if intent.side not in used_up]
    limit = observed.rules.policy.max_writes_per_run
    counted = [intent for intent in today if not _is_free(intent)]
    left = counted[limit:] if limit else []  # 2
    beyond = {intent.intent_id for intent in (*tomorrow, *left)}
    if not beyond:
        return Share(intents)
    taken = tuple(intent for intent in intents if intent.intent_id not in beyond)
    _say(found, taken, tomorrow, _TOMORROW, _REST_TOMORROW)
    _say(found, taken, left, _LATER, _PARTLY)
    return Share(taken, len(beyond))


def _sides_used_up(observed: Observed) -> frozenset[Side]:
    most = observed.rules.policy.max_api_calls_per_day
    calls = observed.given.calls
    return frozenset(side for side, used in calls.items() if most and used >= most)


def _is_free(intent: Intent) -> bool:
    if intent.kind is IntentKind.ROW_ID:
        return True
    if any(change.why in _ASKED_FOR for change in intent.changes.values()):
        return True
    return intent.kind is IntentKind.CELLS and STATUS in intent.changes


def _say(
    found: Findings, taken: Sequence[Intent], left: Sequence[Intent], later: str, partly: str
) -> None:
    written = {intent.rid for intent in taken if intent.kind is not IntentKind.ROW_ID}
    for intent in left:
        if intent.rid in written:
            found.notes.setdefault(intent.rid, partly)
        else:
            found.judge(intent.rid, Verdict(Bucket.HELD, RowState.PENDING, later))


def is_settled(observed: Observed, row: IdentifiedRow) -> bool:
    """Whether a row has been as it is for long enough: addresses are typed and corrected."""
    wait, now = observed.rules.policy.settle_seconds, observed.given.now
    changed = edit_of(row.shown.edits, CHANGED).before
    if not wait or now is None or changed is None:
        return True
    return now - changed >= timedelta(seconds=wait)
