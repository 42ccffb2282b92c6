"""Decide one field of one record: who changed it, and what follows (pure).

The rule of this module: change is judged per side against that side's own base, never across sides; agreement
is judged across sides on ``key``; time is asked only when two people disagree, and never decides
*whether* something changed.

The cases, for any number of sides (``b`` each side's base; numbers as in the tests):

    1  nobody changed                                   NOTHING
    2  all sides show the same, some base is older       AGREE     bases move, nothing is written
    3  every changed side says the same                  CARRY     to the sides that differ
    4  … but those sides may not be written              NOTHING   (direction, or blanks are ignored)
    5  changed sides disagree, all but one are blank     edit against clear: ``merge`` keeps the edit
    6  changed sides disagree                            strategy: CONFLICT, or the newest wins
    7  an open conflict shows the same values again      HOLD
    8  an open conflict shows other values               CONFLICT  again, asked afresh
    9  a choice was made on exactly these values         CARRY     the chosen value, once
       … or some sides show the chosen value already      CARRY     to those that do not yet
   10  no base on one side (first link), both filled     CONFLICT  never an overwrite
   11  a side was left out when the others agreed        CARRY     what they agreed on, as if they had
                                                                   changed it now
   12  the field is written to and fro (``flapping.py``)  CONFLICT  even where one side alone changed
   13  one side alone was cleared, and ``blank: ask``     CONFLICT  then as 7 and 9
   14  changed sides disagree about a list of choices     CARRY     under ``merge``: what was agreed, with
                                                                   all additions and removals (``sets.py``)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from outreach_core.model import BLANK, CRM_SIDES, FieldValue, Side, Why
from outreach_core.model.planning import Choice, Conflict, ConflictKind
from outreach_core.model.policy import Strategy, TieBreak

EXACT = "exact"  # the times of all edits are known
INTERVAL = "interval"  # ... or their bounds, and these do not touch
TIE = "tiebreak"  # nobody knows; a rule says whom to prefer


@dataclass(frozen=True, slots=True)
class Interval:
    """When an edit was made: after ``not_before``, at the latest ``not_after``. ``None`` is open."""

    not_before: datetime | None = None
    not_after: datetime | None = None
    by: str = ""  # what made it, as far as that was said

    @property
    def exact(self) -> bool:
        """Whether the time is known, and not only its bounds."""
        return self.not_before is not None and self.not_before == self.not_after

    def surely_before(self, other: Interval, tolerance: timedelta) -> bool:
        """Whether this edit ended before the other can have begun, clocks being off by tolerance."""
        if self.not_after is None or other.not_before is None:
            return False
        return self.not_after + tolerance < other.not_before


@dataclass(frozen=True, slots=True)
class SideField:
    """One field as one side shows it.

    Attributes:
        base: What the side showed when it last agreed; ``None`` if it never did (first link).
        counts: Its changes may be carried to others (direction).
        writable: Others' changes may be written here (direction).
        takes_blank: A clear made elsewhere may clear it here.
        owed: What the others agreed on while this side could not be written; ``None`` if nothing.
    """

    side: Side
    shown: FieldValue
    base: FieldValue | None
    counts: bool = True
    writable: bool = True
    takes_blank: bool = True
    when: Interval = Interval()
    owed: FieldValue | None = None

    @property
    def changed(self) -> bool:
        """Whether the side differs from its own past. Never agreed counts as a blank past.

        Both forms must differ: the same ``raw`` under changed rules is not an edit, and neither is
        another spelling of the same thing (a phone number typed with other spaces).
        """
        past = self.base or BLANK
        return not past.same_raw(self.shown) and past.key != self.shown.key


@dataclass(frozen=True, slots=True)
class FieldRulebook:
    """The policy for one field, already resolved from workspace and per-field settings."""

    strategy: Strategy = Strategy.MERGE
    fallback: Strategy = Strategy.MANUAL
    tiebreak: TieBreak = TieBreak.MANUAL
    tolerance: timedelta = timedelta(seconds=120)
    first_link_keep: str = "ask"  # ask | sheet | crm
    is_flapping: bool = False  # not to be written before a person has been asked
    asks_blank: bool = False  # a clear is not carried before a person has been asked
    merged: Callable[[Sequence[SideField]], FieldValue | None] | None = None  # of lists of choices


class Kind(StrEnum):
    """What is to be done with the field."""

    NOTHING = "nothing"
    AGREE = "agree"
    CARRY = "carry"
    CONFLICT = "conflict"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer for one field.

    Attributes:
        winner: The side whose value is carried (CARRY); none where a person gave another ``value``.
        targets: The sides that get it.
        loser: Sides whose own new value is replaced: what the log must keep.
        evidence: How the order was known (``exact``, ``interval``, ``tiebreak``), if it mattered.
        conflict_kind: For CONFLICT and HOLD.
    """

    kind: Kind
    winner: Side | None = None
    targets: tuple[Side, ...] = ()
    loser: tuple[Side, ...] = ()
    why: Why = Why.CLEAN
    evidence: str = ""
    conflict_kind: ConflictKind = ConflictKind.FIELD
    value: FieldValue | None = None


