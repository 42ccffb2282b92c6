"""What a rule works with: the org and everything around it, and how to read a request.

The one rule: a request is read here or in `operations`, never in the rules below them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.rules import parse_header
from outreach_sandbox.salesforce.wire import Answer, Problem, RefusedError, not_found
from outreach_sandbox.salesforce.writes import Writer

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.auth import Tokens
    from outreach_sandbox.salesforce.bulk_jobs import Jobs
    from outreach_sandbox.salesforce.cursors import Cursors
    from outreach_sandbox.salesforce.limits import Limits
    from outreach_sandbox.salesforce.org import Org

OLDEST, NEWEST = 31, 67


@dataclass
class Desk:
    """One org with its sessions, counters, cursors and jobs; `route` runs a part of a composite."""

    org: Org
    tokens: Tokens
    limits: Limits
    cursors: Cursors
    jobs: Jobs
    route: Callable[[Exchange], Answer]


def version(exchange: Exchange) -> int:
    """The API version in the path; 404 for one that does not exist."""
    text = exchange.path_params.get("version", "")
    number = text.removeprefix("v").removesuffix(".0")
    if not number.isdigit() or not text.endswith(".0") or not OLDEST <= int(number) <= NEWEST:
        raise not_found()
    return int(number)


def base(exchange: Exchange) -> str:
    """The root of the resources of the version asked for."""
    return f"/services/data/v{version(exchange)}.0"


def host(exchange: Exchange) -> str:
    """Where this org lives, as the caller knows it."""
    return f"http://{exchange.headers.get('host', '127.0.0.1')}"


def writer(desk: Desk, exchange: Exchange) -> Writer:
    """The integration user with the request's duplicate header."""
    header = exchange.headers.get("sforce-duplicate-rule-header")
    return Writer(desk.org.user_id, parse_header(header))


def sent_object(exchange: Exchange) -> dict[str, Any]:
    """The body as one object."""
    try:
        body = exchange.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        text = "Unexpected character at [line:1, column:1]"
        raise RefusedError(Problem("JSON_PARSER_ERROR", text))
    return body
