"""Planned contacts: one outcome per intent, nothing overwritten, nothing made twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
People = Callable[[], dict[str, dict[str, str]]]
PLACES = {"person": ["firstname", "lastname"]}


def envelope(op: str, name: str, properties: dict[str, Any], expected: Any) -> dict[str, Any]:
    """The `_sync` of a record."""
    mapped = set(properties) - {"outreach_row_id"}
    places = {p: [p] for p in mapped if p not in PLACES["person"]}
    if mapped & set(PLACES["person"]):
        places |= PLACES
    return {
        "intent_id": name, "op": op, "rid": f"rid-{name}", "expected": expected, "fields": places
    }  # fmt: skip


def create(name: str, **properties: Any) -> dict[str, Any]:
    """A planned create; its row id is `rid-<name>`."""
    return {
        "id": None,
        "outreach_row_id": f"rid-{name}",
        **properties,
        "_sync": envelope("create", name, properties, {}),
    }


def update(name: str, record_id: str, new: dict[str, Any], expected: Any) -> dict[str, Any]:
    """A planned update."""
    return {"id": record_id, **new, "_sync": envelope("update", name, new, expected)}


def contact(record_id: int, **properties: str) -> dict[str, Any]:
    """A contact of the seed."""
    return {"id": record_id, "properties": properties}


def test_creates_carry_the_row_id(run: Run, seed: Seed, people: People) -> None:
    """A create is acknowledged with what HubSpot shows, and marked as made by us."""
    seed()
    told = run(create("a", email="Ann@Example.com", city="Ulm", firstname="Ann", lastname=None))

    ((record_id, shown),) = people().items()
    outcome = told.outcomes["a"]
    assert (outcome.kind, outcome.record_id) == ("written", record_id)
    assert outcome.returned["email"].raw == "ann@example.com"
    assert outcome.returned["person"].value == "Ann"
    assert (shown["outreach_row_id"], shown["outreach_sync_created"]) == ("rid-a", "true")
    assert told.doubted == ["a"]


def test_hundreds_are_written_in_batches(
    run: Run, seed: Seed, sandbox: Running, people: People
) -> None:
    """A hundred creates are one call, and each gets its own record."""
    seed()
    told = run(*(create(str(n), email=f"a{n}@example.com") for n in range(250)))

    shown = people()
    calls = [c for c in sandbox.control.calls() if c["operation"] == "objects.batch_create"]
    assert [call["inputs"] for call in calls] == [100, 100, 50]
    assert all(shown[o.record_id]["email"] == f"a{n}@example.com" for n, o in told.outcomes.items())
    assert len(told.outcomes) == 250


@pytest.mark.parametrize(
    "fault",
    [{"reset": True}, {"truncate": True}, {"status": 503}],
    ids=["reset", "truncated", "503"],
)
def test_lost_answer_never_creates_twice(
    run: Run, seed: Seed, sandbox: Running, people: People, fault: dict[str, Any]
) -> None:
    """What was created behind a lost answer stays in doubt, and is adopted when planned again."""
    seed()
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_create", "kind": "after", **fault}
    )
    first = run(create("a", email="a@example.com"))
    again = run(create("a", email="a@example.com"))

    assert (first.kinds, again.kinds) == ({"a": "unknown"}, {"a": "adopted"})
    assert [again.outcomes["a"].record_id] == list(people())


@pytest.mark.parametrize("status", [429, 423])
def test_limits_are_waited_for(run: Run, seed: Seed, sandbox: Running, status: int) -> None:
    """A refusal that says nothing was done is tried again in the same run."""
    seed()
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_create", "status": status}
    )

    assert run(create("a", email="a@example.com")).kinds == {"a": "written"}


def test_taken_email_names_its_owner(run: Run, seed: Seed) -> None:
    """Another contact's e-mail is not overwritten; the contact is named."""
    seed(contact(7, email="a@example.com"))
    told = run(create("a", email="A@example.com"), create("b", email="b@example.com"))

    assert told.kinds == {"a": "taken", "b": "written"}
    assert told.outcomes["a"].record_id == "7"


