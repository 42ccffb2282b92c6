"""Who is let in, what is kept of it, and what everybody else is answered."""

from __future__ import annotations

import base64
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.tests.receiving import (
    HUBSPOT,
    NOW,
    ORG,
    PUBLIC,
    SALESFORCE,
    SECRET,
    Receiving,
    Request,
    change,
    event,
    hubspot,
    old_hubspot,
    opened,
    receiving,
    salesforce,
)
from outreach_cli.serve import inbox, signatures
from outreach_cli.serve.signatures import Signed

ROOT = Path(__file__).parents[2]
TRUTH = Path(os.environ.get("OUTREACH_TRUTH", ROOT.parent / "shared" / "truth"))
VECTORS = TRUTH / "hubspot" / "signature_vectors.json"
README = ROOT / "salesforce" / "README.md"


@pytest.fixture
def here(tmp_path: Path) -> Receiving:
    return receiving(tmp_path)


def kept(here: Receiving) -> set[tuple[str, str, str]]:
    """What the next run is asked to look at."""
    ledger = opened(here.ledger_url)
    wanted = ledger.staging.lookups_wanted()
    ledger.close()
    return {
        (side, obj, one)
        for side in ("hubspot", "salesforce")
        for obj in ("contacts", "leads")
        for one in wanted[side].get(obj, {}).get("ids", [])
    }


def test_hubspots_events_are_kept_before_they_are_acknowledged(here: Receiving) -> None:
    """Each record once, whatever happened to it; the worker is woken."""
    events = [event(11), event(11), event(12, "contact.deletion"), event(13, "contact.creation")]

    assert [202] == here.send(hubspot(events))
    assert {("hubspot", "contacts", one) for one in ("11", "12", "13")} == kept(here)
    assert [True] == here.woken


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        (event(11, "contact.restore"), {"11"}),
        (
            event(31, "contact.merge", primaryObjectId=11, mergedObjectIds=[12], newObjectId=31),
            {"11", "12", "31"},
        ),
        (
            event(0, "contact.associationChange", associationType="CONTACT_TO_COMPANY",
                  fromObjectId=11, toObjectId=77), {"11"},
        ),
        (
            event(0, "company.associationChange", associationType="COMPANY_TO_CONTACT",
                  fromObjectId=77, toObjectId=11), {"11"},
        ),
        (event(11, "object.propertyChange", objectTypeId="0-1"), {"11"}),
        (event(11, "object.propertyChange", objectTypeId="0-2"), set()),
        (event(11, "company.propertyChange"), set()),
        (event(11, "conversation.newMessage"), set()),
        ({k: v for k, v in event(11).items() if k != "subscriptionType"}
         | {"eventType": "contact.creation"}, {"11"}),
        (event(11, portalId=1), set()),
        (event(11, changeSource="INTEGRATION", sourceId="54321"), set()),
        (event(11, changeSource="INTEGRATION", sourceId="999"), {"11"}),
    ],
)  # fmt: skip
def test_an_event_names_the_contacts_it_is_about(
    here: Receiving, told: dict, ids: set[str]
) -> None:
    """Other objects, other portals and the app's own writes are acknowledged and not looked at."""
    assert [202] == here.send(hubspot([told]))
    assert ids == {one for _, _, one in kept(here)}


def test_who_is_in_no_row_is_not_looked_at(here: Receiving) -> None:
    """An account has more people than the sheet has rows: nothing is kept for them, and no run begins."""
    merge = event(99, "contact.merge", primaryObjectId=98, mergedObjectIds=[11], newObjectId=99)
    strangers = [event(70), event(71, "contact.deletion"), event(72, "contact.creation")]
    first = here.send(hubspot(strangers), salesforce([change("00Q000000000009EAA")]))
    woken = len(here.woken)
    here.send(hubspot([merge]))

    assert ([202, 202], 0) == (first, woken)
    assert {"11", "98", "99"} == {one for _, _, one in kept(here)}


