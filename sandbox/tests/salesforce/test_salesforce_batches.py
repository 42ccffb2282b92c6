"""Collections, composite and composite/batch."""

from __future__ import annotations

import pytest

ROWS = "composite/sobjects"
KEYED = f"{ROWS}/Lead/Outreach_Id__c"


def lead(**values):
    given = {"attributes": {"type": "Lead"}, "LastName": "Doe", "Company": "Acme", **values}
    return {name: value for name, value in given.items() if value != "absent"}


def send(org, method, path, *records, **body):
    return org.call(method, path, json={"records": list(records), **body})


def codes(reply):
    assert 200 == reply.status_code, reply.text
    return [row["errors"][0]["statusCode"] if row["errors"] else "ok" for row in reply.json()]


def test_each_record_has_its_own_outcome(org):
    """200 in the order sent; a failed row has statusCode and no id."""
    reply = send(org, "POST", ROWS, lead(), lead(LastName=None), lead(City="x" * 41))
    good, bad, _ = reply.json()

    assert ["ok", "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG"] == codes(reply)
    assert {"id", "success", "errors"} == set(good)
    text = "Required fields are missing: [LastName]"
    expected = {"statusCode": "REQUIRED_FIELD_MISSING", "message": text, "fields": ["LastName"]}
    assert {"success": False, "errors": [expected]} == bad
    assert 1 == len(org.query("SELECT Id FROM Lead"))


def test_all_or_none_takes_the_good_ones_back(org):
    """The good row is rolled back and says so."""
    reply = send(org, "POST", ROWS, lead(Outreach_Id__c="a"), lead(LastName=None), allOrNone=True)

    assert ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"] == codes(reply)
    assert [] == org.query("SELECT Id FROM Lead")
    assert ["ok"] == codes(send(org, "POST", ROWS, lead(Outreach_Id__c="a"), allOrNone=True))


def test_an_upsert_says_which_ones_are_new(org):
    """`created` per row; a key sent twice fails in every row that has it; none is missing."""
    old = org.create(Outreach_Id__c="a")
    keys = ("A", "b", "b", "absent")
    reply = send(org, "PATCH", KEYED, *(lead(Outreach_Id__c=key, Title="CEO") for key in keys))
    rows = reply.json()

    assert ["ok", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"] == codes(reply)
    assert (old, False) == (rows[0]["id"], rows[0]["created"])
    assert "Duplicate external id specified: b" == rows[1]["errors"][0]["message"]
    assert send(org, "PATCH", KEYED, lead(Outreach_Id__c="c")).json()[0]["created"] is True


def test_an_upsert_by_a_shared_email_is_an_error_of_its_row(org):
    """E-mail is a key and not unique, the label begins the message; Id null inserts."""
    ids = [org.create(Email="d@example.com")[:15] for _ in range(2)]
    shared = send(org, "PATCH", f"{ROWS}/Lead/Email", lead(Email="d@example.com"))
    text = f"Email: more than one record found for external id field: [{', '.join(ids)}]"
    by_id = send(org, "PATCH", f"{ROWS}/Lead/Id", lead(Id=None))

    assert ["DUPLICATE_EXTERNAL_ID"] == codes(shared)
    assert text == shared.json()[0]["errors"][0]["message"]
    assert (True, True) == (by_id.json()[0]["success"], by_id.json()[0]["created"])


def test_a_shared_key_is_named_by_its_label(start):
    """Not by its API name."""
    key = {"object": "Lead", "name": "Seat__c", "label": "Seat Number", "external_id": True}
    org = start(custom_fields=[key])
    for _ in range(2):
        org.create(Seat__c="1")
    row = send(org, "PATCH", f"{ROWS}/Lead/Seat__c", lead(Seat__c="1")).json()[0]

    assert row["errors"][0]["message"].startswith("Seat Number: more than one record found")


def test_an_update_needs_ids(org):
    """Both spellings of id; without one MISSING_ARGUMENT; a converted lead is read-only."""
    ids = [org.create() for _ in range(3)]
    org.people("convert", id=ids[2])
    reply = send(
        org,
        "PATCH",
        ROWS,
        {"attributes": {"type": "Lead"}, "id": ids[0], "Title": "CEO"},
        {"attributes": {"type": "Lead"}, "Id": ids[1], "Title": "CEO"},
        {"attributes": {"type": "Lead"}, "Title": "CEO"},
        {"attributes": {"type": "Lead"}, "Id": ids[2], "Title": "CEO"},
    )

    assert ["ok", "ok", "MISSING_ARGUMENT", "CANNOT_UPDATE_CONVERTED_LEAD"] == codes(reply)
    assert "Id not specified in an update call" == reply.json()[2]["errors"][0]["message"]


def test_a_read_has_null_for_what_is_missing(org):
    """In the order asked, by GET and by POST."""
    one, gone = org.create(), org.create()
    org.call("DELETE", f"sobjects/Lead/{gone}")
    got = org.call("GET", f"{ROWS}/Lead", params={"ids": f"{gone},{one}", "fields": "Id"}).json()
    body = {"ids": [one, gone], "fields": ["Id", "LastName"]}
    posted = org.call("POST", f"{ROWS}/Lead", json=body).json()

    assert (None, one) == (got[0], got[1]["Id"])
    assert ("Doe", None) == (posted[0]["LastName"], posted[1])


def test_a_deletion_is_by_ids_in_the_address(org):
    """A row per id; an unknown id is an error of its row."""
    one = org.create()
    reply = org.call("DELETE", ROWS, params={"ids": f"{one},00Q000000000000,{one}"})

    assert ["ok", "INVALID_CROSS_REFERENCE_KEY", "ENTITY_IS_DELETED"] == codes(reply)


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "REQUIRED_FIELD_MISSING"),
        ([lead()] * 201, "EXCEEDED_ID_LIMIT"),
        ([lead(attributes={})], "INVALID_TYPE"),
        ([lead(), lead(attributes={"type": "Contact"})] * 6, "LIMIT_EXCEEDED"),
    ],
)
def test_a_malformed_collection_is_a_list_with_400(org, records, code):
    """Nothing is written."""
    reply = send(org, "POST", ROWS, *records)

    assert (400, code) == (reply.status_code, reply.json()[0]["errorCode"])
    assert [] == org.query("SELECT Id FROM Lead")


