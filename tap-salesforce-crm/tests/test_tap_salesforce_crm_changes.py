"""What changed: every record once, none lost, one call, whatever Salesforce does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Retriable
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Person = Callable[..., dict[str, Any]]
Calls = Callable[[], list[str]]
DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01"}


def leads(count: int, **values: Any) -> list[dict[str, Any]]:
    """That many leads."""
    return [{"LastName": f"Doe {n}", "Company": "Acme", **values} for n in range(count)]


def test_reads_all_then_nothing_in_one_call(
    run: Run, seed: Seed, sandbox: Running, calls: Calls
) -> None:
    """The first run reads everything once; a quiet one makes one call and reads nothing."""
    seed(leads=leads(450), contacts=[{"LastName": "Roe"}], opportunities=[DEAL])
    first = run()
    sandbox.control.advance(900)
    calls()
    second = run(first.state)

    assert 450 == len(first.ids()) == len(set(first.ids()))
    assert (1, 1) == (len(first.ids("contacts")), len(first.ids("opportunities")))
    assert [] == [*second.ids(), *second.ids("contacts"), *second.ids("opportunities")]
    assert ["composite"] == calls()


def test_a_quiet_run_within_the_look_back_is_quiet_too(
    run: Run, seed: Seed, sandbox: Running, calls: Calls
) -> None:
    """What the look-back reads again and shows unchanged is not told again."""
    seed(leads=leads(5))
    first = run()
    sandbox.control.advance(5)
    calls()
    second = run(first.state)

    assert (5, []) == (len(first.ids()), second.ids())
    assert ["composite"] == calls()


def test_state_is_framed(run: Run, seed: Seed) -> None:
    """The first STATE is the one given, the last one counts the run."""
    seed(leads=leads(1))
    first = run()
    second = run(first.state)

    assert {"type": "STATE", "value": {}} == first[0]
    assert first.state == second[0]["value"]
    assert {"seq": 2} == second.state["bookmarks"]["gather"]


def test_state_holds_nobody(run: Run, seed: Seed) -> None:
    """The bookmark knows ids and marks, and no value of a record."""
    seed(leads=leads(1, Email="ann@example.com", Phone="+1 555 0100"))

    kept = str(run().state)

    assert [] == [value for value in ("ann", "Doe", "0100", "Acme") if value in kept]


def test_only_what_changed_is_read(run: Run, seed: Seed, sandbox: Running, person: Person) -> None:
    """An edit of one lead is one record, as the vendor wrote it."""
    seed(leads=leads(3, Email="x@example.com"))
    further = ["NumberOfEmployees", "Description"]
    first = run(properties=further)
    sandbox.control.advance(3600)
    person("edit", id=first.ids()[1], values={"City": "Ulm", "NumberOfEmployees": 7})

    (record,) = run(first.state, properties=further).records()

    assert first.ids()[1] == record["id"]
    assert ("Ulm", 7, None, "x@example.com") == tuple(
        record["properties"][n] for n in ("City", "NumberOfEmployees", "Description", "Email")
    )
    assert ("2026-11-23T10:00:00Z", False, [], None) == tuple(
        record[n] for n in ("updated_at", "archived", "merged_ids", "converted_to")
    )


def test_two_edits_of_one_second_are_both_read(run: Run, seed: Seed, person: Person) -> None:
    """A stamp has whole seconds: an edit right after our read has the same one."""
    seed(leads=leads(1, City="Ulm"))
    first = run()
    person("edit", id=first.ids()[0], values={"City": "Bonn"})
    second = run(first.state)

    assert ["Bonn"] == [r["properties"]["City"] for r in second.records()]
    assert first.records()[0]["updated_at"] == second.records()[0]["updated_at"]


def test_change_that_is_visible_late_is_read(
    run: Run, seed: Seed, sandbox: Running, person: Person
) -> None:
    """A record committed minutes after its stamp is found by the look-back."""
    seed(leads=leads(1))
    before = run()
    sandbox.control.advance(300)
    late = person("create", object="Lead", values={"LastName": "Late", "Company": "B"})["id"]
    state = before.state
    # as if a run had ended after the stamp and before the record could be seen
    moved = {**state["bookmarks"]["leads"], "since": "2026-11-23T09:02:00+00:00"}
    state["bookmarks"]["leads"] = moved
    sandbox.control.advance(240)

    assert [late] == run(state).ids()


def test_bookmark_goes_back_by_the_look_back(run: Run, seed: Seed, sandbox: Running) -> None:
    """By Salesforce's clock, whatever this machine's says."""
    seed(leads=leads(1))
    since = run(lookback_seconds=120).state["bookmarks"]["leads"]["since"]

    asked = datetime.fromisoformat("2026-11-23T08:58:00+00:00")
    assert timedelta(0) <= asked - datetime.fromisoformat(since) < timedelta(seconds=10)


@pytest.mark.parametrize("first_id", [True, False])
def test_many_records_of_one_second_are_read_whole(
    run: Run, seed: Seed, sandbox: Running, *, first_id: bool
) -> None:
    """A page that ends inside a second loses nobody, not even where its cursor is gone."""
    seed(leads=leads(900), org={"query_page_size": 200})
    given = run(start="latest").state if first_id else {}
    sandbox.control.queue_faults(
        {
            "vendor": "salesforce",
            "operation": "query.more",
            "kind": "before",
            "status": 400,
            "skip": 1,
            "body": '[{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}]',
            "media_type": "application/json",
        }
    )

    found = run(given)

    assert all(fault["consumed"] for fault in sandbox.control.faults())
    assert 900 == len(found.ids()) == len(set(found.ids()))


def test_start_latest_reads_nothing_older(run: Run, seed: Seed, sandbox: Running) -> None:
    """A sync that begins now leaves the org's history alone and keeps what comes after."""
    seed(leads=leads(3))
    sandbox.control.advance(3600)
    first = run(start="latest")
    made = sandbox.control.people(
        "salesforce", "create", object="Lead", values={"LastName": "New", "Company": "B"}
    )["id"]

    assert [] == first.ids()
    assert [made] == run(first.state, start="latest").ids()


