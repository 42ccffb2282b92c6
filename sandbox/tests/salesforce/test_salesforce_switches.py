"""What nobody has verified, or what differs from org to org: a switch each, in both settings."""

from __future__ import annotations

import pytest

NEW = {"LastName": "Doe", "Company": "Acme"}
BOTH = pytest.mark.parametrize("on", [True, False])


def switched(start, name, on, **seed):
    return start(switches={f"salesforce.{name}": on}, **seed)


@BOTH
def test_a_session_may_be_renewed_by_its_use(start, on):
    """Or it ends a fixed time after sign-in, whatever is done with it."""
    org = switched(start, "session_slides", on, auth={"session_seconds": 600})
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "r"}
    access = org.call("POST", "/services/oauth2/token", data=form).json()["access_token"]
    seen = []
    for _ in range(3):
        org.advance(400)
        headers = {"Authorization": f"Bearer {access}"}
        seen.append(org.call("GET", "limits", headers=headers).status_code)

    assert ([200, 200, 200] if on else [200, 401, 401]) == seen


@BOTH
def test_an_upsert_may_repeat_its_key_in_the_body(start, on):
    """Or that is an INVALID_FIELD; nothing is written then."""
    org = switched(start, "ext_field_in_body_refused", on)
    reply = org.call(
        "PATCH", "sobjects/Lead/Outreach_Id__c/r1", json={**NEW, "Outreach_Id__c": "r1"}
    )

    assert (400 if on else 201) == reply.status_code
    assert (not on) is bool(org.query("SELECT Id FROM Lead"))


@BOTH
def test_a_composite_may_hold_many_queries(start, on):
    """Or five of them at most."""
    org = switched(start, "composite_limits_queries", on)
    url = "/services/data/v60.0/query?q=SELECT+Id+FROM+Lead"
    parts = [{"method": "GET", "url": url, "referenceId": f"r{n}"} for n in range(6)]

    reply = org.call("POST", "composite", json={"compositeRequest": parts})
    assert (400 if on else 200) == reply.status_code


@BOTH
def test_spaces_around_a_text_may_go(start, on):
    """Or they stay; a text of spaces alone is none or is what it is."""
    org = switched(start, "trims_text", on)
    lead = org.create(City=" Oslo ", Title="  ")

    expected = ("Oslo", None) if on else (" Oslo ", "  ")
    assert expected == tuple(org.read(lead, "City", "Title").values())


@BOTH
def test_the_calls_of_the_app_may_be_told_too(start, on):
    """In the same header, after the org's; a reader must take both forms."""
    org = switched(start, "per_app_usage", on, org={"daily_api_requests": 5000})
    header = org.call("GET", "limits").headers["sforce-limit-info"]

    app = "; per-app-api-usage=1/5000(appName=outreach)"
    assert "api-usage=1/5000" + (app if on else "") == header


@BOTH
def test_an_address_may_be_too_long(start, on):
    """414 from 16,384 characters on, or any length goes."""
    org = switched(start, "long_uri_refused", on)
    ids = ",".join(f"'{n:015d}'" for n in range(1000))
    reply = org.call("GET", "query", params={"q": f"SELECT Id FROM Lead WHERE Id IN ({ids})"})

    assert (414 if on else 200) == reply.status_code


@BOTH
def test_reading_a_deleted_record_may_say_so(start, on):
    """404 either way: that it is deleted, or that it is not there."""
    org = switched(start, "deleted_read_says_so", on)
    lead = org.create()
    org.call("DELETE", f"sobjects/Lead/{lead}")
    reply = org.call("GET", f"sobjects/Lead/{lead}")

    assert (404, "ENTITY_IS_DELETED" if on else "NOT_FOUND") == (
        reply.status_code,
        reply.json()[0]["errorCode"],
    )
