"""What was asked of the sandbox, in order, so that a test can count and compare calls.

Rule: no header and no body is kept, so no credential can end up here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request; `status` is None when the connection was closed without a reply."""

    seq: int
    at: str
    vendor: str
    operation: str
    method: str
    path: str
    query: list[tuple[str, str]]
    status: int | None
    inputs: int
    fault: str | None
    kind: str


class Journal:
    """The list of calls since the last reset.

    Attributes:
        chapter: Goes up when calls are forgotten; a call belongs to the chapter in which it came in.
    """

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self.chapter = 0

    def record(self, **facts: Any) -> Call:
        """Append one call: every field of `Call` but its number."""
        call = Call(seq=len(self._calls) + 1, **facts)
        self._calls.append(call)
        return call

    def __len__(self) -> int:
        """How many calls there are, which is the number of the last one."""
        return len(self._calls)

    def after(self, seq: int) -> list[Call]:
        """The calls after this number, oldest first."""
        return self._calls[seq:]

    def as_json(self) -> list[dict[str, Any]]:
        """The calls as plain objects, oldest first."""
        return [asdict(call) for call in self._calls]

    def clear(self) -> None:
        """Forget all calls; numbering starts again at 1."""
        self._calls.clear()
        self.chapter += 1
