"""What a record contract is: columns that a plain record is checked by, and the JSON Schema they make. Pure.

Rule: a record is refused by name of its column, never by its value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach_core.errors import ConfigError

Record = Mapping[str, Any]
KEY_TYPES = ["string", "number"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# of the SDK, of the ledger's envelope: no columns of anybody's
FOREIGN = r"^(_sdc_.*|_sync|intent_id)$"
# https://datatracker.ietf.org/doc/html/rfc3339#section-5.6, with a space allowed and seconds optional
TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True)
class Column:
    """One column of a stream.

    Attributes:
        means: For people; one sentence.
        words: The only values it takes, if there are only some; the first is taken where it is blank.
        time: Whether it is a time with an offset.
        number: Whether it may be a JSON number.
    """

    name: str
    means: str
    required: bool = False
    words: tuple[str, ...] = ()
    time: bool = False
    number: bool = False

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a value."""
        types = [
            "string",
            *(["number"] if self.number else []),
            *([] if self.required else ["null"]),
        ]
        found: dict[str, Any] = {"description": self.means}
        found["type"] = types[0] if len(types) == 1 else types
        if self.words:
            found["enum"] = [*self.words, *([] if self.required else ["", None])]
        if self.time:
            found["pattern"] = TIME if self.required else f"{TIME}|^$"
        elif self.required:
            found["pattern"] = r"\S"
        return found


@dataclass(frozen=True)
class Contract:
    """One stream.

    Attributes:
        about: What a record is; one sentence.
        twice: What saying a record twice does, and by what it is recognised.
        any_of: Columns of which a record needs one that is not blank; the first one given counts.
        more: What any further column is; blank: there are none.
        sample: A CSV of such records.
    """

    stream: str
    about: str
    twice: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    more: str = ""
    sample: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The columns that have a meaning of their own."""
        return frozenset(column.name for column in self.columns)

    def check_columns(self, records: Iterable[Record]) -> None:
        """Stop if records have columns that mean nothing: one may be misspelt.

        Raises:
            ConfigError: ``unknown_column``.
        """
        given = {name for record in records for name in record} - self.names
        strangers = sorted(name for name in given if not self.more and not re.match(FOREIGN, name))
        if strangers:
            raise ConfigError(
                f"A record of {self.stream} has no column {', '.join(strangers)}.",
                code="unknown_column",
                remedy=f"It has {', '.join(column.name for column in self.columns)}.",
                columns=tuple(strangers),
            )

    def trouble(self, record: Record) -> dict[str, str] | None:
        """Return why a record cannot be taken, without quoting it; nothing if it can."""
        missing = [c.name for c in self.columns if c.required and not text(record, c.name)]
        if missing:
            return {"code": "incomplete", "message": f"{', '.join(missing)} is missing."}
        if self.any_of and not any(text(record, name) for name in self.any_of):
            return {"code": "no_key", "message": f"One of {', '.join(self.any_of)} is needed."}
        for column in self.columns:
            value = text(record, column.name)
            if value and column.words and value.lower() not in column.words:
                known = ", ".join(column.words)
                return {"code": "unknown_word", "message": f"{column.name} is none of {known}."}
            if value and column.time and not is_time(value):
                return {"code": "bad_time", "message": f"{column.name} is no time with an offset."}
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a record."""
        found: dict[str, Any] = {
            "$schema": DIALECT,
            "title": self.stream,
            "description": f"{self.about} {self.twice}",
            "type": "object",
            "properties": {column.name: column.schema() for column in self.columns},
        }
        required = [column.name for column in self.columns if column.required]
        if required:
            found["required"] = required
        if self.any_of:
            found["anyOf"] = [
                {"required": [name], "properties": {name: {"type": KEY_TYPES, "pattern": r"\S"}}}
                for name in self.any_of
            ]
        found["patternProperties"] = {FOREIGN: True}
        further = {"description": self.more, "type": ["string", "number", "boolean", "null"]}
        found["additionalProperties"] = further if self.more else False
        return found


def is_time(value: str) -> bool:
    """Return whether a text is a time with an offset, on a day that exists."""
    try:
        return bool(re.match(TIME, value)) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def text(record: Record, name: str) -> str:
    """Return a column's value without white space around it; a missing one is blank."""
    value = record.get(name)
    return "" if value is None else str(value).strip()
