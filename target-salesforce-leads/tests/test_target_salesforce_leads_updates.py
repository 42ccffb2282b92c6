"""Planned changes: only what differs is sent, and nothing over what somebody changed in the meantime."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, lead, update
from outreach_core.mapping.stand_ins import MARK
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
TOO_LONG = {"city": {"code": "too_long", "message": "The text is too long.", "remedy": "Shorten."}}


@pytest.fixture
def ids(records: Records) -> Callable[..., list[str]]:
    """The ids of an object's records, in the order they were made."""
    return lambda of="Lead": [record["Id"] for record in records(of)]


@pytest.fixture
def meddling(person: Any) -> Callable[..., Callable[[Any], None]]:
    """Let a person do something right before one of the client's methods is called, once."""

    def before(method: str, door: str, **body: Any) -> Callable[[Any], None]:
        def arm(target: Any) -> None:
            usual = getattr(target.client, method)

            def call(*args: Any, **more: Any) -> Any:
                setattr(target.client, method, usual)
                person(door, **body)
                return usual(*args, **more)

            setattr(target.client, method, call)

        return arm

    return before


def test_only_what_differs_is_sent(
    run: Run, seed: Seed, sandbox: Running, records: Records, ids: Any
) -> None:
    """A field that shows the new value already is acknowledged all the same."""
    seed(lead("lee", City="Bonn", Phone="1", FirstName="Ann"))
    new = {"City": "Ulm", "Phone": "1", "FirstName": "Ann", "LastName": "Poe"}
    old = {"City": "Bonn", "Phone": "0", "FirstName": "Ann", "LastName": "Lee"}
    told = run(update("a", ids()[0], new, old))

    outcome = told.outcomes["a"]
    assert {"city": "Ulm", "phone": "1", "person": "Ann Poe"} == {
        name: value.value for name, value in outcome.returned.items()
    }
    assert ("Ulm", "Poe") == (records()[0]["City"], records()[0]["LastName"])
    assert (["a"], ids()[0]) == (told.doubted, outcome.record_id)


def test_nothing_to_send_is_no_call(run: Run, seed: Seed, calls: Any, ids: Any) -> None:
    """Values in another form are the same: flags, numbers, moments, line ends."""
    shown = {
        "Score__c": 12.5,
        "Responded__c": True,
        "Outreach_Last_Contacted__c": "2026-11-20T09:15:42.000+0000",
        "Street": "One\r\nTwo",
    }
    seed(lead("lee", **shown))
    new = {
        "Score__c": "12.50",
        "Responded__c": "true",
        "Outreach_Last_Contacted__c": "2026-11-20T09:15:42Z",
        "City": None,
        "Street": "One\nTwo",
    }
    told = run(update("a", ids()[0], new, {}))

    assert ("written", {}, []) == (
        told.kinds["a"],
        told.outcomes["a"].skipped,
        told.doubted,
    )
    assert ["composite", "collections.read_many"] == calls()


