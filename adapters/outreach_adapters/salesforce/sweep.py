"""Reads every record of an object changed since a moment, and what was deleted or merged since.

Rule: a record may become visible some time after the moment it is stamped with, so a run reads again
from a look-back before the last one began; what it shows unchanged is not told again.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-queryall.md
https://developer.salesforce.com/docs/platform/api-rest/guide/resources-getdeleted.md
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.reading import DELETED, ID, MASTER, STAMP, Reading, moment_of
from outreach_core.errors import OutreachError, Skippable

Body = dict[str, Any]
# more than so many are read again rather than remembered
SEEN_AT_MOST = 2_000
# https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_getdeleted.htm: the
# log reaches back 15 days, and a span has more than a minute
LOG_REACHES = timedelta(days=14, hours=12)
SHORTEST_SPAN = timedelta(minutes=2)
LONGEST_CHAIN = 10
_ORDER = (STAMP, ID)


class Found(NamedTuple):
    """A record that changed, and the ids that were merged into it."""

    row: Body
    merged_ids: tuple[str, ...] = ()


class _Shown(NamedTuple):
    """What one run saw of a record: when it was stamped, and a mark of all its values."""

    at: datetime
    mark: str


@dataclass(frozen=True)
class Position:
    """Where the next run begins.

    Attributes:
        since: Records stamped at or after it are read.
        log_since: Deletions at or after it are asked from the log.
        seen: The records at or after ``since`` by id, with a mark of what was told of them.
        gone: The deletions at or after ``log_since`` that were told, with their moments.
    """

    since: datetime
    log_since: datetime
    seen: Mapping[str, str] = field(default_factory=dict)
    gone: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> Body:
        """Return the form kept in a bookmark."""
        return {
            "since": self.since.isoformat(),
            "log_since": self.log_since.isoformat(),
            "seen": dict(self.seen),
            "gone": dict(self.gone),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Position | None:
        """Rebuild a position from a bookmark; ``None`` if there is none."""
        if not data.get("since"):
            return None
        since, log_since = (datetime.fromisoformat(data[n]) for n in ("since", "log_since"))
        return cls(since, log_since, dict(data.get("seen") or {}), dict(data.get("gone") or {}))


@dataclass
class Sweep:
    """One pass over the records of one object in the order of their stamps.

    | # | what Salesforce shows | told as |
    |---|---|---|
    | 1 | a record, new or changed | the record |
    | 2 | a record that the last run showed just so | nothing |
    | 3 | a deleted record | the record, deleted |
    | 4 | a record merged into another | the survivor with the id; if that is gone too, as (3) |
    | 5 | a deletion in the log that no query shows | the id, deleted |

    Attributes:
        name: Tells the object's parts from other objects' in one call.
        position: Where the last run ended; ``None`` for a first run, which reads what is alive.
        start: A first run reads nothing stamped before it.
    """

    reading: Reading
    name: str
    position: Position | None
    start: datetime | None = None
    answers: composite.Answered = field(default_factory=dict)
    _shown: dict[str, _Shown] = field(default_factory=dict)
    _gone: dict[str, str] = field(default_factory=dict)
    _merged: dict[str, Body] = field(default_factory=dict)

    def parts(self, now: datetime) -> list[composite.Part]:
        """Return what to ask, by the vendor's clock."""
        first = self.position is None
        asked = [composite.query(self.name, self._query(), gone_too=not first)]
        if self.position is not None:
            asked.append(self._log_part(self.position, now))
        return asked

    def records(self) -> Iterator[Found]:
        """Yield what is to be told, once the answers are there."""
        self._shown, self._gone, self._merged = {}, {}, {}
        for row in self._rows():
            yield from self._told(row)
        for row in self._strays():
            yield from self._told(row)
        yield from self._survivors()

    def end(self, begun: datetime, lookback: timedelta) -> Position:
        """Return where the next run begins, after the last record, by the vendor's clock."""
        before = self.position
        since = begun - lookback
        log_since = min(since, self._log_covered() or since)
        if before:
            since, log_since = max(before.since, since), max(before.log_since, log_since)
            if self.refusal is not None:
                log_since = before.log_since
        seen = {i: shown.mark for i, shown in self._shown.items() if shown.at >= since}
        told = {**(before.gone if before else {}), **self._gone}
        edge = log_since - SHORTEST_SPAN
        gone = {i: at for i, at in told.items() if datetime.fromisoformat(at) >= edge}
        return Position(since, log_since, _newest(seen), _newest(gone))

    @property
    def refusal(self) -> OutreachError | None:
        """Why the log of deletions did not answer; queries show all but what was purged."""
        answer = self.answers.get(f"{self.name}_log")
        return answer if isinstance(answer, OutreachError) else None

    # -- what is asked ------------------------------------------------------------------------

    def _query(self, *behind: soql.Condition) -> str:
        where = list(behind)
        if self.position is None:
            where.append(soql.is_flag(DELETED, on=False))
        since = self.position.since if self.position else self.start
        if since is not None and not behind:
            where.append(soql.at_least(STAMP, since))
        return self.reading.select(*where, order=_ORDER)

    def _log_part(self, position: Position, now: datetime) -> composite.Part:
        end = now.replace(second=0, microsecond=0)
        start = max(position.log_since, end - LOG_REACHES)
        start = min(start, end - SHORTEST_SPAN)
        return composite.deleted(f"{self.name}_log", self.reading.of, start, end)

    # -- what came ----------------------------------------------------------------------------

    def _rows(self) -> Iterator[Body]:
        """Yield all rows; where a page is gone meanwhile, go on behind the last row."""
        answer: Body | OutreachError = self.answers[self.name]
        last: Body | None = None
        while True:
            progress = last
            try:
                for row in self.reading.rows(answer):
                    last = row
                    yield row
            except Skippable as error:
                if error.code != "cursor_gone" or last is progress or last is None:
                    raise
            else:
                return
            after = soql.behind(STAMP, _stamp(last), last[ID])
            part = composite.query(
                self.name, self._query(after), gone_too=self.position is not None
            )
            answer = self.reading.client.ask([part])[self.name]

    def _told(self, row: Body) -> Iterator[Found]:
        shown = _Shown(_stamp(row), _mark(row))
        self._shown[row[ID]] = shown
        if len(self._shown) > 2 * SEEN_AT_MOST:
            self._shown = dict(list(self._shown.items())[-SEEN_AT_MOST:])
        if row[DELETED]:
            self._gone[row[ID]] = shown.at.isoformat()
        if self.position and self.position.seen.get(row[ID]) == shown.mark:  # (2)
            return
        if row[DELETED] and row.get(MASTER):  # (4)
            self._merged[row[ID]] = row
        else:
            yield Found(row)  # (1) (3)

    def _strays(self) -> Iterator[Body]:
        """Yield what the log alone knows of: purged, or deleted while the query ran."""
        if self.position is None or self.refusal is not None:
            return
        log = self.answers.get(f"{self.name}_log") or {}
        listed = log.get("deletedRecords") or () if isinstance(log, Mapping) else ()
        dates = {str(one["id"]): str(one["deletedDate"]) for one in listed}
        new = [i for i in dates if i not in self._gone and i not in self.position.gone]
        if not new:
            return
        known = self.reading.by_ids(new)
        for record_id in new:
            row = known.get(record_id)
            if row is None:  # (5)
                yield {ID: record_id, DELETED: True, STAMP: dates[record_id]}
            elif row[DELETED]:
                yield row

    def _survivors(self) -> Iterator[Found]:
        """Yield the records that others were merged into; a master may itself have been merged."""
        merged: dict[str, list[str]] = {}
        for loser in self._merged:
            merged.setdefault(self._root(loser), []).append(loser)
        if not merged:
            return
        known = self.reading.by_ids(list(merged))
        for master, losers in merged.items():
            row = known.get(master)
            if row is not None and not row[DELETED]:
                yield Found(row, tuple(losers))
            else:
                yield from (Found(self._merged[loser]) for loser in losers)

    def _root(self, loser: str) -> str:
        found = loser
        for _ in range(LONGEST_CHAIN):
            if found not in self._merged:
                break
            found = str(self._merged[found][MASTER])
        return found

    def _log_covered(self) -> datetime | None:
        answer = self.answers.get(f"{self.name}_log")
        if answer is None or isinstance(answer, OutreachError):
            return None
        return moment_of(answer.get("latestDateCovered"))


def linked(of: str, row_id: str, *where: soql.Condition) -> str:
    """Return the query that counts the records with a row id."""
    return soql.count(of, soql.filled(row_id), *where)


def _mark(row: Mapping[str, Any]) -> str:
    """Return a mark of all values: a stamp has whole seconds, and two edits may share one."""
    text = json.dumps({n: v for n, v in row.items() if n != "attributes"}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _stamp(row: Mapping[str, Any]) -> datetime:
    found = moment_of(row.get(STAMP))
    if found is None:
        raise ValueError("a record has no SystemModstamp")
    return found


def _newest(found: Mapping[str, str]) -> dict[str, str]:
    """Return at most so many, those that came last."""
    kept: Sequence[tuple[str, str]] = list(found.items())[-SEEN_AT_MOST:]
    return dict(kept)