def test_same_email_twice_in_a_plan(run: Run, seed: Seed) -> None:
    """The first is made, the second is held for the next plan."""
    seed()
    told = run(create("a", email="a@example.com"), create("b", email=" A@Example.com"))

    assert told.kinds == {"a": "written", "b": "held"}


def test_refused_value_costs_nobody_else(run: Run, seed: Seed) -> None:
    """The refusal is kept in our words and in HubSpot's; ours hold no value."""
    seed()
    told = run(create("a", email="not an address"), create("b", email="b@example.com"))

    refused = told.outcomes["a"]
    assert told.kinds == {"a": "rejected", "b": "written"}
    assert (refused.problem.code, refused.problem.field) == ("invalid_email", "email")
    assert "not an address" not in refused.problem.message
    assert "not an address" in refused.vendor_message


def test_update_sends_only_what_differs(
    run: Run, seed: Seed, sandbox: Running, people: People
) -> None:
    """A field that shows the new value already is not sent, and is acknowledged all the same."""
    seed(contact(7, email="a@example.com", city="Bonn", phone="1", firstname="Ann", lastname="Lee"))
    new = {"city": "Ulm", "phone": "1", "firstname": "Ann", "lastname": "Poe"}
    old = {"city": "Bonn", "phone": "0", "firstname": "Ann", "lastname": "Lee"}
    told = run(update("a", "7", new, old))

    outcome = told.outcomes["a"]
    assert {name: value.value for name, value in outcome.returned.items()} == {
        "city": "Ulm", "phone": "1", "person": "Ann Poe"
    }  # fmt: skip
    assert people()["7"]["lastname"] == "Poe"


def test_moved_field_is_left_alone(run: Run, seed: Seed, people: People) -> None:
    """What a person changed after the plan stays; the rest is written; all moved is held."""
    seed(
        contact(7, email="a@example.com", city="Bonn", phone="1"),
        contact(8, email="b@example.com", city="X"),
    )
    told = run(
        update("a", "7", {"city": "Ulm", "phone": "2"}, {"city": "Bonn", "phone": "old"}),
        update("b", "8", {"city": "Ulm"}, {"city": "Bonn"}),
    )

    assert told.kinds == {"a": "written", "b": "held"}
    assert dict(told.outcomes["a"].skipped) == {"phone": "moved"}
    assert (people()["7"]["city"], people()["7"]["phone"], people()["8"]["city"]) == (
        "Ulm",
        "1",
        "X",
    )


def test_clearing_reads_back_blank(run: Run, seed: Seed, people: People) -> None:
    """A blank clears the property; what is acknowledged is blank."""
    seed(contact(7, email="a@example.com", city="Bonn"))
    told = run(update("a", "7", {"city": None}, {"city": "Bonn"}))

    assert told.outcomes["a"].returned["city"].blank
    assert people()["7"]["city"] == ""


@pytest.mark.parametrize("vanish", [False, True], ids=["named", "left out"])
def test_gone_records_are_told(run: Run, seed: Seed, sandbox: Running, vanish: bool) -> None:
    """Deleted, merged away and unknown ids are gone; nothing is made in their place."""
    contacts = (contact(n, email=f"a{n}@example.com", city="X") for n in range(1, 5))
    seed(*contacts, switches={"hubspot.missing_ids_vanish": vanish})
    sandbox.control.people("hubspot", "delete", id="1")
    sandbox.control.people("hubspot", "merge", primary="2", other="3")
    told = run(*(update(n, n, {"city": "Ulm"}, {"city": "X"}) for n in ("1", "2", "4", "99")))

    assert told.kinds == {"1": "gone", "2": "gone", "4": "written", "99": "gone"}


def test_merged_between_read_and_write(run: Run, seed: Seed, sandbox: Running) -> None:
    """An update that HubSpot leaves out without a word is not called written."""
    seed(contact(7, email="a@example.com", city="X"), contact(8, email="b@example.com"))
    body = {"status": "COMPLETE", "results": []}
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_update", "status": 200, "body": body}
    )

    assert run(update("a", "7", {"city": "Ulm"}, {"city": "X"})).kinds == {"a": "held"}


