"""When fields were edited: a side's own places become canonical fields."""

from __future__ import annotations

from typing import Any

import pytest

from mapper_fields import gathered
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.model.evidence import CHANGED

SHEET = parse_rules(
    "side: sheet\nfields:\n"
    "  contact_person: {column: Contact Person, type: text}\n"
    "  phone: {column: Phone, type: phone}\n"
)
HUBSPOT = parse_rules(
    "side: hubspot\nobject: contacts\nexternal_id: outreach_row_id\nfields:\n"
    "  contact_person: {properties: [firstname, lastname], join: person_name}\n"
    "  phone: {property: phone}\n",
    kinds=kinds_of(SHEET),
)


def said(at: str, by: str = "CRM_UI", *, ours: bool = False) -> dict[str, Any]:
    return {"at": at, "by": by, "ours": ours}


EARLY, LATE = said("2026-01-01T00:00:01Z"), said("2026-01-01T00:00:01.500Z", ours=True)


def contact(history: Any) -> dict[str, Any]:
    record = {"id": "1", "properties": {"firstname": "A", "lastname": "B", "phone": "1"}}
    return gathered.crm_record(HUBSPOT, "contacts", {**record, "history": history})


def row(edited: Any) -> dict[str, Any]:
    record = {"row": 2, "cells": {"Phone": "+1 555 0100"}, "edited": edited}
    return gathered.row(SHEET, record)


@pytest.mark.parametrize("history", [{"firstname": EARLY, "lastname": LATE}, {"lastname": LATE}])
def test_a_field_of_two_places_was_edited_with_the_last_of_them(history: Any) -> None:
    """A name is edited when either part is; what nobody told is left out."""
    assert {"contact_person": LATE} == contact(history)["edits"]


def test_a_history_that_was_not_read_is_not_an_empty_one() -> None:
    """Who was not asked about says nothing; who was asked and has none says so."""
    assert "edits" not in contact(None)
    assert {} == contact({"email": EARLY})["edits"]


def test_cells_are_noted_by_header() -> None:
    """Other columns are nobody's field; a time for any of the row stands for itself."""
    noted = {"Phone": EARLY, "Your Notes": LATE}

    assert {"phone": EARLY} == row(noted)["edits"]
    assert {CHANGED: LATE} == row({"": LATE})["edits"]
    assert "edits" not in row({})
