"""The three tabs we keep in the spreadsheet, as data: what they are called, what stands where, who fills it.

The rule: a column that a person fills (an *answer*) is read and never written, but to clear an answer that
was taken in; a line is known by its hidden ``_id``, never by its row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outreach_core.model.hashing import stable_hash

ITEM = "_id"
EVIDENCE = "_evidence"
HEADER_ROW = 2  # the first row is a sentence
APPROVE = "approve"  # items of `Sync Status` that are answered
PAUSED = "paused"
LEDGER = (
    "ledger"  # the line of *Sync Status* whose evidence is the generation of the ledger in charge
)
CLOSED = "Closed"  # a line of `Needs You` whose Status begins so is greyed
MOST_LOG_LINES = 5_000


def approval_evidence(guarded: Iterable[str]) -> str:
    """Return what an approval in the sheet is bound to: exactly what was shown."""
    return stable_hash(sorted(guarded))


class Screen(StrEnum):
    """A tab of ours."""

    STATUS = "sync_status"
    NEEDS_YOU = "needs_you"
    LOG = "sync_log"


@dataclass(frozen=True, slots=True)
class Frame:
    """What a tab is like.

    Attributes:
        title: Of the tab, unless a person renamed it.
        columns: Headers in their order, the hidden ones last.
        decision: The answer's column.
        custom: The column of a value that goes with the answer, if there is one.
        widths: Pixels of columns that need more than usual.
        fixed: Lines never change once they are there; they are told by their presence alone.
    """

    title: str
    columns: tuple[str, ...]
    decision: str
    custom: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)
    fixed: bool = False

    @property
    def answers(self) -> tuple[str, ...]:
        """The columns that people fill."""
        return (self.decision, self.custom) if self.custom else (self.decision,)


FRAMES: Mapping[Screen, Frame] = {
    Screen.STATUS: Frame(
        "Sync Status",
        ("What", "How it stands", "What you can do", "Your choice", ITEM, EVIDENCE),
        "Your choice",
        widths={"What": 180, "How it stands": 420, "What you can do": 420},
    ),
    Screen.NEEDS_YOU: Frame(
        "Needs You",
        (
            *("Opened", "Business", "What", "Field", "Last agreed", "Sheet", "HubSpot"),
            *("Salesforce", "Open in CRM", "Suggestion and why", "Decision", "Custom value"),
            *("Status", "Decided at", ITEM, EVIDENCE),
        ),
        "Decision",
        "Custom value",
        widths={"Business": 180, "What": 220, "Suggestion and why": 320, "Decision": 160},
    ),
    Screen.LOG: Frame(
        "Sync Log",
        (
            *("Time", "Run", "Business", "Field", "Old", "New", "Direction", "Why"),
            *("Evidence", "Undo", ITEM, EVIDENCE),
        ),
        "Undo",
        widths={"Business": 180, "Old": 200, "New": 200},
        fixed=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it should be.

    Attributes:
        cells: Texts by header, without answers and hidden columns.
        evidence: What an answer to it is bound to.
        choices: What its dropdown offers.
        links: Addresses behind cells, by header.
    """

    item: str
    cells: Mapping[str, str]
    evidence: str = ""
    choices: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScreenView:
    """One tab as it should be; what a person sees in it is in no other place."""

    screen: Screen
    headline: str
    lines: tuple[Line, ...] = ()

    @property
    def frame(self) -> Frame:
        """What the tab is like."""
        return FRAMES[self.screen]


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line as it was read, answers among its cells."""

    item: str
    row: int
    cells: Mapping[str, str]
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class ShownScreen:
    """One tab as it was read; ``gid`` is ``None`` where it is not there."""

    screen: Screen
    gid: int | None
    title: str = ""
    headline: str = ""
    lines: tuple[ShownLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """Answers as they were read last.

    Attributes:
        fresh: This run was the first to read them so: they are not taken in yet.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class LineChange:
    """What is to be written into a line: texts by header, hidden columns and cleared answers among them."""

    texts: Mapping[str, str] = field(default_factory=dict)
    cleared: bool = False


def line_change(frame: Frame, line: Line, shown: ShownLine, taken: Taken) -> LineChange:
    """Return what a line lacks.

    | # | the decision's cell                              | what follows                                |
    |---|--------------------------------------------------|---------------------------------------------|
    | 1 | shows what an earlier run took in                | it is cleared, the line is brought up to date |
    | 2 | shows anything else, and so does the evidence    | the line is left alone: it was not read yet |
    | 3 | is blank, or its evidence stays                  | the line is brought up to date, not the answer |

    A line that never changes (``fixed``) is only cleared.
    """
    answers = {name: shown.cells.get(name, "") for name in frame.answers}
    decided = bool(answers[frame.decision])
    known = {name: taken.answers.get(name, "") for name in frame.answers}
    cleared = decided and not taken.fresh and answers == known  # 1
    if decided and not cleared and line.evidence != shown.evidence:  # 2
        return LineChange()
    wanted = {} if frame.fixed else {**_texts(frame, line), EVIDENCE: line.evidence}
    now = {**shown.cells, EVIDENCE: shown.evidence}
    texts = {name: text for name, text in wanted.items() if text != now.get(name, "")}
    if cleared:
        texts |= {name: "" for name, text in answers.items() if text}
    return LineChange(texts, cleared)


def _texts(frame: Frame, line: Line) -> dict[str, str]:
    """Return what every column but answers and hidden ones is to show."""
    left_out = {*frame.answers, ITEM, EVIDENCE}
    return {name: line.cells.get(name, "") for name in frame.columns if name not in left_out}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose in a tab of ours, as they left it."""

    screen: Screen
    item: str
    evidence: str
    decision: str
    custom_value: str | None = None


def decisions(shown: ShownScreen) -> tuple[Decision, ...]:
    """Return the answers a tab shows.

    | # | the line                                           |                     |
    |---|----------------------------------------------------|---------------------|
    | 1 | has no id, or one that stands above already        | none                |
    | 2 | has a blank decision and no custom value           | none                |
    | 3 | has a custom value only                            | a blank decision    |
    """
    frame = FRAMES[shown.screen]
    found: dict[str, Decision] = {}
    for line in shown.lines:
        chosen = line.cells.get(frame.decision, "")
        custom = line.cells.get(frame.custom, "") if frame.custom else ""
        if line.item and line.item not in found and (chosen or custom):
            found[line.item] = Decision(
                shown.screen, line.item, line.evidence, chosen, custom or None
            )
    return tuple(found.values())
