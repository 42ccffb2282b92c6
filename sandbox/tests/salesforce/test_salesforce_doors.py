"""What an administrator changes while clients work, and what a clock-bound org does by itself."""

from __future__ import annotations

import pytest

from outreach_sandbox.kernel.client import ControlRefused

NEW = {"LastName": "Doe", "Company": "Acme"}


def first(reply):
    found = reply.json()
    found = found[0] if isinstance(found, list) else found
    return reply.status_code, found.get("errorCode")


def fields(org, kind="Lead"):
    return {f["name"] for f in org.call("GET", f"sobjects/{kind}/describe").json()["fields"]}


def test_an_org_before_the_package_has_none_of_its_fields(start):
    """By a switch from the start: absent from describe, unknown to queries and to upserts."""
    key = {"name": "Outreach_Id__c", "external_id": True, "unique": True}
    org = start(
        switches={"salesforce.package_deployed": False},
        custom_fields=[{**key, "object": "Account"}],
        leads=[{**NEW, "Outreach_Id__c": "r1"}],
    )
    text = {"q": "SELECT Outreach_Id__c FROM Lead"}

    for kind in ("Lead", "Contact", "Opportunity", "Task", "Account"):
        assert "Outreach_Id__c" not in fields(org, kind)
    assert (400, "INVALID_FIELD") == first(org.call("GET", "query", params=text))
    upsert = org.call("PATCH", "sobjects/Lead/Outreach_Id__c/r1", json=NEW)
    assert (404, "NOT_FOUND") == first(upsert)
    assert 1 == len(org.query("SELECT Id FROM Lead"))


def test_the_package_can_be_deployed_and_taken_away(org):
    """Its fields come and go while clients work; what stood in them is gone with them."""
    org.create(Outreach_Id__c="r1")
    org.people("undeploy")
    without = [fields(org, kind) for kind in ("Lead", "Task")]
    org.people("deploy")

    assert [False, False] == ["Outreach_Id__c" in found for found in without]
    assert "Outreach_Id__c" in fields(org, "Task")
    assert [None] == [r["Outreach_Id__c"] for r in org.query("SELECT Outreach_Id__c FROM Lead")]
    reply = org.call("PATCH", "sobjects/Lead/Outreach_Id__c/r1", json=NEW)
    assert 201 == reply.status_code


def test_activities_may_lack_the_key_alone(org):
    """Tasks cannot be upserted then; leads can."""
    org.people("remove_field", object="Activity", field="Outreach_Id__c")

    assert "Outreach_Id__c" not in fields(org, "Task")
    assert "Outreach_Id__c" in fields(org, "Lead")
    reply = org.call("PATCH", "sobjects/Task/Outreach_Id__c/e1", json={"Subject": "Mail"})
    assert (404, "NOT_FOUND") == first(reply)
    rows = {"records": [{"attributes": {"type": "Task"}, "Outreach_Id__c": "e1"}]}
    row = org.call("POST", "composite/sobjects", json=rows).json()[0]
    assert "INVALID_FIELD" == row["errors"][0]["statusCode"]


def test_access_to_a_field_is_taken_and_given_back(org):
    """What was in it is still there; a frozen field thaws as well."""
    lead = org.create(Industry="Media")
    org.people("hide_field", object="Lead", field="Industry")
    hidden = fields(org)
    org.people("show_field", object="Lead", field="Industry")
    org.people("hide_field", object="Lead", field="City", read_only=True)
    frozen = org.call("PATCH", f"sobjects/Lead/{lead}", json={"City": "Oslo"})
    org.people("show_field", object="Lead", field="City")
    thawed = org.call("PATCH", f"sobjects/Lead/{lead}", json={"City": "Oslo"})

    assert "Industry" not in hidden
    assert {"Industry": "Media"} == org.read(lead, "Industry")
    assert ((400, "INVALID_FIELD_FOR_INSERT_UPDATE"), 204) == (first(frozen), thawed.status_code)


def test_a_lead_status_is_renamed(org):
    """In LeadStatus, in describe, and in every lead that has it; what it means stays."""
    lead = org.create(Status="Working - Contacted")
    org.people("rename_status", status="Working - Contacted", to="In talks")
    org.people("rename_status", status="Open - Not Contacted", to="New")
    org.people("rename_status", status="Closed - Converted", to="Won")
    found = org.query("SELECT ApiName, IsDefault, IsConverted FROM LeadStatus ORDER BY SortOrder")
    described = org.call("GET", "sobjects/Lead/describe").json()["fields"]
    status = next(f for f in described if f["name"] == "Status")
    named = ["New", "In talks", "Won", "Closed - Not Converted"]

    assert named == [s["ApiName"] for s in found]
    assert named == [v["value"] for v in status["picklistValues"]]
    assert (["New"], ["Won"]) == tuple(
        [s["ApiName"] for s in found if s[flag]] for flag in ("IsDefault", "IsConverted")
    )
    assert {"Status": "In talks"} == org.read(lead, "Status")
    assert {"Status": "New"} == org.read(org.create(), "Status")


def test_a_picklist_is_restricted_by_seed_or_by_an_administrator(start):
    """Values outside it are refused, by label in the text and by name in fields."""
    listed = [{"object": "Lead", "field": "Rating", "values": ["Hot", "Cold"], "restricted": True}]
    org = start(picklists=listed)
    seeded = org.call("POST", "sobjects/Lead", json={**NEW, "Rating": "Warm"})
    before = org.call("POST", "sobjects/Lead", json={**NEW, "Status": "In talks"})
    org.people("set_picklist", object="Lead", field="Status", restricted=True)
    after = org.call("POST", "sobjects/Lead", json={**NEW, "Status": "In talks"})
    code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"

    assert [(400, code), (400, code)] == [first(seeded), first(after)]
    text = "Status: bad value for restricted picklist field: In talks"
    assert text == after.json()[0]["message"]
    assert ["Status"] == after.json()[0]["fields"]
    assert 201 == before.status_code


