"""One name in the sheet, two properties in a CRM.

The rule: sides are compared by the *joined* name, so a CRM's own way of splitting it is never corrected.
"""

from __future__ import annotations

from outreach_core.mapping.stand_ins import is_stand_in


def join_name(first: str | None, last: str | None) -> str | None:
    """Return the full name, ``None`` if both parts are blank; what stands in for a name is none."""
    return " ".join(part for part in (first, last) if part and not is_stand_in(part)) or None


def split_name(name: str) -> tuple[str, str | None]:
    """Return (first, last): the last word is the last name; a single word is a first name."""
    *first, last = name.split()
    return (" ".join(first), last) if first else (last, None)
