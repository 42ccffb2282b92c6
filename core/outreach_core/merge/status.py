"""The sheet's Status and a CRM's status: forward only, and never against a person (SHEET.md; pure).

The rule: the map is many-to-one, so the two are never compared. Each is compared with what it was when
this row and this CRM last agreed; the CRM is moved forward, or left as it is.

    1  no memory of this pair, the CRM's is blank         filled
    2  no memory of this pair                             remembered as they are
    3  a person moved the CRM, and a rule names a word    the sheet gets that word, if that is forward
    4  a person moved the CRM, else                       remembered; shown in ``CRM Status``
    5  the sheet moved, and the CRM may be moved          the CRM gets the value
    6  the sheet moved, else                              remembered
    7  neither moved                                      nothing

The CRM may be moved where it is blank and where the new value comes later in the order. A value that is not
in the order ends it: it is left only where we wrote it ourselves last, and set only over a value that we
wrote last or that comes before the one for an e-mail that was sent (a bounce says no more than that).
As long as a person's value is kept against the sheet, a note says so. https://knowledge.hubspot.com/properties/hubspots-default-contact-properties
(Lead status): people use it as they like, so a value of theirs is worth more than one of ours.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_core.merge.recover import Bases
from outreach_core.merge.state import Findings, IdentifiedRow, Observed
from outreach_core.model import (
    BLANK,
    CrmRecord,
    FieldChange,
    FieldValue,
    HappeningKind,
    Side,
    Why,
)
from outreach_core.model.planning import BaseMove
from outreach_core.model.policy import StatusRules

STATUS = "status"
SHEET_SAW = "status:sheet"  # kept per CRM: what the sheet showed when the pair last agreed
OURS = "status:ours"  # the CRM's value that we wrote last
ARCHIVED = "archived"
_FORWARD = ("", "draft", "approved", "sent", "auto-reply", "replied")
_NAMES = {Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}


def settle_statuses(observed: Observed, found: Findings, bases: Bases) -> None:
    """Plan what every row's Status does to its CRMs, and theirs to it."""
    for row in found.rows:
        if row.shown.paused or STATUS in row.shown.problems:
            continue
        for side, rules in observed.rules.status.items():
            if (row.rid, side) in found.creates:
                _create(found, row, side, rules)
        for side, record in found.reached.get(row.rid, {}).items():
            if record.object != observed.rules.objects[side]:
                continue  # what a lead was converted to has no such status
            if side in observed.rules.status and STATUS not in record.problems:
                pair = _Pair(found, row, side, record, observed.rules.status[side])
                pair.settle(bases.get((row.rid, side), {}))