@pytest.mark.parametrize(("whole", "status"), [(True, 400), (False, 200)])
def test_a_date_that_is_none_may_fail_all_rows(start, whole, status):
    """Nobody has verified which; both settings of the switch."""
    org = start(switches={"salesforce.bad_type_fails_whole_collection": whole})
    tasks = [
        {"attributes": {"type": "Task"}, "Subject": "Mail", "ActivityDate": day}
        for day in ("2026-01-01", "soon")
    ]
    reply = send(org, "POST", ROWS, *tasks)

    assert status == reply.status_code
    assert (0 if whole else 1) == len(org.query("SELECT Id FROM Task"))


RULE = {"object": "Lead", "fields": ["Email"], "message": "Known already"}


@pytest.mark.parametrize(
    ("action", "header", "saved"),
    [
        ("block", None, False),
        ("block", "allowSave=true", False),
        ("alert", None, False),
        ("alert", "allowSave=true; includeRecordDetails=true", True),
    ],
)
def test_only_an_alert_can_be_overridden(start, action, header, saved):
    """DUPLICATES_DETECTED in the rule's words unless the header allows and the rule does too."""
    org = start(rules={"duplicate": [{**RULE, "action": action}]})
    org.create(Email="d@example.com")
    headers = {"Sforce-Duplicate-Rule-Header": header} if header else {}
    sent = {"LastName": "Doe", "Company": "B", "Email": "D@example.com"}
    reply = org.call("POST", "sobjects/Lead", json=sent, headers=headers)

    assert (201 if saved else 400) == reply.status_code
    if not saved:
        first = reply.json()[0]
        assert ("DUPLICATES_DETECTED", "Known already") == (first["errorCode"], first["message"])
        assert (action == "alert") is first["duplicateResut"]["allowSave"]


@pytest.mark.parametrize(
    ("misspelled", "key"), [(True, "duplicateResut"), (False, "duplicateResult")]
)
def test_both_spellings_of_the_result(start, misspelled, key):
    """The matches are under either key, in a collection's row too."""
    org = start(
        switches={"salesforce.duplicate_result_misspelled": misspelled},
        rules={"duplicate": [RULE]},
    )
    old = org.create(Email="d@example.com")
    row = send(org, "POST", ROWS, lead(Email="d@example.com")).json()[0]["errors"][0]

    found = row[key]["matchResults"][0]["matchRecords"][0]["record"]
    assert ("DUPLICATES_DETECTED", old) == (row["statusCode"], found["Id"])


def test_a_lead_can_be_the_duplicate_of_a_contact(start):
    """A rule may compare with another object; the match says which."""
    rule = {"object": "Lead", "against": "Contact", "fields": ["Email"], "action": "alert"}
    org = start(rules={"duplicate": [rule]})
    contact = org.create("Contact", LastName="Doe", Email="d@example.com")
    new = {"LastName": "Doe", "Company": "Acme", "Email": "D@example.com"}
    told = org.call("POST", "sobjects/Lead", json=new).json()[0]["duplicateResut"]
    (match,) = told["matchResults"]

    assert ("Lead", "Contact", contact) == (
        told["duplicateRuleEntityType"],
        match["entityType"],
        match["matchRecords"][0]["record"]["Id"],
    )
    assert "Contact" == match["matchRecords"][0]["record"]["attributes"]["type"]
    assert org.create(Email="e@example.com")


