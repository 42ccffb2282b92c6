"""What the sections of rule files mean that are no fields, when that changes, and the committed files."""

from __future__ import annotations

from pathlib import Path

import pytest

from outreach_core.mapping.files import load_rules
from outreach_core.mapping.outreach import CompanyRules, EmailRules, OutreachColumns
from outreach_core.mapping.rule_file import kinds_of, parse_rules
from outreach_core.mapping.rules import SideRules
from outreach_core.mapping.specs import fingerprint
from outreach_core.model import EffectKind, EffectRules, Side
from outreach_core.model.fields import FieldType
from outreach_core.model.policy import StatusRules

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


DEAL = "  pipeline: p\n  stage: s\n"


def test_what_is_left_out_switches_nothing_on():
    """Without their sections nothing is told, moved or written."""
    bare = crm()

    assert (None, {}) == (bare.status, bare.written)
    assert {} == bare.telling.effects(Side.HUBSPOT).objects
    assert (OutreachColumns(), CompanyRules(), "") == (
        sheet().columns,
        sheet().company,
        sheet().campaign,
    )


def test_a_section_that_is_there_switches_its_parts_on_unless_it_says_not():
    """`create` and `log` default to yes within their sections."""
    on = crm(f"companies: {{create: true}}\nemails: {{log: true}}\ndeals:\n{DEAL}")
    no = "emails: {log: false, log_replies: false}\ndeals: {create: false}\n"
    off = crm("companies: {create: false}\n" + no)

    assert {*EffectKind} == {*on.telling.effects(Side.HUBSPOT).objects}
    assert {} == off.telling.effects(Side.HUBSPOT).objects
    assert (
        EmailRules(log=True, log_replies=False)
        == crm("emails: {log_replies: false}\n").telling.emails
    )


@pytest.mark.parametrize(
    ("side", "more", "expected"),
    [
        (
            Side.HUBSPOT,
            f"companies: {{create: true}}\nemails: {{log: true}}\ndeals:\n{DEAL}  name: A\n  close_in_days: 0\n",
            EffectRules(
                {
                    EffectKind.EMAIL: "emails",
                    EffectKind.REPLY: "emails",
                    EffectKind.DEAL: "deals",
                    EffectKind.COMPANY: "associations",
                },
                frozenset((EffectKind.DEAL,)),
                "companies",
                "A",
                0,
            ),
        ),
        (
            Side.SALESFORCE,
            "tasks: {log_replies: false}\nopportunities: {stage: Prospecting}\n",
            EffectRules(
                {EffectKind.EMAIL: "tasks", EffectKind.DEAL: "opportunities"},
                frozenset((EffectKind.EMAIL, EffectKind.REPLY, EffectKind.DEAL)),
            ),
        ),
    ],
    ids=["HubSpot", "Salesforce"],
)
def test_the_planner_knows_what_each_crm_gets(side: Side, more: str, expected: EffectRules):
    """Objects by kind, which of them carry unique keys, how a deal is called and when it closes."""
    assert expected == crm(more, side).telling.effects(side)


def test_a_deal_starts_with_what_the_rules_say():
    """Amounts keep their digits."""
    found = crm(
        f"deals:\n{DEAL}  amount: 1234567.5\n  owner: sam@example.com\n  name: '{{contact_person}}'\n"
    ).telling.deals

    assert ("p", "s", "1234567.5", "sam@example.com", "{contact_person}", 30) == (
        found.pipeline,
        found.stage,
        found.amount,
        found.owner,
        found.name,
        found.close_in_days,
    )


def test_status_is_compared_without_regard_to_capitals():
    """Words of people and values of accounts, whoever typed them."""
    more = "status:\n  property: s\n  order: [New, OPEN]\n  push: {' Draft ': New}\n  pull: {Open: Sent}\n"
    found = crm(more)

    assert StatusRules({"draft": "New"}, ("New", "OPEN"), {"open": "Sent"}) == found.status
    assert (FieldType.TEXT, ("s",)) == (
        found.written["status"].kind.type,
        found.written["status"].places,
    )
    assert found.status is not None
    assert (0, 1, None) == tuple(found.status.rank(word) for word in ("NEW", "open", "MET"))


def test_a_yes_has_a_value_of_its_own_where_the_rules_name_one():
    """Else it is an answer like any other; and only an answer can be one."""
    both = StatusRules({"replied": "A", "replied, positive": "B", "sent": "C"})
    plain = StatusRules({"replied": "A"})

    assert "B" == both.wanted(" REPLIED ", positive=True)
    assert "A" == both.wanted("Replied", positive=False) == plain.wanted("Replied", positive=True)
    assert ("C", None) == (both.wanted("Sent", positive=True), both.wanted("Other", positive=True))


SHARED = CompanyRules(shared_hosts=("instagram.com", "wixsite.com"))
HOSTS = {
    "a.example.com": "a.example.com",
    "a.example.com/menu?x=1": "a.example.com",
    "a.example.com?x=1": "a.example.com",
    "a.example.com:8080/x": "a.example.com",
    "instagram.com/some.cafe": None,
    "tr.instagram.com": None,
    "cafe.wixsite.com/site": None,
    "notinstagram.com": "notinstagram.com",
    "instagram.com.example.com": "instagram.com.example.com",
    "localhost/x": None,
    "": None,
    None: None,
}


@pytest.mark.parametrize(("key", "expected"), HOSTS.items(), ids=map(str, HOSTS))
def test_a_company_is_known_by_its_own_host(key: str | None, expected: str | None):
    """Never by one on which everybody has a page, nor by its subdomains."""
    assert expected == SHARED.host(key)


