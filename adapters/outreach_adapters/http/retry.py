"""Tries a call again while its error says that waiting helps; knows no vendor.

Rule: only `Retriable` is retried, and whoever calls decides whether its call may be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from outreach_core.errors import OutreachError, Retriable

T = TypeVar("T")

# longer waits are not for a running program to sit through: the next run goes on
LONGEST_WAIT = 900.0


@dataclass(frozen=True)
class RetryPolicy:
    """How often, and how the waits grow: ``base * 2**n`` and up to a second, at most ``cap``."""

    attempts: int = 5
    base: float = 1.0
    cap: float = 64.0


def call_with_retry(
    call: Callable[[], T],
    *,
    translate: Callable[[Exception], OutreachError],
    sleep: Callable[[float], None],
    rng: random.Random,
    policy: RetryPolicy | None = None,
) -> T:
    """Return what `call` returns, after as many attempts as the policy and the errors allow.

    Args:
        call: Does the request; may raise the vendor's exceptions or ours.
        translate: Makes ours of a vendor's exception; called once per exception.
        sleep: Waits that many seconds.
        rng: Spreads the waits of several programs.
        policy: How often and how long.
    """
    chosen = policy or RetryPolicy()

    def attempt() -> T:
        try:
            return call()
        except OutreachError:
            raise
        except Exception as error:
            raise translate(error) from error

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Retriable) and error.retry_after is not None:
            return error.retry_after
        grown = chosen.base * 2.0 ** (state.attempt_number - 1)
        return min(grown + rng.random(), chosen.cap)

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception(_worth_waiting),
        stop=tenacity.stop_after_attempt(chosen.attempts),
        wait=wait,
        sleep=sleep,
        reraise=True,
    )
    return retrying(attempt)


def _worth_waiting(error: BaseException) -> bool:
    if not isinstance(error, Retriable):
        return False
    return error.retry_after is None or error.retry_after <= LONGEST_WAIT
