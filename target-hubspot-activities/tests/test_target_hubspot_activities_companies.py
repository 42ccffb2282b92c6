"""Companies: made once per host, renamed only while the name is ours, upserted by id or domain when plain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from outreach_core.errors import ConfigError, Fatal
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[[str], list[dict[str, Any]]]
HOST_KEY = {
    "name": "outreach_company_host",
    "label": "Outreach website",
    "type": "string",
    "fieldType": "text",
    "groupName": "companyinformation",
    "hasUniqueValue": True,
    "object": "companies",
}


def create(intent: str, **columns: Any) -> tuple[str, dict[str, Any]]:
    """A planned company of the host `<intent>.example.com`."""
    record = {"domain": f"{intent}.example.com", "name": intent.capitalize(), **columns}
    return ("companies", {**record, "_sync": {"intent_id": intent, "op": "create"}})


def rename(name: str, record_id: str, *, old: str, new: str) -> tuple[str, dict[str, Any]]:
    """A planned change of a company's name."""
    sync = {"intent_id": name, "op": "update", "record_id": record_id, "expected_name": old}
    return ("companies", {"domain": f"{name}.example.com", "name": new, "_sync": sync})


def company(record_id: int, **properties: str) -> dict[str, Any]:
    """A company of the seed."""
    return {"id": record_id, "properties": properties}


@pytest.fixture
def names(records: Records) -> Callable[[], dict[str, str]]:
    """The name of each company by its domain."""

    def look() -> dict[str, str]:
        found = [record["properties"] for record in records("companies")]
        return {shown["domain"]: shown.get("name", "") for shown in found}

    return look


# -- planned: made -----------------------------------------------------------------------------


def test_a_company_carries_its_host(run: Run, seed: Seed, records: Records) -> None:
    """The domain, the name and the key, in lower case; the ledger learns its id."""
    seed()
    told = run(create("blue", domain="Blue.Example.com"))

    (record,) = records("companies")
    shown = record["properties"]
    assert ("written", record["id"]) == (told.kinds["blue"], told.outcomes["blue"].record_id)
    assert ("blue.example.com", "Blue") == (shown["domain"], shown["name"])
    assert "blue.example.com" == shown["outreach_company_host"]
    assert ["doubt", "outcome"] == [what for what, _, _ in told.events]


@pytest.mark.parametrize("name", [None, ""])
def test_a_company_without_a_name_is_called_by_its_host(
    run: Run, seed: Seed, names: Any, name: Any
) -> None:
    """HubSpot would show an empty line."""
    seed()
    run(create("blue", name=name))

    assert {"blue.example.com": "blue.example.com"} == names()


def test_one_that_is_there_is_adopted(run: Run, seed: Seed, names: Any) -> None:
    """Whoever carries the host as key is the company; its name is not touched."""
    there = company(
        5, domain="blue.example.com", name="Old", outreach_company_host="blue.example.com"
    )
    seed(provisioned=False, companies=[there], custom_properties=[HOST_KEY])
    told = run(create("blue"), create("red"))

    assert {"blue": "adopted", "red": "written"} == told.kinds
    assert "5" == told.outcomes["blue"].record_id
    assert {"blue.example.com": "Old", "red.example.com": "Red"} == names()


def test_hundreds_each_get_their_own(
    run: Run, seed: Seed, sandbox: Running, records: Records
) -> None:
    """Answers come shuffled; each company is acknowledged with its own id."""
    seed()
    told = run(*(create(f"c{number}") for number in range(150)))

    ids = {record["id"]: record["properties"]["name"].lower() for record in records("companies")}
    assert {name: name for name in told.outcomes} == {
        name: ids[outcome.record_id or ""] for name, outcome in told.outcomes.items()
    }
    calls = [c for c in sandbox.control.calls() if c["operation"] == "objects.batch_create"]
    assert [100, 50] == [call["inputs"] for call in calls]


