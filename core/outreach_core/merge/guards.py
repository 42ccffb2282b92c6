"""Stop a whole plan that looks like an accident (RECONCILE B9; pure).

Guards look at the plan before any write, over the whole ledger. One that trips blocks everything but
row ids and our own words about why; a person lets it pass by approving exactly what was shown.

    1  first_sync         the first plan of a ledger is a preview
    2  copied_sheet       another spreadsheet or tab than the one the ledger knows   (cannot be approved)
    3  empty_sheet        a complete read without a row while rows are linked
    4  id_column_missing  the column of the row ids has lost its header             (cannot be approved)
    5  mass_archive       rows to be archived or that went missing
    6  mass_change        most rows changed on one side at once (time zone, locale, shifted column)
    7  mass_clear         one field cleared in many rows, or in all of them (column deleted)
    8  many_creates       more new records than usual
    9  many_conflicts     probably a mapping error
   10  mapping_changed    the rules are not those of the last plan, and they would write
   11  paused             a person switched the sync off                            (cannot be approved)
   12  other_ledger       the tab Sync Status was written by another ledger than this one
   13  header_changed     the header row is another one, and most rows show other values with it
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from outreach_core.merge.intents import ARCHIVED, SYNC_ID
from outreach_core.merge.recover import Bases
from outreach_core.merge.state import Findings, Observed
from outreach_core.model import BLANK, LinkState, Side
from outreach_core.model.planning import ConflictKind, GuardTrip, PlanningInput
from outreach_core.model.policy import Guards

OTHER_LEDGER = "other_ledger"
MAPPING_CHANGED = "mapping_changed"
PAUSED = "paused"
_SEVERAL = 2  # rows that changed with the header row; one is somebody's edit
_WHOLE_COLUMN = 5  # rows from which "every row lost this field" means the column, not the rows


def trips(observed: Observed, found: Findings, bases: Bases, *, writes: bool) -> list[GuardTrip]:
    """Return the guards this plan trips; ``writes`` says whether it would write a mapped value."""
    limits = observed.rules.policy.guards
    active = sum(link.state is LinkState.ACTIVE for link in observed.given.links)
    checks = (
        paused_trip(observed.given),
        _copied_sheet(observed),
        _other_ledger(observed),
        _empty_sheet(observed, active),
        _id_column_missing(observed),
        _first_sync(observed, found),
        _mass_archive(found, active, limits),
        _header_changed(observed, found, bases),
        _mass_change(observed, found, bases, active, limits),
        *_mass_clear(observed, found, bases, active, limits),
        _many_creates(observed, found, active, limits),
        _many_conflicts(found, limits),
        _mapping_changed(observed, writes=writes),
    )
    return [trip for trip in checks if trip is not None]


def _above(count: int, active: int, floor: int, pct: float) -> bool:
    return count > max(floor, active * pct / 100)


def paused_trip(given: PlanningInput) -> GuardTrip | None:
    """Return why nothing may be written while a person has switched the sync off."""
    if given.paused is None:
        return None
    return GuardTrip(
        PAUSED,
        "The sync is paused for all rows; nothing is written until it is resumed.",
        clearable=False,
    )


def _other_ledger(observed: Observed) -> GuardTrip | None:
    """Two ledgers over one sheet undo each other's work; only one of them can be in charge."""
    given = observed.given
    if not given.in_charge or given.in_charge == given.generation:
        return None
    return GuardTrip(
        OTHER_LEDGER,
        "Another ledger keeps this sheet in step. If it is still in use, stop one of the two. If this one takes "
        "its place (it was lost, or moved), approve: from then on this one is in charge.",
    )


def _copied_sheet(observed: Observed) -> GuardTrip | None:
    given, snapshot = observed.given, observed.given.snapshot
    if snapshot is None or not given.spreadsheet_id:
        return None
    same = (given.spreadsheet_id, given.gid) == (snapshot.spreadsheet_id, snapshot.gid)
    if same:
        return None
    return GuardTrip(
        "copied_sheet",
        "This is another spreadsheet or tab than the one this ledger keeps in step. "
        "Point the setting at the known one, or use a new ledger for this one.",
        clearable=False,
    )


def _empty_sheet(observed: Observed, active: int) -> GuardTrip | None:
    if observed.given.snapshot is None or observed.given.rows or not active:
        return None
    return GuardTrip(
        "empty_sheet",
        f"The sheet shows no rows, but {active} are kept in step. Was the tab emptied or replaced?",
    )


def _id_column_missing(observed: Observed) -> GuardTrip | None:
    given = observed.given
    if given.snapshot is None or not given.rows or SYNC_ID in given.snapshot.header:
        return None
    known = any(row.confirmed and row.present for row in given.known_rows.values())
    if not known or any(row.sync_id for row in given.rows):
        return None
    return GuardTrip(
        "id_column_missing",
        f"The outreach tab has no column `{SYNC_ID}`, which says what row is what. Type "
        f"`{SYNC_ID}` back into the first row of that column; if the column itself is gone, bring "
        "it back with Undo or the version history of the spreadsheet.",
        clearable=False,
    )


def _first_sync(observed: Observed, found: Findings) -> GuardTrip | None:
    if observed.given.first_sync_done or not (found.matched or found.creates):
        return None
    return GuardTrip("first_sync", "First sync: look at the preview, then approve it.")


