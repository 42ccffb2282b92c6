"""Recognise a tab whose times were read in another time zone: the same events, at other times (pure).

The rule: the outreach system writes wall time, so a corrected zone moves every time by one and the same whole
number of quarter hours. What moved like that in several places at once is not taken for another e-mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from outreach_core.merge.state import Happenings, IdentifiedRow, Observed
from outreach_core.model import Happening, HappeningKind

_QUARTER = timedelta(minutes=15)  # every zone is whole quarters of an hour away from UTC
_DAY = timedelta(days=1)  # the same hour of another day is another e-mail
_SEVERAL = 2


def zone_shifts(observed: Observed, rows: Iterable[IdentifiedRow]) -> frozenset[timedelta]:
    """Return by how much the times of the whole tab moved since they were noted."""
    counted: Counter[timedelta] = Counter()
    for row in rows:
        counted.update(_shifts(observed.happenings.get(row.rid, {}), row))
    return frozenset(shift for shift, times in counted.items() if times >= _SEVERAL)


def _shifts(known: Happenings, row: IdentifiedRow) -> Iterator[timedelta]:
    shown = {
        HappeningKind.EMAIL: row.shown.sent.at if row.shown.sent else None,
        HappeningKind.REPLY: row.shown.reply.at if row.shown.reply else None,
    }
    for kind, at in shown.items():
        last = _last_timed(known, kind)
        if at is not None and last is not None and _is_whole(at - last):
            yield at - last


def _last_timed(known: Happenings, kind: HappeningKind) -> datetime | None:
    mine: list[Happening] = [one for one in known.values() if one.kind is kind]
    last = max(mine, key=lambda one: one.n, default=None)
    return None if last is None or last.estimated else last.at


def _is_whole(shift: timedelta) -> bool:
    return bool(shift) and abs(shift) < _DAY and not shift % _QUARTER
