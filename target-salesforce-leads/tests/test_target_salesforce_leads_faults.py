"""Whatever Salesforce answers to a create: never two of anything, never done without proof, waits where it helps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, deal, lead, mail, update
from outreach_core.errors import ConfigError, Fatal, Retriable
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]

PERSON = lead("lee", FirstName="Ann", Email="ann@example.com")
MAKES = "collections.create"
OBJECTS = {"leads": "Lead", "tasks": "Task", "opportunities": "Opportunity"}
MADE = tuple(OBJECTS)
CONCURRENT = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
DAILY = "TotalRequests Limit exceeded."
LOST: list[dict[str, Any]] = [
    {"reset": True}, {"truncate": True}, {"status": 500}, {"status": 502}, {"status": 503},
    {"status": 504},
]  # fmt: skip
PLAIN: dict[str, dict[str, Any]] = {
    "leads": {"Email": "new@example.com", "Company": "New"},
    "tasks": {"contact_email": "ann@example.com", "sent_at": "2026-11-20T09:15:42Z", "subject": "Hi"},
    "opportunities": {
        "event_key": "deal-1", "name": "X", "stage": "Prospecting", "close_date": "2026-12-31",
        "contact_email": "ann@example.com",
    },
}  # fmt: skip


def name(fault: dict[str, Any]) -> str:
    """How a fault is called in a test's name."""
    return str(fault.get("status") or next(iter(fault)))


