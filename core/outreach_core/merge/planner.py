"""Make a plan: the steps in their order, then guards, then plain data (pure).

Same input, same minted ids, same rules: same plan and same hash. No I/O, no clock, no randomness.

    observe → recover → identify rows → follow records → match → merge fields → guard → plan
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.merge.fields import merge_rows
from outreach_core.merge.guards import trips
from outreach_core.merge.identity import identify, match
from outreach_core.merge.intents import build_intents
from outreach_core.merge.lifecycle import follow_records
from outreach_core.merge.recover import recover
from outreach_core.merge.state import Findings, Mint, Observed, Rules, Verdict
from outreach_core.merge.verdicts import row_verdicts, summarise
from outreach_core.model import Intent, IntentKind, Side, SideState
from outreach_core.model.hashing import stable_hash
from outreach_core.model.planning import (
    Bucket,
    GuardTrip,
    Plan,
    PlanningInput,
    PlanStatus,
    RowState,
)

_NEW_SINCE_PREVIEW = "New since the preview: comes with the next run."


def make_plan(given: PlanningInput, rules: Rules, mint: Mint, plan_id: str) -> Plan:
    """Return what has to be done so that all sides agree, and what a person has to decide.

    Args:
        given: Everything observed and remembered.
        rules: Field specs, policy and connected CRMs.
        mint: Gives new, time-ordered row ids.
        plan_id: Names the plan; intents are named after it.
    """
    stopped = _cannot_plan(given)
    if stopped is not None:
        return Plan(plan_id, PlanStatus.BLOCKED, guards=(stopped,), fingerprint=rules.fingerprint)
    observed = Observed.of(given, rules)
    found = Findings()
    identify(observed, found, mint)
    follow_records(observed, found)
    bases = recover(observed, found)
    match(observed, found)
    merge_rows(observed, found, bases)
    _keep_to_the_preview(observed, found)
    intents = build_intents(observed, found, plan_id)
    writes = any(intent.kind is not IntentKind.ROW_ID for intent in intents)
    tripped = trips(observed, found, bases, writes=writes)
    guarded = _guarded(found, intents)
    open_guards = [trip for trip in tripped if not _approved(observed, trip, guarded)]
    status = _status(open_guards)
    return Plan(
        plan_id=plan_id,
        status=status,
        intents=intents,
        base_moves=tuple(found.base_moves),
        links=tuple(link for _, link in sorted(found.changed_links.items())),
        rows=tuple(found.known),
        conflicts=tuple(found.conflicts),
        closed=tuple(found.closed),
        settled=dict(found.settled),
        verdicts=row_verdicts(found, intents, status),
        guards=tuple(open_guards),
        guarded=guarded,
        summary=summarise(found, intents),
        fingerprint=rules.fingerprint,
        hash=_plan_hash(found, intents),
    )


def _cannot_plan(given: PlanningInput) -> GuardTrip | None:
    sheet = given.statuses.get(Side.SHEET)
    if sheet is not None and sheet.state is not SideState.OK:
        return GuardTrip(sheet.code or "sheet", sheet.message, clearable=False)
    if given.snapshot is None:
        return GuardTrip(
            "no_snapshot", "The sheet has not been read completely yet.", clearable=False
        )
    return None


def _keep_to_the_preview(observed: Observed, found: Findings) -> None:
    """During an approved first sync, hold what the person has not seen."""
    approval = observed.given.approval
    if observed.given.first_sync_done or approval is None:
        return
    for rid, side in sorted(found.creates):
        if f"{rid}:create:{side}" not in approval.guarded:
            del found.creates[rid, side]
            found.judge(rid, Verdict(Bucket.HELD, RowState.WAITING, _NEW_SINCE_PREVIEW))
    known = {(link.rid, link.side) for link in observed.given.links}
    for rid, side in sorted(found.changed_links):
        if (rid, side) in known or f"{rid}:link:{side}" in approval.guarded:
            continue
        if rid in found.matched:
            _forget_match(found, rid, side)


def _forget_match(found: Findings, rid: str, side: Side) -> None:
    del found.changed_links[rid, side]
    del found.links[rid, side]
    found.matched.remove(rid)
    for where in (side, Side.SHEET):
        found.updates.pop((rid, where), None)
    found.conflicts[:] = [c for c in found.conflicts if c.rid != rid]
    found.base_moves[:] = [m for m in found.base_moves if m.rid != rid]
    found.judge(rid, Verdict(Bucket.HELD, RowState.WAITING, _NEW_SINCE_PREVIEW))


def _guarded(found: Findings, intents: tuple[Intent, ...]) -> tuple[str, ...]:
    """Name everything a person would approve: links, creates, and each write with its values."""
    items = {f"{rid}:create:{side}" for rid, side in found.creates}
    items |= {f"{rid}:link:{side}" for rid, side in found.changed_links}
    items |= {f"{rid}:detach" for rid in found.detached}
    for intent in intents:
        if intent.kind is IntentKind.ROW_ID or (intent.rid, intent.side) in found.creates:
            continue
        values = {name: change.new.key for name, change in intent.changes.items()}
        items.add(f"{intent.rid}:write:{intent.side}:{stable_hash(values)}")
    return tuple(sorted(items))


def _approved(observed: Observed, trip: GuardTrip, guarded: tuple[str, ...]) -> bool:
    approval = observed.given.approval
    if approval is None or not trip.clearable:
        return False
    if trip.guard == "first_sync":
        return True  # what was not shown is held already
    return set(guarded) <= approval.guarded


def _status(open_guards: list[GuardTrip]) -> PlanStatus:
    if any(not trip.clearable for trip in open_guards):
        return PlanStatus.BLOCKED
    return PlanStatus.WAITING if open_guards else PlanStatus.DELIVERABLE


def _plan_hash(found: Findings, intents: tuple[Intent, ...]) -> str:
    minted = {row.rid: f"row {row.shown.row}" for row in found.rows if row.new_id}
    content: list[Mapping[str, object]] = [
        {
            "side": str(intent.side),
            "do": str(intent.operation),
            "rid": minted.get(intent.rid, intent.rid),
            "record": intent.record_id,
            "changes": {
                n: [minted.get(c.new.key or "", c.new.key), str(c.why)]
                for n, c in intent.changes.items()
            },
        }
        for intent in intents
    ]
    asked = [[minted.get(c.rid, c.rid), c.field, c.evidence_hash] for c in found.conflicts]
    return stable_hash({"intents": content, "conflicts": asked})
