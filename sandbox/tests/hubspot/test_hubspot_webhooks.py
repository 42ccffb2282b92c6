"""HubSpot calls whoever subscribed: what it says, how it signs, how often it tries."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hubspot import HubSpot

from outreach_sandbox.kernel.client import ControlRefused
from outreach_sandbox.kernel.server import Running, running
from sandbox.tests.listening import Listener, listening

APP = 19_083_857
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running("empty") as found:
        yield found


@pytest.fixture
def hook(box: Running) -> Iterator[Listener]:
    box.control.reset("empty")
    with listening() as found:
        yield found
        box.control.people("hubspot", "webhooks")


def subscribe(box: Running, hook: Listener, **more: Any) -> None:
    told = {"url": hook.url, "secret": SECRET, "retry_seconds": 0.01, **more}
    box.control.people("hubspot", "webhooks", **told)


def person(box: Running, **properties: str) -> str:
    return str(box.control.people("hubspot", "create", properties=properties)["id"])


def told(hook: Listener, verb: str) -> list[dict[str, Any]]:
    return [e for e in hook.events if e["subscriptionType"] == f"contact.{verb}"]


def phones(hook: Listener) -> list[dict[str, Any]]:
    return [e for e in told(hook, "propertyChange") if e["propertyName"] == "phone"]


def test_what_happens_to_a_contact_is_told(box: Running, hook: Listener) -> None:
    """Creation, edits, deletion, restoration, merge, and a privacy deletion with its deletion."""
    one, two, three = (person(box, email=f"{n}@example.com") for n in ("a", "b", "c"))
    subscribe(box, hook)
    new = person(box, email="d@example.com", firstname="New")
    box.control.people("hubspot", "edit", id=new, properties={"firstname": "Other"})
    box.control.people("hubspot", "delete", id=one)
    box.control.people("hubspot", "restore", id=one)
    merged = box.control.people("hubspot", "merge", primary=one, other=two)["id"]
    box.control.people("hubspot", "privacy_delete", id=three)
    hook.wait(lambda: told(hook, "deletion")[1:] and told(hook, "merge"))

    assert [int(new)] == [e["objectId"] for e in told(hook, "creation")]
    names = [e["propertyValue"] for e in told(hook, "propertyChange")
             if e["propertyName"] == "firstname"]  # fmt: skip
    assert Counter(["New", "Other"]) == Counter(names)
    assert {int(one), int(three)} == {e["objectId"] for e in told(hook, "deletion")}
    assert [int(one)] == [e["objectId"] for e in told(hook, "restore")]
    assert [int(three)] == [e["objectId"] for e in told(hook, "privacyDeletion")]
    (merge,) = told(hook, "merge")
    ids = (merge["primaryObjectId"], merge["mergedObjectIds"], merge["newObjectId"])
    assert (int(one), [int(two)], int(merged)) == ids
    assert {8_675_309} == {e["portalId"] for e in hook.events}


def test_who_wrote_is_told(box: Running, hook: Listener) -> None:
    """An app's own write comes back to it with its id; a person's has another source."""
    contact = person(box, email="a@example.com")
    subscribe(box, hook)
    url = f"{box.hubspot_url}/crm/v3/objects/contacts/{contact}"
    headers = {"Authorization": "Bearer pat-na1-test"}
    httpx.patch(url, json={"properties": {"phone": "+1 555 0100"}}, headers=headers)
    box.control.people("hubspot", "edit", id=contact, properties={"phone": "+1 555 0101"})
    hook.wait(lambda: len(phones(hook)) == 2)

    found = {
        e["propertyValue"]: (e["changeSource"], e["sourceId"] == str(e["appId"]))
        for e in phones(hook)
    }
    assert {"+1 555 0100": ("INTEGRATION", True), "+1 555 0101": ("CRM_UI", False)} == found


def test_a_request_is_signed_twice(box: Running, hook: Listener) -> None:
    """v3 over method, address with its query, body and now; v1 beside it."""
    subscribe(box, hook)
    person(box, email="a@example.com")
    hook.wait(lambda: hook.bodies)
    (head, body), key = (hook.heads[0], hook.bodies[0]), SECRET.encode()
    stamp = head["x-hubspot-request-timestamp"]
    mac = hmac.new(key, f"POST{hook.url}".encode() + body + stamp.encode(), hashlib.sha256)

    assert base64.b64encode(mac.digest()).decode() == head["x-hubspot-signature-v3"]
    assert hashlib.sha256(key + body).hexdigest() == head["x-hubspot-signature"]
    assert "v1" == head["x-hubspot-signature-version"]
    assert abs(time.time() - int(stamp) / 1000) < 60


def test_a_refusal_is_tried_again_with_a_new_number(box: Running, hook: Listener) -> None:
    """Any status but 2xx; the same events, signed anew, a growing attemptNumber."""
    hook.answers = [500, 404, 200]
    subscribe(box, hook, types=["contact.creation"])
    person(box, email="a@example.com")
    hook.wait(lambda: len(hook.bodies) == 3)
    hook.wait(lambda: not box.control.people("hubspot", "webhooks_sent")["pending"])
    sent = box.control.people("hubspot", "webhooks_sent")

    assert [0, 1, 2] == [e["attemptNumber"] for e in hook.events]
    assert 1 == len({e["eventId"] for e in hook.events})
    assert {"200": 1, "404": 1, "500": 1} == sent["answers"]


def test_batches_and_bent_habits(box: Running, hook: Listener) -> None:
    """A hundred events a batch at most; doubled, in disorder and partly never, where a test asks for it."""
    subscribe(box, hook, types=["contact.creation"], batch=2, copies=3)
    contact = person(box, email="a@example.com")
    hook.wait(lambda: len(hook.events) == 3)
    subscribe(box, hook, types=["contact.creation"], kept_back=1.0)
    person(box, email="b@example.com")

    assert {1, 2} == {len(json.loads(body)) for body in hook.bodies}
    assert {int(contact)} == {e["objectId"] for e in hook.events}
    assert 0 == box.control.people("hubspot", "webhooks_sent")["pending"]


def test_only_loopback_is_called(box: Running, hook: Listener) -> None:
    """Another address is refused, whoever asks for it."""
    with pytest.raises(ControlRefused, match="loopback"):
        box.control.people("hubspot", "webhooks", url="https://example.com/", secret=SECRET)


def test_an_app_is_set_up_by_its_developer_key(box: Running, hook: Listener) -> None:
    """By the vendor's own client: where it is called, what about, on and off; nobody gets in without the key."""
    library = HubSpot(api_key="a-developer-key", host=box.hubspot_url)
    settings, subscriptions = library.webhooks.settings_api, library.webhooks.subscriptions_api
    target = {
        "targetUrl": "https://hooks.example.org/x",
        "throttling": {"maxConcurrentRequests": 10},
    }
    settings.configure(APP, target)
    made = subscriptions.create(APP, {"eventType": "contact.deletion", "active": False})
    subscriptions.update(made.id, APP, {"active": True})
    listed = subscriptions.get_all(APP).results
    stranger = httpx.get(f"{box.hubspot_url}/webhooks/v3/{APP}/settings?hapikey=x")

    assert target["targetUrl"] == settings.get_all(APP).target_url
    assert [("contact.deletion", True)] == [(one.event_type, one.active) for one in listed]
    assert 401 == stranger.status_code
