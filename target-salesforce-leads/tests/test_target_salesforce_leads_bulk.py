"""Many leads at once: one bulk job, matched by the row's id, with the same outcomes as single calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, lead, mail, update
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
FEW = {"bulk_from_records": 5}
POLL = "bulk.info"


def creates(count: int, **values: Any) -> list[dict[str, Any]]:
    """So many planned creates, each with its own address."""
    return [create(f"n{n}", Email=f"a{n}@example.com", **values) for n in range(count)]


def by_row(records: Records) -> dict[str, str]:
    """The lead of each row id."""
    return {record["Outreach_Id__c"]: record["Id"] for record in records()}


def test_many_leads_are_one_job(run: Run, seed: Seed, records: Records, calls: Any) -> None:
    """Results come shuffled; each intent gets the lead that carries its row's id."""
    seed()
    told = run(*creates(450), **FEW)

    rows = by_row(records)
    assert {f"n{n}": rows[f"rid-n{n}"] for n in range(450)} == {
        name: outcome.record_id for name, outcome in told.outcomes.items()
    }
    assert {"written"} == set(told.kinds.values())
    assert "a7@example.com" == told.outcomes["n7"].returned["email"].value
    made = Counter(calls())
    assert (1, 1, 1, 1, 1, 0) == (
        made["bulk.create"],
        made["bulk.upload"],
        made["bulk.successful"],
        made["collections.read_many"],
        made["composite"],
        made["collections.create"],
    )
    assert made[POLL] <= 6


@pytest.mark.parametrize(("count", "jobs"), [(4, 0), (5, 1)])
def test_the_number_it_starts_at_is_a_setting(
    run: Run, seed: Seed, calls: Any, *, count: int, jobs: int
) -> None:
    """`bulk_from_records` leads are the first that make a job."""
    seed()
    run(*creates(count), **FEW)

    assert jobs == calls().count("bulk.create")


def test_tasks_make_no_job(run: Run, seed: Seed, calls: Any) -> None:
    """They come a few hundred at a time: the setting is for leads alone."""
    seed()
    run(*creates(4), "state", *(mail(f"m{n}", rid=f"rid-n{n % 4}") for n in range(9)), **FEW)

    assert "bulk.create" not in calls()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_fifty_thousand_leads_cost_forty_calls(run: Run, seed: Seed, calls: Any) -> None:
    """One job, and one read per 2,000 leads; looks at the job are not counted."""
    seed()
    told = run(*creates(50_000))

    assert ({"written"}, 50_000) == ({*told.kinds.values()}, len(told.kinds))
    made = Counter(calls())
    assert made[POLL] <= 6
    assert sum(made.values()) - made[POLL] <= 40


def test_values_travel_as_they_are(run: Run, seed: Seed, records: Records) -> None:
    """Commas, quotes, line ends, flags, numbers, moments; a blank is the org's default."""
    seed()
    values = {
        "City": 'Ulm, "Old" town',
        "Street": "One\nTwo",
        "Responded__c": "true",
        "Score__c": "12.5",
        "Outreach_Last_Contacted__c": "2026-11-20T09:15:42Z",
        "Phone": None,
    }
    told = run(*creates(5, **values), **FEW)

    made = records()[0]
    assert ('Ulm, "Old" town', "One\nTwo", True, 12.5, None) == (
        made["City"],
        made["Street"],
        made["Responded__c"],
        made["Score__c"],
        made["Phone"],
    )
    assert "2026-11-20T09:15:42.000+0000" == made["Outreach_Last_Contacted__c"]
    assert True is told.outcomes["n0"].returned["responded"].raw


def test_every_kind_of_outcome(run: Run, seed: Seed, records: Records) -> None:
    """Ours, refused, a required name, a value the field cannot hold: as without a job."""
    seed(lead("old", Outreach_Id__c="rid-n1"))
    feed = creates(6)
    feed[2]["Email"] = "not an address"
    feed[3]["Phone"] = "1" * 41
    feed[3]["_sync"]["fields"]["phone"] = ["Phone"]
    feed[4]["Company"] = None
    told = run(*feed, **FEW)

    kinds = {"n0": "written", "n1": "adopted", "n2": "rejected", "n3": "written", "n4": "written"}
    assert {**kinds, "n5": "written"} == told.kinds
    assert records()[0]["Id"] == told.outcomes["n1"].record_id
    assert "email" == told.outcomes["n2"].problem.field
    assert ("phone",) == told.outcomes["n3"].unfit


