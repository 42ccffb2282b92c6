"""Which records changed or went between two moments.

The one rule: seconds are ignored, `SystemModstamp` decides, and the past has an end: 30 days for
changes, 15 for deletions, or less where the log of deletions was emptied.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getupdated.md
https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from outreach_sandbox.salesforce.sobjects import kind_of
from outreach_sandbox.salesforce.wire import (
    DAY,
    Answer,
    Problem,
    RefusedError,
    minute,
    moment_of,
    stamp,
)

if TYPE_CHECKING:
    from outreach_sandbox.kernel.service import Exchange
    from outreach_sandbox.salesforce.desk import Desk

UPDATED_DAYS, DELETED_DAYS = 30, 15
MOST_IDS = 600_000


def updated(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X/updated?start&end."""
    start, end = _window(desk, exchange, UPDATED_DAYS)
    table = desk.org.table(kind_of(desk, exchange))
    ids = [r.id for r in table.live() if start <= r.values["SystemModstamp"] < end]
    most = int(desk.org.settings.get("updated_ids", MOST_IDS))
    if len(ids) > most:
        text = f"more than {most} ids; choose dates that are closer together"
        raise RefusedError(Problem("EXCEEDED_ID_LIMIT", text))
    return Answer(200, {"ids": ids, "latestDateCovered": _covered(desk, end)})


def deleted(desk: Desk, exchange: Exchange) -> Answer:
    """GET sobjects/X/deleted?start&end; merged records are deleted records."""
    start, end = _window(desk, exchange, DELETED_DAYS)
    table = desk.org.table(kind_of(desk, exchange))
    kept = float(desk.org.settings.get("delete_log_seconds", DELETED_DAYS * DAY.total_seconds()))
    earliest = stamp(minute(desk.org.now() - timedelta(seconds=kept)))
    oldest = max(start, stamp(desk.org.now() - timedelta(seconds=kept)))
    gone = [
        {"id": record.id, "deletedDate": record.values["SystemModstamp"]}
        for record in table.records.values()
        if record.deleted and oldest <= record.values["SystemModstamp"] < end
    ]
    covered = _covered(desk, end)
    return Answer(
        200,
        {"deletedRecords": gone, "earliestDateAvailable": earliest, "latestDateCovered": covered},
    )


def _covered(desk: Desk, end: str) -> str:
    """The end, or where a transaction that still runs began.

    https://developer.salesforce.com/docs/atlas.en-us.api.meta/object_ref/sforce_api_calls_getupdated_getupdatedresult.htm
    """
    running = desk.jobs.running_since()
    return end if running is None else min(end, stamp(minute(running)))


def _window(desk: Desk, exchange: Exchange, days: int) -> tuple[str, str]:
    start, end = (_moment(exchange, name) for name in ("start", "end"))
    if start < minute(desk.org.now()) - timedelta(days=days):
        text = f"startDate cannot be more than {days} days ago"
        raise RefusedError(Problem("INVALID_REPLICATION_DATE", text))
    if end <= start:
        text = "endDate must be at least one minute greater than the startDate"
        raise RefusedError(Problem("INVALID_REPLICATION_DATE", text))
    return stamp(start), stamp(end)


def _moment(exchange: Exchange, name: str) -> datetime:
    # an unescaped + arrives as a space
    text = (exchange.first(name) or "").replace(" ", "+")
    found = moment_of(text) if "T" in text else None
    if found is None:
        raise RefusedError(Problem("INVALID_DATE_FORMAT", f"{name} is no ISO 8601 dateTime"))
    return minute(found)
