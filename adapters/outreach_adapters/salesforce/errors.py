"""Salesforce's refusals as our errors. No I/O: a status and a body go in, an error comes out.

Rule: our messages name the vendor's code and fields and never quote its text, which repeats people's
values and is written by administrators; the text travels in ``details`` alone.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.ids import to_18
from outreach_core.errors import ConfigError, Fatal, Moved, OutreachError, Retriable, Skippable

Body = dict[str, Any]
UNTIL_TOMORROW = 86_400.0
CONCURRENT_WAIT = 10.0
LONGEST_MESSAGE = 300
# the misspelling is the vendor's own; some versions have the right one
DUPLICATE_KEYS = ("duplicateResut", "duplicateResult")

_EMAIL = re.compile(r"[^\s\"'<>\[\](){},;:=]+@[^\s\"'<>\[\](){},;:=]+")
_VALUES = re.compile(
    r"(too large: |email address: |picklist field: |incorrect type: |specified: |"
    r"VALUE_STRING value |malformed id |Due to, ').*?"
    r"(?= \(max length=| or request may|' is not a valid value|$)",
    re.DOTALL,
)
_OWNERS = re.compile(r"(?:with id: |external id field: \[)([A-Za-z0-9, ]{15,})")
_NO_COLUMN = re.compile(r"No such column '([\w.]{1,255})'")
_NO_KEY = "Provided external ID field does not exist or is not accessible"


class TokenRefused(Retriable):
    """The access token is not valid (any more): sign in again and say the same again."""


class InDoubt(Skippable):
    """A write whose answer was lost: it may have happened; only reading can tell."""


@dataclass(frozen=True)
class Meaning:
    """What one of the vendor's codes means to whoever called."""

    error: type[OutreachError]
    code: str
    said: str
    remedy: str = ""


_REFUSED = Meaning(Skippable, "refused", "Salesforce refused the record")
_NOT_FOUND = Meaning(Skippable, "not_found", "Salesforce has no such record")
_FORBIDDEN = Meaning(Skippable, "forbidden", "The integration user may not do this to the record")
_UNAVAILABLE = Meaning(Retriable, "unavailable", "Salesforce is not available")
_TOKEN = Meaning(TokenRefused, "token_refused", "Salesforce did not accept the access token")
_NO_API = Meaning(
    ConfigError,
    "no_api",
    "The org does not let this user use the API",
    "Give the integration user the permission API Enabled.",
)
_BAD_QUERY = Meaning(Fatal, "bad_query", "Salesforce does not understand the query")
_NO_LOG = Meaning(Skippable, "no_delete_log", "The log of deletions does not reach that far")