@pytest.mark.parametrize(("action", "kind"), [("block", "taken"), ("alert", "written")])
def test_duplicates_are_said_again_one_by_one(
    run: Run, seed: Seed, records: Records, calls: Any, *, action: str, kind: str
) -> None:
    """A job can neither save after an alert nor name the lead that is there: a collection can."""
    rule = {"object": "Lead", "fields": ["Email"], "action": action}
    seed(lead("ann", Email="a3@example.com"), rules={"duplicate": [rule]})
    told = run(*creates(6), **FEW)

    assert (kind, {"written"}) == (
        told.kinds["n3"],
        {kind for name, kind in told.kinds.items() if name != "n3"},
    )
    assert 1 == calls().count("collections.create")
    if action == "block":
        assert records()[0]["Id"] == told.outcomes["n3"].record_id


def test_the_word_that_empties_a_cell_goes_another_way(
    run: Run, seed: Seed, records: Records
) -> None:
    """A city that is called #N/A is no empty one."""
    seed()
    feed = creates(6)
    feed[2]["City"] = "#N/A"
    feed[2]["_sync"]["fields"]["city"] = ["City"]
    told = run(*feed, **FEW)

    assert {"written"} == set(told.kinds.values())
    assert ["#N/A"] == [record["City"] for record in records() if record["City"]]


def test_a_job_that_is_refused_as_a_whole(
    run: Run, seed: Seed, fault: Any, records: Records
) -> None:
    """An org without the Bulk API: the leads go in collections, and nobody is rejected for it."""
    seed()
    body = [{"errorCode": "FEATURENOTENABLED", "message": "not enabled"}]
    fault("bulk.create", status=400, body=body)
    told = run(*creates(6), **FEW)

    assert ({"written"}, 6) == (set(told.kinds.values()), len(records()))


@pytest.mark.parametrize(
    "operation", ["bulk.create", "bulk.upload", "bulk.change", POLL, "bulk.successful"]
)
def test_a_session_that_ends_in_the_middle_of_a_job(
    run: Run, seed: Seed, fault: Any, records: Records, *, operation: str
) -> None:
    """It is renewed, whichever call met it, and every lead is made once."""
    seed()
    fault(operation, status=401)
    told = run(*creates(6), **FEW)

    assert ({"written"}, 6) == (set(told.kinds.values()), len(records()))


@pytest.mark.parametrize("how", [{"reset": True}, {"status": 503}])
@pytest.mark.parametrize("operation", ["bulk.create", "bulk.upload", "bulk.change", POLL])
def test_an_answer_lost_on_the_way(
    run: Run, seed: Seed, fault: Any, records: Records, *, operation: str, how: dict[str, Any]
) -> None:
    """A job says its lines once, however often a call is lost."""
    seed()
    fault(operation, kind="after", **how)
    told = run(*creates(6), **FEW)

    assert ({"written"}, 6) == (set(told.kinds.values()), len(records()))


def test_results_that_cannot_be_read_leave_doubt(
    run: Run, seed: Seed, fault: Any, records: Records, sandbox: Running
) -> None:
    """The leads are there; planned again they are found to be ours."""
    seed()
    fault("bulk.successful", status=503, times=99)
    told = run(*creates(6), **FEW)
    sandbox.control.forget_faults()
    again = run(*creates(6), **FEW)

    assert ({"unknown"}, {"adopted"}) == (set(told.kinds.values()), set(again.kinds.values()))
    assert 6 == len(records())


