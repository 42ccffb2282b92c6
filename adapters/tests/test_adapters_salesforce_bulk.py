"""Bulk jobs over HTTP: rows matched by key or content, six looks at most, doubt where there is doubt."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest

from adapters.tests.salesforce_org import LEAD, Org
from outreach_adapters.salesforce.answers import NotSent, Refused, Unknown, Written
from outreach_adapters.salesforce.bulk import Bulk, Load
from outreach_adapters.salesforce.bulk_rows import Results, files, outcomes
from outreach_core.errors import Retriable
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import running

KEY = "Outreach_Id__c"
UPSERT = Load("Lead", "upsert", KEY)
SCORE = {"object": "Lead", "name": "Score__c", "type": "Number", "precision": 12}


@pytest.fixture(scope="module")
def box() -> Iterator[Org]:
    """A sandbox with Salesforce in it."""
    with running(clock=Clock(manual=True)) as found:
        yield Org(found)


@pytest.fixture
def org(box: Org) -> Org:
    """An org with the row id, a number and no records."""
    box.start(custom_fields=[SCORE])
    return box


@pytest.fixture
def bulk(org: Org) -> Callable[..., Bulk]:
    """Bulk jobs of a client, whose waits pass on the sandbox's clock."""

    def make(**settings: Any) -> Bulk:
        return Bulk(org.client(**settings), org.box.control.advance)

    return make


def rows(*keys: str, **values: Any) -> list[dict[str, Any]]:
    """A row for each key."""
    return [{**LEAD, KEY: key, **values} for key in keys]


