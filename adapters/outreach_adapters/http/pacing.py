"""Keeps calls below a rate a vendor states, so that its refusals stay rare.

Rule: clock and sleep are passed in; a pace never drops or reorders a call.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Pace:
    """At most `calls` within any `seconds`."""

    def __init__(
        self,
        calls: int,
        seconds: float,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._recent: deque[float] = deque(maxlen=calls)

    def wait(self) -> None:
        """Return when the next call may be made, and count it."""
        if len(self._recent) == self._recent.maxlen:
            left = self._recent[0] + self._seconds - self._clock()
            if left > 0:
                self._sleep(left)
        self._recent.append(self._clock())
