"""The date words of SOQL, as the days they stand for.

The one rule: days begin at midnight UTC, and weeks on Sunday, as in an org with US settings.

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_dateformats.htm
"""

from __future__ import annotations

from datetime import date, timedelta

from outreach_sandbox.salesforce.wire import DAY, NotBuiltError, Problem, RefusedError

Span = tuple[date, date]


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
    shift = {"LAST": -1, "THIS": 0, "NEXT": 1}.get(which)
    if shift is None or unit not in ("WEEK", "MONTH", "QUARTER", "YEAR"):
        if "FISCAL" in name:
            raise NotBuiltError(f"the date literal {word}")
        raise RefusedError(Problem("MALFORMED_QUERY", f"unexpected token: '{word}'"))
    return _calendar(unit, shift, today)


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
