"""Laws of the store: whatever is called, indexes and records agree."""

from __future__ import annotations

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_sandbox.hubspot import calculated
from outreach_sandbox.hubspot.company_domains import CompanyDomains
from outreach_sandbox.hubspot.links import BY_ID
from outreach_sandbox.hubspot.service import HubSpotService
from outreach_sandbox.hubspot.wire import to_ms
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.dispatch import Dispatcher
from outreach_sandbox.kernel.faults import FaultQueue
from outreach_sandbox.kernel.journal import Journal
from outreach_sandbox.kernel.randomness import Seeded
from outreach_sandbox.kernel.service import Exchange

OBJECTS = "/crm/v3/objects/"
EMAILS = [f"{name}@example.com" for name in "abcd"]
KEYS = ["k1", "k2", "k3"]
OTHERS = {
    "companies": {"name": "Acme"},
    "deals": {"dealname": "Roof"},
    "emails": {"hs_timestamp": "2020-05-01T10:00:00Z", "hs_email_direction": "EMAIL"},
}
INLINE = {"companies": 280, "deals": 3, "emails": 198}

properties = st.fixed_dictionaries(
    {},
    optional={
        "email": st.sampled_from([*EMAILS, "A@example.com", ""]),
        "hs_additional_emails": st.sampled_from(["", *EMAILS, "a@example.com;b@example.com"]),
        "row_id": st.sampled_from([*KEYS, ""]),
        "city": st.sampled_from(["Oslo", "Rome", ""]),
        "firstname": st.sampled_from(["Ann", ""]),
    },
)
nth = st.integers(0, 5)
pairs = st.sampled_from([("contacts", "companies", 279), ("contacts", "companies", 1)])
pairs |= st.sampled_from([("emails", "contacts", 198), ("deals", "companies", 5)])
steps = st.one_of(
    st.tuples(st.just("create"), st.lists(properties, min_size=1, max_size=3), st.booleans()),
    st.tuples(st.just("update"), st.lists(st.tuples(nth, properties), max_size=3), st.booleans()),
    st.tuples(
        st.just("upsert"), st.lists(st.tuples(st.sampled_from(KEYS), properties), max_size=3)
    ),
    st.tuples(st.just("patch"), nth, properties),
    st.tuples(st.just("archive"), nth),
    st.tuples(st.just("restore"), nth),
    st.tuples(st.just("merge"), nth, nth),
    st.tuples(st.just("forget"), nth),
    st.tuples(st.just("wait"), st.integers(0, 30)),
)
few = st.integers(0, 2)
other_steps = st.one_of(
    st.tuples(st.just("archive"), few),
    st.tuples(st.just("restore"), few),
    st.tuples(st.just("merge"), few, few),
    st.tuples(st.just("forget"), few),
    st.tuples(st.just("patch"), few, properties),
    st.tuples(st.just("wait"), st.integers(0, 30)),
    st.tuples(st.just("link"), pairs, few, few),
    st.tuples(st.just("link"), pairs, few, few),
    st.tuples(st.just("make"), st.sampled_from(sorted(OTHERS)), few),
    st.tuples(st.just("link"), pairs, few, few),
    st.tuples(st.just("unlink"), pairs, few, few),
    st.tuples(st.just("drop"), st.sampled_from(sorted(OTHERS)), few),
    st.tuples(st.just("revive"), st.sampled_from(sorted(OTHERS)), few),
    st.tuples(st.just("join"), st.sampled_from(["companies", "deals"]), few, few),
    st.tuples(st.just("main"), few, st.none() | few),
    st.tuples(st.just("domain"), few, st.sampled_from(["example.com", "b.example.com", ""])),
    st.tuples(st.just("stage"), few, st.sampled_from(["closedwon", "qualifiedtobuy"])),
)


PRIMARY = {("0-1", "0-2"): {1}, ("0-3", "0-2"): {5}}
PLAIN = {("0-1", "0-2"): {279}, ("0-3", "0-2"): {341}}


