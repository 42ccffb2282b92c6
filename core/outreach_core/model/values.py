"""One field as one side shows it.

A value travels in three forms. ``raw`` is what the side's API gave, kept as is: *change* is judged on
it, per side. ``value`` is what may be carried to another side (trimmed, NFC). ``key`` is the form
compared across sides: *agreement* is judged on it. A blank field has ``value`` and ``key`` ``None``,
whatever its ``raw`` (``""``, ``null``, absent).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # str | int | float | bool | None | list[Json] | dict[str, Json]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value cannot be used: names the field, the value's shape and the remedy, never the value."""

    code: str
    field: str
    message: str
    shape: str = ""
    remedy: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the wire form used in streams and in the ledger."""
        return {
            "code": self.code,
            "field": self.field,
            "message": self.message,
            "shape": self.shape,
            "remedy": self.remedy,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Problem:
        """Rebuild a problem from its wire form."""
        return cls(**{name: str(data.get(name, "")) for name in cls.__slots__})


def problems_from_json(data: Mapping[str, Any] | None) -> dict[str, Problem]:
    """Rebuild problems by field from their wire form."""
    return {name: Problem.from_json(value) for name, value in (data or {}).items()}


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A field of one record on one side."""

    raw: Json = None
    value: str | None = None
    key: str | None = None

    @property
    def blank(self) -> bool:
        """Whether the side shows nothing here."""
        return self.key is None

    def same_raw(self, other: FieldValue) -> bool:
        """Whether the side still shows the same thing; two blanks are the same.

        ``True`` and ``1`` are not: Python's ``==`` calls them equal, a spreadsheet does not.
        """
        if self.blank and other.blank:
            return True
        return type(self.raw) is type(other.raw) and self.raw == other.raw

    def to_json(self) -> dict[str, Json]:
        """Return the wire form ``{"raw", "value", "key"}``."""
        return {"raw": self.raw, "value": self.value, "key": self.key}

    @classmethod
    def from_json(cls, data: Mapping[str, Json] | None) -> FieldValue:
        """Rebuild a value from its wire form; ``None`` is blank."""
        if data is None:
            return BLANK
        return cls(data.get("raw"), data.get("value"), data.get("key"))


BLANK = FieldValue()

Fields = Mapping[str, FieldValue]


def fields_to_json(fields: Fields) -> dict[str, Json]:
    """Return the wire form of a record's fields."""
    return {name: value.to_json() for name, value in fields.items()}


def fields_from_json(data: Mapping[str, Json] | None) -> dict[str, FieldValue]:
    """Rebuild a record's fields from their wire form."""
    return {name: FieldValue.from_json(value) for name, value in (data or {}).items()}
