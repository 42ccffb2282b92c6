"""The words people read. Rule: no id, no code, no English made up elsewhere; all of it is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from outreach_core.model import FieldValue, Intent, IntentKind, SheetRow, Side
from outreach_core.model.importing import IMPORTED
from outreach_core.model.planning import Bucket, ConflictKind, PlanStatus

SIDES: Mapping[Side, str] = {
    Side.SHEET: "the sheet",
    Side.HUBSPOT: "HubSpot",
    Side.SALESFORCE: "Salesforce",
}
BUCKETS: Mapping[Bucket, str] = {
    Bucket.UNCHANGED: "already the same everywhere",
    Bucket.WRITTEN: "brought up to date",
    Bucket.HELD: "waiting (see below)",
    Bucket.FAILED: "refused",
    Bucket.EXCLUDED: "left out",
}
PLAN_STATES: Mapping[PlanStatus, str] = {
    PlanStatus.DELIVERABLE: "ready",
    PlanStatus.WAITING: "waiting for your approval",
    PlanStatus.BLOCKED: "stopped; something must be put right first",
}
CONFLICTS: Mapping[ConflictKind, str] = {
    ConflictKind.FIELD: "both sides changed it",
    ConflictKind.FIRST_LINK: "it differed when the two were first matched",
    ConflictKind.IDENTITY: "another record has this e-mail address",
    ConflictKind.EDITED_AFTER_DELETE: "the record was deleted, the row was edited since",
    ConflictKind.AMBIGUOUS: "several records match this row",
    ConflictKind.DELETED: "the record was deleted in the CRM",
    ConflictKind.REJECTED: "a write was refused",
    ConflictKind.FLAPPING: "it is changed back and forth",
}
# a finished run is closed with how things stood (`outcome.Standing`)
RUNS: Mapping[str, str] = {
    "running": "not finished yet",
    "abandoned": "cut short",
    "clean": "everything in step",
    "questions": "questions are open",
    "paused": "paused by a person",
    "approval": "waited for your approval",
    "rejected": "some rows were refused",
    "guard": "stopped by a guard",
    "unfinished": "cut short",
    "unreachable": "a side could not be used",
    "resync": "needs --full-refresh",
}
BLANK_WORD = "(blank)"
USUAL_JOB = "hubspot-sync"
RUN_AGAIN = f"meltano run {USUAL_JOB}"
RUN_IMPORT = "meltano run hubspot-import"
RUN_IMPORTS = {Side.HUBSPOT: RUN_IMPORT, Side.SALESFORCE: "meltano run salesforce-import"}


def run_again(summary: Mapping[str, int], job: str = "") -> str:
    """Return the command that goes on with a plan: an import's is its own, by the CRM it asked.

    Args:
        summary: Of the plan.
        job: What made it, empty if that is not known.
    """
    if IMPORTED not in summary:
        return f"meltano run {job or USUAL_JOB}"
    named = [run for side, run in RUN_IMPORTS.items() if f"{IMPORTED}:{side}" in summary]
    return named[0] if named else RUN_IMPORT


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 row`` or ``2 rows``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def field_word(name: str, labels: Mapping[str, str]) -> str:
    """Return the header of a field's column, else its name in plain words."""
    return labels.get(name) or name.replace("_", " ").capitalize()


def value_word(value: FieldValue) -> str:
    """Return what a side shows, on one line; blank is said to be so."""
    if value.blank and value.raw in (None, ""):
        return BLANK_WORD
    shown = value.value if value.value is not None else str(value.raw)
    return " ".join(shown.split())


def run_word(status: str) -> str:
    """Return how a run ended, in words."""
    return RUNS.get(status, status)


def moment_word(moment: datetime | None) -> str:
    """Return a time on this machine's clock, to the minute; nothing if there is none."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""


def business_names(rows: Iterable[SheetRow]) -> dict[str | int, str]:
    """Return what to call a row, by its id and by its number."""
    names: dict[str | int, str] = {}
    for row in rows:
        name = _name(row)
        names[row.row] = name
        if row.sync_id:
            names.setdefault(row.sync_id, name)
    return names


def imported_names(intents: Iterable[Intent]) -> dict[str | int, str]:
    """Return what to call rows that an import makes, by their id: they are in no sheet yet."""
    names: dict[str | int, str] = {}
    for intent in intents:
        if intent.kind is IntentKind.ROWS:
            shown = {name: change.new for name, change in intent.changes.items()}
            names[intent.rid] = _name(SheetRow(intent.row or 0, intent.rid, "", shown))
    return names


def business_word(names: Mapping[str | int, str], rid: str, row: int | None = None) -> str:
    """Return the business a row stands for; a row that has left the sheet is said to be so."""
    found = names.get(rid) or (names.get(row) if row is not None else None)
    return found or (f"row {row}" if row is not None else "a row no longer in the sheet")


def _name(row: SheetRow) -> str:
    for field in ("business_name", "email", "contact_person"):
        value = row.fields.get(field)
        if value is not None and not value.blank:
            return value_word(value)
    return f"row {row.row}"
