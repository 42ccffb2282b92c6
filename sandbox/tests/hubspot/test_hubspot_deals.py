"""Deals, their pipelines, and the owners of records."""

from __future__ import annotations

import json

import pytest

DEALS = "/crm/v3/objects/deals"
RENEWALS = {
    "id": "75310",
    "label": "Renewals",
    "stages": [
        {"id": "90210", "label": "Asked", "probability": "0.3"},
        {"id": "90211", "label": "Lost", "probability": "0.0", "closed": True},
    ],
}
OWNERS = [
    {"id": 41, "email": "sam@example.com", "firstName": "Sam", "lastName": "Sample", "userId": 7},
    {"id": 42, "email": "kim@example.com", "firstName": "Kim"},
    {"id": 43, "email": "old@example.com", "archived": True},
]
SHOWN = ("pipeline", "dealstage", "hs_is_closed", "hs_is_closed_won", "hs_deal_stage_probability")


@pytest.fixture
def two(start):
    """An account with a second pipeline."""
    return start(pipelines={"deals": [RENEWALS]}, owners=OWNERS)


def test_a_deal_needs_a_name_only(account):
    """A deal without pipeline and stage is made and has neither (recorded)."""
    reply = account.call("POST", DEALS, json={"properties": {"amount": 15000}})
    assert reply.json()["context"] == {"properties": ["dealname"]}
    made = account.make("deals", dealname="Roof", amount=15000)
    found = account.see("deals", made, "amount", *SHOWN)
    assert (found["amount"], found["pipeline"], found["dealstage"]) == ("15000", None, None)


@pytest.mark.parametrize(
    ("sent", "pipeline", "closed", "probability"),
    [
        ({"dealstage": "qualifiedtobuy"}, "default", ("false", "false"), "0.4"),
        ({"dealstage": "closedwon", "pipeline": "default"}, "default", ("true", "true"), "1.0"),
        ({"dealstage": "90211", "pipeline": "75310"}, "75310", ("true", "false"), "0.0"),
    ],
)
def test_the_stage_says_what_follows(two, sent, pipeline, closed, probability):
    """Pipeline, closed, won and probability."""
    made = two.make("deals", dealname="Roof", **sent)
    found = two.see("deals", made, *SHOWN)
    expected = (pipeline, sent["dealstage"], *closed, probability)
    assert tuple(found[n] for n in SHOWN) == expected


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"dealstage": "nonsense"}, "dealstage"),
        ({"dealstage": "90210"}, "dealstage"),
        ({"dealstage": "closedwon", "pipeline": "75310"}, "dealstage"),
        ({"pipeline": "nonsense"}, "pipeline"),
    ],
)
def test_a_stage_of_another_pipeline_is_refused(two, sent, name):
    """INVALID_OPTION at the property that is wrong, for a new deal and for a present one."""
    made = two.make("deals", dealname="Roof", dealstage="qualifiedtobuy")
    for method, path in (("POST", DEALS), ("PATCH", f"{DEALS}/{made}")):
        reply = two.call(method, path, json={"properties": {"dealname": "x", **sent}})
        error = reply.json()["errors"][0]
        assert (reply.status_code, error["code"]) == (400, "INVALID_OPTION")
        assert error["context"] == {"propertyName": [name]}


def test_a_person_moves_a_deal(two):
    """The side door takes stages of the deal's own pipeline."""
    made = two.make("deals", dealname="Roof", dealstage="90210", pipeline="75310")
    two.people("move_stage", id=made, stage="90211")
    assert two.see("deals", made, *SHOWN)["hs_is_closed"] == "true"
    two.people("move_stage", id=made, stage="closedwon", pipeline="default")
    assert two.see("deals", made, *SHOWN)["hs_is_closed_won"] == "true"


