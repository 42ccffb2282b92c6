"""Remembers what was accepted within the time window, so that a copy of it is refused.

The rule: a signature is claimed before the work and given back where the work failed, so that the vendor's
next try of the same message is taken. A restart forgets: then a copy is accepted once more, as the hint it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from outreach_cli.serve.signatures import WINDOW_MS

MOST = 100_000


class Replays:
    """Signatures that were seen, with the time until which they would still be accepted."""

    def __init__(self, now_ms: Callable[[], int], most: int = MOST) -> None:
        """Start with nothing seen."""
        self._now_ms = now_ms
        self._most = most
        self._seen: OrderedDict[str, int] = OrderedDict()

    def claim(self, signature: str) -> bool:
        """Take a signature; False if somebody has it already."""
        now = self._now_ms()
        while self._seen and (
            len(self._seen) >= self._most or next(iter(self._seen.values())) < now
        ):
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        # the timestamp may lie a window ahead, and is accepted for another window
        self._seen[signature] = now + 2 * WINDOW_MS
        return True

    def give_back(self, signature: str) -> None:
        """Let the same message come again."""
        self._seen.pop(signature, None)
