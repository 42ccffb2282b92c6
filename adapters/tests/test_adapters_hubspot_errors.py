"""HubSpot's recorded refusals, as our errors."""

from __future__ import annotations

import json

import pytest

from outreach_adapters.hubspot.errors import (
    UNTIL_TOMORROW,
    TokenRefused,
    existing_id,
    mask,
    translate,
)
from outreach_core.errors import ConfigError, Fatal, OutreachError, Retriable, Skippable

HTML = b"<html><head><title>Error 404 Not Found</title></head></html>"


def body(**parts: object) -> bytes:
    """An error body."""
    return json.dumps({"status": "error", **parts}).encode()


@pytest.mark.parametrize(
    ("status", "told", "kind", "code", "wait"),
    [
        (401, body(category="EXPIRED_AUTHENTICATION"), TokenRefused, "token_refused", None),
        (403, body(category="MISSING_SCOPES"), ConfigError, "missing_scopes", None),
        (403, b"", ConfigError, "forbidden", None),
        (404, HTML, Skippable, "not_found", None),
        (404, body(message="resource not found"), Skippable, "not_found", None),
        (409, body(category="CONFLICT"), Skippable, "conflict", None),
        (423, body(), Retriable, "locked", 2.0),
        (429, body(message="You have reached your secondly limit."), Retriable, "rate_limit", 1.0),
        (429, body(policyName="TEN_SECONDLY_ROLLING"), Retriable, "rate_limit", 10.0),
        (429, b"", Retriable, "rate_limit", 10.0),
        (429, body(policyName="DAILY"), Retriable, "daily_limit", UNTIL_TOMORROW),
        (477, b"", Retriable, "moving", UNTIL_TOMORROW),
        (503, b"", Retriable, "unavailable", None),
        (502, HTML, Retriable, "unavailable", None),
        (522, b"", Retriable, "unavailable", None),
        (400, body(category="VALIDATION_ERROR"), Skippable, "refused", None),
        (302, b"", Fatal, "unexpected_answer", None),
        (501, b"", Fatal, "unexpected_answer", None),
    ],
)
def test_refusal_becomes_our_error(
    status: int, told: bytes, kind: type[OutreachError], code: str, wait: float | None
) -> None:
    """Every status leads to what the caller does next."""
    error = translate(status, {}, told)

    assert (type(error), error.code) == (kind, code)
    assert getattr(error, "retry_after", None) == wait


def test_retry_after_is_believed() -> None:
    """A Retry-After header wins, whatever its case."""
    error = translate(429, {"retry-after": "33"}, body(policyName="SECONDLY"))

    assert getattr(error, "retry_after", None) == 33.0


@pytest.mark.parametrize("inside", [False, True])
def test_missing_scopes_are_named(inside: bool) -> None:
    """The scopes are found in the body and, as the documentation shows them, in `errors`."""
    context = {"context": {"requiredGranularScopes": ["crm.objects.contacts.read"]}}
    told = {"errors": [context]} if inside else context

    error = translate(403, {}, body(category="MISSING_SCOPES", **told))

    assert error.details["scopes"] == ("crm.objects.contacts.read",)


def test_owner_of_a_value_is_found_in_the_text() -> None:
    """The id exists only inside the message, in one of two wordings."""
    race = "Cannot set PropertyValueCoordinates{propertyName=email, value=x} on 5. 6 already has that value."

    assert existing_id({"message": "Contact already exists. Existing ID: 123"}) == "123"
    assert existing_id({"message": race}) == "6"
    assert translate(400, {}, body(message=race)).code == "conflict"


def test_messages_hold_no_personal_data() -> None:
    """Addresses and values that HubSpot repeats do not get into our message."""
    message = (
        'Property values were not valid: [{"message":"Email address ann@example.com is invalid"}]'
    )
    race = "Cannot set X{propertyName=phone, value=+1 555 0100} on 5. ann@example.com"

    assert "ann" not in str(translate(400, {}, body(message=message)))
    assert mask(race) == "Cannot set X{propertyName=phone, value=<value>} on 5. <e-mail>"


def test_refused_values_are_named() -> None:
    """The refused property is read from `errors` and, in older replies, from the message."""
    inside = json.dumps([{"name": "email", "error": "INVALID_EMAIL"}])
    older = body(message=f"Property values were not valid: {inside}")
    newer = body(errors=[{"code": "INVALID_OPTION", "context": {"propertyName": ["city"]}}])

    assert translate(400, {}, older).details["problems"] == (("email", "INVALID_EMAIL"),)
    assert translate(400, {}, newer).details["problems"] == (("city", "INVALID_OPTION"),)
