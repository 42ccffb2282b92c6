"""When a side's value was put there, as far as that can be known.

The rule: a time comes from the clock of the side that shows the value, or of the machine that read it, and is
only ever compared with a tolerance. What is not known is open; it is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from outreach_core.model.values import Json

FIRST_SEEN = ""  # of a whole row or record: holds for every field that has no time of its own
CHANGED = "(row)"  # of a whole row: when any of its cells last changed, ours left out
ASKED = "(history)"  # of a record: its history was read when it had last been modified then


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit was made after ``after`` and at the latest at ``before``; ``None`` is open.

    Attributes:
        by: What made it, in the vendor's word (``CRM_UI``) or as the sheet's script noted; never a name.
        ours: Our own app wrote the value: nobody edited it then, it came from another side.
    """

    after: datetime | None = None
    before: datetime | None = None
    by: str = ""
    ours: bool = False

    @classmethod
    def at(cls, moment: datetime, by: str = "") -> Edit:
        """Return an edit whose time is known."""
        return cls(moment, moment, by)

    @property
    def exact(self) -> bool:
        """Whether the time is known, and not only its bounds."""
        return self.after is not None and self.after == self.before

    def to_json(self) -> dict[str, Json]:
        """Return the form kept in the ledger."""
        found: dict[str, Json] = {
            "after": self.after.isoformat() if self.after else None,
            "before": self.before.isoformat() if self.before else None,
        }
        return {
            **found,
            **({"by": self.by} if self.by else {}),
            **({"ours": True} if self.ours else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Edit:
        """Rebuild it from the ledger's form."""
        after, before = data.get("after"), data.get("before")
        return cls(
            datetime.fromisoformat(str(after)) if after else None,
            datetime.fromisoformat(str(before)) if before else None,
            str(data.get("by") or ""),
            bool(data.get("ours")),
        )


Edits = Mapping[str, Edit]


def edits_to_json(edits: Edits) -> dict[str, Json]:
    """Return the form kept in the ledger."""
    return {name: edit.to_json() for name, edit in edits.items()}


def edits_from_json(data: Mapping[str, Json] | None) -> dict[str, Edit]:
    """Rebuild edits by field from the ledger's form."""
    return {name: Edit.from_json(edit) for name, edit in (data or {}).items()}


def edit_of(edits: Edits, field: str) -> Edit:
    """Return when a field was edited: its own time, else that of the whole."""
    return edits.get(field) or edits.get(FIRST_SEEN) or Edit()