def test_a_moved_field_is_left_alone(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """What a person changed after the plan stays; the rest is written; all moved is held."""
    seed(lead("x", City="Bonn", Phone="1"), lead("y", City="Kiel"))
    first, second = ids()
    told = run(
        update("a", first, {"City": "Ulm", "Phone": "2"}, {"City": "Bonn", "Phone": "old"}),
        update("b", second, {"City": "Ulm"}, {"City": "Bonn"}),
    )

    assert {"a": "written", "b": "held"} == told.kinds
    assert ({"phone": "moved"}, {"city": "moved"}) == (
        dict(told.outcomes["a"].skipped),
        dict(told.outcomes["b"].skipped),
    )
    assert [("Ulm", "1"), ("Kiel", None)] == [(r["City"], r["Phone"]) for r in records()]


@pytest.mark.parametrize("count", [3, 11])
def test_an_edit_between_reading_and_writing(
    run: Run, seed: Seed, sandbox: Running, records: Records, ids: Any, meddling: Any, *, count: int
) -> None:
    """Up to ten changes are made on the condition that nobody was faster; more of them cannot be."""
    seed(*(lead(f"n{n}", City="Bonn") for n in range(count)))
    edit = {"id": ids()[0], "values": {"City": "Kiel"}}
    sandbox.control.advance(60)
    method = "update_unmodified" if count <= 10 else "update"
    told = run(
        *(update(f"n{n}", i, {"City": "Ulm"}, {"City": "Bonn"}) for n, i in enumerate(ids())),
        meanwhile=meddling(method, "edit", **edit),
    )

    faster = records()[0]["City"]
    assert (("held", "Kiel") if count <= 10 else ("written", "Ulm")) == (told.kinds["n0"], faster)
    assert {"written"} == {told.kinds[f"n{n}"] for n in range(1, count)}


def test_many_changes_cost_two_reads_and_a_call_per_200(
    run: Run, seed: Seed, sandbox: Running, calls: Any, records: Records, ids: Any
) -> None:
    """All are read at once, before and after."""
    seed(*(lead(f"n{n}", City="Bonn") for n in range(450)))
    told = run(
        *(update(f"n{n}", i, {"City": "Ulm"}, {"City": "Bonn"}) for n, i in enumerate(ids()))
    )

    assert {"written"} == set(told.kinds.values())
    assert {"Ulm"} == {record["City"] for record in records()}
    made = calls()
    assert (3, 2, 6) == (
        made.count("collections.update"),
        made.count("collections.read_many"),
        len(made),
    )


def test_clearing_reads_back_blank(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """A blank clears the field; what is acknowledged is blank. A flag has no blank: it is off."""
    seed(lead("x", City="Bonn", Responded__c=True))
    new, old = {"City": None, "Responded__c": None}, {"City": "Bonn", "Responded__c": True}
    told = run(update("a", ids()[0], new, old))

    assert told.outcomes["a"].returned["city"].blank
    assert (None, False) == (records()[0]["City"], records()[0]["Responded__c"])


def test_a_long_city_replaces_a_short_one(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """Both places are compared, and the field reads back whole."""
    seed(lead("x", City="Bonn"))
    place = "Taksim Square, Beyoglu, Istanbul, Republic of Turkey"
    new = {"City": f"{place[:39].rstrip()}…", "Street": place}
    told = run(update("a", ids()[0], new, {"City": "Bonn", "Street": None}))
    back = run(update("b", ids()[0], {"City": "Ulm"}, {"City": new["City"], "Street": place}))

    assert place == told.outcomes["a"].returned["city"].value
    assert "Ulm" == back.outcomes["b"].returned["city"].value


# -- required names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "new", "old", "after"),
    [
        (
            {"LastName": f"Tea {MARK}", "Company": "Tea"},
            {"FirstName": "Ann", "LastName": "Lee"},
            {"FirstName": None, "LastName": None},
            ("Ann", "Lee", "Tea"),
        ),
        (
            {"LastName": f"Tea {MARK}", "Company": "Tea"},
            {"FirstName": "Ann", "LastName": None},
            {"FirstName": None, "LastName": f"Tea {MARK}"},
            (None, "Ann", "Tea"),
        ),
        (
            {"LastName": f"Tea {MARK}", "Company": "Tea"},
            {"Company": "Tea House"},
            {"Company": "Tea"},
            (None, f"Tea House {MARK}", "Tea House"),
        ),
        (
            {"FirstName": "Ann", "LastName": "Lee", "Company": "Tea"},
            {"FirstName": None, "LastName": None},
            {"FirstName": "Ann", "LastName": "Lee"},
            (None, f"Tea {MARK}", "Tea"),
        ),
        (
            {"FirstName": "Ann", "LastName": "Lee", "Company": "Tea"},
            {"FirstName": "Ann", "LastName": None},
            {"FirstName": "Ann", "LastName": "Lee"},
            (None, "Ann", "Tea"),
        ),
        (
            {"LastName": "Lee", "Company": "Tea", "Email": "ann@tea.example.com"},
            {"Company": None},
            {"Company": "Tea"},
            (None, "Lee", f"tea.example.com {MARK}"),
        ),
    ],
    ids=["found", "one word", "company", "cleared", "shortened", "no company"],
)
def test_names_that_stand_in(
    run: Run,
    seed: Seed,
    records: Records,
    ids: Any,
    *,
    shown: dict[str, Any],
    new: dict[str, Any],
    old: dict[str, Any],
    after: tuple[str | None, ...],
) -> None:
    """A name somebody gave replaces one that stands in, and a cleared one is stood in for."""
    seed(lead("x", **shown))
    told = run(update("a", ids()[0], new, old))

    (made,) = records()
    assert "written" == told.kinds["a"]
    assert after == (made["FirstName"], made["LastName"], made["Company"])
    for value in told.outcomes["a"].returned.values():
        assert MARK not in str(value.value)


def test_a_first_name_that_a_person_added_stays(
    run: Run, seed: Seed, records: Records, ids: Any
) -> None:
    """A new company brings the text that stands in up to date, and nothing else."""
    seed(lead("x", FirstName="Ann", LastName=f"Tea {MARK}", Company="Tea"))
    run(update("a", ids()[0], {"Company": "Tea House"}, {"Company": "Tea"}))

    (made,) = records()
    assert ("Ann", f"Tea House {MARK}") == (made["FirstName"], made["LastName"])


# -- what is not there any more ---------------------------------------------------------------


def test_gone_leads_are_told(run: Run, seed: Seed, ids: Any, person: Any, records: Records) -> None:
    """Deleted, merged away, converted and unknown ones are gone; nothing is made in their place."""
    seed(*(lead(f"n{n}", City="X", Email=f"n{n}@example.com") for n in range(5)))
    listed = ids()
    person("delete", id=listed[0])
    person("merge", master=listed[1], other=listed[2])
    person("convert", id=listed[3])
    strangers = ["00Q000000000001EAA", "no id"]
    told = run(
        *(
            update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"})
            for n, i in enumerate([*listed, *strangers])
        )
    )

    kinds = dict.fromkeys(("n0", "n2", "n3", "n5", "n6"), "gone")
    assert {**kinds, "n1": "written", "n4": "written"} == told.kinds
    assert listed[3] == told.outcomes["n3"].record_id
    assert {"n1", "n4"} == set(told.doubted)
    assert 1 == len(records("Contact"))


@pytest.mark.parametrize("door", ["delete", "convert"])
@pytest.mark.parametrize("count", [1, 11])
def test_gone_between_reading_and_writing(
    run: Run, seed: Seed, ids: Any, meddling: Any, *, door: str, count: int
) -> None:
    """ENTITY_IS_DELETED and CANNOT_UPDATE_CONVERTED_LEAD: the record is looked up by the next run.

    Of few, Salesforce says first that somebody was faster; the next run finds out that they are gone.
    """
    seed(*(lead(f"n{n}", City="X") for n in range(count)))
    first = ids()[0]
    method = "update_unmodified" if count == 1 else "update"
    feed = [update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"}) for n, i in enumerate(ids())]
    told = run(*feed, meanwhile=meddling(method, door, id=first))

    assert ("held" if count == 1 else "gone", first) == (
        told.kinds["n0"],
        told.outcomes["n0"].record_id,
    )
    assert all(told.kinds[f"n{n}"] == "written" for n in range(1, count))
    assert "gone" == run(feed[0]).kinds["n0"]


def test_a_converted_lead_goes_on_as_its_contact(
    run: Run, seed: Seed, person: Any, ids: Any, records: Records
) -> None:
    """The contact's own fields are written, and read by the contact's rules."""
    seed(lead("lee", FirstName="Ann", Email="ann@example.com"))
    person("convert", id=ids()[0])
    (contact,) = ids("Contact")
    new, old = (
        {"MailingCity": "Ulm", "LastName": None, "FirstName": None},
        {
            "MailingCity": None,
            "FirstName": "Ann",
            "LastName": "Lee",
        },
    )
    told = run(update("a", contact, new, old, "contacts"))

    assert ("written", "Ulm") == (told.kinds["a"], told.outcomes["a"].returned["city"].value)
    assert told.outcomes["a"].returned["person"].blank
    (made,) = records("Contact")
    assert ("Ulm", f"example.com {MARK}") == (made["MailingCity"], made["LastName"])


def test_leads_and_contacts_of_one_plan(
    run: Run, seed: Seed, person: Any, ids: Any, records: Records, calls: Any
) -> None:
    """However they come: each object is read once, and both travel together."""
    seed(*(lead(f"n{n}", City="X", Email=f"n{n}@example.com") for n in range(24)))
    for record_id in ids()[:12]:
        person("convert", id=record_id)
    pairs = zip(ids()[12:], records("Contact"), strict=True)
    feed = []
    for n, (one, other) in enumerate(pairs):
        feed.append(update(f"l{n}", one, {"City": "Ulm"}, {"City": "X"}))
        old = {"MailingCity": other["MailingCity"]}
        feed.append(update(f"c{n}", other["Id"], {"MailingCity": "Ulm"}, old, "contacts"))
    calls()
    told = run(*feed)

    assert {"written"} == set(told.kinds.values())
    assert {"Ulm"} == {r["MailingCity"] for r in records("Contact")}
    made = calls()
    assert (1, 4) == (made.count("collections.update"), made.count("collections.read_many"))


# -- one record, one row ----------------------------------------------------------------------


def test_the_row_id_is_written_only_where_blank(
    run: Run, seed: Seed, records: Records, ids: Any
) -> None:
    """A linked lead keeps the id it has."""
    seed(lead("x", City="X"))
    (one,) = ids()
    run({**update("a", one, {"City": "Ulm"}, {"City": "X"}), "Outreach_Id__c": "rid-a"})
    run({**update("b", one, {"City": "Rom"}, {"City": "Ulm"}), "Outreach_Id__c": "rid-b"})

    assert [("Rom", "rid-a")] == [(r["City"], r["Outreach_Id__c"]) for r in records()]


def test_a_claim_alone_is_a_write(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """A matched record that differs in no field still gets the row's id, and that is confirmed."""
    seed(lead("x"))
    told = run({**update("a", ids()[0], {}, {}), "Outreach_Id__c": "rid-a"})

    assert ("written", "rid-a") == (told.kinds["a"], records()[0]["Outreach_Id__c"])


def test_a_row_id_that_another_lead_has(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """Two leads cannot be one row: a person has to look."""
    seed(lead("x"), lead("y", Outreach_Id__c="rid-a"))
    told = run({**update("a", ids()[0], {}, {}), "Outreach_Id__c": "rid-a"})

    outcome = told.outcomes["a"]
    assert ("rejected", "duplicate_value") == (outcome.kind, outcome.problem.code)


def test_two_rows_of_one_lead(run: Run, seed: Seed, records: Records, ids: Any) -> None:
    """The first is written, the second waits for the next plan; the short form of an id is the same."""
    seed(lead("x", City="X"))
    told = run(
        update("a", ids()[0], {"City": "Ulm"}, {"City": "X"}),
        update("b", ids()[0][:15], {"City": "Rom"}, {"City": "X"}),
    )

    assert ({"a": "written", "b": "held"}, "Ulm") == (told.kinds, records()[0]["City"])


# -- values that do not fit -------------------------------------------------------------------


def test_a_value_no_field_can_hold_costs_its_own_field(
    run: Run, seed: Seed, records: Records, ids: Any
) -> None:
    """The others are written; the field is skipped with its code and a sentence that names it."""
    seed(lead("x", Phone="1"))
    old = update("a", ids()[0], {"Phone": "2"}, {"Phone": "1"})
    new = create("b")
    for record in (old, new):
        record["_sync"]["problems"] = TOO_LONG
    told = run(old, new)

    assert {"a": "written", "b": "written"} == told.kinds
    assert "2" == records()[0]["Phone"]
    for outcome in told.outcomes.values():
        assert ({"city": "too_long"}, ("city",)) == (outcome.skipped, outcome.unfit)
        assert "City: The text is too long." == outcome.problem.message


def test_nothing_but_a_value_no_field_can_hold(
    run: Run, seed: Seed, records: Records, ids: Any
) -> None:
    """The intent is rejected in our words, and the record is claimed all the same."""
    seed(lead("x"))
    record = {**update("a", ids()[0], {"Phone": "1" * 41}, {}), "Outreach_Id__c": "rid-a"}
    told = run(record)

    assert ("rejected", "too_long") == (told.kinds["a"], told.outcomes["a"].problem.code)
    assert ("rid-a", None) == (records()[0]["Outreach_Id__c"], records()[0]["Phone"])
