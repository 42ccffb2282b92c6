"""Associations v4: directional type ids, primary companies, 207 bodies as recorded."""

from __future__ import annotations

import json

import pytest

ALL = ("/crm/v4/associations", "/crm/associations/2026-03")


def types(*numbers):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": n} for n in numbers]


def pair(start, end, *numbers):
    found = {"from": {"id": start}, "to": {"id": end}}
    return found | ({"types": types(*numbers)} if numbers else {})


def post(account, path, *inputs, root=ALL[0]):
    return account.call("POST", f"{root}/{path}", json={"inputs": list(inputs)})


@pytest.fixture
def plain(start):
    """An account where a first company does not become the primary one by itself."""
    return start(switches={"hubspot.first_company_is_primary": False})


@pytest.fixture
def ends(plain):
    """A contact, a company and a deal."""
    return (
        plain.make("contacts", email="ann@example.com"),
        plain.make("companies", name="Acme"),
        plain.make("deals", dealname="Roof"),
    )


@pytest.mark.parametrize("root", ["/crm/v4/objects", "/crm/objects/2026-03"])
def test_the_default_association_is_seen_from_both_ends(plain, ends, root):
    """One PUT answers both directions, each with its own type id."""
    contact, company, _ = ends
    path = f"{root}/contacts/{contact}/associations/default/companies/{company}"
    body = plain.call("PUT", path).json()
    assert [
        (r["from"]["id"], r["associationSpec"]["associationTypeId"]) for r in body["results"]
    ] == [
        (contact, 279),
        (company, 280),
    ]
    assert plain.links("contacts", contact, "companies") == {int(company): [279]}
    assert plain.links("companies", company, "contacts") == {int(contact): [280]}


def test_a_labelled_association_is_a_201_with_its_labels(plain, ends):
    """Setting the primary company also makes the unlabelled association."""
    contact, company, _ = ends
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    reply = plain.call("PUT", path, json=types(1))
    assert (reply.status_code, reply.json()["labels"]) == (201, ["Primary"])
    assert plain.links("contacts", contact, "companies") == {int(company): [1, 279]}


def test_a_record_has_one_primary_company(plain, ends):
    """A second primary leaves the first with the unlabelled association."""
    contact, company, _ = ends
    other = plain.make("companies", name="Other")
    for end in (company, other):
        plain.call(
            "PUT", f"/crm/v4/objects/contacts/{contact}/associations/companies/{end}", json=types(1)
        )
    expected = {int(company): [279], int(other): [1, 279]}
    assert plain.links("contacts", contact, "companies") == expected


@pytest.mark.parametrize("first", [True, False])
def test_a_first_company_becomes_primary_or_not(start, first):
    """Unverified at the vendor, so both can be had."""
    account = start(switches={"hubspot.first_company_is_primary": first})
    company = account.make("companies", name="Acme")
    contact = account.make("contacts", ("companies", company, 279), email="ann@example.com")
    expected = [1, 279] if first else [279]
    assert account.links("contacts", contact, "companies") == {int(company): expected}


def test_deleting_takes_both_ends_and_is_204_twice(plain, ends):
    """What is not there is as good as taken away."""
    contact, company, _ = ends
    path = f"/crm/v4/objects/contacts/{contact}/associations"
    plain.call("PUT", f"{path}/companies/{company}", json=types(1))
    for _ in range(2):
        assert plain.call("DELETE", f"{path}/companies/{company}").status_code == 204
    assert plain.links("companies", company, "contacts") == {}


@pytest.mark.parametrize("root", ALL)
def test_a_batch_makes_reads_and_takes_away(plain, ends, root):
    """201, 200, 204 under both path generations, with ids as numbers and as recorded."""
    contact, company, deal = ends
    made = post(plain, "Deal/Contact/batch/create", pair(deal, contact, 3), root=root)
    assert (made.status_code, made.json()["results"]) == (
        201,
        [
            {
                "fromObjectTypeId": "0-3",
                "fromObjectId": int(deal),
                "toObjectTypeId": "0-1",
                "toObjectId": int(contact),
                "labels": [],
            }
        ],
    )
    read = post(plain, "contacts/deals/batch/read", {"id": contact}, root=root).json()
    expected = {"category": "HUBSPOT_DEFINED", "typeId": 4, "label": None}
    assert read["results"] == [
        {
            "from": {"id": contact},
            "to": [{"toObjectId": int(deal), "associationTypes": [expected]}],
        }
    ]
    gone = {"from": {"id": deal}, "to": [{"id": contact}, {"id": "1234"}]}
    assert post(plain, "deals/contacts/batch/archive", gone, root=root).status_code == 204
    assert plain.links("contacts", contact, "deals") == {}
    default = post(
        plain, "contacts/companies/batch/associate/default", pair(contact, company), root=root
    )
    assert (default.status_code, len(default.json()["results"])) == (200, 2)