class Driver:
    """Calls the service as the dispatcher does, without a socket."""

    def __init__(self, switches=None):
        self.clock = Clock(manual=True)
        self.service = HubSpotService(self.clock, Seeded(1), switches or {})
        key = {"name": "row_id", "label": "Row", "type": "string", "fieldType": "text"}
        self.service.reset(
            {
                "custom_properties": [{**key, "hasUniqueValue": True}],
                "auth": {"limits": {"ten_secondly": 10**6, "daily": 10**6}},
            }
        )
        self.dispatcher = Dispatcher(self.service, self.clock, Journal(), FaultQueue())

    @property
    def portal(self):
        return self.service._account.portal

    @property
    def kind(self):
        return self.portal.kind("contacts")

    def call(self, method, path, body=None, root="/crm/v3/objects/contacts"):
        exchange = Exchange(
            method,
            f"{root}{path}",
            headers={"authorization": "Bearer pat-x"},
            body=json.dumps(body).encode() if body is not None else b"",
        )
        operation = self.dispatcher._match(exchange)
        reply = operation.handler(exchange)
        assert reply.status < 500, reply.body
        return reply

    def nth(self, number, name="contacts"):
        ids = sorted(self.portal.kind(name).store.records)
        return str(ids[number % len(ids)]) if ids else "1"

    def door(self, name, **body):
        with contextlib.suppress(ValueError):  # a person may be refused
            self.service.people()[name](body)

    def step(self, step):
        match step:
            case ("create", listed, traced):
                self.batch("create", [{"properties": p} for p in listed], traced)
            case ("update", listed, traced):
                inputs = [{"id": self.nth(n), "properties": p} for n, p in listed]
                self.batch("update", inputs, traced)
            case ("upsert", listed):
                inputs = [{"id": k, "idProperty": "row_id", "properties": p} for k, p in listed]
                self.batch("upsert", inputs, True)
            case ("patch", number, sent):
                self.call("PATCH", f"/{self.nth(number)}", {"properties": sent})
            case ("archive", number):
                self.call("DELETE", f"/{self.nth(number)}")
            case ("restore", number):
                self.door("restore", id=self.nth(number))
            case ("merge", one, other):
                self.door("merge", primary=self.nth(one), other=self.nth(other))
            case ("forget", number):
                self.call("POST", "/gdpr-delete", {"objectId": self.nth(number)})
            case ("wait", seconds):
                self.clock.advance(seconds)
            case _:
                self.other_step(step)

    def other_step(self, step):
        match step:
            case ("make", name, number):
                link = {"to": {"id": self.nth(number)}, "types": types(INLINE[name])}
                body = {"properties": OTHERS[name], "associations": [link] if number else []}
                self.call("POST", "", body, root=f"/crm/v3/objects/{name}")
            case ("link" | "unlink" as verb, (start, end, number), one, other):
                ids = self.nth(one, start), self.nth(other, end)
                item = {"from": {"id": ids[0]}, "to": {"id": ids[1]}, "types": types(number)}
                action = "create" if verb == "link" else "labels/archive"
                root = f"/crm/v4/associations/{start}/{end}/batch/{action}"
                self.call("POST", "", {"inputs": [item]}, root=root)
            case ("drop", name, number):
                self.call("DELETE", f"/{self.nth(number, name)}", root=f"/crm/v3/objects/{name}")
            case ("revive", name, number):
                self.door("restore", object=name, id=self.nth(number, name))
            case ("main", number, company):
                value = "" if company is None else self.nth(company, "companies")
                sent = {"associatedcompanyid": value}
                self.call("PATCH", f"/{self.nth(number)}", {"properties": sent})
            case ("domain", number, value):
                sent = {"domain": value, "hs_additional_domains": value and f"x.{value}"}
                path = f"/{self.nth(number, 'companies')}"
                self.call("PATCH", path, {"properties": sent}, root=OBJECTS + "companies")
            case ("stage", number, value):
                path = f"/{self.nth(number, 'deals')}"
                sent = {"properties": {"dealstage": value}}
                self.call("PATCH", path, sent, root=OBJECTS + "deals")
            case ("join", name, one, other):
                ids = {"primary": self.nth(one, name), "other": self.nth(other, name)}
                self.door("merge", object=name, **ids)

    def batch(self, action, inputs, traced):
        if traced:
            inputs = [{**i, "objectWriteTraceId": str(n)} for n, i in enumerate(inputs)]
        reply = self.call("POST", f"/batch/{action}", {"inputs": inputs})
        if action == "create" and traced:
            done = len(reply.body["results"]) + reply.body.get("numErrors", 0)
            assert done == len(inputs)
        if reply.status >= 400:
            assert not reply.body.get("results")


def types(number):
    return [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]