def limit(message: str) -> dict[str, Any]:
    """A refusal that says when nothing is taken any more."""
    return {"status": 403, "body": [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": message}]}


def planned(obj: str) -> tuple[str, dict[str, Any]]:
    """A create that the ledger planned."""
    if obj == "leads":
        return ("leads", create("i", Email="new@example.com"))
    return mail("i") if obj == "tasks" else deal("i")


@pytest.fixture
def linked(seed: Seed, records: Records) -> dict[str, str]:
    """An org with one lead that a row is linked to."""
    seed(PERSON)
    return {"rid-p": records()[0]["Id"]}


@pytest.fixture
def made(records: Records) -> Callable[[str], list[dict[str, Any]]]:
    """The records of an object that were not there from the start."""
    return lambda obj: [r for r in records(OBJECTS[obj]) if r.get("FirstName") != "Ann"]


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_a_lost_answer_never_makes_two(
    run: Run, fault: Any, made: Any, linked: Any, *, obj: str, lost: dict[str, Any]
) -> None:
    """What was made stays in doubt; planned again, it is found to be ours."""
    fault(MAKES, kind="after", **lost)
    told = run(planned(obj), linked=linked)
    (record,) = made(obj)
    again = run(planned(obj), linked=linked)

    assert ({"i": "unknown"}, ["i"]) == (told.kinds, told.doubted)
    assert ("adopted", record["Id"]) == (again.kinds["i"], again.outcomes["i"].record_id)
    assert 1 == len(made(obj))


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_nothing_is_called_made_that_was_not(
    run: Run, fault: Any, made: Any, linked: Any, *, obj: str, lost: dict[str, Any]
) -> None:
    """Where the call was lost before it did anything the outcome is as unclear, and never written."""
    fault(MAKES, **lost)

    assert {"i": "unknown"} == run(planned(obj), linked=linked).kinds
    assert [] == made(obj)


@pytest.mark.parametrize("bulk_from", [1, 2000], ids=["bulk", "collections"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("obj", MADE)
def test_a_program_that_is_stopped_in_a_write(
    run: Run, made: Any, linked: Any, *, obj: str, when: str, bulk_from: int
) -> None:
    """The intent is in doubt before the call, nothing is acknowledged, and the next run makes one of it."""
    listening: list[Any] = []

    def stop(target: Any) -> None:
        client, usual = target.client, target.client.call
        listening.append(target._ledger)

        def call(method: str, path: str, **more: Any) -> Any:
            writes = method in ("POST", "PATCH") and path in ("composite/sobjects", "jobs/ingest")
            if writes and when == "before":
                raise SystemExit(143)
            answer = usual(method, path, **more)
            if writes:
                raise SystemExit(143)
            return answer

        client.call = call

    with pytest.raises(SystemExit):
        run(planned(obj), linked=linked, meanwhile=stop, bulk_from_records=bulk_from)
    there = made(obj)
    again = run(planned(obj), linked=linked)

    assert (["i"], {}) == (listening[0].doubted, listening[0].outcomes)
    assert {"i": "adopted" if there else "written"} == again.kinds
    assert 1 == len(made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_a_limit_of_the_moment_is_waited_for(
    run: Run, fault: Any, made: Any, linked: Any, waits: list[float], *, obj: str
) -> None:
    """Too many calls at once: ten seconds, and then it is written once."""
    fault(MAKES, **limit(CONCURRENT))

    assert {"i": "written"} == run(planned(obj), linked=linked).kinds
    assert ([10.0], 1) == (waits, len(made(obj)))


@pytest.mark.parametrize("obj", MADE)
def test_a_limit_of_the_day_is_left_to_the_next_run(
    run: Run, fault: Any, made: Any, linked: Any, calls: Any, *, obj: str
) -> None:
    """Held, for Salesforce did nothing; there is no second call, and the program ends normally."""
    fault(MAKES, times=9, **limit(DAILY))

    assert {"i": "held"} == run(planned(obj), linked=linked).kinds
    assert (1, []) == (calls().count(MAKES), made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_an_expired_session_is_renewed_on_the_way(
    run: Run, person: Any, made: Any, linked: Any, *, obj: str
) -> None:
    """A 401 in the middle of a run costs a new session and nothing else."""

    def expire(target: Any) -> None:
        assert target.org
        person("expire_tokens")

    assert {"i": "written"} == run(planned(obj), linked=linked, meanwhile=expire).kinds
    assert 1 == len(made(obj))


def test_a_user_who_is_locked_out_stops_the_program(
    run: Run, person: Any, linked: Any, made: Any
) -> None:
    """What was not sent is held, and the sentence says what to do."""
    watched: list[Any] = []

    def lock_out(target: Any) -> None:
        assert target.org
        watched.append(target._ledger)
        person("revoke_token")

    with pytest.raises(ConfigError):
        run(planned("leads"), linked=linked, meanwhile=lock_out)

    assert ({"i": "held"}, []) == (watched[0].kinds, made("leads"))


@pytest.mark.parametrize("happened", ["before", "after"])
@pytest.mark.parametrize("obj", MADE)
def test_an_answer_that_mentions_nothing_proves_nothing(
    run: Run, fault: Any, made: Any, linked: Any, *, obj: str, happened: str
) -> None:
    """A 200 with no rows: the store is asked by our key whether it was made."""
    fault(MAKES, kind=happened, status=200, body=[])
    kinds = run(planned(obj), linked=linked).kinds

    assert {"i": {"before": "held", "after": "adopted"}[happened]} == kinds
    assert (1 if happened == "after" else 0) == len(made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_what_cannot_be_looked_up_stays_in_doubt(
    run: Run, fault: Any, made: Any, linked: Any, *, obj: str
) -> None:
    """The answer mentions nothing, and then Salesforce is gone: nobody says that nothing was made."""

    def then_nothing(target: Any) -> None:
        assert target.org
        fault(MAKES, kind="after", status=200, body=[])
        fault("composite", status=503, times=99)

    told = run(planned(obj), linked=linked, meanwhile=then_nothing)

    assert ({"i": "unknown"}, 1) == (told.kinds, len(made(obj)))


def test_a_refusal_that_cannot_be_looked_up_stays_in_doubt(
    run: Run, seed: Seed, fault: Any, records: Records
) -> None:
    """Whether the key that another lead has is ours is not known: it is asked again next time."""
    seed(lead("x", Outreach_Id__c="rid-a"))

    def then_nothing(target: Any) -> None:
        assert target.org
        fault("composite", status=503, times=99)

    told = run(create("a"), create("b"), meanwhile=then_nothing)

    assert {"a": "unknown", "b": "written"} == told.kinds


@pytest.mark.parametrize("obj", MADE)
def test_an_org_that_cannot_be_looked_at_holds_everything(
    run: Run, fault: Any, made: Any, linked: Any, *, obj: str
) -> None:
    """Before the first write: held, nothing is in doubt, and the program ends normally."""
    fault("composite", status=503, times=99)
    told = run(planned(obj), linked=linked)

    assert ({"i": "held"}, [], []) == (told.kinds, told.doubted, made(obj))


def test_the_rest_is_held_once_nothing_can_be_sent(
    run: Run, seed: Seed, fault: Any, calls: Any
) -> None:
    """250 creates, and the limit of the day is met at the second call: 50 wait, and one call was made for it."""
    seed()
    fault(MAKES, skip=1, times=9, **limit(DAILY))
    told = run(*(create(f"n{n}") for n in range(450)))

    kinds = list(told.kinds.values())
    assert (200, 250) == (kinds.count("written"), kinds.count("held"))
    assert 2 == calls().count(MAKES)


def test_later_streams_wait_too(run: Run, seed: Seed, fault: Any, calls: Any) -> None:
    """A lead that is held keeps its e-mail waiting, which is never in doubt."""
    seed()
    fault(MAKES, times=9, **limit(DAILY))
    told = run(create("a"), "state", mail("m", rid="rid-a"), deal("d", rid="rid-a"))

    assert {"a": "held", "m": "held", "d": "held"} == told.kinds
    assert ["a"] == told.doubted


@pytest.mark.parametrize("kind", ["create", "update"])
def test_what_was_written_and_cannot_be_read_is_still_written(
    run: Run, seed: Seed, fault: Any, records: Records, *, kind: str
) -> None:
    """Salesforce confirmed it; what was sent stands for what it shows, and nothing more is sent."""
    seed(lead("x", City="X", Score__c=1))
    skip = 0 if kind == "create" else 1
    fault("collections.read_many", skip=skip, status=503, times=99)
    if kind == "create":
        told = run(create("a", City="Ulm", Score__c="2"), "state", create("b"))
    else:
        new, old = {"City": "Ulm", "Score__c": "2"}, {"City": "X", "Score__c": 1}
        told = run(update("a", records()[0]["Id"], new, old), "state", create("b"))

    returned = told.outcomes["a"].returned
    assert {"a": "written", "b": "held"} == told.kinds
    assert ("Ulm", 2) == (returned["city"].raw[0], returned["score"].raw)


# the answer to one change has no body that could be cut off
@pytest.mark.parametrize("lost", [fault for fault in LOST if "truncate" not in fault], ids=name)
@pytest.mark.parametrize("count", [1, 11])
def test_a_lost_change_is_in_doubt(
    run: Run, seed: Seed, fault: Any, records: Records, *, lost: dict[str, Any], count: int
) -> None:
    """One by one or many at once; said again, the new value is there already."""
    seed(*(lead(f"n{n}", City="X") for n in range(count)))
    ids = [record["Id"] for record in records()]
    fault("sobjects.update" if count == 1 else "collections.update", kind="after", **lost)
    feed = [update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"}) for n, i in enumerate(ids)]
    first, again = run(*feed), run(*feed)

    assert ({"unknown"}, {"written"}) == ({*first.kinds.values()}, {*again.kinds.values()})
    assert [] == again.doubted


@pytest.mark.parametrize(("kind", "outcome"), [("before", "held"), ("after", "written")])
def test_changes_that_nobody_mentions_are_read(
    run: Run, seed: Seed, fault: Any, records: Records, *, kind: str, outcome: str
) -> None:
    """A 200 with no rows: what Salesforce shows decides."""
    seed(*(lead(f"n{n}", City="X") for n in range(11)))
    ids = [record["Id"] for record in records()]
    fault("collections.update", kind=kind, status=200, body=[])
    told = run(*(update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"}) for n, i in enumerate(ids)))

    assert {outcome} == set(told.kinds.values())


# -- plain ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_a_plain_record_said_again_after_a_lost_answer(
    run: Run,
    sandbox: Running,
    fault: Any,
    made: Any,
    linked: Any,
    *,
    obj: str,
    lost: dict[str, Any],
) -> None:
    """The run says that it is not sure, the next one is; there is one record in the end."""
    fault("collections.upsert" if obj == "leads" else MAKES, kind="after", **lost)
    with contextlib.suppress(Fatal):
        run((obj, PLAIN[obj]), ledger=False)
    assert 1 == len(made(obj))
    run((obj, PLAIN[obj]), ledger=False)

    assert 1 == len(made(obj))
    assert [True] == [fault["consumed"] for fault in sandbox.control.faults()]


@pytest.mark.parametrize("obj", ["tasks", "opportunities"])
def test_an_unclear_plain_record_is_kept(
    run: Run, fault: Any, rejected: Any, linked: Any, *, obj: str
) -> None:
    """It goes to the rejected file and fails the run, so that nobody takes it for written."""
    fault(MAKES, kind="after", reset=True)
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run((obj, PLAIN[obj]), ledger=False)

    ((code, record),) = [(line["reason"]["code"], line["record"]) for line in rejected()]
    assert ("not_confirmed", PLAIN[obj]) == (code, record)


@pytest.mark.parametrize("obj", MADE)
def test_a_plain_run_stops_at_the_limit_of_the_day(
    run: Run, sandbox: Running, fault: Any, made: Any, linked: Any, *, obj: str
) -> None:
    """It fails with a sentence; said again another day, everything is written once."""
    fault("collections.*", times=9, **limit(DAILY))
    with pytest.raises(Retriable, match="calls per day"):
        run((obj, PLAIN[obj]), ledger=False)
    sandbox.control.forget_faults()
    run((obj, PLAIN[obj]), ledger=False)

    assert 1 == len(made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_an_unreachable_org_fails_a_plain_run(
    run: Run, fault: Any, linked: Any, *, obj: str
) -> None:
    """Without a ledger nothing could be said to wait, so the program says that it failed."""
    fault("composite", status=503, times=99)

    with pytest.raises(Retriable):
        run((obj, PLAIN[obj]), ledger=False)