def test_labels_are_taken_away_one_by_one(plain, ends):
    """Only the given types go."""
    contact, company, _ = ends
    post(plain, "contacts/companies/batch/create", pair(contact, company, 1))
    reply = post(plain, "contacts/companies/batch/labels/archive", pair(contact, company, 1))
    assert reply.status_code == 204
    assert plain.links("contacts", contact, "companies") == {int(company): [279]}


def test_without_the_unlabelled_association_no_labelled_one_stays(plain, ends):
    """Taking it away takes the primary one too."""
    contact, company, _ = ends
    post(plain, "contacts/companies/batch/create", pair(contact, company, 1))
    post(plain, "contacts/companies/batch/labels/archive", pair(contact, company, 279))
    assert plain.links("contacts", contact, "companies") == {}


def test_a_merged_contact_keeps_the_primary_company_of_the_primary_one(plain):
    """The other's company stays associated, without the label."""
    companies = [plain.make("companies", name=name) for name in "ab"]
    contacts = [
        plain.make("contacts", ("companies", company, 1), email=f"{company}@example.com")
        for company in companies
    ]
    new = plain.people("merge", primary=contacts[1], other=contacts[0])["id"]
    expected = {int(companies[0]): [279], int(companies[1]): [1, 279]}
    assert plain.links("contacts", new, "companies") == expected


def test_the_types_between_two_objects_are_listed(plain):
    """With category, id and label."""
    body = plain.call("GET", "/crm/v4/associations/contacts/companies/labels").json()
    assert [(r["typeId"], r["label"]) for r in body["results"]] == [(279, None), (1, "Primary")]


def test_an_unknown_end_is_the_recorded_207(plain, ends, truth):
    """The good input is made, the bad one is an error without context."""
    contact, _, deal = ends
    inputs = [pair(deal, contact, 3), pair(deal, 1234, 3)]
    reply = post(plain, "Deal/Contact/batch/create", *inputs)
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v4_Deal.json").read_text())
    bodies = [i["response"]["body"] for i in tape["interactions"]]
    recorded = next(b for b in bodies if b and b.get("errors"))
    assert (reply.status_code, set(reply.json())) == (207, set(recorded))
    assert reply.json()["errors"] == recorded["errors"]
    assert [r["toObjectId"] for r in reply.json()["results"]] == [int(contact)]


def test_bad_ids_and_itself_are_the_recorded_errors(plain, ends, truth):
    """An id that is no number, and a contact with itself."""
    contact = ends[0]
    recorded = json.loads(
        (truth / "amp-labs" / "associations__err-contact-to-contact.json").read_text()
    )
    inputs = [pair(contact, "unknown_id_123456798", 449), pair(contact, contact, 449)]
    reply = post(plain, "contacts/contacts/batch/create", *inputs).json()
    text = json.dumps(reply["errors"]).replace(contact, "211762804612")
    assert json.loads(text) == recorded["errors"]


def test_a_contact_without_company_is_the_recorded_error(plain, ends, truth):
    """batch/read lists it beside those that have one."""
    contact, company, _ = ends
    recorded = json.loads(
        (truth / "amp-labs" / "search__contacts__contacts-to-companies.json").read_text()
    )
    post(plain, "contacts/companies/batch/create", pair(contact, company, 1))
    reply = post(plain, "contacts/companies/batch/read", {"id": contact}, {"id": "103107104018"})
    assert (reply.status_code, set(reply.json())) == (207, set(recorded))
    assert reply.json()["errors"] == recorded["errors"][:1]
    types_of = [
        r["to"][0]["associationTypes"] for r in (*reply.json()["results"], recorded["results"][0])
    ]
    assert types_of[0] == types_of[1]


