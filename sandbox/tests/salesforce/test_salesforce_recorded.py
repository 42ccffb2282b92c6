"""What was recorded from real orgs, said again by the sandbox."""

from __future__ import annotations

import json

import pytest

from outreach_sandbox.salesforce.ids import checksum, to_18

FACTS = [
    "type",
    "length",
    "createable",
    "updateable",
    "nillable",
    "defaultedOnCreate",
    "filterable",
    "sortable",
    "idLookup",
    "externalId",
    "unique",
    "restrictedPicklist",
    "label",
    "custom",
    "soapType",
    "byteLength",
    "precision",
    "scale",
    "digits",
    "relationshipName",
    "compoundFieldName",
    "nameField",
    "permissionable",
]
# nobody recorded a Task; what was put together from documents has these
RECONSTRUCTED = FACTS[: FACTS.index("label") + 1]
DESCRIBES = {
    "Account": FACTS,
    "Contact": FACTS,
    "Lead": FACTS,
    "Opportunity": FACTS,
    "Task": RECONSTRUCTED,
}


def recorded(truth, path):
    return json.loads((truth / "responses" / path).read_text())


def shape(value):
    """The value with every id and address replaced."""
    if isinstance(value, dict):
        return {key: "*" if key in ("id", "Id", "url") else shape(v) for key, v in value.items()}
    return [shape(v) for v in value] if isinstance(value, list) else value


# the user who was recorded may not see it: no field-level security is given for it in a new org
UNSEEN = {"HasOptedOutOfEmail"}


@pytest.mark.parametrize("name", DESCRIBES)
def test_field_facts_are_the_recorded_ones(start, truth, name):
    """Every field the sandbox has agrees with the recorded describe in every fact used."""
    org = start()
    path = next((truth / "describe").glob(f"{name}*.json"))
    path = path if name == "Task" else path.with_name(f"{name}.json")
    theirs = json.loads(path.read_text())["fields"]
    facts = {f["name"]: {k: f.get(k) for k in DESCRIBES[name]} for f in theirs}
    ours = org.call("GET", f"sobjects/{name}/describe").json()["fields"]
    standard = [f for f in ours if not f["custom"] and f["name"] not in UNSEEN]

    assert {f["name"]: facts[f["name"]] for f in standard} == {
        f["name"]: {k: f[k] for k in DESCRIBES[name]} for f in standard
    }


def test_field_descriptions_have_the_recorded_keys(org, truth):
    """Not one key more or less, so that a client can be strict."""
    theirs = json.loads((truth / "describe" / "Lead.json").read_text())
    ours = org.call("GET", "sobjects/Lead/describe").json()

    assert set(theirs["fields"][5]) == set(ours["fields"][5])
    assert set(ours) <= set(theirs)


def rows(*records, **body):
    return {"records": [{"attributes": {"type": "Contact"}, **r} for r in records], **body}


def collection(org, method, body):
    return org.call(method, "composite/sobjects", json=body)


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("create/contacts/err-bad-request", "POST", {"records": []}),
        (
            "create/contacts/partial-but-allOrNone",
            "POST",
            rows({"FirstName": "A"}, {"LastName": "B"}, allOrNone=True),
        ),
        (
            "create/contacts/success",
            "POST",
            rows({"LastName": "Dyer"}, {"LastName": "Blevins"}),
        ),
        (
            "update/contacts/err-each-no-ids",
            "PATCH",
            rows({"LastName": "Dyer"}, {"LastName": "Blevins"}),
        ),
    ],
)
def test_collections_answer_as_recorded(org, truth, path, method, body):
    """The same bodies but for ids."""
    expected = recorded(truth, f"amp/batch/{path}.json")

    assert shape(expected) == shape(collection(org, method, body).json())


def test_a_mixed_update_answers_as_recorded(org, truth):
    """An unknown field takes the good row back."""
    ids = [org.create("Contact", LastName=name) for name in ("Dyer", "Blevins")]
    sent = rows(
        {"id": ids[0], "LastName": "Dyer"},
        {"id": ids[1], "unknownField_LastName": "Blevins"},
        allOrNone=True,
    )
    expected = recorded(truth, "amp/batch/update/contacts/partial-but-allOrNone.json")

    assert expected == collection(org, "PATCH", sent).json()


def test_single_errors_are_the_recorded_ones(org, truth):
    """Unknown and unwritable fields, a missing record, a second deletion, an ended session."""
    account = org.create("Account", Name="Acme")
    contact = org.create("Contact", LastName="Doe")
    org.call("DELETE", f"sobjects/Contact/{contact}")
    unknown = org.call("PATCH", f"sobjects/Account/{account}", json={"AccountNumer": "1"})
    unwritable = org.call("PATCH", f"sobjects/Account/{account}", json={"MasterRecordId": account})
    again = org.call("DELETE", f"sobjects/Contact/{contact}")
    missing = org.call("GET", "sobjects/Nope/describe")
    ended = org.call("GET", "limits", headers={"Authorization": "Bearer x"})

    assert recorded(truth, "amp/unknown-field.json") == unknown.json()
    assert recorded(truth, "amp/invalid-field-upsert.json") == unwritable.json()
    assert recorded(truth, "amp/crm/delete/not-found.json") == again.json()
    assert recorded(truth, "restforce/sobject_describe_error_response.json") == missing.json()
    assert recorded(truth, "restforce/expired_session_response.json") == ended.json()


def test_an_unknown_object_of_a_query_is_the_recorded_error(org, truth):
    """Piece of the statement, caret and column included."""
    query = "SELECT Id,Name,BillingCity,IsDeleted FROM Accout"
    reply = org.call("GET", "query", params={"q": query})

    assert recorded(truth, "amp/unknown-object.json") == reply.json()


def test_recorded_ids_have_the_checksum_of_the_sandbox(truth):
    """Every id of the recorded queries, by its first fifteen characters."""
    text = (truth / "exchanges" / "cumulusci__TestUpsert.test_upsert__rest.json").read_text()
    ids = {piece for piece in text.split('"') if len(piece) == 18 and piece.startswith("003")}

    assert len(ids) > 10
    assert ids == {i[:15] + checksum(i[:15]) for i in ids}
    assert ids == {to_18(i.lower()[:15] + i[15:]) for i in ids}


def test_a_recorded_upsert_runs_here(org, truth):
    """The requests of a recorded session get answers of the recorded shape."""
    path = truth / "exchanges" / "cumulusci__TestUpsert.test_upsert__rest.json"
    for exchange in json.loads(path.read_text())[:60]:
        asked = exchange.get("request")
        if not asked or asked["method"] != "PATCH" or "/Contact/Email" not in asked["uri"]:
            continue
        uri = "composite/sobjects/Contact/Email"
        reply = org.call("PATCH", uri, json=asked["body"])
        expected = exchange["response"]["body"]

        assert exchange["response"]["status"] == reply.status_code
        assert [sorted(row) for row in expected] == [sorted(row) for row in reply.json()]
        assert [r["created"] for r in expected] == [r["created"] for r in reply.json()]
