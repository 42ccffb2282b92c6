"""HubSpot's endpoints: which path leads to which rule.

The one rule: a handler reads the request and calls one rule; every rule answers alike on the
legacy and the dated paths, with and without a trailing slash.

https://developers.hubspot.com/docs/api-reference/overview
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import batches, lifecycle, properties, reading, search
from outreach_sandbox.hubspot.wire import (
    Answer,
    NotBuiltError,
    PageNotFoundError,
    Problem,
    RefusedError,
    bad_json,
)
from outreach_sandbox.hubspot.writes import commit, plan_create, plan_update

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record
    from outreach_sandbox.kernel.service import Exchange

Rule = Callable[["Portal", "Exchange"], Answer]

OBJECTS = ("/crm/v3/objects", "/crm/objects/v3", "/crm/objects/2026-03")
PROPERTIES = ("/crm/v3/properties", "/crm/properties/v3", "/crm/properties/2026-03")
ACCOUNT = ("/account-info/v3", "/account-info/2026-03")
TOKENS = ("/oauth/v1/token", "/oauth/v3/token", "/oauth/2026-03/token")


@dataclass(frozen=True)
class Endpoint:
    """One line of the table below."""

    id: str
    method: str
    roots: tuple[str, ...]
    path: str
    rule: Rule
    search: bool = False

    def paths(self) -> list[str]:
        """Every spelling of the path."""
        return [f"{root}{self.path}{end}" for root in self.roots for end in ("", "/")]


def _kind(portal: Portal, exchange: Exchange) -> Kind:
    return portal.kind(exchange.path_params["object_type"])


def _inputs(exchange: Exchange) -> list[dict[str, Any]]:
    inputs = batches.inputs_of(exchange.json())
    exchange.inputs = len(inputs)
    return inputs


def _names(exchange: Exchange, parameter: str) -> tuple[str, ...]:
    """`properties=a&properties=b` and `properties=a,b` are one."""
    found = [name for value in exchange.all(parameter) for name in value.split(",") if name]
    return tuple(dict.fromkeys(found))


def _archived(exchange: Exchange) -> bool:
    return (exchange.first("archived") or "").lower() == "true"


def _view(exchange: Exchange) -> reading.View:
    if _names(exchange, "associations"):
        raise NotBuiltError("associations of a record")
    return reading.View(_names(exchange, "properties"), _names(exchange, "propertiesWithHistory"))


def _found(portal: Portal, exchange: Exchange, verb: str, *, archived: bool) -> Record:
    kind = _kind(portal, exchange)
    id_property = exchange.first("idProperty")
    reading.require_unique(portal, kind, id_property, verb)
    record = reading.find(kind, exchange.path_params["id"], id_property, archived=archived)
    if record is None:
        raise PageNotFoundError(exchange.path)
    return record


def _number(exchange: Exchange, name: str, default: int | None) -> int | None:
    text = exchange.first(name)
    if not text:
        return default
    if not text.isdigit():
        raise RefusedError(Problem(400, f"{name} must be an integer"))
    return int(text)


def list_objects(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}."""
    kind = _kind(portal, exchange)
    limit = _number(exchange, "limit", 10) or 0
    after = _number(exchange, "after", None)
    page = reading.PageAsked(limit, after, _archived(exchange))
    path = f"/crm/objects/v3/{kind.type.name}"
    return Answer(200, reading.list_page(portal, kind, page, _view(exchange), path))


def get_object(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}/{id}."""
    record = _found(portal, exchange, "read", archived=_archived(exchange))
    return Answer(200, reading.show(portal, _kind(portal, exchange), record, _view(exchange)))


def create_object(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}."""
    kind = _kind(portal, exchange)
    plan = plan_create(portal, kind, batches.sent_properties(_object(exchange)))
    record = commit(portal, kind, plan, portal.now(), portal.integration())
    rng = portal.seeded.rng("hubspot.echo")
    return Answer(201, reading.echo(portal, kind, record, plan.values, rng))


def update_object(portal: Portal, exchange: Exchange) -> Answer:
    """PATCH /{type}/{id}."""
    kind = _kind(portal, exchange)
    record = _found(portal, exchange, "update", archived=False)
    plan = plan_update(portal, kind, record, batches.sent_properties(_object(exchange)))
    commit(portal, kind, plan, portal.now(), portal.integration())
    rng = portal.seeded.rng("hubspot.echo")
    return Answer(200, reading.echo(portal, kind, record, plan.values, rng))


