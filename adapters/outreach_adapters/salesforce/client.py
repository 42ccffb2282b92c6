"""Salesforce's client library with what it lacks: retries, one renewal, a stop before the quota's end.

Rule: the library's own renewal is never armed: it repeats a call without its headers, and asked for one
record with a session that stays refused it asks a thousand times. `wire` has the session's defaults.

Each overridden default of simple-salesforce 1.12.10, and why:

| default | instead | why |
|---|---|---|
| renews a session without end | renewed once, here | see above |
| a 401 without a list is a KeyError | `translate` | a proxy's page must not look like a bug of ours |
| no retries | own policy | one 503 would end a run |
| errors that quote address and body | ours, without a cause | both hold people's values |
| ordered dictionaries | plain ones | they cost time and tell nothing |
| ``.`` and ``..`` as a key climb up the path | refused | the call would reach another resource |
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from typing import Any, TypeVar

import requests
import urllib3
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError
from simple_salesforce.format import format_external_id
from simple_salesforce.util import exception_handler

from outreach_adapters.http.retry import RetryPolicy, call_with_retry
from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.errors import (
    UNTIL_TOMORROW,
    InDoubt,
    TokenRefused,
    translate,
)
from outreach_adapters.salesforce.ids import to_18
from outreach_adapters.salesforce.sign_in import API_VERSION, Sessions
from outreach_adapters.salesforce.wire import OneOrigin
from outreach_core.errors import ConfigError, OutreachError, Retriable, Skippable

T = TypeVar("T")
Body = dict[str, Any]
ROOT = f"/services/data/v{API_VERSION}/"
# https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-retrieve-post.html
READ_AT_ONCE = 2_000
# https://developer.salesforce.com/docs/platform/api-rest/guide/headers-duplicaterules.html
SAVE_DUPLICATES = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
NEVER_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
    urllib3.exceptions.SSLError,
)


class SalesforceClient:
    """What this project asks of Salesforce.

    Answers are the vendor's JSON as it came. Every method raises the errors of `outreach_core`.
    """

    def __init__(
        self,
        sessions: Sessions,
        wire: OneOrigin,
        *,
        sleep: Callable[[float], None],
        rng: random.Random,
        policy: RetryPolicy | None = None,
        quota_percent: int = 100,
    ) -> None:
        self._library = Salesforce(
            session_id="none",
            instance="salesforce.invalid",
            version=API_VERSION,
            session=wire,
            object_pairs_hook=None,
        )
        self._sessions = sessions
        self._wire = wire
        self._sleep = sleep
        self._rng = rng
        self._policy = policy
        self._quota_percent = quota_percent

    @property
    def usage(self) -> tuple[int, int] | None:
        """Calls used and allowed in 24 hours, as the last answer said."""
        return self._wire.usage

    @property
    def address(self) -> str:
        """Where the org is, as the last call went there; empty before the first."""
        return self._wire.origin

    def vendor_now(self) -> float | None:
        """Return the time at Salesforce in seconds of the epoch; signs in if nobody told it yet."""
        if self._wire.vendor_now() is None:
            self._repeatedly(self._sessions.token)
        return self._wire.vendor_now() or self._sessions.vendor_now()

    # -- reading ------------------------------------------------------------------------------

    def ask(self, parts: Sequence[composite.Part]) -> composite.Answered:
        """Return each part's answer by its name, in as few calls as the limits allow."""
        found: dict[str, Body | OutreachError] = {}
        for some in composite.packed(parts):
            found |= self._repeatedly(partial(self._parts, some))
        return found

    def more(self, following: str) -> Body:
        """Return the page that a ``nextRecordsUrl`` names."""
        return dict(
            self._repeatedly(lambda: self._library.query_more(following, identifier_is_url=True))
        )

    def read(self, of: str, ids: Sequence[str], fields: Iterable[str]) -> list[Body]:
        """Return the live records with these ids; the rest is missing."""
        names = [soql.name(field) for field in fields]
        found: list[Body] = []
        for start in range(0, len(ids), READ_AT_ONCE):
            body = {"ids": list(ids[start : start + READ_AT_ONCE]), "fields": names}
            rows = self.call("POST", f"composite/sobjects/{soql.name(of)}", json=body)
            found += [row for row in rows or () if row]
        return found

    def record_counts(self, *of: str) -> dict[str, int]:
        """Return roughly how many records there are of each object; the number lags."""
        names = ",".join(map(soql.name, of))
        answer = self.call("GET", "limits/recordCount", params={"sObjects": names})
        told = {one["name"]: int(one["count"]) for one in (answer or {}).get("sObjects") or ()}
        return {one: told.get(one, 0) for one in of}

    def limits(self) -> Body:
        """Return the org's limits and what is left of each."""
        return dict(self._repeatedly(self._library.limits))

    # -- writing ------------------------------------------------------------------------------

    def create(self, records: Sequence[Body], *, save_duplicates: bool = False) -> list[Body]:
        """Create at most 200 records and return a row for each; a lost answer is `InDoubt`."""
        return self._collection("POST", "composite/sobjects", records, save_duplicates)

    def update(self, records: Sequence[Body], *, save_duplicates: bool = False) -> list[Body]:
        """Change at most 200 records and return a row for each; a lost answer is `InDoubt`."""
        return self._collection("PATCH", "composite/sobjects", records, save_duplicates)

    def upsert_many(
        self, of: str, key: str, records: Sequence[Body], *, save_duplicates: bool = False
    ) -> list[Body]:
        """Create or change at most 200 records by a key; saying it twice changes nothing.

        A key that several of the records carry is refused for all of them: the caller sees to that.
        """
        path = f"composite/sobjects/{soql.name(of)}/{soql.name(key)}"
        return self._collection("PATCH", path, records, save_duplicates, repeatable=True)

    def upsert(
        self, of: str, key: str, value: str, values: Body, *, only_update: bool = False
    ) -> Body:
        """Create or change the record with this key; saying it twice changes nothing.

        https://developer.salesforce.com/docs/platform/api-rest/guide/dome-upsert.html

        | # | records with the key | outcome |
        |---|---|---|
        | 1 | none | created; with ``only_update`` `Skippable` not_found |
        | 2 | one | changed; before 46.0 the answer has no body |
        | 3 | several | `Skippable` several, nothing is written |
        """
        if value in ("", ".", ".."):
            text = "Such a key cannot stand in an address."
            raise Skippable(text, code="refused", problems=((key, "BAD_KEY"),))
        sent = {name: found for name, found in values.items() if name.lower() != key.lower()}
        path = f"sobjects/{soql.name(of)}/{format_external_id(soql.name(key), value)}"
        params = {"updateOnly": "true"} if only_update else None
        answer = self.call("PATCH", path, json=sent, params=params)
        return dict(answer or {"success": True, "created": False})

    def update_unmodified(
        self,
        of: str,
        record_id: str,
        values: Body,
        since: datetime,
        *,
        save_duplicates: bool = False,
    ) -> None:
        """Change a record unless somebody did after a moment (whole seconds): then `Moved`.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
        """
        if to_18(record_id) is None:
            raise Skippable("That is no id of Salesforce.", code="not_found")
        headers = {"If-Unmodified-Since": format_datetime(since.astimezone(UTC), usegmt=True)}
        headers |= SAVE_DUPLICATES if save_duplicates else {}
        path = f"sobjects/{soql.name(of)}/{record_id}"
        self.call("PATCH", path, json=values, headers=headers, writes=True)

    # -- any call -----------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Body | None = None,
        headers: dict[str, str] | None = None,
        writes: bool = False,
    ) -> Any:
        """Return the JSON of one call below the data resources; with ``writes`` it is not repeated."""
        more = {"headers": headers} if headers else {}

        def attempt() -> Any:
            return self._library.restful(path, params=params, method=method, json=json, **more)

        return self._repeatedly(attempt, writes=writes)

    def call_text(
        self, method: str, path: str, *, data: bytes | None = None, writes: bool = False
    ) -> str:
        """Return the text of one call; what is sent is CSV. The library can only do JSON here."""
        headers = {"Content-Type": "text/csv; charset=UTF-8", "Accept": "text/csv"}

        def attempt() -> str:
            url = self._library.base_url + path
            reply = self._wire.request(method, url, data=data, headers=headers)
            if reply.status_code >= 300:
                exception_handler(reply, path)
            return reply.text

        return self._repeatedly(attempt, writes=writes)

    def _parts(self, parts: Sequence[composite.Part]) -> composite.Answered:
        body = composite.body_of(parts, ROOT)
        answer = self._library.restful("composite", method="POST", json=body)
        return composite.answers(parts, answer)

    def _collection(
        self,
        method: str,
        path: str,
        records: Sequence[Body],
        save_duplicates: bool,
        *,
        repeatable: bool = False,
    ) -> list[Body]:
        body = {"allOrNone": False, "records": list(records)}
        headers = SAVE_DUPLICATES if save_duplicates else None
        rows = self.call(method, path, json=body, headers=headers, writes=not repeatable)
        return list(rows or ())

    def _repeatedly(self, call: Callable[[], T], *, writes: bool = False) -> T:
        def attempt() -> T:
            told: OutreachError
            try:
                return self._with_token(call)
            except Exception as error:  # noqa: BLE001 - what is not ours is raised again
                told = _translated(error, writes=writes)
            raise told

        return call_with_retry(
            attempt,
            translate=lambda error: _translated(error, writes=writes),
            sleep=self._sleep,
            rng=self._rng,
            policy=self._policy,
        )

    def _with_token(self, call: Callable[[], T]) -> T:
        """Call with the present session; one that is refused is renewed once."""
        self._stop_before_the_end()
        for renewed in (False, True):
            if renewed and not self._sessions.refresh():
                break
            self._wire.bearer = self._sessions.token()
            self._wire.origin = self._sessions.origin()
            try:
                return call()
            except Exception as error:
                if not isinstance(_translated(error, writes=False), TokenRefused):
                    raise
        raise ConfigError(
            "Salesforce does not accept the session.",
            code="bad_credentials",
            remedy="Check that the user may use the API, or connect the org again.",
        )

    def _stop_before_the_end(self) -> None:
        """Leave the last calls of the day to the org's people and its other programs."""
        used, allowed = self._wire.usage or (0, 0)
        if allowed and used * 100 >= allowed * self._quota_percent:
            raise Retriable(
                f"{used} of the org's {allowed} calls of the day are used.",
                code="quota_reserved",
                remedy="Run again tomorrow, or raise `quota_percent`.",
                retry_after=UNTIL_TOMORROW,
            )