def test_start_date_limits_a_first_run(run: Run, seed: Seed, sandbox: Running) -> None:
    """Records last changed before it are not read."""
    seed(leads=leads(3))
    sandbox.control.advance(3600)
    made = sandbox.control.people(
        "salesforce", "create", object="Lead", values={"LastName": "New", "Company": "B"}
    )["id"]

    assert [made] == run(start_date="2026-11-23T09:30:00Z").ids()


def test_counts_linked_records(run: Run, seed: Seed, person: Person) -> None:
    """Leads and contacts with a row id are counted; a converted lead is nobody's counterpart."""
    keyed = [{**lead, "Outreach_Id__c": f"r{n}"} for n, lead in enumerate(leads(3))]
    seed(leads=[*keyed, *leads(2)], contacts=[{"LastName": "Roe", "Outreach_Id__c": "r9"}])
    first = run()
    person("convert", id=first.ids()[0])

    found = run(first.state).records("crm_snapshots")

    assert {"leads": 2, "contacts": 1} == {r["object"]: r["linked_total"] for r in found}
    assert {"salesforce"} == {r["side"] for r in found}
    assert all(r["portal_id"].startswith("00D") for r in found)
    assert all(0 < r["calls_used"] <= r["calls_allowed"] for r in found)


def test_a_deselected_stream_is_not_asked_for(run: Run, seed: Seed, calls: Calls) -> None:
    """Its bookmark stays as it was."""
    seed(leads=leads(1), opportunities=[DEAL])

    def leads_alone(tap: Any) -> None:
        for name, stream in tap.streams.items():
            stream.selected = name in ("leads", "side_status")

    found = run(meanwhile=leads_alone)

    assert (1, []) == (len(found.ids()), found.ids("opportunities"))
    assert {"account", "gather", "leads"} == set(found.state["bookmarks"])


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"status": 500},
        {"reset": True},
        {"truncate": True},
        {"status": 401},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
@pytest.mark.parametrize("kind", ["before", "after"])
@pytest.mark.parametrize("operation", ["composite", "query.more"])
def test_one_failure_costs_nothing(
    run: Run, seed: Seed, sandbox: Running, fault: dict[str, Any], kind: str, operation: str
) -> None:
    """Whatever happens to one call, the run reads everything once."""
    seed(leads=leads(450), org={"query_page_size": 200})
    sandbox.control.queue_faults(
        {"vendor": "salesforce", "operation": operation, "kind": kind, "skip": 1, **fault}
    )
    found = run()

    assert all(fault["consumed"] for fault in sandbox.control.faults())
    assert 450 == len(found.ids()) == len(set(found.ids()))


