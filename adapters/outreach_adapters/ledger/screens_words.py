"""The words of our tabs, all in one place.

The rule: no id and no code in a visible text; every problem comes with what can be done about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from outreach_adapters.ledger.rendering import local_time
from outreach_core.model import CRM_SIDES, FieldValue, Side
from outreach_core.model.planning import ConflictKind

SIDES: Mapping[Side, str] = {
    Side.SHEET: "the sheet",
    Side.HUBSPOT: "HubSpot",
    Side.SALESFORCE: "Salesforce",
}
KINDS: Mapping[str, str] = {
    ConflictKind.FIELD: "both sides changed it",
    ConflictKind.FIRST_LINK: "it differed when the two were first matched",
    ConflictKind.IDENTITY: "another record has this e-mail address",
    ConflictKind.EDITED_AFTER_DELETE: "the record was deleted, the row was edited since",
    ConflictKind.AMBIGUOUS: "several records match this row",
    ConflictKind.DELETED: "the record was deleted in the CRM",
    ConflictKind.REJECTED: "a write was refused",
    ConflictKind.FLAPPING: "it is changed back and forth",
}
# what a count of a kind is called in the headline
COUNTED: Mapping[str, tuple[str, str]] = {
    ConflictKind.FIELD: ("value was changed on both sides", "values were changed on both sides"),
    ConflictKind.FIRST_LINK: (
        "value differed when it was first matched",
        "values differed when they were first matched",
    ),
    ConflictKind.IDENTITY: (
        "new e-mail address belongs to another record",
        "new e-mail addresses belong to other records",
    ),
    ConflictKind.EDITED_AFTER_DELETE: (
        "record was deleted and its row edited since",
        "records were deleted and their rows edited since",
    ),
    ConflictKind.AMBIGUOUS: (
        "row matches several records",
        "rows match several records",
    ),
    ConflictKind.DELETED: ("record was deleted in the CRM", "records were deleted in the CRM"),
    ConflictKind.REJECTED: ("row was refused", "rows were refused"),
    ConflictKind.FLAPPING: ("value is changed back and forth", "values are changed back and forth"),
}
KEEP: Mapping[Side, str] = {
    Side.SHEET: "Keep sheet",
    Side.HUBSPOT: "Keep HubSpot",
    Side.SALESFORCE: "Keep Salesforce",
}
CUSTOM, LEAVE = "Use custom value", "Leave as they are"
RETRY, IGNORE = "Retry now", "Ignore"
BLANK_WORD = "(blank)"
LONGEST = 500  # characters of a value; the whole of it is where it belongs


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 row`` or ``2 rows``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def field_word(name: str, labels: Mapping[str, str]) -> str:
    """Return the header of a field's column, else its name in plain words."""
    return labels.get(name) or name.strip("()").replace("_", " ").capitalize()


def value_word(value: FieldValue | None) -> str:
    """Return what a side shows, on one line; blank is said to be so."""
    if value is None or (value.blank and value.raw in (None, "")):
        return BLANK_WORD
    shown = value.value if value.value is not None else str(value.raw)
    text = " ".join(shown.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def time_word(moment: datetime | None, time_zone: str) -> str:
    """Return a moment as the spreadsheet's people read it."""
    return local_time(moment, time_zone)


def capital(words: str) -> str:
    """Return a sentence's beginning."""
    return words[:1].upper() + words[1:]


def preview_words(summary: Mapping[str, int]) -> str:
    """Say what a plan would do: who is there already, who is new, what changes."""
    parts = [
        f"{there} already in {SIDES[side]}, {new} new"
        for side in CRM_SIDES
        for there, new in [(summary.get(f"already_there:{side}", 0), summary.get(f"new:{side}", 0))]
        if there or new
    ]
    for name, one, many in _DOES:
        if summary.get(name):
            parts.append(plural(summary[name], one, many))
    return f"{'; '.join(parts) or 'no change'}; 0 deleted"


_DOES = (
    ("crm_updates", "record to change", "records to change"),
    ("sheet_rows", "row of the sheet to change", "rows of the sheet to change"),
    ("archived", "row to archive", "rows to archive"),
    ("emails", "e-mail to log", "e-mails to log"),
    ("replies", "answer to log", "answers to log"),
    ("deals", "deal to create", "deals to create"),
    ("companies", "company to create", "companies to create"),
    ("conflicts", "question", "questions"),
)
