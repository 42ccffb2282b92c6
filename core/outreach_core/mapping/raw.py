"""Turns what an API gave into clean text, whatever the cell or property was.

The rule: a value is never guessed at here; ``007`` stays ``007``, and what cannot be text is described.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from outreach_core.model import Json

# https://support.google.com/docs/answer/37603 — a cell holds at most 50,000 characters
CELL_LIMIT = 50_000

# https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/other#ErrorType
SHEET_ERRORS = frozenset(
    ("#DIV/0!", "#ERROR!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
)

_KEPT_CONTROLS = "\n\t"
_EDGES = "\ufeff\u200b\u2060"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a value cannot be used, before it is known whose field it is."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A usable value: the form carried to other sides and the form compared across sides."""

    value: str
    key: str


def clean_text(raw: Json) -> str | Trouble | None:
    """Return the text of a raw value, ``None`` if it is blank.

    1  absent, empty, only spaces or control characters   blank
    2  text                                               NFC, one kind of line end, trimmed
    3  a whole number (``905551112233``, ``5.0``)         its digits, without ``.0``
    4  another number                                     its shortest decimal form
    5  a ticked or empty box                              ``TRUE`` / ``FALSE``
    6  an error cell, too long, a list                    trouble
    """
    match raw:
        case None:
            return None
        case bool():
            return "TRUE" if raw else "FALSE"
        case int() | float() | Decimal():
            return number_text(raw)
        case str():
            return _clean(raw)
        case _:
            return Trouble(
                "unexpected_kind", "The value is neither text nor a number.", "Type plain text."
            )


def number_text(number: float | Decimal) -> str | Trouble:
    """Return a number's shortest decimal form: ``5.0`` is ``5``, ``1e+21`` has all its zeros."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite() or exact.adjusted() > 40 or exact.adjusted() < -40:
        return Trouble("bad_number", "The number is out of range.", "Type a smaller number.")
    text = format(exact, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shape(raw: Json) -> str:
    """Describe a value without quoting it."""
    match raw:
        case None:
            return "nothing"
        case bool():
            return "a checkbox"
        case int() | float() | Decimal():
            return "a number"
        case str():
            return f"text of {len(raw)} characters"
        case list():
            return f"a list of {len(raw)}"
        case _:
            return "a structure"


def comparable(text: str) -> str:
    """Return text with every run of white space as one space: how texts are compared."""
    return " ".join(text.split())


def _clean(raw: str) -> str | Trouble | None:
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(c for c in text if c in _KEPT_CONTROLS or unicodedata.category(c) not in _BAD)
    text = _trim(text)
    if not text:
        return None
    if text.upper() in SHEET_ERRORS:
        return Trouble(
            "sheet_error",
            "The cell shows a formula error instead of a value.",
            "Correct the cell; text that starts with = or + needs a leading apostrophe.",
        )
    if len(text) > CELL_LIMIT:
        return Trouble(
            "too_long",
            f"The text is longer than the {CELL_LIMIT:,} characters a cell can hold.",
            "Shorten it.",
        )
    return text


_BAD = ("Cc", "Cs")


def _trim(text: str) -> str:
    while (trimmed := text.strip().strip(_EDGES)) != text:
        text = trimmed
    return text
