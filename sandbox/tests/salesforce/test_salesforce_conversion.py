"""A lead that a person converts, into new records or into those that are there; merged contacts."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused

LEAD = {
    "FirstName": "Ada",
    "LastName": "Doe",
    "Company": "Acme",
    "Title": "CEO",
    "Email": "ada@example.com",
    "Phone": "+1 555 0100",
    "MobilePhone": "+1 555 0101",
    "Fax": "+1 555 0102",
    "Website": "https://acme.example.com",
    "Industry": "Media",
    "NumberOfEmployees": 7,
    "LeadSource": "Web",
    "Description": "Met at a fair",
    "Street": "1 High Street",
    "City": "Oslo",
    "PostalCode": "0150",
    "Country": "Norway",
}
MAILING = {f"Mailing{part}": LEAD[part] for part in ("Street", "City", "PostalCode", "Country")}
BILLING = {f"Billing{part}": LEAD[part] for part in ("Street", "City", "PostalCode", "Country")}
PERSON = ("FirstName", "LastName", "Title", "Email", "Phone", "MobilePhone", "Fax", "LeadSource")
FIRM = ("Phone", "Fax", "Website", "Industry", "NumberOfEmployees")


def test_standard_fields_go_where_the_vendor_maps_them(org):
    """Address to mailing and billing address, the firm's facts to the account, the owner to all."""
    lead = org.create(**LEAD)
    ends = org.people("convert", id=lead, opportunity="Deal")
    owner = org.read(lead, "OwnerId")
    person = {**{name: LEAD[name] for name in (*PERSON, "Description")}, **MAILING, **owner}
    firm = {"Name": "Acme", **{name: LEAD[name] for name in FIRM}, **BILLING, **owner}
    deal = {"LeadSource": "Web", "CloseDate": "2026-12-31", "StageName": "Prospecting", **owner}
    contact, account = ends["ConvertedContactId"], ends["ConvertedAccountId"]

    assert person == org.read(contact, *person, kind="Contact")
    assert firm == org.read(account, *firm, kind="Account")
    assert deal == org.read(ends["ConvertedOpportunityId"], *deal, kind="Opportunity")
    role = org.query("SELECT ContactId, IsPrimary FROM OpportunityContactRole")[0]
    assert (contact, True) == (role["ContactId"], role["IsPrimary"])


def test_an_existing_contact_keeps_what_it_has(org):
    """Only its empty fields are filled in; its account is the lead's from then on."""
    account = org.create("Account", Name="Acme Group")
    contact = org.create("Contact", LastName="Doe-Roe", AccountId=account, Title="Chair")
    lead = org.create(**LEAD)
    task = org.create("Task", WhoId=lead, Status="Completed", ActivityDate="2026-11-20")
    ends = org.people("convert", id=lead, contact_id=contact)
    seen = org.read(contact, "LastName", "Title", "Email", "MailingCity", kind="Contact")

    assert (account, contact, None) == tuple(ends.values())
    assert ("Doe-Roe", "Chair", "ada@example.com", "Oslo") == tuple(seen.values())
    assert {"WhoId": contact} == org.read(task, "WhoId", kind="Task")
    assert 1 == len(org.query("SELECT Id FROM Account"))


def test_an_existing_account_takes_the_new_contact(org):
    """Its name stays, its empty fields are filled in."""
    account = org.create("Account", Name="Acme Group")
    ends = org.people("convert", id=org.create(**LEAD), account_id=account)
    contact = org.read(ends["ConvertedContactId"], "AccountId", kind="Contact")

    assert {"AccountId": account} == contact
    firm = org.read(account, "Name", "Website", kind="Account")
    assert ("Acme Group", "https://acme.example.com") == tuple(firm.values())


def test_a_contact_of_another_account_is_refused(org):
    """Nothing is converted then."""
    one, other = (org.create("Account", Name=name) for name in ("Acme", "Bolt"))
    contact = org.create("Contact", LastName="Doe", AccountId=one)
    lead = org.create(**LEAD)
    with pytest.raises(ControlRefused, match="another account"):
        org.people("convert", id=lead, contact_id=contact, account_id=other)

    assert {"IsConverted": False} == org.read(lead, "IsConverted")


def test_only_a_converted_status_converts(start):
    """An org may name it otherwise; the first of them is taken unless somebody says which."""
    statuses = [
        {"value": "Fresh", "default": True},
        {"value": "Won", "converted": True},
        {"value": "Partner", "converted": True},
    ]
    org = start(org={"lead_statuses": statuses})
    leads = [org.create(**LEAD) for _ in range(3)]
    org.people("convert", id=leads[0])
    org.people("convert", id=leads[1], status="Partner")
    with pytest.raises(ControlRefused, match="Fresh"):
        org.people("convert", id=leads[2], status="Fresh")

    assert ["Won", "Partner", "Fresh"] == [org.read(i, "Status")["Status"] for i in leads]


@pytest.mark.parametrize("moves", [False, True])
def test_a_merged_contact_leaves_its_tasks_and_roles(start, moves):
    """To the master; whether a converted lead names the master then, nobody has verified."""
    org = start(switches={"salesforce.merge_repoints_leads": moves})
    lead = org.create(**LEAD)
    ends = org.people("convert", id=lead, opportunity="Deal")
    loser, deal = ends["ConvertedContactId"], ends["ConvertedOpportunityId"]
    task = org.create("Task", WhoId=loser, Status="Completed", ActivityDate="2026-11-20")
    master = org.create("Contact", LastName="Doe", Email="chair@example.com")
    org.people("merge", master=master, other=loser)
    gone = org.query("SELECT MasterRecordId FROM Contact WHERE IsDeleted = true", "queryAll")
    role = org.query("SELECT ContactId, OpportunityId FROM OpportunityContactRole")[0]
    seen = org.read(master, "Email", "FirstName", "LastActivityDate", kind="Contact")

    assert [master] == [r["MasterRecordId"] for r in gone]
    assert {"WhoId": master} == org.read(task, "WhoId", kind="Task")
    assert (master, deal) == (role["ContactId"], role["OpportunityId"])
    assert {"ContactId": master} == org.read(deal, "ContactId", kind="Opportunity")
    assert ("chair@example.com", "Ada", "2026-11-20") == tuple(seen.values())
    named = org.read(lead, "ConvertedContactId")["ConvertedContactId"]
    assert (master if moves else loser) == named


def test_a_deleted_contact_takes_its_roles_along(org):
    """And they do not come back with it."""
    contact = org.people("convert", id=org.create(**LEAD), opportunity="Deal")["ConvertedContactId"]
    org.call("DELETE", f"sobjects/Contact/{contact}")
    role = org.query("SELECT Id FROM OpportunityContactRole WHERE IsDeleted = true", "queryAll")[0]
    with pytest.raises(ControlRefused, match="UNDELETE_FAILED"):
        org.people("undelete", id=role["Id"])
    org.people("undelete", id=contact)

    assert [] == org.query("SELECT Id FROM OpportunityContactRole")
    assert 1 == len(org.query("SELECT Id FROM Contact"))
