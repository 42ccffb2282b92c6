"""HubSpot as one service of the sandbox.

The one rule: every API request passes one gate: who calls, how often, the rule, the headers.

https://developers.hubspot.com/docs/api-reference/overview
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import limits, scopes, seeding
from outreach_sandbox.hubspot.administration import Administration
from outreach_sandbox.hubspot.auth import Caller, Tokens, expired
from outreach_sandbox.hubspot.endpoint import Endpoint
from outreach_sandbox.hubspot.operations import ENDPOINTS, TOKENS
from outreach_sandbox.hubspot.people import People
from outreach_sandbox.hubspot.portal import Portal, new_portal
from outreach_sandbox.hubspot.switches import from_mapping
from outreach_sandbox.hubspot.webhook_settings import ENDPOINTS as APP_ENDPOINTS
from outreach_sandbox.hubspot.webhook_settings import AppWebhooks
from outreach_sandbox.hubspot.webhooks import Webhooks
from outreach_sandbox.hubspot.wire import (
    HTML_TYPE,
    JSON_TYPE,
    NOT_FOUND_PAGE,
    Answer,
    NotBuiltError,
    PageNotFoundError,
    Problem,
    RefusedError,
    to_ms,
)
from outreach_sandbox.kernel.service import Exchange, NotJson, Operation, not_built
from outreach_sandbox.kernel.wire import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach_sandbox.kernel.clock import Clock
    from outreach_sandbox.kernel.randomness import Seeded
    from outreach_sandbox.kernel.service import Door


MOVING = 477


@dataclass
class _Account:
    """What a reset replaces."""

    portal: Portal
    tokens: Tokens
    limits: limits.Limits
    doors: Mapping[str, Door]
    app: AppWebhooks


class HubSpotService:
    """The emulator behind the HubSpot port."""

    vendor = "hubspot"

    def __init__(self, clock: Clock, seeded: Seeded, switches: Mapping[str, object]) -> None:
        self._clock = clock
        self._seeded = seeded
        self._switches = switches
        self._account = self._new_account({})
        self._webhooks = Webhooks(seeded.rng("hubspot.webhooks"))

    def reset(self, seed: dict[str, Any]) -> None:
        """Start again from this seed."""
        self._account = self._new_account(seed)
        self._silent()

    def contents(self) -> _Account:
        """The account."""
        return self._account

    def put_back(self, contents: _Account) -> None:
        """Take this account for the present one."""
        self._account = contents
        self._silent()

    def lasting(self) -> list[object]:
        """Nothing but the service itself."""
        return []

    def operations(self) -> list[Operation]:
        """Every endpoint under every spelling of its path."""
        found = [
            Operation(endpoint.id, endpoint.method, path, self._gate(endpoint))
            for endpoint in ENDPOINTS
            for path in endpoint.paths()
        ]
        tokens = [Operation("oauth.token", "POST", p, self._token, kind="token") for p in TOKENS]
        apps = [
            Operation(name, method, path, self._app(rule), kind="app")
            for name, method, path, rule in APP_ENDPOINTS
        ]
        return found + tokens + apps

    def people(self) -> dict[str, Door]:
        """The side doors; each looks up the present account, whatever was reset since."""
        told = {"webhooks": self._subscribe, "webhooks_sent": lambda body: self._webhooks.report()}  # noqa: ARG005
        return {name: self._door(name) for name in self._account.doors} | told

    def failure(self, status: int, exchange: Exchange) -> Reply:
        """What a queued fault answers that names only a status."""
        now_ms = to_ms(self._clock.now())
        correlation_id = self._correlation_id()
        searched = exchange.path.rstrip("/").endswith("/search")
        problem = {
            401: expired(now_ms, now_ms - 75_000),
            429: limits.search_limit() if searched else limits.rolling_limit("private_app"),
            423: Problem(423, "The resource is locked. Please retry later.", category="LOCKED"),
            477: Problem(477, "The account is being moved to another data center.", category=None),
        }.get(status, Problem(status, "internal error", category="INTERNAL_ERROR"))
        # https://developers.hubspot.com/docs/api-reference/error-handling: up to a day for 477
        headers = {"Retry-After": "3600"} if status == MOVING else {}
        return self._reply(Answer(status, problem.body(correlation_id), headers), correlation_id)

    def not_built(self, exchange: Exchange) -> Reply:
        """A path the sandbox does not have."""
        remedy = "the sandbox has the endpoints docs/reference/sandbox.md lists"
        return not_built(exchange, remedy)

    def _new_account(self, seed: Mapping[str, Any]) -> _Account:
        portal = new_portal(self._clock, self._seeded, from_mapping(self._switches))
        seeding.plant(portal, seed)
        tokens = Tokens(self._seeded.rng("hubspot.tokens"), portal.id)
        counters = limits.Limits(limits.allowance(seed.get("auth") or {}))
        doors = People(portal).doors() | Administration(portal, tokens).doors()
        return _Account(portal, tokens, counters, doors, AppWebhooks(portal.app_id))

    def _door(self, name: str) -> Door:
        def walk(body: dict[str, Any]) -> dict[str, Any]:
            done = self._account.doors[name](body)
            self._webhooks.tell(self._account.portal)
            return done

        return walk

    def _subscribe(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._webhooks.subscribe(self._account.portal, body)

    def _silent(self) -> None:
        """Whoever subscribed did so in another world."""
        self._webhooks.subscribe(self._account.portal, {})

    def _app(self, rule: str) -> Callable[[Exchange], Reply]:
        def handler(exchange: Exchange) -> Reply:
            account = self._account
            answer = account.app.answer(rule, exchange, account.portal.now())
            return self._reply(answer, self._correlation_id())

        return handler

    def _token(self, exchange: Exchange) -> Reply:
        account = self._account
        content_type = exchange.headers.get("content-type", "")
        v1 = exchange.path.startswith("/oauth/v1")
        answer = account.tokens.grant(content_type, exchange.form(), account.portal.now(), v1=v1)
        return self._reply(answer, self._correlation_id())

    def _gate(self, endpoint: Endpoint) -> Callable[[Exchange], Reply]:
        def handler(exchange: Exchange) -> Reply:
            account = self._account
            correlation_id = self._correlation_id()
            now_ms = account.portal.now()
            try:
                caller = account.tokens.caller(exchange.headers.get("authorization"), now_ms)
            except RefusedError as refused:
                body = refused.problem.body(correlation_id)
                return self._reply(Answer(401, body), correlation_id)
            over = account.limits.take(caller, now_ms, correlation_id, search=endpoint.search)
            if over is not None:
                answer = _over(over, correlation_id, search=endpoint.search)
            else:
                answer = self._answer(endpoint, exchange, correlation_id)
                self._webhooks.tell(account.portal)
            return self._counted(answer, caller, now_ms, correlation_id, search=endpoint.search)

        return handler

    def _answer(self, endpoint: Endpoint, exchange: Exchange, correlation_id: str) -> Answer:
        portal = self._account.portal
        try:
            scopes.refuse_missing(portal, endpoint.id, exchange.path_params)
            return endpoint.rule(portal, exchange)
        except RefusedError as refused:
            body = refused.problem.body(correlation_id)
            return Answer(refused.problem.status, body, _not_found_header(refused.problem.status))
        except PageNotFoundError:
            return _not_found(correlation_id, html=portal.switches.html_404_for_contacts)
        except NotJson:
            problem = Problem(400, "Invalid input JSON on line 1, column 2. Unexpected character")
            return Answer(400, problem.body(correlation_id))
        except NotBuiltError as missing:
            reply = not_built(exchange, f"the sandbox does not have: {missing}")
            return Answer(501, reply.body if isinstance(reply.body, dict) else None)

    def _counted(
        self, answer: Answer, caller: Caller, now_ms: int, correlation_id: str, *, search: bool
    ) -> Reply:
        headers = self._account.limits.headers(caller, now_ms, search=search)
        return self._reply(answer, correlation_id, headers)

    def _reply(
        self, answer: Answer, correlation_id: str, headers: Mapping[str, str] | None = None
    ) -> Reply:
        own = {
            "Vary": "origin, Accept-Encoding",
            "X-HubSpot-Correlation-Id": correlation_id,
            **(headers or {}),
            **answer.headers,
        }
        media_type = None if answer.body is None else answer.media_type
        return Reply(answer.status, answer.body, own, media_type)

    def _correlation_id(self) -> str:
        bits = self._seeded.rng("hubspot.correlation").getrandbits(128)
        return str(uuid.UUID(int=bits, version=4))


def _over(problem: Problem, correlation_id: str, *, search: bool) -> Answer:
    # a refused search also closes the connection; no 429 says when to come back
    headers = {"Connection": "close"} if search else {}
    return Answer(problem.status, problem.body(correlation_id), headers, JSON_TYPE)


def _not_found_header(status: int) -> dict[str, str]:
    # recorded with pages and with JSON
    return {"X-HubSpot-NotFound": "true"} if status == 404 else {}


def _not_found(correlation_id: str, *, html: bool) -> Answer:
    if html:
        return Answer(404, NOT_FOUND_PAGE, _not_found_header(404), HTML_TYPE)
    problem = Problem(404, "resource not found", category="OBJECT_NOT_FOUND")
    return Answer(404, problem.body(correlation_id), _not_found_header(404))