# every code is in the vendor's own lists, its metadata WSDL for one
MEANINGS: Mapping[str, Meaning] = {
    "INVALID_SESSION_ID": _TOKEN,
    "INVALID_AUTH_HEADER": _TOKEN,
    "SERVER_UNAVAILABLE": _UNAVAILABLE,
    "UNKNOWN_EXCEPTION": _UNAVAILABLE,
    "QUERY_TIMEOUT": _UNAVAILABLE,
    "REQUEST_LIMIT_EXCEEDED": Meaning(
        Retriable, "rate_limit", "The org's limit of calls is reached"
    ),
    "UNABLE_TO_LOCK_ROW": Meaning(Retriable, "locked", "Somebody else is writing the record"),
    "DUPLICATE_VALUE": Meaning(Skippable, "conflict", "Another record has this unique value"),
    "DUPLICATES_DETECTED": Meaning(
        Skippable, "duplicates", "A duplicate rule of the org found the same record already there"
    ),
    "DUPLICATE_EXTERNAL_ID": Meaning(Skippable, "several", "Several records have this key"),
    "CANNOT_UPDATE_CONVERTED_LEAD": Meaning(
        Skippable, "converted", "The lead was converted and is read-only"
    ),
    "ENTITY_IS_DELETED": Meaning(Skippable, "deleted", "The record was deleted"),
    "NOT_FOUND": _NOT_FOUND,
    "INVALID_CROSS_REFERENCE_KEY": _NOT_FOUND,
    "MALFORMED_ID": _NOT_FOUND,
    "REQUIRED_FIELD_MISSING": _REFUSED,
    "STRING_TOO_LONG": _REFUSED,
    "INVALID_EMAIL_ADDRESS": _REFUSED,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": _REFUSED,
    "NUMBER_OUTSIDE_VALID_RANGE": _REFUSED,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": _REFUSED,
    "FIELD_INTEGRITY_EXCEPTION": _REFUSED,
    "INVALID_FIELD_FOR_INSERT_UPDATE": _REFUSED,
    "JSON_PARSER_ERROR": _REFUSED,
    "MISSING_ARGUMENT": _REFUSED,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _REFUSED,
    "INSUFFICIENT_ACCESS": _FORBIDDEN,
    "TRANSFER_REQUIRES_READ": _FORBIDDEN,
    "INVALID_FIELD": Meaning(
        ConfigError,
        "invalid_field",
        "Salesforce has no such field, or the integration user may not see it",
        "Check the field's name and the user's field-level security.",
    ),
    "INVALID_TYPE": Meaning(
        ConfigError,
        "invalid_object",
        "Salesforce has no such object, or the integration user may not see it",
        "Give the integration user access to the object.",
    ),
    "API_DISABLED_FOR_ORG": _NO_API,
    "API_CURRENTLY_DISABLED": _NO_API,
    "STORAGE_LIMIT_EXCEEDED": Meaning(
        ConfigError, "storage_full", "The org has no room for more records", "Make room there."
    ),
    "MALFORMED_QUERY": _BAD_QUERY,
    "INVALID_QUERY_FILTER_OPERATOR": _BAD_QUERY,
    "INVALID_QUERY_LOCATOR": Meaning(Skippable, "cursor_gone", "The query's next page is gone"),
    "INVALID_REPLICATION_DATE": _NO_LOG,
    "EXCEEDED_ID_LIMIT": _NO_LOG,
}

_BY_STATUS: Mapping[int, Meaning] = {
    401: _TOKEN,
    403: Meaning(ConfigError, "forbidden", "Salesforce does not allow this", "Check the app."),
    404: _NOT_FOUND,
    408: _UNAVAILABLE,
    412: Meaning(Moved, "moved", "The record was changed meanwhile"),
    429: _UNAVAILABLE,
    500: _UNAVAILABLE,
    502: _UNAVAILABLE,
    503: _UNAVAILABLE,
    504: _UNAVAILABLE,
}


def translate(status: int, body: Any) -> OutreachError:
    """Return our error for a reply that is not 2xx.

    | # | reply | error |
    |---|---|---|
    | 1 | 300 | `Skippable` several, with the ids |
    | 2 | an error list whose first known code is in `MEANINGS` | as there |
    | 3 | a status of `_BY_STATUS` | as there |
    | 4 | other 4xx | `Skippable` refused |
    | 5 | anything else | `Fatal` unexpected_answer |
    """
    if status == 300:  # (1)
        text = "Several Salesforce records have this key."
        return Skippable(text, code="several", status=status, existing_ids=listed_ids(body))
    told = parse(body)
    for error in told:  # (2)
        if meaning_of(error):
            return as_error(error, status=status, every=told)
    first = told[0] if told else {}
    if status in _BY_STATUS:  # (3)
        return _made(_BY_STATUS[status], first, status, told)
    if 400 <= status < 500:  # (4)
        return _made(_REFUSED, first, status, told)
    text = f"Salesforce answered {status}, which means nothing here."
    return Fatal(text, code="unexpected_answer", status=status)  # (5)


def as_error(
    error: Mapping[str, Any], *, status: int = 400, every: Sequence[Mapping[str, Any]] = ()
) -> OutreachError:
    """Return our error for one of the vendor's, from a list or from a row of a collection."""
    return _made(meaning_of(error) or _REFUSED, error, status, every or [error])


