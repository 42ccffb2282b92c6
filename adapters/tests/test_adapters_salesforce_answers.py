"""Collections matched to their inputs, and collections that are refused whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from outreach_adapters.salesforce.answers import (
    NotSent,
    Refused,
    Unknown,
    Written,
    match,
    refusal,
)
from outreach_adapters.salesforce.errors import InDoubt
from outreach_adapters.salesforce.sending import batches, send
from outreach_core.errors import ConfigError, Retriable, Skippable

Body = dict[str, Any]
LONG = "00QD000000FHz1TMAT"


def leads(*names: str) -> list[Body]:
    """Inputs."""
    return [{"attributes": {"type": "Lead"}, "LastName": name} for name in names]


def written(number: int) -> Body:
    """A row of success."""
    return {"id": f"00Q00000000000{number}", "success": True, "errors": []}


def failed(code: str, message: str = "", *fields: str, **more: Any) -> Body:
    """A row of failure."""
    error = {"statusCode": code, "message": message, "fields": list(fields), **more}
    return {"success": False, "errors": [error]}


def test_rows_are_matched_by_position() -> None:
    """The first row is the first input's; a failed one does not shift the others."""
    rows = [
        written(1),
        failed("REQUIRED_FIELD_MISSING", "missing: [LastName]", "LastName"),
        written(2),
    ]

    assert [
        Written("00Q000000000001"),
        Refused("refused", "missing: [LastName]", (), (("LastName", "REQUIRED_FIELD_MISSING"),)),
        Written("00Q000000000002"),
    ] == match(leads("a", "b", "c"), rows)


@pytest.mark.parametrize("rows", [[], [written(1)], [written(1)] * 3])
def test_a_wrong_number_of_rows_confirms_nothing(rows: list[Body]) -> None:
    """Not as many rows as inputs: none of them is believed."""
    assert [Unknown(), Unknown()] == match(leads("a", "b"), rows)


def test_an_upsert_says_what_is_new() -> None:
    """`created` is kept."""
    row = {**written(1), "created": True}

    assert [Written("00Q000000000001", created=True)] == match(leads("a"), [row])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (failed("DUPLICATE_VALUE", f"duplicates value on record with id: {LONG[:15]}"), "conflict"),
        (
            failed("DUPLICATE_VALUE", "Duplicate external id specified: r1", "Outreach_Id__c"),
            "twice",
        ),
        (failed("CANNOT_UPDATE_CONVERTED_LEAD"), "converted"),
        (failed("ENTITY_IS_DELETED"), "deleted"),
        (failed("INVALID_CROSS_REFERENCE_KEY"), "not_found"),
        (failed("INSUFFICIENT_ACCESS_OR_READONLY"), "forbidden"),
        (failed("INVALID_FIELD", "No such column 'X' on sobject of type Lead"), "refused"),
        (failed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask Bob first"), "refused"),
        (failed("NEVER_HEARD_OF"), "refused"),
    ],
)
def test_a_refused_row_says_why(row: Body, code: str) -> None:
    """What the caller does next is in the code."""
    (answer,) = match(leads("a"), [row])

    assert isinstance(answer, Refused)
    assert code == answer.code


@pytest.mark.parametrize("key", ["duplicateResut", "duplicateResult"])
def test_a_duplicate_names_who_it_is(key: str) -> None:
    """In both spellings of the vendor."""
    result = {"matchResults": [{"matchRecords": [{"record": {"Id": LONG}}]}]}
    (answer,) = match(leads("a"), [failed("DUPLICATES_DETECTED", "Use one?", **{key: result})])

    assert Refused("duplicates", "Use one?", (LONG,), (("", "DUPLICATES_DETECTED"),)) == answer


def test_a_locked_row_was_not_written() -> None:
    """That is not the input's fault: it may be said again."""
    (answer,) = match(leads("a"), [failed("UNABLE_TO_LOCK_ROW")])

    assert isinstance(answer, NotSent)
    assert "locked" == answer.error.code


