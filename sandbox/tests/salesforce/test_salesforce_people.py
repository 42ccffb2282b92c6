"""What people do in Salesforce, and what follows by itself."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused

WINDOW = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T20:00:00Z"}


def test_a_converted_lead_lives_on_as_a_contact(org):
    """Account, contact, opportunity; tasks move; the lead is read-only, for upserts too."""
    lead = org.create(Email="d@example.com", Outreach_Id__c="r1")
    task = org.create("Task", WhoId=lead, Status="Completed", ActivityDate="2026-11-20")
    ends = org.people("convert", id=lead, opportunity="Deal")
    contact = ends["ConvertedContactId"]
    row = org.read(lead, "IsConverted", "Status", "ConvertedContactId", "ConvertedDate")
    reply = org.call("PATCH", "sobjects/Lead/Outreach_Id__c/r1", json={"Title": "CEO"})

    assert (True, "Closed - Converted", contact, "2026-11-23") == tuple(row.values())
    assert {"WhoId": contact} == org.read(task, "WhoId", kind="Task")
    seen = org.read(contact, "Email", "AccountId", "LastActivityDate", kind="Contact")
    assert ("d@example.com", ends["ConvertedAccountId"], "2026-11-20") == tuple(seen.values())
    name = org.read(ends["ConvertedOpportunityId"], "Name", kind="Opportunity")
    assert {"Name": "Deal"} == name
    assert "CANNOT_UPDATE_CONVERTED_LEAD" == reply.json()[0]["errorCode"]
    assert "cannot reference converted lead" == reply.json()[0]["message"]


def test_a_conversion_can_carry_mapped_fields(org):
    """Custom fields go to the contact only where somebody mapped them."""
    lead = org.create(Outreach_Id__c="r1")
    ends = org.people("convert", id=lead, map={"Outreach_Id__c": "Outreach_Id__c"})

    found = org.read(ends["ConvertedContactId"], "Outreach_Id__c", kind="Contact")
    assert {"Outreach_Id__c": "r1"} == found


def test_the_loser_of_a_merge_names_its_master(org):
    """Deleted, found by queryAll and among the deleted; empty values are filled in."""
    master, loser = org.create(Title="CEO"), org.create(Title="CFO", City="Oslo")
    org.people("merge", master=master, other=loser)
    text = "SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true"
    gone = org.query(text, "queryAll")
    deleted = org.call("GET", "sobjects/Lead/deleted/", params=WINDOW).json()

    assert [(loser, master)] == [(r["Id"], r["MasterRecordId"]) for r in gone]
    assert {"Title": "CEO", "City": "Oslo"} == org.read(master, "Title", "City")
    assert [loser] == [r["id"] for r in deleted["deletedRecords"]]


def test_a_deleted_record_can_come_back(org):
    """Its tasks go and come with it."""
    lead = org.create(Email="d@example.com")
    org.create("Task", WhoId=lead, Subject="Mail")
    org.people("delete", email="d@example.com")
    during = org.query("SELECT Id FROM Task")
    org.advance(60)
    org.people("undelete", id=lead)

    assert [] == during
    assert 1 == len(org.query("SELECT Id FROM Task"))
    assert {"SystemModstamp": "2026-11-23T09:01:00.000+0000"} == org.read(lead, "SystemModstamp")


def test_a_purged_record_is_in_the_log_alone(org):
    """Out of the recycle bin no query shows it and nothing brings it back."""
    lead = org.create()
    with pytest.raises(ControlRefused, match="recycle bin"):
        org.people("purge", id=lead)
    org.people("delete", id=lead)
    org.people("purge", id=lead)
    deleted = org.call("GET", "sobjects/Lead/deleted/", params=WINDOW).json()

    assert [] == org.query("SELECT Id FROM Lead", "queryAll")
    assert [lead] == [r["id"] for r in deleted["deletedRecords"]]
    with pytest.raises(ControlRefused, match="UNDELETE_FAILED"):
        org.people("undelete", id=lead)


def test_a_record_cannot_come_back_to_a_key_that_is_taken(org):
    """A unique value belongs to somebody else by now."""
    lead = org.create(Outreach_Id__c="r1")
    org.people("delete", id=lead)
    org.create(Outreach_Id__c="r1")

    with pytest.raises(ControlRefused) as caught:
        org.people("undelete", id=lead)

    assert "DUPLICATE_VALUE" in str(caught.value)


def test_what_changed_and_what_went(org):
    """Updated by SystemModstamp with seconds ignored; windows have an end."""
    kept, gone = org.create(), org.create()
    org.call("DELETE", f"sobjects/Lead/{gone}")
    updated = org.call("GET", "sobjects/Lead/updated/", params=WINDOW).json()
    deleted = org.call("GET", "sobjects/Lead/deleted", params=WINDOW).json()
    far = {**WINDOW, "start": "2026-10-01T00:00:00Z"}

    assert {"ids": [kept], "latestDateCovered": "2026-11-23T20:00:00.000+0000"} == updated
    row = {"id": gone, "deletedDate": "2026-11-23T09:00:00.000+0000"}
    assert [row] == deleted["deletedRecords"]
    assert {"deletedRecords", "earliestDateAvailable", "latestDateCovered"} == set(deleted)
    for which in ("updated", "deleted"):
        reply = org.call("GET", f"sobjects/Lead/{which}", params=far)
        assert "INVALID_REPLICATION_DATE" == reply.json()[0]["errorCode"]


@pytest.mark.parametrize(("bumps", "moved"), [(False, "09:00:00"), (True, "09:01:00")])
def test_completed_tasks_move_the_last_activity(start, bumps, moved):
    """The latest due date of closed tasks; whether the stamp moves is a switch."""
    org = start(switches={"salesforce.rollup_bumps_modstamp": bumps})
    lead = org.create()
    org.advance(60)
    for status, day in (("Completed", "2026-11-20"), ("Not Started", "2026-12-24")):
        org.create("Task", WhoId=lead, Status=status, ActivityDate=day)
    seen = org.read(lead, "LastActivityDate", "SystemModstamp")

    assert ("2026-11-20", f"2026-11-23T{moved}.000+0000") == tuple(seen.values())


def test_the_roll_up_follows_the_tasks(org):
    """Completing a task moves it; deleting the task takes it back."""
    lead = org.create()
    task = org.create("Task", WhoId=lead, ActivityDate="2026-11-20")
    before = org.read(lead, "LastActivityDate")
    org.call("PATCH", f"sobjects/Task/{task}", json={"Status": "Completed"})
    during = org.read(lead, "LastActivityDate")
    closed = org.read(task, "IsClosed", "CompletedDateTime", kind="Task")
    org.call("DELETE", f"sobjects/Task/{task}")

    assert [None, "2026-11-20", None] == [
        before["LastActivityDate"],
        during["LastActivityDate"],
        org.read(lead, "LastActivityDate")["LastActivityDate"],
    ]
    assert (True, "2026-11-23T09:00:00.000+0000") == tuple(closed.values())


@pytest.mark.parametrize("refused", [True, False])
def test_a_task_on_a_lead_and_something_else(start, refused):
    """Nobody has verified that it is refused; both settings of the switch."""
    org = start(switches={"salesforce.task_on_lead_refuses_what": refused})
    account = org.create("Account", Name="Acme")
    reply = org.call("POST", "sobjects/Task", json={"WhoId": org.create(), "WhatId": account})

    assert (400 if refused else 201) == reply.status_code


def test_a_person_is_stamped_and_obeys_the_rules(org):
    """LastModifiedById is somebody else; a validation rule stops a person as well."""
    lead = org.create()
    org.people("edit", id=lead, values={"Title": "CEO"})
    by = org.query("SELECT CreatedBy.Name, LastModifiedBy.Name FROM Lead")[0]
    org.people("add_validation_rule", object="Lead", when="City = 'Nowhere'", message="No such")
    with pytest.raises(ControlRefused) as caught:
        org.people("edit", id=lead, values={"City": "Nowhere"})

    assert ("Outreach Integration", "Pat Person") == (
        by["CreatedBy"]["Name"],
        by["LastModifiedBy"]["Name"],
    )
    assert "No such" in str(caught.value)
    assert [] == [r for r in org.people("records")["records"] if r["City"]]


def test_a_person_creates_records_and_fields(org):
    """A new field is described, a new record read."""
    org.people("add_field", object="Lead", name="Score__c", type="Number", precision=5)
    made = org.people(
        "create", object="Lead", values={"LastName": "Roe", "Company": "B", "Score__c": 7}
    )

    assert {"Score__c": 7.0} == org.read(made["id"], "Score__c")


def test_stages_decide_what_is_won(org):
    """IsClosed, IsWon and Probability follow StageName."""
    values = {"Name": "Deal", "CloseDate": "2026-12-01", "Amount": 100}
    one = org.create("Opportunity", StageName="Closed Won", **values)

    seen = org.read(one, "IsClosed", "IsWon", "Probability", kind="Opportunity")
    assert (True, True, 100) == tuple(seen.values())
