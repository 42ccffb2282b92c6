"""Reads and renders one value of each field type.

The rule: what is rendered reads back with the same compared form (a property test holds every type to it).

    type       carried as                    compared as
    text       cleaned text                  white space folded
    email      normalised address            lower case
    phone      as typed                      E.164, else digits
    url        as typed                      host and path
    number     plain decimal                 the same
    date       YYYY-MM-DD                    the same
    datetime   UTC, to the second            the same
    boolean    true / false                  the same
    choice     the sheet's word              case folded
    choices    the sheet's words             the same, without order or repetition
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import assert_never
from zoneinfo import ZoneInfo

from outreach_core.mapping import moments, phones, raw, web
from outreach_core.mapping.choices import read_list, render_list
from outreach_core.mapping.raw import Seen, Trouble
from outreach_core.mapping.stand_ins import is_stand_in
from outreach_core.model import Json
from outreach_core.model.fields import FieldType

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?", re.ASCII)
_EXACT = 2**53  # above, a sheet's number cell loses digits
_TRUE = frozenset(("true", "yes", "1"))
_FALSE = frozenset(("false", "no", "0"))


@dataclass(frozen=True, slots=True)
class Kind:
    """A field's type with what the sheet's file says of it.

    Attributes:
        region: Phones: where a number without country code belongs (``TR``).
        zone: Moments: whose wall time a sheet shows.
    """

    type: FieldType
    region: str | None = None
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one side writes values.

    Attributes:
        native: The side holds numbers and checkboxes as such (a sheet); else all is text.
        words: Choices: the sheet's word → this side's word; empty where they are the same.
    """

    native: bool = False
    words: Mapping[str, str] = field(default_factory=dict)


def read(  # noqa: C901, PLR0912 - one case per type
    kind: Kind, dialect: Dialect, given: Json
) -> Seen | Trouble | None:
    """Read one raw value; ``None`` is blank."""
    text = raw.clean_text(given)
    if text is None or isinstance(text, Trouble):
        return text
    match kind.type:
        case FieldType.TEXT if not dialect.native and is_stand_in(text):
            return None
        case FieldType.TEXT:
            return Seen(text, raw.comparable(text))
        case FieldType.EMAIL:
            return web.read_email(text)
        case FieldType.PHONE:
            return phones.read_phone(text, kind.region)
        case FieldType.URL:
            return web.read_url(text)
        case FieldType.NUMBER:
            return _read_number(given, text)
        case FieldType.DATE:
            return moments.read_date(given, text)
        case FieldType.DATETIME:
            return moments.read_datetime(given, text, _zone(kind, dialect))
        case FieldType.BOOLEAN:
            return _read_boolean(text)
        case FieldType.CHOICE:
            return _read_choice(dialect, text)
        case FieldType.CHOICES:
            return read_list(text, partial(_read_choice, dialect), native=dialect.native)
        case _:
            assert_never(kind.type)


def render(kind: Kind, dialect: Dialect, value: str) -> str | int | float | bool | Trouble:
    """Return the raw form a side is given for a carried value."""
    match kind.type:
        case FieldType.NUMBER if dialect.native:
            return _native_number(value)
        case FieldType.BOOLEAN if dialect.native:
            return value == "true"
        case FieldType.DATETIME if dialect.native:
            return moments.wall_time(value, _zone(kind, dialect))
        case FieldType.CHOICE:
            return _render_choice(dialect, value)
        case FieldType.CHOICES:
            return render_list(value, partial(_render_choice, dialect), native=dialect.native)
        case _:
            return value


def _read_number(given: Json, text: str) -> Seen | Trouble:
    if isinstance(given, bool) or not _NUMBER.fullmatch(text):
        return Trouble("bad_number", "This is not a number.", "Type digits and one decimal point.")
    plain = raw.number_text(Decimal(text))
    return plain if isinstance(plain, Trouble) else Seen(plain, plain)


def _native_number(value: str) -> str | int | float:
    exact = Decimal(value)
    if exact == exact.to_integral_value():
        return int(exact) if abs(exact) <= _EXACT else value
    return float(value) if Decimal(repr(float(value))) == exact else value


def _read_boolean(text: str) -> Seen | Trouble:
    word = text.lower()
    if word in _TRUE:
        return Seen("true", "true")
    if word in _FALSE:
        return Seen("false", "false")
    return Trouble("bad_boolean", "This is neither yes nor no.", "Type TRUE or FALSE.")


def _read_choice(dialect: Dialect, text: str) -> Seen | Trouble:
    if not dialect.words:
        return Seen(text, fold(text))
    for ours, theirs in dialect.words.items():
        if fold(theirs) == fold(text):
            return Seen(ours, fold(ours))
    return Trouble(
        "unknown_choice",
        "The rules give no counterpart to this choice.",
        "Add it under `values` of this field in the rule file.",
    )


def _render_choice(dialect: Dialect, value: str) -> str | Trouble:
    if not dialect.words:
        return value
    for ours, theirs in dialect.words.items():
        if fold(ours) == fold(value):
            return theirs
    return Trouble(
        "unknown_choice",
        "The rules give no counterpart to this choice.",
        "Add it under `values` of this field in the rule file, or correct the cell.",
    )


def fold(text: str) -> str:
    """Return text as choices are compared: no case, white space folded."""
    return unicodedata.normalize("NFC", raw.comparable(text).casefold())


def _zone(kind: Kind, dialect: Dialect) -> ZoneInfo:
    return ZoneInfo(kind.zone or "UTC") if dialect.native else ZoneInfo("UTC")
