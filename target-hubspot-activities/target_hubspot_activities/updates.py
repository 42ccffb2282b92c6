"""Decides what of a planned update is still to be written. Pure.

Rule: a field whose destination is not what the plan saw is left alone, unless it already shows the new
value; only properties that differ are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.account import ROW_ID

Properties = Mapping[str, Any]


@dataclass(frozen=True)
class Update:
    """What to send for one record.

    Attributes:
        changes: Properties to send; an empty text clears.
        kept: Canonical fields that are written, or show the new value already.
        moved: Canonical fields that changed after the plan was made.
        current: What the record shows now.
    """

    changes: Mapping[str, Any]
    kept: tuple[str, ...]
    moved: tuple[str, ...]
    current: Properties

    @property
    def after(self) -> dict[str, Any]:
        """What the record shows once the changes are made, as far as that can be told."""
        return {**self.current, **self.changes}

    def is_shown_by(self, properties: Properties) -> bool:
        """Whether a record shows the changes."""
        return all(same(properties.get(name), value) for name, value in self.changes.items())


def plan_update(
    new: Properties,
    expected: Properties,
    places: Mapping[str, tuple[str, ...]],
    current: Properties,
) -> Update:
    """Return what to send.

    | # | the field's properties show | outcome |
    |---|---|---|
    | 1 | the new values | kept, nothing to send |
    | 2 | what the plan expected | kept, the differing ones are sent |
    | 3 | something else | moved |

    The row's id is sent when the record has none.
    """
    changes: dict[str, Any] = {}
    kept, moved = [], []
    for field, names in places.items():
        differing = [n for n in names if n in new and not same(current.get(n), new[n])]
        if not differing:  # (1)
            kept.append(field)
        elif all(same(current.get(n), expected.get(n)) for n in names):  # (2)
            kept.append(field)
            changes |= {n: "" if new[n] is None else new[n] for n in differing}
        else:  # (3)
            moved.append(field)
    if new.get(ROW_ID) and not current.get(ROW_ID) and not (moved and not kept):
        changes[ROW_ID] = new[ROW_ID]
    return Update(changes, tuple(kept), tuple(moved), current)


def same(shown: Any, wanted: Any) -> bool:
    """Whether two values of a property are one: a cleared and a missing value are both blank."""
    return text(shown) == text(wanted)


def text(value: Any) -> str:
    """Return a value as HubSpot stores it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
