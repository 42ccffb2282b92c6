"""What changed: every contact once, none lost, few calls, whatever HubSpot does meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Retriable
from outreach_sandbox.kernel.server import Running
from tap_hubspot_crm import records, streams

OLD = "2026-01-01T00:00:00.000Z"
Run = Callable[..., Any]
Seed = Callable[..., None]


def contacts(count: int, **properties: str) -> list[dict[str, Any]]:
    """That many contacts."""
    return [{"properties": {"email": f"a{n}@example.com", **properties}} for n in range(count)]


def small_pages(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    """As if a page were that long, and a query ended after two of them."""
    monkeypatch.setattr(streams, "SEARCH_PAGE", page)
    monkeypatch.setattr(streams, "SEARCH_HITS", 2 * page)


def api_calls(sandbox: Running) -> list[str]:
    """The operations called, tokens excluded."""
    return [call["operation"] for call in sandbox.control.calls() if call["kind"] == "api"]


def test_reads_all_then_nothing(run: Run, seed: Seed, sandbox: Running) -> None:
    """The first run reads everything once; a quiet one makes two calls and reads nothing."""
    seed(*contacts(450))
    first = run()
    sandbox.control.advance(5)
    sandbox.control.forget_calls()
    second = run(first.state)

    assert len(first.ids) == len(set(first.ids)) == 450
    assert second.ids == []
    assert api_calls(sandbox) == ["objects.search", "objects.search"]


def test_state_is_framed(run: Run, seed: Seed) -> None:
    """The first STATE is the one given, the last one counts the run."""
    seed(*contacts(1))
    first = run()
    second = run(first.state)

    assert first[0] == {"type": "STATE", "value": {}}
    assert second[0]["value"] == first.state
    assert second.state["bookmarks"]["gather"] == {"seq": 2}


def test_what_hubspot_left_out_is_not_empty() -> None:
    """A property it does not know, or knows no more, is left out without a word; an empty one is null."""
    shown = records.contained({"id": "1", "properties": {"city": None}}, ["city", "town"])

    assert {"city": None} == shown["properties"]


@pytest.mark.parametrize("page", [1, 3, 7])
def test_one_instant_is_read_whole(
    run: Run, seed: Seed, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More records of one timestamp than a page, or a query, can show are all read, once."""
    small_pages(monkeypatch, page)
    seed(*contacts(20, lastmodifieddate=OLD))

    found = run().ids

    assert sorted(found) == sorted(set(found))
    assert len(found) == 20


