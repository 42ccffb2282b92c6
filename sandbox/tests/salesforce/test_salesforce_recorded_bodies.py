"""Recorded bodies of real orgs beside ours: the same keys.

The one rule: whole recorded sessions are played by `tests/fidelity`; these bodies came without
their requests.
"""

from __future__ import annotations

import json


def test_recorded_bodies_have_the_keys_of_ours(org, truth):
    """Sign-in, changes, versions, the list of objects, one record with some of its fields."""

    def keys_of(name):
        body = json.loads((truth / "responses" / "restforce" / f"{name}.json").read_text())
        return body, set(body[0] if isinstance(body, list) else body)

    window = {"start": "2026-11-23T08:00:00Z", "end": "2026-11-23T20:00:00Z"}
    lead = org.create(Outreach_Id__c="1234")
    form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": "r"}
    given = org.call("POST", "/services/oauth2/token", data=form).json()
    some = org.call("GET", f"sobjects/Lead/{lead}?fields=Outreach_Id__c").json()
    listed = org.call("GET", "sobjects").json()
    recorded = keys_of("describe_sobjects_success_response")[0]

    assert keys_of("refresh_success_response")[1] <= set(given)
    assert keys_of("auth_success_response")[1] <= set(given)
    for name in ("updated", "deleted"):
        found = org.call("GET", f"sobjects/Lead/{name}", params=window).json()
        assert list(keys_of(f"get_{name}_success_response")[0]) == list(found)
    assert keys_of("services_data_success_response")[1] == set(
        org.call("GET", "/services/data").json()[0]
    )
    assert set(recorded) == set(listed)
    assert set(recorded["sobjects"][0]) <= set(listed["sobjects"][0])
    shown = keys_of("sobject_select_success_response")[0]
    assert list(shown) == [n.replace("Outreach_Id__c", "External_Field__c") for n in some]
