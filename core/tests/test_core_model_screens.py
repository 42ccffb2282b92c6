"""Our tabs as data: what an answer is, when it is cleared, and when a line is left alone."""

from __future__ import annotations

import pytest

from outreach_core.model.screens import (
    EVIDENCE,
    FRAMES,
    ITEM,
    Decision,
    Line,
    LineChange,
    Screen,
    ShownLine,
    ShownScreen,
    Taken,
    approval_evidence,
    decisions,
    line_change,
)

NEEDS = FRAMES[Screen.NEEDS_YOU]
KEEP = {"Decision": "Keep sheet"}


def shown(evidence: str = "e1", **cells: str) -> ShownLine:
    """A line as it was read."""
    return ShownLine("q1", 3, {"Sheet": "Lima", **cells}, evidence)


def change(shown_line: ShownLine, taken: Taken, evidence: str = "e2") -> LineChange:
    """What a line lacks whose values changed."""
    line = Line("q1", {"Sheet": "Quito"}, evidence)
    return line_change(NEEDS, line, shown_line, taken)


@pytest.mark.parametrize("screen", Screen)
def test_every_tab_ends_with_its_hidden_columns(screen: Screen) -> None:
    """What people see stands left of what only we need, and every answer has a column."""
    frame = FRAMES[screen]

    assert (ITEM, EVIDENCE) == frame.columns[-2:]
    assert set(frame.answers) <= set(frame.columns)
    assert len(frame.columns) == len(set(frame.columns))


def test_a_line_without_an_answer_is_brought_up_to_date() -> None:
    """Values and what an answer is bound to change together."""
    assert LineChange({"Sheet": "Quito", EVIDENCE: "e2"}) == change(shown(), Taken())


def test_an_answer_that_was_taken_in_is_cleared_with_the_change() -> None:
    """What an earlier run read and the cell still shows goes, in the same write as the new values."""
    found = change(shown(**KEEP), Taken(KEEP))

    assert LineChange({"Sheet": "Quito", EVIDENCE: "e2", "Decision": ""}, cleared=True) == found


@pytest.mark.parametrize(
    "taken",
    [Taken(), Taken(KEEP, fresh=True), Taken({"Decision": "Keep HubSpot"})],
    ids=["typed since", "read by this run", "typed over"],
)
def test_an_answer_that_was_not_taken_in_keeps_what_it_was_given_for(taken: Taken) -> None:
    """A person who chose between two values must not be taken to have chosen between others."""
    assert LineChange() == change(shown(**KEEP), taken)


def test_an_answer_stays_while_other_cells_are_written() -> None:
    """As long as it is bound to the same evidence, the line is brought up to date around it."""
    found = change(shown(**KEEP), Taken(), evidence="e1")

    assert LineChange({"Sheet": "Quito"}) == found


def test_a_custom_value_alone_is_no_answer_and_is_never_cleared() -> None:
    """Whoever types the value first and chooses later loses nothing."""
    typed = {"Custom value": "Cusco"}

    assert LineChange({"Sheet": "Quito", EVIDENCE: "e2"}) == change(shown(**typed), Taken(typed))


def test_a_line_of_the_log_is_only_ever_cleared() -> None:
    """What was written is history; the wish to take it back goes once it was taken in."""
    asked = {"Undo": "undo"}
    line = ShownLine("7", 3, asked, "7")
    log = FRAMES[Screen.LOG]

    assert LineChange({"Undo": ""}, cleared=True) == line_change(
        log, Line("7", {}), line, Taken(asked)
    )
    assert LineChange() == line_change(log, Line("7", {"New": "x"}), line, Taken())


def test_decisions_are_what_people_left_as_they_left_it() -> None:
    """Spaces, case and words that are no choice travel as they are, with what they are bound to."""
    tab = ShownScreen(
        Screen.NEEDS_YOU,
        5,
        lines=(
            ShownLine("q1", 3, {"Decision": " keep SHEET"}, "e1"),
            ShownLine("q2", 4, {"Decision": "", "Custom value": "Cusco"}, "e2"),
            ShownLine("q3", 5, {"Decision": "", "Custom value": ""}, "e3"),
            ShownLine("q1", 6, {"Decision": "Keep HubSpot"}, "e1"),
            ShownLine("", 7, {"Decision": "mine"}, ""),
        ),
    )

    assert (
        Decision(Screen.NEEDS_YOU, "q1", "e1", " keep SHEET"),
        Decision(Screen.NEEDS_YOU, "q2", "e2", "", "Cusco"),
    ) == decisions(tab)


def test_an_approval_is_bound_to_the_whole_set_in_any_order() -> None:
    """The same items are the same evidence; one more item is another."""
    assert approval_evidence(["b", "a"]) == approval_evidence(("a", "b"))
    assert approval_evidence(["a"]) != approval_evidence(["a", "b"])
