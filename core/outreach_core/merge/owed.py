"""What one of three sides has not got yet, although the others agree on it (pure).

The rule: with several CRMs a base moves with the first acknowledgement, so a side that was unreachable or
refused the write would never hear of the value again: nobody has changed it since. Its debt is kept
beside its base, and what it is owed counts as if it were said now (``decide.py``, case 11).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from outreach_core.merge.decide import SideField
from outreach_core.merge.recover import Bases
from outreach_core.merge.state import Findings, Observed
from outreach_core.model import BLANK, FieldValue, LinkState, Side
from outreach_core.model.fields import Direction, FieldSpec
from outreach_core.model.planning import BaseMove

_DUE = True  # the mark's ``raw``; a debt that was paid is blank, as a value that was cleared is


def name_of(field: str) -> str:
    """Return the name a debt is kept under, among the bases of the side that is owed."""
    return f"owed:{field}"


def owed_to(base: Mapping[str, FieldValue], field: str) -> FieldValue | None:
    """Return what a side is owed of a field, ``None`` if nothing."""
    mark = base.get(name_of(field))
    return mark if mark is not None and mark.raw is _DUE else None


def owe(
    observed: Observed,
    found: Findings,
    rid: str,
    spec: FieldSpec,
    done: Collection[Side],
    value: FieldValue,
    bases: Bases,
) -> None:
    """Remember which sides do not show yet what the others agree on.

    A side whose base is that value has heard of it: what it shows by now is an edit of its own.
    """
    linked = [side for side in _crms(observed, spec) if _is_active(found, rid, side)]
    if len(linked) < 2:
        return  # between two a base moves with the one acknowledgement that matters
    takers = [side for side in linked if _takes(spec, side)]
    if any(_gives(spec, side) for side in linked):
        takers.append(Side.SHEET)
    mark = FieldValue(_DUE, value.value, value.key)
    found.base_moves += [
        BaseMove(rid, side, name_of(spec.name), mark)
        for side in takers
        if side not in done and _last_heard(bases, rid, side, spec) != value.key
    ]


def pay(found: Findings, rid: str, field: str, sides: Iterable[SideField]) -> None:
    """Forget the debts of sides that show the value now."""
    found.base_moves += [
        BaseMove(rid, side.side, name_of(field), BLANK) for side in sides if side.owed is not None
    ]


def paid_by(observed: Observed, field: str) -> dict[str, FieldValue]:
    """Return what a write settles at its destination once it is acknowledged."""
    return {name_of(field): BLANK} if len(observed.rules.crm_sides) > 1 else {}


def _last_heard(bases: Bases, rid: str, side: Side, spec: FieldSpec) -> str | None:
    return bases.get((rid, side), {}).get(spec.name, BLANK).key


def _crms(observed: Observed, spec: FieldSpec) -> list[Side]:
    return [side for side in observed.rules.crm_sides if side in spec.sides]


def _gives(spec: FieldSpec, side: Side) -> bool:
    direction = spec.directions.get(side, Direction.TWO_WAY)
    return direction in (Direction.TWO_WAY, Direction.CRM_TO_SHEET)


def _takes(spec: FieldSpec, side: Side) -> bool:
    direction = spec.directions.get(side, Direction.TWO_WAY)
    return direction in (Direction.TWO_WAY, Direction.SHEET_TO_CRM)


def _is_active(found: Findings, rid: str, side: Side) -> bool:
    link = found.links.get((rid, side))
    return link is not None and link.state is LinkState.ACTIVE
