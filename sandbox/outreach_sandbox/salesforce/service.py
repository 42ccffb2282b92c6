"""Salesforce as one service of the sandbox.

The one rule: every API request passes one gate: jobs move, who calls, how often, the rule, the
header that says what is left.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.routing import compile_path

from outreach_sandbox.kernel.service import Exchange, NotJson, Operation, not_built
from outreach_sandbox.kernel.wire import Reply
from outreach_sandbox.salesforce import bulk_one, bulk_xml, seeding
from outreach_sandbox.salesforce.auth import OauthError, Tokens
from outreach_sandbox.salesforce.bulk_jobs import Jobs
from outreach_sandbox.salesforce.cursors import Cursors
from outreach_sandbox.salesforce.desk import Desk
from outreach_sandbox.salesforce.limits import DEVELOPER_CALLS, Limits
from outreach_sandbox.salesforce.operations import ENDPOINTS, OAUTH, SIGN_IN, Endpoint
from outreach_sandbox.salesforce.org import Org
from outreach_sandbox.salesforce.people import People
from outreach_sandbox.salesforce.switches import from_mapping
from outreach_sandbox.salesforce.webhooks import Webhooks
from outreach_sandbox.salesforce.wire import Answer, NotBuiltError, Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.kernel.service import Door

LONGEST_URI = 16_384
ASYNC = "/services/async/"
REMEDY = "the sandbox has sign-in, records, SOQL, collections, composite and Bulk 2.0 ingest"
FAILURES = {
    401: Problem("INVALID_SESSION_ID", "Session expired or invalid", status=401),
    403: Problem("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", status=403),
    500: Problem("UNKNOWN_EXCEPTION", "An unexpected error occurred.", status=500),
    503: Problem("SERVER_UNAVAILABLE", "The server is too busy. Try again later.", status=503),
}


class SalesforceService:
    """The emulator behind the Salesforce port."""

    vendor = "salesforce"

    def __init__(self, clock: Clock, seeded: Seeded, switches: Mapping[str, object]) -> None:
        self._clock = clock
        self._seeded = seeded
        self._switches = switches
        self._parts = [
            (endpoint, compile_path(path)[0])
            for endpoint in ENDPOINTS
            if endpoint.part
            for path in endpoint.paths()
        ]
        self.desk = self._new_desk({})
        self._webhooks = Webhooks(seeded.rng("salesforce.webhooks"))

    def reset(self, seed: dict[str, Any]) -> None:
        """Start again from this seed."""
        self.desk = self._new_desk(seed)
        self._webhooks.subscribe(self.desk.org, {})

    def contents(self) -> Desk:
        """The org and what works on it."""
        return self.desk

    def put_back(self, contents: Desk) -> None:
        """Take this org for the present one."""
        self.desk = contents
        self._webhooks.subscribe(self.desk.org, {})

    def lasting(self) -> list[object]:
        """Nothing but the service itself."""
        return []

    def operations(self) -> list[Operation]:
        """Every endpoint under both spellings of its path."""
        open_ = [
            Operation(e.id, e.method, path, self._open(e), kind=_kind(e))
            for e in SIGN_IN
            for path in e.paths()
        ]
        gated = [
            Operation(e.id, e.method, path, self._gate(e)) for e in ENDPOINTS for path in e.paths()
        ]
        return open_ + gated

    def people(self) -> dict[str, Door]:
        """The side doors; each looks up the present org, whatever was reset since."""
        told = {
            "webhooks": lambda body: self._webhooks.subscribe(self.desk.org, body),
            "webhooks_sent": lambda body: self._webhooks.report(),  # noqa: ARG005
        }
        return {name: self._door(name) for name in People(self.desk).doors()} | told

    def failure(self, status: int, exchange: Exchange) -> Reply:
        """What a queued fault answers that names only a status; tokens are refused by an object."""
        if exchange.path.startswith(OAUTH) and not exchange.path.startswith(f"{OAUTH}/userinfo"):
            given = {"error": "invalid_grant", "error_description": "authentication failure"}
            busy = {"error": "server_error", "error_description": "try again later"}
            return self._reply(Answer(status, given if status in (400, 401) else busy))
        default = Problem("UNKNOWN_EXCEPTION", "An unexpected error occurred.", status=status)
        return self._counted(Answer(status, [FAILURES.get(status, default).as_error()]))

    def not_built(self, exchange: Exchange) -> Reply:
        """A path the sandbox does not have."""
        return not_built(exchange, REMEDY)

    def _new_desk(self, seed: Mapping[str, Any]) -> Desk:
        org = Org(self._clock, self._seeded, from_mapping(self._switches))
        seeding.plant(org, seed)
        limits = Limits(int(org.settings.get("daily_api_requests", DEVELOPER_CALLS)))
        tokens = Tokens(org, dict(seed.get("auth") or {}))
        jobs = Jobs(dict(org.settings.get("bulk") or {}))
        return Desk(org, tokens, limits, Cursors(org.ids), jobs, self._route)

    def _door(self, name: str) -> Door:
        def walk(body: dict[str, Any]) -> dict[str, Any]:
            self.desk.jobs.settle(self.desk)
            bulk_one.settle(self.desk)
            done = People(self.desk).doors()[name](body)
            self._webhooks.tell(self.desk.org)
            return done

        return walk

    def _open(self, endpoint: Endpoint) -> Callable[[Exchange], Reply]:
        def handler(exchange: Exchange) -> Reply:
            try:
                answer = endpoint.rule(self.desk, exchange)
            except OauthError as refused:
                answer = refused.answer
            return self._reply(answer)

        return handler

    def _gate(self, endpoint: Endpoint) -> Callable[[Exchange], Reply]:
        def handler(exchange: Exchange) -> Reply:
            desk = self.desk
            desk.jobs.settle(desk)
            bulk_one.settle(desk)
            try:
                _short_enough(desk, exchange)
                desk.tokens.caller(_session(exchange))
                desk.limits.take(desk.org.now())
            except RefusedError as refused:
                return self._counted(_refusal(refused, exchange))
            answer = self._answer(endpoint, exchange)
            self._webhooks.tell(desk.org)
            return self._counted(answer)

        return handler

    def _answer(self, endpoint: Endpoint, exchange: Exchange) -> Answer:
        try:
            return endpoint.rule(self.desk, exchange)
        except RefusedError as refused:
            return _refusal(refused, exchange)
        except NotJson:
            text = "Unexpected character at [line:1, column:1]"
            return Answer(400, [Problem("JSON_PARSER_ERROR", text).as_error()])
        except NotBuiltError as missing:
            body = not_built(exchange, f"the sandbox does not have: {missing}").body
            return Answer(501, body if isinstance(body, dict) else None)

    def _route(self, exchange: Exchange) -> Answer:
        for endpoint, pattern in self._parts:
            found = pattern.match(exchange.path) if endpoint.method == exchange.method else None
            if found:
                exchange.path_params = found.groupdict()
                return self._answer(endpoint, exchange)
        body = not_built(exchange, REMEDY).body
        return Answer(501, body if isinstance(body, dict) else None)

    def _counted(self, answer: Answer) -> Reply:
        per_app = self.desk.org.switches.per_app_usage
        usage = self.desk.limits.header(per_app=per_app)
        return self._reply(answer, {"Sforce-Limit-Info": usage})

    def _reply(self, answer: Answer, headers: Mapping[str, str] | None = None) -> Reply:
        media_type = None if answer.body is None else answer.media_type
        own = {**(headers or {}), **answer.headers}
        if media_type is not None:
            own["Content-Type"] = media_type  # as it is: Starlette would add a charset to text
        return Reply(answer.status, answer.body, own, media_type)


def _kind(endpoint: Endpoint) -> str:
    return "api" if endpoint.id == "versions" else "token"


def _session(exchange: Exchange) -> str | None:
    """The session of a call; Bulk API 1.0 has a header of its own for it."""
    own = exchange.headers.get("x-sfdc-session")
    if own and exchange.path.startswith(ASYNC):
        return f"Bearer {own}"
    return exchange.headers.get("authorization")


def _refusal(refused: RefusedError, exchange: Exchange) -> Answer:
    if exchange.path.startswith(ASYNC):
        return bulk_xml.refusal(refused.problem)
    return Answer(refused.problem.status, [refused.problem.as_error()])


def _short_enough(desk: Desk, exchange: Exchange) -> None:
    length = len(exchange.path) + len(urlencode(exchange.query))
    if desk.org.switches.long_uri_refused and length > LONGEST_URI:
        raise RefusedError(Problem("REQUEST_URI_TOO_LONG", "URI Too Long", status=414))
