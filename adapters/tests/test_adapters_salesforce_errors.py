"""Salesforce's refusals, as our errors, without anybody's data in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from outreach_adapters.salesforce.errors import (
    MEANINGS,
    UNTIL_TOMORROW,
    TokenRefused,
    existing_ids,
    mask,
    translate,
)
from outreach_adapters.salesforce.ids import to_18
from outreach_core.errors import ConfigError, Fatal, Moved, OutreachError, Retriable, Skippable

HTML = "<html><head><title>Down for maintenance</title></head></html>"
LONG = "00QD000000FHz1TMAT"
DUPLICATES = {
    "allowSave": True,
    "matchResults": [
        {"matchRecords": [{"record": {"attributes": {"type": "Lead"}, "Id": LONG}}], "size": 1}
    ],
}


def told(code: str, message: str = "", **more: Any) -> list[dict[str, Any]]:
    """An error list as single calls answer it."""
    return [{"errorCode": code, "message": message, **more}]


@pytest.mark.parametrize(
    ("status", "body", "kind", "code", "wait"),
    [
        (300, [f"/services/data/v64.0/sobjects/Lead/{LONG}"], Skippable, "several", None),
        (401, told("INVALID_SESSION_ID"), TokenRefused, "token_refused", None),
        (401, HTML, TokenRefused, "token_refused", None),
        (401, {"error": "invalid_grant"}, TokenRefused, "token_refused", None),
        (
            403,
            told("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
            Retriable,
            "daily_limit",
            UNTIL_TOMORROW,
        ),
        (
            403,
            told("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit"),
            Retriable,
            "rate_limit",
            10.0,
        ),
        (403, told("API_DISABLED_FOR_ORG"), ConfigError, "no_api", None),
        (403, told("INSUFFICIENT_ACCESS_OR_READONLY"), Skippable, "forbidden", None),
        (400, told("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"), Skippable, "forbidden", None),
        (403, HTML, ConfigError, "forbidden", None),
        (
            404,
            told("NOT_FOUND", "The requested resource does not exist"),
            Skippable,
            "not_found",
            None,
        ),
        (
            404,
            told("NOT_FOUND", "Provided external ID field does not exist or is not accessible: X"),
            ConfigError,
            "invalid_field",
            None,
        ),
        (404, told("ENTITY_IS_DELETED"), Skippable, "deleted", None),
        (404, HTML, Skippable, "not_found", None),
        (412, "", Moved, "moved", None),
        (412, told("PRECONDITION_FAILED"), Moved, "moved", None),
        (500, told("UNKNOWN_EXCEPTION"), Retriable, "unavailable", None),
        (502, HTML, Retriable, "unavailable", None),
        (503, told("SERVER_UNAVAILABLE"), Retriable, "unavailable", None),
        (400, told("UNABLE_TO_LOCK_ROW"), Retriable, "locked", None),
        (400, told("QUERY_TIMEOUT"), Retriable, "unavailable", None),
        (400, told("DUPLICATE_VALUE"), Skippable, "conflict", None),
        (400, told("DUPLICATES_DETECTED"), Skippable, "duplicates", None),
        (400, told("DUPLICATE_EXTERNAL_ID"), Skippable, "several", None),
        (400, told("CANNOT_UPDATE_CONVERTED_LEAD"), Skippable, "converted", None),
        (400, told("REQUIRED_FIELD_MISSING"), Skippable, "refused", None),
        (400, told("STRING_TOO_LONG"), Skippable, "refused", None),
        (400, told("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"), Skippable, "refused", None),
        (400, told("FIELD_CUSTOM_VALIDATION_EXCEPTION"), Skippable, "refused", None),
        (400, told("SOMETHING_NEW"), Skippable, "refused", None),
        (400, told("INVALID_FIELD"), ConfigError, "invalid_field", None),
        (400, told("INVALID_TYPE"), ConfigError, "invalid_object", None),
        (400, told("MALFORMED_QUERY"), Fatal, "bad_query", None),
        (400, told("INVALID_QUERY_LOCATOR"), Skippable, "cursor_gone", None),
        (400, told("INVALID_REPLICATION_DATE"), Skippable, "no_delete_log", None),
        (302, HTML, Fatal, "unexpected_answer", None),
        (501, {}, Fatal, "unexpected_answer", None),
    ],
)
def test_refusal_becomes_our_error(
    status: int, body: Any, kind: type[OutreachError], code: str, wait: float | None
) -> None:
    """Every status and code leads to what the caller does next."""
    error = translate(status, body)

    assert (kind, code, wait) == (type(error), error.code, getattr(error, "retry_after", None))


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_duplicates_are_named_in_both_spellings(key: str) -> None:
    """The vendor's own misspelling and the word itself lead to the same record."""
    error = translate(400, told("DUPLICATES_DETECTED", "Use one of these?", **{key: DUPLICATES}))

    assert (LONG,) == error.details["existing_ids"]


