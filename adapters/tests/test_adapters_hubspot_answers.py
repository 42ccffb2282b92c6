"""Batch answers matched to inputs, and batches that are refused whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from outreach_adapters.hubspot.answers import NotSent, Refused, Unknown, Written, match
from outreach_adapters.hubspot.errors import InDoubt
from outreach_adapters.hubspot.sending import send
from outreach_core.errors import Retriable, Skippable

Body = dict[str, Any]


def traced(*names: str) -> list[Body]:
    """Inputs with a trace id each."""
    return [{"objectWriteTraceId": name, "properties": {}} for name in names]


def test_shuffled_results_find_their_inputs() -> None:
    """Results are matched by trace id, never by position."""
    results = [{"id": "2", "objectWriteTraceId": "b"}, {"id": "1", "objectWriteTraceId": "a"}]

    answers = match(traced("a", "b"), {"results": results})

    assert answers == [Written(results[1]), Written(results[0])]


def test_unique_values_are_matched_in_lower_case() -> None:
    """An upsert's result is found by its e-mail, an additional one too."""
    inputs = [
        {"id": "Ann@Example.com", "idProperty": "email"},
        {"id": "b@example.com", "idProperty": "email"},
    ]
    ann = {"id": "1", "properties": {"email": "ann@example.com"}}
    ben = {
        "id": "2",
        "properties": {"email": "x@example.com", "hs_additional_emails": "b@example.com"},
    }

    assert match(inputs, {"results": [ben, ann]}) == [Written(ann), Written(ben)]


def test_missing_ids_form_one_error() -> None:
    """All ids HubSpot does not know stand in one error; each input gets its answer."""
    error = {
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some",
        "context": {"ids": ["1", "3"]},
    }
    inputs = [{"id": name, "objectWriteTraceId": f"t{name}"} for name in "123"]

    answers = match(inputs, {"results": [{"id": "2"}], "errors": [error]})

    assert [type(answer) for answer in answers] == [Refused, Written, Refused]


def test_conflict_names_the_owner() -> None:
    """The owner of the e-mail is kept."""
    error = {
        "category": "CONFLICT",
        "message": "Contact already exists. Existing ID: 17",
        "context": {"objectWriteTraceId": ["a"]},
    }

    (answer,) = match(traced("a"), {"errors": [error]})

    assert answer == Refused("conflict", error["message"], "17")


def test_what_is_not_mentioned_is_unknown() -> None:
    """A 2xx with nothing in it confirms nothing."""
    assert match(traced("a", "b"), {"results": [], "errors": []}) == [Unknown(), Unknown()]


def test_one_bad_input_costs_nobody_else() -> None:
    """A batch refused as a whole is halved until the culprit stands alone."""
    sent: list[int] = []

    def call(inputs: Sequence[Body]) -> Body:
        sent.append(len(inputs))
        names = [item["objectWriteTraceId"] for item in inputs]
        if "13" in names:
            raise Skippable("no", code="refused", vendor_message="bad")
        return {"results": [{"id": n, "objectWriteTraceId": n} for n in reversed(names)]}

    answers = send(call, traced(*(str(n) for n in range(100))))

    assert [n for n, answer in enumerate(answers) if not isinstance(answer, Written)] == [13]
    assert answers[13] == Refused("refused", "bad")
    assert len(sent) <= 15


def test_lost_answer_is_not_repeated() -> None:
    """A write whose answer was lost stays in doubt for all its inputs."""
    calls: list[int] = []

    def call(inputs: Sequence[Body]) -> Body:
        calls.append(len(inputs))
        raise InDoubt("lost", code="in_doubt")

    assert send(call, traced("a", "b")) == [Unknown(lost=True)] * 2
    assert calls == [2]


def test_what_was_written_is_kept_when_the_rest_cannot_be_sent() -> None:
    """A limit in the middle of halving loses none of the earlier answers."""
    error = Retriable("later", code="rate_limit")

    def call(inputs: Sequence[Body]) -> Body:
        names = [item["objectWriteTraceId"] for item in inputs]
        if len(names) > 1:
            raise Skippable("no", code="refused")
        if names == ["b"]:
            raise error
        return {"results": [{"id": "1", "objectWriteTraceId": names[0]}]}

    answers = send(call, traced("a", "b"))

    assert [type(answer) for answer in answers] == [Written, NotSent]


def test_parent_is_asked_before_every_request() -> None:
    """The check that may stop the program comes before each call."""

    def gone() -> None:
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        send(lambda _inputs: pytest.fail("called"), traced("a"), before=gone)
