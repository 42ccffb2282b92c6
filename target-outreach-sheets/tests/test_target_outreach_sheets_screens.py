"""Our own tabs in the spreadsheet: what they look like, and that nobody's typing is lost in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_adapters.ledger.screens import WantedScreen
from outreach_adapters.ledger.screens_shown import KnownLine
from outreach_core.model.screens import (
    EVIDENCE,
    FRAMES,
    ITEM,
    Line,
    Screen,
    ScreenView,
    Taken,
)
from target_outreach_sheets.screen_changes import changes_of
from target_outreach_sheets.screens import Rendered, write_screens

ANSWERS = ("Keep sheet", "Keep HubSpot", "Use custom value")
READ = "sheets.spreadsheets.get"
CHANGE = "sheets.spreadsheets.batchUpdate"


def question(item: str, evidence: str = "e1", **cells: str) -> Line:
    """A line of *Needs You*."""
    return Line(item, {"Business": item, "Status": "Open", **cells}, evidence, ANSWERS)


def wanted(
    *lines: Line,
    screen: Screen = Screen.NEEDS_YOU,
    headline: str = "",
    known: dict[str, KnownLine] | None = None,
    gid: int | None = None,
) -> WantedScreen:
    """A tab that is to be brought up to date."""
    view = ScreenView(screen, headline, tuple(lines))
    title = "" if gid is None else FRAMES[screen].title
    return WantedScreen(view, gid, title, known or {}, dirty=True)


def known(line: Line, **answers: str) -> dict[str, KnownLine]:
    """What an earlier run knew of a line."""
    cells = dict(line.cells)
    return {line.item: KnownLine(line.evidence, cells, Taken(answers), line.choices)}


@pytest.fixture
def render(desk: Any) -> Callable[..., list[Rendered]]:
    """Write through the real client."""

    def write(*screens: WantedScreen) -> list[Rendered]:
        tab = desk.tab
        return tab.client.again(lambda: write_screens(tab, screens))

    return write


def grid(desk: Any, screen: Screen = Screen.NEEDS_YOU) -> list[list[Any]]:
    """The values of one of our tabs."""
    return list(desk.person("grid", sheet=FRAMES[screen].title)["values"])


def rows(desk: Any, screen: Screen = Screen.NEEDS_YOU) -> list[dict[str, str]]:
    """Its lines in their order, by header."""
    header, *lines = grid(desk, screen)[1:]
    return [dict(zip(header, [*line, *[""] * len(header)], strict=False)) for line in lines]


def sheet(desk: Any, screen: Screen) -> dict[str, Any]:
    """Everything Google tells of one of our tabs."""
    params = {"includeGridData": "true"}
    answer = desk.tab.client.http.spreadsheets_get(desk.config["spreadsheet_id"], params=params)
    title = FRAMES[screen].title
    (found,) = [s for s in answer["sheets"] if s["properties"]["title"] == title]
    return found


def answer(desk: Any, row: int, text: str, header: str = "Decision") -> None:
    """Type into a tab of ours."""
    column = chr(ord("A") + FRAMES[Screen.NEEDS_YOU].columns.index(header))
    desk.person("type", sheet="Needs You", cell=f"{column}{row}", value=text)


# -- what a tab looks like


def test_tabs_come_after_all_others_and_the_first_one_stays_as_it_is(
    desk: Any, render: Any
) -> None:
    """Three tabs are made at the end, in one change, and the outreach tab is not touched."""
    before = desk.grid()

    render(*(wanted(screen=screen, headline="Hello") for screen in Screen))

    titles = [tab.title for tab in desk.tab.client.tabs()]
    assert ["Businesses", "Sync Status", "Needs You", "Sync Log"] == titles
    assert before == desk.grid()
    assert [READ, CHANGE, READ] == desk.calls()[:3], "made and filled in one change, then read"


@pytest.mark.parametrize("screen", Screen)
def test_a_new_tab_cell_by_cell(desk: Any, render: Any, screen: Screen) -> None:
    """Sentence, headers and lines stand where they belong, every text as text."""
    frame = FRAMES[screen]
    cells = {name: f"{name} 1" for name in frame.columns[:-2] if name not in frame.answers}
    line = Line("i1", cells, "e1", ("yes",))

    render(wanted(line, screen=screen, headline="One thing waits"))

    shown = [cells.get(name, "") for name in frame.columns[:-2]]
    assert [["One thing waits"], list(frame.columns), [*shown, "i1", "e1"]] == [
        [cell for cell in row if row.index(cell) or cell] if number == 0 else row
        for number, row in enumerate(grid(desk, screen))
    ]


@pytest.mark.parametrize("screen", Screen)
def test_a_new_tab_is_dressed(desk: Any, render: Any, screen: Screen) -> None:
    """Two rows are frozen, what only we need is hidden, answers alone are unprotected and offered."""
    frame = FRAMES[screen]
    render(wanted(Line("i1", {}, "e1", ("yes", "no")), screen=screen, headline="Hello"))

    found = sheet(desk, screen)

    gid = found["properties"]["sheetId"]
    assert 2 == found["properties"]["gridProperties"]["frozenRowCount"]
    columns = found["data"][0]["columnMetadata"]
    hidden = [n for n, one in zip(frame.columns, columns, strict=False) if one.get("hiddenByUser")]
    assert [ITEM, EVIDENCE] == hidden
    (protection,) = found["protectedRanges"]
    assert protection["warningOnly"]
    assert {"sheetId": gid} == protection["range"]
    free = {place["startColumnIndex"] for place in protection["unprotectedRanges"]}
    assert {frame.columns.index(name) for name in frame.answers} == free
    cells = found["data"][0]["rowData"][2]["values"]
    rule = cells[frame.columns.index(frame.decision)]["dataValidation"]
    offered = [value["userEnteredValue"] for value in rule["condition"]["values"]]
    assert ("ONE_OF_LIST", ["yes", "no"]) == (rule["condition"]["type"], offered)
    number_format = cells[0]["userEnteredFormat"]["numberFormat"]
    assert "TEXT" == number_format["type"], "a phone typed as a custom value stays what it is"


def test_closed_lines_are_greyed_wherever_they_are(desk: Any, render: Any) -> None:
    """A rule of the tab does it by the word in their Status, so that sorting costs no write."""
    render(wanted(question("q1"), headline="Hello"))

    (rule,) = sheet(desk, Screen.NEEDS_YOU)["conditionalFormats"]

    formula = rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"]
    column = chr(ord("A") + FRAMES[Screen.NEEDS_YOU].columns.index("Status"))
    assert f'=LEFT(${column}3,6)="Closed"' == formula


@pytest.mark.parametrize("name", ["=1+1", "+1 555 0101", "@here", "-5", "0042", "TRUE", "'quoted"])
def test_a_business_name_never_becomes_a_formula(desk: Any, render: Any, name: str) -> None:
    """What looks like a formula, a number or a date is shown as the text it is."""
    render(wanted(Line("q1", {"Business": name}, "e1"), headline=name))

    assert name == rows(desk)[0]["Business"]
    assert name == grid(desk)[0][0]


def test_a_link_leads_to_the_row_and_moves_with_it(desk: Any, render: Any) -> None:
    """The business is a link; where its row moved, only the link is written."""
    first = Line("q1", {"Business": "Ada"}, "e1", (), {"Business": "#gid=0&range=A2"})
    render(wanted(first, headline="h"))
    moved = Line("q1", {"Business": "Ada"}, "e1", (), {"Business": "#gid=0&range=A9"})
    before = grid(desk)

    render(wanted(moved, headline="h", known={"q1": KnownLine("e1", {}, links=first.links)}))

    cell = sheet(desk, Screen.NEEDS_YOU)["data"][0]["rowData"][2]["values"][1]
    assert {"uri": "#gid=0&range=A9"} == cell["userEnteredFormat"]["textFormat"]["link"]
    assert before == grid(desk)


# -- what a run costs and where lines go


def test_a_tab_that_shows_what_it_should_costs_nothing(desk: Any, render: Any) -> None:
    """Not dirty: no call. Thought to be dirty and right: one read, and nothing is written."""
    line = question("q1")
    (made,) = render(wanted(line, headline="h"))
    before = grid(desk)
    desk.sandbox.control.forget_calls()

    same = wanted(line, headline="h", known=known(line), gid=made.shown.gid)
    render(WantedScreen(same.view, 1, "", same.known, dirty=False))
    assert [] == desk.calls()
    render(same)

    assert [READ] == desk.calls()
    assert before == grid(desk)


def test_a_new_line_goes_below_and_the_others_stay(desk: Any, render: Any) -> None:
    """After a person sorted the tab, every line is where they put it."""
    one, two = question("q1", Business="Ada"), question("q2", Business="Zoe")
    render(wanted(one, two, headline="h"))
    desk.person("sort", sheet="Needs You", by="B", descending=True, from_row=3)

    render(wanted(one, question("q3", Business="Max"), two, headline="h", known=known(one)))

    assert ["Zoe", "Ada", "Max"] == [row["Business"] for row in rows(desk)]


def test_only_cells_that_differ_are_written(desk: Any, render: Any) -> None:
    """A line that is there gets its new Status; a person's own column beside it stays."""
    line = question("q1")
    (made,) = render(wanted(line, headline="h"))
    desk.person("add_column", sheet="Needs You", header="Mine")
    closed = Line("q1", {**line.cells, "Status": "Closed: no longer asked"}, "e1", ANSWERS)
    desk.sandbox.control.forget_calls()

    (done,) = render(wanted(closed, headline="h", known=known(line), gid=made.shown.gid))

    assert "Closed: no longer asked" == rows(desk)[0]["Status"]
    assert "Closed: no longer asked" == done.shown.lines[0].cells["Status"]
    assert [READ, CHANGE] == desk.calls()


