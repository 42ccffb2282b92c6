"""Planned leads that are new: one outcome per intent, each made once, required names filled and marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, deal, lead, mail
from outreach_core.errors import ConfigError
from outreach_core.mapping.stand_ins import MARK

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]


def test_a_create_carries_the_row_id(run: Run, seed: Seed, records: Records) -> None:
    """It is acknowledged with what Salesforce shows, and marked as made by us."""
    seed()
    told = run(
        create("a", Email="Ann@Example.com", FirstName="Ann", LastName="Lee", Responded__c="true")
    )

    (made,) = records()
    outcome = told.outcomes["a"]
    assert ("written", made["Id"]) == (outcome.kind, outcome.record_id)
    assert {
        "business": "A",
        "email": "ann@example.com",
        "person": "Ann Lee",
        "responded": "true",
    } == {
        name: value.key if name == "email" else value.value
        for name, value in outcome.returned.items()
    }
    assert ["Ann", "Lee"] == outcome.returned["person"].raw
    assert ("rid-a", True) == (made["Outreach_Id__c"], made["Outreach_Sync_Created__c"])
    assert ["a"] == told.doubted


def test_values_arrive_in_their_types(run: Run, seed: Seed, records: Records) -> None:
    """Texts of the mapper become numbers, flags and moments; blanks are left to the org's defaults."""
    seed()
    told = run(
        create(
            "a",
            Score__c="12.5",
            Responded__c="false",
            Outreach_Last_Contacted__c="2026-11-20T09:15:42Z",
            Status="Working - Contacted",
            Grade__c="A",
            Phone=None,
        )
    )

    (made,) = records()
    assert (12.5, False, "A") == (made["Score__c"], made["Responded__c"], made["Grade__c"])
    assert "2026-11-20T09:15:42.000+0000" == made["Outreach_Last_Contacted__c"]
    returned = told.outcomes["a"].returned
    assert ("12.5", "2026-11-20T09:15:42Z") == (
        returned["score"].value,
        returned["last_sent"].value,
    )
    assert returned["phone"].blank


def test_what_is_stored_is_acknowledged(
    run: Run, seed: Seed, records: Records, person: Any, sandbox: Any
) -> None:
    """A trigger that reformats a phone number is no edit of anybody's in the next run."""
    seed()

    def reformat(target: Any) -> None:
        read = target.client.read

        def reading(*args: Any) -> Any:
            (made,) = records()
            person("edit", id=made["Id"], values={"Phone": "(555) 0100"})
            return read(*args)

        target.client.read = reading

    told = run(create("a", Phone="+1 555 0100"), meanwhile=reformat)

    assert ("written", "(555) 0100") == (told.kinds["a"], told.outcomes["a"].returned["phone"].raw)


@pytest.mark.parametrize(
    ("values", "shown", "name"),
    [
        ({}, (None, f"A {MARK}", "A"), None),
        ({"FirstName": None, "LastName": None}, (None, f"A {MARK}", "A"), "blank"),
        ({"FirstName": "Ann", "LastName": None}, (None, "Ann", "A"), "Ann"),
        ({"FirstName": "Ann", "LastName": "Lee"}, ("Ann", "Lee", "A"), "Ann Lee"),
        (
            {"Company": "B" * 200},
            (None, f"{'B' * 63}… {MARK}", "B" * 200),
            None,
        ),
        (
            {"Company": None, "Email": "ann@bluefinch.example.com"},
            (None, f"bluefinch.example.com {MARK}", f"bluefinch.example.com {MARK}"),
            None,
        ),
        (
            {
                "Company": None,
                "Website": "https://www.Tea.example.com:80/x",
                "Email": "a@example.com",
            },
            (None, f"tea.example.com {MARK}", f"tea.example.com {MARK}"),
            None,
        ),
        ({"Company": None}, (None, MARK, MARK), None),
    ],
    ids=["none", "blank", "one word", "two", "long", "e-mail", "website", "nothing"],
)
def test_required_names(
    run: Run,
    seed: Seed,
    records: Records,
    *,
    values: dict[str, Any],
    shown: tuple[str | None, ...],
    name: str | None,
) -> None:
    """A lead needs a last name and a company; what is made up is marked and never told as anybody's."""
    seed()
    told = run(create("a", **values))

    (made,) = records()
    outcome = told.outcomes["a"]
    assert "written" == outcome.kind
    assert shown == (made["FirstName"], made["LastName"], made["Company"])
    assert (name is not None) == ("person" in outcome.returned)
    if name == "blank":
        assert outcome.returned["person"].blank
    elif name:
        assert name == outcome.returned["person"].value
    if values.get("Company", "A") is None:
        assert outcome.returned["business"].blank


