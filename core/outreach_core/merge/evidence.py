"""How well it is known which of two edits was the later one (RECONCILE B5; pure).

The rule: time breaks ties between two people and nothing else. What our own app wrote into a CRM is no
person's edit: the value was made before, on another side.

    what is known                                                        the edit was made
    1  HubSpot's property history, Salesforce's field history           then             exact
    2  the script in the sheet noted it                                  then             exact
    3  a CRM record showed another value when it had last been modified  after that, and until it was
                                                                         modified again   interval
    4  the sheet showed another value when it was read before            between the two  interval
    5  our own app wrote it                                              before that      interval
    6  nothing                                                           nobody knows
"""

from __future__ import annotations

from outreach_core.merge.decide import Interval
from outreach_core.model import CrmRecord, SheetRow
from outreach_core.model.evidence import Edit, edit_of


def when_typed(row: SheetRow, field: str) -> Interval:
    """Return when the sheet's value was made."""
    return _interval(edit_of(row.edits, field))


def when_saved(record: CrmRecord, field: str) -> Interval:
    """Return when a CRM's value was made; at the latest when the record was last modified."""
    known = edit_of(record.edits, field)
    if known.before is None and record.updated_at is not None:
        return Interval(known.after, record.updated_at)
    return _interval(known)


def _interval(edit: Edit) -> Interval:
    return Interval(None if edit.ours else edit.after, edit.before, edit.by)
