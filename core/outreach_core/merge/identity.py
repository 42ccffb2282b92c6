"""Which row is which, and which record is its own (RECONCILE B7; pure).

A row id is anonymous until it is read back: the row that carries it owns it.

    A  the cell holds an id the ledger knows                    that row
    B  it holds an id in our form the ledger does not know      adopted (a lost ledger, not a lost row)
    C  it holds something else                                  held: a person clears the cell
    D  it is blank                                              a new id is minted and written first
    E  several rows hold one id (a copied row)                  the one that equals the base keeps it, else
                                                                the topmost; the copies get new ids

Match order of a row without a link: external id, then e-mail with exactly one candidate, then none
(create), several (a person chooses). Never "the first one returned".
"""

from __future__ import annotations

import re
from collections import defaultdict

from outreach_core.merge.limits import is_settled
from outreach_core.merge.questions import End, ask, close
from outreach_core.merge.state import Findings, IdentifiedRow, Mint, Observed, Verdict
from outreach_core.model import BLANK, CrmRecord, LinkState, LookupStatus, SheetRow, Side
from outreach_core.model.planning import (
    Bucket,
    Candidate,
    Choice,
    Conflict,
    ConflictKind,
    KnownRow,
    Link,
    RowState,
    record_field,
)

_OUR_FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

_NOT_OURS = "The _sync_id cell of this row holds something we did not write: clear that cell."
_UNUSABLE = "The CRM could not be used in the last run."
_NO_EMAIL = "No e-mail yet."
_NOT_LOOKED_UP = "Waiting: not looked up in the CRM yet."
_KNOWN_BY = ("business_name", "contact_person", "email", "phone", "city", "location")
_TYPED_JUST_NOW = "Typed just now: it waits until it was left alone for a while."
_AMBIGUOUS = "Several records in the CRM have this e-mail: choose one."


def identify(observed: Observed, found: Findings, mint: Mint) -> None:
    """Give every row its id (cases A to E), and note rows that came, went or came back."""
    holders: dict[str, list[SheetRow]] = defaultdict(list)
    in_order = sorted(observed.given.rows, key=lambda row: row.row)
    for row in in_order:
        if row.sync_id and not _OUR_FORM.fullmatch(row.sync_id):
            found.strangers.append((row, Verdict(Bucket.HELD, RowState.ERROR, _NOT_OURS)))  # C
        elif row.sync_id:
            holders[row.sync_id].append(row)
    keepers = {rid: _keeper(observed, rid, rows) for rid, rows in holders.items()}
    for row in in_order:
        if row.sync_id is None:
            found.rows.append(IdentifiedRow(mint(), row, new_id=True))  # D
        elif row.sync_id in keepers and keepers[row.sync_id] is row:
            found.rows.append(IdentifiedRow(row.sync_id, row))  # A, B
        elif row.sync_id in keepers:
            found.rows.append(IdentifiedRow(mint(), row, new_id=True, replaces=row.sync_id))  # E
    _note_presence(observed, found, set(keepers))


def _keeper(observed: Observed, rid: str, rows: list[SheetRow]) -> SheetRow:
    base = observed.given.bases.get((rid, Side.SHEET), {})
    same = [
        row
        for row in rows
        if base and all(row.fields[n].same_raw(v) for n, v in base.items() if n in row.fields)
    ]
    return min(same or rows, key=lambda row: row.row)


def _note_presence(observed: Observed, found: Findings, shown: set[str]) -> None:
    for rid in sorted(shown):
        known = observed.given.known_rows.get(rid)
        if known is None or not known.confirmed or not known.present:
            found.known.append(KnownRow(rid, confirmed=True, present=True))
    for rid, known in sorted(observed.given.known_rows.items()):
        if known.present and known.confirmed and rid not in shown:
            found.known.append(KnownRow(rid, confirmed=True, present=False))
            found.detached.append(rid)


def match(observed: Observed, found: Findings) -> None:
    """Link rows that have no record yet, or decide that one is to be created."""
    order = sorted(found.rows, key=lambda r: (r.new_id, r.rid if not r.new_id else "", r.shown.row))
    for side in observed.rules.crm_sides:
        if not observed.usable(side):
            _wait_for_side(found, order, side)
            continue
        owners = {
            link.record_id: rid
            for (rid, where), link in found.links.items()
            if where is side and link.state is LinkState.ACTIVE
        }
        claimed: dict[str, str] = {}  # e-mail -> rid of the row that is going to create it
        for row in order:
            _match_row(observed, found, side, row, owners, claimed)


def _wait_for_side(found: Findings, rows: list[IdentifiedRow], side: Side) -> None:
    for row in rows:
        if (row.rid, side) not in found.links:
            found.judge(row.rid, Verdict(Bucket.HELD, RowState.PENDING, _UNUSABLE))


def _match_row(
    observed: Observed,
    found: Findings,
    side: Side,
    row: IdentifiedRow,
    owners: dict[str, str],
    claimed: dict[str, str],
) -> None:
    link = found.links.get((row.rid, side))
    email = row.shown.fields.get("email")
    key = email.key if email else None
    standing = observed.standing.get((row.rid, record_field(side)))
    if link is not None and link.state in (LinkState.ACTIVE, LinkState.ARCHIVED):
        if link.state is LinkState.ACTIVE and key:
            claimed.setdefault(key, row.rid)
        close(found, standing, _end(standing))
        return
    if not is_settled(observed, row):
        found.judge(row.rid, Verdict(Bucket.HELD, RowState.WAITING, _TYPED_JUST_NOW))
        return
    candidates = _candidates(observed, side, row.rid, key)
    answer = _answer(standing, side, candidates)
    wants_new = answer is not None and answer.choice is Choice.CREATE_NEW
    chosen = _chosen(answer, candidates)
    if chosen is not None:
        _take(observed, found, side, row, chosen, owners)
    elif len(candidates) > 1 and not wants_new:
        _ask_which(found, row, side, candidates, standing)
        return
    elif key and key in claimed and claimed[key] != row.rid:
        _mark_duplicate(found, row, side, observed, "", claimed[key])
    else:
        _create_or_wait(observed, found, side, row, key, claimed, wants_new=wants_new)
    if not wants_new or chosen is not None:
        close(found, standing, _end(answer))


