"""Companies: nothing is unique, the website follows the domain, merges keep both domains."""

from __future__ import annotations

import re

import pytest

COMPANIES = "/crm/v3/objects/companies"


def create(account, **properties):
    return account.call("POST", COMPANIES, json={"properties": properties})


def test_the_website_comes_from_the_domain_until_it_is_cleared(account):
    """A website never set is filled and echoed; one that was cleared stays empty."""
    made = create(account, domain="acme.example.com", name="Acme").json()
    assert made["properties"]["website"] == "acme.example.com"
    path = f"{COMPANIES}/{made['id']}"
    account.call("PATCH", path, json={"properties": {"website": ""}})
    account.call("PATCH", path, json={"properties": {"domain": "other.example.com"}})
    assert account.see("companies", made["id"], "website")["website"] == ""


def test_a_website_that_is_sent_wins_over_the_domain(account):
    """What the client sends is kept."""
    made = account.make("companies", domain="acme.example.com", website="www.acme.example.org")
    assert account.see("companies", made, "website")["website"] == "www.acme.example.org"


@pytest.mark.parametrize("bare", [True, False])
def test_a_domain_is_kept_as_sent_or_bared(start, bare):
    """Nobody has told what becomes of an address in the domain, so both can be had."""
    account = start(switches={"hubspot.domains_are_bared": bare})
    sent = "https://www.Acme.example.com/about"
    reply = create(account, domain=sent)
    expected = "acme.example.com" if bare else sent
    assert reply.json()["properties"]["domain"] == expected
    path = f"{COMPANIES}/{reply.json()['id']}"
    account.call("PATCH", path, json={"properties": {"domain": ""}})
    assert account.see("companies", reply.json()["id"], "domain")["domain"] == ""


def test_two_companies_may_have_one_domain(account):
    """Duplicates are made without a word."""
    first, second = (account.make("companies", domain="acme.example.com") for _ in range(2))
    assert first != second


def test_a_company_needs_a_name_or_a_domain(account):
    """Neither is a 400 that names both."""
    reply = create(account, city="Oslo")
    assert (reply.status_code, reply.json()["context"]) == (400, {"properties": ["name", "domain"]})
    assert reply.json()["message"].startswith("Error creating COMPANY.")


@pytest.mark.parametrize("verb", ["upsert", "update"])
def test_a_domain_identifies_nobody(account, verb):
    """Batches by domain are refused in the recorded words."""
    inputs = [{"id": "acme.example.com", "idProperty": "domain", "properties": {}}]
    reply = account.call("POST", f"{COMPANIES}/batch/{verb}", json={"inputs": inputs})
    expected = f"Unable to perform {verb} by non-unique 0-2 property domain in portal ID 8675309"
    assert (reply.status_code, reply.json()["message"]) == (400, expected)


def test_merged_companies_keep_both_domains_and_the_associations_of_both(account):
    """The survivor has a new id, an additional domain, every contact, and one primary company."""
    first = account.make("companies", domain="a.example.com")
    second = account.make("companies", domain="b.example.com", city="Oslo")
    ann = account.make("contacts", ("companies", first, 1), email="ann@example.com")
    bob = account.make("contacts", ("companies", second, 1), email="bob@example.com")
    both = account.make(
        "contacts", ("companies", first, 1), ("companies", second, 279), email="c@example.com"
    )
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    new = account.call("POST", f"{COMPANIES}/merge", json=body).json()["id"]
    found = account.see("companies", new, "domain", "city", "hs_additional_domains")
    assert (found["domain"], found["city"]) == ("a.example.com", "Oslo")
    assert found["hs_additional_domains"] == "b.example.com"
    assert account.links("companies", new, "contacts") == {
        int(ann): [2, 280],
        int(bob): [2, 280],
        int(both): [2, 280],
    }
    assert account.links("contacts", both, "companies") == {int(new): [1, 279]}
    assert new not in (first, second)


@pytest.fixture
def keyed(start):
    """An account whose companies and deals have a unique property of their own."""
    key = {"name": "row_id", "label": "Row", "type": "string", "fieldType": "text"}
    return start(
        custom_properties=[
            {**key, "object": name, "hasUniqueValue": True} for name in ("companies", "deals")
        ]
    )


NAMED = {"companies": {"name": "Acme"}, "deals": {"dealname": "Roof"}}


