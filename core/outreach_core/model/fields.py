"""What a mapped field is, on every side that shows it: the words the rule files are written in.

The rule: nothing here knows a vendor; columns and properties stay in ``outreach_core.mapping``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach_core.model.sides import Side


class FieldType(StrEnum):
    """What kind of value a field holds; decides how it is read, compared and written."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"


class Direction(StrEnum):
    """Which way a field's edits travel between the sheet and one CRM."""

    TWO_WAY = "two_way"
    SHEET_TO_CRM = "sheet_to_crm"
    CRM_TO_SHEET = "crm_to_sheet"
    OFF = "off"


class Blank(StrEnum):
    """What a cleared value does to the other sides."""

    PROPAGATE = "propagate"  # clearing it here clears it there
    IGNORE = "ignore"  # a clear stays where it was made


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field over all the sides that name it.

    Attributes:
        directions: Per CRM side; a side that is missing is ``TWO_WAY``.
        sides: The sides that take part, the sheet first; a side with direction ``OFF`` is not among them.
    """

    name: str
    type: FieldType
    sides: tuple[Side, ...]
    directions: Mapping[Side, Direction]
    blank: Blank = Blank.PROPAGATE
