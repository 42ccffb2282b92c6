"""An org with the package in it tells a receiver: what, signed how, and how patiently."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from outreach_sandbox.kernel.server import Running, running
from sandbox.tests.listening import Listener, listening

KEY = "example-signing-key"


@pytest.fixture(scope="module")
def box() -> Iterator[Running]:
    with running("empty") as found:
        yield found


@pytest.fixture
def hook(box: Running) -> Iterator[Listener]:
    box.control.reset("empty")
    with listening() as found:
        box.control.people("salesforce", "webhooks", url=found.url, key=KEY, minute=0.001)
        yield found
        box.control.people("salesforce", "webhooks")


def walk(box: Running, door: str, **body: Any) -> dict[str, Any]:
    return box.control.people("salesforce", door, **body)


def lead(box: Running, name: str) -> str:
    values = {"LastName": name, "Company": f"{name} Ltd", "Email": f"{name.lower()}@example.com"}
    return str(walk(box, "create", values=values)["id"])


def test_what_people_save_is_told(box: Running, hook: Listener) -> None:
    """Created, updated with the watched fields, deleted, restored, merged; no other field, no value."""
    one, two = lead(box, "Roe"), lead(box, "Poe")
    walk(box, "edit", id=one, values={"Phone": "+1 555 0100", "Description": "x"})
    walk(box, "edit", id=one, values={"Description": "y"})
    walk(box, "delete", id=two)
    walk(box, "undelete", id=two)
    walk(box, "merge", master=one, other=two)
    hook.wait(lambda: any(e["type"] == "merged" for e in hook.events))
    hook.wait(lambda: not walk(box, "webhooks_sent")["pending"])
    found = sorted((e["type"], e["id"]) for e in hook.events)

    wanted = [("created", one), ("created", two), ("deleted", two), ("merged", two)]
    assert [*wanted, ("undeleted", two), ("updated", one)] == found
    (updated,) = [e for e in hook.events if e["type"] == "updated"]
    assert ["Phone"] == updated["changedFields"]
    assert [one] == [e["masterId"] for e in hook.events if e["type"] == "merged"]
    assert b"0100" not in b"".join(hook.bodies)


def test_a_message_is_signed_and_tried_again(box: Running, hook: Listener) -> None:
    """After 1, 3, 6 and 10 minutes, signed anew with the same event; a refusal is final."""
    hook.answers = [503, 429, 202, 401]
    lead(box, "Roe")
    hook.wait(lambda: len(hook.bodies) == 3)
    lead(box, "Poe")
    hook.wait(lambda: walk(box, "webhooks_sent")["given_up"] == 1)
    head, body = hook.heads[0], hook.bodies[0]
    signed = head["x-outreach-timestamp"].encode() + b"." + body
    ids = [json.loads(one)[0]["eventId"] for one in hook.bodies]

    mac = hmac.new(KEY.encode(), signed, hashlib.sha256).hexdigest()
    assert f"sha256={mac}" == head["x-outreach-signature"]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert 4 == uuid.UUID(ids[0]).version
    assert 4 == len(hook.bodies)
