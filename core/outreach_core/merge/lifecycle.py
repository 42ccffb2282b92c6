"""Records that were merged or deleted, rows that went and came back (RECONCILE B8; pure).

    1  the record was merged into another                    the link follows (chains, at most 10)
    2  … which another row already owns                      this row is the duplicate
    3  deletion confirmed, row unchanged since the base      the row is archived, it stays where it is
    4  deletion confirmed, row edited since                  a person decides; nothing is written
       … or the policy asks about every deletion             the same
    5  the record is there again                             the link is active again, base kept
    6  the row is gone, or never got its id                  link detached, the CRM untouched
    7  the row is there again                                link active again unless its record has an owner
    8  … or the record is there again, and has an owner      this row is the duplicate
    9  the lead was converted                                the link follows to its contact, base kept
   10  a person chose to archive the row                     archived
   11  … to keep it                                          it stays as it is, without a record
   12  … to recreate the record                              the link is released: the row looks for a
                                                             record again, and gets one where there is none

Absence from a list or a search is never a deletion; only an answered look-up is.
"""

from __future__ import annotations

from dataclasses import replace

from outreach_core.merge.questions import End, ask, close
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Verdict
from outreach_core.model import BLANK, LinkState, LookupStatus, Side
from outreach_core.model.hashing import stable_hash
from outreach_core.model.planning import (
    Bucket,
    Choice,
    Conflict,
    ConflictKind,
    Link,
    RowState,
)
from outreach_core.model.policy import OnDelete

_MAX_CHAIN = 10
CONTACTS = "contacts"
DELETED_FIELD = "(deleted)"
_DELETED_NOTE = "Deleted in the CRM. The row stays; nothing is synced for it."
_OWNED_NOTE = "Another row keeps this record in step."
_EDITED_NOTE = "Deleted in the CRM, but this row was edited since: keep it archived or recreate it?"
_ASKED_NOTE = "Deleted in the CRM: archive this row, keep it, or recreate the record?"
_KEPT_NOTE = "Deleted in the CRM; you kept the row. Nothing is synced for it."
_RECREATED_NOTE = "Waiting: the record is made anew with one of the next runs."
_EDITED = ConflictKind.EDITED_AFTER_DELETE


def follow_records(observed: Observed, found: Findings) -> None:
    """Bring every link up to date with what happened to its row and its record."""
    found.links.update({(link.rid, link.side): link for link in observed.given.links})
    shown = {row.rid: row for row in found.rows}
    for link in _in_order_of_claim(observed, shown):
        if link.rid not in shown:
            if link.state is LinkState.ACTIVE:
                found.set_link_state(link, LinkState.DETACHED)  # case 6
                _close_all(observed, found, link.rid)
            continue
        _follow(observed, found, link, shown[link.rid])


def _in_order_of_claim(observed: Observed, shown: dict[str, IdentifiedRow]) -> list[Link]:
    """Return the links, those with the better claim to a merged record first.

    A record's own row, then the row with the survivor's e-mail, then the oldest row.
    """

    def claim(link: Link) -> tuple[Side, int, str]:
        winner = _merged_into(observed, link)
        if winner is None:
            return link.side, 0, link.rid
        record = observed.given.records.get((link.side, link.object, winner))
        row = shown.get(link.rid)
        theirs = record.fields.get("email", BLANK).key if record else None
        own = row.shown.fields.get("email", BLANK).key if row else None
        return link.side, 1 if own and own == theirs else 2, link.rid

    return sorted(observed.given.links, key=claim)


def _follow(observed: Observed, found: Findings, link: Link, row: IdentifiedRow) -> None:
    if link.state is LinkState.DETACHED:
        if _owner(found, link.side, link.record_id, link.rid) is None:
            link = found.set_link_state(link, LinkState.ACTIVE)  # case 7
        else:
            return
    if link.state not in (LinkState.ACTIVE, LinkState.ARCHIVED):
        return
    winner = _merged_into(observed, link)
    contact = _converted_to(observed, link, winner)
    if contact is not None:
        _follow_merge(found, link, contact, obj=CONTACTS)  # cases 9, 2
    elif winner is not None:
        _follow_merge(found, link, winner)  # cases 1, 2
    elif _is_deleted(observed, link):
        if link.state is LinkState.ACTIVE:
            _archive_or_ask(observed, found, link, row)  # cases 3, 4
        else:
            found.judge(row.rid, Verdict(Bucket.EXCLUDED, RowState.ARCHIVED, _DELETED_NOTE))
    elif link.state is LinkState.ARCHIVED:
        _revive_or_keep(observed, found, link)  # cases 5, 8
    else:
        _close_deletion(observed, found, link)


def _merged_into(observed: Observed, link: Link) -> str | None:
    """Return the id the link's record lives under now, or ``None`` if it is still its own."""
    current = link.record_id
    for _ in range(_MAX_CHAIN):
        answer = observed.answers.get((link.side, "id", current))
        holder = observed.by_merged_id.get((link.side, current))
        if holder is not None and holder.record_id != current:
            current = holder.record_id
        elif answer is not None and answer.status is LookupStatus.MERGED and answer.record_ids:
            current = answer.record_ids[0]
        else:
            break
    return current if current != link.record_id else None


def _converted_to(observed: Observed, link: Link, winner: str | None) -> str | None:
    """Return the contact that the link's lead, or the one it was merged into, was converted to."""
    now = winner or link.record_id
    record = observed.given.records.get((link.side, link.object, now))
    return record.converted_to if record is not None and link.object != CONTACTS else None