def test_a_full_log_uses_the_rows_of_its_oldest_lines(desk: Any, render: Any) -> None:
    """Nobody's row moves, and a line that somebody wants taken back is kept."""

    def line(number: int) -> Line:
        return Line(str(number), {"New": f"v{number}"}, str(number), ("undo",))

    render(wanted(*map(line, (1, 2, 3)), screen=Screen.LOG, headline="h"))
    desk.person("type", sheet="Sync Log", cell="J3", value="undo")
    tab = desk.tab
    (done,) = render(wanted(screen=Screen.LOG, headline="h"))
    facts = next(one for one in tab.client.tabs() if one.title == "Sync Log")
    from outreach_adapters.screens.grid import read_screen

    read = read_screen(Screen.LOG, facts.gid, facts.title, grid(desk, Screen.LOG))
    changes = changes_of(wanted(line(4), screen=Screen.LOG, headline="h"), read, facts, most=3)
    tab.client.change(changes.requests)

    assert 3 == len(done.shown.lines)
    found = [(row["New"], row["Undo"], row[ITEM]) for row in rows(desk, Screen.LOG)]
    assert [("v1", "undo", "1"), ("v4", "", "4"), ("v3", "", "3")] == found


def test_many_lines_need_few_calls(desk: Any, render: Any) -> None:
    """Two thousand and five hundred lines go in three bodies, and the grid grows for them."""
    lines = [Line(str(n), {"New": str(n)}, str(n), ("undo",)) for n in range(2_500)]

    render(wanted(*lines, screen=Screen.LOG, headline="h"))

    assert [str(n) for n in range(2_500)] == [row[ITEM] for row in rows(desk, Screen.LOG)]
    assert desk.calls().count(CHANGE) <= 5


