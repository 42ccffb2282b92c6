"""The page of record contracts and their schemas say what the targets take, and nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.reference import write_records
from mapper_fields.told import DEAL_SCHEMA, EMAIL_SCHEMA
from target_hubspot_activities.contracts import CONTRACTS, DEALS, EMAILS
from target_salesforce_leads import contracts as salesforce
from target_salesforce_leads.contracts import OPPORTUNITIES, TASKS
from tests.architecture.tree import ROOT, name, text

TARGET = ROOT / "target-hubspot-activities" / "target_hubspot_activities"
# of a vendor's answer; the others are written out where a record is refused
ANSWERS = {"conflict", "not_found", "refused"}
# of streams that nobody pipes by hand
OTHERS = {"not_planned"}
SALESFORCE = ROOT / "target-salesforce-leads" / "target_salesforce_leads"
SALESFORCE_ANSWERS = {*ANSWERS, "converted", "deleted", "duplicates", "forbidden", "several"}
# of the contracts' own form, which every target shares
FORM = {"incomplete", "no_key", "unknown_word", "bad_time"}
EXPLAINED = re.compile(r"^\| `(\w+)` \| [^|]+ \|$", re.MULTILINE)


def test_records_page_is_current() -> None:
    """The page is made from the contracts (`make reference`)."""
    assert write_records.page() == text(write_records.PAGE)


@pytest.mark.parametrize("path", write_records.schemas(), ids=name)
def test_schemas_are_current(path: Path) -> None:
    """Each schema is made from its contract (`make reference`)."""
    assert write_records.schemas()[path] == text(path)


def test_no_schema_is_left_over() -> None:
    """A contract that is gone leaves no file."""
    assert set(write_records.schemas()) == set(write_records.SCHEMAS.glob("*.json"))


def test_the_first_paragraph_says_what_duplicates_do() -> None:
    """The first question of whoever pipes something in is answered first."""
    paragraph = text(write_records.PAGE).split("\n\n")[1]

    assert paragraph.startswith("**What happens if duplicate records are sent?**")
    assert all("twice" in contract.twice for contract in CONTRACTS.values())


def test_every_code_is_explained() -> None:
    """Each code that a plain record can be refused with stands on the page, and no other."""
    code = "\n".join(text(path) for path in TARGET.glob("*.py"))
    used = set(re.findall(r'"code": "(\w+)"', code)) | ANSWERS | {"missing_owner"} | FORM
    explained = set(re.findall(r"^\| `(\w+)` \| [^|]+ \|$", text(write_records.PAGE), re.MULTILINE))

    assert used - OTHERS == explained


def test_the_page_of_salesforces_records_is_current() -> None:
    """The page is made from the contracts (`make reference`), and says first what duplicates do."""
    written = text(write_records.SALESFORCE_PAGE)

    assert write_records.salesforce_page() == written
    assert written.split("\n\n")[1].startswith("**What happens if duplicate records are sent?**")
    assert all("twice" in contract.twice for contract in salesforce.CONTRACTS.values())


def test_every_code_of_salesforces_records_is_explained() -> None:
    """Each code that a plain record can be refused with stands on the page, and no other."""
    code = "\n".join(text(path) for path in SALESFORCE.glob("*.py"))
    used = set(re.findall(r'"code": "(\w+)"', code)) | {"missing_owner"}
    used |= set(re.findall(r'Trouble\(\s*"(\w+)"', code))

    assert used | SALESFORCE_ANSWERS | FORM == set(
        EXPLAINED.findall(text(write_records.SALESFORCE_PAGE))
    )


def test_the_ledger_sends_the_public_form() -> None:
    """What the mapper makes of a plan has the columns of the contracts, beside the envelope."""
    assert EMAILS.names == set(EMAIL_SCHEMA["properties"]) - {"_sync"}
    assert DEALS.names == set(DEAL_SCHEMA["properties"]) - {"_sync"}
    assert TASKS.names == set(EMAIL_SCHEMA["properties"]) - {"_sync"}
    assert OPPORTUNITIES.names == set(DEAL_SCHEMA["properties"]) - {"_sync"}
