"""Whatever HubSpot answers to a create: never two of anything, never done without proof, waits where it helps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from outreach_adapters.hubspot.told import told_of
from outreach_core.errors import ConfigError, Fatal, Retriable
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]

PERSON = {"id": 7, "properties": {"email": "ann@example.com"}}
LINKED = {"rid-p": "7"}
PLAIN: dict[str, dict[str, Any]] = {
    "companies": {"domain": "x.example.com", "name": "X"},
    "contacts": {"email": "new@example.com"},
    "emails": {
        "contact_email": "ann@example.com",
        "sent_at": "2026-11-20T09:15:42Z",
        "subject": "Hello",
    },
    "deals": {"event_key": "deal-1", "name": "X", "contact_email": "ann@example.com"},
}
MADE = tuple(PLAIN)
KEYED = ("companies", "contacts", "deals")
CREATE = "objects.batch_create"
SAYS = {
    "secondly": {"message": "You have reached your secondly limit.", "category": "RATE_LIMITS"},
    "ten": {"message": "You have reached your ten_secondly_rolling limit."},
    "daily": {"message": "You have reached your daily limit.", "policyName": "DAILY"},
}
EMPTY = {"status": "COMPLETE", "results": [], "errors": []}
LOST: list[dict[str, Any]] = [
    {"reset": True}, {"truncate": True}, {"status": 502}, {"status": 503}, {"status": 504}
]  # fmt: skip


def name(fault: dict[str, Any]) -> str:
    """How a fault is called in a test's name."""
    return str(fault.get("status") or next(iter(fault)))


def planned(obj: str) -> tuple[str, dict[str, Any]]:
    """A create that the ledger planned."""
    sync = {"intent_id": "i", "op": "create", "rid": "rid-p", "fields": {}}
    if obj == "contacts":
        sync["rid"] = "rid-new"
        return (obj, {"id": None, **PLAIN[obj], "_sync": sync})
    key = {"event_key": "deal-1"} if obj == "deals" else {}
    return (obj, {"event_key": "key-1", **PLAIN[obj], **key, "_sync": sync})


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox whose time moves only while the target waits."""
    with running(clock=Clock(manual=True)) as found:
        yield found


@pytest.fixture
def fault(sandbox: Running) -> Callable[..., None]:
    """Let the next create go wrong."""

    def queue(**spec: Any) -> None:
        sandbox.control.queue_faults({"vendor": "hubspot", "operation": CREATE, **spec})

    return queue


@pytest.fixture
def made(records: Records) -> Callable[[str], list[dict[str, Any]]]:
    """The records of an object that were not there from the start."""
    return lambda obj: [record for record in records(obj) if record["id"] != "7"]


def waits(sandbox: Running) -> list[int]:
    """The seconds between a create and the next."""
    calls = [c for c in sandbox.control.calls() if c["operation"] == CREATE]
    at = [datetime.fromisoformat(call["at"]) for call in calls]
    return [int((b - a).total_seconds()) for a, b in pairwise(at)]


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_a_lost_answer_never_makes_two(
    run: Run, seed: Seed, fault: Any, made: Any, client: Any, obj: str, lost: dict[str, Any]
) -> None:
    """What was made stays in doubt; its key, or the contact's e-mails, show that it was made."""
    seed(PERSON)
    fault(kind="after", **lost)
    told = run(planned(obj), linked=LINKED)

    assert {"i": "unknown"} == told.kinds
    (record,) = made(obj)
    if obj in KEYED:
        again = run(planned(obj), linked=LINKED)
        assert ("adopted", record["id"]) == (again.kinds["i"], again.outcomes["i"].record_id)
    else:
        shown = {(a.kind, a.key): a.record_ids for a in told_of(client, ["7"], keyed=True)}
        assert (record["id"],) == shown["event", "key-1"]
    assert 1 == len(made(obj))


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_nothing_is_called_made_that_was_not(
    run: Run, seed: Seed, fault: Any, made: Any, obj: str, lost: dict[str, Any]
) -> None:
    """Where the call was lost before it did anything the outcome is as unclear, and never written."""
    seed(PERSON)
    fault(**lost)

    assert {"i": "unknown"} == run(planned(obj), linked=LINKED).kinds
    assert [] == made(obj)


@pytest.mark.parametrize(
    ("refusal", "wait"),
    [
        ({"status": 423}, 2),
        ({"status": 429, "body": SAYS["secondly"]}, 1),
        ({"status": 429, "body": SAYS["ten"]}, 10),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": SAYS["ten"]}, 7),
    ],
    ids=["locked", "secondly", "ten-secondly", "Retry-After"],
)
@pytest.mark.parametrize("obj", MADE)
def test_a_refusal_for_now_is_waited_for(
    run: Run,
    seed: Seed,
    sandbox: Running,
    fault: Any,
    made: Any,
    *,
    obj: str,
    refusal: Any,
    wait: int,
) -> None:
    """As long as HubSpot wants it, and then it is written once."""
    seed(PERSON)
    fault(**refusal)

    assert {"i": "written"} == run(planned(obj), linked=LINKED).kinds
    assert ([wait], 1) == (waits(sandbox), len(made(obj)))


