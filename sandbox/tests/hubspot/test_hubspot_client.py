"""The vendor's own client library against the emulator, every call with a time limit."""

from __future__ import annotations

import pytest
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchReadInputSimplePublicObjectId,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import ApiException, NotFoundException
from hubspot.crm.properties import PropertyCreate

DEFINED = {"associationCategory": "HUBSPOT_DEFINED"}
WAIT = {"_request_timeout": (2, 10)}


@pytest.fixture
def contacts(account):
    """The contacts part of the client."""
    return account.sdk().crm.contacts


def test_a_contact_lives_through_the_client(account, contacts):
    """Create, read, update by e-mail, list, delete, and the HTML 404 as an exception."""
    made = contacts.basic_api.create(
        SimplePublicObjectInputForCreate(properties={"email": "ann@example.com"}), **WAIT
    )
    contacts.basic_api.update(
        "ann@example.com", {"properties": {"city": "Oslo"}}, id_property="email", **WAIT
    )
    read = contacts.basic_api.get_by_id(made.id, properties=["city", "phone"], **WAIT)
    assert (read.properties["city"], read.properties["phone"]) == ("Oslo", None)
    page = contacts.basic_api.get_page(limit=10, archived=False, **WAIT)
    assert ([r.id for r in page.results], page.paging) == ([made.id], None)
    contacts.basic_api.archive(made.id, **WAIT)
    with pytest.raises(NotFoundException) as caught:
        contacts.basic_api.get_by_id(made.id, **WAIT)
    assert "HTTP ERROR 404" in caught.value.body
    archived = contacts.basic_api.get_by_id(made.id, archived=True, **WAIT)
    assert archived.archived is True


def test_batches_through_the_client(account, contacts):
    """A 207 is a model with errors, no exception; a 409 is an exception."""
    api = contacts.batch_api
    inputs = [
        {"properties": {"email": f"p{n}@example.com"}, "objectWriteTraceId": str(n)}
        for n in range(3)
    ]
    body = BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs)
    assert len(api.create(body, **WAIT).results) == 3
    again = api.create(body, **WAIT)
    assert (again.num_errors, again.results) == (3, [])
    plain = [{"properties": i["properties"]} for i in inputs]
    with pytest.raises(ApiException) as caught:
        api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=plain), **WAIT)
    assert caught.value.status == 409
    keys = [{"id": f"p{n}@example.com"} for n in range(4)]
    read = api.read(
        BatchReadInputSimplePublicObjectId(
            inputs=keys, id_property="email", properties=["email"], properties_with_history=[]
        ),
        **WAIT,
    )
    assert (len(read.results), read.num_errors) == (3, 1)
    updates = [{"id": r.id, "properties": {"city": "Oslo"}} for r in read.results]
    done = api.update(BatchInputSimplePublicObjectBatchInput(inputs=updates), **WAIT)
    assert {r.properties["city"] for r in done.results} == {"Oslo"}
    upserts = [{**key, "idProperty": "email", "properties": {"city": "Rome"}} for key in keys]
    made = api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=upserts), **WAIT)
    assert sorted(r.new for r in made.results) == [False, False, False, True]


def test_search_and_merge_through_the_client(account, contacts):
    """A search without sorts or after works; the merged record is found some seconds later."""
    ids = [account.create(email=f"p{n}@example.com") for n in range(2)]
    merged = (
        contacts.basic_api if hasattr(contacts.basic_api, "merge") else contacts.public_object_api
    )
    new = merged.merge(
        PublicMergeInput(primary_object_id=ids[0], object_id_to_merge=ids[1]), **WAIT
    )
    request = PublicObjectSearchRequest(
        filter_groups=[
            {"filters": [{"propertyName": "email", "operator": "EQ", "value": "p0@example.com"}]}
        ],
        properties=["email"],
        limit=100,
    )
    assert contacts.search_api.do_search(request, **WAIT).total == 0
    account.advance(60)
    found = contacts.search_api.do_search(request, **WAIT)
    assert ([r.id for r in found.results], found.total) == ([new.id], 1)


def test_properties_through_the_client(account):
    """Definitions are read and made."""
    api = account.sdk().crm.properties.core_api
    api.create(
        "contacts",
        PropertyCreate(
            name="row_id",
            label="Row",
            type="string",
            field_type="text",
            group_name="contactinformation",
            has_unique_value=True,
        ),
        **WAIT,
    )
    found = {p.name: p for p in api.get_all("contacts", **WAIT).results}
    assert found["row_id"].has_unique_value is True
    assert found["hs_object_id"].modification_metadata.read_only_value is True


def test_a_token_through_the_client(account):
    """The client's own refresh works against the sandbox and its token opens the API."""
    from hubspot import HubSpot

    tokens = HubSpot(host=account.box.hubspot_url, retry=False).oauth.tokens_api.create(
        grant_type="refresh_token", client_id="a", client_secret="b", refresh_token="r", **WAIT
    )
    client = HubSpot(access_token=tokens.access_token, host=account.box.hubspot_url, retry=False)
    assert client.crm.contacts.basic_api.get_page(**WAIT).results == []


def test_deals_and_emails_with_associations_through_the_client(account):
    """Inline associations, default and batch associations, and reading them back."""
    crm = account.sdk().crm
    contact, company = account.create(email="ann@example.com"), account.make("companies", name="A")
    link = [{"to": {"id": contact}, "types": [{**DEFINED, "associationTypeId": 198}]}]
    sent = {"hs_timestamp": "2020-05-01T10:00:00Z", "hs_email_direction": "EMAIL"}
    mail = crm.objects.emails.basic_api.create({"properties": sent, "associations": link}, **WAIT)
    batch = {"inputs": [{"properties": {"dealname": "Roof"}, "associations": []}]}
    (deal,) = crm.deals.batch_api.create(batch, **WAIT).results
    links = crm.associations.v4
    made = links.basic_api.create_default("deals", deal.id, "contacts", contact, **WAIT)
    assert [r.association_spec.association_type_id for r in made.results] == [3, 4]
    labelled = links.basic_api.create(
        "contacts", contact, "companies", company, [{**DEFINED, "associationTypeId": 1}], **WAIT
    )
    assert labelled.labels == ["Primary"]
    page = links.basic_api.get_page("contacts", contact, "emails", **WAIT)
    assert [str(r.to_object_id) for r in page.results] == [mail.id]
    read = links.batch_api.get_page("contacts", "companies", {"inputs": [{"id": contact}]}, **WAIT)
    assert [t.label for t in read.results[0].to[0].association_types] == ["Primary", None]
    bad = {
        "from": {"id": deal.id},
        "to": {"id": "1234"},
        "types": [{**DEFINED, "associationTypeId": 3}],
    }
    assert links.batch_api.create("deals", "contacts", {"inputs": [bad]}, **WAIT).num_errors == 1
    links.basic_api.archive("deals", deal.id, "contacts", contact, **WAIT)
    assert account.links("contacts", contact, "deals") == {}


def test_pipelines_and_owners_through_the_client(start):
    """Both models are filled, and the owners' path has its slash."""
    account = start(owners=[{"id": 41, "email": "sam@example.com"}])
    crm = account.sdk().crm
    (pipeline,) = crm.pipelines.pipelines_api.get_all("deals", **WAIT).results
    assert [s.metadata["isClosed"] for s in pipeline.stages][-3:] == ["false", "true", "true"]
    assert [o.id for o in crm.owners.owners_api.get_page(**WAIT).results] == ["41"]
