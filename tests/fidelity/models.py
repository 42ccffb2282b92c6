"""What HubSpot publishes about its APIs: the typed models of hubspot-api-client.

The one rule: the generated sources are read, not imported: a model says the type of each property
and which ones it needs, an API class which model goes in and which comes out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fidelity.shapes import Shape, Violation, violations

PACKAGES = (
    "crm/objects",
    "crm/contacts",
    "crm/companies",
    "crm/lists",
    "crm/owners",
    "crm/pipelines",
    "crm/properties",
    "crm/associations/v4",
)
PLAIN = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
PLAIN |= {"datetime": "string", "object": "any"}
METHOD = re.compile(r"^    def (\w+)_with_http_info\(", re.MULTILINE)
CALL = re.compile(r'call_api\(\s*"([^"]+)",\s*"(\w+)"')
RESPONSES = re.compile(r"response_types_map = \{(.*?)\}", re.DOTALL)
RESPONSE = re.compile(r'(\d+): "?([\w\[\], ]+?)"?,')
QUERY = re.compile(r'query_params\.append\(\("(\w+)"')
BODY = re.compile(r'body_params = local_var_params\["(\w+)"\]')
SET = re.compile(r"^        self\.(\w+) = \1$", re.MULTILINE)
CLASS = re.compile(r"^class (\w+)\(object\)", re.MULTILINE)


@dataclass(frozen=True)
class Published:
    """One published operation: what goes in and what comes out, by status."""

    package: str
    query: frozenset[str]
    body: str | None
    answers: dict[int, str]


def root() -> Path:
    """Where the client is installed."""
    spec = find_spec("hubspot")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("hubspot-api-client")
    return Path(spec.origin).parent


@cache
def operations() -> dict[tuple[str, str], list[Published]]:
    """Every published operation by method and path, the path's parameters unnamed."""
    found: dict[tuple[str, str], list[Published]] = {}
    for package in PACKAGES:
        for path in sorted((root() / package / "api").glob("*_api.py")):
            for key, operation in _operations(package, path.read_text(encoding="utf-8")):
                found.setdefault(key, []).append(operation)
    return found


def _operations(package: str, text: str) -> Iterator[tuple[tuple[str, str], Published]]:
    starts = [match.start() for match in METHOD.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        source = text[start:end]
        called, body = CALL.search(source), BODY.search(source)
        if called is None:
            continue
        types = re.search(rf":type {body[1]}: (\S.*)", source) if body else None
        answers = RESPONSES.search(source)
        listed = RESPONSE.findall(answers[1]) if answers else []
        yield (
            (called[2], unnamed(called[1])),
            Published(
                package,
                frozenset(QUERY.findall(source)),
                types[1].strip() if types else None,
                {int(status): name for status, name in listed},
            ),
        )


@cache
def unnamed(path: str) -> str:
    """A path with its parameters unnamed."""
    return re.sub(r"\{[^}]*\}", "{}", path).rstrip("/")


@cache
def models(package: str) -> dict[str, Shape]:
    """Every model of a package by name."""
    found = {}
    for path in (root() / package / "models").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        name = CLASS.search(text)
        if name is not None:
            found[name[1]] = _model(text)
    return found


def _model(text: str) -> Shape:
    types: dict[str, str] = _literal(text, "openapi_types")
    keys: dict[str, str] = _literal(text, "attribute_map")
    needed = {keys[name] for name in SET.findall(text) if name in keys}
    known = {keys[name]: shape(kind) for name, kind in types.items()}
    return Shape("object", known, required=frozenset(needed))


def _literal(text: str, name: str) -> Any:
    start = text.index(f"{name} = {{") + len(name) + 3
    return ast.literal_eval(text[start : text.index("}", start) + 1])


@cache
def shape(kind: str) -> Shape:
    """A type as the client writes it."""
    if kind in PLAIN:
        return Shape(PLAIN[kind])
    if kind.startswith("list["):
        return Shape("array", inner=shape(kind[5:-1]))
    if kind.startswith("dict["):
        return Shape("map", inner=shape(kind[5:-1].partition(",")[2].strip()))
    # a choice of models comes out of the generator as one model that needs all of their properties
    return Shape() if kind.endswith("Inner") else Shape("ref", name=kind)


def published(method: str, path: str) -> list[Published]:
    """What is published about a path of the sandbox, in its oldest spelling."""
    return operations().get((method, unnamed(path)), [])


def check_request(
    method: str, path: str, query: list[tuple[str, str]], body: Any
) -> Iterator[Violation]:
    """As discovery's; where two packages publish a path, one of them has to agree."""
    known = published(method, path)
    if not known:
        yield Violation("unpublished", "/", "an operation nobody published")
        return
    names = frozenset().union(*(operation.query for operation in known))
    for name in {n for n, _ in query} - names:
        yield Violation("parameter", f"?{name}", "a parameter nobody published")
    if body is not None:
        yield from _least(
            [list(_body(operation, operation.body, body)) for operation in known if operation.body]
        )


def check_response(method: str, path: str, status: int, body: Any) -> Iterator[Violation]:
    """An answer that is no published model, or of a status that is not published."""
    known = published(method, path)
    if not known or status >= 300 or body is None:
        return
    fitting = [operation for operation in known if status in operation.answers]
    if not fitting:
        yield Violation("status", "/", f"{status} is not among the published ones")
        return
    yield from _least([list(_body(o, o.answers[status], body)) for o in fitting])


def _body(operation: Published, kind: str, body: Any) -> Iterator[Violation]:
    known = models(operation.package)
    yield from violations(shape(kind), body, lambda name: known.get(name, Shape()))


def _least(found: list[list[Violation]]) -> list[Violation]:
    return min(found, key=len, default=[])
