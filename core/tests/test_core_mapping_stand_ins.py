"""What stands in for a name fills a CRM's required field and is nobody's name anywhere else."""

from __future__ import annotations

import pytest

from outreach_core.mapping import kinds_of, parse_rules
from outreach_core.mapping.stand_ins import MARK, is_stand_in, stand_in

SHEET = """side: sheet
fields:
  business_name: {column: Business, type: text}
  contact_person: {column: Person, type: text}
"""
CRM = """side: salesforce
object: leads
external_id: Outreach_Id__c
fields:
  business_name: {property: Company}
  contact_person: {properties: [FirstName, LastName], join: person_name}
"""


@pytest.mark.parametrize("length", [40, 80, 255])
@pytest.mark.parametrize("text", ["", "Bluefinch  Coffee\n", "B" * 300, "é🙂 " * 100])
def test_a_stand_in_fits_and_is_known_again(text: str, length: int) -> None:
    """Whatever it is made from."""
    made = stand_in(text, length)

    assert len(made) <= length
    assert is_stand_in(made)
    assert made.strip() == made


@pytest.mark.parametrize("text", [None, "", "Bluefinch Coffee", "no name given", 7])
def test_a_name_is_no_stand_in(text: object) -> None:
    """Nothing else is taken for one."""
    assert not is_stand_in(text)


def test_a_crms_stand_ins_read_as_blank() -> None:
    """The field is blank there; a first name that somebody added counts, and so does a new last name."""
    sheet = parse_rules(SHEET)
    crm = parse_rules(CRM, kinds=kinds_of(sheet))

    def read(company: str, first: str | None, last: str) -> tuple[str | None, str | None]:
        found = crm.read({"Company": company, "FirstName": first, "LastName": last}).fields
        return found["business_name"].value, found["contact_person"].value

    assert ("Bluefinch", None) == read("Bluefinch", None, stand_in("Bluefinch", 80))
    assert (None, None) == read(stand_in("x.example.com", 255), None, stand_in("x", 80))
    assert ("Bluefinch", "Ann") == read("Bluefinch", "Ann", stand_in("Bluefinch", 80))
    assert ("Bluefinch", "Ann Lee") == read("Bluefinch", "Ann", "Lee")


def test_what_a_person_types_into_the_sheet_counts() -> None:
    """The sheet is people's: the mark means nothing there."""
    found = parse_rules(SHEET).read({"Business": f"Bluefinch {MARK}", "Person": ""}).fields

    assert f"Bluefinch {MARK}" == found["business_name"].value