def test_a_row_without_a_word_is_unknown() -> None:
    """No success and no error confirms nothing."""
    odd: list[Any] = [{"success": True}, {"success": False, "errors": []}, None, {"success": "x"}]

    assert [Unknown()] * 4 == match(leads(*"abcd"), odd)
    assert Unknown() == refusal([])


def test_one_bad_input_costs_nobody_else() -> None:
    """A collection refused as a whole is halved until the culprit stands alone."""
    sent: list[int] = []

    def call(inputs: Sequence[Body]) -> list[Body]:
        sent.append(len(inputs))
        names = [item["LastName"] for item in inputs]
        if "13" in names:
            raise Skippable("no", code="refused", vendor_message="bad date")
        return [written(1) for _ in names]

    answers = send(call, leads(*(str(n) for n in range(200))))

    assert [13] == [n for n, answer in enumerate(answers) if not isinstance(answer, Written)]
    assert Refused("refused", "bad date") == answers[13]
    assert len(sent) <= 17


def test_lost_answer_is_not_repeated() -> None:
    """A write whose answer was lost stays in doubt for all its inputs."""
    calls: list[int] = []

    def call(inputs: Sequence[Body]) -> list[Body]:
        calls.append(len(inputs))
        raise InDoubt("lost", code="in_doubt")

    assert [Unknown(lost=True)] * 2 == send(call, leads("a", "b"))
    assert [2] == calls


@pytest.mark.parametrize(
    "error", [Retriable("later", code="daily_limit"), ConfigError("no", code="no_api")]
)
def test_what_cannot_be_sent_now_is_nobodys_fault(error: Exception) -> None:
    """A limit or a missing right is said once per input, and loses no earlier answer."""

    def call(inputs: Sequence[Body]) -> list[Body]:
        if len(inputs) > 1:
            raise Skippable("no", code="refused")
        if inputs[0]["LastName"] == "b":
            raise error
        return [written(1)]

    answers = send(call, leads("a", "b"))

    assert [Written, NotSent] == [type(answer) for answer in answers]


def test_rows_somebody_held_are_sent_again() -> None:
    """Only they, after a pause, three times in all."""
    sent: list[list[str]] = []
    pauses: list[int] = []

    def call(inputs: Sequence[Body]) -> list[Body]:
        names = [item["LastName"] for item in inputs]
        sent.append(names)
        held = {"b"} if len(sent) < 3 else set()
        return [failed("UNABLE_TO_LOCK_ROW") if n in held else written(1) for n in names]

    answers = send(call, leads("a", "b", "c"), pause=pauses.append)

    assert [["a", "b", "c"], ["b"], ["b"]] == sent
    assert [Written] * 3 == [type(answer) for answer in answers]
    assert [1, 2] == pauses


def test_rows_held_for_ever_are_given_up() -> None:
    """After the third time they are not sent; without a pause after the first."""

    def call(inputs: Sequence[Body]) -> list[Body]:
        return [failed("UNABLE_TO_LOCK_ROW") for _ in inputs]

    pauses: list[int] = []
    patient, hasty = send(call, leads("a"), pause=pauses.append), send(call, leads("a"))

    assert ([NotSent], [NotSent], [1, 2]) == (
        [type(a) for a in patient],
        [type(a) for a in hasty],
        pauses,
    )


def test_parent_is_asked_before_every_request() -> None:
    """The check that may stop the program comes before each call."""

    def gone() -> None:
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        send(lambda _inputs: pytest.fail("called"), leads("a"), before=gone)


def test_collections_are_as_large_as_the_vendor_takes() -> None:
    """Two hundred records, and ten runs of one type, in the order given."""
    many = leads(*(str(n) for n in range(450)))
    mixed = [{"attributes": {"type": of}} for _ in range(6) for of in ("Lead", "Contact")]

    assert [200, 200, 50] == [len(batch) for batch in batches(many)]
    assert many == [record for batch in batches(many) for record in batch]
    assert [10, 2] == [len(batch) for batch in batches(mixed)]
    assert [] == list(batches([]))
