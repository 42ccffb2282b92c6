"""What Google publishes about its APIs: the discovery documents in google-api-python-client.

The one rule: a document is read as it ships; an operation of the sandbox is the method of the same
name.

https://developers.google.com/discovery/v1/type-format
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from fidelity.shapes import Shape, Violation, violations

DOCUMENTS = {"sheets": "sheets.v4.json", "drive": "drive.v3.json"}
# sent by every client of a Google API: https://cloud.google.com/apis/docs/system-parameters
SYSTEM = {"fields", "alt", "key", "prettyPrint", "quotaUser", "uploadType"}


@cache
def document(api: str) -> dict[str, Any]:
    """One document."""
    folder = files("googleapiclient") / "discovery_cache" / "documents"
    found: dict[str, Any] = json.loads((folder / DOCUMENTS[api]).read_text(encoding="utf-8"))
    return found


@cache
def methods(api: str) -> dict[str, dict[str, Any]]:
    """Every method by its name."""
    return dict(_methods(document(api)["resources"]))


def _methods(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in resources.values():
        for method in resource.get("methods", {}).values():
            yield method["id"], method
        yield from _methods(resource.get("resources", {}))


@cache
def named(api: str, name: str) -> Shape:
    """A schema of the document."""
    return shape(document(api)["schemas"][name])


def shape(schema: dict[str, Any]) -> Shape:
    """A schema as a shape: proto messages know no other fields and need none."""
    if "$ref" in schema:
        return Shape("ref", name=schema["$ref"])
    kind = schema.get("type", "any")
    if kind == "array":
        return Shape("array", inner=shape(schema["items"]))
    if kind == "object" and "additionalProperties" in schema:
        return Shape("map", inner=shape(schema["additionalProperties"]))
    if kind == "object":
        known = schema.get("properties", {})
        return Shape("object", {n: shape(s) for n, s in known.items()}, closed=bool(known))
    return Shape(kind, values=frozenset(schema.get("enum", ())))


def method_of(operation: str) -> tuple[str, dict[str, Any]] | None:
    """The published method behind an operation of the sandbox."""
    api = operation.partition(".")[0]
    if api not in DOCUMENTS:
        return None
    found = methods(api).get(operation)
    return (api, found) if found else None


def check_request(operation: str, query: list[tuple[str, str]], body: Any) -> Iterator[Violation]:
    """Parameters nobody published, and a body that is not the published message."""
    found = method_of(operation)
    if found is None:
        yield Violation("unpublished", "/", "an operation nobody published")
        return
    api, method = found
    known = set(method.get("parameters", {})) | SYSTEM
    for name in {n for n, _ in query} - known:
        yield Violation("parameter", f"?{name}", "a parameter nobody published")
    for name, value in query:
        allowed = method.get("parameters", {}).get(name, {}).get("enum")
        if allowed and value not in allowed:
            yield Violation("parameter", f"?{name}", f"expected one of {len(allowed)} words")
    if "request" in method and body is not None:
        yield from violations(shape(method["request"]), body, lambda n: named(api, n))


def check_response(operation: str, status: int, body: Any) -> Iterator[Violation]:
    """An answer that is not the published message."""
    found = method_of(operation)
    if found is None or status >= 300:
        return
    api, method = found
    if "response" in method and body is not None:
        yield from violations(shape(method["response"]), body, lambda n: named(api, n))
