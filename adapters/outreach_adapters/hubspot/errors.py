"""HubSpot's refusals as our errors. No I/O: a status, headers and a body go in, an error comes out.

Rule: every part of an error body may be missing, and none of it is quoted unmasked: HubSpot repeats
e-mail addresses and values in its messages.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from outreach_core.errors import ConfigError, Fatal, OutreachError, Retriable, Skippable

UNTIL_TOMORROW = 86_400.0
ROLLING_WAIT = 10.0  # until a limit of ten seconds lets calls through again
LOCKED_WAIT = 2.0
EMAIL = re.compile(r"[^\s\"'<>\[\](){},;:=]+@[^\s\"'<>\[\](){},;:=]+")
EXISTING = re.compile(r"Existing ID:\s*(\d+)")
# of two writers at once, the later one is told who has the value
OWNER = re.compile(r"(\d+) already has that value")
LONGEST_MESSAGE = 300


class TokenRefused(Retriable):
    """The access token is not valid (any more): fetch another one and say the same again."""


class InDoubt(Skippable):
    """A write whose answer was lost: it may have happened; only reading can tell."""


def translate(status: int, headers: Mapping[str, str], body: bytes | str | None) -> OutreachError:
    """Return our error for a reply that is not 2xx.

    | # | reply | error | wait |
    |---|---|---|---|
    | 1 | 401 | `TokenRefused` | - |
    | 2 | 403 | `ConfigError` missing_scopes / forbidden | - |
    | 3 | 404, HTML or JSON | `Skippable` not_found | - |
    | 4 | 409, or 400 "already has that value" | `Skippable` conflict | - |
    | 5 | 429 | `Retriable` | see `_limit` |
    | 6 | 423 | `Retriable` locked | 2 s: locks last that long |
    | 7 | 477: the account moves; nothing is carried out | `Retriable` moving | Retry-After |
    | 8 | 500, 502-504, 521-526 | `Retriable` unavailable | Retry-After |
    | 9 | other 4xx | `Skippable` refused | - |
    | 10 | anything else | `Fatal` unexpected_answer | - |
    """
    told = parse(body)
    message = str(told.get("message") or "")
    details: dict[str, Any] = {"status": status, "vendor_message": message}
    if status == 401:  # (1)
        return TokenRefused("HubSpot did not accept the access token.", code="token_refused")
    if status == 403:  # (2)
        return _forbidden(told)
    if status == 404:  # (3)
        return Skippable("HubSpot has no such record.", code="not_found", **details)
    owner = existing_id(told)
    if status == 409 or OWNER.search(message):  # (4)
        return Skippable(
            "Another record has this value.", code="conflict", existing_id=owner, **details
        )
    if status == 429:  # (5)
        return _limit(told, headers)
    if status == 423:  # (6)
        wait = max(LOCKED_WAIT, retry_after(headers) or 0.0)
        return Retriable("HubSpot has locked the record.", code="locked", retry_after=wait)
    if status == 477:  # (7)
        text = "HubSpot is moving the account to another data center."
        given = retry_after(headers)
        return Retriable(
            text, code="moving", retry_after=UNTIL_TOMORROW if given is None else given
        )
    if status in (500, 502, 503, 504) or 521 <= status <= 526:  # (8)
        text = f"HubSpot is not available ({status})."
        return Retriable(text, code="unavailable", retry_after=retry_after(headers))
    if 400 <= status < 500:  # (9)
        problems = property_problems(told)
        return Skippable(
            f"HubSpot refused the request: {mask(message)}",
            code="refused",
            problems=problems,
            category=str(told.get("category") or ""),
            **details,
        )
    return Fatal(f"HubSpot answered {status}, which means nothing here.", code="unexpected_answer")


def parse(body: bytes | str | None) -> dict[str, Any]:
    """Return the JSON object of an error body; an HTML page is an empty one."""
    try:
        told = json.loads(body or b"")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def mask(text: str) -> str:
    """Return a vendor's message fit for a log: no e-mail address, no quoted value, not long."""
    short = EMAIL.sub("<e-mail>", text)
    short = re.sub(r"(value=)[^},]*", r"\1<value>", short)
    short = re.sub(r"(?<=Property values were not valid: ).*", "see the rejected record", short)
    return short[:LONGEST_MESSAGE]


def existing_id(told: Mapping[str, Any]) -> str | None:
    """Return the id of the record that has the value already, if the reply names it."""
    context = told.get("context")
    listed = context.get("existingId") if isinstance(context, dict) else None
    if isinstance(listed, list) and listed:
        return str(listed[0])
    message = str(told.get("message") or "")
    found = EXISTING.search(message) or OWNER.search(message)
    return found.group(1) if found else None


def property_problems(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (property, code) of each value that was refused; both may be empty.

    https://developers.hubspot.com/docs/api-reference/error-handling
    The same list comes as ``errors`` and, in older replies, as JSON inside the message.
    """
    listed = told.get("errors")
    if not isinstance(listed, list):
        _, _, text = str(told.get("message") or "").partition("Property values were not valid: ")
        listed = parse_list(text)
    found = []
    for item in listed:
        if isinstance(item, dict):
            context = item.get("context") if isinstance(item.get("context"), dict) else {}
            names = (context or {}).get("propertyName") or [item.get("name") or ""]
            code = str(item.get("code") or item.get("error") or "")
            found.append((str(names[0] if isinstance(names, list) else names), code))
    return tuple(found)


def parse_list(text: str) -> list[Any]:
    """Return the JSON list a text begins with; an empty one if it does not."""
    try:
        found, _ = json.JSONDecoder().raw_decode(text.strip() or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header, if there is one."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                return None
    return None


def _forbidden(told: Mapping[str, Any]) -> ConfigError:
    listed = told.get("errors") or [told]
    scopes: list[str] = []
    for item in listed if isinstance(listed, list) else [told]:
        context = item.get("context") if isinstance(item, dict) else None
        if isinstance(context, dict):
            scopes += [str(scope) for scope in context.get("requiredGranularScopes") or ()]
    if scopes or told.get("category") == "MISSING_SCOPES":
        return ConfigError(
            f"HubSpot asks for scopes the app does not have: {', '.join(scopes) or 'unnamed'}.",
            code="missing_scopes",
            remedy="Add them to the app and connect again.",
            scopes=tuple(scopes),
        )
    return ConfigError("HubSpot does not allow this.", code="forbidden", remedy="Check the app.")


def _limit(told: Mapping[str, Any], headers: Mapping[str, str]) -> Retriable:
    """Return how long to wait for a rate limit.

    https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
    Replies carry no Retry-After; the waits are those of HubSpot's own Node client.

    | # | limit | wait |
    |---|---|---|
    | 1 | Retry-After given | that |
    | 2 | of the day | until tomorrow: no program waits for it |
    | 3 | of ten seconds | 10 s |
    | 4 | of a second | 1 s |
    """
    words = f"{told.get('policyName') or ''} {told.get('message') or ''}".lower()
    given = retry_after(headers)
    if given is not None:  # (1)
        return Retriable("HubSpot's rate limit is reached.", code="rate_limit", retry_after=given)
    if "daily" in words:  # (2)
        return Retriable(
            "HubSpot's limit of calls per day is reached.",
            code="daily_limit",
            retry_after=UNTIL_TOMORROW,
        )
    wait = 1.0 if "secondly" in words and "ten_secondly" not in words else ROLLING_WAIT  # (3) (4)
    return Retriable("HubSpot's rate limit is reached.", code="rate_limit", retry_after=wait)