def test_a_person_who_is_to_be_forgotten_is_noted_as_such(here: Receiving) -> None:
    """It is more than a deletion: what is kept of the person here is to go too."""
    here.send(hubspot([event(11, "contact.privacyDeletion"), event(11, "contact.deletion")]))
    ledger = opened(here.ledger_url)
    found = [one.record_id for one in ledger.hints.erasures()]
    ledger.close()

    assert ["11"] == found


@pytest.mark.parametrize(
    ("told", "ids"),
    [
        (change(), {("leads", "00Q000000000001EAA")}),
        (change(told="deleted"), {("leads", "00Q000000000001EAA")}),
        (
            change(told="merged", masterId="00Q000000000002EAA"),
            {("leads", "00Q000000000001EAA"), ("leads", "00Q000000000002EAA")},
        ),
        (
            change(told="converted", convertedContactId="003000000000001EAA"),
            {("leads", "00Q000000000001EAA"), ("contacts", "003000000000001EAA")},
        ),
        (change(told="renamed"), set()),
        (change(object="Account"), set()),
        (change(org="00D000000000009EAA"), set()),
    ],
)
def test_salesforces_changes_are_kept(here: Receiving, told: dict, ids: set) -> None:
    """Merges and conversions name both records; names and types that are not listed are left out."""
    assert [202] == here.send(salesforce([told]))
    assert ids == {(obj, one) for _, obj, one in kept(here)}


def test_nothing_is_kept_before_the_first_run(tmp_path: Path) -> None:
    """Without a known account there is no row to look for; the first run reads everything."""
    here = receiving(tmp_path, known=False)

    assert [202, 202] == here.send(hubspot([event()]), salesforce([change()]))
    assert set() == kept(here)


def test_the_example_of_the_package_is_accepted(here: Receiving) -> None:
    """The receiver and salesforce/README.md, which Apex is tested with, agree to the byte."""
    found = re.search(r"```http\n(.*?)\n\n(.*?)\n```", README.read_text(), re.DOTALL)
    assert found is not None
    lines = [line.split(": ", 1) for line in found[1].splitlines()[1:]]
    example = Request(SALESFORCE, found[2].encode(), dict(lines))

    assert ORG in found[2]
    assert [202] == here.send(example)
    assert SALESFORCE in found[1].splitlines()[0]


@pytest.mark.parametrize("number", range(4))
def test_the_published_signatures_hold(number: int) -> None:
    """The four vectors of HubSpot's documentation: v1, v2 twice, v3."""
    if not VECTORS.exists():
        pytest.skip("no recorded signatures; set OUTREACH_TRUTH")
    told = json.loads(VECTORS.read_text())[number]
    request = Signed(told.get("method", ""), told.get("uri", ""), told["body"].encode())
    made = {
        "v1": lambda: signatures.hubspot_v1(request, told["secret"]),
        "v2": lambda: signatures.hubspot_v2(request, told["secret"]),
        "v3": lambda: signatures.hubspot_v3(request, told["timestamp"], told["secret"]),
    }

    assert told["expected"] == made[told["version"]]()


def test_the_address_is_decoded_as_the_vendor_does(here: Receiving) -> None:
    """The listed characters and no others, whichever case their code is in; the query stays."""
    coded = "to=a%40example.com%2Fx%3b&n=%C3%A9%20%2B"
    decoded = "to=a@example.com/x;&n=%C3%A9%20%2B"
    request = hubspot([event(11)], uri=f"{PUBLIC}{HUBSPOT}?{decoded}")

    assert [202] == here.send(replace(request, query=coded))


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_old_signatures_are_refused_unless_allowed(tmp_path: Path, version: str) -> None:
    """Nothing dates them; where they are allowed, a copy is refused all the same."""
    request = old_hubspot([event(11)], version)
    (tmp_path / "strict").mkdir()
    strict, lenient = receiving(tmp_path / "strict"), receiving(tmp_path, allow_old=True)

    assert [401] == strict.send(request)
    assert [202, 409] == lenient.send(request, request)


