"""Sends a collection so that one bad input never costs another its write.

Rule: what Salesforce refuses as a whole is halved until the culprit stands alone; every input ends in
an answer, whatever happens on the way.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-create.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from outreach_adapters.salesforce.answers import Answer, NotSent, Unknown, match, refused
from outreach_adapters.salesforce.errors import InDoubt
from outreach_core.errors import ConfigError, Retriable, Skippable

Body = dict[str, Any]
BATCH = 200
CHUNKS = 10
LOCK_TRIES = 3


def batches(records: Sequence[Body]) -> Iterator[list[Body]]:
    """Yield the records, in their order, in collections the vendor takes: 200, ten runs of a type."""
    batch: list[Body] = []
    runs = 0
    for record in records:
        new_run = not batch or _type(record) != _type(batch[-1])
        if len(batch) == BATCH or (new_run and runs == CHUNKS):
            yield batch
            batch, runs, new_run = [], 0, True
        batch.append(record)
        runs += new_run
    if batch:
        yield batch


def send(
    call: Callable[[Sequence[Body]], Sequence[Any]],
    inputs: Sequence[Body],
    *,
    before: Callable[[], None] = lambda: None,
    pause: Callable[[int], None] | None = None,
) -> list[Answer]:
    """Return one answer per input, in their order; rows that somebody held are sent again.

    Args:
        call: Sends one collection.
        inputs: What to send, at most as many as a collection takes.
        before: Called before every request; may stop the program.
        pause: Waits before the n-th time that held rows are sent again; without it they are not.
    """
    answers = _halving(call, inputs, before)
    for attempt in range(1, LOCK_TRIES if pause else 0):
        held = [place for place, answer in enumerate(answers) if _held(answer)]
        if not held or pause is None:
            break
        pause(attempt)
        again = _halving(call, [inputs[place] for place in held], before)
        for place, answer in zip(held, again, strict=True):
            answers[place] = answer
    return answers


def _halving(
    call: Callable[[Sequence[Body]], Sequence[Any]],
    inputs: Sequence[Body],
    before: Callable[[], None],
) -> list[Answer]:
    """Send, and halve what is refused as a whole.

    | # | the call | the inputs |
    |---|---|---|
    | 1 | answers | as each row of the answer says |
    | 2 | loses its answer | all `Unknown(lost=True)` |
    | 3 | is refused, one input | `Refused` |
    | 4 | is refused, several inputs | each half on its own |
    | 5 | cannot be made now, or by this user | all `NotSent` |
    """
    if not inputs:
        return []
    before()
    try:
        return match(inputs, call(inputs))  # (1)
    except InDoubt:
        return [Unknown(lost=True)] * len(inputs)  # (2)
    except Skippable as error:
        if len(inputs) == 1:
            return [refused(error)]  # (3)
    except (Retriable, ConfigError) as error:
        return [NotSent(error)] * len(inputs)  # (5)
    middle = len(inputs) // 2  # (4)
    return _halving(call, inputs[:middle], before) + _halving(call, inputs[middle:], before)


def _held(answer: Answer) -> bool:
    return isinstance(answer, NotSent) and answer.error.code == "locked"


def _type(record: Body) -> str:
    return str((record.get("attributes") or {}).get("type") or "").lower()
