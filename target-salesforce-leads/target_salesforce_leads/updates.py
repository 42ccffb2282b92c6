"""Decides what of a planned update is still to be written. Pure.

Rule: a field whose destination is not what the plan saw is left alone, unless it already shows the new
value; only values that differ are sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.salesforce.fields import Field
from target_salesforce_leads.values import same

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Update:
    """What to send for one record.

    Attributes:
        changes: Values to send; ``None`` clears.
        kept: Canonical fields that are written, or show the new value already.
        moved: Canonical fields that changed after the plan was made.
        current: What the record shows now.
    """

    changes: Values
    kept: tuple[str, ...]
    moved: tuple[str, ...]
    current: Values

    @property
    def after(self) -> dict[str, Any]:
        """What the record shows once the changes are made, as far as that can be told."""
        return {**self.current, **self.changes}

    def is_shown_by(self, values: Values, fields: Mapping[str, Field]) -> bool:
        """Whether a record shows the changes."""
        return all(same(fields.get(n), values.get(n), value) for n, value in self.changes.items())


def plan_update(
    new: Values,
    expected: Values,
    places: Mapping[str, tuple[str, ...]],
    current: Values,
    fields: Mapping[str, Field],
) -> Update:
    """Return what to send.

    | # | the field's places show | outcome |
    |---|---|---|
    | 1 | the new values | kept, nothing to send |
    | 2 | what the plan expected | kept, the differing ones are sent |
    | 3 | something else | moved |

    The row's id is sent when the record has none.
    """

    def alike(name: str, values: Values) -> bool:
        return same(fields.get(name), current.get(name), values.get(name))

    changes: dict[str, Any] = {}
    kept, moved = [], []
    for field, names in places.items():
        differing = [n for n in names if n in new and not alike(n, new)]
        if not differing:  # (1)
            kept.append(field)
        elif all(alike(n, expected) for n in names):  # (2)
            kept.append(field)
            changes |= {n: new[n] for n in differing}
        else:  # (3)
            moved.append(field)
    if new.get(ROW_ID) and not current.get(ROW_ID) and not (moved and not kept):
        changes[ROW_ID] = new[ROW_ID]
    return Update(changes, tuple(kept), tuple(moved), current)