_NOTHING = Decision(Kind.NOTHING)


def decide(
    sides: Sequence[SideField],
    rules: FieldRulebook,
    standing: Conflict | None = None,
    custom: FieldValue | None = None,
) -> Decision:
    """Return what follows for one field.

    Args:
        sides: The field on every side that takes part and could be read; at least one.
        rules: Policy for this field.
        standing: The open conflict of this (row, field), if there is one.
        custom: The value of the person's own, where that was the choice.
    """
    if len({side.shown.key for side in sides}) == 1:
        moved = any(side.base is None or not side.base.same_raw(side.shown) for side in sides)
        return Decision(Kind.AGREE) if moved else _NOTHING  # cases 1, 2
    if standing is not None and _half_applied(standing, sides, custom):
        return _standing(standing, sides, custom)  # case 9
    changed = [side for side in sides if side.changed and side.counts]
    changed += _still_to_be_said(sides, changed)
    if not changed:
        return _NOTHING  # case 1
    if len({side.shown.key for side in changed}) == 1 and not rules.is_flapping:
        one_sided = _carry(changed[0], sides, _one_sided_why(changed[0], sides))  # cases 3, 4
        if rules.asks_blank and changed[0].shown.blank and one_sided.kind is Kind.CARRY:
            return _asked_before_clearing(sides, standing, custom)  # case 13
        return one_sided
    return _disagreement(changed, sides, rules, standing, custom)


def _still_to_be_said(sides: Sequence[SideField], changed: Sequence[SideField]) -> list[SideField]:
    """Return the sides whose agreed value another side has not got yet (case 11).

    A newer change of theirs says it all; then nothing is added. Where nobody shows any more what is
    owed, it was taken back before anybody had it: what the others then stand by is still news to a
    side that last heard something else.
    """
    owing = [side for side in sides if side.owed is not None]
    if not owing or any(side not in owing for side in changed):
        return []
    others = [side for side in sides if side not in owing and side.counts]
    wanted = {(side.owed or BLANK).key for side in owing}
    said = [side for side in others if side.shown.key in wanted]
    if said or len({side.shown.key for side in others}) != 1:
        return said
    behind = any((side.base or BLANK).key != others[0].shown.key for side in owing)
    return others if behind else []


def _one_sided_why(winner: SideField, sides: Sequence[SideField]) -> Why:
    first_link = any(side.base is None for side in sides)
    others_blank = all(side.shown.blank for side in sides if side.shown.key != winner.shown.key)
    return Why.FILLED if first_link and others_blank else Why.CLEAN


def _carry(winner: SideField, sides: Sequence[SideField], why: Why, evidence: str = "") -> Decision:
    targets = tuple(
        side.side
        for side in sides
        if side.shown.key != winner.shown.key
        and side.writable
        and (side.takes_blank or not winner.shown.blank)
    )
    if not targets:
        return _NOTHING  # case 4
    losers = tuple(s.side for s in sides if s.side in targets and s.changed)
    return Decision(Kind.CARRY, winner.side, targets, losers, why, evidence)


def _asked_before_clearing(
    sides: Sequence[SideField], standing: Conflict | None, custom: FieldValue | None
) -> Decision:
    if standing is not None and standing.evidence_hash == evidence_hash(sides):
        return _standing(standing, sides, custom)
    return Decision(Kind.CONFLICT)


def _disagreement(
    changed: Sequence[SideField],
    sides: Sequence[SideField],
    rules: FieldRulebook,
    standing: Conflict | None,
    custom: FieldValue | None,
) -> Decision:
    first_link = any(side.base is None for side in changed)
    kind = ConflictKind.FIRST_LINK if first_link else ConflictKind.FIELD
    if standing is not None and standing.evidence_hash == evidence_hash(sides):
        return _standing(standing, sides, custom)  # cases 7, 9
    if rules.is_flapping:
        return Decision(Kind.CONFLICT, conflict_kind=ConflictKind.FLAPPING)  # case 12
    filled = {side.shown.key: side for side in changed if not side.shown.blank}
    if rules.strategy is Strategy.MERGE and len(filled) == 1:
        return _carry(next(iter(filled.values())), sides, Why.MERGED)  # case 5
    together = rules.merged(changed) if rules.merged and rules.strategy is Strategy.MERGE else None
    if together is not None:
        return _carry_own(together, sides, Why.MERGED)  # case 14
    if first_link:
        return _first_link(changed, sides, rules)  # case 10
    if _newest_wins(rules):
        won = _newest(changed, sides, rules)
        if won is not None:
            return won
    return Decision(Kind.CONFLICT, conflict_kind=kind)  # cases 6, 8