# -- people in it


def test_an_answer_is_never_overwritten_by_the_run_that_read_it(desk: Any, render: Any) -> None:
    """Until it was taken in, the line keeps what the answer was given for."""
    line = question("q1", Sheet="Lima")
    render(wanted(line, headline="h"))
    answer(desk, 3, "Keep sheet")
    fresh = KnownLine(
        "e1", dict(line.cells), Taken({"Decision": "Keep sheet"}, fresh=True), ANSWERS
    )

    render(wanted(question("q1", "e2", Sheet="Quito"), headline="h", known={"q1": fresh}))

    found = rows(desk)[0]
    assert ("Keep sheet", "Lima", "e1") == (found["Decision"], found["Sheet"], found[EVIDENCE])


def test_an_answer_that_was_taken_in_makes_room_for_the_next(desk: Any, render: Any) -> None:
    """The next run clears it and shows the new values with it."""
    line = question("q1", Sheet="Lima")
    render(wanted(line, headline="h"))
    answer(desk, 3, "Keep sheet")

    (done,) = render(
        wanted(
            question("q1", "e2", Sheet="Quito"),
            headline="h",
            known=known(line, Decision="Keep sheet"),
        )
    )

    found = rows(desk)[0]
    assert ("", "Quito", "e2") == (found["Decision"], found["Sheet"], found[EVIDENCE])
    assert {"q1"} == done.cleared