def test_expired_session_is_renewed_once(run: Run, seed: Seed, sandbox: Running) -> None:
    """A session that ends mid-run is fetched again, and the call said again."""
    seed(leads=leads(1))

    def expire(tap: Any) -> None:
        assert tap.client.limits()
        sandbox.control.people("salesforce", "expire_tokens")

    assert 1 == len(run(meanwhile=expire).ids())
    signed = [c["status"] for c in sandbox.control.calls() if c["kind"] == "token"]
    assert [200, 200] == signed


def test_a_refused_user_ends_in_a_sentence(run: Run, seed: Seed, sandbox: Running) -> None:
    """A session that is refused for ever is renewed once and not asked a thousand times."""
    seed(leads=leads(1))
    sandbox.control.queue_faults(
        {"vendor": "salesforce", "operation": "composite", "status": 401, "times": 99}
    )

    with pytest.raises(ConfigError) as caught:
        run()

    refused = [c for c in sandbox.control.calls() if c["status"] == 401]
    assert ("bad_credentials", 2) == (caught.value.code, len(refused))


def test_unreachable_is_reported(run: Run, seed: Seed, sandbox: Running) -> None:
    """With `report`, a vendor that is down is a record, and the bookmark stays."""
    seed(leads=leads(1))
    given = run().state
    sandbox.control.queue_faults(
        {"vendor": "salesforce", "operation": "*", "status": 503, "times": 99}
    )

    messages = run(given, on_unreachable="report")

    (status,) = messages.records("side_status")
    assert ("unreachable", "salesforce", given) == (
        status["state"],
        status["side"],
        messages.state,
    )


def test_unreachable_fails_by_default(run: Run, seed: Seed, sandbox: Running) -> None:
    """Without it the tap fails."""
    seed(leads=leads(1))
    sandbox.control.queue_faults(
        {"vendor": "salesforce", "operation": "*", "status": 503, "times": 99}
    )

    with pytest.raises(Retriable):
        run()


@pytest.mark.parametrize("per_app", [True, False])
def test_the_last_calls_of_the_day_are_left_alone(
    run: Run, seed: Seed, calls: Calls, *, per_app: bool
) -> None:
    """At the set share of the quota nothing more is called; a limit per app is told apart."""
    seed({"salesforce.per_app_usage": per_app}, leads=leads(1), org={"daily_api_requests": 10})

    with pytest.raises(Retriable) as caught:
        run(quota_percent=10)

    assert "quota_reserved" == caught.value.code
    assert ["composite"] == calls()


@pytest.mark.parametrize("setting", ["api_base_url", "login_url"])
@pytest.mark.parametrize("url", [None, "", "https://login.salesforce.com"])
def test_the_sandbox_is_not_left(run: Run, sandbox: Running, setting: str, url: str | None) -> None:
    """With an address that is not loopback the tap names the setting and calls nobody."""
    with pytest.raises(ConfigError, match=f"`{setting}` must be an http://127.0.0.1 address"):
        run(**{setting: url})

    assert [] == sandbox.control.calls()


def test_account_schema_is_flat_and_typed(run: Run, seed: Seed) -> None:
    """`schema: account` has every field of the org, custom ones too, in its type."""
    score = {"object": "Lead", "name": "Score__c", "type": "Number", "precision": 5}
    seed(leads=leads(1, Score__c=3, NumberOfEmployees=5), custom_fields=[score])
    messages = run(schema="account")

    (record,) = messages.records()
    (schema,) = [m["schema"] for m in messages if m["type"] == "SCHEMA" and m["stream"] == "leads"]
    assert (3, 5, False) == (record["Score__c"], record["NumberOfEmployees"], record["IsConverted"])
    assert ["number", "null"] == schema["properties"]["Score__c"]["type"]
    assert "2026-11-23T09:00:00Z" == record["LastModifiedDate"]
    assert not {"properties", "Id", "Address"} & set(record)