def test_a_type_of_the_wrong_direction_is_refused(plain, ends):
    """3 leads from a deal to a contact and not back."""
    contact, _, deal = ends
    path = f"/crm/v4/objects/contacts/{contact}/associations/deals/{deal}"
    reply = plain.call("PUT", path, json=types(3))
    assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")
    assert plain.links("contacts", contact, "deals") == {}


def test_a_list_is_paged(plain):
    """`limit` and `after`, in order of id."""
    company = plain.make("companies", name="Acme")
    made = [
        plain.make("contacts", ("companies", company, 279), email=f"p{n}@example.com")
        for n in range(3)
    ]
    path = f"/crm/v4/objects/companies/{company}/associations/contacts"
    first = plain.call("GET", path, params={"limit": 2}).json()
    rest = plain.call("GET", path, params={"limit": 2, **first["paging"]["next"]}).json()
    found = [r["toObjectId"] for r in (*first["results"], *rest["results"])]
    assert (found, "paging" in rest) == ([int(i) for i in made], False)
    assert plain.call("GET", path, params={"limit": 501}).status_code == 400


def test_a_record_shows_its_associations_when_asked(plain, ends):
    """The short form names direction and says which one is unlabelled."""
    contact, company, deal = ends
    post(plain, "contacts/companies/batch/create", pair(contact, company, 1))
    post(plain, "contacts/deals/batch/create", pair(contact, deal, 4))
    asked = {"associations": "companies,deals,emails"}
    body = plain.call("GET", contact, params=asked).json()
    assert body["associations"] == {
        "companies": {
            "results": [
                {"id": company, "type": "contact_to_company"},
                {"id": company, "type": "contact_to_company_unlabeled"},
            ]
        },
        "deals": {"results": [{"id": deal, "type": "contact_to_deal"}]},
    }
    listed = plain.call("GET", "/crm/v3/objects/contacts", params=asked).json()["results"]
    assert listed[0]["associations"] == body["associations"]


def test_inline_associations_are_made_with_the_record_or_not_at_all(plain, ends):
    """One create, one batch create; a bad end refuses the record, with trace ids only its own."""
    contact, company, _ = ends
    made = plain.make("deals", ("contacts", contact, 3), ("companies", company, 5), dealname="New")
    assert plain.links("deals", made, "companies") == {int(company): [5, 341]}

    def deal(end, trace):
        link = {"to": {"id": end}, "types": types(3)}
        return {
            "properties": {"dealname": trace},
            "associations": [link],
            "objectWriteTraceId": trace,
        }

    path = "/crm/v3/objects/deals/batch/create"
    reply = plain.call("POST", path, json={"inputs": [deal(contact, "good"), deal("77", "bad")]})
    body = reply.json()
    assert (reply.status_code, [r["objectWriteTraceId"] for r in body["results"]]) == (
        207,
        ["good"],
    )
    assert [(e["message"], e["context"]) for e in body["errors"]] == [
        ("CONTACT=77 is not valid", {"objectWriteTraceId": ["bad"]})
    ]
    before = len(plain.people("records", object="deals")["records"])
    alone = {"properties": {"dealname": "x"}, "associations": deal("77", "")["associations"]}
    assert plain.call("POST", "/crm/v3/objects/deals", json=alone).status_code == 400
    assert len(plain.people("records", object="deals")["records"]) == before


def test_associations_of_a_deleted_record_come_back_with_it(plain, ends):
    """The recycle bin hides them and a restore shows them again."""
    contact, company, _ = ends
    post(plain, "contacts/companies/batch/create", pair(contact, company, 279))
    plain.people("delete", object="companies", id=company)
    assert plain.links("contacts", contact, "companies") == {}
    plain.people("restore", object="companies", id=company)
    assert plain.links("contacts", contact, "companies") == {int(company): [279]}


def test_people_associate_and_dissociate(plain, ends):
    """The side doors do what the screens do."""
    contact, company, _ = ends
    body = {"object": "contacts", "id": contact, "to_object": "companies", "to_id": company}
    plain.people("associate", **body, primary=True)
    assert plain.links("companies", company, "contacts") == {int(contact): [2, 280]}
    assert plain.people("dissociate", **body) == {"associations": []}
