"""Say one word and one sentence about every row, and count (pure).

Every row that was read ends in exactly one bucket; the counts add up to the rows read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from outreach_core.merge.state import Findings, IdentifiedRow, Verdict
from outreach_core.model import EffectKind, Intent, IntentKind, LinkState, Operation
from outreach_core.model.planning import Bucket, PlanStatus, RowState, RowVerdict

_PAUSED = Verdict(Bucket.HELD, RowState.PAUSED, "Paused: take the tick out to sync this row again.")
_PREVIEW = Verdict(Bucket.HELD, RowState.PENDING, "Waiting for your approval.")
_ALL_PAUSED = Verdict(
    Bucket.HELD, RowState.PAUSED, "The sync is paused for all rows; this waits until it is resumed."
)
_CONFLICT = "Changed on both sides: {fields}. Neither was overwritten."
_CONTESTED = (
    "Another record in the CRM has this address already. Nothing was overwritten: see Needs You."
)


def row_verdicts(
    found: Findings, intents: tuple[Intent, ...], status: PlanStatus, *, paused: bool = False
) -> tuple[RowVerdict, ...]:
    """Return one verdict per row read, in row order; ``paused``: by the switch for all rows."""
    waits = None if status is PlanStatus.DELIVERABLE else _ALL_PAUSED if paused else _PREVIEW
    busy = {intent.rid for intent in intents if intent.kind is not IntentKind.ROW_ID}
    linked = {rid for (rid, _), link in found.links.items() if link.state is LinkState.ACTIVE}
    asked: dict[str, list[str]] = {}
    for rid, name in sorted(found.held_conflicts):
        asked.setdefault(rid, []).append(name.replace("_", " "))
    verdicts = [_verdict(found, row, busy, linked, asked, waits) for row in found.rows]
    verdicts += [
        RowVerdict(row.sync_id or "", row.row, said.bucket, said.state, said.note)
        for row, said in found.strangers
    ]
    return tuple(sorted(verdicts, key=lambda verdict: verdict.row))


def _verdict(
    found: Findings,
    row: IdentifiedRow,
    busy: set[str],
    linked: set[str],
    asked: Mapping[str, list[str]],
    waits: Verdict | None,
) -> RowVerdict:
    said = _said(found, row, busy, linked, asked, waits)
    return RowVerdict(row.rid, row.shown.row, said.bucket, said.state, said.note)


def _said(
    found: Findings,
    row: IdentifiedRow,
    busy: set[str],
    linked: set[str],
    asked: Mapping[str, list[str]],
    waits: Verdict | None,
) -> Verdict:
    given = found.verdicts.get(row.rid)
    if row.shown.paused:
        return _PAUSED
    if given is not None and given.bucket is not Bucket.WRITTEN:
        return given
    if waits is not None and row.rid in busy:
        return waits
    if row.rid in asked:
        bucket = Bucket.WRITTEN if row.rid in busy else Bucket.HELD
        note = _CONFLICT.format(fields=", ".join(asked[row.rid]))
        note = _CONTESTED if row.rid in found.contested else note
        return Verdict(bucket, RowState.CONFLICT, note)
    if row.shown.problems:
        name, problem = min(row.shown.problems.items())
        note = f"{name.replace('_', ' ').capitalize()}: {problem.message} {problem.remedy}".strip()
        return Verdict(Bucket.WRITTEN if row.rid in busy else Bucket.FAILED, RowState.ERROR, note)
    if given is not None:
        return given
    note = found.notes.get(row.rid, "")
    if row.rid in busy:
        return Verdict(Bucket.WRITTEN, RowState.SYNCED, note)
    state = RowState.SYNCED if row.rid in linked else RowState.PENDING
    return Verdict(Bucket.UNCHANGED, state, note)


def summarise(found: Findings, intents: tuple[Intent, ...]) -> dict[str, int]:
    """Count what the plan holds, in the words of the preview."""
    kinds = Counter((intent.kind, intent.operation) for intent in intents)
    return {
        "rows": len(found.rows) + len(found.strangers),
        "already_there": len(set(found.matched)),
        "new": len(found.creates),
        "row_ids": kinds[IntentKind.ROW_ID, Operation.ASSIGN_ID],
        "crm_updates": kinds[IntentKind.RECORD, Operation.UPDATE],
        "crm_creates": kinds[IntentKind.RECORD, Operation.CREATE],
        "sheet_rows": kinds[IntentKind.CELLS, Operation.UPDATE],
        "archived": len(found.archived),
        "detached": len(found.detached),
        "conflicts": len(found.held_conflicts),
        "agreed": len(found.base_moves),
        **_told(found),
        **_by_side(found),
    }


def _by_side(found: Findings) -> dict[str, int]:
    """Count per CRM: ``already_there:hubspot``, ``new:hubspot``; only where there is any."""
    matched = set(found.matched)
    there = Counter(side for rid, side in found.changed_links if rid in matched)
    new = Counter(side for _, side in found.creates)
    return {
        **{f"already_there:{side}": number for side, number in sorted(there.items())},
        **{f"new:{side}": number for side, number in sorted(new.items())},
    }


def _told(found: Findings) -> dict[str, int]:
    kinds = Counter(told.kind for told in found.tellings)
    return {
        "emails": kinds[EffectKind.EMAIL],
        "replies": kinds[EffectKind.REPLY],
        "deals": kinds[EffectKind.DEAL],
        "companies": sum(write.record_id is None for write in found.company_writes.values()),
    }
