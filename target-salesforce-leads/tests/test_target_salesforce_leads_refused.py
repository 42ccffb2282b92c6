"""What Salesforce refuses: each refusal is a named outcome, in our words and in its own, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.salesforce_plan import create, lead, update
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running

Run = Callable[..., Any]
Seed = Callable[..., None]
Records = Callable[..., list[dict[str, Any]]]
REGION = {"object": "Lead", "name": "Region__c", "required": True}
NOWHERE = {
    "object": "Lead",
    "when": "City = 'Nowhere'",
    "message": "ann@example.com: we do not sell there.",
}


def row(code: str, *fields: str, message: str = "No.") -> dict[str, Any]:
    """A refused row of a collection's answer."""
    errors = [{"statusCode": code, "message": message, "fields": list(fields)}]
    return {"success": False, "errors": errors}


@pytest.fixture
def answer(fault: Any) -> Callable[..., None]:
    """Let Salesforce answer the next collection with these rows."""

    def say(operation: str, *rows: dict[str, Any]) -> None:
        fault(f"collections.{operation}", status=200, body=list(rows))

    return say


# -- by the org's own rules -------------------------------------------------------------------


@pytest.mark.parametrize("field", ["City", None])
@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_validation_rule(
    run: Run, seed: Seed, records: Records, *, kind: str, field: str | None
) -> None:
    """The administrator's words are kept apart from ours, which hold no value; the others are written."""
    seed(
        lead("x", City="X"),
        lead("y", City="X"),
        rules={"validation": [{**NOWHERE, "field": field}]},
    )
    cities = ("Nowhere", "Ulm")
    if kind == "create":
        feed = [create(n, City=city) for n, city in zip("ab", cities, strict=True)]
    else:
        ids = [record["Id"] for record in records()]
        feed = [
            update(n, i, {"City": city}, {"City": "X"})
            for n, i, city in zip("ab", ids, cities, strict=True)
        ]
    told = run(*feed)

    refused = told.outcomes["a"]
    assert {"a": "rejected", "b": "written"} == told.kinds
    assert ("field_custom_validation_exception", "city" if field else "") == (
        refused.problem.code,
        refused.problem.field,
    )
    assert "validation rule" in refused.problem.message
    assert "exempt the integration user" in refused.problem.remedy
    assert "Nowhere" not in refused.problem.message
    assert NOWHERE["message"] == refused.vendor_message


def test_a_required_field_nobody_maps(run: Run, seed: Seed) -> None:
    """It is named by its name in Salesforce, with three ways out."""
    seed(custom_fields=[REGION])
    told = run(create("a"))

    problem = told.outcomes["a"].problem
    assert ("rejected", "required_field_missing", "Region__c") == (
        told.kinds["a"],
        problem.code,
        problem.field,
    )
    assert "Region__c is required in Salesforce." == problem.message


def test_an_address_that_is_none(run: Run, seed: Seed) -> None:
    """The refusal is kept in our words and in Salesforce's; ours hold no value."""
    seed()
    told = run(create("a", Email="not an address"), create("b", Email="b@example.com"))

    refused = told.outcomes["a"]
    assert {"a": "rejected", "b": "written"} == told.kinds
    assert ("invalid_email_address", "email") == (refused.problem.code, refused.problem.field)
    assert "not an address" not in refused.problem.message
    assert "not an address" in refused.vendor_message


# -- known beforehand -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "value", "field", "code", "said"),
    [
        ("Phone", "1" * 41, "phone", "too_long", "40 characters that Phone holds"),
        ("Grade__c", "Z", "grade", "unknown_choice", "none of Salesforce's values: A, B."),
        ("Score__c", "many", "score", "bad_number", "holds a number there"),
        ("Responded__c", "perhaps", "responded", "bad_boolean", "yes or no"),
        ("Outreach_Last_Contacted__c", "soon", "last_sent", "bad_datetime", "holds a time"),
        ("Outreach_Last_Contacted__c", "2026-11-20T09:15:42", "last_sent", "bad_datetime", "time"),
    ],
)
@pytest.mark.parametrize("kind", ["create", "update"])
def test_a_value_its_field_cannot_hold(
    run: Run,
    seed: Seed,
    records: Records,
    *,
    kind: str,
    place: str,
    value: str,
    field: str,
    code: str,
    said: str,
) -> None:
    """It is not sent; the lead's other fields are, and the field is kept with what the org has."""
    seed(lead("x", City="X"))
    given = {place: value, "City": "Ulm"}
    if kind == "create":
        told = run(create("a", **given))
    else:
        told = run(update("a", records()[0]["Id"], given, {"City": "X"}))

    outcome = told.outcomes["a"]
    assert ("written", {field: code}, (field,)) == (outcome.kind, outcome.skipped, outcome.unfit)
    assert said in outcome.problem.message
    assert value not in outcome.problem.message
    made = records()[-1]
    assert ("Ulm", None if place != "Responded__c" else False) == (made["City"], made[place])


def test_a_required_field_is_not_cleared(run: Run, seed: Seed, records: Records) -> None:
    """Where no name can stand in, the field stays and the others are written."""
    seed(lead("x", City="X", Region__c="North"), custom_fields=[REGION])
    record = update("a", records()[0]["Id"], {"City": "Ulm", "Region__c": None}, {"City": "X"})
    record["_sync"]["fields"]["region"] = ["Region__c"]
    told = run(record)

    assert ({"region": "required"}, "Ulm") == (told.outcomes["a"].skipped, records()[0]["City"])


