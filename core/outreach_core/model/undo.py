"""What a person asks to be taken back, and what became of it.

The rule: a change that a person made since wins.

    1  a record or a row that was made, or something told     impossible, said at once
    2  every side shows the value from before                 done
    3  a side shows something else                            changed since: left alone
    4  else                                                   still to be done
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach_core.model.deliveries import Why
from outreach_core.model.sides import Side
from outreach_core.model.values import FieldValue

STATUS = "status"
APPROVED = "approved"
DRAFT = FieldValue("Draft", "Draft", "Draft")
NOTHING_DELETED = "A record that was made stays: the sync deletes nothing."
TOLD_STAYS = "What a CRM was told of is not taken back."
OURS_ALONE = "Only the sync writes this field; it would say the same again."
ROW_STAYS = "A row that was imported stays: the sync deletes nothing."
CHANGED_SINCE = "Changed since: left as it is now."
ASKED_ABOUT = "There is an open question about this field: answer that instead."
ROW_GONE = "The row is not in the sheet any more."
NOT_LINKED = "The row and that record are not kept in step any more."


class UndoState(StrEnum):
    """Life of a request."""

    OPEN = "open"
    DONE = "done"
    CHANGED = "changed"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Undo:
    """An open request, with what the change did.

    Attributes:
        seq: The change's number in the history.
        old: What the side showed before.
        new: What the change wrote.
        restored: The sides that have the old value back already, whatever they show by now.
    """

    seq: int
    rid: str
    side: Side
    field: str
    old: FieldValue
    new: FieldValue
    why: Why
    restored: frozenset[Side] = frozenset()

    @property
    def mark(self) -> str:
        """What the change that takes this one back carries as its evidence."""
        return undo_mark(self.seq)


@dataclass(frozen=True, slots=True)
class UndoEnd:
    """A request that came to its end."""

    seq: int
    state: UndoState
    note: str = ""


def undo_mark(seq: int) -> str:
    """Return what the change that takes back another one carries as its evidence."""
    return f"change {seq}"


def marked(evidence: str) -> int | None:
    """Return which change was taken back, from the evidence of the one that did."""
    number = evidence.removeprefix("change ")
    return int(number) if number.isdecimal() and evidence == undo_mark(int(number)) else None


def impossible(why: Why, field: str) -> str:
    """Return why such a change can never be taken back (case 1), nothing if it can."""
    if why is Why.CREATED:
        return NOTHING_DELETED
    if why is Why.IMPORTED:
        return ROW_STAYS
    if why is Why.TOLD:
        return TOLD_STAYS if field.startswith("(") else OURS_ALONE
    return ""


def wanted(asked: Undo) -> FieldValue:
    """Return what is put back: the old value, but for Status ``Approved``, which mails people."""
    if asked.field == STATUS and (asked.old.value or "").strip().casefold() == APPROVED:
        return DRAFT
    return asked.old


def judge(asked: Undo, shown: Mapping[Side, FieldValue]) -> UndoEnd | None:
    """Return how a request ended, ``None`` while there is something to put back (case 4).

    Args:
        asked: The request.
        shown: The field on every side it is about, as far as that side was not restored already.
    """
    back = wanted(asked)
    if all(value.key == back.key for value in shown.values()):
        return UndoEnd(asked.seq, UndoState.DONE)  # case 2
    if any(value.key not in (back.key, asked.new.key) for value in shown.values()):
        return UndoEnd(asked.seq, UndoState.CHANGED, CHANGED_SINCE)  # case 3
    return None