class _Pair:
    """One row and one CRM's record of it."""

    def __init__(
        self,
        found: Findings,
        row: IdentifiedRow,
        side: Side,
        record: CrmRecord,
        rules: StatusRules,
    ) -> None:
        self.found, self.row, self.side, self.rules = found, row, side, rules
        self.sheet = shown_status(found, row)
        self.crm = record.fields.get(STATUS, BLANK)
        word = self.sheet.value or ""
        self.wanted = rules.wanted(word, positive=is_positive(found, row.rid))
        self.ours = False  # whether we wrote the CRM's present value last

    def settle(self, base: Mapping[str, FieldValue]) -> None:
        """Decide, by the cases of the module."""
        sheet_was, crm_was, ours = base.get(SHEET_SAW), base.get(STATUS), base.get(OURS, BLANK)
        self.ours = not ours.blank and ours.key == self.crm.key
        if sheet_was is None or crm_was is None:
            if self.crm.blank and self.wanted:
                self._push(self.wanted)  # 1
            else:
                self._remember(ours)  # 2
            return
        crm_moved = self.crm.key != crm_was.key
        self.ours &= not crm_moved
        word = self.rules.pull.get(_fold(self.crm.value)) if crm_moved else None
        if word and self._forward_in_sheet(word):
            self._forget(ours)
            self._pull(word)  # 3
        elif self.sheet.key == sheet_was.key and not crm_moved:
            self._say_what_is_kept()  # 7
        elif self.sheet.key != sheet_was.key and self._may_move():
            self._push(self.wanted or "")  # 5
        else:
            self._remember(ours)  # 4 6

    def _may_move(self) -> bool:
        if not self.wanted or _fold(self.wanted) == _fold(self.crm.value):
            return False
        if self.crm.blank:
            return True
        now, then = self.rules.rank(self.crm.value or ""), self.rules.rank(self.wanted)
        if now is None:
            return self.ours
        if then is None:
            sent = self.rules.rank(self.rules.wanted("sent", positive=False) or "")
            return self.ours or (sent is not None and now < sent)
        return then > now

    def _forward_in_sheet(self, word: str) -> bool:
        shown = _fold(self.sheet.value)
        if shown == _fold(word):
            return False
        if _fold(word) not in _FORWARD:
            return True  # a word that ends it, such as Archived
        return shown in _FORWARD and _FORWARD.index(shown) < _FORWARD.index(_fold(word))

    def _push(self, wanted: str) -> None:
        value = FieldValue(wanted, wanted, wanted)
        change = FieldChange(
            expected=self.crm,
            new=value,
            why=Why.FORWARD,
            remembers={SHEET_SAW: self.sheet, OURS: value},
        )
        self.found.updates.setdefault((self.row.rid, self.side), {})[STATUS] = change

    def _pull(self, word: str) -> None:
        shown = self.row.shown.fields.get(STATUS, BLANK)
        self.found.updates.setdefault((self.row.rid, Side.SHEET), {})[STATUS] = FieldChange(
            expected=shown, new=FieldValue(word, word, word), sources={self.side: self.crm}
        )
        self.found.pulled[self.row.rid] = word

    def _remember(self, ours: FieldValue) -> None:
        for name, value in ((STATUS, self.crm), (SHEET_SAW, self.sheet)):
            self.found.base_moves.append(BaseMove(self.row.rid, self.side, name, value))
        self._forget(ours)
        self._say_what_is_kept()

    def _forget(self, ours: FieldValue) -> None:
        """Let go of what we wrote last, once a person wrote over it: that value may come back as theirs."""
        if not ours.blank and not self.ours:
            self.found.base_moves.append(BaseMove(self.row.rid, self.side, OURS, BLANK))

    def _say_what_is_kept(self) -> None:
        differs = self.wanted and not self.crm.blank and _fold(self.wanted) != _fold(self.crm.value)
        if differs and not self.ours and not self._may_move():
            kept = f"{_NAMES[self.side]} keeps its own status; see `CRM Status`."
            self.found.notes.setdefault(self.row.rid, kept)


def _create(found: Findings, row: IdentifiedRow, side: Side, rules: StatusRules) -> None:
    sheet = shown_status(found, row)
    wanted = rules.wanted(sheet.value or "", positive=is_positive(found, row.rid))
    if not wanted:
        return
    value = FieldValue(wanted, wanted, wanted)
    change = FieldChange(BLANK, value, why=Why.CREATED, remembers={SHEET_SAW: sheet, OURS: value})
    found.creates[row.rid, side] = {**found.creates[row.rid, side], STATUS: change}


def shown_status(found: Findings, row: IdentifiedRow) -> FieldValue:
    """Return the sheet's Status; whether the answer was positive is part of what is compared."""
    shown = row.shown.fields.get(STATUS, BLANK)
    mark = "+" if is_positive(found, row.rid) else ""
    return FieldValue(shown.raw, shown.value, f"{_fold(shown.value)}{mark}")


def is_positive(found: Findings, rid: str) -> bool:
    """Whether an answer of this row was positive, now or ever."""
    return (HappeningKind.POSITIVE, 1) in found.happenings.get(rid, {})


def _fold(text: str | None) -> str:
    return (text or "").strip().casefold()