def test_a_long_city_stands_whole_in_the_street(run: Run, seed: Seed, records: Records) -> None:
    """`max_length` and `overflow_to`: what was cut reads back whole."""
    seed()
    place = "Taksim Square, Beyoglu, Istanbul, Republic of Turkey"
    short = f"{place[:39].rstrip()}…"
    told = run(create("a", City=short, Street=place))

    (made,) = records()
    assert (short, place) == (made["City"], made["Street"])
    assert place == told.outcomes["a"].returned["city"].value


def test_thousands_are_written_in_collections_of_200(
    run: Run, seed: Seed, sandbox: Any, records: Records
) -> None:
    """Each gets its own record; one call reads all of them back."""
    seed()
    told = run(*(create(f"n{n}", Email=f"a{n}@example.com") for n in range(450)))

    made = [c for c in sandbox.control.calls() if c["operation"] == "collections.create"]
    assert [200, 200, 50] == [call["inputs"] for call in made]
    mails = {record["Id"]: record["Email"] for record in records()}
    assert {f"n{n}": f"a{n}@example.com" for n in range(450)} == {
        name: mails[outcome.record_id] for name, outcome in told.outcomes.items()
    }
    reads = [c for c in sandbox.control.calls() if c["operation"] == "collections.read_many"]
    assert [450] == [call["inputs"] for call in reads]


def test_a_thousand_leads_with_an_email_each_cost_a_dozen_calls(
    run: Run, seed: Seed, calls: Any
) -> None:
    """Five collections of leads, one read, five of tasks, and one look at the org."""
    seed()
    people = [create(f"n{n}", Email=f"a{n}@example.com") for n in range(1000)]
    mails = [mail(f"m{n}", rid=f"rid-n{n}") for n in range(1000)]
    told = run(*people, "state", *mails)

    assert {"written"} == set(told.kinds.values())
    made = calls()
    assert 12 == len(made)
    assert 10 == made.count("collections.create")


def test_one_email_or_row_id_twice_in_a_plan(run: Run, seed: Seed, records: Records) -> None:
    """The first is made, the others are held for the next plan."""
    seed()
    twice = create("d", Email="d@example.com")
    twice["_sync"]["rid"] = twice["Outreach_Id__c"] = "RID-A"
    told = run(
        create("a", Email="a@example.com"),
        create("b", Email=" A@Example.com"),
        create("c"),
        twice,
    )

    assert {"a": "written", "b": "held", "c": "written", "d": "held"} == told.kinds
    assert 2 == len(records())


def test_our_own_lead_is_adopted(run: Run, seed: Seed, records: Records) -> None:
    """Whoever carries the row's id is ours, whatever a person made of it; nothing of it is touched."""
    seed(lead("edited", Outreach_Id__c="rid-a", City="Bonn"))
    told = run(create("a", City="Ulm"), create("b"))

    assert {"a": "adopted", "b": "written"} == told.kinds
    first = records()[0]
    assert (first["Id"], "Bonn") == (told.outcomes["a"].record_id, first["City"])


def test_our_own_lead_is_adopted_once_converted(
    run: Run, seed: Seed, records: Records, person: Any
) -> None:
    """The next run's look-up follows it to the contact."""
    seed(lead("old", Outreach_Id__c="rid-a"))
    (old,) = records()
    person("convert", id=old["Id"])

    told = run(create("a"))

    assert ("adopted", old["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)


def test_nothing_is_ever_deleted_or_converted(run: Run, seed: Seed, calls: Any) -> None:
    """No call of a run with every kind of outcome could."""
    seed(lead("a", Outreach_Id__c="rid-x"))
    run(create("x"), create("y", Email="bad"), mail("m", rid="rid-x"), deal("d", rid="rid-x"))

    assert not [name for name in calls() if "delete" in name or "convert" in name]


def test_no_rule_file_is_a_clear_error(run: Run, seed: Seed, config: Any) -> None:
    """Planned records cannot be read back without one."""
    seed()
    del config["rules_file"]

    with pytest.raises(ConfigError, match="rules_file"):
        run(create("a"))