def _follow_merge(found: Findings, link: Link, winner: str, obj: str | None = None) -> None:
    owner = _owner(found, link.side, winner, link.rid)
    history = (*link.history, link.record_id)
    moved = replace(link, record_id=winner, history=history, state=LinkState.ACTIVE)
    if obj is not None:
        moved = replace(moved, object=obj)
    if owner is not None:
        moved = replace(moved, state=LinkState.DUPLICATE)
        note = "Merged in the CRM with a record that another row keeps in step."
        found.judge(link.rid, Verdict(Bucket.EXCLUDED, RowState.DUPLICATE, note))
    found.set_link(moved)


def _owner(found: Findings, side: Side, record_id: str, besides: str) -> str | None:
    """Only an active link whose row exists owns a record."""
    present = {row.rid for row in found.rows}
    for (rid, where), link in sorted(found.links.items()):
        if (
            where is side
            and rid != besides
            and rid in present
            and link.record_id == record_id
            and link.state is LinkState.ACTIVE
        ):
            return rid
    return None


def _is_deleted(observed: Observed, link: Link) -> bool:
    answer = observed.answered(link.side, "id", link.record_id)
    if answer is LookupStatus.FOUND:
        return False
    record = observed.record(link)
    return answer is LookupStatus.DELETED or (record is not None and record.archived)


def _archive_or_ask(observed: Observed, found: Findings, link: Link, row: IdentifiedRow) -> None:
    question = _deletion_question(observed, link, row)
    if question is None:
        _archive(observed, found, link)  # case 3
        found.judge(link.rid, Verdict(Bucket.WRITTEN, RowState.ARCHIVED, _DELETED_NOTE))
        return
    standing = observed.standing.get((link.rid, DELETED_FIELD))
    current = standing is not None and standing.evidence_hash == question.evidence_hash
    match standing.choice if standing and current else None:
        case Choice.ARCHIVE | Choice.LEAVE:
            _archive(observed, found, link)  # case 10
            found.judge(link.rid, Verdict(Bucket.WRITTEN, RowState.ARCHIVED, _DELETED_NOTE))
        case Choice.KEEP:
            found.set_link_state(link, LinkState.ARCHIVED)  # case 11
            _close_all(observed, found, link.rid)
            found.judge(link.rid, Verdict(Bucket.EXCLUDED, RowState.ARCHIVED, _KEPT_NOTE))
        case Choice.RECREATE:
            found.set_link_state(link, LinkState.RELEASED)  # case 12
            found.forget(link.rid, link.side)
            _close_all(observed, found, link.rid)
            found.judge(link.rid, Verdict(Bucket.HELD, RowState.WAITING, _RECREATED_NOTE))
        case _:
            ask(found, question, standing)  # case 4
            found.held_conflicts.add((link.rid, DELETED_FIELD))
            found.asked_sides.add((link.rid, link.side))
            note = _EDITED_NOTE if question.kind is _EDITED else _ASKED_NOTE
            found.judge(link.rid, Verdict(Bucket.HELD, RowState.CONFLICT, note))


def _deletion_question(observed: Observed, link: Link, row: IdentifiedRow) -> Conflict | None:
    """Return what is asked about a deletion, ``None`` if nothing."""
    base = observed.given.bases.get((link.rid, Side.SHEET), {})
    edited = {
        name: value
        for name, value in row.shown.fields.items()
        if name in base and name != "status" and not value.same_raw(base[name])
    }
    if not edited and observed.rules.policy.on_crm_delete is OnDelete.ARCHIVE:
        return None
    name = min(edited, default="")
    shown = edited.get(name, BLANK)
    return Conflict(
        link.rid,
        DELETED_FIELD,
        _EDITED if edited else ConflictKind.DELETED,
        {Side.SHEET: shown, link.side: BLANK},
        stable_hash([link.side, link.record_id, {n: v.key for n, v in edited.items()}]),
        agreed=base.get(name, BLANK),
    )


def _archive(observed: Observed, found: Findings, link: Link) -> None:
    """Archive the row."""
    found.set_link_state(link, LinkState.ARCHIVED)
    found.archived.append(link.rid)
    _close_all(observed, found, link.rid)


def _close_all(observed: Observed, found: Findings, rid: str) -> None:
    """Close a row's questions: those about its fields have no second side any more."""
    for (owner, name), standing in sorted(observed.standing.items()):
        if owner == rid:
            close(found, standing, End.RESOLVED if name == DELETED_FIELD else End.OBSOLETE)


def _close_deletion(observed: Observed, found: Findings, link: Link) -> None:
    """Close the question about a record that is there after all."""
    standing = observed.standing.get((link.rid, DELETED_FIELD))
    record = observed.record(link)
    there = record is not None and not record.archived
    if standing is not None and link.side in standing.values and there:
        close(found, standing, End.CONVERGED)


def _revive_or_keep(observed: Observed, found: Findings, link: Link) -> None:
    record = observed.record(link)
    answer = observed.answered(link.side, "id", link.record_id)
    if answer is LookupStatus.FOUND or (
        record is not None and not record.archived and answer is None
    ):
        owner = _owner(found, link.side, link.record_id, link.rid)
        if owner is None:
            found.set_link_state(link, LinkState.ACTIVE)
            return
        found.set_link_state(link, LinkState.DUPLICATE)
        found.judge(link.rid, Verdict(Bucket.EXCLUDED, RowState.DUPLICATE, _OWNED_NOTE))
    else:
        found.judge(link.rid, Verdict(Bucket.EXCLUDED, RowState.ARCHIVED, _DELETED_NOTE))
