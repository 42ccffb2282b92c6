"""HubSpot's endpoints: which path leads to which rule.

The one rule: a handler reads the request and calls one rule; every rule answers alike on the
legacy and the dated paths, with and without a trailing slash.

https://developers.hubspot.com/docs/api-reference/overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.hubspot import (
    batches,
    lifecycle,
    list_reading,
    list_writing,
    properties,
    reading,
    relations,
    search,
)
from outreach_sandbox.hubspot.endpoint import (
    OBJECTS,
    Endpoint,
    asked_archived,
    asked_inputs,
    asked_kind,
    asked_names,
    asked_number,
    json_object,
)
from outreach_sandbox.hubspot.wire import Answer, PageNotFoundError
from outreach_sandbox.hubspot.writes import commit, plan_create, plan_update

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Portal
    from outreach_sandbox.hubspot.store import Record
    from outreach_sandbox.kernel.service import Exchange

PROPERTIES = ("/crm/v3/properties", "/crm/properties/v3", "/crm/properties/2026-03")
ACCOUNT = ("/account-info/v3", "/account-info/2026-03")
TOKENS = ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token")


def _view(exchange: Exchange) -> reading.View:
    return reading.View(
        asked_names(exchange, "properties"),
        asked_names(exchange, "propertiesWithHistory"),
        asked_names(exchange, "associations"),
    )


def _found(portal: Portal, exchange: Exchange, verb: str, *, archived: bool) -> Record:
    kind = asked_kind(portal, exchange)
    id_property = exchange.first("idProperty")
    reading.require_unique(portal, kind, id_property, verb)
    record = reading.find(kind, exchange.path_params["id"], id_property, archived=archived)
    if record is None:
        raise PageNotFoundError(exchange.path)
    return record


def list_objects(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}."""
    kind = asked_kind(portal, exchange)
    limit = asked_number(exchange, "limit", 10) or 0
    after = asked_number(exchange, "after", None)
    page = reading.PageAsked(limit, after, asked_archived(exchange), tuple(exchange.query))
    path = f"/crm/objects/v3/{kind.type.name}"
    return Answer(200, reading.list_page(portal, kind, page, _view(exchange), path))


def get_object(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}/{id}."""
    record = _found(portal, exchange, "read", archived=asked_archived(exchange))
    return Answer(200, reading.show(portal, asked_kind(portal, exchange), record, _view(exchange)))


def create_object(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}."""
    kind = asked_kind(portal, exchange)
    body = json_object(exchange)
    sent = batches.sent_properties(body)
    plan = plan_create(portal, kind, sent, body.get("associations"))
    record = commit(portal, kind, plan, portal.now(), portal.integration())
    rng = portal.seeded.rng("hubspot.echo")
    return Answer(201, reading.echo(portal, kind, record, plan.values, rng))


def update_object(portal: Portal, exchange: Exchange) -> Answer:
    """PATCH /{type}/{id}."""
    kind = asked_kind(portal, exchange)
    record = _found(portal, exchange, "update", archived=False)
    plan = plan_update(portal, kind, record, batches.sent_properties(json_object(exchange)))
    commit(portal, kind, plan, portal.now(), portal.integration())
    rng = portal.seeded.rng("hubspot.echo")
    return Answer(200, reading.echo(portal, kind, record, plan.values, rng))