def test_rules_come_and_go(org):
    """A validation rule, a duplicate rule, and an administrator who takes both away."""
    org.create(Email="d@example.com")
    org.people("add_duplicate_rule", object="Lead")
    twin = {**NEW, "Email": "d@example.com"}
    duplicate = org.call("POST", "sobjects/Lead", json=twin)
    org.people("add_validation_rule", object="Lead", when="City = 'Nowhere'", message="No")
    nowhere = org.call("POST", "sobjects/Lead", json={**NEW, "City": "Nowhere"})
    org.people("remove_rules", object="Lead")
    after = [org.call("POST", "sobjects/Lead", json=sent).status_code for sent in (twin, NEW)]

    assert "DUPLICATES_DETECTED" == first(duplicate)[1]
    assert "FIELD_CUSTOM_VALIDATION_EXCEPTION" == first(nowhere)[1]
    assert [201, 201] == after


def test_other_programs_use_up_the_days_calls(org):
    """What is left shows in each answer; without any, 403 until a day has passed."""
    org.people("use_calls", remaining=2)
    seen = org.call("GET", "limits")
    org.call("GET", "limits")
    refused = org.call("GET", "limits")
    org.advance(24 * 3600)

    assert "api-usage=14999/15000" == seen.headers["sforce-limit-info"]
    assert (403, "REQUEST_LIMIT_EXCEEDED") == first(refused)
    assert "api-usage=1/15000" == org.call("GET", "limits").headers["sforce-limit-info"]


def test_a_switch_is_thrown_while_clients_work(org):
    """Refresh tokens begin to rotate; a name that is no switch is refused."""
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "r"}
    before = org.call("POST", "/services/oauth2/token", data=form).json()
    org.people("switch", rotate_refresh_tokens=True)
    after = org.call("POST", "/services/oauth2/token", data=form).json()

    assert ("refresh_token" in before, "refresh_token" in after) == (False, True)
    with pytest.raises(ControlRefused, match="no such"):
        org.people("switch", rotates=True)


def test_what_automation_changes_moves_one_stamp_alone(org):
    """SystemModstamp goes on, LastModifiedDate and who did it stay."""
    lead = org.create()
    before = org.read(lead, "LastModifiedDate", "LastModifiedById")
    org.advance(60)
    org.people("automate", id=lead, values={"Rating": "Hot"})

    expected = {**before, "SystemModstamp": "2026-11-23T09:01:00.000+0000", "Rating": "Hot"}
    assert expected == org.read(lead, *expected)


def test_a_transaction_may_end_later_than_it_is_stamped(org):
    """A row can appear with a stamp that a reader has gone past."""
    org.advance(600)
    made = org.people("create", values=NEW, seconds_ago=120)
    org.people("edit", id=made["id"], values={"City": "Oslo"}, seconds_ago=60)

    seen = org.read(made["id"], "CreatedDate", "SystemModstamp", "City")
    assert ("09:08:00", "09:09:00", "Oslo") == (
        seen["CreatedDate"][11:19],
        seen["SystemModstamp"][11:19],
        seen["City"],
    )


def test_what_a_person_makes_is_theirs(org):
    """The owner is who made it."""
    theirs, ours = org.people("create", values=NEW)["id"], org.create()
    found = org.query("SELECT Id, Owner.Alias FROM Lead")

    assert {theirs: "pat", ours: "outreach"} == {r["Id"]: r["Owner"]["Alias"] for r in found}


@pytest.mark.parametrize(
    ("seed", "where"),
    [
        ({"custom_fields": [{"object": "Leed", "name": "A__c"}]}, "salesforce.custom_fields"),
        ({"custom_fields": [{"object": "Lead", "name": "A__c", "type": "Txt"}]}, "field type"),
        ({"picklists": [{"object": "Lead", "field": "Nope"}]}, "no field Nope"),
        ({"leads": [{"LastName": "Doe"}]}, "salesforce.leads"),
        ({"hidden_fields": ["Lead.Nope"]}, "no field Nope"),
    ],
)
def test_a_mistake_in_a_seed_is_told(start, seed, where):
    """Where it is, and the sandbox goes on with what it had."""
    with pytest.raises(ControlRefused, match=where):
        start(**seed)


def test_a_seed_may_hold_a_converted_lead(start):
    """With its account, its contact and the fields somebody mapped, before the package too."""
    lead = {**NEW, "Email": "d@example.com", "Outreach_Id__c": "r1"}
    how = {"email": "d@example.com", "map": {"Outreach_Id__c": "Outreach_Id__c"}}
    for deployed in (True, False):
        org = start(
            leads=[lead],
            conversions=[how],
            switches={"salesforce.package_deployed": deployed},
        )
        found = org.query("SELECT IsConverted, ConvertedContactId FROM Lead")[0]
        (contact,) = org.query("SELECT Id, Account.Name FROM Contact")
        mapped = org.query("SELECT Id FROM Contact WHERE Outreach_Id__c = 'r1'") if deployed else []

        assert (True, contact["Id"]) == (found["IsConverted"], found["ConvertedContactId"])
        assert ("Acme", deployed) == (contact["Account"]["Name"], bool(mapped))