@pytest.mark.parametrize(
    "refusal",
    [{"status": 429, "body": SAYS["daily"]}, {"status": 477}],
    ids=["daily", "moving"],
)
@pytest.mark.parametrize("obj", MADE)
def test_a_refusal_until_tomorrow_is_left_to_the_next_run(
    run: Run, seed: Seed, sandbox: Running, fault: Any, made: Any, obj: str, refusal: Any
) -> None:
    """Held, for HubSpot did nothing; there is no second call, and the program ends normally."""
    seed(PERSON)
    fault(times=9, **refusal)

    assert {"i": "held"} == run(planned(obj), linked=LINKED).kinds
    assert ([], []) == (waits(sandbox), made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_an_expired_token_is_renewed_on_the_way(
    run: Run, seed: Seed, sandbox: Running, fault: Any, made: Any, obj: str
) -> None:
    """A 401 in the middle of a run costs a new token and nothing else."""
    seed(PERSON)
    fault(status=401)

    assert {"i": "written"} == run(planned(obj), linked=LINKED).kinds
    assert 1 == len(made(obj))


def test_a_revoked_app_stops_the_program(run: Run, seed: Seed, sandbox: Running) -> None:
    """What was not sent is held, and the sentence says what to do."""
    seed(PERSON)
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": CREATE, "status": 401, "times": 9}
    )

    with pytest.raises(ConfigError, match="does not accept the access token"):
        run(planned("deals"), linked=LINKED)


@pytest.mark.parametrize("happened", ["before", "after"])
@pytest.mark.parametrize("obj", MADE)
def test_an_answer_that_mentions_nothing_proves_nothing(
    run: Run, seed: Seed, fault: Any, made: Any, obj: str, happened: str
) -> None:
    """A 2xx with empty results and errors: what has a key is looked up, an e-mail stays in doubt."""
    seed(PERSON)
    fault(kind=happened, status=201, body=EMPTY)
    kinds = run(planned(obj), linked=LINKED).kinds

    keyed = {"before": "held", "after": "adopted"}[happened]
    assert {"i": keyed if obj in KEYED else "unknown"} == kinds
    assert (1 if happened == "after" else 0) == len(made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_what_cannot_be_looked_up_stays_in_doubt(
    run: Run, seed: Seed, sandbox: Running, fault: Any, made: Any, obj: str
) -> None:
    """The answer mentions nothing, and then HubSpot is gone: nobody says that nothing was made."""
    seed(PERSON)
    fault(kind="after", status=201, body=EMPTY)
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_read", "status": 503, "times": 99}
    )

    assert {"i": "unknown"} == run(planned(obj), linked=LINKED).kinds
    assert 1 == len(made(obj))


@pytest.mark.parametrize("obj", MADE)
def test_after_a_limit_nothing_more_is_tried(
    run: Run, seed: Seed, sandbox: Running, made: Any, obj: str
) -> None:
    """The limit of the day ends the sending, not the acknowledging of what was written before."""
    seed(PERSON)
    feed = []
    for number in range(250):
        stream, record = planned(obj)
        own = {"domain": f"x{number}.example.com"} if obj == "companies" else {}
        own |= {"email": f"new{number}@example.com"} if obj == "contacts" else {}
        own |= {"event_key": f"key-{number}"} if obj in ("emails", "deals") else {}
        sync = {**record["_sync"], "intent_id": f"i{number}"}
        sync["rid"] = f"rid-{number}" if obj == "contacts" else "rid-p"
        feed.append((stream, {**record, **own, "_sync": sync}))
    sandbox.control.queue_faults(
        {
            "vendor": "hubspot", "operation": CREATE, "status": 429, "body": SAYS["daily"],
            "skip": 1, "times": 9,
        }
    )  # fmt: skip
    told = run(*feed, linked=LINKED)

    kinds = list(told.kinds.values())
    assert (100, 150) == (kinds.count("written"), kinds.count("held"))
    assert 100 == len(made(obj))
    assert 2 == len([c for c in sandbox.control.calls() if c["operation"] == CREATE])


@pytest.mark.parametrize("lost", LOST, ids=name)
@pytest.mark.parametrize("obj", MADE)
def test_a_plain_record_said_again_after_a_lost_answer(
    run: Run, seed: Seed, sandbox: Running, made: Any, obj: str, lost: dict[str, Any]
) -> None:
    """The run says that it is not sure, the next one is; there is one record in the end."""
    seed(PERSON)
    operation = "objects.batch_upsert" if obj == "contacts" else CREATE
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": operation, "kind": "after", **lost}
    )
    with contextlib.suppress(Fatal):
        run((obj, PLAIN[obj]), ledger=False)
    assert 1 == len(made(obj))
    run((obj, PLAIN[obj]), ledger=False)

    assert 1 == len(made(obj))
    assert [True] == [fault["consumed"] for fault in sandbox.control.faults()]


@pytest.mark.parametrize("obj", ["companies", "emails", "deals"])
def test_an_unclear_plain_record_is_kept(
    run: Run, seed: Seed, fault: Any, rejected: Any, obj: str
) -> None:
    """It goes to the rejected file and fails the run, so that nobody takes it for written."""
    seed(PERSON)
    fault(kind="after", reset=True)
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run((obj, PLAIN[obj]), ledger=False)

    ((code, record),) = [(line["reason"]["code"], line["record"]) for line in rejected()]
    assert ("not_confirmed", PLAIN[obj]) == (code, record)


@pytest.mark.parametrize("obj", MADE)
def test_a_plain_run_stops_at_the_limit_of_the_day(
    run: Run, seed: Seed, sandbox: Running, made: Any, obj: str
) -> None:
    """It fails with a sentence; said again another day, everything is written once."""
    seed(PERSON)
    daily = {"vendor": "hubspot", "status": 429, "body": SAYS["daily"]}
    sandbox.control.queue_faults({**daily, "operation": "objects.batch_*", "times": 9})
    with pytest.raises(Retriable, match="calls per day"):
        run((obj, PLAIN[obj]), ledger=False)
    sandbox.control.forget_faults()
    run((obj, PLAIN[obj]), ledger=False)

    assert 1 == len(made(obj))