def meaning_of(error: Mapping[str, Any]) -> Meaning | None:
    """Return what an error's code means, ``None`` for a code nobody here knows.

    | # | code | means |
    |---|---|---|
    | 1 | `NOT_FOUND` about the field of an upsert | a field that is not there |
    | 2 | `REQUEST_LIMIT_EXCEEDED` of the day | no program waits for it |
    | 3 | `INSUFFICIENT_ACCESS` and whatever follows it | no right to the record |
    | 4 | any other | as in the table |
    """
    code, message = code_of(error), str(error.get("message") or "")
    if code == "NOT_FOUND" and message.startswith(_NO_KEY):  # (1)
        return MEANINGS["INVALID_FIELD"]
    if code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" not in message.lower():  # (2)
        return Meaning(Retriable, "daily_limit", "The org's limit of calls per day is reached")
    if code.startswith("INSUFFICIENT_ACCESS"):  # (3)
        return _FORBIDDEN
    return MEANINGS.get(code)  # (4)


def code_of(error: Mapping[str, Any]) -> str:
    """Return the vendor's code: ``errorCode`` in lists, ``statusCode`` in rows of collections."""
    return str(error.get("errorCode") or error.get("statusCode") or "")


def fields_of(error: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields an error is about; of an unknown one, the name in the message."""
    listed = error.get("fields")
    named = tuple(str(name) for name in listed) if isinstance(listed, list) else ()
    return named or tuple(_NO_COLUMN.findall(str(error.get("message") or "")))


def problems_of(errors: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Return (field, vendor's code) of everything refused; the field may be empty."""
    return tuple((name, code_of(error)) for error in errors for name in fields_of(error) or ("",))


def existing_ids(error: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the records that have the value already, or that a duplicate rule found."""
    found = [str(record.get("Id") or "") for record in _matches(error)]
    for listed in _OWNERS.findall(str(error.get("message") or "")):
        found += re.findall(r"[A-Za-z0-9]{15,18}", listed)
    long = (to_18(text) for text in found)
    return tuple(dict.fromkeys(text for text in long if text))


def listed_ids(body: Any) -> tuple[str, ...]:
    """Return the ids at the end of the addresses of a 300."""
    addresses = body if isinstance(body, list) else []
    long = (to_18(str(address).rsplit("/", 1)[-1]) for address in addresses)
    return tuple(text for text in long if text)


def parse(body: Any) -> list[Body]:
    """Return the errors of a body: a list, one object, or nothing for a page of HTML."""
    if isinstance(body, bytes | str):
        try:
            body = json.loads(body or "[]")
        except ValueError:
            return []
    listed = body if isinstance(body, list) else [body]
    return [item for item in listed if isinstance(item, dict)]


def mask(text: str) -> str:
    """Return the vendor's text fit for a log: no e-mail address, no quoted value, not long."""
    return _VALUES.sub(r"\1<value>", _EMAIL.sub("<e-mail>", text))[:LONGEST_MESSAGE]


def _made(
    meaning: Meaning, error: Mapping[str, Any], status: int, every: Sequence[Mapping[str, Any]]
) -> OutreachError:
    code = code_of(error)
    fields = ", ".join(fields_of(error))
    named = f" ({code}{f': {fields}' if fields else ''})" if code else ""
    details: Body = {
        "status": status,
        "vendor_code": code,
        "vendor_message": str(error.get("message") or ""),
        "existing_ids": existing_ids(error),
        "problems": problems_of(every),
    }
    if issubclass(meaning.error, Retriable):
        details["retry_after"] = _wait(meaning)
    text = f"{meaning.said}{named}."
    return meaning.error(text, code=meaning.code, remedy=meaning.remedy, **details)


def _wait(meaning: Meaning) -> float | None:
    """Return how long to wait; Salesforce never says, so `None` leaves it to the policy."""
    return {"daily_limit": UNTIL_TOMORROW, "rate_limit": CONCURRENT_WAIT}.get(meaning.code)


def _matches(error: Mapping[str, Any]) -> Iterator[Body]:
    for key in DUPLICATE_KEYS:
        result = error.get(key)
        for match in (result.get("matchResults") or ()) if isinstance(result, dict) else ():
            for found in match.get("matchRecords") or ():
                record = found.get("record")
                if isinstance(record, dict):
                    yield record
