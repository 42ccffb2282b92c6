"""Pages of a query, and how long the next one can be fetched.

The one rule: a cursor keeps the rows as they were when the query ran, for two days.

https://developer.salesforce.com/docs/platform/salesforce-app-limits-cheatsheet/guide/salesforce-app-limits-platform-apicursors.html
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from outreach_sandbox.salesforce.wire import Answer, Problem, RefusedError, Values

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.ids import Ids
    from outreach_sandbox.salesforce.soql_run import Found

LIFE = timedelta(days=2)
PREFIX = "01g"
SMALLEST, LARGEST = 200, 2000


class Cursor(NamedTuple):
    """What is left to fetch."""

    found: Found
    size: int
    opened: datetime


@dataclass
class Cursors:
    """The open cursors of an org."""

    ids: Ids
    open: dict[str, Cursor] = field(default_factory=dict)

    def first(self, found: Found, size: int, now: datetime, base: str) -> Answer:
        """The first page; a cursor is kept if there is more."""
        cursor = Cursor(found, size, now)
        if len(found.rows) <= size:
            return Answer(200, _page(cursor, 0, None))
        for old in [n for n, c in self.open.items() if now - c.opened >= LIFE]:
            del self.open[old]
        name = self.ids.new(PREFIX)
        self.open[name] = cursor
        return Answer(200, _page(cursor, 0, f"{base}/query/{name}"))

    def following(self, locator: str, now: datetime, base: str) -> Answer:
        """The page a `nextRecordsUrl` names: `<cursor>-<offset>`."""
        name, _, offset = locator.partition("-")
        cursor = self.open.get(name)
        known = cursor is not None and now - cursor.opened < LIFE and offset.isdigit()
        if cursor is None or not known or int(offset) > len(cursor.found.rows):
            raise RefusedError(Problem("INVALID_QUERY_LOCATOR", "invalid query locator"))
        return Answer(200, _page(cursor, int(offset), f"{base}/query/{name}"))


def page_size(header: str | None, most: int) -> int:
    """`Sforce-Query-Options: batchSize=500`, kept between 200 and 2,000; an org may give less."""
    for part in (header or "").split(","):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdigit():
            return min(most, max(SMALLEST, min(LARGEST, int(value))))
    return min(most, LARGEST)


def _page(cursor: Cursor, offset: int, url: str | None) -> Values:
    end = offset + cursor.size
    done = end >= len(cursor.found.rows)
    page: Values = {"totalSize": cursor.found.total, "done": done}
    if not done:
        page["nextRecordsUrl"] = f"{url}-{end}"
    return page | {"records": cursor.found.rows[offset:end]}
