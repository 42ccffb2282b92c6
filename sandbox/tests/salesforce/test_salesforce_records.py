"""One record at a time."""

from __future__ import annotations

import pytest


def error(reply):
    first = reply.json()[0]
    return reply.status_code, first["errorCode"], first["message"], first.get("fields")


def refused(org, **values):
    given = {"LastName": "Doe", "Company": "Acme", **values}
    return error(org.call("POST", "sobjects/Lead", json=given))


def test_a_new_lead_gets_its_defaults(org):
    """201; status, owner and name are filled in; ids have 18 characters."""
    reply = org.call("POST", "sobjects/Lead/", json={"LastName": "Doe", "Company": "Acme"})
    lead = org.call("GET", f"sobjects/Lead/{reply.json()['id'][:15]}/").json()

    assert (201, True, []) == (
        reply.status_code,
        reply.json()["success"],
        reply.json()["errors"],
    )
    assert ("Open - Not Contacted", "Doe", False) == (
        lead["Status"],
        lead["Name"],
        lead["IsConverted"],
    )
    assert "application/json;charset=UTF-8" == reply.headers["content-type"]
    assert 18 == len(lead["Id"])
    assert "2026-11-23T09:00:00.000+0000" == lead["CreatedDate"]
    assert "Lead" == lead["attributes"]["type"]


def test_the_id_path_inserts(org):
    """POST sobjects/Lead/Id is an insert."""
    reply = org.call("POST", "sobjects/Lead/Id", json={"LastName": "Doe", "Company": "Acme"})

    assert 201 == reply.status_code


UNWRITABLE = (
    "Unable to create/update fields: LastActivityDate. Please check the security settings of "
    "this field and verify that it is read/write for your profile or permission set."
)


