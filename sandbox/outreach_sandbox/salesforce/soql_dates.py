"""The date words of SOQL, as the days they stand for.

The one rule: days begin at midnight UTC, and weeks on Sunday, as in an org with US settings.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
"""

from __future__ import annotations

from datetime import date, timedelta

from outreach_sandbox.salesforce.wire import DAY, NotBuiltError

Span = tuple[date, date]
WHICH = {"LAST": -1, "THIS": 0, "NEXT": 1}
UNITS = ("WEEK", "MONTH", "QUARTER", "YEAR")
FISCAL = ("FISCAL_QUARTER", "FISCAL_YEAR")
FIXED = {
    *("TODAY", "YESTERDAY", "TOMORROW", "LAST_90_DAYS", "NEXT_90_DAYS"),
    *(f"{which}_{unit}" for which in WHICH for unit in (*UNITS, *FISCAL)),
}
COUNTED = {
    *(f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in ("DAY", *UNITS, *FISCAL)),
    *(f"N_{unit}S_AGO" for unit in ("DAY", *UNITS, *FISCAL)),
}


def span(word: str, today: date) -> Span:
    """First day and the day after the last."""
    name, _, count = word.partition(":")
    if count:
        return _counted(name, int(count), today)
    fixed = {
        "TODAY": (today, today + DAY),
        "YESTERDAY": (today - DAY, today),
        "TOMORROW": (today + DAY, today + 2 * DAY),
        "LAST_90_DAYS": (today - 90 * DAY, today + DAY),
        "NEXT_90_DAYS": (today + DAY, today + 91 * DAY),
    }
    if name in fixed:
        return fixed[name]
    which, _, unit = name.partition("_")
    if unit not in UNITS:
        raise NotBuiltError(f"the date literal {word}")
    return _calendar(unit, WHICH[which], today)


def is_date_word(word: str) -> bool:
    """Whether SOQL has this date literal, acted out here or not."""
    name, colon, count = word.partition(":")
    return name in (COUNTED if colon else FIXED) and count.isdigit() == bool(colon)


def _counted(name: str, count: int, today: date) -> Span:
    days = timedelta(days=count)
    known = {
        "LAST_N_DAYS": (today - days, today + DAY),
        "NEXT_N_DAYS": (today + DAY, today + days + DAY),
        "N_DAYS_AGO": (today - days, today - days + DAY),
    }
    if name not in known:
        raise NotBuiltError(f"the date literal {name}:n")
    return known[name]


def _calendar(unit: str, shift: int, today: date) -> Span:
    if unit == "WEEK":
        start = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=shift)
        return start, start + timedelta(weeks=1)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    first = today.year * 12 + (today.month - 1) // months * months + shift * months
    return _month(first), _month(first + months)


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)
