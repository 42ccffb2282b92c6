"""Who does not want e-mails any more, as a CRM says it (pure).

The rule: as long as any CRM says so, the row's Status is one that the outreach system does not send to. It is
never set back by us: whoever may be written to again is a person's to say, in the CRM first.

    the row's Status            becomes
    1  Unsubscribed, Archived   nothing
    2  anything else, Approved  Unsubscribed
       before all
    3  not readable, or the     nothing
       row is paused
"""

from __future__ import annotations

from outreach_core.merge.intents import ARCHIVED, STATUS
from outreach_core.merge.state import Findings, IdentifiedRow, Observed
from outreach_core.model import BLANK, CrmRecord, FieldChange, FieldValue, Side, Why

OPTED_OUT = "opted_out"  # among ``extra`` of a CRM's rule file
UNSUBSCRIBED = "Unsubscribed"
_ENDED = (UNSUBSCRIBED.casefold(), ARCHIVED.casefold())
_YES = ("true", "1", "yes")


def keep_from_mailing(observed: Observed, found: Findings) -> None:
    """Plan the Status of rows whose person opted out; after everything else that may set it."""
    if STATUS not in observed.rules.specs:
        return
    for row in found.rows:
        if row.shown.paused or STATUS in row.shown.problems:
            continue  # case 3
        sources = [s for s, record in found.reached.get(row.rid, {}).items() if _is_out(record)]
        if sources:
            _unsubscribe(found, row)


def _is_out(record: CrmRecord) -> bool:
    return record.extra.get(OPTED_OUT, "").strip().casefold() in _YES


def _unsubscribe(found: Findings, row: IdentifiedRow) -> None:
    shown = row.shown.fields.get(STATUS, BLANK)
    if (shown.value or "").strip().casefold() in _ENDED:
        return  # case 1
    value = FieldValue(UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED)
    change = FieldChange(expected=shown, new=value, why=Why.OPTED_OUT)
    found.updates.setdefault((row.rid, Side.SHEET), {})[STATUS] = change  # case 2
    found.pulled[row.rid] = UNSUBSCRIBED
