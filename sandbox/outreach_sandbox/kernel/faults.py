"""Failures queued on purpose: before a request takes effect, or after it did.

Rule: a fault fires at most `times` times and reports whether it was consumed, so that a test
can prove that the failure it asked for really happened.

| # | action          | what the caller sees                                         |
|---|-----------------|--------------------------------------------------------------|
| 1 | `status`        | that status, with `body`/`headers`/`media_type` when given   |
| 2 | `reset`         | the connection closed without a reply                        |
| 3 | `truncate`      | headers and half of the body, then the connection closed     |
| 4 | `delay_seconds` | the reply, late (may be combined with 1-3 and 5)             |
| 5 | `kill_pid`      | that process killed, then the connection closed              |
| 6 | `person`        | nothing: `{vendor, door, body}` is walked through meanwhile  |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Phase = Literal["before", "after"]
ACTIONS = ("status", "reset", "truncate", "delay_seconds", "kill_pid", "person")
KNOWN = {
    "vendor",
    "operation",
    "kind",
    "kind_of_call",
    "times",
    "skip",
    "body",
    "headers",
    "media_type",
    "kill_group",
    *ACTIONS,
}


class BadFault(ValueError):
    """The fault cannot mean anything; the message says what is wrong with it."""


@dataclass
class Fault:
    """One queued failure; `spec` is what was asked for, word for word."""

    id: str
    spec: dict[str, Any]
    remaining: int
    skip: int
    refused: str = ""  # why the person could not do it

    @property
    def consumed(self) -> bool:
        """Whether it fired as often as it was asked to."""
        return self.remaining == 0

    def matches(self, vendor: str, operation: str, kind_of_call: str, phase: str) -> bool:
        """Whether this call at this phase is one the fault speaks about."""
        wanted_operation = str(self.spec.get("operation", "*"))
        return (
            self.spec.get("vendor", "*") in ("*", vendor)
            and _operation_matches(wanted_operation, operation)
            and self.spec.get("kind_of_call", kind_of_call) == kind_of_call
            and self.spec.get("kind", "before") == phase
        )


def _operation_matches(wanted: str, operation: str) -> bool:
    if wanted.endswith("*"):
        return operation.startswith(wanted[:-1])
    return wanted == operation


class FaultQueue:
    """Faults in the order they were queued; the first one that is due fires."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._made = 0

    def add(self, items: list[dict[str, Any]]) -> list[str]:
        """Queue all items or none; returns their ids."""
        for item in items:
            _check(item)
        made = []
        for item in items:
            self._made += 1
            fault = Fault(
                id=f"fault-{self._made}",
                spec=dict(item),
                remaining=int(item.get("times", 1)),
                skip=int(item.get("skip", 0)),
            )
            self._faults.append(fault)
            made.append(fault.id)
        return made

    def take(
        self, vendor: str, operation: str, phase: Phase, kind_of_call: str = "api"
    ) -> Fault | None:
        """The fault that is due for this call, used up by one; every waiting `skip` counts down."""
        due: Fault | None = None
        for fault in self._faults:
            if fault.consumed or not fault.matches(vendor, operation, kind_of_call, phase):
                continue
            if fault.skip > 0:
                fault.skip -= 1
            elif due is None:
                due = fault
        if due is not None:
            due.remaining -= 1
        return due

    def report(self) -> list[dict[str, Any]]:
        """Every fault since the last clearing, with what is left of it."""
        return [
            {
                **f.spec,
                "id": f.id,
                "remaining": f.remaining,
                "consumed": f.consumed,
                "refused": f.refused,
            }
            for f in self._faults
        ]

    def clear(self) -> None:
        """Forget every fault, consumed or not."""
        self._faults.clear()


def _check(item: dict[str, Any]) -> None:
    unknown = set(item) - KNOWN
    if unknown:
        raise BadFault(f"unknown fault fields: {', '.join(sorted(unknown))}")
    if item.get("kind", "before") not in ("before", "after"):
        raise BadFault('"kind" is "before" or "after"')
    if not any(action in item for action in ACTIONS):
        raise BadFault(f"a fault needs one action of: {', '.join(ACTIONS)}")
    person = item.get("person")
    if person is not None and not {"vendor", "door"} <= set(person):
        raise BadFault('"person" needs a "vendor" and a "door"')
    if "kill_pid" in item and int(item["kill_pid"]) <= 1:
        raise BadFault('"kill_pid" is the id of an ordinary process')
    if int(item.get("times", 1)) < 1 or int(item.get("skip", 0)) < 0:
        raise BadFault('"times" is at least 1 and "skip" at least 0')