@pytest.mark.parametrize("name", NAMED)
def test_a_record_is_found_and_changed_by_its_own_unique_property(keyed, name):
    """Read, batch read, batch update and upsert take it as idProperty, and name it in upserts."""
    made = keyed.make(name, **NAMED[name], row_id="r1")
    root = f"/crm/v3/objects/{name}"
    by_key = {"idProperty": "row_id"}
    assert keyed.call("GET", f"{root}/r1", params=by_key).json()["id"] == made
    body = {**by_key, "inputs": [{"id": "r1"}, {"id": "r2"}], "properties": ["row_id"]}
    read = keyed.call("POST", f"{root}/batch/read", json=body)
    assert (read.status_code, [r["id"] for r in read.json()["results"]]) == (207, [made])
    assert read.json()["errors"][0]["context"] == {"ids": ["r2"]}
    inputs = [{"id": k, **by_key, "properties": NAMED[name]} for k in ("r1", "r2")]
    done = keyed.call("POST", f"{root}/batch/upsert", json={"inputs": inputs}).json()["results"]
    assert sorted((r["id"] == made, r["new"]) for r in done) == [(False, True), (True, False)]
    again = keyed.call("POST", f"{root}/batch/update", json={"inputs": inputs})
    assert (again.status_code, len(again.json()["results"])) == (200, 2)


@pytest.mark.parametrize("name", NAMED)
def test_a_taken_unique_value_names_its_owner_in_the_recorded_words(keyed, name):
    """Alone, in a batch, and beside good ones with trace ids; never the 409 of an e-mail."""
    owner = keyed.make(name, **NAMED[name], row_id="r1")
    root = f"/crm/v3/objects/{name}"
    sent = {"properties": {**NAMED[name], "row_id": "r1"}}
    free = {"properties": {**NAMED[name], "row_id": "r2"}}
    pattern = rf"Cannot set PropertyValueCoordinates.* on \d+\. {owner} already has that value\."
    traced = [{**i, "objectWriteTraceId": n} for i, n in ((sent, "taken"), (free, "free"))]
    single = keyed.call("POST", root, json=sent)
    whole = keyed.call("POST", f"{root}/batch/create", json={"inputs": [sent, free]})
    partly = keyed.call("POST", f"{root}/batch/create", json={"inputs": traced})
    for reply in (single, whole):
        assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")
        assert re.fullmatch(pattern, reply.json()["message"])
    (error,) = partly.json()["errors"]
    assert (partly.status_code, error["context"]) == (207, {"objectWriteTraceId": ["taken"]})
    assert re.fullmatch(pattern, error["message"])
    assert [r["objectWriteTraceId"] for r in partly.json()["results"]] == ["free"]


@pytest.mark.parametrize("name", NAMED)
def test_one_unique_value_twice_in_a_batch_refuses_it_whole(keyed, name):
    """Nothing is made, and the words are those of a taken value."""
    sent = {"properties": {**NAMED[name], "row_id": "r1"}}
    reply = keyed.call(
        "POST", f"/crm/v3/objects/{name}/batch/create", json={"inputs": [sent, sent]}
    )
    assert (reply.status_code, reply.json()["category"]) == (400, "VALIDATION_ERROR")
    assert reply.json()["message"].startswith("Cannot set PropertyValueCoordinates")
    assert keyed.people("records", object=name)["records"] == []


@pytest.mark.parametrize("root", ["/crm/v3/objects", "/crm/objects/2026-03"])
@pytest.mark.parametrize("name", ["companies", "company", "COMPANY", "0-2"])
def test_companies_are_found_under_every_spelling(account, root, name):
    """Legacy and dated paths, names and type id are one."""
    made = account.make("companies", name="Acme")
    reply = account.call("GET", f"{root}/{name}/{made}")
    assert reply.json()["properties"]["name"] == "Acme"
    assert set(reply.json()["properties"]) == {
        *("createdate", "domain", "hs_lastmodifieddate", "hs_object_id", "name")
    }


def test_the_default_schema_agrees_with_a_real_accounts_list(account, truth):
    """Every default property has the type, field type and flags of the real one."""
    import json

    facts = {
        p["name"]: p for p in json.loads((truth / "property_facts__companies.json").read_text())
    }
    listed = account.call("GET", "/crm/v3/properties/companies").json()["results"]
    assert len(listed) > 50
    for ours in listed:
        real = facts[ours["name"]]
        seen = {n: ours[n] for n in ("type", "fieldType", "groupName", "calculated", "label")}
        seen |= {"unique": ours["hasUniqueValue"]}
        seen |= {"read only": ours["modificationMetadata"]["readOnlyValue"]}
        seen |= {"options": [o["value"] for o in ours["options"]]}
        expected = {n: real[n] for n in ("type", "fieldType", "groupName", "calculated", "label")}
        expected |= {"unique": real["hasUniqueValue"], "read only": real["readOnlyValue"]}
        expected |= {"options": real.get("options", [])}
        assert seen == expected, ours["name"]