def test_owners_are_found_in_the_text() -> None:
    """A taken value and a key of several records name short ids inside the message."""
    one = f"duplicate value found: Outreach_Id__c duplicates value on record with id: {LONG[:15]}"
    two = f"Email: more than one record found for external id field: [{LONG[:15]}, 00Q000000000001]"

    assert (LONG,) == existing_ids({"message": one})
    assert (LONG, to_18("00Q000000000001")) == existing_ids({"message": two})


def test_fields_are_named_and_texts_are_not() -> None:
    """Our sentence has the code and the fields; the vendor's text travels in the details alone."""
    text = "Company: data value too large: Ann Doe, ann@example.com (max length=255)"
    error = translate(400, told("STRING_TOO_LONG", text, fields=["Company"]))

    assert "Salesforce refused the record (STRING_TOO_LONG: Company)." == str(error)
    assert (("Company", "STRING_TOO_LONG"),) == error.details["problems"]
    assert text == error.details["vendor_message"]


def test_an_unknown_field_is_named_from_the_text() -> None:
    """Where the vendor gives no list of fields, the name is in the message."""
    text = "\nSELECT Nope FROM Lead\n  ^\nERROR at Row:1:Column:8\nNo such column 'Nope' on entity"

    assert "(INVALID_FIELD: Nope)" in str(translate(400, told("INVALID_FIELD", text)))


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_messages_hold_no_personal_data(code: str) -> None:
    """Whatever the vendor says with a code, none of it is in our message."""
    text = "Ann Doe <ann@example.com>, +1 555 0100, already wrote 'secret words'"

    shown = str(translate(400, told(code, text)))

    assert [] == [part for part in ("Ann", "ann@", "0100", "secret") if part in shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "City: data value too large: 12 Long Street (max length=40)",
            "City: data value too large: <value> (max length=40)",
        ),
        ("Email: invalid email address: ann at home", "Email: invalid email address: <value>"),
        ("Call Type: bad value for restricted picklist field: Ann", None),
        ("Duplicate external id specified: r-17", None),
        ("mail to ann@example.com please", "mail to <e-mail> please"),
        (
            "Cannot deserialize instance of date from VALUE_STRING value 1.1.2026 or request may be",
            None,
        ),
        (
            "Failed to deserialize field at col 3. Due to, '12 May' is not a valid value for the type",
            None,
        ),
    ],
)
def test_texts_are_masked_for_logs(text: str, shown: str | None) -> None:
    """Addresses and the values the vendor repeats are taken out."""
    masked = mask(text)

    assert shown is None or shown == masked
    assert [] == [
        v
        for v in ("ann@", "Long Street", "ann at", ": Ann", "r-17", "1.1.2026", "12 May")
        if v in masked
    ]


def test_odd_bodies_are_no_accident() -> None:
    """Bytes, pages, numbers and empty lists become an error all the same."""
    for body in (b"", b"[1, 2]", json.dumps(told("X")), 17, None, [], [None], {"errorCode": 5}):
        assert isinstance(translate(400, body), OutreachError)


@pytest.mark.parametrize(
    ("short", "long"),
    [("00QD000000FHz1T", LONG), ("003ak00000luKU1", "003ak00000luKU1AAM")],
)
def test_ids_have_a_long_form(short: str, long: str) -> None:
    """Three characters more say which of the fifteen are capitals."""
    assert (long, long) == (to_18(short), to_18(long))
    assert [None] * 4 == [to_18(t) for t in (long[:-1], short + "AAB", "short", "' OR Id != ''")]
