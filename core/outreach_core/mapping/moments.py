"""Dates and times: serial numbers and local wall time in a sheet, ISO text or milliseconds in a CRM.

The rule: a moment is carried in UTC, a date without a zone; a time that a clock change makes ambiguous is
written with its offset, so that it reads back as the same moment.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from outreach_core.mapping.raw import Seen, Trouble
from outreach_core.model import Json

# https://developers.google.com/workspace/sheets/api/guides/formats#about_date_time_values
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - wall time on purpose
_LAST_SERIAL = 2_958_465  # 9999-12-31
_MILLISECONDS = 100_000_000_000  # below: a serial number, above: milliseconds since 1970


def read_date(raw: Json, text: str) -> Seen | Trouble:
    """Read a date: a serial number, ``YYYY-MM-DD`` with or without a time, or milliseconds UTC."""
    moment = _moment(raw, text)
    if moment is None:
        return Trouble("bad_date", "This is not a date.", "Type it as YYYY-MM-DD.")
    day = moment.date().isoformat()
    return Seen(day, day)


def read_datetime(raw: Json, text: str, zone: ZoneInfo) -> Seen | Trouble:
    """Read a moment; text without an offset and serial numbers are wall time in ``zone``."""
    moment = _moment(raw, text)
    if moment is None:
        return Trouble("bad_datetime", "This is not a time.", "Type it as YYYY-MM-DD HH:MM:SS.")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        utc = moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        return Trouble("bad_datetime", "The time is out of range.", "Correct the year.")
    canonical = utc.isoformat().replace("+00:00", "Z")
    return Seen(canonical, canonical)


def wall_time(value: str, zone: ZoneInfo) -> str:
    """Return a canonical moment as wall time, with an offset only where it would be ambiguous."""
    moment = datetime.fromisoformat(value)
    local = moment.astimezone(zone)
    text = local.strftime("%Y-%m-%d %H:%M:%S") if local.year > 999 else local.isoformat(" ")
    again = read_datetime(text, text, zone)
    return text if isinstance(again, Seen) and again.value == value else local.isoformat(" ")


def _moment(raw: Json, text: str) -> datetime | None:
    if not isinstance(raw, str) or text.isdecimal():
        return _from_number(float(text) if not isinstance(raw, bool) else -1.0)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _from_number(number: float) -> datetime | None:
    if 1 <= number < _LAST_SERIAL + 1:
        return _SERIAL_ZERO + timedelta(seconds=round(number * 86_400))
    if _MILLISECONDS <= number < _MILLISECONDS * 1000:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(number))
    return None


def is_date(value: str) -> bool:
    """Whether a value is a date in its canonical form."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