def decided(standing: Conflict, sides: Sequence[SideField]) -> Decision:
    """Return what a person's choice of a side leads to; HOLD where no side was chosen."""
    return _standing(standing, sides, None)


def _half_applied(
    standing: Conflict, sides: Sequence[SideField], custom: FieldValue | None
) -> bool:
    """Whether a choice has reached some sides and nobody changed anything since (case 9)."""
    chosen = custom if standing.choice is Choice.CUSTOM else _kept(standing)
    if chosen is None or any(side.side not in standing.values for side in sides):
        return False
    fits = all(side.shown.key in (standing.values[side.side].key, chosen.key) for side in sides)
    return fits and standing.evidence_hash != evidence_hash(sides)


def _kept(standing: Conflict) -> FieldValue | None:
    wanted = _KEPT.get(standing.choice) if standing.choice else None
    return standing.values.get(wanted) if wanted else None


def _standing(
    standing: Conflict, sides: Sequence[SideField], custom: FieldValue | None
) -> Decision:
    if standing.choice is Choice.CUSTOM and custom is not None:
        decision = _carry_own(custom, sides, Why.DECIDED)
    else:
        chosen = _chosen_side(standing.choice, sides)
        if chosen is None:
            return Decision(Kind.HOLD, conflict_kind=standing.kind)  # case 7
        decision = _carry(chosen, sides, Why.DECIDED)
    return decision if decision.kind is Kind.CARRY else Decision(Kind.AGREE)  # case 9


def _carry_own(custom: FieldValue, sides: Sequence[SideField], why: Why) -> Decision:
    """Carry a value that no side need show to all that do not show it."""
    own = SideField(Side.SHEET, custom, custom)  # stands for the person, or for all sides together
    carried = _carry(own, sides, why)
    return replace(carried, winner=None, value=custom)


_KEPT = {
    Choice.KEEP_SHEET: Side.SHEET,
    Choice.KEEP_HUBSPOT: Side.HUBSPOT,
    Choice.KEEP_SALESFORCE: Side.SALESFORCE,
}


def _chosen_side(choice: Choice | None, sides: Sequence[SideField]) -> SideField | None:
    wanted = _KEPT.get(choice) if choice else None
    return next((side for side in sides if side.side is wanted), None)


def _first_link(
    changed: Sequence[SideField], sides: Sequence[SideField], rules: FieldRulebook
) -> Decision:
    keepers = {"sheet": (Side.SHEET,), "crm": CRM_SIDES}.get(rules.first_link_keep, ())
    kept = [side for side in changed if side.side in keepers]
    if kept and len({side.shown.key for side in kept}) == 1:
        return _carry(kept[0], sides, Why.DECIDED)
    return Decision(Kind.CONFLICT, conflict_kind=ConflictKind.FIRST_LINK)


def _newest_wins(rules: FieldRulebook) -> bool:
    if rules.strategy is Strategy.MERGE:
        return rules.fallback is Strategy.LWW
    return rules.strategy is Strategy.LWW


def _newest(
    changed: Sequence[SideField], sides: Sequence[SideField], rules: FieldRulebook
) -> Decision | None:
    """Return the newest edit's victory, or ``None`` where the order is unknown and no tie-break is set."""
    for candidate in changed:
        others = [s for s in changed if s.shown.key != candidate.shown.key]
        if all(other.when.surely_before(candidate.when, rules.tolerance) for other in others):
            known = all(side.when.exact for side in (candidate, *others))
            return _carry(candidate, sides, Why.NEWEST, EXACT if known else INTERVAL)
    preferred = {
        TieBreak.PREFER_SHEET: [s for s in changed if s.side is Side.SHEET],
        TieBreak.PREFER_CRM: [s for s in changed if s.side in CRM_SIDES],
        TieBreak.MANUAL: [],
    }[rules.tiebreak]
    if preferred and len({side.shown.key for side in preferred}) == 1:
        return _carry(preferred[0], sides, Why.NEWEST, TIE)
    return None


def evidence_hash(sides: Iterable[SideField]) -> str:
    """Return a hash of what each side shows: proof of what a person saw when choosing."""
    return values_hash({side.side: side.shown for side in sides})


def values_hash(values: Mapping[Side, FieldValue]) -> str:
    """Return the evidence hash of values by side, independent of their order."""
    shown = sorted((str(side), value.key) for side, value in values.items())
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()[:16]