def test_a_refused_name_costs_nobody_else(run: Run, seed: Seed, names: Any) -> None:
    """The refusal names the property; our words hold no value."""
    seed()
    told = run(create("a"), create("b", name="x" * 65_537), create("c"))

    refused = told.outcomes["b"]
    assert {"a": "written", "b": "rejected", "c": "written"} == told.kinds
    assert ("value_too_long", "name") == (refused.problem.code, refused.problem.field)
    assert {"a.example.com", "c.example.com"} == set(names())


def test_an_unprovisioned_account_is_a_clear_error(run: Run, seed: Seed, sandbox: Running) -> None:
    """Without the unique property nothing is made: a lost answer could double it."""
    seed(provisioned=False)
    with pytest.raises(ConfigError, match="outreach provision hubspot"):
        run(create("a"))

    assert not [c for c in sandbox.control.calls() if c["operation"] == "objects.batch_create"]


def test_a_property_that_is_not_unique_is_a_clear_error(run: Run, seed: Seed) -> None:
    """Somebody else's property of that name keeps nothing from being made twice."""
    plain = {**HOST_KEY, "hasUniqueValue": False}
    seed(provisioned=False, custom_properties=[plain])

    with pytest.raises(ConfigError, match="`outreach_company_host` is not unique"):
        run(create("a"))


# -- planned: renamed --------------------------------------------------------------------------


def test_renaming_by_the_cases_of_its_table(run: Run, seed: Seed, names: Any) -> None:
    """(1) gone; (2) named so already; (3) renamed by a person, so left for good; (4) ours."""
    seed(
        companies=[
            company(2, domain="b.example.com", name="New"),
            company(3, domain="c.example.com", name="A person's"),
            company(4, domain="d.example.com", name="Old"),
        ]
    )
    told = run(
        *(rename(name, id_, old="Old", new="New") for name, id_ in zip("abcd", "1234", strict=True))
    )

    assert {"a": "gone", "b": "written", "c": "written", "d": "written"} == told.kinds
    skipped = {name: dict(outcome.skipped) for name, outcome in told.outcomes.items()}
    assert {"a": {"company": "gone"}, "b": {}, "c": {"name": "moved"}, "d": {}} == skipped
    assert {
        "b.example.com": "New",
        "c.example.com": "A person's",
        "d.example.com": "New",
    } == names()
    assert ["d"] == told.doubted


@pytest.mark.parametrize("vanish", [False, True], ids=["named", "left out"])
def test_deleted_between_reading_and_renaming(
    run: Run, seed: Seed, sandbox: Running, vanish: bool
) -> None:
    """HubSpot names the missing id, or leaves it out of a 200: never called written."""
    seed(companies=[company(4, domain="d.example.com", name="Old")])
    body: dict[str, Any] = {"status": "COMPLETE", "results": [], "errors": []}
    missing = {"category": "OBJECT_NOT_FOUND", "message": "gone", "context": {"ids": ["4"]}}
    if not vanish:
        body["errors"] = [missing]
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_update", "status": 207, "body": body}
    )
    told = run(rename("d", "4", old="Old", new="New"))

    assert {"d": "unknown" if vanish else "gone"} == told.kinds


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"kind": "after", "reset": True}, "unknown"),
        ({"status": 503}, "unknown"),
        ({"status": 477}, "held"),
        ({"status": 423}, "written"),
        ({"status": 401}, "written"),
    ],
    ids=["lost", "503", "moving", "locked", "401"],
)
def test_renaming_when_something_goes_wrong(
    run: Run, seed: Seed, sandbox: Running, fault: dict[str, Any], kind: str
) -> None:
    """Said again, it is settled: the name is read before it is written."""
    seed(companies=[company(4, domain="d.example.com", name="Old")])
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_update", **fault}
    )
    first = run(rename("d", "4", old="Old", new="New"))
    again = run(rename("d", "4", old="Old", new="New"))

    assert ({"d": kind}, {"d": "written"}) == (first.kinds, again.kinds)


