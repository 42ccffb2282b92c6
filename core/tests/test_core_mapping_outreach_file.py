"""The sections of rule files that are no fields: each mistake is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach_core.errors import ConfigError
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.mapping.rules import SideRules
from outreach_core.model import Side

RULES = Path(__file__).parents[2] / "transforms" / "rules"

# the numbers of lines are part of these tests: what is appended begins at line 7, or 6
SHEET = """\
side: sheet
fields:
  business_name: {column: Business Name, type: text}
  website: {column: Website, type: url}
  email: {column: Email, type: email}
  status: {column: Status, type: text}
"""
CRM = """\
side: {side}
object: {object}
external_id: row_id
fields:
  email: {{property: email}}
"""


def sheet(more: str = "") -> SideRules:
    """The sheet's rules with these sections."""
    return parse_rules(SHEET + more, "sheet.yml")


def crm(more: str = "", side: Side = Side.HUBSPOT) -> SideRules:
    """A CRM's rules with these sections."""
    head = CRM.format(side=side, object="contacts" if side is Side.HUBSPOT else "leads")
    return parse_rules(head + more, "crm.yml", kinds_of(sheet()))


def mistakes(read, more: str, *args) -> list[str]:
    """What is wrong with these sections, without the file's name."""
    with pytest.raises(ConfigError) as caught:
        read(more, *args)
    assert "bad_rules" == caught.value.code
    return [line.partition(":")[2] for line in str(caught.value).splitlines()]


SHEET_MISTAKES = {
    "outreach, unknown": ("outreach:\n  sentt: X\n", "8: `sentt` is not known in `outreach`. Did"),
    "outreach, no text": ("outreach:\n  sent: 1\n", "8: `sent` is a number. Write text"),
    "outreach, no group": ("outreach: Date Sent\n", "7: What should be `outreach` is text."),
    "outreach, one column twice": (
        "outreach:\n  sent: When\n  answered: When\n",
        "9: `answered` and `sent` are one column. Give each its own",
    ),
    "outreach, the column of another by default": (
        "outreach:\n  sent: Last Response\n",
        "8: `answered` and `sent` are one column. Give each its own",
    ),
    "company, unknown": (
        "company:\n  host: X\n",
        "8: `host` is not known in `company`. Known here",
    ),
    "company, no field": ("company:\n  website: site\n", "8: There is no field `site`. Did you"),
    "company, no address": ("company:\n  website: email\n", "8: `email` is no web address. Name"),
    "company, no list": ("company:\n  shared_hosts: x.com\n", "8: `shared_hosts` is text. Write a"),
    "company, an address": (
        "company:\n  shared_hosts:\n    - x.com\n    - https://linktr.ee/\n",
        "10: `shared_hosts` has something that is no host. Write it like linktr.ee",
    ),
    "company, a path": (
        "company: {shared_hosts: [sites.google.com/view]}\n",
        "7: `shared_hosts` has something that is no host. Write it like linktr.ee",
    ),
    "company, a star": (
        "company:\n  shared_hosts: ['*.wixsite.com']\n",
        "8: `shared_hosts` has something that is no host. Write it like linktr.ee",
    ),
    "company, a word": (
        "company:\n  shared_hosts: [instagram]\n",
        "8: `shared_hosts` has something that is no host. Write it like linktr.ee",
    ),
    "campaign, nothing": ("campaign:\n", "7: `campaign` is nothing. Write text"),
    "campaign, a list": ("campaign: [a]\n", "7: `campaign` is a list. Write text"),
    "a CRM's section": ("deals: {}\n", "7: `deals` is not known in the file. "),
}


@pytest.mark.parametrize(("more", "expected"), SHEET_MISTAKES.values(), ids=SHEET_MISTAKES)
def test_each_mistake_of_the_sheets_sections_is_named_with_its_line(more: str, expected: str):
    """With the line, what is there and what to do."""
    (only,) = mistakes(sheet, more)

    assert expected == only[: len(expected)]