def test_page_may_end_inside_an_instant(
    run: Run, seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bulk edits of three records each, read four at a time: none falls between two pages."""
    small_pages(monkeypatch, 4)
    seed(
        *(
            {"properties": {"email": f"b{n}@example.com", "lastmodifieddate": moment}}
            for n in range(30)
            for moment in [f"2026-01-01T00:00:{n // 3:02d}.000Z"]
        )
    )

    assert len(set(run().ids)) == 30


def test_recent_instant_is_read_whole(
    run: Run, seed: Seed, monkeypatch: pytest.MonkeyPatch, sandbox: Running
) -> None:
    """The same for a bulk edit just now, which the index may not know whole yet."""
    small_pages(monkeypatch, 5)
    seed(*contacts(37, lastmodifieddate=sandbox.control.now()))

    assert len(set(run().ids)) == 37


@pytest.mark.slow
def test_ten_thousand_equal_timestamps(run: Run, seed: Seed, sandbox: Running) -> None:
    """A bulk import beyond the vendor's own cap is read to its end, in as many pages as it has."""
    seed(*contacts(10_050, lastmodifieddate=OLD))

    assert len(set(run().ids)) == 10_050
    assert api_calls(sandbox).count("objects.search") < 60


def test_change_that_the_index_knows_late_is_read(run: Run, seed: Seed, sandbox: Running) -> None:
    """A record that search did not show in the run after its change is shown by a later one."""
    seed(*contacts(3))
    first = run()
    sandbox.control.people("hubspot", "edit", email="a1@example.com", properties={"city": "Ulm"})
    second = run(first.state)
    sandbox.control.advance(60)
    third = run(second.state)

    cities = [
        r["properties"]["city"] for r in second.records("contacts") + third.records("contacts")
    ]
    assert "Ulm" in cities


def test_what_was_settled_is_not_read_again(run: Run, seed: Seed, sandbox: Running) -> None:
    """By HubSpot's clock, also where this machine's is behind it."""
    seed()
    for number in range(3):
        mail = {"email": f"b{number}@example.com"}
        sandbox.control.people("hubspot", "create", properties=mail)
    sandbox.control.advance(600)

    first = run()
    again = run(first.state)

    assert (3, []) == (len(first.ids), again.ids)


def test_start_latest_reads_nothing_older(run: Run, seed: Seed) -> None:
    """A sync that begins now leaves the account's history alone and keeps what comes after."""
    seed(*contacts(5))
    first = run(start="latest")

    assert first.ids == []
    assert first.state["bookmarks"]["contacts"]["modified_ms"] > 0


def test_counts_linked_contacts(run: Run, seed: Seed) -> None:
    """The snapshot says how many contacts carry a row id."""
    seed(*contacts(2), {"properties": {"email": "l@example.com", "outreach_row_id": "r1"}})

    (snapshot,) = run().records("crm_snapshots")

    assert (snapshot["linked_total"], snapshot["object"]) == (1, "contacts")
    assert snapshot["portal_id"]


def test_missing_row_id_is_a_clear_error(run: Run, seed: Seed, rules_file: str) -> None:
    """With rules, an account that is not provisioned stops the tap and says what to do."""
    seed(*contacts(1), custom=False)

    with pytest.raises(ConfigError, match="outreach provision hubspot"):
        run(rules_file=rules_file)


def test_missing_mapped_property_is_named(run: Run, seed: Seed) -> None:
    """HubSpot leaves out what it does not know; the tap does not."""
    seed(*contacts(1))

    with pytest.raises(ConfigError, match="favourite_colour"):
        run(properties=["email", "favourite_colour"])


@pytest.fixture
def rules_file(tmp_path: Any) -> str:
    """A rule file."""
    sheet = "side: sheet\nfields:\n  email: {column: Email, type: email}\n"
    (tmp_path / "sheet.yml").write_text(sheet)
    path = tmp_path / "hubspot.yml"
    path.write_text(
        "side: hubspot\nobject: contacts\nexternal_id: outreach_row_id\n"
        "fields:\n  email: {property: email}\n"
    )
    return str(path)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "headers": {"Retry-After": "3"}},
        {"status": 429},
        {"status": 423},
        {"status": 503},
        {"reset": True},
        {"truncate": True},
        {"status": 401},
    ],
    ids=lambda fault: "-".join(map(str, fault)),
)
@pytest.mark.parametrize("kind", ["before", "after"])
def test_one_failure_costs_nothing(
    run: Run, seed: Seed, sandbox: Running, fault: dict[str, Any], kind: str
) -> None:
    """Whatever happens to one call, the run reads everything once."""
    seed(*contacts(250))
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.search", "kind": kind, "skip": 1, **fault}
    )
    found = run().ids

    assert all(fault["consumed"] for fault in sandbox.control.faults())
    assert len(found) == len(set(found)) == 250


def test_waits_as_the_vendor_says(
    run: Run, seed: Seed, sandbox: Running, waits: list[float]
) -> None:
    """Retry-After is waited for; without one a limit of ten seconds is."""
    seed(*contacts(1))
    operation = {"vendor": "hubspot", "operation": "objects.search", "status": 429}
    burst = {"policyName": "TEN_SECONDLY_ROLLING", "errorType": "RATE_LIMIT"}
    sandbox.control.queue_faults(
        {**operation, "headers": {"Retry-After": "3"}}, {**operation, "body": burst}
    )
    run()

    assert [wait for wait in waits if wait >= 1] == [3.0, 10.0]


def test_expired_token_is_renewed_once(run: Run, seed: Seed, sandbox: Running) -> None:
    """A token that ends mid-run is fetched again, and the call said again."""
    seed(*contacts(1))

    def expire(tap: Any) -> None:
        assert tap.client.account()
        sandbox.control.people("hubspot", "expire_tokens")

    assert len(run(meanwhile=expire).ids) == 1
    assert [c["status"] for c in sandbox.control.calls() if c["kind"] == "token"] == [200, 200]


def test_unreachable_is_reported(run: Run, seed: Seed, sandbox: Running) -> None:
    """With `report`, a vendor that is down is a record, and the bookmark stays."""
    seed(*contacts(1))
    given = run().state
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "*", "status": 503, "times": 99}
    )

    messages = run(given, on_unreachable="report")

    (status,) = messages.records("side_status")
    assert (status["state"], messages.state) == ("unreachable", given)


def test_unreachable_fails_by_default(run: Run, seed: Seed, sandbox: Running) -> None:
    """Without it the tap fails."""
    seed(*contacts(1))
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "*", "status": 503, "times": 99}
    )

    with pytest.raises(Retriable):
        run()


def test_account_schema_is_flat_and_typed(run: Run, seed: Seed) -> None:
    """`schema: account` has every property of the account, custom ones too, in its type."""
    seed({"properties": {"email": "a@example.com", "outreach_row_id": "r1", "num_notes": "3"}})
    messages = run(schema="account", properties=[])

    (record,) = messages.records("contacts")
    assert record["outreach_row_id"] == "r1"
    assert record["num_notes"] == 3
    assert "properties" not in record
