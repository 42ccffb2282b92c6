"""A corrected time zone moves every time of a tab at once, and is no second e-mail (``zones.py``)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from core.tests.effect_worlds import Sheet, at, shows
from outreach_core.model import HappeningKind, SheetRow


def rows_at(*moments: datetime, answered: timedelta | None = None) -> list[SheetRow]:
    """Rows that were sent at these times, and answered so much later."""
    return [
        shows(
            "Sent" if answered is None else "Replied",
            m,
            m + answered if answered else None,
            number=n,
        )
        for n, m in enumerate(moments, 1)
    ]


@pytest.mark.parametrize("hours", [3, -3, 5.75, 23.75])
def test_a_corrected_time_zone_is_no_news(hours: float):
    """The outreach system writes wall time: read in another zone, every time moves at once."""
    moved, hour = timedelta(hours=hours), timedelta(hours=1)
    sheet = Sheet()
    sheet.read(at(0), *rows_at(at(-30), at(-29), at(-28, seconds=7), answered=hour))
    before = {where: happening.at for where, happening in sheet.happenings.items()}
    again = rows_at(at(-30) + moved, at(-29) + moved, at(-28, seconds=7) + moved, answered=hour)
    sheet.read(at(1), *again)

    assert {where: moment + moved for where, moment in before.items()} == {
        where: happening.at for where, happening in sheet.happenings.items()
    }
    assert [] == sheet.read(at(2), *again)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (timedelta(hours=24), timedelta(hours=24)),
        (timedelta(hours=3, seconds=1), timedelta(hours=3, seconds=1)),
        (timedelta(hours=3), timedelta(hours=4)),
        (timedelta(hours=3), timedelta(0)),
    ],
    ids=["a day later", "no whole quarters", "each its own", "one row alone"],
)
def test_times_that_move_otherwise_are_other_emails(first: timedelta, second: timedelta):
    """Only one and the same move of several rows, by quarters of an hour and less than a day, is a zone's."""
    sheet = Sheet()
    sheet.read(at(0), *rows_at(at(-30), at(-29)))
    sheet.read(at(1), *rows_at(at(-30) + first, at(-29) + second))

    assert [at(-30), at(-30) + first] == sheet.emails(1)
    assert ([at(-29), at(-29) + second] if second else [at(-29)]) == sheet.emails(2)


def test_a_time_that_was_guessed_has_not_moved():
    """It is learned within its bounds, though others moved by as much; and it is no sign of a zone."""
    quarter = timedelta(minutes=15)
    guessed, learned = shows("Replied", number=3), shows("Replied", at(-40) + quarter, number=3)
    sheet = Sheet()
    sheet.read(at(-40), shows("Draft", number=3))
    sheet.read(at(0), *rows_at(at(-30), at(-29)), guessed)
    sheet.read(at(1), *rows_at(at(-30) + quarter, at(-29) + quarter), learned)
    alone = Sheet()
    alone.read(at(-40), shows("Draft", number=3))
    alone.read(at(0), *rows_at(at(-30)), guessed)
    alone.read(at(1), *rows_at(at(-30) + quarter), learned)

    assert [False] == [email.estimated for email in sheet.of(HappeningKind.EMAIL, 3)]
    assert [at(-30) + quarter] == sheet.emails(1)
    assert [at(-30), at(-30) + quarter] == alone.emails(1)


def test_a_row_sent_again_while_the_zone_is_corrected_has_a_second_email():
    """Its time did not move with the others'."""
    sheet = Sheet()
    sheet.read(at(0), *rows_at(at(-30), at(-29), at(-28)))
    sheet.read(at(1), *rows_at(at(-27), at(-26), at(0.5)))

    assert ([at(-27)], [at(-26)]) == (sheet.emails(1), sheet.emails(2))
    assert [at(-28), at(0.5)] == sheet.emails(3)
