"""Records that were merged or deleted, rows that went and came back (RECONCILE B8; pure).

    1  the record was merged into another                    the link follows (chains, at most 10)
    2  … which another row already owns                      this row is the duplicate
    3  deletion confirmed, row unchanged since the base      the row is archived, it stays where it is
    4  deletion confirmed, row edited since                  a person decides; nothing is written
    5  the record is there again                             the link is active again, base kept
    6  the row is gone, or never got its id                  link detached, the CRM untouched
    7  the row is there again                                link active again unless its record has an owner
    8  … or the record is there again, and has an owner      this row is the duplicate
    9  the lead was converted                                the link follows to its contact, base kept

Absence from a list or a search is never a deletion; only an answered look-up is.
"""

from __future__ import annotations

from dataclasses import replace

from outreach_core.merge.decide import values_hash
from outreach_core.merge.state import Findings, IdentifiedRow, Observed, Verdict
from outreach_core.model import BLANK, LinkState, LookupStatus, Side
from outreach_core.model.planning import (
    Bucket,
    Choice,
    ClosedConflict,
    Conflict,
    ConflictKind,
    Link,
    RowState,
)

_MAX_CHAIN = 10
CONTACTS = "contacts"
DELETED_FIELD = "(deleted)"
_DELETED_NOTE = "Deleted in the CRM. The row stays; nothing is synced for it."
_OWNED_NOTE = "Another row keeps this record in step."
_EDITED_NOTE = "Deleted in the CRM, but this row was edited since: keep it archived or recreate it?"


def follow_records(observed: Observed, found: Findings) -> None:
    """Bring every link up to date with what happened to its row and its record."""
    found.links.update({(link.rid, link.side): link for link in observed.given.links})
    shown = {row.rid: row for row in found.rows}
    for link in _in_order_of_claim(observed, shown):
        if link.rid not in shown:
            if link.state is LinkState.ACTIVE:
                found.set_link_state(link, LinkState.DETACHED)  # case 6
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
    base = observed.given.bases.get((link.rid, Side.SHEET), {})
    edited = {
        name: value
        for name, value in row.shown.fields.items()
        if name in base and name != "status" and not value.same_raw(base[name])
    }
    if not edited:
        _archive(observed, found, link)
        found.judge(link.rid, Verdict(Bucket.WRITTEN, RowState.ARCHIVED, _DELETED_NOTE))
        return
    name = min(edited)
    values = {Side.SHEET: edited[name]}
    standing = observed.standing.get((link.rid, DELETED_FIELD))
    if standing is not None and standing.choice is Choice.LEAVE:
        _archive(observed, found, link)
        return
    found.conflicts.append(
        Conflict(
            link.rid,
            DELETED_FIELD,
            ConflictKind.EDITED_AFTER_DELETE,
            values,
            values_hash(values),
            conflict_id=standing.conflict_id if standing else "",
        )
    )
    found.held_conflicts.add((link.rid, DELETED_FIELD))
    found.judge(link.rid, Verdict(Bucket.HELD, RowState.CONFLICT, _EDITED_NOTE))


def _archive(observed: Observed, found: Findings, link: Link) -> None:
    """Archive the row; questions about its fields have no second side any more."""
    found.set_link_state(link, LinkState.ARCHIVED)
    found.archived.append(link.rid)
    for (rid, name), standing in sorted(observed.standing.items()):
        if rid == link.rid:
            found.closed.append(ClosedConflict(standing.conflict_id, rid, name, "obsolete"))


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
