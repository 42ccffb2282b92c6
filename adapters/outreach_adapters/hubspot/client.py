"""HubSpot's client library with what it lacks: time limits, retries, tokens, plain answers.

Rule: `client.api_request` of the library is never used: it ignores the base URL, so the token would
leave for the vendor's real host; it prints to the standard output; and it has no time limit.

Each overridden default of hubspot-api-client 12.0.0, and why:

| default | instead | why |
|---|---|---|
| no time limit | ``_request_timeout`` on every call | a silent server would hang the run |
| urllib3 retries GETs | ``retry=False``, own policy | 429 is slept over unseen, writes are not covered |
| models | ``_preload_content=False`` | they drop unknown keys and cost five times the call |
| an API object per access | objects kept | every access opens a new connection pool |
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3
from hubspot import HubSpot

from outreach_adapters.auth.tokens import TokenSource
from outreach_adapters.http.pacing import Pace
from outreach_adapters.http.retry import RetryPolicy, call_with_retry
from outreach_adapters.hubspot.errors import InDoubt, TokenRefused, translate
from outreach_adapters.hubspot.linked import Linked
from outreach_core.errors import ConfigError, OutreachError, Retriable

Body = dict[str, Any]
TIMEOUT = (10, 60)
# https://developers.hubspot.com/docs/api-reference/crm-objects-v3/batch: inputs of a batch
BATCH = 100
# ... and of one that shows the history of properties
HISTORIES = 50
MEMBERS = 250
CONTACTS = "contacts"
CONTACTS_TYPE = "0-1"
COMPANIES = "companies"
EMAILS = "emails"
DEALS = "deals"
NEVER_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.SSLError,
)
OK_STATUSES = range(200, 300)
_DAILY = ("X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining")


class HubSpotClient:
    """What this project asks of HubSpot: records of any object, associations, the account.

    Answers are the vendor's JSON as it came. Every method raises the errors of `outreach_core`.
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        rng: random.Random,
        policy: RetryPolicy | None = None,
    ) -> None:
        library = HubSpot(access_token="", host=base_url, retry=False)
        crm = library.crm
        self._batch = crm.objects.batch_api
        self._basic = crm.objects.basic_api
        self._search = crm.objects.search_api
        self._properties = crm.properties.core_api
        self._groups = crm.properties.groups_api
        self._links = crm.associations.v4.batch_api
        self._pipelines = crm.pipelines.pipelines_api
        self._owners = crm.owners.owners_api
        self._lists = crm.lists.lists_api
        self._members = crm.lists.memberships_api
        self._tokens = tokens
        self._sleep = sleep
        self._rng = rng
        self._policy = policy
        # https://developers.hubspot.com/docs/guides/api/crm/search#rate-limits: 5 a second
        self._pace = Pace(5, 1.0, clock=clock, sleep=sleep)
        self.vendor_time: float | None = None
        self.usage: tuple[int, int] | None = None  # calls used and allowed today, where it tells

    def account(self) -> Body:
        """Return the account's details (``portalId``); the library has no method for them."""
        return self._ask(
            self._basic.api_client.call_api,
            "/account-info/v3/details",
            "GET",
            auth_settings=["oauth2"],
            header_params={"Accept": "application/json"},
            response_types_map={},
            _return_http_data_only=True,
        )

    def search(self, query: Body, obj: str = CONTACTS) -> Body:
        """Return one page of a search: matched on an index that lags, shown from the store."""

        def paced(*args: Any, **kwargs: Any) -> Any:
            self._pace.wait()
            return self._search.do_search(*args, **kwargs)

        paced.api = self._search  # type: ignore[attr-defined]
        return self._ask(paced, obj, query)

    def read(
        self,
        ids: Sequence[str],
        properties: Iterable[str],
        *,
        id_property: str | None = None,
        archived: bool = False,
        obj: str = CONTACTS,
    ) -> list[Body]:
        """Return the records with these ids or unique values, in no order; the rest is missing."""
        found: list[Body] = []
        for start in range(0, len(ids), BATCH):
            body: Body = {
                "inputs": [{"id": key} for key in ids[start : start + BATCH]],
                "properties": list(properties),
                "propertiesWithHistory": [],
            }
            if id_property:
                body["idProperty"] = id_property
            answer = self._ask(self._batch.read, obj, body, archived=archived)
            found += answer.get("results") or []
        return found

    def histories(
        self,
        ids: Sequence[str],
        properties: Iterable[str],
        watched: Iterable[str],
        obj: str = CONTACTS,
    ) -> list[Body]:
        """Return the records with these ids, and all versions of the watched properties."""
        named = {"properties": list(properties), "propertiesWithHistory": list(watched)}
        found: list[Body] = []
        for start in range(0, len(ids), HISTORIES):
            body: Body = {
                "inputs": [{"id": key} for key in ids[start : start + HISTORIES]],
                **named,
            }
            answer = self._ask(self._batch.read, obj, body, archived=False)
            found += answer.get("results") or []
        return found

    def get(self, record_id: str, properties: Iterable[str], obj: str = CONTACTS) -> Body:
        """Return one record; an id that was merged away leads to the survivor."""
        return self._ask(self._basic.get_by_id, obj, record_id, properties=list(properties))

    def batch_create(self, inputs: Sequence[Body], obj: str = CONTACTS) -> Body:
        """Create records; a lost answer is `InDoubt`."""
        return self._ask(self._batch.create, obj, {"inputs": list(inputs)}, writes=True)

    def batch_update(
        self, inputs: Sequence[Body], *, repeatable: bool = False, obj: str = CONTACTS
    ) -> Body:
        """Change records; a lost answer is `InDoubt`, unless the change may be said twice."""
        return self._ask(self._batch.update, obj, {"inputs": list(inputs)}, writes=not repeatable)

    def batch_upsert(self, inputs: Sequence[Body], obj: str = CONTACTS) -> Body:
        """Create or change records by a unique property; saying it twice changes nothing."""
        return self._ask(self._batch.upsert, obj, {"inputs": list(inputs)})

    def associate(self, start: str, end: str, pairs: Sequence[tuple[str, str]]) -> Body:
        """Associate records in the most generic way; saying it twice changes nothing.

        https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
        """
        inputs = [{"from": {"id": one}, "to": {"id": other}} for one, other in pairs]
        return self._ask(self._links.create_default, start, end, {"inputs": inputs})

    def associated(self, start: str, end: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """Return, by id, all records of another object each is associated with.

        An id is left out if its list could not be read completely.
        """
        linked = Linked(ids)
        while linked.inputs:
            linked.take(self._ask(self._links.get_page, start, end, {"inputs": linked.inputs}))
        return linked.complete

    def properties(self, obj: str = CONTACTS) -> list[Body]:
        """Return the definitions of all properties of an object."""
        return list(self._ask(self._properties.get_all, obj).get("results") or [])

    def property_groups(self, obj: str = CONTACTS) -> list[Body]:
        """Return the groups of an object's properties."""
        return list(self._ask(self._groups.get_all, obj).get("results") or [])

    def create_property(self, definition: Body, obj: str = CONTACTS) -> Body:
        """Make a property."""
        return self._ask(self._properties.create, obj, definition)

    def create_property_group(self, definition: Body, obj: str = CONTACTS) -> Body:
        """Make a group of properties."""
        return self._ask(self._groups.create, obj, definition)

    def pipelines(self, obj: str = DEALS) -> list[Body]:
        """Return the account's pipelines with their stages."""
        return list(self._ask(self._pipelines.get_all, obj).get("results") or [])

    def owners(self, email: str) -> list[Body]:
        """Return the owners with this e-mail address.

        All are read: HubSpot's filter would put the address into a URL, and that into logs.
        """
        after: str | None = None
        found: list[Body] = []
        while True:
            more: Body = {"after": after} if after else {}
            page = self._ask(self._owners.get_page, limit=BATCH, **more)
            found += page.get("results") or ()
            after = ((page.get("paging") or {}).get("next") or {}).get("after")
            if not after:
                return [o for o in found if str(o.get("email") or "").lower() == email.lower()]

    def list_by_name(self, name: str) -> Body:
        """Return a list of contacts by its name."""
        return self._ask(self._lists.get_by_name, name, CONTACTS_TYPE)

    def list_by_id(self, list_id: str) -> Body:
        """Return a list of whatever kind of record by its id."""
        return self._ask(self._lists.get_by_id, list_id)

    def list_members(self, list_id: str) -> Iterator[str]:
        """Yield the ids of a list's contacts."""
        after: str | None = None
        while True:
            more: Body = {"after": after} if after else {}
            page = self._ask(self._members.get_page, list_id, limit=MEMBERS, **more)
            yield from (str(item["recordId"]) for item in page.get("results") or ())
            after = ((page.get("paging") or {}).get("next") or {}).get("after")
            if not after:
                return

    def _ask(
        self, call: Callable[..., Any], *args: Any, writes: bool = False, **named: Any
    ) -> Body:
        def attempt() -> Body:
            return self._with_token(call, args, named)

        def told(error: Exception) -> OutreachError:
            return _translated(error, writes=writes)

        return call_with_retry(
            attempt, translate=told, sleep=self._sleep, rng=self._rng, policy=self._policy
        )

    def _with_token(self, call: Callable[..., Any], args: Any, named: Mapping[str, Any]) -> Body:
        """Call with the present token; one that is refused is renewed once."""
        owner = getattr(call, "api", None) or call.__self__  # type: ignore[attr-defined]
        library = getattr(owner, "api_client", owner)
        library.configuration.access_token = self._tokens.token()
        try:
            return self._send(call, args, named)
        except Exception as error:
            if not isinstance(_translated(error, writes=False), TokenRefused):
                raise
        if self._tokens.refresh():
            library.configuration.access_token = self._tokens.token()
            try:
                return self._send(call, args, named)
            except Exception as error:
                if not isinstance(_translated(error, writes=False), TokenRefused):
                    raise
        raise ConfigError(
            "HubSpot does not accept the access token.",
            code="bad_credentials",
            remedy="Check the token, or connect the account again.",
        )

    def _send(self, call: Callable[..., Any], args: Any, named: Mapping[str, Any]) -> Body:
        reply = call(*args, _preload_content=False, _request_timeout=TIMEOUT, **named)
        body = reply.data
        if reply.status not in OK_STATUSES:  # redirects: the library lets them through
            raise translate(reply.status, reply.headers, body)
        self._note_time(reply.headers)
        self._note_usage(reply.headers)
        answer = json.loads(body) if body else {}
        if not isinstance(answer, dict):
            raise TypeError("the answer is no JSON object")
        return answer

    def _note_time(self, headers: Mapping[str, str]) -> None:
        try:
            self.vendor_time = parsedate_to_datetime(headers.get("Date", "")).timestamp()
        except (TypeError, ValueError):
            return

    def _note_usage(self, headers: Mapping[str, str]) -> None:
        # https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines: the daily
        # headers come with every answer to a private app, and with none to an OAuth app
        allowed, left = (headers.get(name, "") for name in _DAILY)
        if allowed.isdecimal() and left.isdecimal():
            self.usage = int(allowed) - int(left), int(allowed)


def _translated(error: Exception, *, writes: bool) -> OutreachError:
    """Return our error for whatever a call raised.

    | # | what happened | a read | a write |
    |---|---|---|---|
    | 1 | our own error | itself | itself |
    | 2 | a refusal | see `translate` | same; a 5xx is in doubt |
    | 3 | no connection was made | `Retriable` | `Retriable` |
    | 4 | the answer was lost or broken | `Retriable` | `InDoubt` |
    """
    if isinstance(error, OutreachError):  # (1)
        told = error
    elif getattr(error, "status", None):  # (2)
        told = translate(error.status, error.headers or {}, error.body)  # type: ignore[attr-defined]
    elif isinstance(error, NEVER_SENT):
        return Retriable("HubSpot cannot be reached.", code="unreachable")  # (3)
    elif isinstance(error, urllib3.exceptions.HTTPError | OSError | ValueError | TypeError):
        told = Retriable("HubSpot's answer was lost.", code="unavailable")  # (4)
    else:
        raise error
    if writes and isinstance(told, Retriable) and told.code == "unavailable":
        return InDoubt("HubSpot's answer to a write was lost.", code="in_doubt")
    return told
