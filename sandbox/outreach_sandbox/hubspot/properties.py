"""The properties API: definitions and groups.

The one rule: what a definition may be is decided here; what a value may be, in `values.py`.

https://developers.hubspot.com/docs/guides/api/crm/properties
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.schema import MAX_UNIQUE, Property, options_of
from outreach_sandbox.hubspot.wire import USER_ID, Answer, Problem, RefusedError, bad_json, iso

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind

NAME = re.compile(r"[a-z][a-z0-9_]*")
REQUIRED = ("name", "label", "type", "fieldType", "groupName")
# https://developers.hubspot.com/docs/guides/api/crm/properties#property-type-and-fieldtype-values
FIELD_TYPES = {
    "string": ("text", "textarea", "file", "html", "phonenumber"),
    "phone_number": ("phonenumber",),
    "number": ("number",),
    "enumeration": ("select", "radio", "checkbox", "booleancheckbox"),
    "bool": ("booleancheckbox",),
    "date": ("date",),
    "datetime": ("date",),
}


def list_all(kind: Kind, *, archived: bool) -> Answer:
    """Every definition; not paged."""
    found = kind.schema.archived if archived else kind.schema.properties
    return Answer(200, {"results": [p.in_full() for p in found.values()]})


def get(kind: Kind, name: str, *, archived: bool) -> Answer:
    """One definition."""
    found = (kind.schema.archived if archived else kind.schema.properties).get(name)
    if found is None:
        raise RefusedError(_missing(name))
    return Answer(200, found.in_full())


def create(kind: Kind, body: Any, now_ms: int) -> Answer:
    """Make one definition."""
    definition = _definition(kind, body, now_ms)
    _put(kind, definition)
    return Answer(201, definition.in_full())


def create_batch(kind: Kind, inputs: list[Any], now_ms: int) -> Answer:
    """Make several; those that exist are reported beside the others (recorded: 207)."""
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for body in inputs:
        try:
            definition = _definition(kind, body, now_ms)
            _put(kind, definition)
            results.append(definition.as_json())
        except RefusedError as refused:
            errors.append(refused.problem.entry())
    return _batch(results, errors, now_ms, 201)


def read_batch(kind: Kind, inputs: list[Any], now_ms: int, *, archived: bool) -> Answer:
    """Read several by name."""
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in inputs:
        try:
            results.append(get(kind, str(item.get("name")), archived=archived).body)  # type: ignore[arg-type]
        except RefusedError as refused:
            errors.append(refused.problem.entry())
    return _batch(results, errors, now_ms, 200)


def update(kind: Kind, name: str, body: Any, now_ms: int) -> Answer:
    """Change label, description, options and the like; name, type and uniqueness stay."""
    found = kind.schema.properties.get(name)
    if found is None:
        raise RefusedError(_missing(name))
    if not isinstance(body, dict) or (found.hubspot_defined and set(body) - {"options"}):
        raise RefusedError(Problem(400, f"Property '{name}' is read only and cannot be modified."))
    changed = replace(
        found,
        label=str(body.get("label", found.label)),
        description=str(body.get("description", found.description)),
        group=_group(kind, str(body.get("groupName", found.group))),
        options=_options(found.type, body["options"]) if "options" in body else found.options,
        hidden=bool(body.get("hidden", found.hidden)),
        display_order=int(body.get("displayOrder", found.display_order)),
        updated_ms=now_ms,
    )
    kind.schema.put(changed)
    return Answer(200, changed.in_full())


def archive(kind: Kind, name: str, now_ms: int) -> Answer:
    """Take a definition away."""
    found = kind.schema.properties.get(name)
    if found is not None and found.hubspot_defined:
        raise RefusedError(Problem(400, f"Property '{name}' cannot be archived."))
    if found is not None:
        kind.schema.archive(name, now_ms)
        kind.store.keys.pop(name, None)
        kind.store.owners.pop(name, None)
    return Answer(204)


def list_groups(kind: Kind) -> Answer:
    """Every group."""
    return Answer(200, {"results": list(kind.schema.groups.values())})


def get_group(kind: Kind, name: str) -> Answer:
    """One group."""
    found = kind.schema.groups.get(name)
    if found is None:
        message = f"Property group '{name}' does not exist"
        raise RefusedError(Problem(404, message, category="OBJECT_NOT_FOUND"))
    return Answer(200, found)


def create_group(kind: Kind, body: Any) -> Answer:
    """Make a group."""
    name = body.get("name") if isinstance(body, dict) else None
    if not name or not body.get("label"):
        raise RefusedError(bad_json("name, label"))
    if name in kind.schema.groups:
        message = f"A property group named '{name}' already exists."
        raise RefusedError(
            Problem(409, message, category="OBJECT_ALREADY_EXISTS", context={"name": [name]})
        )
    return Answer(201, kind.schema.add_group(str(name), str(body["label"])))


def define(kind: Kind, body: dict[str, Any], now_ms: int) -> None:
    """A definition a seed brings."""
    group = next(iter(kind.schema.groups))
    _put(kind, _definition(kind, {"groupName": group, **body}, now_ms))


def _put(kind: Kind, definition: Property) -> None:
    kind.schema.put(definition)
    if definition.unique:
        kind.store.add_unique(definition.name)


def _definition(kind: Kind, body: Any, now_ms: int) -> Property:
    """Check a new definition.

    | # | case | outcome |
    |---|---|---|
    | 1 | a required field is missing, or name or type is odd | 400 |
    | 2 | the name exists | 409, recorded words of batch/create |
    | 3 | unique, and ten are unique already, or the type has no unique properties | 400 |
    """
    missing = [n for n in REQUIRED if not (isinstance(body, dict) and body.get(n))]
    if missing:  # (1)
        listed = ", ".join(missing)
        raise RefusedError(Problem(400, f"Some required fields were not set: [{listed}]"))
    name, kind_of_value, field_type = str(body["name"]), body["type"], body["fieldType"]
    if not NAME.fullmatch(name):
        raise RefusedError(Problem(400, f"Property name '{name}' is invalid: use lower case"))
    if field_type not in FIELD_TYPES.get(kind_of_value, ()):
        message = f"fieldType {field_type} is not valid for type {kind_of_value}"
        raise RefusedError(Problem(400, message))
    if name in kind.schema.properties:  # (2)
        raise RefusedError(_exists(name))
    unique = bool(body.get("hasUniqueValue"))
    # https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm: no activities
    if unique and not kind.unique_allowed:  # (3)
        raise RefusedError(Problem(400, f"{kind.label} does not support unique properties"))
    if unique and kind.schema.custom_unique_count() >= MAX_UNIQUE:  # (3)
        message = f"at most {MAX_UNIQUE} properties may have unique values per object"
        raise RefusedError(Problem(400, message))
    return Property(
        name=name,
        label=str(body["label"]),
        type=kind_of_value,
        field_type=field_type,
        group=_group(kind, str(body["groupName"])),
        options=_options(kind_of_value, body.get("options") or []),
        unique=unique,
        hidden=bool(body.get("hidden", False)),
        form_field=bool(body.get("formField", False)),
        display_order=int(body.get("displayOrder", -1)),
        description=str(body.get("description", "")),
        created_ms=now_ms,
        made_by=USER_ID,
        updated_ms=now_ms,
    )


def _group(kind: Kind, name: str) -> str:
    if name not in kind.schema.groups:
        raise RefusedError(Problem(400, f"Property group '{name}' does not exist"))
    return name


def _options(kind_of_value: str, raw: list[Any]) -> tuple[dict[str, Any], ...]:
    if kind_of_value == "bool" and not raw:
        return options_of(["true", "false"])
    if kind_of_value == "enumeration" and not raw:
        raise RefusedError(Problem(400, "an enumeration needs options"))
    return tuple(
        {
            "label": str(option.get("label", option.get("value"))),
            "value": str(option["value"]),
            "description": str(option.get("description", "")),
            "displayOrder": int(option.get("displayOrder", order)),
            "hidden": bool(option.get("hidden", False)),
        }
        for order, option in enumerate(raw)
    )


def _exists(name: str) -> Problem:
    return Problem(
        409,
        f"A property named '{name}' already exists.",
        category="OBJECT_ALREADY_EXISTS",
        sub_category="Properties.PROPERTY_WITH_NAME_EXISTS",
        context={"name": [name]},
    )


def _missing(name: str) -> Problem:
    return Problem(
        404,
        f"Property '{name}' does not exist",
        category="OBJECT_NOT_FOUND",
        context={"name": [name]},
    )


def _batch(
    results: list[dict[str, Any]], errors: list[dict[str, Any]], now_ms: int, success: int
) -> Answer:
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": results,
        "startedAt": iso(now_ms),
        "completedAt": iso(now_ms + 40),
    }
    if not errors:
        return Answer(success, body)
    return Answer(207, {**body, "errors": errors, "numErrors": len(errors)})