def test_names_that_cannot_be_read_are_held_and_new_ones_are_kept(
    run: Run, seed: Seed, sandbox: Running, names: Any
) -> None:
    """What was made before HubSpot went away is acknowledged."""
    seed(companies=[company(4, domain="d.example.com", name="Old")])
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_read", "status": 503, "times": 99}
    )
    told = run(create("a"), rename("d", "4", old="Old", new="New"))

    assert {"a": "written", "d": "held"} == told.kinds
    assert {"a.example.com": "A", "d.example.com": "Old"} == names()


def test_a_revoked_app_stops_a_renaming(run: Run, seed: Seed, sandbox: Running) -> None:
    """It is held, and the program says what to do instead of ending as if all were well."""
    seed(companies=[company(4, domain="d.example.com", name="Old")])
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "objects.batch_update", "status": 401, "times": 9}
    )

    with pytest.raises(ConfigError, match="does not accept the access token"):
        run(rename("d", "4", old="Old", new="New"))


def test_a_refused_new_name_costs_nobody_else(run: Run, seed: Seed, names: Any) -> None:
    """The others are renamed."""
    seed(companies=[company(n, domain=f"{n}.example.com", name="Old") for n in (4, 5)])
    told = run(
        rename("a", "4", old="Old", new="x" * 65_537), rename("b", "5", old="Old", new="New")
    )

    assert {"a": "rejected", "b": "written"} == told.kinds
    assert {"4.example.com": "Old", "5.example.com": "New"} == names()


def test_no_company_is_ever_deleted(run: Run, seed: Seed, sandbox: Running) -> None:
    """No call of a run with every kind of outcome archives or deletes."""
    seed(companies=[company(4, domain="d.example.com", name="Old")])
    run(create("a"), rename("b", "9", old="x", new="y"), rename("d", "4", old="Old", new="New"))

    operations = {call["operation"] for call in sandbox.control.calls()}
    assert not [name for name in operations if "archive" in name or "delete" in name]


# -- plain -------------------------------------------------------------------------------------


def test_plain_companies_are_upserted(run: Run, seed: Seed, names: Any) -> None:
    """(1) by id; (2) by domain, a person's too; (4) else made. Said twice, nothing is doubled."""
    seed(
        companies=[
            company(1, domain="one.example.com", name="One"),
            company(2, domain="two.example.com", name="Two"),
        ]
    )
    said = [
        ("companies", {"id": "1", "city": "Ulm"}),
        ("companies", {"domain": "Two.example.com", "name": "Zwei"}),
        ("companies", {"domain": "three.example.com"}),
    ]
    run(*said, ledger=False)
    run(*said, ledger=False)

    assert {
        "one.example.com": "One",
        "two.example.com": "Zwei",
        "three.example.com": "three.example.com",
    } == names()


def test_a_company_made_a_moment_ago_is_found(run: Run, seed: Seed, names: Any) -> None:
    """The search index lags; the key is read from the store."""
    seed()
    run(("companies", {"domain": "a.example.com"}), ledger=False)
    run(("companies", {"domain": "a.example.com", "name": "A"}), ledger=False)

    assert {"a.example.com": "A"} == names()


def test_a_domain_that_several_have(
    run: Run, seed: Seed, rejected: Any, names: Any, records: Records
) -> None:
    """(3) Nobody is chosen, and the others are written."""
    seed(companies=[company(n, domain="a.example.com", name="A") for n in (1, 2)])
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run(
            ("companies", {"domain": "a.example.com", "name": "B"}),
            ("companies", {"domain": "c.example.com"}),
            ledger=False,
        )

    assert ["ambiguous"] == [line["reason"]["code"] for line in rejected()]
    assert {"a.example.com": "A", "c.example.com": "c.example.com"} == names()
    assert 3 == len(records("companies"))


@pytest.mark.parametrize(
    "record",
    [
        {"name": "Nobody"},
        {"domain": "", "name": "x"},
        {"domain": "not a host"},
        {"domain": "a@b.example.com"},
    ],
    ids=["no key", "blank", "no host", "an address"],
)
def test_a_company_without_a_key_is_kept(
    run: Run, seed: Seed, rejected: Any, names: Any, record: dict[str, Any]
) -> None:
    """It would be another one every time it is said."""
    seed()
    with pytest.raises(Fatal):
        run(("companies", record), ("companies", {"domain": "c.example.com"}), ledger=False)

    assert [record] == [line["record"] for line in rejected()]
    assert ["c.example.com"] == list(names())


