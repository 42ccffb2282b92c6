"""Endpoints of associations, pipelines and owners.

The one rule: a handler reads the request and calls one rule, as in `operations`.

https://developers.hubspot.com/docs/api-reference/overview
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import associations, owners, pipelines, reading
from outreach_sandbox.hubspot.endpoint import (
    OBJECTS,
    Endpoint,
    asked_archived,
    asked_kind,
    asked_number,
    json_object,
)
from outreach_sandbox.hubspot.linking import live
from outreach_sandbox.hubspot.wire import (
    Answer,
    PageNotFoundError,
    Problem,
    RefusedError,
    bad_json,
)

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record
    from outreach_sandbox.kernel.service import Exchange

LINKED_OBJECTS = ("/crm/v4/objects", *OBJECTS[1:])
ASSOCIATIONS = ("/crm/v4/associations", "/crm/associations/v4", "/crm/associations/2026-03")
PIPELINES = ("/crm/v3/pipelines", "/crm/pipelines/v3", "/crm/pipelines/2026-03")
OWNERS = ("/crm/v3/owners", "/crm/owners/v3", "/crm/owners/2026-03")


def _other(portal: Portal, exchange: Exchange) -> Kind:
    return portal.kind(exchange.path_params["to_type"])


def _record(portal: Portal, exchange: Exchange) -> Record:
    record = reading.find(asked_kind(portal, exchange), exchange.path_params["id"], None)
    if record is None:
        raise PageNotFoundError(exchange.path)
    return record


def _end(portal: Portal, exchange: Exchange) -> Record:
    return live(portal, _other(portal, exchange), exchange.path_params["to_id"])


def _inputs(exchange: Exchange) -> list[Any]:
    inputs = json_object(exchange).get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise RefusedError(bad_json("a list of inputs"))
    exchange.inputs = len(inputs)
    return inputs


def list_associations(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}/{id}/associations/{to}."""
    limit = asked_number(exchange, "limit", associations.PAGE) or 0
    if not 1 <= limit <= associations.PAGE:
        raise RefusedError(Problem(400, f"limit must be between 1 and {associations.PAGE}"))
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    after = asked_number(exchange, "after", 0) or 0
    record = _record(portal, exchange)
    return Answer(200, associations.page(portal, kind, record, other, limit, after))


