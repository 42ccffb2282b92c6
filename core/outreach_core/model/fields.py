"""What is known of a field over all sides: the merge's view of the rule files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from outreach_core.model.sides import Side


class FieldType(StrEnum):
    """How a field is read, compared and written."""

    TEXT = "text"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    NUMBER = "number"
    DATE = "date"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"  # a list of them, without an order


class Direction(StrEnum):
    """Which way a field flows between the sheet and one CRM."""

    TWO_WAY = "two_way"
    SHEET_TO_CRM = "sheet_to_crm"
    CRM_TO_SHEET = "crm_to_sheet"
    OFF = "off"


class Blank(StrEnum):
    """What a cleared field does to the other sides."""

    PROPAGATE = "propagate"
    IGNORE = "ignore"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field as the planner knows it.

    Attributes:
        sides: The sides whose rule files name the field.
        directions: Per CRM side; two-way where nothing is said.
    """

    name: str
    type: FieldType
    sides: tuple[Side, ...]
    directions: Mapping[Side, Direction] = field(default_factory=dict)
    blank: Blank = Blank.PROPAGATE