def archive_object(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /{type}/{id}; an id that is gone answers 204 all the same."""
    kind = _kind(portal, exchange)
    return batches.archive(portal, kind, [{"id": exchange.path_params["id"]}])


def batch_create(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/create."""
    return batches.create(portal, _kind(portal, exchange), _inputs(exchange))


def batch_update(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/update."""
    return batches.update(portal, _kind(portal, exchange), _inputs(exchange))


def batch_upsert(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/upsert."""
    return batches.upsert(portal, _kind(portal, exchange), _inputs(exchange))


def batch_read(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/read."""
    _inputs(exchange)
    kind = _kind(portal, exchange)
    return batches.read(portal, kind, exchange.json(), archived=_archived(exchange))


def batch_archive(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/batch/archive."""
    return batches.archive(portal, _kind(portal, exchange), _inputs(exchange))


def search_objects(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/search."""
    kind = _kind(portal, exchange)
    length = len(exchange.body.decode("utf-8", "replace"))
    return search.run(portal, kind, search.parse_query(kind, exchange.json(), length))


def merge_objects(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/merge."""
    kind = _kind(portal, exchange)
    body = _object(exchange)
    pair = [
        reading.find(kind, str(body.get(name)), None)
        for name in ("primaryObjectId", "objectIdToMerge")
    ]
    if pair[0] is None or pair[1] is None:
        raise PageNotFoundError(exchange.path)
    survivor = lifecycle.merge(kind, pair[0], pair[1], portal.now(), portal.integration())
    return Answer(200, reading.show(portal, kind, survivor, reading.View()))


def gdpr_delete(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/gdpr-delete; an e-mail that nobody has is blocked from then on."""
    kind = _kind(portal, exchange)
    body = _object(exchange)
    key, text = body.get("idProperty"), str(body.get("objectId") or "")
    reading.require_unique(portal, kind, key, "delete")
    record = reading.find(kind, text, key) or reading.find(kind, text, key, archived=True)
    if record is not None:
        lifecycle.forget(kind, record, portal.now())
    elif key and key == kind.type.natural_key:
        kind.blocked_keys.add(text.strip().lower())
    return Answer(204)


def list_properties(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}."""
    return properties.list_all(_kind(portal, exchange), archived=_archived(exchange))


def get_property(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/{name}."""
    kind = _kind(portal, exchange)
    return properties.get(kind, exchange.path_params["name"], archived=_archived(exchange))


def create_property(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}."""
    return properties.create(_kind(portal, exchange), exchange.json(), portal.now())


def update_property(portal: Portal, exchange: Exchange) -> Answer:
    """PATCH /properties/{type}/{name}."""
    name = exchange.path_params["name"]
    return properties.update(_kind(portal, exchange), name, exchange.json(), portal.now())


def archive_property(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /properties/{type}/{name}."""
    name = exchange.path_params["name"]
    return properties.archive(_kind(portal, exchange), name, portal.now())


def batch_create_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/create."""
    kind = _kind(portal, exchange)
    return properties.create_batch(kind, _inputs(exchange), portal.now())


def batch_read_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/read."""
    archived = bool(_object(exchange).get("archived"))
    kind = _kind(portal, exchange)
    return properties.read_batch(kind, _inputs(exchange), portal.now(), archived=archived)


def batch_archive_properties(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/batch/archive."""
    kind = _kind(portal, exchange)
    for item in _inputs(exchange):
        properties.archive(kind, str(item.get("name")), portal.now())
    return Answer(204)


def list_groups(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/groups."""
    return properties.list_groups(_kind(portal, exchange))


def get_group(portal: Portal, exchange: Exchange) -> Answer:
    """GET /properties/{type}/groups/{name}."""
    return properties.get_group(_kind(portal, exchange), exchange.path_params["name"])


def create_group(portal: Portal, exchange: Exchange) -> Answer:
    """POST /properties/{type}/groups."""
    return properties.create_group(_kind(portal, exchange), exchange.json())


def account_details(portal: Portal, _exchange: Exchange) -> Answer:
    """GET /account-info/v3/details."""
    return Answer(200, portal.account)


def _object(exchange: Exchange) -> dict[str, Any]:
    body = exchange.json()
    if not isinstance(body, dict):
        raise RefusedError(bad_json("an object"))
    return body


# first match wins: fixed words stand before {id} and {name}
ENDPOINTS = (
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