def test_a_company_counts_its_open_deals(two):
    """A closed one is associated and not open; moving it back opens it again."""
    company = two.make("companies", name="Acme")
    names = ("num_associated_deals", "hs_num_open_deals")
    deals = [
        two.make("deals", ("companies", company, 341), dealname=stage, dealstage=stage)
        for stage in ("qualifiedtobuy", "closedwon")
    ]
    two.advance(30)
    assert [two.see("companies", company, *names)[n] for n in names] == ["2", "1"]
    for deal, stage, expected in (
        (deals[0], "closedlost", "0"),
        (deals[1], "contractsent", "1"),
    ):
        two.people("move_stage", id=deal, stage=stage)
        two.advance(30)
        assert two.see("companies", company, *names)["hs_num_open_deals"] == expected


def test_deals_are_merged_with_their_associations(account):
    """Under the type id, as the vendor's specification has it."""
    ann = account.make("contacts", email="ann@example.com")
    first = account.make("deals", dealname="One")
    second = account.make("deals", ("contacts", ann, 3), dealname="Two")
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    new = account.call("POST", "/crm/v3/objects/0-3/merge", json=body).json()["id"]
    assert account.links("contacts", ann, "deals") == {int(new): [4]}
    account.advance(30)
    found = account.see("deals", new, "dealname", "num_associated_contacts")
    assert (found["dealname"], found["num_associated_contacts"]) == ("One", "1")


def test_the_default_pipeline_is_the_recorded_one(account, truth):
    """Key for key and value for value."""
    path = truth / "amp-labs" / "metadata-deals-external-pipelines.json"
    recorded = json.loads(path.read_text())["results"][0]
    assert account.call("GET", "/crm/v3/pipelines/deals").json()["results"] == [recorded]


@pytest.mark.parametrize("root", ["/crm/v3/pipelines", "/crm/pipelines/2026-03"])
def test_pipelines_and_stages_are_read(two, root):
    """All, one, its stages, one stage, and a 404 in JSON."""
    listed = two.call("GET", f"{root}/deals").json()["results"]
    assert [p["id"] for p in listed] == ["default", "75310"]
    assert two.call("GET", f"{root}/deals/75310").json() == listed[1]
    stages = two.call("GET", f"{root}/deals/75310/stages").json()["results"]
    assert stages == listed[1]["stages"]
    assert two.call("GET", f"{root}/deals/75310/stages/90210").json() == stages[0]
    for missing in ("77", "75310/stages/77"):
        reply = two.call("GET", f"{root}/deals/{missing}")
        assert (reply.status_code, reply.json()["category"]) == (404, "OBJECT_NOT_FOUND")


def test_owners_are_listed_with_and_without_a_slash(two, truth):
    """By id, by address, archived ones apart, with the recorded keys."""
    tape = json.loads((truth / "vcr-captaincontrat" / "v3v4__v3_owners.json").read_text())
    recorded = tape["interactions"][0]["response"]["body"]["results"][0]
    for path in ("/crm/v3/owners", "/crm/v3/owners/", "/crm/owners/2026-03"):
        listed = two.call("GET", path, params={"archived": "false"}).json()["results"]
        assert [o["id"] for o in listed] == ["41", "42"]
    assert {n: type(v) for n, v in listed[0].items()} == {n: type(v) for n, v in recorded.items()}
    by_email = two.call("GET", "/crm/v3/owners", params={"email": "KIM@example.com"}).json()
    assert [o["id"] for o in by_email["results"]] == ["42"]
    assert two.call("GET", "/crm/v3/owners/41").json() == listed[0]
    assert two.call("GET", "/crm/v3/owners/43").status_code == 404


def test_owners_are_paged(two):
    """`after` is the next owner's id."""
    first = two.call("GET", "/crm/v3/owners/", params={"limit": 1}).json()
    rest = two.call("GET", "/crm/v3/owners/", params={"limit": 1, **first["paging"]["next"]}).json()
    assert ([o["id"] for o in rest["results"]], "paging" in rest) == (["42"], False)