def test_a_job_that_does_not_end_is_left_in_doubt_and_settled(
    run: Run, seed: Seed, records: Records, sandbox: Running, calls: Any
) -> None:
    """Six looks; the e-mails wait; whatever the job does later, there is one lead per row."""
    seed(org={"bulk": {"queue_seconds": 3600}})
    told = run(*creates(6), "state", mail("m", rid="rid-n0"), **FEW)
    made = calls()

    assert ({"unknown"}, "held") == ({told.kinds[f"n{n}"] for n in range(6)}, told.kinds["m"])
    assert (6, 0) == (made.count(POLL), len(records()))
    sandbox.control.advance(3600)
    again = run(*creates(6))
    rows = by_row(records)
    assert {"adopted"} == set(again.kinds.values())
    assert {f"n{n}": rows[f"rid-n{n}"] for n in range(6)} == {
        name: outcome.record_id for name, outcome in again.outcomes.items()
    }
    assert 6 == len(records())


def test_a_job_that_fails_half_way(
    run: Run, seed: Seed, records: Records, person: Any, sandbox: Running
) -> None:
    """What it did is acknowledged; what it did not come to is held, and made by the next run."""
    seed(org={"bulk": {"queue_seconds": 0, "rows_per_second": 100}})

    def fail(target: Any) -> None:
        usual = target.client.call

        def call(method: str, path: str, **more: Any) -> Any:
            if method == "GET" and path.startswith("jobs/ingest/"):
                target.client.call = usual
                person("fail_job", id=path.rpartition("/")[2])
            return usual(method, path, **more)

        target.client.call = call

    told = run(*creates(600), meanwhile=fail, **FEW)
    kinds = Counter(told.kinds.values())
    made = len(records())
    again = run(*(r for r in creates(600) if told.kinds[r["_sync"]["intent_id"]] == "held"), **FEW)

    assert {"written": made, "held": 600 - made} == kinds
    assert 0 < made < 600
    assert ({"written"}, 600) == (set(again.kinds.values()), len(records()))


def test_planned_again_while_the_job_is_still_at_work(
    run: Run, seed: Seed, records: Records, sandbox: Running
) -> None:
    """The unique key lets one of the two make the lead, never both."""
    seed(org={"bulk": {"queue_seconds": 3600}})
    run(*creates(6), **FEW)
    again = run(*creates(6))
    sandbox.control.advance(3600)

    assert ({"written"}, 6) == (set(again.kinds.values()), len(records()))


def test_many_changes_are_one_job(run: Run, seed: Seed, records: Records, calls: Any) -> None:
    """Read, compared, written in bulk, read again; a value that moved is left alone."""
    seed(*(lead(f"n{n}", City="X", Phone="1") for n in range(30)))
    ids = [record["Id"] for record in records()]
    feed = [
        update(f"n{n}", i, {"City": "Ulm", "Phone": None}, {"City": "X", "Phone": "1"})
        for n, i in enumerate(ids)
    ]
    feed[4] = update("n4", ids[4], {"City": "Ulm"}, {"City": "Bonn"})
    told = run(*feed, bulk_from_records=20)

    assert "held" == told.kinds["n4"]
    assert {("Ulm", None), ("X", "1")} == {(r["City"], r["Phone"]) for r in records()}
    assert told.outcomes["n0"].returned["phone"].blank
    made = Counter(calls())
    assert (1, 0, 2) == (
        made["bulk.create"],
        made["collections.update"],
        made["collections.read_many"],
    )


def test_plain_leads_are_upserted_in_bulk(
    run: Run, seed: Seed, records: Records, calls: Any
) -> None:
    """By their key; said twice there are no more of them, and a blank changes nothing."""
    seed(lead("old", Outreach_Id__c="k0", City="Bonn"))
    feed = [{"Outreach_Id__c": f"k{n}", "Company": f"C{n}", "City": ""} for n in range(8)]
    run(*feed, ledger=False, **FEW)
    run(*feed, ledger=False, **FEW)

    assert {f"k{n}": f"C{n}" for n in range(8)} == {
        record["Outreach_Id__c"]: record["Company"] for record in records()
    }
    assert ("Bonn", "Old") == (records()[0]["City"], records()[0]["LastName"])
    assert 2 == calls().count("bulk.create")
