"""Duplicate rules: what blocks is told with the record that is there, an alert is what the setting says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, lead, update

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
ANN = {"Email": "ann@example.com", "Phone": "+1 555 0100"}


def rule(action: str, *fields: str) -> dict[str, Any]:
    """The org's rules: leads that agree in these fields are duplicates."""
    return {
        "duplicate": [{"object": "Lead", "fields": list(fields or ("Email",)), "action": action}]
    }


@pytest.mark.parametrize("misspelled", [True, False])
def test_a_block_by_the_same_address_is_taken(
    run: Run, seed: Seed, records: Records, *, misspelled: bool
) -> None:
    """The lead that is there is named: the next run matches it by its address."""
    seed(
        lead("ann", **ANN),
        rules=rule("block"),
        switches={"salesforce.duplicate_result_misspelled": misspelled},
    )
    told = run(create("a", Email="ANN@example.com"), create("b", Email="bo@example.com"))

    assert {"a": "taken", "b": "written"} == told.kinds
    assert records()[0]["Id"] == told.outcomes["a"].record_id
    assert 2 == len(records())


def test_a_block_by_anything_else_is_rejected(run: Run, seed: Seed, records: Records) -> None:
    """Matching by e-mail would never find it, so a person is told; Salesforce's words name the record."""
    seed(lead("ann", **ANN), rules=rule("block", "Phone"))
    told = run(create("a", Email="bo@example.com", Phone=ANN["Phone"]))

    outcome = told.outcomes["a"]
    assert ("rejected", "duplicates_detected") == (outcome.kind, outcome.problem.code)
    assert "Merge or correct the records in Salesforce, or pause the row." == outcome.problem.remedy
    assert records()[0]["Id"] in outcome.vendor_message
    assert 1 == len(records())


def test_a_block_by_several_is_rejected(run: Run, seed: Seed, records: Records) -> None:
    """Which of them it is only a person can tell."""
    seed(lead("ann", **ANN), lead("anne", **ANN), rules=rule("block"))
    told = run(create("a", Email="ann@example.com"))

    assert ("rejected", 2) == (told.kinds["a"], len(records()))
    assert all(record["Id"] in told.outcomes["a"].vendor_message for record in records())


def test_one_of_several_with_our_address_is_taken(run: Run, seed: Seed, records: Records) -> None:
    """The rule found two by their phone, and one of them is ours by its address."""
    seed(lead("ann", **ANN), lead("bo", Phone=ANN["Phone"]), rules=rule("block", "Phone"))
    told = run(create("a", **ANN))

    assert ("taken", records()[0]["Id"]) == (told.kinds["a"], told.outcomes["a"].record_id)


@pytest.mark.parametrize(("setting", "kind"), [("save", "written"), ("reject", "taken")])
def test_an_alert_is_what_the_setting_says(
    run: Run, seed: Seed, records: Records, *, setting: str, kind: str
) -> None:
    """`save` goes on as a person does who reads the alert; `reject` takes it for a block."""
    seed(lead("ann", **ANN), rules=rule("alert"))
    told = run(create("a", Email="ann@example.com"), duplicate_alerts=setting)

    assert (kind, 2 if setting == "save" else 1) == (told.kinds["a"], len(records()))


def test_alerts_are_saved_unless_told_otherwise(run: Run, seed: Seed, records: Records) -> None:
    """The administrator lets people go on after an alert, and a person approved the row."""
    seed(lead("ann", **ANN), rules=rule("alert"))

    assert {"a": "written"} == run(create("a", Email="ann@example.com")).kinds


@pytest.mark.parametrize(("setting", "kind"), [("save", "written"), ("reject", "rejected")])
@pytest.mark.parametrize("count", [1, 11])
def test_an_alert_about_a_change(
    run: Run, seed: Seed, records: Records, *, setting: str, kind: str, count: int
) -> None:
    """The same for changes, one by one or many at once."""
    seed(lead("ann", **ANN), *(lead(f"n{n}") for n in range(count)), rules=rule("alert"))
    ids = [record["Id"] for record in records()[1:]]
    feed = [
        update(f"n{n}", i, {"Email": "ann@example.com" if n == 0 else f"n{n}@example.com"}, {})
        for n, i in enumerate(ids)
    ]
    told = run(*feed, duplicate_alerts=setting)

    assert kind == told.kinds["n0"]
    assert {"written"} >= {told.kinds[f"n{n}"] for n in range(1, count)}


def test_a_value_that_must_be_unique(run: Run, seed: Seed, records: Records) -> None:
    """A unique field of the org's own is no row of ours: a person is told, unless the address agrees."""
    code = {"object": "Lead", "name": "Code__c", "unique": True, "external_id": True}
    seed(
        lead("ann", Code__c="7", Email="ann@example.com"),
        lead("bo", Code__c="8", Email="bo@example.com"),
        custom_fields=[code],
    )
    feed = []
    for name, value, mail in (("a", "7", "ann@example.com"), ("b", "8", "cy@example.com")):
        record = create(name, Email=mail, Code__c=value)
        record["_sync"]["fields"]["code"] = ["Code__c"]
        feed.append(record)
    told = run(*feed)

    assert {"a": "taken", "b": "rejected"} == told.kinds
    assert "duplicate_value" == told.outcomes["b"].problem.code
    assert "Code__c" in told.outcomes["b"].vendor_message
