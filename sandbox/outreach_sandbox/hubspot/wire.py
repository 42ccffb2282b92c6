"""The shapes HubSpot puts on the wire: errors, timestamps, pages.

The one rule: every text a client might read is written here or in the rule that raises it, in
the vendor's words, and nothing here knows the store.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

JSON_TYPE = "application/json;charset=utf-8"
HTML_TYPE = "text/html;charset=iso-8859-1"
# the user who connected the app: lists and properties made through the API are theirs
USER_ID = "76023669"

NOT_FOUND_PAGE = (
    "<html>\n<head>\n"
    '<meta http-equiv="Content-Type" content="text/html;charset=utf-8"/>\n'
    "<title>Error 404 Not Found</title>\n</head>\n"
    "<body><h2>HTTP ERROR 404</h2>\n<p>Resource not found</p>\n</body>\n</html>\n"
)


@dataclass(frozen=True)
class Answer:
    """What a rule answers; the service turns it into a reply with the vendor's headers."""

    status: int
    body: dict[str, Any] | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON_TYPE


@dataclass(frozen=True)
class Problem:
    """One thing the vendor objects to, before it is dressed as a body or a 207 entry."""

    status: int
    message: str
    category: str | None = "VALIDATION_ERROR"
    context: dict[str, list[str]] | None = None
    errors: tuple[dict[str, Any], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    sub_category: str | None = None
    faults: tuple[dict[str, Any], ...] = ()
    texts: tuple[str, ...] = ()

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The body of a failed request."""
        body: dict[str, Any] = {"status": "error", "message": self.message}
        body["correlationId"] = correlation_id
        if self.context:
            body["context"] = self.context
        if self.errors or self.texts:
            body["errors"] = [*self.errors, *self.texts]
        if self.category:
            body["category"] = self.category
        if self.sub_category:
            body["subCategory"] = self.sub_category
        body.update(self.extra)
        return body

    def entry(self, **context: list[str]) -> dict[str, Any]:
        """The entry of a multi-status body (207)."""
        entry: dict[str, Any] = {"status": "error", "category": self.category or "VALIDATION_ERROR"}
        if self.sub_category:
            entry["subCategory"] = self.sub_category
        entry["message"] = self.message
        entry["context"] = {**context, **(self.context or {})}
        return entry


class RefusedError(Exception):
    """The vendor refuses the whole request."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class PageNotFoundError(Exception):
    """The vendor answers its HTML 404 page."""


class NotBuiltError(Exception):
    """The request is one the vendor knows and this sandbox does not act out."""


def invalid_values(faults: list[dict[str, Any]]) -> Problem:
    """One or more property values are wrong; inputs are concatenated without telling which.

    https://developers.hubspot.com/docs/api-reference/error-handling
    """
    listed = json.dumps(faults, separators=(",", ":"), ensure_ascii=False)
    errors = tuple(
        {
            "message": fault["message"],
            "code": fault["error"],
            "context": {"propertyName": [fault["name"]]},
        }
        for fault in faults
    )
    message = f"Property values were not valid: {listed}"
    return Problem(400, message, errors=errors, faults=tuple(faults))


def bad_json(needed: str) -> Problem:
    """The body is not the JSON the endpoint wants."""
    return Problem(400, f"Invalid input JSON on line 1, column 1. Required: {needed}")


@lru_cache(maxsize=100_000)
def iso(milliseconds: int) -> str:
    """A timestamp the way Java's Instant prints it: no fraction when it is zero."""
    seconds, rest = divmod(milliseconds, 1000)
    text = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat()
    return f"{text}.{rest:03d}Z" if rest else f"{text}Z"


@lru_cache(maxsize=500_000)
def epoch_ms(text: str) -> int | None:
    """Milliseconds of an ISO date or a number of milliseconds; None if it is neither."""
    if text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def to_ms(moment: datetime) -> int:
    """Milliseconds of a clock's reading."""
    return int(moment.timestamp() * 1000)
