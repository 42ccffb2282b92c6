"""Lists of choices: several words in one cell or property."""

from __future__ import annotations

import pytest

from outreach_core.mapping.kinds import Dialect, Kind, read, render
from outreach_core.mapping.raw import Seen, Trouble
from outreach_core.model.fields import FieldType

LIST = Kind(FieldType.CHOICES)
SHEET, CRM = Dialect(native=True), Dialect()
CODED = Dialect(words={"Phone": "PHONE_CALL", "On site": "VISIT"})


def key(dialect: Dialect, text: str) -> str:
    seen = read(LIST, dialect, text)
    assert isinstance(seen, Seen)
    return seen.key


@pytest.mark.parametrize(
    "text", ["Beta, Alpha", "alpha;BETA", "Alpha\nBeta\n", "Beta,Alpha,beta, "]
)
def test_a_cells_list_is_a_set_of_words(text: str) -> None:
    """Commas, semicolons and new lines part words; order, capitals and repetition say nothing."""
    assert key(SHEET, text) == key(CRM, "Alpha;Beta")


def test_a_crms_list_is_parted_by_semicolons_alone() -> None:
    """A comma in a CRM's choice is part of the word."""
    assert key(CRM, "Food, drinks;Rooms") == "food, drinks;rooms"


def test_a_list_is_written_as_each_side_writes_it() -> None:
    """A comma and a space in a cell, a semicolon in a CRM; a mapped word is the CRM's own."""
    seen = read(LIST, SHEET, "on site, Phone")
    assert isinstance(seen, Seen)

    assert ("on site, Phone", "on site;Phone", "VISIT;PHONE_CALL") == (
        render(LIST, SHEET, seen.value),
        render(LIST, CRM, seen.value),
        render(LIST, CODED, seen.value),
    )
    assert key(CODED, "VISIT;PHONE_CALL") == seen.key


@pytest.mark.parametrize("found", [read(LIST, CODED, "PHONE_CALL;FAX"), render(LIST, CODED, "a;b")])
def test_a_word_without_counterpart_costs_the_list(found: object) -> None:
    """A list is not carried without one of its words, which would take it out."""
    assert isinstance(found, Trouble)
    assert "unknown_choice" == found.code


def test_a_word_that_would_fall_apart_in_a_cell_is_not_written() -> None:
    """`Food, drinks` would come back from the sheet as two words."""
    found = render(LIST, SHEET, "Food, drinks;Rooms")

    assert isinstance(found, Trouble)
    assert "comma_in_choice" == found.code


@pytest.mark.parametrize("text", [";", " , ;"])
def test_separators_alone_are_no_list(text: str) -> None:
    """A cell with nothing but separators is a mistake and not a clear."""
    assert isinstance(read(LIST, SHEET, text), Trouble)