@pytest.mark.parametrize(
    ("values", "code", "text", "fields"),
    [
        (
            {"LastName": None, "Company": ""},
            "REQUIRED_FIELD_MISSING",
            "Required fields are missing: [LastName, Company]",
            ["LastName", "Company"],
        ),
        ({"Foo": 1}, "INVALID_FIELD", "No such column 'Foo' on sobject of type Lead", None),
        (
            {"LastActivityDate": "2026-01-01"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            UNWRITABLE,
            ["LastActivityDate"],
        ),
        (
            {"City": "x" * 41},
            "STRING_TOO_LONG",
            f"City: data value too large: {'x' * 41} (max length=40)",
            ["City"],
        ),
        (
            {"Email": "nobody"},
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: nobody",
            ["Email"],
        ),
        (
            {"OwnerId": "nobody"},
            "MALFORMED_ID",
            "Owner ID: id value of incorrect type: nobody",
            ["OwnerId"],
        ),
    ],
)
def test_a_bad_value_is_refused_in_salesforces_words(org, values, code, text, fields):
    """400 and a list; the label is in the text, the name in fields."""
    assert (400, code, text, fields) == refused(org, **values)


def test_only_restricted_picklists_are_closed(start):
    """Any status goes in; a restricted field says what it will not take."""
    colour = {"object": "Lead", "name": "Colour__c", "type": "Picklist", "values": ["Red"]}
    org = start(custom_fields=[{**colour, "restricted": True}])
    lead = org.create(Status="Never heard of", Colour__c="Red")

    assert {"Status": "Never heard of"} == org.read(lead, "Status")
    text = "Colour: bad value for restricted picklist field: Blue"
    code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    assert (400, code, text, ["Colour__c"]) == refused(org, Colour__c="Blue")


def test_an_update_answers_nothing_and_moves_the_stamp(org):
    """204; an update with equal values moves SystemModstamp too."""
    lead = org.create(Title="CEO")
    org.advance(60)
    first = org.call("PATCH", f"sobjects/Lead/{lead}", json={"Title": "CEO"})

    assert (204, b"") == (first.status_code, first.content)
    assert {"SystemModstamp": "2026-11-23T09:01:00.000+0000"} == org.read(lead, "SystemModstamp")


def test_an_equal_update_may_leave_the_stamp(start):
    """The other setting of the switch."""
    org = start(switches={"salesforce.same_value_bumps": False})
    lead = org.create(Title="CEO")
    org.advance(60)
    org.call("PATCH", f"sobjects/Lead/{lead}", json={"Title": "CEO"})

    assert {"SystemModstamp": "2026-11-23T09:00:00.000+0000"} == org.read(lead, "SystemModstamp")


def test_an_update_can_be_conditional(org):
    """412 if the record is newer than If-Unmodified-Since, 400 if that is no date."""
    lead = org.create()
    org.advance(60)
    org.call("PATCH", f"sobjects/Lead/{lead}", json={"Title": "CEO"})

    def patch(since):
        headers = {"If-Unmodified-Since": since}
        sent = {"Title": "CFO"}
        return org.call("PATCH", f"sobjects/Lead/{lead}", json=sent, headers=headers).status_code

    old, bad = patch("Mon, 23 Nov 2026 09:00:59 GMT"), patch("yesterday")
    kept = org.read(lead, "Title")

    assert (412, 400, {"Title": "CEO"}) == (old, bad, kept)
    assert 204 == patch("Mon, 23 Nov 2026 09:01:00 GMT")


def test_an_upsert_creates_then_updates(org):
    """201 then 200 with `created`; before version 46 a bare 204."""
    path = "sobjects/Lead/Outreach_Id__c/a%2Fb%20c"
    first = org.call("PATCH", path, json={"LastName": "Doe", "Company": "Acme"})
    second = org.call("PATCH", path, json={"Title": "CEO"})
    third = org.call("PATCH", f"/services/data/v45.0/{path}", json={"Title": "CFO"})
    there = org.call("GET", path)

    assert (201, True) == (first.status_code, first.json()["created"])
    assert (200, False) == (second.status_code, second.json()["created"])
    assert (204, b"") == (third.status_code, third.content)
    assert ("a/b c", "CFO") == (there.json()["Outreach_Id__c"], there.json()["Title"])


def test_an_upsert_by_a_key_of_several_writes_nothing(org):
    """300 and the addresses; e-mail is a key and not unique."""
    ids = [org.create(Email="d@example.com") for _ in range(2)]
    reply = org.call("PATCH", "sobjects/Lead/Email/D@example.com", json={"Title": "CEO"})

    assert 300 == reply.status_code
    assert [f"/services/data/v60.0/sobjects/Lead/{i}" for i in ids] == reply.json()
    assert [{"Title": None}] * 2 == [org.read(i, "Title") for i in ids]


def test_an_upsert_that_may_only_update_creates_nothing(org):
    """updateOnly=true is a 404 for an unknown key; a field that is no key always is."""
    only = org.call(
        "PATCH", "sobjects/Lead/Outreach_Id__c/x?updateOnly=true", json={"LastName": "Doe"}
    )
    no_key = org.call("PATCH", "sobjects/Lead/Title/x", json={"LastName": "Doe"})

    text = "Provided external ID field does not exist or is not accessible: Title"
    assert 404 == only.status_code
    assert (404, "NOT_FOUND", text) == error(no_key)[:3]
    assert [] == org.query("SELECT Id FROM Lead")


def test_a_unique_value_names_its_owner(org):
    """DUPLICATE_VALUE, without fields."""
    lead = org.create(Outreach_Id__c="r1")
    text = f"duplicate value found: Outreach_Id__c duplicates value on record with id: {lead[:15]}"

    assert (400, "DUPLICATE_VALUE", text, []) == refused(org, Outreach_Id__c="R1")


def test_deleting_twice_is_an_error(org):
    """204, then 404 ENTITY_IS_DELETED; reading it is a plain 404."""
    lead = org.create()
    first = org.call("DELETE", f"sobjects/Lead/{lead}")
    second = org.call("DELETE", f"sobjects/Lead/{lead}")

    assert 204 == first.status_code
    assert (404, "ENTITY_IS_DELETED", "entity is deleted", []) == error(second)
    assert "NOT_FOUND" == error(org.call("GET", f"sobjects/Lead/{lead}"))[1]


def test_describe_shows_what_the_user_may_see(start):
    """A hidden field is absent, and unknown to reads, writes and queries."""
    org = start(hidden_fields=["Lead.Industry"])
    described = org.call("GET", "sobjects/Lead/describe").json()
    fields = {f["name"]: f for f in described["fields"]}
    lead = org.create()

    assert "Industry" not in fields
    assert (True, True, 80) == (
        fields["Outreach_Id__c"]["externalId"],
        fields["Email"]["idLookup"],
        fields["LastName"]["length"],
    )
    assert (400, "INVALID_FIELD") == refused(org, Industry="Media")[:2]
    assert "INVALID_FIELD" == error(org.call("GET", f"sobjects/Lead/{lead}?fields=Industry"))[1]
    query = org.call("GET", "query", params={"q": "SELECT Industry FROM Lead"})
    assert "INVALID_FIELD" == error(query)[1]


def test_a_field_may_be_seen_and_not_changed(org):
    """A read-only field is in describe and refuses writes."""
    org.people("hide_field", object="Lead", field="Industry", read_only=True)
    fields = org.call("GET", "sobjects/Lead/describe").json()["fields"]
    industry = next(f for f in fields if f["name"] == "Industry")

    assert not industry["createable"]
    assert "INVALID_FIELD_FOR_INSERT_UPDATE" == refused(org, Industry="Media")[1]


def test_objects_are_listed_and_counted(org):
    """The list of objects, the basics of one, and approximate counts without zeros."""
    org.create()
    listed = org.call("GET", "sobjects").json()
    basics = org.call("GET", "sobjects/lead").json()
    counts = org.call("GET", "limits/recordCount?sObjects=Lead,Contact").json()

    assert {"Lead", "Contact", "Opportunity", "Task"} <= {s["name"] for s in listed["sobjects"]}
    assert "00Q" == basics["objectDescribe"]["keyPrefix"]
    assert {"sObjects": [{"count": 1, "name": "Lead"}]} == counts


def test_create_only_fields_are_refused_on_update(org):
    """TaskSubtype may be set once."""
    task = org.create("Task", Subject="Mail", TaskSubtype="Email")
    reply = org.call("PATCH", f"sobjects/Task/{task}", json={"TaskSubtype": "Email"})

    assert "INVALID_FIELD_FOR_INSERT_UPDATE" == error(reply)[1]


def test_a_parent_is_named_by_its_external_id(org):
    """`Who: {Outreach_Id__c}` in place of an id; an unknown one is an error of that row."""
    lead = org.create(Outreach_Id__c="r1")
    who = {"attributes": {"type": "Lead"}, "Outreach_Id__c": "r1"}
    task = org.create("Task", Subject="Mail", Who=who)
    unknown = org.call("POST", "sobjects/Task", json={"Who": {**who, "Outreach_Id__c": "r2"}})

    assert {"WhoId": lead} == org.read(task, "WhoId", kind="Task")
    text = "Foreign key external ID: r2 not found for field Outreach_Id__c in entity Lead"
    assert (400, "INVALID_FIELD", text, []) == error(unknown)


def test_a_body_that_is_no_json_is_a_parser_error(org):
    """400 JSON_PARSER_ERROR, as is text where a date belongs."""
    broken = org.call("POST", "sobjects/Lead", content=b"{")
    task = org.call("POST", "sobjects/Task", json={"ActivityDate": "soon"})

    assert ["JSON_PARSER_ERROR"] * 2 == [error(broken)[1], error(task)[1]]


def test_what_is_not_built_says_so(org):
    """501 with the name of what is missing."""
    reply = org.call("GET", "query", params={"q": "SELECT MAX(Id) FROM Lead GROUP BY Status"})
    path = org.call("POST", "composite/tree/Lead", json={})

    assert [501, 501] == [reply.status_code, path.status_code]
    assert "MAX" in reply.json()["remedy"]
