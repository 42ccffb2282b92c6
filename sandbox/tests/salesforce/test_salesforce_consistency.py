"""Laws of the store: whatever is called, indexes, unique values and roll-ups agree."""

from __future__ import annotations

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.dispatch import Dispatcher
from outreach_sandbox.kernel.faults import FaultQueue
from outreach_sandbox.kernel.journal import Journal
from outreach_sandbox.kernel.randomness import Seeded
from outreach_sandbox.kernel.service import Exchange
from outreach_sandbox.salesforce.ids import checksum
from outreach_sandbox.salesforce.service import SalesforceService
from outreach_sandbox.salesforce.store import key_of

KEYS = ["k1", "k2", "K1"]
KEY = {"object": "Lead", "name": "Outreach_Id__c", "external_id": True, "unique": True}
values = st.fixed_dictionaries(
    {"LastName": st.sampled_from(["Doe", "Roe", None])},
    optional={
        "Company": st.sampled_from(["Acme", "Bolt"]),
        "Email": st.sampled_from(["a@example.com", "A@example.com", "nobody", ""]),
        "Outreach_Id__c": st.sampled_from([*KEYS, ""]),
        "Nope": st.just("x"),
    },
)
nth = st.integers(0, 5)
rows = st.lists(values, max_size=3)
steps = st.one_of(
    st.tuples(st.just("create"), rows, st.booleans()),
    st.tuples(st.just("upsert"), rows, st.booleans()),
    st.tuples(st.just("update"), nth, values),
    st.tuples(st.just("delete"), nth),
    st.tuples(st.just("undelete"), nth),
    st.tuples(st.just("merge"), nth, nth),
    st.tuples(st.just("convert"), nth),
    st.tuples(st.just("task"), nth, st.integers(10, 28), st.booleans()),
    st.tuples(st.just("wait"), st.integers(0, 90)),
)


class Driver:
    """Calls the service as the dispatcher does, without a socket."""

    def __init__(self):
        self.clock = Clock(manual=True)
        self.service = SalesforceService(self.clock, Seeded(1), {})
        self.service.reset({"custom_fields": [KEY], "auth": {"tokens": ["t"]}})
        self.dispatcher = Dispatcher(self.service, self.clock, Journal(), FaultQueue())

    @property
    def leads(self):
        return self.service.desk.org.tables["Lead"]

    def call(self, method, path, body=None):
        exchange = Exchange(
            method,
            f"/services/data/v60.0/{path}",
            headers={"authorization": "Bearer t"},
            body=json.dumps(body).encode() if body is not None else b"",
        )
        operation = self.dispatcher._match(exchange)
        reply = operation.handler(exchange)
        assert reply.status < 500, reply.body
        return reply

    def nth(self, number):
        ids = sorted(self.leads.records)
        return ids[number % len(ids)] if ids else "00Q000000000000"

    def door(self, name, **body):
        with contextlib.suppress(ValueError):  # a person may be refused
            self.service.people()[name](body)

    def rows(self, method, path, listed, whole):
        records = [{"attributes": {"type": "Lead"}, **r} for r in listed]
        before = dict(self.leads.records)
        reply = self.call(method, path, {"records": records, "allOrNone": whole})
        if listed and whole and not all(row["success"] for row in reply.body):
            assert before == self.leads.records

    def step(self, step):
        match step:
            case ("create", listed, whole):
                self.rows("POST", "composite/sobjects", listed, whole)
            case ("upsert", listed, whole):
                self.rows("PATCH", "composite/sobjects/Lead/Outreach_Id__c", listed, whole)
            case ("update", number, sent):
                self.call("PATCH", f"sobjects/Lead/{self.nth(number)}", sent)
            case ("delete", number):
                self.call("DELETE", f"sobjects/Lead/{self.nth(number)}")
            case ("merge", one, other):
                self.door("merge", master=self.nth(one), other=self.nth(other))
            case ("task", number, day, done):
                status = "Completed" if done else "Not Started"
                sent = {"ActivityDate": f"2026-11-{day}", "Status": status}
                self.call("POST", "sobjects/Task", {"WhoId": self.nth(number), **sent})
            case ("wait", seconds):
                self.clock.advance(seconds)
            case (door, number):
                self.door(door, id=self.nth(number))


def check(org):
    """Indexes, unique keys and last activities as they follow from the records."""
    for table in org.tables.values():
        assert table.undo is None
        live = [r for r in table.records.values() if not r.deleted]
        for name, index in table.indexes.items():
            item = table.type.fields[name]
            expected: dict[str, set[str]] = {}
            for record in live:
                key = key_of(item, record.values.get(name))
                if key is not None:
                    expected.setdefault(key, set()).add(record.id)
            assert expected == {key: ids for key, ids in index.items() if ids}
        for record in table.records.values():
            assert record.id == record.id[:15] + checksum(record.id[:15])
    leads = [r for r in org.tables["Lead"].records.values() if not r.deleted]
    keys = [r.values["Outreach_Id__c"].lower() for r in leads if r.values["Outreach_Id__c"]]
    assert len(keys) == len(set(keys))
    tasks = [t.values for t in org.tables["Task"].records.values() if not t.deleted]
    for lead in leads:
        assert lead.values["LastName"]
        days = [t["ActivityDate"] for t in tasks if t["WhoId"] == lead.id and t["IsClosed"]]
        if not lead.values["IsConverted"]:
            assert max(days, default=None) == lead.values["LastActivityDate"]


@settings(max_examples=100, deadline=None)
@given(st.lists(steps, max_size=20))
def test_any_sequence_of_calls_leaves_the_org_consistent(sequence):
    """After each call every index is what the records say and every key has one owner."""
    driver = Driver()
    for step in sequence:
        driver.step(step)
        check(driver.service.desk.org)


def test_the_same_seed_gives_the_same_answers():
    """Ids and tokens repeat exactly."""

    def play():
        driver = Driver()
        sent = {"LastName": "Doe", "Company": "Acme"}
        made = driver.call("POST", "sobjects/Lead", sent)
        return made.body, driver.service.desk.tokens.session()

    assert play() == play()