def _mass_archive(found: Findings, active: int, limits: Guards) -> GuardTrip | None:
    pulled = [rid for rid, word in found.pulled.items() if _is_archived(word)]
    rows = (*found.archived, *pulled, *found.detached)
    count = len(rows)
    if not _above(count, active, limits.max_archive_count, limits.max_archive_pct):
        return None
    return GuardTrip(
        "mass_archive",
        f"{count - len(found.detached)} rows would be archived and {len(found.detached)} are gone "
        "from the sheet.",
        tuple(sorted(rows)),
    )


def _is_archived(word: str) -> bool:
    return word.casefold() == ARCHIVED.casefold()


def _edits(
    observed: Observed, found: Findings, bases: Bases
) -> Iterable[tuple[Side, str, str, bool]]:
    """Yield (side, rid, field, cleared) of every edit since the base, exempt fields left out."""
    exempt = set(observed.rules.policy.guards.exempt_fields)
    for row in found.rows:
        shown = {Side.SHEET: (row.shown.fields, row.shown.problems)}
        for side in observed.rules.crm_sides:
            link = found.links.get((row.rid, side))
            record = observed.record(link) if link else None
            if link and record and link.state is LinkState.ACTIVE:
                shown[side] = (record.fields, record.problems)
        for side, (fields, problems) in shown.items():
            for name, past in bases.get((row.rid, side), {}).items():
                now = fields.get(name, BLANK)
                if name in exempt or name in problems or name not in observed.rules.specs:
                    continue
                if past.key != now.key and not past.same_raw(now):
                    yield side, row.rid, name, now.blank


def _header_changed(observed: Observed, found: Findings, bases: Bases) -> GuardTrip | None:
    """Columns are found by their headers: moved ones change nothing, exchanged headers every row."""
    snapshot, known = observed.given.snapshot, observed.given.header
    if snapshot is None or not known or snapshot.header == known:
        return None
    linked = {link.rid for link in observed.given.links if link.state is LinkState.ACTIVE}
    changed = {rid for side, rid, _, _ in _edits(observed, found, bases) if side is Side.SHEET}
    changed &= linked
    if len(changed) < _SEVERAL or 2 * len(changed) <= len(linked):
        return None
    return GuardTrip(
        "header_changed",
        f"The header row changed, and {len(changed)} of {len(linked)} rows show other values since. "
        "Were headers exchanged, or cells moved under others?",
        tuple(sorted(changed)),
    )


def _mass_change(
    observed: Observed, found: Findings, bases: Bases, active: int, limits: Guards
) -> GuardTrip | None:
    changed: dict[Side, set[str]] = {}
    for side, rid, _, _ in _edits(observed, found, bases):
        changed.setdefault(side, set()).add(rid)
    for side, rids in sorted(changed.items()):
        if _above(len(rids), active, limits.floor, limits.max_changed_pct):
            return GuardTrip(
                "mass_change",
                f"{len(rids)} of {active} rows changed in {_name(side)} at once.",
                tuple(sorted(rids)),
            )
    return None


def _mass_clear(
    observed: Observed, found: Findings, bases: Bases, active: int, limits: Guards
) -> list[GuardTrip]:
    cleared: Counter[tuple[Side, str]] = Counter()
    for side, _, name, is_clear in _edits(observed, found, bases):
        if is_clear:
            cleared[side, name] += 1
    filled = _filled(bases)
    return [
        GuardTrip(
            "mass_clear",
            f"The field {name} was cleared in {count} rows in {_name(side)}. "
            "Was the column deleted or renamed?",
        )
        for (side, name), count in sorted(cleared.items())
        if _above(count, active, limits.floor, limits.max_cleared_pct)
        or (count >= _WHOLE_COLUMN and count == filled[side, name])
    ]


def _filled(bases: Bases) -> Counter[tuple[Side, str]]:
    filled: Counter[tuple[Side, str]] = Counter()
    for (_, side), fields in bases.items():
        for name, past in fields.items():
            if not past.blank:
                filled[side, name] += 1
    return filled


def _many_creates(
    observed: Observed, found: Findings, active: int, limits: Guards
) -> GuardTrip | None:
    if not observed.given.first_sync_done:
        return None  # the preview asks already
    count = len(found.creates)
    usual = max(limits.floor, active * limits.max_creates_pct / 100)
    if count <= min(usual, limits.max_creates):
        return None
    return GuardTrip("many_creates", f"{count} new records would be created in the CRM.")


def _many_conflicts(found: Findings, limits: Guards) -> GuardTrip | None:
    opened = [
        c for c in found.conflicts if not c.conflict_id and c.kind is not ConflictKind.FIRST_LINK
    ]
    if len(opened) <= limits.max_conflicts:
        return None
    return GuardTrip(
        "many_conflicts", f"{len(opened)} conflicts would be opened: is the mapping right?"
    )


def _mapping_changed(observed: Observed, *, writes: bool) -> GuardTrip | None:
    known = observed.given.fingerprint
    if not known or known == observed.rules.fingerprint or not writes:
        return None
    if not observed.given.first_sync_done:
        return None
    return GuardTrip(
        MAPPING_CHANGED, "The rules changed: look at what they would write, then approve it."
    )


def _name(side: Side) -> str:
    return {Side.SHEET: "the sheet", Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}[side]
