"""What real orgs told about their objects: the recorded describes of Salesforce.

The one rule: every record in an answer and in a request has the described fields and types; a
custom field is the org's own and is not looked at. Without recordings nothing is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fidelity.recording import folder
from fidelity.shapes import TYPES, Violation

NAMES = ("Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole", "Task")
JSON = {"boolean": ("boolean",), "int": ("integer",), "address": ("object",)}
JSON["parent"] = ("object",)
JSON |= dict.fromkeys(("double", "currency", "percent"), ("integer", "number"))
WRITES = {f"{a}.{b}" for a in ("sobjects", "collections") for b in ("create", "update", "upsert")}
FORMS = {
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000"),
    "id": re.compile(r"[A-Za-z0-9]{18}"),
    "reference": re.compile(r"[A-Za-z0-9]{18}"),
}


@dataclass(frozen=True)
class Described:
    """One field of one object."""

    type: str
    length: int
    nillable: bool
    createable: bool
    updateable: bool
    restricted: frozenset[str]


# a parent is an object of its own, or null
PARENT = Described("parent", 0, True, True, True, frozenset())


@cache
def described(name: str) -> dict[str, Described]:
    """An object's fields by name; empty where nobody recorded it."""
    where = folder() / "salesforce" / "describe"
    path = where / f"{name}.json"
    path = path if path.is_file() else where / f"{name}.RECONSTRUCTED.json"
    if name not in NAMES or not path.is_file():
        return {}
    fields = json.loads(path.read_text(encoding="utf-8"))["fields"]
    found = {field["name"]: _described(field) for field in fields}
    parents = {field["relationshipName"] for field in fields if field.get("relationshipName")}
    return found | dict.fromkeys(parents, PARENT)


def _described(field: dict[str, Any]) -> Described:
    values = {v["value"] for v in field.get("picklistValues") or ()}
    return Described(
        field["type"],
        field.get("length") or 0,
        bool(field.get("nillable")),
        bool(field.get("createable")),
        bool(field.get("updateable")),
        frozenset(values if field.get("restrictedPicklist") else ()),
    )


def check_response(body: Any, where: str = "") -> Iterator[Violation]:
    """Every record in an answer."""
    if isinstance(body, list):
        for item in body[:25]:
            yield from check_response(item, f"{where}/*")
    elif isinstance(body, dict):
        kind = (body.get("attributes") or {}).get("type")
        if kind:
            yield from _read(str(kind), body, where)
        for name, value in body.items():
            if isinstance(value, (list, dict)) and name != "attributes":
                yield from check_response(value, f"{where}/{name}")


def _read(kind: str, record: dict[str, Any], where: str) -> Iterator[Violation]:
    fields = described(kind)
    for name, value in record.items():
        if not fields or name == "attributes" or name.endswith(("__c", "__r")):
            continue
        if name not in fields and not isinstance(value, dict):
            yield Violation("unknown", f"{where}/{kind}.{name}", "a field nobody described")
        elif name in fields:
            yield from _value(fields[name], value, f"{where}/{kind}.{name}")


def _value(field: Described, value: Any, where: str) -> Iterator[Violation]:
    found = TYPES.get(type(value), "unknown")
    if value is None:
        if not field.nillable:
            yield Violation("type", where, "null, and it may not be")
    elif found not in JSON.get(field.type, ("string",)):
        yield Violation("type", where, f"expected {field.type}, found {found}")
    elif field.type in FORMS and not FORMS[field.type].fullmatch(value):
        yield Violation("form", where, f"not written as a {field.type}")
    elif found == "string" and field.length and len(value) > field.length:
        yield Violation("length", where, f"longer than {field.length}")


def check_request(operation: str, path: str, body: Any) -> Iterator[Violation]:
    """Every field that is written may be written, and is of a type that is taken."""
    if not isinstance(body, dict) or operation not in WRITES:
        return
    writing = "updateable" if operation.endswith("update") else "createable"
    kind = path.partition("/sobjects/")[2].partition("/")[0]
    records = [r for r in body.get("records") or [body] if isinstance(r, dict)]
    for record in records[:25]:
        name = str((record.get("attributes") or {}).get("type") or kind)
        yield from _written(name, record, writing)


def _written(kind: str, record: dict[str, Any], writing: str) -> Iterator[Violation]:
    fields = described(kind)
    for name, value in record.items():
        if not fields or name in ("attributes", "Id", "id") or name.endswith(("__c", "__r")):
            continue
        where = f"/{kind}.{name}"
        field = fields.get(name)
        if field is None:
            if not isinstance(value, dict):  # a parent named by its key
                yield Violation("unknown", where, "a field nobody described")
        elif not getattr(field, writing):
            yield Violation("read only", where, f"is not {writing}")
        elif field.restricted and isinstance(value, str) and value not in field.restricted:
            yield Violation("enum", where, f"expected one of {len(field.restricted)} words")
