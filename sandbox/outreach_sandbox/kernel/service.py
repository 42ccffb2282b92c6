"""What a vendor emulator is to the kernel.

Rule: a handler is an ordinary function from `Exchange` to `Reply`; it runs alone on the event
loop, so each call is atomic without any lock.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

from outreach_sandbox.kernel.wire import Refused, Reply

Door = Callable[[dict[str, Any]], dict[str, Any]]


class NotJson(ValueError):
    """The request body is not the JSON it claims to be."""


class BadDoorCall(ValueError):
    """A person's side door was called with a body it cannot follow; the message says why."""


@dataclass
class Exchange:
    """One request as rule code sees it; header names are lower case.

    A handler sets `inputs` to the number of records or ranges in the request (journal).
    """

    method: str
    path: str
    path_params: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    inputs: int = 1

    def json(self) -> Any:
        """The body as JSON; an empty body is an empty object."""
        if not self.body.strip():
            return {}
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise NotJson(str(error)) from error

    def form(self) -> dict[str, str]:
        """The body as a form; the last of a repeated field wins."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def first(self, name: str, default: str | None = None) -> str | None:
        """The first query value of this name."""
        return next((value for key, value in self.query if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every query value of this name, in order."""
        return [value for key, value in self.query if key == name]


@dataclass(frozen=True)
class Operation:
    """One endpoint; `path` is a Starlette path pattern and the first match wins."""

    id: str
    method: str
    path: str
    handler: Callable[[Exchange], Reply]
    kind: str = "api"


class Service(Protocol):
    """One vendor.

    Two more methods are used where they exist: `not_built(exchange) -> Reply` for an unknown
    path, and `failure(status, exchange) -> Reply` for a queued fault that names only a status.
    """

    vendor: str

    def operations(self) -> list[Operation]:
        """Every endpoint that is built."""
        ...

    def reset(self, seed: dict[str, Any]) -> None:
        """Start again from this vendor's part of the seed."""
        ...

    def people(self) -> dict[str, Door]:
        """What people do in the vendor's own screens, by name."""
        ...

    def contents(self) -> Any:
        """Everything that a reset replaces."""
        ...

    def put_back(self, contents: Any) -> None:
        """Replace it, as a reset does, by what `contents` gave earlier."""
        ...

    def lasting(self) -> list[object]:
        """The parts that a reset keeps, though the contents may know them."""
        ...


class NotBuiltService:
    """A vendor that answers 501 to everything."""

    def __init__(self, vendor: str, remedy: str = "not built yet in this sandbox") -> None:
        self.vendor = vendor
        self.remedy = remedy

    def operations(self) -> list[Operation]:
        """Nothing is built."""
        return []

    def reset(self, seed: dict[str, Any]) -> None:
        """Nothing to forget."""

    def people(self) -> dict[str, Door]:
        """Nobody lives here."""
        return {}

    def contents(self) -> None:
        """There is nothing."""

    def put_back(self, contents: Any) -> None:
        """Nothing to put back."""

    def lasting(self) -> list[object]:
        """Nothing but itself."""
        return []

    def not_built(self, exchange: Exchange) -> Reply:
        """501 that says so."""
        return not_built(exchange, self.remedy)


def not_built(exchange: Exchange, remedy: str = "") -> Reply:
    """The reply to a request the sandbox does not know."""
    return Reply(
        501,
        {
            "error": f"not built in this sandbox: {exchange.method} {exchange.path}",
            "remedy": remedy or "use an endpoint the sandbox has, or build this one first",
        },
    )


__all__ = [
    "BadDoorCall",
    "Door",
    "Exchange",
    "NotBuiltService",
    "NotJson",
    "Operation",
    "Refused",
    "Reply",
    "Service",
    "not_built",
]
