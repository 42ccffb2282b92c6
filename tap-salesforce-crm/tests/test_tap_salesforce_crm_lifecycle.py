"""How a record ends: deleted, purged, merged, converted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Person = Callable[..., dict[str, Any]]
Calls = Callable[[], list[str]]
DAY = 86_400


def leads(*names: str) -> list[dict[str, Any]]:
    """A lead for each name."""
    return [{"LastName": name, "Company": "Acme", "Email": f"{name}@example.com"} for name in names]


@pytest.fixture
def begun(run: Run, seed: Seed, sandbox: Running) -> tuple[Any, list[str]]:
    """A run over four leads, and an hour of silence."""
    seed(leads=leads("a", "b", "c", "d"))
    first = run()
    sandbox.control.advance(3600)
    return first.state, first.ids()


def test_a_deleted_record_is_told_once(
    run: Run, begun: tuple[Any, list[str]], person: Person, calls: Calls
) -> None:
    """It comes with its values, archived; the log names it too, and the next run does not."""
    state, ids = begun
    person("delete", id=ids[0])
    calls()
    second = run(state)
    third = run(second.state)

    (record,) = second.records()
    assert (ids[0], True, "a@example.com") == (
        record["id"],
        record["archived"],
        record["properties"]["Email"],
    )
    assert [] == third.ids()
    assert ["composite"] * 2 == calls()


def test_a_purged_record_is_known_from_the_log_alone(
    run: Run, begun: tuple[Any, list[str]], person: Person, calls: Calls, sandbox: Running
) -> None:
    """Emptied out of the recycle bin no query shows it: an id without values, told once."""
    state, ids = begun
    person("delete", id=ids[0])
    person("purge", id=ids[0])
    sandbox.control.advance(60)  # the log counts in minutes
    second = run(state)
    calls()
    third = run(second.state)

    assert [(ids[0], True, {})] == [
        (r["id"], r["archived"], r["properties"]) for r in second.records()
    ]
    assert ([], ["composite"]) == (third.ids(), calls())


def test_a_merge_seen_by_the_log_alone_is_still_a_merge(
    run: Run, begun: tuple[Any, list[str]], person: Person, sandbox: Running
) -> None:
    """What only the log names is looked up before it is called deleted."""
    state, ids = begun
    person("merge", master=ids[1], other=ids[0])
    # as if the queries of the last run had come after the merge, and its log before it
    state["bookmarks"]["leads"]["since"] = "2026-11-23T10:00:01+00:00"
    sandbox.control.advance(600)

    found = {r["id"]: r["merged_ids"] for r in run(state).records()}

    assert {ids[1]: [ids[0]]} == found


def test_a_restored_record_is_read_again(
    run: Run, begun: tuple[Any, list[str]], person: Person, sandbox: Running
) -> None:
    """Back from the recycle bin it is an ordinary change, within the look-back as well."""
    state, ids = begun
    person("delete", id=ids[0])
    gone = run(state)
    sandbox.control.advance(60)
    person("undelete", id=ids[0])
    back = run(gone.state)
    sandbox.control.advance(60)
    person("delete", id=ids[0])
    again = run(back.state)

    assert [[True], [False], [True]] == [
        [r["archived"] for r in found.records()] for found in (gone, back, again)
    ]


def test_a_merge_is_told_by_the_survivor(
    run: Run, begun: tuple[Any, list[str]], person: Person
) -> None:
    """The loser is no deletion: the survivor carries its id, once."""
    state, ids = begun
    person("merge", master=ids[1], other=ids[0])
    second = run(state)
    third = run(second.state)

    last = {r["id"]: r["merged_ids"] for r in second.records()}
    assert {ids[1]: [ids[0]]} == last
    assert [] == [r for r in second.records() if r["archived"]]
    assert [] == third.ids()


def test_a_chain_of_merges_ends_at_the_last_survivor(
    run: Run, begun: tuple[Any, list[str]], person: Person
) -> None:
    """Merged into what was merged itself: all ids are the last one's."""
    state, ids = begun
    person("merge", master=ids[1], other=ids[0])
    person("merge", master=ids[2], other=ids[1])

    last = {r["id"]: set(r["merged_ids"]) for r in run(state).records()}

    assert {ids[2]: {ids[0], ids[1]}} == last


def test_merged_into_what_was_deleted_is_deleted(
    run: Run, begun: tuple[Any, list[str]], person: Person
) -> None:
    """Nobody is left to carry the id."""
    state, ids = begun
    person("merge", master=ids[1], other=ids[0])
    person("delete", id=ids[1])

    found = {r["id"]: r["archived"] for r in run(state).records()}

    assert {ids[0]: True, ids[1]: True} == found


def test_a_survivor_edited_later_still_tells(
    run: Run, begun: tuple[Any, list[str]], person: Person, sandbox: Running
) -> None:
    """Merge and edit lie between two runs, on different pages: one survivor, newest values."""
    state, ids = begun
    person("merge", master=ids[1], other=ids[0])
    sandbox.control.advance(120)
    person("edit", id=ids[1], values={"City": "Ulm"})

    found = run(state).records()

    assert [ids[0]] == found[-1]["merged_ids"]
    assert {"Ulm"} == {r["properties"]["City"] for r in found}


def test_a_conversion_names_the_contact(
    run: Run, begun: tuple[Any, list[str]], person: Person
) -> None:
    """The lead says what it became, and the contact is among the contacts."""
    state, ids = begun
    became = person("convert", id=ids[0], opportunity="Deal")

    second = run(state)

    (lead,) = second.records()
    assert (ids[0], became["ConvertedContactId"], False) == (
        lead["id"],
        lead["converted_to"],
        lead["archived"],
    )
    (contact,) = second.records("contacts")
    assert (became["ConvertedContactId"], "Acme") == (
        contact["id"],
        contact["properties"]["Account.Name"],
    )
    assert [became["ConvertedOpportunityId"]] == second.ids("opportunities")


def test_a_first_run_reads_what_is_alive(run: Run, seed: Seed, person: Person) -> None:
    """What was deleted before anybody looked is nobody's news."""
    seed(leads=leads("a", "b"))
    gone = person("delete", email="a@example.com")["id"]

    found = run()

    assert (1, True) == (len(found.ids()), gone not in found.ids())


def test_without_the_log_queries_still_tell(
    run: Run, begun: tuple[Any, list[str]], person: Person, sandbox: Running
) -> None:
    """A bookmark older than the log is no failure; what a query can show is told."""
    state, ids = begun
    sandbox.control.advance(20 * DAY)
    person("delete", id=ids[0])

    assert [ids[0]] == run(state).ids()