def put_default(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /{type}/{id}/associations/default/{to}/{id}."""
    kind, record = asked_kind(portal, exchange), _record(portal, exchange)
    other, end = _other(portal, exchange), _end(portal, exchange)
    return associations.put_default(portal, kind, record, other, end)


def put_association(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /{type}/{id}/associations/{to}/{id}."""
    kind, record = asked_kind(portal, exchange), _record(portal, exchange)
    other, end = _other(portal, exchange), _end(portal, exchange)
    return associations.put(portal, kind, record, other, end, exchange.json())


def put_named_association(portal: Portal, exchange: Exchange) -> Answer:
    """PUT /{type}/{id}/associations/{to}/{id}/{name}, of v3 alone."""
    kind, record = asked_kind(portal, exchange), _record(portal, exchange)
    other, end = _other(portal, exchange), _end(portal, exchange)
    associations.put_named(portal, kind, record, other, end, exchange.path_params["name"])
    view = reading.View(associations=(other.type.name,))
    return Answer(200, reading.show(portal, kind, record, view))


def delete_association(portal: Portal, exchange: Exchange) -> Answer:
    """DELETE /{type}/{id}/associations/{to}/{id}."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    ids = exchange.path_params["id"], exchange.path_params["to_id"]
    return associations.delete(portal, kind, ids[0], other, ids[1])


def batch_create(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/{to}/batch/create."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    return associations.create_batch(portal, kind, other, _inputs(exchange))


def batch_default(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/{to}/batch/associate/default."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    return associations.default_batch(portal, kind, other, _inputs(exchange))


def batch_read(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/{to}/batch/read."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    return associations.read_batch(portal, kind, other, _inputs(exchange))


def batch_archive(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/{to}/batch/archive."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    inputs = _inputs(exchange)
    return associations.archive_batch(portal, kind, other, inputs, labelled=False)


def batch_archive_labels(portal: Portal, exchange: Exchange) -> Answer:
    """POST /{type}/{to}/batch/labels/archive."""
    kind, other = asked_kind(portal, exchange), _other(portal, exchange)
    inputs = _inputs(exchange)
    return associations.archive_batch(portal, kind, other, inputs, labelled=True)


def list_labels(portal: Portal, exchange: Exchange) -> Answer:
    """GET /{type}/{to}/labels."""
    return associations.labels(asked_kind(portal, exchange), _other(portal, exchange))


def list_pipelines(portal: Portal, exchange: Exchange) -> Answer:
    """GET /pipelines/{type}."""
    return pipelines.list_all(portal, asked_kind(portal, exchange))


def get_pipeline(portal: Portal, exchange: Exchange) -> Answer:
    """GET /pipelines/{type}/{id}."""
    kind = asked_kind(portal, exchange)
    return pipelines.get(portal, kind, exchange.path_params["pipeline"])


def list_stages(portal: Portal, exchange: Exchange) -> Answer:
    """GET /pipelines/{type}/{id}/stages."""
    kind = asked_kind(portal, exchange)
    return pipelines.list_stages(portal, kind, exchange.path_params["pipeline"])


def get_stage(portal: Portal, exchange: Exchange) -> Answer:
    """GET /pipelines/{type}/{id}/stages/{stage}."""
    kind, path = asked_kind(portal, exchange), exchange.path_params
    return pipelines.get_stage(portal, kind, path["pipeline"], path["stage"])


def list_owners(portal: Portal, exchange: Exchange) -> Answer:
    """GET /owners/."""
    asked = owners.Asked(
        asked_number(exchange, "limit", 100) or 0,
        asked_number(exchange, "after", 0) or 0,
        exchange.first("email") or "",
        asked_archived(exchange),
    )
    return owners.list_page(portal, asked)


def get_owner(portal: Portal, exchange: Exchange) -> Answer:
    """GET /owners/{id}."""
    archived = asked_archived(exchange)
    return owners.get(portal, exchange.path_params["owner"], archived=archived)


_ENDS = "/{object_type}/{id}/associations"
_PAIR = "/{object_type}/{to_type}"
_TO = "/{to_type}/{to_id}"

ENDPOINTS = (
    Endpoint("associations.list", "GET", LINKED_OBJECTS, f"{_ENDS}/{{to_type}}", list_associations),
    Endpoint(
        "associations.put_default", "PUT", LINKED_OBJECTS, f"{_ENDS}/default{_TO}", put_default
    ),
    Endpoint("associations.put", "PUT", LINKED_OBJECTS, f"{_ENDS}{_TO}", put_association),
    Endpoint(
        "associations.put_named",
        "PUT",
        OBJECTS[:1],
        f"{_ENDS}{_TO}/{{name}}",
        put_named_association,
    ),
    Endpoint("associations.delete", "DELETE", LINKED_OBJECTS, f"{_ENDS}{_TO}", delete_association),
    Endpoint("associations.labels", "GET", ASSOCIATIONS, f"{_PAIR}/labels", list_labels),
    Endpoint(
        "associations.batch_create", "POST", ASSOCIATIONS, f"{_PAIR}/batch/create", batch_create
    ),
    Endpoint(
        "associations.batch_default",
        "POST",
        ASSOCIATIONS,
        f"{_PAIR}/batch/associate/default",
        batch_default,
    ),
    Endpoint("associations.batch_read", "POST", ASSOCIATIONS, f"{_PAIR}/batch/read", batch_read),
    Endpoint(
        "associations.batch_archive", "POST", ASSOCIATIONS, f"{_PAIR}/batch/archive", batch_archive
    ),
    Endpoint(
        "associations.batch_archive_labels",
        "POST",
        ASSOCIATIONS,
        f"{_PAIR}/batch/labels/archive",
        batch_archive_labels,
    ),
    Endpoint("pipelines.list", "GET", PIPELINES, "/{object_type}", list_pipelines),
    Endpoint("pipelines.get", "GET", PIPELINES, "/{object_type}/{pipeline}", get_pipeline),
    Endpoint(
        "pipelines.list_stages", "GET", PIPELINES, "/{object_type}/{pipeline}/stages", list_stages
    ),
    Endpoint(
        "pipelines.get_stage",
        "GET",
        PIPELINES,
        "/{object_type}/{pipeline}/stages/{stage}",
        get_stage,
    ),
    Endpoint("owners.list", "GET", OWNERS, "", list_owners),
    Endpoint("owners.get", "GET", OWNERS, "/{owner}", get_owner),
)
