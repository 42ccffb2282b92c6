"""What a key without some scope may not do, and how that is said."""

from __future__ import annotations

import json

import pytest

MAIL = {
    "hs_timestamp": "2020-05-01T10:00:00Z",
    "hs_email_direction": "EMAIL",
    "hs_email_subject": "A roof for you",
    "hs_email_text": "Dear Ann",
}
OBJECTS = "/crm/v3/objects"


def without(start, *scopes, **switches):
    """An account whose key lacks these scopes."""
    named = {f"hubspot.{name}": on for name, on in switches.items()}
    return start(auth={"missing_scopes": list(scopes)}, switches=named)


@pytest.mark.parametrize(
    ("scope", "method", "path", "granular"),
    [
        ("connected-email-data-access", "GET", "/crm/v3/properties/emails", None),
        ("connected-email-data-access", "GET", "/crm/properties/2026-03/0-49", None),
        ("crm.schemas.deals.read", "GET", "/crm/v3/properties/deals", "deals-read"),
        ("crm.objects.deals.read", "GET", "/crm/v3/pipelines/deals", "deals-read"),
        ("crm.objects.companies.read", "POST", f"{OBJECTS}/companies/search", "companies-read"),
        ("crm.objects.companies.write", "POST", f"{OBJECTS}/companies", "companies-write"),
        ("crm.objects.contacts.write", "POST", f"{OBJECTS}/emails", "contacts-write"),
        ("crm.objects.contacts.read", "GET", f"{OBJECTS}/contacts", "contacts-read"),
        ("crm.objects.owners.read", "GET", "/crm/v3/owners/", None),
        ("crm.schemas.contacts.write", "POST", "/crm/v3/properties/contacts", "contacts-write"),
    ],
)
def test_a_missing_scope_is_the_recorded_403(start, truth, scope, method, path, granular):
    """Key for key; the scope is named as the vendor's older name where it has one."""
    recorded = json.loads((truth / "amp-labs" / "metadata-err-schemas-scope.json").read_text())
    reply = without(start, scope).call(method, path, json={} if method == "POST" else None)
    body = reply.json()
    assert (reply.status_code, set(body)) == (403, set(recorded))
    assert (body["category"], body["message"]) == (recorded["category"], recorded["message"])
    assert body["context"] == {
        **recorded["context"],
        "requiredGranularScopes": [granular or scope],
    }


def test_other_endpoints_go_on(start):
    """A scope that is missing costs its own endpoints only, and the rate is counted alike."""
    account = without(start, "connected-email-data-access", "crm.objects.deals.read")
    made = account.make("emails", **MAIL)
    assert account.see("emails", made, "hs_email_subject")["hs_email_subject"] == "A roof for you"
    assert account.call("GET", "/crm/v3/properties/notes").status_code == 200
    refused = account.call("GET", "/crm/v3/properties/emails")
    assert refused.headers["x-hubspot-ratelimit-remaining"] == "96"


@pytest.mark.parametrize("redacted", [True, False])
def test_the_content_of_emails_needs_its_own_scope(start, redacted):
    """The documentation says the content is left out, reports say 403: both can be had."""
    account = without(start, "sales-email-read", emails_redacted_without_scope=redacted)
    made = account.make("emails", **MAIL)
    path = f"{OBJECTS}/emails/{made}"
    reply = account.call("GET", path, params={"properties": ",".join(MAIL)})
    if not redacted:
        assert reply.status_code == 403
        assert reply.json()["context"]["requiredGranularScopes"] == ["sales-email-read"]
        return
    found = reply.json()["properties"]
    assert [found["hs_email_subject"], found["hs_email_text"]] == [None, None]
    assert found["hs_email_direction"] == "EMAIL"


def test_an_administrator_takes_scopes_away_and_gives_them_back(account):
    """While a client runs, without a reset."""
    path = "/crm/v3/properties/emails"
    assert account.people("scopes", missing=["connected-email-data-access"]) == {
        "missing": ["connected-email-data-access"]
    }
    assert account.call("GET", path).status_code == 403
    account.people("scopes", missing=[])
    assert account.call("GET", path).status_code == 200