def test_empty_answer_to_a_create_is_looked_up(run: Run, seed: Seed, sandbox: Running) -> None:
    """A 2xx with nothing in it: the store decides whether the contact was made."""
    seed()
    body = {"status": "COMPLETE", "results": [], "errors": []}
    fault = {"vendor": "hubspot", "operation": "objects.batch_create", "status": 201, "body": body}
    sandbox.control.queue_faults(fault)
    nothing = run(create("a", email="a@example.com"))
    sandbox.control.queue_faults({**fault, "kind": "after"})
    made = run(create("b", email="b@example.com"))

    assert (nothing.kinds, made.kinds) == ({"a": "held"}, {"b": "adopted"})


def test_row_id_is_written_only_where_blank(run: Run, seed: Seed, people: People) -> None:
    """A linked contact keeps the id it has."""
    seed(contact(7, email="a@example.com", city="X"), contact(8, email="b@example.com", city="X"))
    first = update("a", "7", {"city": "Ulm", "outreach_row_id": "rid-a"}, {"city": "X"})
    run(first)
    run(update("b", "7", {"city": "Rom", "outreach_row_id": "rid-b"}, {"city": "Ulm"}))

    assert (people()["7"]["city"], people()["7"]["outreach_row_id"]) == ("Rom", "rid-a")


def test_unreachable_vendor_holds_everything(run: Run, seed: Seed, sandbox: Running) -> None:
    """Nothing is lost and nothing fails: the next run plans again."""
    seed(contact(7, email="a@example.com", city="X"))
    told_before = run(create("z", email="z@example.com"))
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.*", "status": 429, "times": 99}
    )
    told = run(create("a", email="x@example.com"), update("b", "7", {"city": "U"}, {"city": "X"}))

    assert told_before.kinds == {"z": "written"}
    assert told.kinds == {"a": "held", "b": "held"}


def test_account_without_row_id_is_a_clear_error(run: Run, sandbox: Running) -> None:
    """Before the first write, an account that is not provisioned stops the target."""
    sandbox.control.reset({"hubspot": {}})

    with pytest.raises(ConfigError, match="outreach provision hubspot"):
        run(create("a", email="a@example.com"))


def test_nothing_is_ever_deleted(run: Run, seed: Seed, sandbox: Running) -> None:
    """No call of a run with every kind of outcome archives or deletes."""
    seed(contact(7, email="a@example.com", city="X"))
    run(
        create("a", email="bad"),
        create("b", email="a@example.com"),
        update("c", "7", {"city": ""}, {"city": "X"}),
    )

    operations = {call["operation"] for call in sandbox.control.calls()}
    assert not [name for name in operations if "archive" in name or "delete" in name]


TOO_LONG = {"city": {"code": "too_long", "message": "The text is too long.", "remedy": "Shorten."}}


def leaving_out_the_city(record: dict[str, Any]) -> dict[str, Any]:
    """A record whose city the mapper left out."""
    return {**record, "_sync": {**record["_sync"], "problems": TOO_LONG}}


def test_a_value_no_property_can_hold_costs_its_own_field(
    run: Run, seed: Seed, people: People
) -> None:
    """The others are written; the field is skipped with its code and a sentence that names it."""
    seed(contact(11, email="ann@example.com", phone="1"))
    old = update("a", "11", {"phone": "2"}, {"phone": "1"})
    new = create("b", email="bo@example.com")

    told = run(leaving_out_the_city(old), leaving_out_the_city(new))

    assert {"a": "written", "b": "written"} == told.kinds
    assert "2" == people()["11"]["phone"]
    for outcome in told.outcomes.values():
        assert ({"city": "too_long"}, ("city",)) == (outcome.skipped, outcome.unfit)
        assert "City: The text is too long." == outcome.problem.message