def _end(answer: Conflict | None) -> End:
    return End.RESOLVED if answer is not None and answer.choice is not None else End.OBSOLETE


def _candidates(observed: Observed, side: Side, rid: str, email: str | None) -> list[CrmRecord]:
    own = observed.by_external_id.get((side, rid), [])
    having = observed.by_email.get((side, email), []) if email else []
    return _there(observed, own) or _there(observed, having)


def _there(observed: Observed, records: list[CrmRecord]) -> list[CrmRecord]:
    """Leave out what is known by now to have been deleted, or to live under another id."""
    return [
        record
        for record in records
        if observed.answered(record.side, "id", record.record_id) not in _NOT_THERE
    ]


_NOT_THERE = (LookupStatus.DELETED, LookupStatus.MERGED)


def _answer(standing: Conflict | None, side: Side, candidates: list[CrmRecord]) -> Conflict | None:
    """Return the question as it was answered, if the same records still match."""
    if standing is None or standing.choice is None:
        return None
    return standing if standing.evidence_hash == _evidence(side, candidates) else None


def _evidence(side: Side, candidates: list[CrmRecord]) -> str:
    return f"{side}:{','.join(sorted(c.record_id for c in candidates))}"


def _chosen(answer: Conflict | None, candidates: list[CrmRecord]) -> CrmRecord | None:
    if len(candidates) == 1:
        return candidates[0]
    if answer is None or answer.choice is not Choice.PICK:
        return None
    return next((c for c in candidates if c.record_id == answer.picked), None)


def _take(
    observed: Observed,
    found: Findings,
    side: Side,
    row: IdentifiedRow,
    record: CrmRecord,
    owners: dict[str, str],
) -> None:
    owner = owners.get(record.record_id)
    if owner is not None and owner != row.rid:
        _mark_duplicate(found, row, side, observed, record.record_id, owner)
        return
    old = found.links.get((row.rid, side))
    history = old.history if old else ()
    found.set_link(Link(row.rid, side, record.object, record.record_id, history=history))
    found.matched.append(row.rid)
    owners[record.record_id] = row.rid


def _mark_duplicate(
    found: Findings,
    row: IdentifiedRow,
    side: Side,
    observed: Observed,
    record_id: str,
    owner: str,
) -> None:
    other = next((r.shown.row for r in found.rows if r.rid == owner), None)
    where = f"row {other}" if other else "another row"
    note = f"Same person as {where}: that row is the one kept in step."
    old = found.links.get((row.rid, side))
    pointer = record_id or (old.record_id if old else "")
    if pointer and (
        old is None or old.state is not LinkState.DUPLICATE or old.record_id != pointer
    ):
        obj = observed.rules.objects[side]
        found.set_link(Link(row.rid, side, obj, pointer, LinkState.DUPLICATE))
    found.judge(row.rid, Verdict(Bucket.EXCLUDED, RowState.DUPLICATE, note))


def _ask_which(
    found: Findings,
    row: IdentifiedRow,
    side: Side,
    candidates: list[CrmRecord],
    standing: Conflict | None,
) -> None:
    in_order = sorted(candidates, key=lambda record: record.record_id)
    question = Conflict(
        row.rid,
        record_field(side),
        ConflictKind.AMBIGUOUS,
        {},
        _evidence(side, candidates),
        candidates=tuple(candidate(record) for record in in_order),
    )
    ask(found, question, standing)
    found.judge(row.rid, Verdict(Bucket.HELD, RowState.CONFLICT, _AMBIGUOUS))


def candidate(record: CrmRecord) -> Candidate:
    """Return a record as people know it."""
    shown = (record.fields.get(name, BLANK).value for name in _KNOWN_BY)
    label = " · ".join(text for text in shown if text)
    return Candidate(record.side, record.object, record.record_id, label)


def _create_or_wait(
    observed: Observed,
    found: Findings,
    side: Side,
    row: IdentifiedRow,
    email: str | None,
    claimed: dict[str, str],
    *,
    wants_new: bool,
) -> None:
    problem = row.shown.problems.get("email")
    if row.shown.paused:
        return
    if problem is not None:
        note = f"E-mail: {problem.message} {problem.remedy}".strip()
        found.judge(row.rid, Verdict(Bucket.FAILED, RowState.ERROR, note))
    elif email is None and observed.rules.policy.export_without_email == "wait":
        found.judge(row.rid, Verdict(Bucket.HELD, RowState.WAITING, _NO_EMAIL))
    elif email is not None and not _may_create(observed, side, row.rid, email, wants_new=wants_new):
        found.judge(row.rid, Verdict(Bucket.HELD, RowState.WAITING, _NOT_LOOKED_UP))
    else:
        if email:
            claimed[email] = row.rid
        found.creates[row.rid, side] = {}


def _may_create(observed: Observed, side: Side, rid: str, email: str, *, wants_new: bool) -> bool:
    """Creating needs this run's answer from the store: search lags, memory ages.

    Where a person saw who has the address and wants another record, that is no reason against it.
    """
    if not wants_new and observed.answered(side, "email", email) is not LookupStatus.MISSING:
        return False
    return observed.answered(side, "external_id", rid) in (None, LookupStatus.MISSING)