STATUS = "status:\n  property: lead_status\n  push: {Sent: TRIED}\n"
DEAL = "  pipeline: p\n  stage: s\n"
CRM_MISTAKES = {
    "written, unknown": ("written:\n  subject: X\n", "7: `subject` is not known in `written`."),
    "written, no text": ("written:\n  campaign: [a]\n", "7: `campaign` is a list. Write text"),
    "written, a field's": ("written:\n  campaign: email\n", "7: `email` is read by `campaign` and"),
    "written, the row's id": ("written:\n  campaign: row_id\n", "7: `row_id` holds the row's id."),
    "written, twice": (
        "written:\n  campaign: a\n  row_link: a\n",
        "8: `a` is read by `row_link` and, in line 7, by `campaign`.",
    ),
    "status, unknown": (
        f"{STATUS}  pul: {{}}\n",
        "9: `pul` is not known in `status`. Did you mean",
    ),
    "status, no property": ("status: {push: {Sent: A}}\n", "6: `status` has no `property`. Write"),
    "status, no push": ("status: {property: a}\n", "6: `status` has no `push`. Write it."),
    "status, no words": (
        "status: {property: a, push: [A]}\n",
        "6: What should be `push` is a list.",
    ),
    "status, no word": ("status:\n  property: a\n  push:\n    Sent: 3\n", "9: `Sent` is a number."),
    "status, no list": (f"{STATUS}  order: NEW\n", "9: `order` is text. Write a list of names."),
    "status, an order that turns": (
        f"{STATUS}  order: [NEW, OPEN, new]\n",
        "9: `new` stands twice in `order`. Keep one of them.",
    ),
    "status, a word twice": (
        "status:\n  property: a\n  push:\n    Sent: A\n    SENT: B\n",
        "10: `SENT` stands twice but for its capitals. Keep one of them.",
    ),
    "status, a value twice": (
        f"{STATUS}  pull:\n    OPEN: Sent\n    Open: Replied\n",
        "11: `Open` stands twice but for its capitals. Keep one of them.",
    ),
    "status, Approved": (
        f"{STATUS}  pull:\n    MET: Replied\n    OPEN: ' APPROVED'\n",
        "11: `OPEN` would set the sheet's Status to Approved. That starts e-mails",
    ),
    "status, a field too": (
        "  status: {property: other}\n" + STATUS,
        "7: `status` is a field and a section. Take the field out.",
    ),
    "companies, unknown": ("companies: {make: true}\n", "6: `make` is not known in `companies`."),
    "companies, no flag": ("companies: {create: 'yes'}\n", "6: `create` is text. Write true or"),
    "companies, nothing": ("companies:\n", "6: `companies` is empty. Fill it"),
    "emails, unknown": ("emails: {replies: true}\n", "6: `replies` is not known in `emails`."),
    "emails, no flag": ("emails:\n  log_replies: 1\n", "7: `log_replies` is a number. Write true"),
    "emails, no address": ("emails:\n  sender: Sales\n", "7: `sender` is no e-mail address. Write"),
    "deals, unknown": (f"deals:\n{DEAL}  colour: x\n", "9: `colour` is not known in `deals`."),
    "deals, no pipeline": (
        "deals: {stage: s}\n",
        "6: `deals` has no `pipeline`. Write its internal",
    ),
    "deals, no stage": ("deals: {pipeline: p}\n", "6: `deals` has no `stage`. Write its internal"),
    "deals, no amount": (f"deals:\n{DEAL}  amount: much\n", "9: `amount` is text. Write a number"),
    "deals, a debt": (
        f"deals:\n{DEAL}  amount: -1\n",
        "9: `amount` is a number. Write a number of",
    ),
    "deals, half a day": (
        f"deals:\n{DEAL}  close_in_days: 1.5\n",
        "9: `close_in_days` is a number.",
    ),
    "deals, never": (
        f"deals:\n{DEAL}  close_in_days: 99999999999\n",
        "9: `close_in_days` is more than ten years. Write fewer days.",
    ),
    "deals, an unknown word": (
        f"deals:\n{DEAL}  name: '{{busines_name}}, {{campaign}}'\n",
        "9: `name` has a word in braces that is not known. Known here: {business_name}, {campaign}",
    ),
    "deals, no owner": (f"deals:\n{DEAL}  owner: ''\n", "9: `owner` is nothing. Write text"),
    "Salesforce's tasks": ("tasks: {}\n", "6: `tasks` is the other CRM's word. Take it out."),
    "Salesforce's opportunities": ("opportunities: {}\n", "6: `opportunities` is the other CRM's"),
}


@pytest.mark.parametrize(("more", "expected"), CRM_MISTAKES.values(), ids=CRM_MISTAKES)
def test_each_mistake_of_a_crms_sections_is_named_with_its_line(more: str, expected: str):
    """With the line, what is there and what to do."""
    (only,) = mistakes(crm, more)

    assert expected == only[: len(expected)]


SALESFORCE_MISTAKES = {
    "HubSpot's companies": ("companies: {}\n", "6: `companies` is the other CRM's word."),
    "HubSpot's deals": ("deals: {}\n", "6: `deals` is the other CRM's word."),
    "HubSpot's emails": ("emails: {}\n", "6: `emails` is the other CRM's word."),
    "opportunities, no stage": ("opportunities: {}\n", "6: `opportunities` has no `stage`."),
    "opportunities, a pipeline": (
        "opportunities: {stage: s, pipeline: p}\n",
        "6: `pipeline` is not known in `opportunities`.",
    ),
    "tasks, unknown": ("tasks: {logs: true}\n", "6: `logs` is not known in `tasks`."),
}


@pytest.mark.parametrize(
    ("more", "expected"), SALESFORCE_MISTAKES.values(), ids=SALESFORCE_MISTAKES
)
def test_salesforce_has_its_own_words(more: str, expected: str):
    """And the mistakes in them are named in the same way."""
    (only,) = mistakes(crm, more, Side.SALESFORCE)

    assert expected == only[: len(expected)]


def test_all_mistakes_are_told_at_once():
    """In the order of their lines, across the sections."""
    more = "written: {subject: X}\ndeals: {name: '{x}'}\nstatus: {push: {Sent: A}}\n"

    assert ["6", "7", "7", "7", "8"] == [line.split(":")[0] for line in mistakes(crm, more)]