# -- said by Salesforce alone -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("STRING_TOO_LONG", "longer than"),
        ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "not one of Salesforce's values"),
        ("NUMBER_OUTSIDE_VALID_RANGE", "cannot hold"),
        ("INVALID_FIELD_FOR_INSERT_UPDATE", "may not be written by the integration user"),
        ("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "automation"),
        ("FIELD_INTEGRITY_EXCEPTION", "does not fit"),
        ("SOMETHING_NEW", "was refused by Salesforce"),
    ],
)
@pytest.mark.parametrize("kind", ["create", "update"])
def test_each_refusal_names_the_field_and_the_remedy(
    run: Run, seed: Seed, answer: Any, records: Records, *, kind: str, code: str, said: str
) -> None:
    """Whatever the describe did not tell beforehand; the other rows of the call are written."""
    seed(*(lead(f"n{n}", City="X") for n in range(11)))
    ids = [record["Id"] for record in records()]
    if kind == "create":
        answer("create", row(code, "City"), {"success": True, "id": ids[1], "errors": []})
        told = run(create("n0", City="Ulm"), create("n1", City="Ulm"))
    else:
        good = [{"success": True, "id": i, "errors": []} for i in ids[1:]]
        answer("update", row(code, "City"), *good)
        told = run(*(update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"}) for n, i in enumerate(ids)))

    outcome = told.outcomes["n0"]
    assert ("rejected", code.lower(), "city") == (
        outcome.kind,
        outcome.problem.code,
        outcome.problem.field,
    )
    assert said in outcome.problem.message
    assert outcome.problem.remedy
    assert {"written"} == {kind for name, kind in told.kinds.items() if name != "n0"}


def test_a_refusal_that_names_no_field(run: Run, seed: Seed, answer: Any) -> None:
    """It is the record's."""
    seed()
    answer("create", row("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"))
    problem = run(create("a")).outcomes["a"].problem

    assert ("", True) == (problem.field, problem.message.startswith("The record was refused by"))


def test_a_record_nobody_may_write(run: Run, seed: Seed, answer: Any) -> None:
    """Sharing is not a value's fault."""
    seed()
    answer("create", row("INSUFFICIENT_ACCESS_OR_READONLY"))
    outcome = run(create("a")).outcomes["a"]

    assert ("rejected", "Give the user access to the record in Salesforce.") == (
        outcome.kind,
        outcome.problem.remedy,
    )


def test_a_reference_that_is_not_there_is_not_the_record(
    run: Run, seed: Seed, rules: Any, records: Records
) -> None:
    """INVALID_CROSS_REFERENCE_KEY on a lead that was just read speaks of the value."""
    seed(lead("x"))
    record = update("a", records()[0]["Id"], {"OwnerId": "005000000000001AAA"}, {})
    record["_sync"]["fields"]["owner"] = ["OwnerId"]
    record["_sync"]["expected"] = {"OwnerId": records()[0]["OwnerId"]}
    outcome = run(record).outcomes["a"]

    assert ("rejected", "names a record that is not there") == (
        outcome.kind,
        outcome.problem.message.removeprefix("The record ").rstrip("."),
    )


# -- the org itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"),
        ("INVALID_FIELD", "No such column 'Phone' on sobject of type Lead"),
    ],
)
def test_what_is_the_orgs_fault_costs_no_row_its_turn(
    run: Run, seed: Seed, answer: Any, records: Records, *, code: str, message: str
) -> None:
    """Nothing is rejected, nothing more is sent, and the sentence says what to do."""
    seed()
    answer("create", *(row(code, message=message) for _ in range(200)))

    with pytest.raises(ConfigError, match=code):
        run(*(create(f"n{n}") for n in range(250)))

    assert [] == records()


def test_a_field_that_is_hidden_in_the_middle(
    run: Run, seed: Seed, person: Any, records: Records, sandbox: Running
) -> None:
    """Nobody's row is to blame: they are held, and the program says which field."""
    seed()

    def hide(target: Any) -> None:
        assert target.org.fields("Lead")["Phone"]
        person("hide_field", object="Lead", field="Phone")

    told: list[Any] = []

    def watch(target: Any) -> None:
        hide(target)
        told.append(target._ledger)

    with pytest.raises(ConfigError, match="Phone"):
        run(create("a", Phone="1"), create("b"), meanwhile=watch)

    assert {"a": "held", "b": "written"} == told[0].kinds


def test_a_field_that_turns_read_only_in_the_middle(run: Run, seed: Seed, person: Any) -> None:
    """The rows that name it are rejected with the remedy; the others are written."""
    seed()

    def freeze(target: Any) -> None:
        assert target.org.fields("Lead")["Phone"]
        person("hide_field", object="Lead", field="Phone", read_only=True)

    told = run(create("a", Phone="1"), create("b"), meanwhile=freeze)

    assert {"a": "rejected", "b": "written"} == told.kinds
    assert "permission set" in told.outcomes["a"].problem.remedy


@pytest.mark.parametrize("times", [1, 9])
@pytest.mark.parametrize("count", [2, 11])
def test_a_lead_somebody_holds(
    run: Run,
    seed: Seed,
    person: Any,
    records: Records,
    waits: list[float],
    *,
    times: int,
    count: int,
) -> None:
    """UNABLE_TO_LOCK_ROW is waited for; what is held too long waits for the next run, alone."""
    seed(*(lead(f"n{n}", City="X") for n in range(count)))
    ids = [record["Id"] for record in records()]
    person("lock_row", id=ids[0], times=times)
    told = run(*(update(f"n{n}", i, {"City": "Ulm"}, {"City": "X"}) for n, i in enumerate(ids)))

    assert ("written" if times == 1 else "held") == told.kinds["n0"]
    assert {"written"} == {told.kinds[f"n{n}"] for n in range(1, count)}
    assert waits