@pytest.mark.parametrize(
    "typed", ["https://www.Blue.example.com/tea?x=1", "www.blue.example.com", " BLUE.example.com "]
)
def test_a_web_address_leads_to_its_host(run: Run, seed: Seed, names: Any, typed: str) -> None:
    """However it was typed, it is one company."""
    seed()
    run(("companies", {"domain": "blue.example.com", "name": "Blue"}), ledger=False)
    run(("companies", {"domain": typed, "name": "Bleu"}), ledger=False)

    assert {"blue.example.com": "Bleu"} == names()


def test_one_domain_twice_in_a_batch(run: Run, seed: Seed, records: Records) -> None:
    """The later one is written later; what only the earlier one says stays."""
    seed()
    run(
        ("companies", {"domain": "a.example.com", "name": "First", "city": "Ulm"}),
        ("companies", {"domain": "A.example.com", "name": "Last"}),
        ledger=False,
    )

    (record,) = records("companies")
    assert ("Last", "Ulm") == (record["properties"]["name"], record["properties"]["city"])


def test_a_blank_changes_nothing(run: Run, seed: Seed, records: Records) -> None:
    """An empty column of a CSV does not clear what HubSpot has."""
    seed(companies=[company(1, domain="a.example.com", name="A", city="Ulm")])
    run(("companies", {"domain": "a.example.com", "name": "", "city": None}), ledger=False)

    (record,) = records("companies")
    assert ("A", "Ulm") == (record["properties"]["name"], record["properties"]["city"])


def test_one_bad_company_of_many(run: Run, seed: Seed, rejected: Any, names: Any) -> None:
    """A refused value, an unknown id and another's key cost nobody else their write."""
    taken = {"domain": "t.example.com", "outreach_company_host": "t.example.com"}
    seed(
        provisioned=False,
        companies=[company(1, domain="a.example.com"), company(2, **taken)],
        custom_properties=[HOST_KEY],
    )
    bad = [
        {"domain": "b.example.com", "name": "x" * 65_537},
        {"id": "99", "name": "Nobody"},
        {"id": "1", "outreach_company_host": "t.example.com"},
    ]
    good = [{"domain": f"g{n}.example.com", "name": str(n)} for n in range(30)]
    with pytest.raises(Fatal, match="refused 3 of the records"):
        run(*(("companies", one) for one in [*good[:9], *bad, *good[9:]]), ledger=False)

    assert 30 == len([name for name in names() if name.startswith("g")])
    kept = {line["reason"]["code"]: line["record"] for line in rejected()}
    assert {"refused": bad[0], "not_found": bad[1], "conflict": bad[2]} == kept


def test_an_id_that_vanishes_from_a_200(run: Run, seed: Seed, rejected: Any, names: Any) -> None:
    """HubSpot leaves out what it does not know: not mentioned is not written."""
    known = company(1, domain="a.example.com")
    seed(companies=[known], switches={"hubspot.missing_ids_vanish": True})
    with pytest.raises(Fatal, match="refused 1 of the records"):
        run(
            ("companies", {"id": "99", "name": "Nobody"}),
            ("companies", {"id": "1", "name": "A"}),
            ledger=False,
        )

    assert ["not_confirmed"] == [line["reason"]["code"] for line in rejected()]
    assert {"a.example.com": "A"} == names()


def test_an_unknown_column_is_a_clear_error(run: Run, seed: Seed, sandbox: Running) -> None:
    """A column that is no property stops the target before anything is written."""
    seed()
    with pytest.raises(ConfigError, match="company property `favourite_colour`"):
        run(("companies", {"domain": "a.example.com", "favourite_colour": "red"}), ledger=False)

    assert not [c for c in sandbox.control.calls() if "batch" in c["operation"]]
