"""The vendor's own client for companies, deals, activities and what joins them.

The one rule: every model is the client's, so that what it cannot read fails here.
"""

from __future__ import annotations

import json

import pytest
from hubspot.crm.associations.v4 import (
    AssociationSpec,
    BatchInputPublicAssociationMultiArchive,
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicAssociationMultiArchive,
    PublicAssociationMultiPost,
    PublicFetchAssociationsBatchRequest,
    PublicObjectId,
)
from hubspot.crm.companies.exceptions import ApiException, ForbiddenException
from hubspot.crm.objects.emails import (
    AssociationSpec as InlineSpec,
)
from hubspot.crm.objects.emails import (
    BatchInputSimplePublicObjectBatchInputForCreate,
    PublicAssociationsForObject,
    SimplePublicObjectBatchInputForCreate,
)
from hubspot.crm.objects.emails import (
    PublicObjectId as InlineId,
)
from hubspot.crm.properties import PropertyCreate
from hubspot.crm.properties.exceptions import ForbiddenException as NoPropertyScope

WAIT = {"_request_timeout": (2, 10)}
AT = "2020-05-01T10:00:00Z"
HEADERS = {"from": {"email": "sam@example.com"}, "to": [{"email": "ann@example.com"}]}


def mail(contact, trace, **more):
    """One e-mail about a contact, as the client's own models."""
    return SimplePublicObjectBatchInputForCreate(
        object_write_trace_id=trace,
        properties={
            "hs_timestamp": AT,
            "hs_email_direction": "EMAIL",
            "hs_email_headers": json.dumps(HEADERS),
            **more,
        },
        associations=[
            PublicAssociationsForObject(
                to=InlineId(id=contact),
                types=[InlineSpec(association_category="HUBSPOT_DEFINED", association_type_id=198)],
            )
        ],
    )


def test_companies_are_made_found_and_merged(account):
    """By a unique property of our own, in batches, by search on domains, and merged."""
    client = account.sdk()
    key = PropertyCreate(
        name="row_id",
        label="Row",
        type="string",
        field_type="text",
        group_name="companyinformation",
        has_unique_value=True,
    )
    assert client.crm.properties.core_api.create("companies", key, **WAIT).has_unique_value is True
    api = client.crm.companies
    upserts = [
        {"id": k, "idProperty": "row_id", "properties": {"domain": f"{k}.example.com"}}
        for k in ("r1", "r2")
    ]
    made = api.batch_api.upsert({"inputs": upserts}, **WAIT).results
    assert [r.new for r in made] == [True, True]
    read = api.batch_api.read(
        {"inputs": [{"id": "r1"}, {"id": "r3"}], "idProperty": "row_id", "properties": ["domain"]},
        **WAIT,
    )
    assert (read.results[0].properties["domain"], read.num_errors) == ("r1.example.com", 1)
    account.advance(30)
    one = {
        "propertyName": "domain",
        "operator": "IN",
        "values": ["r1.example.com", "r2.example.com"],
    }
    found = api.search_api.do_search({"filterGroups": [{"filters": [one]}]}, **WAIT)
    ids = {r.id for r in made}
    assert (found.total, {r.id for r in found.results}) == (2, ids)
    pair = [r.id for r in made]
    new = api.basic_api.merge({"primaryObjectId": pair[0], "objectIdToMerge": pair[1]}, **WAIT).id
    assert api.basic_api.get_by_id(pair[1], **WAIT).id == new
    with pytest.raises(ApiException) as caught:
        api.batch_api.upsert(
            {"inputs": [{"id": "x", "idProperty": "domain", "properties": {}}]}, **WAIT
        )
    assert "non-unique 0-2 property domain" in caught.value.body


def test_deals_their_pipelines_and_owners(start):
    """A deal in a stage the account has, its pipeline and stage read, and its owner."""
    account = start(owners=[{"id": 41, "email": "sam@example.com", "firstName": "Sam"}])
    crm = account.sdk().crm
    pipeline = crm.pipelines.pipelines_api.get_all("deals", **WAIT).results[0]
    won = next(s for s in pipeline.stages if s.metadata["probability"] == "1.0")
    owner = crm.owners.owners_api.get_page(email="sam@example.com", **WAIT).results[0]
    sent = {"dealname": "Roof", "dealstage": won.id, "hubspot_owner_id": owner.id, "amount": 15}
    made = crm.deals.basic_api.create({"properties": sent}, **WAIT)
    seen = crm.deals.basic_api.get_by_id(made.id, properties=[*sent, "hs_is_closed"], **WAIT)
    assert (seen.properties["hs_is_closed"], seen.properties["amount"]) == ("true", "15")
    stages = crm.pipelines.pipeline_stages_api.get_all("deals", pipeline.id, **WAIT).results
    assert [s.id for s in stages] == [s.id for s in pipeline.stages]
    assert crm.owners.owners_api.get_by_id(int(owner.id), **WAIT).user_id == 41
    crm.deals.basic_api.archive(made.id, **WAIT)
    assert crm.deals.basic_api.get_page(archived=True, **WAIT).results[0].id == made.id


