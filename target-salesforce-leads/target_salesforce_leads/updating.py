"""Changes planned leads and contacts. Every intent ends in exactly one outcome.

Rule: read, compare, write what differs, read again; a field that somebody changed after the plan was made is
left alone.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-update.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.salesforce.answers import Answer, Refused, Unknown, Written
from outreach_adapters.salesforce.client import READ_AT_ONCE
from outreach_adapters.salesforce.fields import REFERENCE
from outreach_adapters.salesforce.ids import to_18
from outreach_adapters.salesforce.reading import CONVERTED, ID
from outreach_core.model import Outcome, OutcomeKind
from target_salesforce_leads import names
from target_salesforce_leads.planned import OBJECTS, Body, Means, Planned, in_groups
from target_salesforce_leads.repeats import first_per
from target_salesforce_leads.updates import Update, plan_update
from target_salesforce_leads.writing import Row

MOVED = "moved"
STAMP = "LastModifiedDate"
# read beside the fields, because what stands in for a name is made of them
_NAMES = ("LastName", "FirstName", "Company", "Website", "Email")


@dataclass(frozen=True)
class Change:
    """One intent with what is left to write of it."""

    item: Planned
    update: Update


@dataclass(frozen=True)
class Updater:
    """Changes leads and contacts."""

    means: Means

    def update(self, items: Sequence[Planned]) -> Iterator[list[Outcome]]:
        """Yield the outcomes, as they become known; of two for one record the second waits."""
        first, second = first_per(items, lambda item: to_18(item.record_id or "") or "")
        yield [item.outcome(OutcomeKind.HELD) for item in second]
        # one object after the other, so that a collection has few runs of a type
        listed = sorted(first, key=lambda item: item.obj != "leads")
        for group in in_groups(listed, self.means.writing.bulk_from):
            yield from self._group(group)

    def _group(self, group: Sequence[Planned]) -> Iterator[list[Outcome]]:
        current = self._read(group)
        settled: list[Outcome] = []
        todo: list[Change] = []
        for given in group:
            item = given.fit_for(self.means.fields(given.obj))
            record = current.get(to_18(item.record_id or "") or "")
            if record is None or record.get(CONVERTED):
                settled.append(item.outcome(OutcomeKind.GONE))
                continue
            update = self._plan(item, record)
            if update.changes:
                todo.append(Change(item, update))
            else:
                settled.append(self._settled(item, update, record).leaving_out(item.problems))
        yield settled
        answers = self.means.writing.update([self._row(change) for change in todo])
        for start in range(0, len(todo), READ_AT_ONCE):
            some = slice(start, start + READ_AT_ONCE)
            yield self._outcomes(todo[some], answers[some])

    def _plan(self, item: Planned, record: Body) -> Update:
        fields = self.means.fields(item.obj)
        update = plan_update(item.values, item.expected, item.places, record, fields)
        changes = names.for_changed(item.of, update.changes, record, fields)
        return Update(changes, update.kept, update.moved, record)

    def _row(self, change: Change) -> Row:
        item, update = change.item, change.update
        since = str(update.current.get(STAMP) or "") or None
        return Row(item.intent_id, item.of, {ID: item.record_id, **update.changes}, since)

    def _outcomes(self, changes: Sequence[Change], answers: Sequence[Answer]) -> list[Outcome]:
        pairs = list(zip(changes, answers, strict=True))
        unclear = [c for c, a in pairs if isinstance(a, Written) or a == Unknown()]
        shown = self.means.shown([(c.item, to_18(c.item.record_id or "") or "") for c in unclear])
        return [
            self._updated(change, answer, shown).leaving_out(change.item.problems)
            for change, answer in pairs
        ]

    def _updated(self, change: Change, answer: Answer, shown: Mapping[str, Body]) -> Outcome:
        """Return what became of an update.

        | # | answer | outcome |
        |---|---|---|
        | 1 | written | written, with what Salesforce shows; with what was sent if it cannot be read |
        | 2 | deleted, converted, not there; or a reference of it is not there | gone; rejected |
        | 3 | somebody was faster | held |
        | 4 | refused | rejected |
        | 5 | lost, or not mentioned and it cannot be read | unknown |
        | 6 | not mentioned, and Salesforce shows it | written |
        | 7 | not mentioned, else; not sent | held |
        """
        item, update = change.item, change.update
        now = shown.get(to_18(item.record_id or "") or "")
        match answer:
            case Written():  # (1)
                return self._settled(item, update, {**update.after, **(now or {})})
            case Refused("deleted" | "converted"):  # (2)
                return item.outcome(OutcomeKind.GONE)
            case Refused("not_found") if not self._names_records(change):  # (2)
                return item.outcome(OutcomeKind.GONE)
            case Refused("moved"):  # (3)
                return item.outcome(OutcomeKind.HELD, skipped=dict.fromkeys(item.places, MOVED))
            case Refused():  # (4)
                return item.rejected(answer)
            case Unknown(lost) if lost or now is None:  # (5)
                return item.outcome(OutcomeKind.UNKNOWN)
            case Unknown():
                if now and update.is_shown_by(now, self.means.fields(item.obj)):  # (6)
                    return self._settled(item, update, now)
        return item.outcome(OutcomeKind.HELD)  # (7)

    def _names_records(self, change: Change) -> bool:
        fields = self.means.fields(change.item.obj)
        kinds = [fields[name].type for name in change.update.changes if name in fields]
        return REFERENCE in kinds

    def _settled(self, item: Planned, update: Update, shown: Mapping[str, Any]) -> Outcome:
        """Return the outcome of an update that left the record showing this."""
        skipped = dict.fromkeys(update.moved, MOVED)
        if update.moved and not update.kept:
            return item.outcome(OutcomeKind.HELD, skipped=skipped)
        if item.problems and not update.kept:
            return item.outcome(OutcomeKind.REJECTED)
        returned = self.means.returned(item, shown, update.kept)
        return item.outcome(OutcomeKind.WRITTEN, returned=returned, skipped=skipped)

    def _read(self, items: Sequence[Planned]) -> dict[str, Body]:
        found: dict[str, Body] = {}
        for obj, of in OBJECTS.items():
            mine = [item for item in items if item.obj == obj]
            ids = [long for item in mine if (long := to_18(item.record_id or ""))]
            asked = {place for item in mine for place in (*self.means.sources(item), *item.values)}
            asked |= {ID, ROW_ID, STAMP, CONVERTED, *_NAMES}
            known = self.means.org.objects.get(of, {})
            if ids:
                found |= self.means.read(of, ids, sorted(asked & {*known}))
        return found
