"""Holds every request and answer of a sandbox against what the vendors publish.

The one rule: the sandbox knows nothing of it: its dispatcher is watched from outside, while tests
run, and what is noted is places and shapes, never values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fidelity import describes, discovery, models
from fidelity.excuses import Excuses, Place, load
from fidelity.shapes import Violation
from outreach_sandbox.kernel.dispatch import Dispatcher
from outreach_sandbox.kernel.service import Exchange, Operation
from outreach_sandbox.kernel.wire import Reply

REQUEST, RESPONSE = "request", "response"
UNREAD = object()


@dataclass(frozen=True)
class Seen:
    """One request and its answer, as the watcher saw them."""

    vendor: str
    operation: str
    template: str
    exchange: Exchange
    reply: Reply


def watch(note: Callable[[str], None], *, requests: Callable[[], bool]) -> Callable[[], None]:
    """Watch every dispatcher of this process; returns how to stop."""
    handle = Dispatcher._handle
    excuses = load("schema")

    def watched(self: Dispatcher, operation: Operation | None, exchange: Exchange) -> Reply:
        reply = handle(self, operation, exchange)
        if operation is not None and operation.kind == "api":
            seen = Seen(self.service.vendor, operation.id, operation.path, exchange, reply)
            for text in found(seen, excuses, requests=requests()):
                note(text)
        return reply

    Dispatcher._handle = watched  # type: ignore[method-assign]

    def stop() -> None:
        Dispatcher._handle = handle  # type: ignore[method-assign]

    return stop


def found(seen: Seen, excuses: Excuses, *, requests: bool = True) -> Iterator[str]:
    """Everything in this call that nothing excuses; of refused requests only the answer counts."""
    checks = [(RESPONSE, response_violations(seen))]
    if requests and seen.reply.status < 300:
        checks.append((REQUEST, request_violations(seen)))
    for side, listed in checks:
        for one in listed:
            place = Place(seen.vendor, side, seen.operation, one.kind, one.where)
            if not excuses.cover(place):
                yield f"{seen.vendor} {seen.operation} {side}: {one}"


def request_violations(seen: Seen) -> list[Violation]:
    """What is wrong with the request."""
    body = _sent(seen.exchange)
    if body is UNREAD:
        return []
    query = seen.exchange.query
    if seen.vendor == "google":
        return list(discovery.check_request(seen.operation, query, body))
    if seen.vendor == "hubspot":
        path = oldest(seen.template)
        return list(models.check_request(seen.exchange.method, path, query, body))
    return list(describes.check_request(seen.operation, seen.exchange.path, body))


def response_violations(seen: Seen) -> list[Violation]:
    """What is wrong with the answer."""
    status, body = seen.reply.status, seen.reply.body
    if isinstance(body, (str, bytes)):
        return []
    if seen.vendor == "google":
        return list(discovery.check_response(seen.operation, status, body))
    if seen.vendor == "hubspot":
        path = oldest(seen.template)
        return list(models.check_response(seen.exchange.method, path, status, body))
    return list(describes.check_response(body)) if status < 300 else []


@cache
def oldest(template: str) -> str:
    """A path of HubSpot's in the spelling that the client still has."""
    found = re.match(r"/crm/(\w+)/(?:v\d|\d{4}-\d\d)(/.*|$)", template)
    if found is None:
        return template.replace("/account-info/2026-03", "/account-info/v3")
    linked = found[1] == "associations" or "/associations/" in found[2]
    return f"/crm/{'v4' if linked else 'v3'}/{found[1]}{found[2]}"


def _sent(exchange: Exchange) -> Any:
    if not exchange.body.strip():
        return None
    try:
        return json.loads(exchange.body)
    except ValueError:
        return UNREAD
