"""Waiting and trying again, without a clock."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from outreach_adapters.http.pacing import Pace
from outreach_adapters.http.retry import RetryPolicy, call_with_retry
from outreach_core.errors import OutreachError, Retriable, Skippable


class Vendor(Exception):
    """A vendor's exception that holds ours."""

    def __init__(self, meant: OutreachError) -> None:
        super().__init__("vendor")
        self.meant = meant


def failing(*errors: OutreachError) -> tuple[Callable[[], str], list[OutreachError]]:
    """A call that raises these in turn, then answers."""
    left = list(errors)

    def call() -> str:
        if left:
            raise Vendor(left.pop(0))
        return "done"

    return call, left


def attempt(call: Callable[[], str], **policy: float) -> tuple[str, list[float]]:
    """The call's answer and the waits before it."""
    waits: list[float] = []
    answer = call_with_retry(
        call,
        translate=lambda error: error.meant,  # type: ignore[attr-defined]
        sleep=waits.append,
        rng=random.Random(1),
        policy=RetryPolicy(**policy),  # type: ignore[arg-type]
    )
    return answer, waits


def test_waits_as_long_as_it_was_told() -> None:
    """Retry-After wins over the growing wait."""
    call, _ = failing(Retriable("later", code="rate_limit", retry_after=7.5))

    assert attempt(call) == ("done", [7.5])


def test_waits_grow_and_are_bounded() -> None:
    """Each wait doubles, spread by up to a second, and none is longer than the cap."""
    call, _ = failing(*[Retriable("later", code="unavailable") for _ in range(4)])

    _, waits = attempt(call, cap=5.0)

    assert [int(wait) for wait in waits] == [1, 2, 4, 5]


def test_gives_up_with_the_last_error() -> None:
    """After the last attempt the translated error comes out, and nothing waits for nothing."""
    call, left = failing(*[Retriable(f"{n}", code="unavailable") for n in range(5)])

    with pytest.raises(Retriable, match="2"):
        attempt(call, attempts=3)

    assert len(left) == 2


@pytest.mark.parametrize(
    "error",
    [
        Skippable("no", code="refused"),
        Retriable("tomorrow", code="daily_limit", retry_after=86_400),
    ],
)
def test_does_not_repeat_what_waiting_cannot_help(error: OutreachError) -> None:
    """A refusal, and a limit that lasts until tomorrow, come out at once."""
    call, _ = failing(error)

    with pytest.raises(OutreachError) as caught:
        attempt(call)

    assert caught.value is error


def test_pace_spreads_calls() -> None:
    """The sixth call within a second waits until the first is a second old."""
    now = [0.0]
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    pace = Pace(5, 1.0, clock=lambda: now[0], sleep=sleep)
    for _ in range(6):
        pace.wait()
        now[0] += 0.1

    assert waits == [pytest.approx(0.5)]
