"""An e-mail address that another record of the CRM has already (RECONCILE B7.3; pure).

The rule: an address is never taken from another record; a person says which of the two the row belongs to.
Only what was read counts: a record nobody read is found by the CRM's refusal, and looked up with the next run.

    1  the address goes to a CRM in which no other record has it     as decided
    2  … another has it, and nobody answered                         asked; the address waits, other fields flow
    3  … keep the sheet's                                            written all the same; the CRM may refuse
    4  … keep the CRM's                                              the sheet gets the old address back
    5  … that contact                                                the row belongs to that record from now on,
                                                                     as if the two had just met
    6  … which another row owns                                      this row is its duplicate
    7  … leave as they are                                           an exception, until either changes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from outreach_core.merge.decide import Decision, Kind, SideField, decided
from outreach_core.merge.identity import candidate
from outreach_core.merge.questions import End, ask, close
from outreach_core.merge.state import Findings, IdentifiedRow, Observed
from outreach_core.model import BLANK, CrmRecord, LinkState, Side
from outreach_core.model.hashing import stable_hash
from outreach_core.model.planning import Choice, Conflict, ConflictKind, Edited

EMAIL = "email"


def follow_choice(
    observed: Observed, found: Findings, row: IdentifiedRow, records: dict[Side, CrmRecord]
) -> None:
    """Give a row the record that a person picked; it is merged with the next plan (cases 5, 6)."""
    standing = observed.standing.get((row.rid, EMAIL))
    if standing is None or standing.kind is not ConflictKind.IDENTITY:
        return
    if standing.choice is not Choice.PICK:
        return
    for side, record in list(records.items()):
        rivals = _rivals(observed, row, side, record)
        picked = next((r for r in rivals if r.record_id == standing.picked), None)
        if picked is None or standing.evidence_hash != _evidence(row, side, record, rivals):
            continue
        _relink(found, row, side, picked)
        close(found, standing, End.RESOLVED)
        del records[side]


def _relink(found: Findings, row: IdentifiedRow, side: Side, picked: CrmRecord) -> None:
    link = found.links[row.rid, side]
    history = (*link.history, link.record_id)
    owned = any(
        other.record_id == picked.record_id and other.state is LinkState.ACTIVE
        for (rid, where), other in found.links.items()
        if where is side and rid != row.rid
    )
    state = LinkState.DUPLICATE if owned else LinkState.ACTIVE
    found.set_link(
        replace(
            link, object=picked.object, record_id=picked.record_id, history=history, state=state
        )
    )
    found.forget(row.rid, side)


def unless_taken(
    observed: Observed,
    found: Findings,
    row: IdentifiedRow,
    record_of: dict[Side, CrmRecord],
    sides: Sequence[SideField],
    decision: Decision,
) -> Decision:
    """Return what follows for an address once it is known who has it (cases 1 to 4, 7)."""
    if decision.kind is not Kind.CARRY:
        return decision
    for side in decision.targets:
        record = record_of.get(side)
        rivals = _rivals(observed, row, side, record) if record else []
        if record is None or not rivals:
            continue  # 1
        evidence = _evidence(row, side, record, rivals)
        standing = observed.standing.get((row.rid, EMAIL))
        if standing is not None and standing.evidence_hash == evidence and standing.choice:
            return decided(standing, sides)  # 3 4 7
        ask(found, _question(row, side, sides, rivals, evidence), standing)
        found.contested.add(row.rid)
        return Decision(Kind.HOLD)  # 2
    return decision


def _question(
    row: IdentifiedRow,
    side: Side,
    sides: Sequence[SideField],
    rivals: Sequence[CrmRecord],
    evidence: str,
) -> Conflict:
    shown = [field for field in sides if field.side in (Side.SHEET, side)]
    bases = [field.base for field in shown if field.base is not None]
    return Conflict(
        row.rid,
        EMAIL,
        ConflictKind.IDENTITY,
        {field.side: field.shown for field in shown},
        evidence,
        agreed=bases[0] if bases else BLANK,
        edited={f.side: Edited(f.when.not_before, f.when.not_after) for f in shown},
        candidates=tuple(candidate(rival) for rival in rivals),
    )


def _rivals(
    observed: Observed, row: IdentifiedRow, side: Side, record: CrmRecord
) -> list[CrmRecord]:
    """Return the other records that have the row's address, its own not having it."""
    key = row.shown.fields.get(EMAIL, BLANK).key
    if key is None or key in record.emails:
        return []
    having = observed.by_email.get((side, key), [])
    others = [other for other in having if other.record_id != record.record_id]
    return sorted(others, key=lambda other: other.record_id)


def _evidence(
    row: IdentifiedRow, side: Side, record: CrmRecord, rivals: Sequence[CrmRecord]
) -> str:
    wanted = row.shown.fields.get(EMAIL, BLANK).key
    own = record.fields.get(EMAIL, BLANK).key
    ids = [rival.record_id for rival in rivals]
    return stable_hash([str(side), wanted, own, record.record_id, ids])
