"""What every HubSpot endpoint shares: how it is listed and how its request is read.

The one rule: a request is read here, so that all endpoints take the same spellings.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import batches
from outreach_sandbox.hubspot.wire import Answer, Problem, RefusedError, bad_json

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.kernel.service import Exchange

Rule = Callable[["Portal", "Exchange"], Answer]

OBJECTS = ("/crm/v3/objects", "/crm/objects/v3", "/crm/objects/2026-03")


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


def asked_kind(portal: Portal, exchange: Exchange) -> Kind:
    """The object type the path names."""
    return portal.kind(exchange.path_params["object_type"])


def asked_inputs(exchange: Exchange) -> list[dict[str, Any]]:
    """The inputs of a batch, counted for the journal."""
    inputs = batches.inputs_of(exchange.json())
    exchange.inputs = len(inputs)
    return inputs


def asked_names(exchange: Exchange, parameter: str) -> tuple[str, ...]:
    """`properties=a&properties=b` and `properties=a,b` are one."""
    found = [name for value in exchange.all(parameter) for name in value.split(",") if name]
    return tuple(dict.fromkeys(found))


def asked_archived(exchange: Exchange) -> bool:
    """Whether the recycle bin is asked for."""
    return (exchange.first("archived") or "").lower() == "true"


def asked_number(exchange: Exchange, name: str, default: int | None) -> int | None:
    """A whole number of the query."""
    text = exchange.first(name)
    if not text:
        return default
    if not text.isdigit():
        raise RefusedError(Problem(400, f"{name} must be an integer"))
    return int(text)


def json_object(exchange: Exchange) -> dict[str, Any]:
    """The body as a JSON object."""
    body = exchange.json()
    if not isinstance(body, dict):
        raise RefusedError(bad_json("an object"))
    return body
