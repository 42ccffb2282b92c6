"""How much one run writes, and which rows are too young to be looked at (RECONCILE B9, B8; pure).

The rule: what is beyond a limit is not lost and not asked about: it is held, counted, and comes with the next
run. Row ids, what a person decided, and a Status that keeps somebody from being mailed are never held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from outreach_core.merge.intents import STATUS
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Verdict
from outreach_core.model import Intent, IntentKind, Why
from outreach_core.model.evidence import CHANGED, edit_of
from outreach_core.model.planning import Bucket, RowState

_LATER = Verdict(Bucket.HELD, RowState.PENDING, "More than one run may write: comes with the next.")
_ASKED_FOR = (Why.DECIDED, Why.UNDONE)
_PARTLY = "The rest comes with the next run: more than one run may write."


@dataclass(frozen=True, slots=True)
class Share:
    """What of a plan one run writes, and how much is left."""

    intents: tuple[Intent, ...]
    beyond: int = 0


def share_of_run(observed: Observed, found: Findings, intents: tuple[Intent, ...]) -> Share:
    """Return what this run may write, in the order of delivery, so that nothing lacks what it needs."""
    limit = observed.rules.policy.max_writes_per_run
    if not limit:
        return Share(intents)
    counted = [intent for intent in intents if not _is_free(intent)]
    left = counted[limit:]
    beyond = {intent.intent_id for intent in left}
    taken = tuple(intent for intent in intents if intent.intent_id not in beyond)
    _say(found, taken, left)
    return Share(taken, len(left))


def _is_free(intent: Intent) -> bool:
    if intent.kind is IntentKind.ROW_ID:
        return True
    if any(change.why in _ASKED_FOR for change in intent.changes.values()):
        return True
    return intent.kind is IntentKind.CELLS and STATUS in intent.changes


def _say(found: Findings, taken: Sequence[Intent], left: Sequence[Intent]) -> None:
    written = {intent.rid for intent in taken if intent.kind is not IntentKind.ROW_ID}
    for intent in left:
        if intent.rid in written:
            found.notes.setdefault(intent.rid, _PARTLY)
        else:
            found.judge(intent.rid, _LATER)


def is_settled(observed: Observed, row: IdentifiedRow) -> bool:
    """Whether a row has been as it is for long enough: addresses are typed and corrected."""
    wait, now = observed.rules.policy.settle_seconds, observed.given.now
    changed = edit_of(row.shown.edits, CHANGED).before
    if not wait or now is None or changed is None:
        return True
    return now - changed >= timedelta(seconds=wait)