def test_shared_hosts_are_read_however_they_are_typed():
    """Capitals and `www.` do not count."""
    found = sheet("company:\n  shared_hosts: [' WWW.Linktr.ee ', x.com]\n")

    assert ("linktr.ee", "x.com") == found.company.shared_hosts


# -- the fingerprint

MORE_SHEET = """\
campaign: Dentists
company:
  website: website
  shared_hosts: [x.com, linktr.ee]
outreach:
  sent: When
"""
MORE_CRM = """\
written: {campaign: a, row_link: b}
status:
  property: s
  order: [NEW, OPEN]
  push: {Draft: NEW, Sent: OPEN}
  pull: {OPEN: Sent, MET: Replied}
companies: {create: true}
emails: {log: true, sender: a@example.com}
deals: {pipeline: p, stage: s, name: A, amount: 10, close_in_days: 3}
"""


def printed(more_sheet: str = MORE_SHEET, more_crm: str = MORE_CRM) -> str:
    """The fingerprint of a sheet's and a CRM's rules."""
    return fingerprint(sheet(more_sheet), crm(more_crm))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[x.com, linktr.ee]", "[linktr.ee, x.com]"),
        ("[x.com, linktr.ee]", "[x.com, www.X.com, linktr.ee]"),
        ("  website: website\n", ""),
        ("  sent: When", "  # a comment\n  sent:   'When'"),
        ("  sent: When", "  sent: When\n  answered: Last Response"),
        ("{campaign: a, row_link: b}", "{row_link: b, campaign: a}"),
        ("{Draft: NEW, Sent: OPEN}", "{SENT: OPEN, draft: NEW}"),
        ("{OPEN: Sent, MET: Replied}", "{met: Replied, open: Sent}"),
        ("{create: true}", "{create: True}"),
        ("log: true,", "log: true, log_replies: true,"),
        ("amount: 10,", "amount: 10.0,"),
    ],
)
def test_what_means_the_same_has_the_same_fingerprint(old: str, new: str):
    """No order, no comment, no capitals and no default that is spelled out."""
    assert old in MORE_SHEET + MORE_CRM
    assert printed() == printed(MORE_SHEET.replace(old, new), MORE_CRM.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("campaign: Dentists\n", "campaign: Cafes\n"),
        ("campaign: Dentists\n", ""),
        ("x.com, linktr", "x.com, y.com, linktr"),
        ("sent: When", "sent: Then"),
        ("sent: When", "answered: When"),
        ("row_link: b", "row_link: c"),
        ("campaign: a, ", ""),
        ("property: s\n", "property: t\n"),
        ("[NEW, OPEN]", "[OPEN, NEW]"),
        ("Sent: OPEN", "Sent: NEW"),
        ("MET: Replied", "MET: Archived"),
        ("companies: {create: true}", "companies: {create: false}"),
        ("log: true,", "log: false,"),
        ("sender: a@", "sender: b@"),
        ("pipeline: p", "pipeline: q"),
        ("stage: s", "stage: t"),
        ("name: A", "name: B"),
        ("amount: 10", "amount: 11"),
        ("close_in_days: 3", "close_in_days: 4"),
        (", close_in_days: 3}", ", close_in_days: 3, owner: o}"),
    ],
)
def test_what_means_something_else_has_another_fingerprint(old: str, new: str):
    """Each key of each section counts."""
    assert old in MORE_SHEET + MORE_CRM
    assert printed() != printed(MORE_SHEET.replace(old, new), MORE_CRM.replace(old, new))


# -- the committed files


def test_the_files_people_start_from_mean_what_the_outreach_system_does():
    """Its columns, its statuses both ways, never Approved, and everything it tells."""
    sheet_rules = load_rules(RULES / "sheet.yml")
    hubspot, salesforce = load_rules(RULES / "hubspot.yml"), load_rules(RULES / "salesforce.yml")

    assert OutreachColumns() == sheet_rules.columns
    assert "website" == sheet_rules.company.website
    for host in ("instagram.com", "facebook.com", "linktr.ee", "wixsite.com"):
        assert sheet_rules.company.host(f"{host}/some-cafe") is None
    for rules in (hubspot, salesforce):
        assert rules.status is not None
        assert {
            "draft",
            "approved",
            "sent",
            "replied",
            "replied, positive",
            "bounced",
            "auto-reply",
        } == {*rules.status.push}
        assert "approved" not in {word.casefold() for word in rules.status.pull.values()}
        assert {"campaign", "row_link", "last_subject", "responded", "last_sent", "status"} == {
            *rules.written
        }
    assert {*EffectKind} == {*hubspot.telling.effects(Side.HUBSPOT).objects}
    assert {EffectKind.EMAIL, EffectKind.REPLY, EffectKind.DEAL} == {
        *salesforce.telling.effects(Side.SALESFORCE).objects
    }


def test_the_committed_statuses_are_those_of_the_design():
    """The table of both ways, value by value."""
    hubspot = load_rules(RULES / "hubspot.yml").status
    salesforce = load_rules(RULES / "salesforce.yml").status

    assert hubspot == StatusRules(
        push={
            "draft": "NEW",
            "approved": "OPEN",
            "sent": "ATTEMPTED_TO_CONTACT",
            "replied": "CONNECTED",
            "replied, positive": "OPEN_DEAL",
            "bounced": "UNQUALIFIED",
            "auto-reply": "ATTEMPTED_TO_CONTACT",
        },
        order=("NEW", "OPEN", "ATTEMPTED_TO_CONTACT", "CONNECTED", "OPEN_DEAL"),
        pull={"connected": "Replied", "unqualified": "Archived", "bad_timing": "Archived"},
    )
    assert salesforce is not None
    assert ("Open - Not Contacted", "Working - Contacted") == salesforce.order
    assert {"closed - not converted": "Archived"} == salesforce.pull