def check_links(portal):
    """Both ends agree, nobody has two primary companies, nothing leads to a lost record."""
    ends = portal.links.found
    for (start, from_id, end), held in ends.items():
        for to_id, numbers in held.items():
            back = {BY_ID[start, number].back for number in numbers}
            assert back == ends[end, to_id, start][from_id]
            assert numbers
            for type_id, record_id in ((start, from_id), (end, to_id)):
                assert portal.kinds[type_id].store.records[record_id].merged_into is None
        mains = [i for i, numbers in held.items() if numbers & PRIMARY.get((start, end), set())]
        assert len(mains) <= 1
        assert all(held[i] & PLAIN[start, end] for i in mains)


def check_domains(portal):
    """What is known of companies by domain is what looking through all of them would find."""
    known = portal.company_domains
    fresh = CompanyDomains()
    fresh.oldest(portal.kind("companies").store, "")
    assert known.of == fresh.of
    held = {domain: ids for domain, ids in known.by_domain.items() if ids}
    assert held == fresh.by_domain


def check_calculated(driver):
    """Once settled, what was calculated is what would be calculated now."""
    portal = driver.portal
    now_ms = portal.now()
    for kind in portal.kinds.values():
        for record in kind.store.records.values():
            if record.live:
                assert calculated.values(portal, kind, record, now_ms) == {}


def check(kind):
    """Unique owners, id lists and search index as they follow from the records."""
    store = kind.store
    live = {i: r for i, r in store.records.items() if r.live}
    owners: dict[str, dict[str, int]] = {}
    for record in live.values():
        for _, index, value in store.unique_values(record.properties):
            assert owners.setdefault(index, {}).setdefault(value, record.id) == record.id
    assert {k: v for k, v in store.owners.items() if v} == owners
    assert store.live_ids == sorted(live)
    archived = [i for i, r in store.records.items() if r.archived_ms is not None]
    assert store.archived_ids == sorted(archived)
    for record in live.values():
        assert record.properties["hs_object_id"] == str(record.id)
        text = record.properties["lastmodifieddate"]
        assert text.startswith("20")


def settled(driver):
    """After every lag and touch the index is the store."""
    driver.clock.advance(120)
    kind = driver.kind
    kind.timeline.settle(to_ms(driver.clock.now()))
    live = {i: r.properties for i, r in kind.store.records.items() if r.live}
    assert kind.index.entries == live
    assert sorted(i for _, i in kind.index.by_modified) == sorted(live)
    for city in ("Oslo", "Rome"):
        expected = {i for i, p in live.items() if p.get("city") == city}
        assert kind.index.having("city", city) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(steps, max_size=25))
def test_any_sequence_of_calls_leaves_the_store_consistent(sequence):
    """After each call unique values have one owner; once settled, the index is the store."""
    driver = Driver()
    driver.kind.index.having("city", "Oslo")  # an index that exists must be kept up
    for step in sequence:
        driver.step(step)
        check(driver.kind)
    settled(driver)


@settings(max_examples=120, deadline=None)
@given(st.booleans(), st.booleans(), st.booleans(), st.lists(other_steps, max_size=25))
def test_any_sequence_of_calls_leaves_associations_consistent(automatic, first, moving, sequence):
    """After each call both ends agree; once settled, every calculated value is up to date."""
    switches = {"hubspot.auto_company": automatic, "hubspot.first_company_is_primary": first}
    switches |= {"hubspot.deals_move_stages": moving, "hubspot.companies_move_stages": moving}
    driver = Driver(switches)
    driver.portal.company_domains.oldest(driver.portal.kind("companies").store, "")
    driver.call("POST", "", {"properties": {"email": EMAILS[0]}})
    driver.call("POST", "", {"properties": {"email": EMAILS[1]}})
    for name in sorted(OTHERS) * 2:
        driver.step(("make", name, 0))
    for step in sequence:
        driver.step(step)
        check_links(driver.portal)
        check_domains(driver.portal)
    for _ in range(3):
        driver.clock.advance(120)
        driver.portal.now()
    check_links(driver.portal)
    check_calculated(driver)
    for kind in driver.portal.kinds.values():
        live = {i: r.properties for i, r in kind.store.records.items() if r.live}
        assert kind.index.entries == live


def test_the_same_seed_gives_the_same_answers():
    """Ids, lags and echoes repeat exactly."""

    def play():
        driver = Driver()
        inputs = [{"properties": {"email": e}} for e in EMAILS]
        first = driver.call("POST", "/batch/create", {"inputs": inputs})
        driver.clock.advance(7)
        second = driver.call("POST", "/search", {})
        return first.body, second.body

    assert play() == play()
