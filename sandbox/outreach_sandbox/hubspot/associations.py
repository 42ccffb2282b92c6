"""Associations v4 as the API reads, makes and takes them away, and the short form on records.

The one rule: type ids are directional and ids are numbers in what is read, strings in what is
sent; a batch answers every input it can and lists the others as errors.

https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.linking import (
    PlannedLink,
    asked_types,
    connect,
    disconnect,
    live,
    refuse_itself,
)
from outreach_sandbox.hubspot.links import BETWEEN, CATEGORY, LinkType, unlabelled
from outreach_sandbox.hubspot.wire import JSON_TYPE, Answer, Problem, RefusedError, bad_json, iso

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

# https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4#limitations
PAGE = 500
MAX_CREATE = 2000
MAX_READ = 1000


def page(
    portal: Portal, kind: Kind, record: Record, other: Kind, limit: int, after: int
) -> dict[str, Any]:
    """Associations of one record in order of id: `results`, and `paging` where there is more."""
    ends = _ends(portal, kind, record, other)
    chosen = [to_id for to_id in sorted(ends) if to_id >= after]
    body: dict[str, Any] = {
        "results": [
            {"toObjectId": to_id, "associationTypes": [_spec(t) for t in ends[to_id]]}
            for to_id in chosen[:limit]
        ]
    }
    if len(chosen) > limit:
        body["paging"] = {"next": {"after": str(chosen[limit])}}
    return body


def inline(portal: Portal, kind: Kind, record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    """The `associations` of a record: nothing where there is none."""
    found: dict[str, Any] = {}
    for name in names:
        other = portal.kind(name)
        ends = _ends(portal, kind, record, other)
        results = [
            {"id": str(to_id), "type": _short(kind, other, t)}
            for to_id in sorted(ends)
            for t in ends[to_id]
        ]
        if results:
            found[other.type.name] = {"results": results[:PAGE]}
        if len(results) > PAGE:
            found[other.type.name]["paging"] = {"next": {"after": results[PAGE]["id"]}}
    return {"associations": found} if found else {}


def labels(kind: Kind, other: Kind) -> Answer:
    """Every type of association between two object types."""
    between = BETWEEN.get((kind.type.type_id, other.type.type_id), [])
    return Answer(200, {"results": [_spec(t) for t in between]})


def put_default(portal: Portal, kind: Kind, record: Record, other: Kind, end: Record) -> Answer:
    """Associate without a label; answers as the batch does, from both ends."""
    now_ms = portal.now()
    results = _default(portal, kind, record, other, end, now_ms)
    return Answer(200, _frame(results, now_ms))


def put(portal: Portal, kind: Kind, record: Record, other: Kind, end: Record, raw: Any) -> Answer:
    """Associate with the types the body names; no body is refused (recorded words).

    https://github.com/HubSpot/hubspot-api-ruby/issues/187
    """
    if raw == {}:
        message = "Invalid JSON input: a request body was expected, but none found"
        raise RefusedError(Problem(400, message))
    kinds = asked_types(kind, other, raw)
    refuse_itself(kind, record, other, end)
    connect(portal, record.id, [PlannedLink(t, end.id) for t in kinds], portal.now())
    return Answer(201, _pair(kinds, kind, record, other, end))


def put_named(
    portal: Portal, kind: Kind, record: Record, other: Kind, end: Record, name: str
) -> None:
    """Associate by the name of a type, as v3 did."""
    between = BETWEEN.get((kind.type.type_id, other.type.type_id), [])
    found = next((t for t in between if name in (_short(kind, other, t), str(t.id))), None)
    if found is None:
        raise RefusedError(Problem(400, f"{name} is not a valid association type"))
    refuse_itself(kind, record, other, end)
    connect(portal, record.id, [PlannedLink(found, end.id)], portal.now())


def delete(portal: Portal, kind: Kind, from_id: str, other: Kind, to_id: str) -> Answer:
    """Take every association of two records away; none is as good."""
    _take(portal, kind, other, {"from": {"id": from_id}, "to": {"id": to_id}}, None)
    return Answer(204)


def create_batch(portal: Portal, kind: Kind, other: Kind, inputs: list[Any]) -> Answer:
    """Associate many; an input with a bad id is an error beside the others (recorded 207).

    An empty list of types is taken and associates nothing:
    https://github.com/MemberJunction/MJ/pull/2743
    """
    _at_most(inputs, MAX_CREATE)
    now_ms = portal.now()
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs:
        try:
            record, end = _both(portal, kind, other, item)
            if item.get("types") == []:  # a success that makes nothing: see the docstring
                continue
            kinds = asked_types(kind, other, item.get("types"))
            connect(portal, record.id, [PlannedLink(t, end.id) for t in kinds], now_ms)
            results.append(_pair(kinds, kind, record, other, end))
        except RefusedError as refused:
            errors.append(_entry(refused.problem))
    portal.seeded.rng("hubspot.order").shuffle(results)
    return _multi(results, errors, now_ms, 201)


def default_batch(portal: Portal, kind: Kind, other: Kind, inputs: list[Any]) -> Answer:
    """Associate many without a label."""
    _at_most(inputs, MAX_CREATE)
    now_ms = portal.now()
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs:
        try:
            record, end = _both(portal, kind, other, item)
            results += _default(portal, kind, record, other, end, now_ms)
        except RefusedError as refused:
            errors.append(_entry(refused.problem))
    return _multi(results, errors, now_ms, 200)


def read_batch(portal: Portal, kind: Kind, other: Kind, inputs: list[Any]) -> Answer:
    """Associations of many records; those without any are errors (recorded 207)."""
    _at_most(inputs, MAX_READ)
    now_ms = portal.now()
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs:
        text, after = str(item.get("id")), str(item.get("after") or 0)
        record = kind.store.resolve(int(text)) if text.isdigit() else None
        found: dict[str, Any] = {"results": []}
        if record is not None and record.live:
            found = page(portal, kind, record, other, PAGE, int(after) if after.isdigit() else 0)
        if not found["results"]:
            errors.append(_none_found(kind, other, text))
            continue
        entry = {"from": {"id": text}, "to": found["results"]}
        results.append(entry | ({"paging": found["paging"]} if "paging" in found else {}))
    portal.seeded.rng("hubspot.order").shuffle(results)
    return _multi(results, errors, now_ms, 200)


def archive_batch(
    portal: Portal, kind: Kind, other: Kind, inputs: list[Any], *, labelled: bool
) -> Answer:
    """Take associations away, all or those of the given types; unknown ids are ignored."""
    for item in inputs:
        ends = item.get("to")
        kinds = asked_types(kind, other, item.get("types")) if labelled else None
        for end in ends if isinstance(ends, list) else [ends]:
            _take(portal, kind, other, {"from": item.get("from"), "to": end}, kinds)
    return Answer(204, headers={"Content-Type": JSON_TYPE})  # recorded: a type and no body


def _ends(portal: Portal, kind: Kind, record: Record, other: Kind) -> dict[int, list[LinkType]]:
    """Live records at the other end; those in the recycle bin are not shown."""
    start, end = kind.type.type_id, other.type.type_id
    return {
        to_id: portal.links.between(start, record.id, end, to_id)
        for to_id in portal.links.of(start, record.id, end)
        if other.store.records[to_id].live
    }


def _default(
    portal: Portal, kind: Kind, record: Record, other: Kind, end: Record, now_ms: int
) -> list[dict[str, Any]]:
    plain = unlabelled(kind.type.type_id, other.type.type_id)
    if plain is None:
        message = f"{kind.label} and {other.label} cannot be associated"
        raise RefusedError(Problem(400, message))
    refuse_itself(kind, record, other, end)
    connect(portal, record.id, [PlannedLink(plain, end.id)], now_ms)
    ids = (record.id, end.id)
    return [
        {
            "from": {"id": str(start)},
            "to": {"id": str(to)},
            "associationSpec": {"associationCategory": CATEGORY, "associationTypeId": number},
        }
        for (start, to), number in ((ids, plain.id), (ids[::-1], plain.back))
    ]


def _take(
    portal: Portal, kind: Kind, other: Kind, item: dict[str, Any], kinds: list[LinkType] | None
) -> None:
    ends = [str((item.get(name) or {}).get("id")) for name in ("from", "to")]
    if not all(text.isdigit() for text in ends):
        return
    from_id, to_id = int(ends[0]), int(ends[1])
    start = kind.type.type_id
    held = portal.links.between(start, from_id, other.type.type_id, to_id)
    chosen = [t for t in held if kinds is None or t in kinds]
    disconnect(portal, start, from_id, chosen, to_id, portal.now())


def _both(portal: Portal, kind: Kind, other: Kind, item: Any) -> tuple[Record, Record]:
    if not isinstance(item, dict):
        raise RefusedError(bad_json("from and to"))
    record = live(portal, kind, (item.get("from") or {}).get("id"))
    end = live(portal, other, (item.get("to") or {}).get("id"))
    refuse_itself(kind, record, other, end)
    return record, end


def _pair(
    kinds: list[LinkType], kind: Kind, record: Record, other: Kind, end: Record
) -> dict[str, Any]:
    return {
        "fromObjectTypeId": kind.type.type_id,
        "fromObjectId": record.id,
        "toObjectTypeId": other.type.type_id,
        "toObjectId": end.id,
        "labels": [t.label for t in kinds if t.label],
    }


def _spec(kind: LinkType) -> dict[str, Any]:
    return {"category": CATEGORY, "typeId": kind.id, "label": kind.label}


def _short(kind: Kind, other: Kind, link: LinkType) -> str:
    """`contact_to_company`; the unlabelled one says so where a labelled one exists."""
    between = BETWEEN[link.from_type, link.to_type]
    suffix = "_unlabeled" if len(between) > 1 and not link.primary else ""
    return f"{kind.label.lower()}_to_{other.label.lower()}{suffix}"


def _entry(problem: Problem) -> dict[str, Any]:
    entry = problem.entry()
    if not entry["context"]:
        del entry["context"]  # recorded: these errors do not say which input it was
    return entry


def _none_found(kind: Kind, other: Kind, text: str) -> dict[str, Any]:
    names = kind.label.lower(), other.label.lower()
    return Problem(
        404,
        f"No {names[1]} is associated with {names[0]} {text}.",
        category="OBJECT_NOT_FOUND",
        sub_category="crm.associations.NO_ASSOCIATIONS_FOUND",
        context={
            "fromObjectId": [text],
            "fromObjectType": [names[0]],
            "toObjectType": [names[1]],
        },
    ).entry()


def _at_most(inputs: list[Any], most: int) -> None:
    if len(inputs) > most:
        raise RefusedError(
            Problem(400, f"The maximum number of inputs supported in a batch is {most}.")
        )


def _frame(results: list[dict[str, Any]], now_ms: int) -> dict[str, Any]:
    return {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(now_ms),
        "completedAt": iso(now_ms + 40),
    }


def _multi(
    results: list[dict[str, Any]], errors: list[dict[str, Any]], now_ms: int, success: int
) -> Answer:
    body = _frame(results, now_ms)
    if not errors:
        return Answer(success, body)
    return Answer(207, body | {"numErrors": len(errors), "errors": errors})