def archive_object(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /{type}/{id}; an id that is gone answers 204 all the same."""
    kind = asked_kind(portal, exchange)
    return batches.archive(portal, kind, [{"id": exchange.path_params["id"]}])


def batch_create(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/create."""
    return batches.create(portal, asked_kind(portal, exchange), asked_inputs(exchange))


def batch_update(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/update."""
    return batches.update(portal, asked_kind(portal, exchange), asked_inputs(exchange))


def batch_upsert(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/upsert."""
    return batches.upsert(portal, asked_kind(portal, exchange), asked_inputs(exchange))


def batch_read(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/read."""
    asked_inputs(exchange)
    kind = asked_kind(portal, exchange)
    return batches.read(portal, kind, exchange.json(), archived=asked_archived(exchange))


def batch_archive(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/archive."""
    return batches.archive(portal, asked_kind(portal, exchange), asked_inputs(exchange))


def search_objects(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/search."""
    kind = asked_kind(portal, exchange)
    length = len(exchange.body.decode("utf-8", "replace"))
    return search.run(portal, kind, search.parse_query(portal, kind, exchange.json(), length))


def merge_objects(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/merge."""
    kind = asked_kind(portal, exchange)
    body = json_object(exchange)
    pair = [
        reading.find(kind, str(body.get(name)), None)
        for name in ("primaryObjectId", "objectIdToMerge")
    ]
    if pair[0] is None or pair[1] is None:
        raise PageNotFoundError(exchange.path)
    survivor = lifecycle.merge(portal, kind, pair[0], pair[1], portal.now(), portal.integration())
    return Answer(200, reading.show(portal, kind, survivor, reading.View()))


def gdpr_delete(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/gdpr-delete; an e-mail that nobody has is blocked from then on."""
    kind = asked_kind(portal, exchange)
    body = json_object(exchange)
    key, text = body.get("idProperty"), str(body.get("objectId") or "")
    reading.require_unique(portal, kind, key, "delete")
    record = reading.find(kind, text, key) or reading.find(kind, text, key, archived=True)
    if record is not None:
        lifecycle.forget(portal, kind, record, portal.now())
    elif key and key == kind.type.natural_key:
        kind.blocked_keys.add(text.strip().lower())
    return Answer(204)


def list_properties(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}."""
    return properties.list_all(asked_kind(portal, exchange), archived=asked_archived(exchange))


def get_property(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/{name}."""
    kind = asked_kind(portal, exchange)
    return properties.get(kind, exchange.path_params["name"], archived=asked_archived(exchange))


def create_property(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}."""
    return properties.create(asked_kind(portal, exchange), exchange.json(), portal.now())


def update_property(portal: Portal, exchange: Exchange) -> Answer:
    """PATCH /properties/{type}/{name}."""
    name = exchange.path_params["name"]
    return properties.update(asked_kind(portal, exchange), name, exchange.json(), portal.now())


def archive_property(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /properties/{type}/{name}."""
    name = exchange.path_params["name"]
    return properties.archive(asked_kind(portal, exchange), name, portal.now())


def batch_create_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/create."""
    kind = asked_kind(portal, exchange)
    return properties.create_batch(kind, asked_inputs(exchange), portal.now())


def batch_read_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/read."""
    archived = bool(json_object(exchange).get("archived"))
    kind = asked_kind(portal, exchange)
    return properties.read_batch(kind, asked_inputs(exchange), portal.now(), archived=archived)


def batch_archive_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/archive."""
    kind = asked_kind(portal, exchange)
    for item in asked_inputs(exchange):
        properties.archive(kind, str(item.get("name")), portal.now())
    return Answer(204)


def list_groups(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/groups."""
    return properties.list_groups(asked_kind(portal, exchange))


def get_group(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/groups/{name}."""
    return properties.get_group(asked_kind(portal, exchange), exchange.path_params["name"])


def create_group(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/groups."""
    return properties.create_group(asked_kind(portal, exchange), exchange.json())


def account_details(portal: Portal, _exchange: Exchange) -> Answer:
    """GET /account-info/v3/details."""
    return Answer(200, portal.account)


# first match wins: fixed words stand before {id} and {name}
ENDPOINTS = (
    *relations.ENDPOINTS,
    *list_reading.ENDPOINTS,
    *list_writing.ENDPOINTS,
    Endpoint("objects.batch_upsert", "POST", OBJECTS, "/{object_type}/batch/upsert", batch_upsert),
    Endpoint("objects.batch_update", "POST", OBJECTS, "/{object_type}/batch/update", batch_update),
    Endpoint("objects.batch_create", "POST", OBJECTS, "/{object_type}/batch/create", batch_create),
    Endpoint("objects.batch_read", "POST", OBJECTS, "/{object_type}/batch/read", batch_read),
    Endpoint(
        "objects.batch_archive", "POST", OBJECTS, "/{object_type}/batch/archive", batch_archive
    ),
    Endpoint(
        "objects.search", "POST", OBJECTS, "/{object_type}/search", search_objects, search=True
    ),
    Endpoint("objects.merge", "POST", OBJECTS, "/{object_type}/merge", merge_objects),
    Endpoint("objects.gdpr_delete", "POST", OBJECTS, "/{object_type}/gdpr-delete", gdpr_delete),
    Endpoint("objects.list", "GET", OBJECTS, "/{object_type}", list_objects),
    Endpoint("objects.create", "POST", OBJECTS, "/{object_type}", create_object),
    Endpoint("objects.get", "GET", OBJECTS, "/{object_type}/{id}", get_object),
    Endpoint("objects.update", "PATCH", OBJECTS, "/{object_type}/{id}", update_object),
    Endpoint("objects.archive", "DELETE", OBJECTS, "/{object_type}/{id}", archive_object),
    Endpoint("properties.list_groups", "GET", PROPERTIES, "/{object_type}/groups", list_groups),
    Endpoint("properties.create_group", "POST", PROPERTIES, "/{object_type}/groups", create_group),
    Endpoint("properties.get_group", "GET", PROPERTIES, "/{object_type}/groups/{name}", get_group),
    Endpoint(
        "properties.batch_create",
        "POST",
        PROPERTIES,
        "/{object_type}/batch/create",
        batch_create_properties,
    ),
    Endpoint(
        "properties.batch_read",
        "POST",
        PROPERTIES,
        "/{object_type}/batch/read",
        batch_read_properties,
    ),
    Endpoint(
        "properties.batch_archive",
        "POST",
        PROPERTIES,
        "/{object_type}/batch/archive",
        batch_archive_properties,
    ),
    Endpoint("properties.list", "GET", PROPERTIES, "/{object_type}", list_properties),
    Endpoint("properties.create", "POST", PROPERTIES, "/{object_type}", create_property),
    Endpoint("properties.get", "GET", PROPERTIES, "/{object_type}/{name}", get_property),
    Endpoint("properties.update", "PATCH", PROPERTIES, "/{object_type}/{name}", update_property),
    Endpoint("properties.archive", "DELETE", PROPERTIES, "/{object_type}/{name}", archive_property),
    Endpoint("account.details", "GET", ACCOUNT, "/details", account_details),
)