def test_nothing_but_a_value_no_property_can_hold(run: Run, seed: Seed, people: People) -> None:
    """The intent is rejected in our words, and the record is claimed all the same."""
    seed(contact(11, email="ann@example.com"))
    record = {**update("a", "11", {}, {}), "outreach_row_id": "rid-a"}

    told = run(leaving_out_the_city(record))

    assert ("rejected", "too_long") == (told.kinds["a"], told.outcomes["a"].problem.code)
    assert "rid-a" == people()["11"]["outreach_row_id"]


def test_a_claim_alone_is_a_write(run: Run, seed: Seed, people: People) -> None:
    """A matched record that differs in no field still gets the row's id, and that is confirmed."""
    seed(contact(11, email="ann@example.com"))

    told = run({**update("a", "11", {}, {}), "outreach_row_id": "rid-a"})

    assert ("written", "rid-a") == (told.kinds["a"], people()["11"]["outreach_row_id"])


# -- with a company ----------------------------------------------------------------------------

HOST = "x.example.com"
COMPANY = {"companies": [{"id": 9, "properties": {"domain": HOST}}]}


def in_company(name: str, **properties: Any) -> dict[str, Any]:
    """A planned create of somebody whose website has a company."""
    record = create(name, email=f"{name}@example.com", **properties)
    sync = {**record["_sync"], "company": HOST, "company_key": f"key-{name}"}
    return {**record, "_sync": sync}


def companies_of(records: Any) -> dict[str, set[tuple[str, int]]]:
    """The companies of each contact by address, with the types of association."""
    return {
        r["properties"]["email"]: {(end["id"], end["type"]) for end in r["associations"]}
        for r in records("contacts")
    }


def test_a_new_contact_is_in_its_company_from_the_start(
    run: Run, seed: Seed, records: Any, sandbox: Running
) -> None:
    """By the type without a label (279) alone, with the same call; the ledger hears that it was told."""
    seed(**COMPANY, switches={"hubspot.first_company_is_primary": False})
    told = run(in_company("a"), create("b", email="b@example.com"), companies={HOST: "9"})

    assert {"a": ("key-a",), "b": ()} == {n: o.effects for n, o in told.outcomes.items()}
    found = companies_of(records)
    assert {"a@example.com": {("9", 279)}, "b@example.com": set()} == found
    assert not [c for c in sandbox.control.calls() if c["operation"].startswith("associations")]


def test_a_company_that_is_not_acknowledged_keeps_nobody_waiting(
    run: Run, seed: Seed, records: Any
) -> None:
    """The contact is made without it; nothing is called told."""
    seed(**COMPANY)
    told = run(in_company("a"))

    assert ("written", ()) == (told.kinds["a"], told.outcomes["a"].effects)
    assert {"a@example.com": set()} == companies_of(records)


@pytest.mark.parametrize("how", ["deleted", "merged"])
def test_a_company_that_is_gone_is_named(run: Run, seed: Seed, sandbox: Running, how: str) -> None:
    """It is to be forgotten and the contact planned anew; a refused value is not mistaken for it."""
    other = {"id": 8, "properties": {"domain": "y.example.com"}}
    seed(companies=[*COMPANY["companies"], other], switches={"hubspot.merged_ids_associate": False})
    if how == "deleted":
        sandbox.control.people("hubspot", "delete", object="companies", id="9")
    else:
        sandbox.control.people("hubspot", "merge", object="companies", primary="8", other="9")
    bad = in_company("bad")
    bad["email"] = "not an address"
    told = run(in_company("a"), bad, create("b", email="b@example.com"), companies={HOST: "9"})

    gone = told.outcomes["a"]
    assert {"a": "gone", "bad": "rejected", "b": "written"} == told.kinds
    assert ("9", {"company": "gone"}) == (gone.record_id, dict(gone.skipped))


def test_a_conflict_that_cannot_be_looked_into_is_no_refusal(
    run: Run, seed: Seed, sandbox: Running
) -> None:
    """It may be our own record behind a lost answer: it stays in doubt."""
    seed(contact(7, email="a@example.com"))
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_read", "status": 503, "times": 99}
    )

    assert {"a": "unknown"} == run(create("a", email="a@example.com")).kinds
