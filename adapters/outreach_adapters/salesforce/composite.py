"""Several reads in one call. No I/O: parts go into bodies, answers come out of one.

Rule: what is asked travels in the body of one POST, never in an address that a proxy would log; a part
that is refused costs no other part its answer.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from outreach_adapters.salesforce import soql
from outreach_adapters.salesforce.errors import translate
from outreach_core.errors import Fatal, OutreachError, Retriable

Body = dict[str, Any]
Answered = Mapping[str, "Body | OutreachError"]
PARTS = 25
QUERIES = 5


@dataclass(frozen=True)
class Part:
    """One read.

    Attributes:
        ref: Its name among the others: a letter, then letters, digits and underscores.
        path: Below the root of the data resources, with its query string.
        query: Whether it counts among the few queries of a call.
    """

    ref: str
    path: str
    query: bool = False


def query(ref: str, text: str, *, gone_too: bool = False) -> Part:
    """Ask SOQL; with ``gone_too`` deleted and merged records answer as well."""
    resource = "queryAll" if gone_too else "query"
    return Part(ref, f"{resource}?q={quote(text, safe='')}", query=True)


def describe(ref: str, of: str) -> Part:
    """Ask what fields an object has for this user."""
    return Part(ref, f"sobjects/{soql.name(of)}/describe")


def deleted(ref: str, of: str, start: datetime, end: datetime) -> Part:
    """Ask the log of deletions; seconds do not count."""
    span = "&".join(
        f"{n}={quote(_moment(m), safe='')}" for n, m in (("start", start), ("end", end))
    )
    return Part(ref, f"sobjects/{soql.name(of)}/deleted?{span}")


def packed(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Yield the parts in as few calls as the vendor's limits allow."""
    call: list[Part] = []
    queries = 0
    for part in parts:
        if len(call) == PARTS or (part.query and queries == QUERIES):
            yield call
            call, queries = [], 0
        call.append(part)
        queries += part.query
    if call:
        yield call


def body_of(parts: Sequence[Part], root: str) -> Body:
    """Return what to send."""
    listed = [{"method": "GET", "url": f"{root}{p.path}", "referenceId": p.ref} for p in parts]
    return {"allOrNone": False, "compositeRequest": listed}


def answers(parts: Sequence[Part], answer: Any) -> Answered:
    """Return each part's body, or our error for one that was refused.

    Raises:
        Retriable: A part says that waiting helps; all of them are asked again.
        Fatal: A part has no answer.
    """
    listed = (answer or {}).get("compositeResponse") or []
    told = {str(one.get("referenceId")): one for one in listed}
    found: dict[str, Body | OutreachError] = {}
    for part in parts:
        if part.ref not in told:
            text = "Salesforce left a question of several without an answer."
            raise Fatal(text, code="unexpected_answer")
        found[part.ref] = _one(told[part.ref])
    return found


def _one(told: Mapping[str, Any]) -> Body | OutreachError:
    status, body = int(told.get("httpStatusCode") or 0), told.get("body")
    if 200 <= status < 300 and isinstance(body, dict):
        return body
    error = translate(status, body)
    if isinstance(error, Retriable):
        raise error
    return error


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
