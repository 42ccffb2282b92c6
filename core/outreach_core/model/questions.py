"""What a person is asked, in full: what each side shows, what may be answered, what we would suggest.

The rule: a suggestion is said with its reason and never acted on; an answer counts only for what was shown
(``evidence``). Where a question is shown, an answer that was taken in, or dropped, is cleared there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from outreach_core.model.planning import Candidate, Choice, ConflictKind, Edited, QuestionStatus
from outreach_core.model.sides import Side
from outreach_core.model.values import BLANK, FieldValue

KEEPS: Mapping[Side, Choice] = {
    Side.SHEET: Choice.KEEP_SHEET,
    Side.HUBSPOT: Choice.KEEP_HUBSPOT,
    Side.SALESFORCE: Choice.KEEP_SALESFORCE,
}
LABELS: Mapping[Choice, str] = {
    Choice.KEEP_SHEET: "Keep sheet",
    Choice.KEEP_HUBSPOT: "Keep HubSpot",
    Choice.KEEP_SALESFORCE: "Keep Salesforce",
    Choice.CUSTOM: "Use custom value",
    Choice.LEAVE: "Leave as they are",
    Choice.ARCHIVE: "Archive",
    Choice.KEEP: "Keep",
    Choice.RECREATE: "Recreate",
    Choice.CREATE_NEW: "Create new",
    Choice.RETRY: "Retry now",
    Choice.IGNORE: "Ignore",
}
_PICKS = ("This contact", "That contact")
_NAMES = {Side.SHEET: "The sheet", Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}
_SHORT = 6


_UNKNOWN = Edited()


@dataclass(frozen=True, slots=True)
class Option:
    """One answer a question offers; ``record_id`` says which record a pick means."""

    choice: Choice
    label: str
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class SideValue:
    """What one side shows, when it was made, by whom."""

    value: FieldValue
    edited: Edited = _UNKNOWN


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What we would answer, and why; both empty where we know no better than a coin."""

    label: str = ""
    why: str = ""


_NO_SUGGESTION = Suggestion()


@dataclass(frozen=True, slots=True)
class Question:
    """One question as people are shown it.

    Attributes:
        id: Stable while it is open; ``short`` is what a person types.
        field: Canonical name; what is no field stands in brackets.
        choices: The answers it offers, in the order to show them.
        evidence: What an answer is bound to.
        note: What to say of it besides, with the remedy.
        words: The vendor's own words, of what was refused.
        decision: The label of the answer that was taken in; empty where one is awaited.
    """

    id: str
    rid: str
    kind: ConflictKind
    field: str
    business: str
    values: Mapping[Side, SideValue]
    evidence: str
    choices: tuple[Option, ...]
    last_agreed: FieldValue = BLANK
    suggestion: Suggestion = _NO_SUGGESTION
    status: QuestionStatus = QuestionStatus.OPEN
    opened_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    decision: str = ""
    custom_value: str | None = None
    note: str = ""
    words: str = ""
    candidates: tuple[Candidate, ...] = ()

    @property
    def short(self) -> str:
        """A few characters to type instead of the id."""
        return "".join(c for c in self.id if c.isalnum())[-_SHORT:]

    @property
    def labels(self) -> tuple[str, ...]:
        """What a dropdown offers."""
        return tuple(option.label for option in self.choices)


def options(
    kind: ConflictKind, sides: Iterable[Side], candidates: Sequence[Candidate] = ()
) -> tuple[Option, ...]:
    """Return what a question offers.

    | kind                                  | answers                                                 |
    |---------------------------------------|---------------------------------------------------------|
    | field, first link                     | keep each side's · custom value · leave as they are     |
    | identity                              | keep each side's · the contact with the address · leave |
    | ambiguous                             | each contact that matches · create new                  |
    | deleted, deleted after an edit        | archive · keep · recreate                               |
    | rejected                              | retry now · ignore                                      |
    """
    shown = set(sides)
    match kind:
        case ConflictKind.IDENTITY:
            keeps = [_plain(KEEPS[side]) for side in Side if side in shown]
            return (*keeps, *_picks(candidates, _PICKS[1:]), _plain(Choice.LEAVE))
        case ConflictKind.AMBIGUOUS:
            return (*_picks(candidates, _PICKS), _plain(Choice.CREATE_NEW))
        case ConflictKind.DELETED | ConflictKind.EDITED_AFTER_DELETE:
            return tuple(map(_plain, (Choice.ARCHIVE, Choice.KEEP, Choice.RECREATE)))
        case ConflictKind.REJECTED:
            return tuple(map(_plain, (Choice.RETRY, Choice.IGNORE)))
        case _:
            keeps = [_plain(KEEPS[side]) for side in Side if side in shown]
            return (*keeps, _plain(Choice.CUSTOM), _plain(Choice.LEAVE))


def _plain(choice: Choice) -> Option:
    return Option(choice, LABELS[choice])


def _picks(candidates: Sequence[Candidate], words: Sequence[str]) -> list[Option]:
    labels = [*words, *(f"Contact {n + 1}" for n in range(len(words), len(candidates)))]
    return [
        Option(Choice.PICK, label, one.record_id)
        for label, one in zip(labels, candidates, strict=False)
    ]


def suggest(kind: ConflictKind, values: Mapping[Side, SideValue]) -> Suggestion:
    """Return what we would answer.

    | # | what is known                                         | suggested                          |
    |---|-------------------------------------------------------|------------------------------------|
    | 1 | the record was deleted and the row is as it was       | archive                            |
    | 2 | … and the row was edited since                        | keep: somebody works on it         |
    | 3 | a field, and one side alone is filled                 | that side                          |
    | 4 | a field, and one side was surely edited last          | that side                          |
    | 5 | anything else                                         | nothing                            |
    """
    if kind is ConflictKind.DELETED:
        return Suggestion(LABELS[Choice.ARCHIVE], "The record was deleted in the CRM.")  # 1
    if kind is ConflictKind.EDITED_AFTER_DELETE:
        why = "Somebody edited the row after the record was deleted."
        return Suggestion(LABELS[Choice.KEEP], why)  # 2
    if kind not in (ConflictKind.FIELD, ConflictKind.FIRST_LINK):
        return Suggestion()  # 5
    filled = [side for side, shown in values.items() if not shown.value.blank]
    if len(filled) == 1:
        return Suggestion(LABELS[KEEPS[filled[0]]], "The other is blank.")  # 3
    newest = [side for side in filled if _is_newest(side, values)]
    if len(newest) == 1:
        return Suggestion(LABELS[KEEPS[newest[0]]], f"{_NAMES[newest[0]]} was edited last.")  # 4
    return Suggestion()  # 5


def _is_newest(side: Side, values: Mapping[Side, SideValue]) -> bool:
    own = values[side].edited.not_before
    others = [shown.edited.not_after for other, shown in values.items() if other is not side]
    return own is not None and all(end is not None and end < own for end in others)