def _translated(error: Exception, *, writes: bool) -> OutreachError:
    """Return our error for whatever a call raised.

    | # | what happened | a read | a write |
    |---|---|---|---|
    | 1 | our own error | itself | itself |
    | 2 | a refusal | see `translate` | same; one that is "unavailable" is in doubt |
    | 3 | no connection was made | `Retriable` | `Retriable` |
    | 4 | the answer was lost or broken | `Retriable` | `InDoubt` |
    """
    if isinstance(error, OutreachError):  # (1)
        return error
    if isinstance(error, SalesforceError):  # (2)
        told = translate(error.status, error.content)
    elif _never_sent(error):
        return Retriable("Salesforce cannot be reached.", code="unreachable")  # (3)
    elif isinstance(error, requests.RequestException | OSError | ValueError):
        told = Retriable("Salesforce's answer was lost.", code="unavailable")  # (4)
    else:
        raise error
    if writes and isinstance(told, Retriable) and told.code == "unavailable":
        return InDoubt("Salesforce's answer to a write was lost.", code="in_doubt")
    return told


def _never_sent(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.SSLError | requests.exceptions.ConnectTimeout):
        return True
    if not isinstance(error, requests.exceptions.ConnectionError) or not error.args:
        return False
    reason = getattr(error.args[0], "reason", error.args[0])
    return isinstance(reason, NEVER_SENT)