def test_a_validation_rule_stops_its_row_alone(start):
    """The administrator's text and field."""
    rule = {"object": "Lead", "when": "Industry = null", "message": "Say what", "field": "Industry"}
    org = start(rules={"validation": [rule]})
    reply = send(org, "POST", ROWS, lead(), lead(Industry="Media"))

    assert ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "ok"] == codes(reply)
    assert ("Say what", ["Industry"]) == (
        reply.json()[0]["errors"][0]["message"],
        reply.json()[0]["errors"][0]["fields"],
    )


def test_a_locked_row_can_be_tried_again(org):
    """UNABLE_TO_LOCK_ROW names the record; a task on it meets the lock as well."""
    one = org.create()
    org.people("lock_row", id=one, times=2)
    rows = [
        {"attributes": {"type": "Lead"}, "id": one, "Title": "CEO"},
        {"attributes": {"type": "Task"}, "id": "absent", "WhoId": one},
    ]
    first = send(org, "PATCH", ROWS, rows[0])
    task = send(org, "POST", ROWS, {"attributes": {"type": "Task"}, "WhoId": one})
    again = send(org, "PATCH", ROWS, rows[0])

    assert ["UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", "ok"] == [
        codes(reply)[0] for reply in (first, task, again)
    ]
    text = f"unable to obtain exclusive access to this record or 1 records: {one}"
    assert text == first.json()[0]["errors"][0]["message"]


def part(name, method, path, body=None):
    url = f"/services/data/v60.0/{path}"
    found = {"referenceId": name, "method": method, "url": url}
    return found if body is None else found | {"body": body}


def composed(org, *parts, **body):
    return org.call("POST", "composite", json={"compositeRequest": list(parts), **body})


NEW = {"LastName": "Doe", "Company": "Acme"}


def test_a_part_can_use_what_an_earlier_one_answered(org):
    """`@{ref.id}` in a body and in an address; the whole is one call."""
    reply = composed(
        org,
        part("lead", "POST", "sobjects/Lead", NEW),
        part("task", "POST", "sobjects/Task", {"WhoId": "@{lead.id}", "Subject": "Mail"}),
        part("read", "GET", "sobjects/Lead/@{lead.id}?fields=Name"),
    )
    parts = reply.json()["compositeResponse"]

    assert [201, 201, 200] == [p["httpStatusCode"] for p in parts]
    assert ["lead", "task", "read"] == [p["referenceId"] for p in parts]
    assert "Doe" == parts[2]["body"]["Name"]
    assert reply.headers["sforce-limit-info"].startswith("api-usage=1/")


def test_a_failed_part_fails_those_that_refer_to_it(org):
    """The error body is a list; the others go on."""
    parts = composed(
        org,
        part("a", "POST", "sobjects/Lead", {}),
        part("b", "POST", "sobjects/Task", {"WhoId": "@{a.id}"}),
        part("c", "POST", "sobjects/Lead", NEW),
    ).json()["compositeResponse"]

    assert [400, 400, 201] == [p["httpStatusCode"] for p in parts]
    assert "PROCESSING_HALTED" == parts[1]["body"][0]["errorCode"]


def test_all_or_none_of_a_composite(org):
    """One failure undoes all; only it keeps its own error."""
    parts = composed(
        org,
        part("a", "POST", "sobjects/Lead", NEW),
        part("b", "POST", "sobjects/Lead", {}),
        part("c", "POST", "sobjects/Lead", NEW),
        allOrNone=True,
    ).json()["compositeResponse"]

    found = [p["body"][0]["errorCode"] for p in parts]
    assert ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"] == found
    assert [] == org.query("SELECT Id FROM Lead")


def test_a_composite_takes_25_parts_and_five_queries(org):
    """More is refused as a whole."""
    query = "query?q=SELECT+Id+FROM+Lead"
    fine = composed(org, *(part(f"r{n}", "GET", "sobjects/Lead/describe") for n in range(25)))
    many = composed(org, *(part(f"r{n}", "GET", "limits") for n in range(26)))
    queries = composed(org, *(part(f"r{n}", "GET", query) for n in range(6)))

    assert [200, 400, 400] == [r.status_code for r in (fine, many, queries)]


def test_a_batch_counts_each_part(org):
    """Independent parts; haltOnError stops the rest with 412."""
    parts = [
        {"method": "POST", "url": "v60.0/sobjects/Lead", "richInput": {}},
        {"method": "GET", "url": "v60.0/limits"},
    ]
    free = org.call("POST", "composite/batch", json={"batchRequests": parts})
    body = {"batchRequests": parts, "haltOnError": True}
    halted = org.call("POST", "composite/batch", json=body).json()

    assert ([400, 200], True) == (
        [r["statusCode"] for r in free.json()["results"]],
        free.json()["hasErrors"],
    )
    assert free.headers["sforce-limit-info"].startswith("api-usage=2/")
    assert [400, 412] == [r["statusCode"] for r in halted["results"]]
