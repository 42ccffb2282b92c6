"""Plan an import: CRM records become rows of an empty tab, and are claimed for them (pure).

The rule: a record has one row in a campaign, ever; whatever stopped an import, the same one asked for again
adds what is missing and nothing else. Which tabs it may go into, ``import_checks.py`` says.

A record of those asked for:

    1  is not there any more, or archived                     left out
    2  has a row here, had one, or was merged from one that
       has; or carries a row id of this ledger                here already
    3  has no e-mail address that can be used                 left out, counted
    4  else                                                   a row, Status Draft
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from outreach_core.merge.companies import campaign_id
from outreach_core.merge.import_checks import EMAIL, ImportRules, preview_trips, stopped
from outreach_core.merge.imported import bases_with, ids_of_unwritten, settle_row
from outreach_core.merge.intents import STATUS
from outreach_core.merge.state import Findings, IdentifiedRow, Mint, Observed, Rules
from outreach_core.merge.status import SHEET_SAW, settle_statuses
from outreach_core.merge.written import say_what_is_known
from outreach_core.model import (
    BLANK,
    CrmRecord,
    EffectKind,
    FieldChange,
    FieldValue,
    ImportedRow,
    ImportRequest,
    ImportTab,
    Intent,
    IntentKind,
    LinkState,
    Operation,
    SheetRow,
    SheetSnapshot,
    Side,
    Why,
    event_key,
)
from outreach_core.model.hashing import stable_hash
from outreach_core.model.importing import IMPORTED, ITEM
from outreach_core.model.planning import (
    Bucket,
    KnownRow,
    Plan,
    PlanningInput,
    PlanStatus,
    RowState,
    RowVerdict,
)

WEBSITE = "website"
DRAFT = FieldValue("Draft", "Draft", "draft")


@dataclass(slots=True)
class _Chosen:
    """What became of the records asked for."""

    new: list[tuple[str, CrmRecord]] = field(default_factory=list)  # row id, record
    here: list[tuple[str, CrmRecord]] = field(default_factory=list)
    already: int = 0
    without_email: int = 0
    gone: int = 0


def plan_import(
    given: PlanningInput,
    request: ImportRequest,
    rules: Rules,
    asked: ImportRules,
    mint: Mint,
    plan_id: str,
) -> Plan:
    """Return the rows to be written, and what their records are to be told.

    Args:
        given: Everything remembered.
        request: What this run gathered for the import.
        rules: Field specs, policy and connected CRMs.
        asked: What the import itself obeys.
        mint: Gives new, time-ordered row ids.
        plan_id: Names the plan; intents are named after it.
    """
    observed = Observed.of(_with_tab(given, request.tab), rules)
    found = Findings()
    found.links.update({(link.rid, link.side): link for link in given.links})
    for intent in given.left_over:
        if intent.kind is IntentKind.ROWS:
            settle_row(observed, found, intent)
    chosen = _choose(observed, found, request, mint)
    trip = stopped(given, request, rules, asked, missing=len(chosen.new))
    if trip is not None:
        return Plan(
            plan_id,
            PlanStatus.BLOCKED,
            guards=(trip,),
            summary={IMPORTED: 0, f"{IMPORTED}:{request.people.side}": 0},
            fingerprint=given.fingerprint or rules.fingerprint,
        )
    side = request.people.side
    _reach(found, side, request.tab, chosen)
    say_what_is_known(observed, found, bases_with(given.bases, found))
    intents = _numbered(plan_id, [*_rows(observed, asked, side, found, chosen), *_claims(found)])
    guarded = tuple(sorted(f"{side}:{record.record_id}{ITEM}" for _, record in chosen.new))
    trips = preview_trips(given, asked, guarded)
    status = PlanStatus.WAITING if trips else PlanStatus.DELIVERABLE
    return Plan(
        plan_id=plan_id,
        status=status,
        intents=intents,
        base_moves=tuple(found.base_moves),
        links=tuple(link for _, link in sorted(found.changed_links.items())),
        rows=tuple(KnownRow(rid, confirmed=True, present=True) for rid, _ in found.changed_links),
        settled=dict(found.settled),
        verdicts=_verdicts(found, intents, status, _notes(observed, side, chosen)),
        guards=trips,
        guarded=guarded,
        summary=_summary(request, chosen, intents),
        # the rules of the last sync stay those the next one is compared with
        fingerprint=given.fingerprint or rules.fingerprint,
        hash=_hash(intents),
        effects=tuple(effect for _, effect in sorted(found.told.items())),
    )


def _with_tab(given: PlanningInput, tab: ImportTab) -> PlanningInput:
    """Return the input with the tab as it was found in place of what the last sync read."""
    snapshot = SheetSnapshot(
        spreadsheet_id=tab.spreadsheet_id,
        gid=tab.gid,
        title=tab.title,
        time_zone=tab.time_zone,
        header=tab.header,
        version="",
        rows=tab.rows,
        read_at=tab.read_at,
    )
    rows = tuple(SheetRow(row, rid, "", {}) for rid, row in tab.ids.items())
    return replace(given, snapshot=snapshot, rows=rows)


# -- who gets a row -------------------------------------------------------------------------------


def _choose(observed: Observed, found: Findings, request: ImportRequest, mint: Mint) -> _Chosen:
    people, chosen = request.people, _Chosen(without_email=request.people.without_email)
    links = {link.record_id: link for link in found.links.values() if link.side is people.side}
    past = {old for link in links.values() for old in link.history}
    again = ids_of_unwritten(observed)
    for record_id in sorted(people.record_ids, key=_by_number):
        record = observed.given.records.get((people.side, people.object, record_id))
        link = links.get(record_id)
        if record is None or record.archived:
            chosen.gone += 1  # 1
        elif link is not None:
            chosen.already += 1  # 2
            if link.state is LinkState.ACTIVE and link.rid in request.tab.ids:
                chosen.here.append((link.rid, record))
        elif _is_known(observed, record, links.keys() | past):
            chosen.already += 1  # 2
        elif EMAIL in record.problems or record.fields.get(EMAIL, BLANK).blank:
            chosen.without_email += 1  # 3
        else:
            chosen.new.append((again.get(record_id) or mint(), record))  # 4
    return chosen


def _is_known(observed: Observed, record: CrmRecord, linked: set[str]) -> bool:
    merged = set(record.merged_ids) & linked
    return bool(merged) or record.external_id in observed.given.known_rows


def _by_number(record_id: str) -> int:
    """Sort ids as numbers: the record made first comes first; other ids come in that order already."""
    return int(record_id) if record_id.isdecimal() else 0


def _reach(found: Findings, side: Side, tab: ImportTab, chosen: _Chosen) -> None:
    """Put the rows that are there, or will be, before the step that tells their records."""
    for number, (rid, record) in enumerate(chosen.new, tab.last_row + 1):
        found.rows.append(IdentifiedRow(rid, SheetRow(number, None, "", {}), new_id=True))
        found.reached[rid] = {side: record}
    for rid, record in chosen.here:
        found.rows.append(IdentifiedRow(rid, SheetRow(tab.ids[rid], rid, "", {})))
        found.reached[rid] = {side: record}
    for rid, records in found.reached.items():
        if not records[side].external_id:
            found.updates[rid, side] = {}  # the row's id alone, if need be


# -- intents --------------------------------------------------------------------------------------


def _rows(
    observed: Observed, asked: ImportRules, side: Side, found: Findings, chosen: _Chosen
) -> Iterator[Intent]:
    numbers = {row.rid: row.shown.row for row in found.rows}
    for rid, record in chosen.new:
        yield Intent(
            intent_id="",
            plan_id="",
            seq=0,
            side=Side.SHEET,
            kind=IntentKind.ROWS,
            operation=Operation.CREATE,
            object="row",
            rid=rid,
            row=numbers[rid],
            changes=_cells(observed, side, record),
            payload=_stands_for(observed, asked, side, rid, record).to_json(),
        )


def _cells(observed: Observed, side: Side, record: CrmRecord) -> dict[str, FieldChange]:
    values = {name: record.fields.get(name, BLANK) for name in _shared(observed, side, record)}
    changes = {
        name: FieldChange(BLANK, value, {side: value}, Why.IMPORTED)
        for name, value in values.items()
        if not value.blank
    }
    return {**changes, STATUS: FieldChange(BLANK, DRAFT, why=Why.IMPORTED)}


def _shared(observed: Observed, side: Side, record: CrmRecord) -> list[str]:
    """Return the fields that the sheet and this record both have, in a usable form."""
    return [
        name
        for name, spec in sorted(observed.rules.specs.items())
        if side in spec.sides and name != STATUS and name not in record.problems
    ]


def _stands_for(
    observed: Observed, asked: ImportRules, side: Side, rid: str, record: CrmRecord
) -> ImportedRow:
    shared = _shared(observed, side, record)
    shown = {name: record.fields.get(name, BLANK) for name in shared}
    # what a lead is converted to has no such status
    has_status = side in observed.rules.status and record.object == observed.rules.objects[side]
    if has_status and STATUS not in record.problems:
        # as they are now they belong together: neither is moved for the other's sake
        shown |= {STATUS: record.fields.get(STATUS, BLANK), SHEET_SAW: DRAFT}
    host = asked.host_of(record.fields.get(WEBSITE, BLANK).key)
    key = event_key(campaign_id(observed), rid, EffectKind.COMPANY, host) if host else ""
    return ImportedRow(side, record.object, record.record_id, shown, tuple(shared), key)


def _claims(found: Findings) -> Iterator[Intent]:
    rows = {row.rid: row for row in found.rows}
    for (rid, side), changes in sorted(found.updates.items()):
        record = found.reached[rid][side]
        yield Intent(
            intent_id="",
            plan_id="",
            seq=0,
            side=side,
            kind=IntentKind.RECORD,
            operation=Operation.UPDATE,
            object=record.object,
            rid=rid,
            row=rows[rid].shown.row,
            record_id=record.record_id,
            changes=changes,
            needs_row_id=rows[rid].new_id,
        )


def _numbered(plan_id: str, drafts: Sequence[Intent]) -> tuple[Intent, ...]:
    return tuple(
        replace(draft, intent_id=f"{plan_id}-{seq}", plan_id=plan_id, seq=seq)
        for seq, draft in enumerate(drafts, 1)
    )


# -- words and counts -----------------------------------------------------------------------------


def _notes(observed: Observed, side: Side, chosen: _Chosen) -> dict[str, str]:
    """Return what the next sync will say of the new rows, so that it has not to say it then."""
    new = Findings()
    bases: dict[tuple[str, Side], dict[str, FieldValue]] = {}
    for rid, record in chosen.new:
        new.rows.append(IdentifiedRow(rid, SheetRow(0, None, "", {STATUS: DRAFT})))
        new.reached[rid] = {side: record}
        bases[rid, side] = {STATUS: record.fields.get(STATUS, BLANK), SHEET_SAW: DRAFT}
    settle_statuses(observed, new, bases)
    return new.notes


def _verdicts(
    found: Findings, intents: Sequence[Intent], status: PlanStatus, notes: Mapping[str, str]
) -> tuple[RowVerdict, ...]:
    busy = {intent.rid for intent in intents}
    done = Bucket.WRITTEN if status is PlanStatus.DELIVERABLE else Bucket.HELD
    verdicts = [
        RowVerdict(
            row.rid,
            row.shown.row,
            done if row.rid in busy else Bucket.UNCHANGED,
            RowState.SYNCED,
            notes.get(row.rid, ""),
        )
        for row in found.rows
    ]
    return tuple(sorted(verdicts, key=lambda verdict: verdict.row))


def _summary(request: ImportRequest, chosen: _Chosen, intents: Sequence[Intent]) -> dict[str, int]:
    return {
        "rows": request.tab.rows,
        IMPORTED: len(chosen.new),
        f"{IMPORTED}:{request.people.side}": len(chosen.new),
        "already_there": chosen.already,
        "without_email": chosen.without_email,
        "gone": chosen.gone,
        "left_out": request.people.left_out,
        "crm_updates": sum(intent.kind is IntentKind.RECORD for intent in intents),
    }


def _hash(intents: Sequence[Intent]) -> str:
    content: list[Mapping[str, object]] = [
        {
            "side": str(intent.side),
            "record": intent.record_id or intent.payload.get("record_id"),
            "changes": {name: change.new.key for name, change in intent.changes.items()},
        }
        for intent in intents
    ]
    return stable_hash(content)