def test_an_old_signature_beside_a_wrong_new_one_does_not_help(tmp_path: Path) -> None:
    """Webhooks carry both: where the third is there, it alone counts."""
    here = receiving(tmp_path, allow_old=True)
    request = old_hubspot([event(11)], "v1")
    both = request.but(**hubspot([event(11)], secret="another").headers)

    assert [401] == here.send(both)


def test_a_try_that_failed_may_come_again(here: Receiving, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the ledger could not take it the vendor is told so, and the very same message is taken later."""
    request, left, real = hubspot([event(11)]), [1], inbox._keep

    def busy_once(*args: Any) -> Counter[str]:
        if left:
            left.pop()
            raise OSError("disk full")
        return real(*args)

    monkeypatch.setattr(inbox, "_keep", busy_once)

    assert [503, 202] == here.send(request, request)
    assert {("hubspot", "contacts", "11")} == kept(here)


def test_of_too_many_changes_the_rest_is_left_to_the_run(
    here: Receiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks HubSpot what changed since it last did; what that does not tell, such as a deletion, is kept."""
    monkeypatch.setattr(inbox, "MOST_WAITING", 2)
    first = hubspot([event(11), event(12), event(13)])
    then = hubspot([event(14), event(15, "contact.deletion"), event(16, "contact.privacyDeletion")])

    assert [202, 202] == here.send(first, then)
    assert {"11", "12", "13", "15", "16"} == {one for _, _, one in kept(here)}
    assert [True, True] == here.woken


def test_health_and_counters(here: Receiving) -> None:
    """What was accepted and refused, by reason; what waits, and since when; nothing personal."""
    here.send(hubspot([event(11), event(12, portalId=1)]), hubspot([event(13)], secret="x"))
    status, health = here.get("/health")
    text = here.get("/metrics")[1].decode()

    assert (200, True) == (status, json.loads(health)["ready"])
    for line in (
        'outreach_webhook_requests_total{outcome="accepted",vendor="hubspot"} 1.0',
        'outreach_webhook_requests_total{outcome="forged",vendor="hubspot"} 1.0',
        'outreach_webhook_events_total{vendor="hubspot",what="kept"} 1.0',
        'outreach_webhook_events_total{vendor="hubspot",what="other_account"} 1.0',
        "outreach_hints_waiting 1.0",
    ):
        assert line in text


@pytest.mark.parametrize("sign", [hubspot, salesforce])
def test_a_body_that_is_announced_too_long_is_not_read(
    here: Receiving, sign: Callable[[Any], Request]
) -> None:
    """Not even one that is signed: its length is reason enough."""
    request = replace(sign([event() | change()]), announced=str(9 * 1024 * 1024))

    assert [413] == here.send(request)


# -- what must not get in -------------------------------------------------------------------------

Attack = Callable[[random.Random, Request], Request]


def _flipped(rng: random.Random, request: Request) -> Request:
    place, bit = rng.randrange(len(request.body)), 1 << rng.randrange(8)
    body = bytearray(request.body)
    body[place] ^= bit
    return replace(request, body=bytes(body))


def _shortened(rng: random.Random, request: Request) -> Request:
    return replace(request, body=request.body[: rng.randrange(len(request.body))])


def _signature(request: Request) -> str:
    return next(n for n in request.headers if n.lower().endswith(("signature", "signature-v3")))


def _stamp(request: Request) -> str:
    return next(n for n in request.headers if n.lower().endswith("timestamp"))


def _other_signature(rng: random.Random, request: Request) -> Request:
    name = _signature(request)
    told = request.headers[name]
    place = rng.randrange(len(told))
    wrong = [
        told[:place] + ("A" if told[place] != "A" else "B") + told[place + 1 :],
        told[:-1], told.swapcase(), f" {told}x", "", "sha256=", "=" * 44, told * 50,
        base64.b64encode(rng.randbytes(32)).decode(), rng.randbytes(32).hex(),
    ]  # fmt: skip
    return request.but(**{name: rng.choice(wrong)})


def _other_time(rng: random.Random, request: Request) -> Request:
    told = request.headers[_stamp(request)]
    wrong = [
        str(int(told) + rng.choice([-1, 1, 1000])), told + "0", told[:-3], "", "now", "-" + told,
        "1e12", "\u0661" * 0 + "0" * 13, f"{told} ", "9" * 400,
    ]  # fmt: skip
    return request.but(**{_stamp(request): rng.choice(wrong)})


def _out_of_time(rng: random.Random, request: Request) -> Request:
    at = NOW + rng.choice([-1, 1]) * rng.uniform(300.01, 1e6)
    if request.path == HUBSPOT:
        return hubspot(request.body, at=at)
    return salesforce(request.body, at=at)


def _other_key(rng: random.Random, request: Request) -> Request:
    key = rng.choice(["", "a", SECRET[:-1], SECRET.upper(), rng.randbytes(16).hex()])
    sign = hubspot if request.path == HUBSPOT else salesforce
    return sign(request.body, **{"secret" if request.path == HUBSPOT else "key": key})


def _other_door(rng: random.Random, request: Request) -> Request:
    if request.path == HUBSPOT:
        return replace(request, query=rng.choice(["x=1", "=", "a%2Fb"]))
    return replace(request, method=rng.choice(["PUT", "GET", "PATCH", "DELETE"]))


def _header_left_out(rng: random.Random, request: Request) -> Request:
    return request.but(**{rng.choice([_signature(request), _stamp(request)]): None})


def _not_what_is_sent(rng: random.Random, request: Request) -> Request:
    """Signed with the right key, and still not what the vendor sends."""
    one = event() if request.path == HUBSPOT else change()
    wrong = [
        [one] * 101, [], {}, one, None, "x", 7, [one, 7], [[one]], [{}], b"", b"[", b"\xff\xfe",
        b"[" * 100_000, [{**one, "portalId": True, "org": 5}], [{**one, "objectId": "x", "id": "y"}],
        [{**one, "objectId": -1, "id": ""}], [{**one, "portalId": 1.5, "org": ORG[:15]}],
    ]  # fmt: skip
    sign = hubspot if request.path == HUBSPOT else salesforce
    return sign(rng.choice(wrong), at=NOW + rng.uniform(-250, 250))


def _oversized(rng: random.Random, request: Request) -> Request:
    most = 8 * 1024 * 1024 if request.path == HUBSPOT else 256 * 1024
    if rng.random() < 0.5 or (request.path == HUBSPOT and rng.random() < 0.98):
        return replace(request, announced=str(most + rng.randrange(1, 10**9)))
    sign = hubspot if request.path == HUBSPOT else salesforce
    big = sign(b" " * most + request.body)
    return replace(big, announced=rng.choice(["", "0", "x"]))


ATTACKS: list[Attack] = [
    _flipped, _shortened, _other_signature, _other_time, _out_of_time, _other_key, _other_door,
    _header_left_out, _not_what_is_sent, _oversized,
    lambda _, request: replace(request, cut_off=True),  # truncated on the way
    lambda _, request: request,  # replayed
]  # fmt: skip


def test_nothing_else_gets_in(here: Receiving) -> None:
    """Forged, replayed, truncated, oversized, out of time, malformed: none is accepted, nothing is kept."""
    rng = random.Random(7)
    honest = [hubspot([event(11), event(12)]), salesforce([change()])]
    requests = [rng.choice(ATTACKS)(rng, rng.choice(honest)) for _ in range(10_000)]
    answers = here.send(*honest, *requests)

    accepted = [one for one, status in zip(requests, answers[2:], strict=True) if status < 400]
    assert [202, 202] == answers[:2]
    assert [] == accepted
    assert {401, 413, 400, 409, 405} == set(answers[2:])
    assert 3 == here.waiting().records
    assert 2 == len(here.woken)
