"""One cell: what is in it, how typed text becomes a value, how a value is shown.

Rule: a cell is never changed, only replaced, so that a snapshot of a sheet costs nothing.

| # | written                          | option       | becomes                            |
|---|----------------------------------|--------------|------------------------------------|
| 1 | anything                         | RAW          | itself; text stays text            |
| 2 | `'text`                          | USER_ENTERED | text without the apostrophe        |
| 3 | `=...`                           | USER_ENTERED | a formula                          |
| 4 | `TRUE`, `false`                  | USER_ENTERED | a boolean                          |
| 5 | `0042`, `1,234.5`, `5%`          | USER_ENTERED | a number                           |
| 6 | `2020-01-01`, `3/4/2020 10:00`   | USER_ENTERED | a date serial with a date format   |
| 7 | anything into a TEXT cell        | USER_ENTERED | text                               |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

Value = str | int | float | bool | None
# serials have no zone, and UTC has no gaps
EPOCH = datetime(1899, 12, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cell:
    """A value or a formula, with format, note and validation."""

    value: Value = None
    formula: str | None = None
    format: dict[str, Any] | None = None
    note: str | None = None
    validation: dict[str, Any] | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is shown in it."""
        return self.value is None and self.formula is None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is in it."""
        return self.is_blank and not self.format and not self.note and not self.validation

    @property
    def number_format(self) -> dict[str, Any]:
        """The number format, or an empty one."""
        found: dict[str, Any] = (self.format or {}).get("numberFormat", {})
        return found


EMPTY = Cell()


def written(old: Cell, value: Any, *, typed: bool, locale: str) -> Cell:
    """The cell after this value was written; `''` clears, the format stays."""
    if value == "" and isinstance(value, str):
        return replace(old, value=None, formula=None)
    if not typed or not isinstance(value, str):
        return replace(old, value=tidy(value), formula=None)
    if old.number_format.get("type") == "TEXT":
        return replace(old, value=value, formula=None)
    return _typed(old, value, locale)


def tidy(value: Any) -> Value:
    """Whole numbers are integers, everything else is as it is."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    result: Value = value
    return result


def _typed(old: Cell, text: str, locale: str) -> Cell:
    if text.startswith("'"):
        return replace(old, value=text[1:] or None, formula=None)
    if text.startswith("=") and len(text) > 1:
        return replace(old, value=None, formula=text)
    if text.upper() in ("TRUE", "FALSE"):
        return replace(old, value=text.upper() == "TRUE", formula=None)
    number = _number(text.strip(), locale)
    if number is not None:
        amount, pattern = number
        return _formatted(replace(old, value=tidy(amount), formula=None), "PERCENT", pattern)
    moment = _moment(text.strip(), locale)
    if moment is not None:
        serial, kind, pattern = moment
        return _formatted(replace(old, value=tidy(serial), formula=None), kind, pattern)
    return replace(old, value=text, formula=None)


def _formatted(cell: Cell, kind: str, pattern: str | None) -> Cell:
    if pattern is None:
        return cell
    shown = {**(cell.format or {}), "numberFormat": {"type": kind, "pattern": pattern}}
    return replace(cell, format=shown)


def decimal_comma(locale: str) -> bool:
    """Whether the locale writes 1,5 for one and a half."""
    return locale.split("_", maxsplit=1)[0] not in ("en", "zh", "ja", "ko", "th", "he", "hi")


def _number(text: str, locale: str) -> tuple[float | int, str | None] | None:
    comma = decimal_comma(locale)
    percent = text.endswith("%")
    body = text[:-1] if percent else text
    thousands, point = (".", ",") if comma else (",", ".")
    grouped = rf"[+-]?\d{{1,3}}(?:\{thousands}\d{{3}})+(?:\{point}\d+)?"
    plain = rf"[+-]?(?:\d+(?:\{point}\d*)?|\{point}\d+)(?:[eE][+-]?\d+)?"
    if not re.fullmatch(rf"{grouped}|{plain}", body):
        return None
    digits = body.replace(thousands, "").replace(point, ".")
    value: float | int = int(digits) if re.fullmatch(r"[+-]?\d+", digits) else float(digits)
    if abs(value) > 1e308 or (isinstance(value, int) and abs(value) >= 10**15):
        value = float(value)
    return (value / 100, "0.00%" if "." in digits else "0%") if percent else (value, None)


_TIME = r"(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?"


def _moment(text: str, locale: str) -> tuple[float, str, str] | None:
    found = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})" + _TIME, text)
    if found:
        return _serial(found, (1, 2, 3), "yyyy-mm-dd")
    found = re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})" + _TIME, text)
    if found:
        mark = "." if "." in text.split(" ", maxsplit=1)[0] else "/"
        if locale == "en_US":
            return _serial(found, (3, 1, 2), f"m{mark}d{mark}yyyy")
        return _serial(found, (3, 2, 1), f"dd{mark}mm{mark}yyyy")
    return None


def _serial(
    found: re.Match[str], order: tuple[int, int, int], pattern: str
) -> tuple[float, str, str] | None:
    year, month, day = (int(found.group(number)) for number in order)
    hour, minute, second = (int(found.group(number) or 0) for number in (4, 5, 6))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    serial = to_serial(moment)
    if found.group(4) is None:
        return serial, "DATE", pattern
    clock = "h:mm:ss" if found.group(6) else "h:mm"
    return serial, "DATE_TIME", f"{pattern} {clock}"


def to_serial(moment: datetime) -> float:
    """Days since 1899-12-30."""
    # https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
    return (moment - EPOCH) / timedelta(days=1)


def shown(value: Value, cell: Cell, locale: str) -> str:
    """The value as the spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    kind = cell.number_format.get("type", "")
    pattern = str(cell.number_format.get("pattern", ""))
    if kind in ("DATE", "DATE_TIME", "TIME"):
        return _show_moment(float(value), pattern or _DEFAULT_PATTERN[kind])
    text = _show_number(value * 100 if kind == "PERCENT" else value, pattern)
    text = text.replace(".", ",") if decimal_comma(locale) else text
    return f"{text}%" if kind == "PERCENT" else text


_DEFAULT_PATTERN = {"DATE": "yyyy-mm-dd", "DATE_TIME": "yyyy-mm-dd h:mm:ss", "TIME": "h:mm:ss"}


def _show_number(value: float, pattern: str) -> str:
    decimals = re.search(r"0\.(0+)", pattern)
    if decimals:
        return f"{value:.{len(decimals.group(1))}f}"
    if isinstance(value, int):
        return str(value)
    if abs(value) >= 1e15 or (value and abs(value) < 1e-10):
        return f"{value:.5E}"
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return text or "0"


def _show_moment(serial: float, pattern: str) -> str:
    moment = EPOCH + timedelta(seconds=round(serial * 86400))
    day, _, clock = pattern.partition(" ")
    if "h" in day.lower():
        day, clock = "", day
    parts = {
        "yyyy": f"{moment.year:04}",
        "dd": f"{moment.day:02}",
        "mm": f"{moment.month:02}",
        "d": str(moment.day),
        "m": str(moment.month),
    }
    text = re.sub(r"yyyy|dd|mm|d|m", lambda found: parts[found.group()], day)
    times = {
        "hh": f"{moment.hour:02}",
        "h": str(moment.hour),
        "mm": f"{moment.minute:02}",
        "ss": f"{moment.second:02}",
    }
    tail = re.sub(r"hh|h|mm|ss", lambda found: times[found.group()], clock.lower())
    return f"{text} {tail}".strip()