@pytest.mark.parametrize("header", ["Decision", "Custom value"])
def test_typing_while_a_run_renders_loses_nothing(desk: Any, render: Any, header: str) -> None:
    """What is typed between our read and our write is still there after it, and so is our change."""
    line = question("q1", Sheet="Lima")
    render(wanted(line, headline="h"))
    desk.before_write.append(lambda: answer(desk, 3, "typed just now", header))
    newer = question("q1", Sheet="Lima", Status="Chosen: Keep sheet. The next run does it.")

    render(wanted(newer, question("q2"), headline="h2", known=known(line)))

    found = rows(desk)
    assert ["typed just now", ""] == [row[header] for row in found]
    assert newer.cells["Status"] == found[0]["Status"]
    assert "h2" == grid(desk)[0][0]


def test_a_sort_between_read_and_write_is_put_right_at_once(desk: Any, render: Any) -> None:
    """Cells that landed in another line's row are written again, each line with its own."""
    one, two = question("q1", Business="Ada"), question("q2", Business="Zoe")
    render(wanted(one, two, headline="h"))
    desk.before_write.append(
        lambda: desk.person("sort", sheet="Needs You", by="B", descending=True, from_row=3)
    )
    newer = question("q1", Business="Ada", Sheet="Lima")

    render(wanted(newer, two, headline="h", known=known(one) | known(two)))

    assert [("q2", "Zoe", ""), ("q1", "Ada", "Lima")] == [
        (row[ITEM], row["Business"], row["Sheet"]) for row in rows(desk)
    ]


def test_a_copied_line_is_a_persons_note(desk: Any, render: Any) -> None:
    """The first one stays the question's; the copy loses its id, so that it answers nothing."""
    line = question("q1")
    render(wanted(line, headline="h"))
    desk.person("paste", sheet="Needs You", from_row=3)

    render(wanted(line, headline="h", known=known(line)))

    assert [("q1", "e1"), ("", "")] == [(row[ITEM], row[EVIDENCE]) for row in rows(desk)]


def test_a_deleted_tab_is_made_again(desk: Any, render: Any) -> None:
    """With everything in it, though its id was known."""
    line = question("q1")
    (first,) = render(wanted(line, headline="h"))
    before = grid(desk)
    desk.person("delete_tab", sheet="Needs You")

    render(wanted(line, headline="h", known=known(line), gid=first.shown.gid))

    assert before == grid(desk)


def test_a_renamed_tab_is_found_by_its_id(desk: Any, render: Any) -> None:
    """It keeps the name a person gave it, and no second one is made."""
    (first,) = render(wanted(question("q1"), headline="h"))
    desk.person("rename_tab", sheet="Needs You", to="Inbox")

    (done,) = render(wanted(question("q1"), headline="h2", gid=first.shown.gid))

    assert ["Businesses", "Inbox"] == [tab.title for tab in desk.tab.client.tabs()]
    assert ("Inbox", "h2") == (done.shown.title, done.shown.headline)


def test_a_lost_header_is_put_back_at_the_right(desk: Any, render: Any) -> None:
    """A column that a person removed comes back with its texts, and nothing else moves."""
    line = question("q1", Sheet="Lima")
    render(wanted(line, headline="h"))
    desk.person("type", sheet="Needs You", cell="F2", value="Mine")

    render(wanted(line, headline="h", known=known(line)))

    header = grid(desk)[1]
    assert ["Mine", "Sheet"] == [header[5], header[-1]]
    assert "Lima" == rows(desk)[0]["Sheet"]


def test_a_lost_answer_of_google_doubles_no_line(desk: Any, render: Any) -> None:
    """The write happened and its answer was lost: what is there is read before writing again."""
    render(wanted(headline="h"))
    fault = {"operation": CHANGE, "status": 503, "kind": "after"}
    desk.sandbox.control.queue_faults(fault)

    render(wanted(question("q1"), headline="h"))

    assert ["q1"] == [row[ITEM] for row in rows(desk)]
