"""Make a plan: the steps in their order, then guards, then plain data (pure).

Same input, same minted ids, same rules: same plan and same hash. No I/O, no clock, no randomness.

    observe → identify rows → what happened → follow records → recover → match → merge fields
            → statuses → what only we write → undo → companies → effects → guard → plan
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from outreach_core.merge.companies import place_in_companies
from outreach_core.merge.effects import tell
from outreach_core.merge.fields import merge_rows
from outreach_core.merge.guards import MAPPING_CHANGED, PAUSED, trips
from outreach_core.merge.happenings import note_happenings
from outreach_core.merge.identity import identify, match
from outreach_core.merge.intents import build_intents, leave_out_refused
from outreach_core.merge.lifecycle import follow_records
from outreach_core.merge.limits import Share, share_of_run
from outreach_core.merge.opted_out import keep_from_mailing
from outreach_core.merge.recover import recover
from outreach_core.merge.state import (
    CompanyWrite,
    Findings,
    Mint,
    Observed,
    Rules,
    Telling,
    Verdict,
)
from outreach_core.merge.status import settle_statuses
from outreach_core.merge.undo import take_back
from outreach_core.merge.verdicts import row_verdicts, summarise
from outreach_core.merge.written import say_what_is_known
from outreach_core.model import (
    EffectKind,
    Happening,
    HappeningKind,
    Intent,
    IntentKind,
    RowWatch,
    Side,
    SideState,
)
from outreach_core.model.hashing import stable_hash
from outreach_core.model.planning import (
    BEYOND,
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
    note_happenings(observed, found)
    follow_records(observed, found)
    bases = recover(observed, found)
    match(observed, found)
    merge_rows(observed, found, bases)
    settle_statuses(observed, found, bases)
    keep_from_mailing(observed, found)
    say_what_is_known(observed, found, bases)
    take_back(observed, found)
    leave_out_refused(observed, found)
    place_in_companies(observed, found)
    tell(observed, found)
    _keep_to_the_preview(observed, found)
    intents = build_intents(observed, found, plan_id)
    writes = any(intent.kind is not IntentKind.ROW_ID for intent in intents)
    tripped = trips(observed, found, bases, writes=writes)
    guarded = _guarded(found, intents)
    open_guards = [trip for trip in tripped if not _approved(observed, trip, guarded)]
    status = _status(open_guards)
    share = Share(intents)
    if status is PlanStatus.DELIVERABLE:
        share = share_of_run(observed, found, intents)
        intents = share.intents
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
        verdicts=row_verdicts(found, intents, status, paused=given.paused is not None),
        guards=tuple(open_guards),
        guarded=guarded,
        summary=summarise(found, intents) | ({BEYOND: share.beyond} if share.beyond else {}),
        fingerprint=rules.fingerprint,
        hash=_plan_hash(found, intents),
        happenings=_proved(found, status, open_guards),
        watches=_watched(given, found, status, open_guards),
        pulled=dict(found.pulled),
        missed=dict(found.missed),
        companies=tuple(company for _, company in sorted(found.company_ids.items())),
        effects=tuple(effect for _, effect in sorted(found.told.items())),
        forgotten=tuple(sorted(found.forgotten)),
        undone=tuple(found.undone),
    )


def _proved(
    found: Findings, status: PlanStatus, open_guards: list[GuardTrip]
) -> tuple[Happening, ...]:
    """Return what may be remembered: cells are cleared, so it does not wait for an approval.

    What a reply means is a judgement of the rules, and waits like everything else that rules decide.
    """
    if not _teaches(status, open_guards):
        return ()
    judged = status is PlanStatus.DELIVERABLE
    return tuple(
        one for one in found.new_happenings if judged or one.kind is not HappeningKind.POSITIVE
    )


def _watched(
    given: PlanningInput, found: Findings, status: PlanStatus, open_guards: list[GuardTrip]
) -> tuple[RowWatch, ...]:
    """Return what is remembered of rows: of what a CRM was told, only with the effects it was told of."""
    watches = []
    for rid, watch in sorted(found.watches.items()):
        known = given.watches.get(rid, RowWatch(rid))
        is_deliverable = status is PlanStatus.DELIVERABLE
        new = watch if is_deliverable else replace(watch, checked=known.checked)
        if new != known and _teaches(status, open_guards):
            watches.append(new)
    return tuple(watches)


def _teaches(status: PlanStatus, open_guards: list[GuardTrip]) -> bool:
    """Whether what was read is this campaign's, and read by rules that somebody wanted.

    A pause stops writing, not looking: the sheet's own dates are cleared while it lasts.
    """
    changed = any(trip.guard == MAPPING_CHANGED for trip in open_guards)
    if status is PlanStatus.BLOCKED and any(
        t.guard != PAUSED and not t.clearable for t in open_guards
    ):
        return False
    return not changed


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
    if observed.given.first_sync_done or approval is None or approval.force:
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
    found.tellings[:] = [t for t in found.tellings if _item(t) in approval.guarded]
    for (side, host), write in sorted(found.company_writes.items()):
        if _company_item(side, write) not in approval.guarded:
            del found.company_writes[side, host]
    _drop_what_hangs(observed, found)


def _drop_what_hangs(observed: Observed, found: Findings) -> None:
    """Tell nothing of a row that is held, and make no company that nobody is put into."""
    there = {(c.side, c.host) for c in observed.given.companies if c.record_id}
    there |= {*found.company_ids, *found.company_writes}
    found.tellings[:] = [
        told
        for told in found.tellings
        if ((told.rid, told.side) in found.creates or (told.rid, told.side) in found.links)
        and (told.kind is not EffectKind.COMPANY or (told.side, told.payload["host"]) in there)
    ]
    used = {(t.side, t.payload["host"]) for t in found.tellings if t.kind is EffectKind.COMPANY}
    for where, write in sorted(found.company_writes.items()):
        if write.record_id is None and where not in used:
            del found.company_writes[where]


def _forget_match(found: Findings, rid: str, side: Side) -> None:
    del found.changed_links[rid, side]
    del found.links[rid, side]
    found.matched.remove(rid)
    for where in (side, Side.SHEET):
        found.updates.pop((rid, where), None)
    found.conflicts[:] = [c for c in found.conflicts if c.rid != rid]
    found.base_moves[:] = [m for m in found.base_moves if m.rid != rid]
    found.judge(rid, Verdict(Bucket.HELD, RowState.WAITING, _NEW_SINCE_PREVIEW))


def _item(told: Telling) -> str:
    number = "" if told.kind is EffectKind.COMPANY else f":{told.n}"
    return f"{told.rid}:{told.kind}:{told.side}{number}"


def _company_item(side: Side, write: CompanyWrite) -> str:
    return f"{write.host}:company:{side}:{stable_hash(write.name)}"


def _guarded(found: Findings, intents: tuple[Intent, ...]) -> tuple[str, ...]:
    """Name everything a person would approve: links, creates, and each write with its values."""
    items = {f"{rid}:create:{side}" for rid, side in found.creates}
    items |= {f"{rid}:link:{side}" for rid, side in found.changed_links}
    items |= {f"{rid}:detach" for rid in found.detached}
    items |= {_item(told) for told in found.tellings}
    items |= {_company_item(side, write) for (side, _), write in found.company_writes.items()}
    for intent in intents:
        if intent.kind not in (IntentKind.RECORD, IntentKind.CELLS):
            continue
        if (intent.rid, intent.side) in found.creates:
            continue
        values = {name: change.new.key for name, change in intent.changes.items()}
        items.add(f"{intent.rid}:write:{intent.side}:{stable_hash(values)}")
    return tuple(sorted(items))


def _approved(observed: Observed, trip: GuardTrip, guarded: tuple[str, ...]) -> bool:
    approval = observed.given.approval
    if approval is None or not trip.clearable:
        return False
    if approval.force or trip.guard == "first_sync":
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
            "payload": {n: v for n, v in intent.payload.items() if n != "company_key"},
        }
        for intent in intents
    ]
    asked = [[minted.get(c.rid, c.rid), c.field, c.evidence_hash] for c in found.conflicts]
    return stable_hash({"intents": content, "conflicts": asked})