def test_emails_are_logged_in_a_batch_with_their_contacts(account):
    """207 with the trace id of the one that could not be; the contact shows it some seconds later."""
    client = account.sdk()
    ann = account.create(email="ann@example.com")
    body = BatchInputSimplePublicObjectBatchInputForCreate(
        inputs=[mail(ann, "good", hs_email_text="x" * 50_000), mail("77", "bad")]
    )
    api = client.crm.objects.emails
    done = api.batch_api.create(body, **WAIT)
    assert [r.object_write_trace_id for r in done.results] == ["good"]
    assert [e.context["objectWriteTraceId"] for e in done.errors] == [["bad"]]
    names = ["hs_email_to_email", "hs_email_text"]
    read = api.basic_api.get_by_id(
        done.results[0].id, properties=names, associations=["contacts"], **WAIT
    )
    assert read.properties["hs_email_to_email"] == "ann@example.com"
    assert len(read.properties["hs_email_text"]) == 50_000
    assert [a.id for a in read.associations["contacts"].results] == [ann]
    account.advance(30)
    assert account.read(ann, "notes_last_contacted")["notes_last_contacted"] == AT


@pytest.mark.parametrize(
    ("name", "number"), [("notes", 202), ("tasks", 204), ("calls", 194), ("meetings", 200)]
)
def test_the_other_activities_by_the_same_code(account, name, number):
    """Create with an association, read, and delete."""
    ann = account.create(email="ann@example.com")
    api = getattr(account.sdk().crm.objects, name).basic_api
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    sent = {
        "properties": {"hs_timestamp": AT},
        "associations": [{"to": {"id": ann}, "types": types}],
    }
    made = api.create(sent, **WAIT)
    assert account.links(name, made.id, "contacts") == {int(ann): [number]}
    api.archive(made.id, **WAIT)
    assert api.get_page(**WAIT).results == []


def test_associations_are_made_read_and_taken_away(account):
    """Single and batch, by default and by type, with the client's numbers and texts."""
    ann = account.create(email="ann@example.com")
    company, other = (account.make("companies", name=name) for name in "ab")
    v4 = account.sdk().crm.associations.v4
    made = v4.basic_api.create_default("contacts", ann, "companies", company, **WAIT)
    assert {r.association_spec.association_type_id for r in made.results} == {279, 280}
    spec = AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=1)
    pair = v4.basic_api.create("contacts", ann, "companies", other, [spec], **WAIT)
    assert pair.labels == ["Primary"]
    page = v4.basic_api.get_page("contacts", ann, "companies", limit=1, **WAIT)
    rest = v4.basic_api.get_page(
        "contacts", ann, "companies", limit=1, after=page.paging.next.after, **WAIT
    )
    assert [int(r.to_object_id) for r in (*page.results, *rest.results)] == [
        int(company),
        int(other),
    ]
    read = v4.batch_api.get_page(
        "contacts",
        "companies",
        BatchInputPublicFetchAssociationsBatchRequest(
            inputs=[PublicFetchAssociationsBatchRequest(id=ann)]
        ),
        **WAIT,
    )
    assert sorted(t.type_id for t in read.results[0].to[1].association_types) == [1, 279]
    item = PublicAssociationMultiPost(
        _from=PublicObjectId(id=ann), to=PublicObjectId(id="77"), types=[spec]
    )
    bad = v4.batch_api.create(
        "contacts", "companies", BatchInputPublicAssociationMultiPost(inputs=[item]), **WAIT
    )
    assert (bad.num_errors, bad.errors[0].message) == (1, "COMPANY=77 is not valid")
    gone = PublicAssociationMultiArchive(
        _from=PublicObjectId(id=ann), to=[PublicObjectId(id=i) for i in (company, other)]
    )
    v4.batch_api.archive(
        "contacts", "companies", BatchInputPublicAssociationMultiArchive(inputs=[gone]), **WAIT
    )
    assert account.links("contacts", ann, "companies") == {}


def test_a_missing_scope_is_the_clients_forbidden(start):
    """For properties of e-mails and for companies, with a body that says which."""
    account = start(
        auth={"missing_scopes": ["connected-email-data-access", "crm.objects.companies.read"]}
    )
    crm = account.sdk().crm
    with pytest.raises(NoPropertyScope) as caught:
        crm.properties.core_api.get_all("emails", **WAIT)
    assert "connected-email-data-access" in caught.value.body
    with pytest.raises(ForbiddenException):
        crm.companies.basic_api.get_page(**WAIT)