def test_every_row_has_its_outcome(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Results come shuffled, a refused row costs nobody else, and nobody is mixed up."""
    keys = [f"r{n}" for n in range(300)]
    sent = [
        {**row, "LastName": f"n{n}", **({"Email": "nobody"} if n % 50 == 7 else {})}
        for n, row in enumerate(rows(*keys))
    ]

    done = bulk().load(UPSERT, sent)

    by_id = {record["id"]: record[KEY] for record in org.records()}
    for key, answer in zip(keys, done.answers, strict=True):
        if int(key[1:]) % 50 == 7:
            assert isinstance(answer, Refused)
            assert (("Email", "INVALID_EMAIL_ADDRESS"),) == answer.problems
        else:
            assert isinstance(answer, Written)
            assert (key, True) == (by_id[answer.record_id], answer.created)
    assert ((), 294) == (done.unfinished, len(org.records()))


def test_the_calls_of_a_job(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Made, filled, closed, looked at, and its results read: nothing is asked that is not needed."""
    bulk().load(UPSERT, rows("r1", "r2"))

    calls = org.calls()
    assert ["bulk.create", "bulk.upload", "bulk.change"] == calls[:3]
    assert {"bulk.info"} == set(calls[3:-1])
    assert "bulk.successful" == calls[-1]


def test_what_a_row_names_is_changed_and_nothing_else(org: Org, bulk: Callable[..., Bulk]) -> None:
    """A field left out stays, None empties it, and texts keep commas, quotes and line ends."""
    text = 'a, "b"\nc; ünï 🙂'
    jobs = bulk()
    jobs.load(UPSERT, [*rows("r1", City="Ulm", Title="x"), *rows("r2", City="Bonn", Title="y")])
    done = jobs.load(
        UPSERT, [{KEY: "r1", "City": None, "Description": text}, {KEY: "r2", "Title": ""}]
    )

    found = {r[KEY]: (r["City"], r["Title"], r["Description"]) for r in org.records()}
    assert {"r1": (None, "x", text), "r2": ("Bonn", None, None)} == found
    assert [False, False] == [a.created for a in done.answers if isinstance(a, Written)]


def test_inserted_rows_are_told_by_their_content(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Numbers come back spelled another way, names as they are; equal rows are each other's equal."""
    named = (("ünï 🙂", 89685281), ("b", 0.5), ("b", 0.5))
    sent = [{**LEAD, "LastName": name, "Score__c": score} for name, score in named]
    sent.append({**LEAD, "LastName": "c", "Score__c": "lots"})

    done = bulk().load(Load("Lead", "insert"), sent)

    by_id = {record["id"]: record["LastName"] for record in org.records()}
    written = [by_id[a.record_id] for a in done.answers if isinstance(a, Written)]
    assert ["ünï 🙂", "b", "b"] == written
    assert 3 == len({a.record_id for a in done.answers if isinstance(a, Written)})
    assert isinstance(done.answers[3], Refused)


def test_inserted_rows_may_be_told_by_a_column(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Where one column tells them apart, nothing else is compared; the job itself has no key."""
    sent = [{**row, "Score__c": f"0{n}.50"} for n, row in enumerate(rows("r1", "r2", "r3"))]
    sent.append({**sent[0]})

    done = bulk().load(Load("Lead", "insert", KEY), sent[:3])
    again = bulk().load(Load("Lead", "insert", KEY), sent[3:])

    by_id = {record["id"]: record[KEY] for record in org.records()}
    written = [by_id[a.record_id] for a in done.answers if isinstance(a, Written)]
    assert ["r1", "r2", "r3"] == written
    assert ["conflict"] == [a.code for a in again.answers if isinstance(a, Refused)]
    assert "externalIdFieldName" not in Load("Lead", "insert", KEY).to_json()


def test_rows_are_updated_by_id(org: Org, bulk: Callable[..., Bulk]) -> None:
    """An id that is not there is refused."""
    org.start(leads=[LEAD])
    record_id = org.records()[0]["id"]
    sent = [{"Id": record_id, "City": "Ulm"}, {"Id": "00Q000000000001EAA", "City": "Ulm"}]

    done = bulk().load(Load("Lead", "update"), sent)

    assert [Written(record_id, created=False), "not_found"] == [
        a.code if isinstance(a, Refused) else a for a in done.answers
    ]


def test_a_job_that_fails_as_a_whole_refuses_all(org: Org, bulk: Callable[..., Bulk]) -> None:
    """A column nobody knows: nothing was processed."""
    done = bulk().load(UPSERT, rows("r1", "r2", Nope__c="x"))

    assert ["refused", "refused"] == [a.code for a in done.answers if isinstance(a, Refused)]
    assert ["Nope__c" in a.message for a in done.answers if isinstance(a, Refused)] == [True] * 2
    assert [] == org.records()


def test_a_job_that_takes_too_long_is_in_doubt(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Six looks with growing waits, then the rows are in doubt, and the job can be settled later."""
    org.start(org={"bulk": {"queue_seconds": 4000}})
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        org.box.control.advance(seconds)

    jobs = Bulk(org.client(), wait)
    done = jobs.load(UPSERT, rows("r1", "r2"))
    looks = org.calls().count("bulk.info")
    still = jobs.settle(UPSERT, rows("r1", "r2"), done.unfinished[0])
    org.box.control.advance(4000)
    settled = jobs.settle(UPSERT, rows("r1", "r2"), done.unfinished[0])

    assert (6, True) == (looks, all(a < b for a, b in pairwise(waits)))
    assert [Unknown(lost=True)] * 2 == done.answers == still
    assert [Written, Written] == [type(answer) for answer in settled]


@pytest.mark.parametrize("kind", ["before", "after"])
@pytest.mark.parametrize(
    "operation", ["bulk.create", "bulk.upload", "bulk.change", "bulk.info", "bulk.successful"]
)
@pytest.mark.parametrize("how", [{"reset": True}, {"status": 503}, {"status": 401}])
def test_one_failure_costs_nothing(
    org: Org, bulk: Callable[..., Bulk], kind: str, operation: str, how: dict[str, Any]
) -> None:
    """Whatever is lost on the way: every row is written once and known to be."""
    org.fault(operation, kind=kind, **how)

    done = bulk().load(Load("Lead", "insert"), rows("r1", "r2", "r3"))

    assert all(fault["consumed"] for fault in org.box.control.faults())
    assert [Written] * 3 == [type(answer) for answer in done.answers]
    assert ["r1", "r2", "r3"] == sorted(record[KEY] for record in org.records())


def test_a_job_that_cannot_be_filled_wrote_nothing(org: Org, bulk: Callable[..., Bulk]) -> None:
    """It is given up and said so: the rows may be sent again."""
    org.fault("bulk.upload", status=503, times=99)

    done = bulk().load(UPSERT, rows("r1"))

    assert isinstance(done.answers[0], NotSent)
    assert ([], ()) == (org.records(), done.unfinished)


def test_a_job_nobody_knows_to_have_begun_is_in_doubt(org: Org, bulk: Callable[..., Bulk]) -> None:
    """Closed or not: nobody answers. Once somebody does, it is settled."""
    org.fault("bulk.change", kind="before", status=503, times=2)
    jobs = bulk()

    done = jobs.load(UPSERT, rows("r1"))
    settled = jobs.settle(UPSERT, rows("r1"), done.unfinished[0])

    assert [Unknown(lost=True)] == done.answers
    assert isinstance(settled[0], NotSent)
    assert [] == org.records()


def test_results_that_cannot_be_read_leave_doubt(org: Org, bulk: Callable[..., Bulk]) -> None:
    """The rows were written; only nobody says so until the results can be read."""
    org.fault("bulk.successful", status=503, times=3)
    jobs = bulk()

    done = jobs.load(UPSERT, rows("r1"))
    settled = jobs.settle(UPSERT, rows("r1"), done.unfinished[0])

    assert [Unknown(lost=True)] == done.answers
    assert [Written] == [type(answer) for answer in settled]


def test_the_quota_stops_a_job_before_it_begins(org: Org, bulk: Callable[..., Bulk]) -> None:
    """The answers say how many calls are left; below the line nothing is begun."""
    org.start(org={"daily_api_requests": 100})
    jobs = bulk(quota_percent=1)
    first = jobs.load(UPSERT, rows("r1"))

    assert isinstance(first.answers[0], NotSent)
    assert "quota_reserved" == first.answers[0].error.code
    assert ([], ["bulk.create"]) == (org.records(), org.calls())


def test_a_text_that_means_empty_is_not_sent(org: Org, bulk: Callable[..., Bulk]) -> None:
    """`#N/A` would empty the field; its row is refused, the others go."""
    done = bulk().load(UPSERT, [*rows("r1", Title="#N/A"), *rows("r2")])

    assert [Refused, Written] == [type(answer) for answer in done.answers]
    assert ["r2"] == [record[KEY] for record in org.records()]


def test_parent_is_asked_before_every_job(bulk: Callable[..., Bulk]) -> None:
    """The check that may stop the program comes before the first call."""

    def gone() -> None:
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        bulk().load(UPSERT, rows("r1"), before=gone)


def test_nothing_to_send_is_no_job(org: Org, bulk: Callable[..., Bulk]) -> None:
    """No row, no call."""
    assert ([], ()) == (bulk().load(UPSERT, []).answers, ())
    assert [] == org.calls()


def test_files_end_before_the_vendor_s_limit() -> None:
    """Rows beyond it go into another job; each file has the header and whole rows."""
    sent = [{"Name": "x" * 50, KEY: str(n)} for n in range(100)]

    parts = list(files(sent, largest=1000))

    assert list(range(100)) == [place for places, _ in parts for place in places]
    assert all(len(content) <= 1000 for _, content in parts)
    assert {b"Name,Outreach_Id__c"} == {content.split(b"\n")[0] for _, content in parts}


def test_keys_are_compared_as_they_are_written() -> None:
    """007 and 7 are two keys, unless there is no other way to tell the rows."""
    good = '"sf__Id","sf__Created",Key__c\n"id7","true","7"\n"id007","true","007"\n'
    number = '"sf__Id","sf__Created",Key__c\n"id1","true","8.9685281E7"\n'

    assert [Written("id007", created=True), Written("id7", created=True)] == outcomes(
        [{"Key__c": "007"}, {"Key__c": "7"}], "Key__c", Results(good)
    )
    assert [Written("id1", created=True)] == outcomes(
        [{"Key__c": 89685281}], "Key__c", Results(number)
    )


def test_a_row_in_no_file_is_unknown() -> None:
    """And one that was not processed is not written."""
    left = "Outreach_Id__c\nr2\n"

    answers = outcomes([{KEY: "r1"}, {KEY: "r2"}], KEY, Results(unprocessed=left))

    assert [Unknown(), Refused("unprocessed")] == answers


def test_polls_are_calls_that_may_fail() -> None:
    """A client that cannot look leaves the rows in doubt."""

    class Blind:
        def call(self, method: str, path: str, *, json: Any = None, writes: bool = False) -> Any:
            if method == "GET":
                raise Retriable("down", code="unavailable")
            return {"id": "750000000000001"}

        def call_text(
            self, method: str, path: str, *, data: bytes | None = None, writes: bool = False
        ) -> str:
            return ""

    done = Bulk(Blind(), lambda _s: None).load(UPSERT, rows("r1"))

    assert ([Unknown(lost=True)], ("750000000000001",)) == (done.answers, done.unfinished)
