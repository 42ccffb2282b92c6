"""What a confirmed write changes: bases, staged copies, the link, the history.

The rule: the staged copy of the destination is brought up to date with the base, so that a run whose
gate held (nothing read anew) plans nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select, update

from outreach_adapters.ledger.conversions import (
    change_columns,
    record_columns,
    record_of,
    time_from_text,
    told_columns,
    value_columns,
)
from outreach_adapters.ledger.effects import effect_of, know_companies, note_done, note_fine
from outreach_adapters.ledger.importing import book_row
from outreach_adapters.ledger.plans import put_link
from outreach_adapters.ledger.schema import base, change, crm_record, link, row_id, sheet_row
from outreach_adapters.ledger.writes import READ_WITH, read_meta, upsert
from outreach_core.model import (
    BLANK,
    Company,
    CrmRecord,
    Effect,
    EffectKind,
    FieldValue,
    Intent,
    IntentKind,
    LinkState,
    Operation,
    Outcome,
    OutcomeKind,
    Side,
    fields_from_json,
    fields_to_json,
)
from outreach_core.model.planning import Link

SYNC_ID = "_sync_id"


@dataclass(frozen=True, slots=True)
class Bookkeeping:
    """Books confirmed writes inside one transaction."""

    connection: Connection
    run_id: str
    stamp: str

    def acknowledge(self, planned: Intent, outcome: Outcome, planned_at: str) -> None:
        """Book a write that the destination confirmed."""
        if planned.kind is IntentKind.ROW_ID:
            self._row_id(planned, outcome)
            return
        if planned.kind is IntentKind.COMPANY:
            self._company(planned, outcome)
            return
        if planned.kind is IntentKind.EFFECT:
            self._effect(planned, outcome)
            self._written_at(planned.rid, planned_at)
            return
        if planned.kind is IntentKind.ROWS:
            book_row(
                self.connection,
                planned,
                outcome,
                run_id=self.run_id,
                stamp=self.stamp,
                planned_at=planned_at,
            )
            return
        taken = self._taken(planned, outcome)
        if planned.operation is Operation.CREATE and outcome.record_id:
            self._link(planned, outcome.record_id)
            self._along(planned, outcome)
        self._bases(planned, taken)
        self._changes(planned, taken)
        self._stage(planned, outcome, taken)
        if taken or planned.operation is Operation.CREATE:
            self._written_at(planned.rid, planned_at)

    def _taken(self, planned: Intent, outcome: Outcome) -> dict[str, FieldValue]:
        """Return, by field, what the destination is known to have stored."""
        if outcome.kind is OutcomeKind.ADOPTED:
            sent = {name: c.new for name, c in planned.changes.items()}
            return {name: value for name, value in sent.items() if name not in outcome.skipped}
        return {
            name: value
            for name, value in outcome.returned.items()
            if name in planned.changes and name not in outcome.skipped
        }

    def _row_id(self, planned: Intent, outcome: Outcome) -> None:
        columns = {"rid": planned.rid, "confirmed": True, "present": True}
        upsert(self.connection, row_id, [columns])
        number = outcome.row or planned.row
        if number is not None:
            self.connection.execute(
                update(sheet_row)
                .where(sheet_row.c.slot == "current", sheet_row.c.row == number)
                .values(sync_id=planned.rid)
            )

    def _company(self, planned: Intent, outcome: Outcome) -> None:
        """Book a company that was made or renamed; one that a person renamed is not ours any more."""
        ours = not outcome.skipped
        name = str(planned.payload.get("name") or "") if ours else ""
        record_id = outcome.record_id or planned.record_id
        made = Company(planned.side, planned.event_key, record_id, name, made_by_us=ours)
        know_companies(self.connection, [made], self.stamp)
        note_fine(self.connection, planned)
        if ours:
            row = told_columns(planned, self.run_id, self.stamp)
            self.connection.execute(insert(change), [row])

    def _effect(self, planned: Intent, outcome: Outcome) -> None:
        done = effect_of(planned, outcome.record_id)
        note_done(self.connection, [done], self.run_id, self.stamp)
        row = told_columns(planned, self.run_id, self.stamp)
        self.connection.execute(insert(change), [row])

    def _along(self, planned: Intent, outcome: Outcome) -> None:
        """Book what was told together with a record that was made."""
        told = [
            Effect(key, planned.side, EffectKind.COMPANY, planned.rid, 0, "done", outcome.record_id)
            for key in outcome.effects
        ]
        note_done(self.connection, told, self.run_id, self.stamp)

    def _link(self, planned: Intent, record_id: str) -> None:
        where = (link.c.rid == planned.rid) & (link.c.side == str(planned.side))
        old = self.connection.execute(select(link).where(where)).first()
        history = tuple(old.history or ()) if old else ()
        if old is not None and old.record_id != record_id:
            history = (*history, old.record_id)
        state = LinkState.DUPLICATE if self._owned(planned, record_id) else LinkState.ACTIVE
        made = Link(planned.rid, planned.side, planned.object, record_id, state, history)
        put_link(self.connection, made, self.run_id, self.stamp)

    def _owned(self, planned: Intent, record_id: str) -> bool:
        """Tell whether another row owns the record already."""
        query = select(link.c.rid).where(
            link.c.side == str(planned.side),
            link.c.record_id == record_id,
            link.c.state == str(LinkState.ACTIVE),
            link.c.rid != planned.rid,
        )
        return self.connection.execute(query).first() is not None

    def _bases(self, planned: Intent, taken: dict[str, FieldValue]) -> None:
        rows = [
            {"rid": planned.rid, "side": str(side), "field": name, **value_columns(value)}
            for name, returned in taken.items()
            for side, value in {**planned.changes[name].sources, planned.side: returned}.items()
        ]
        rows += [
            {"rid": planned.rid, "side": str(planned.side), "field": also, **value_columns(value)}
            for name in taken
            for also, value in planned.changes[name].remembers.items()
        ]
        stamps = {"at": self.stamp, "run_id": self.run_id}
        upsert(self.connection, base, [{**row, **stamps} for row in rows])

    def _changes(self, planned: Intent, taken: dict[str, FieldValue]) -> None:
        stamps = {"run_id": self.run_id, "at": self.stamp}
        rows = [
            {**change_columns(planned, name, returned), **stamps}
            for name, returned in taken.items()
        ]
        if rows:
            self.connection.execute(insert(change), rows)

    def _stage(self, planned: Intent, outcome: Outcome, taken: dict[str, FieldValue]) -> None:
        if planned.side is Side.SHEET:
            self._stage_row(planned, taken)
        else:
            self._stage_record(planned, outcome, taken)

    def _stage_row(self, planned: Intent, taken: dict[str, FieldValue]) -> None:
        where = (sheet_row.c.slot == "current") & (sheet_row.c.sync_id == planned.rid)
        for row in self.connection.execute(select(sheet_row).where(where)).all():
            fields = {**fields_from_json(row.fields), **taken}
            problems = {n: p for n, p in (row.problems or {}).items() if n not in taken}
            self.connection.execute(
                update(sheet_row)
                .where(sheet_row.c.slot == "current", sheet_row.c.row == row.row)
                .values(fields=fields_to_json(fields), problems=problems)
            )

    def _stage_record(
        self, planned: Intent, outcome: Outcome, taken: dict[str, FieldValue]
    ) -> None:
        record_id = outcome.record_id or planned.record_id
        if not record_id:
            return
        found = self._staged(planned, record_id)
        if outcome.kind is OutcomeKind.ADOPTED:
            if found is not None:
                return  # what was read is newer than what was sent
            taken = {**taken, **outcome.returned}
        record = found or self._new_record(planned, record_id)
        problems = {n: p for n, p in record.problems.items() if n not in taken}
        record = replace(
            record,
            fields={**record.fields, **taken},
            problems=problems,
            external_id=record.external_id or planned.rid,
        )
        record = _with_status(_with_email(record, taken), taken)
        if record.observed_at is None:
            record = replace(record, observed_at=time_from_text(self.stamp))
        upsert(self.connection, crm_record, [record_columns(record, self.run_id)])

    def _new_record(self, planned: Intent, record_id: str) -> CrmRecord:
        rules = read_meta(self.connection, f"{READ_WITH}{planned.side}")
        return CrmRecord(planned.side, planned.object, record_id, {}, rules=rules)

    def _staged(self, planned: Intent, record_id: str) -> CrmRecord | None:
        row: Any = self.connection.execute(
            select(crm_record).where(
                crm_record.c.side == str(planned.side),
                crm_record.c.object == planned.object,
                crm_record.c.record_id == record_id,
            )
        ).first()
        return record_of(row) if row else None

    def _written_at(self, rid: str, planned_at: str) -> None:
        """Note when a row was last written: when its plan was made, the same for all its sides."""
        self.connection.execute(
            update(row_id).where(row_id.c.rid == rid).values(written_at=planned_at)
        )


def _with_status(record: CrmRecord, taken: dict[str, FieldValue]) -> CrmRecord:
    """Show a status that was written at once, not only when the record is read again."""
    new = taken.get("status", BLANK).value
    return replace(record, extra={**record.extra, "crm_status": new}) if new else record


def _with_email(record: CrmRecord, taken: dict[str, FieldValue]) -> CrmRecord:
    new = taken.get("email", BLANK).key
    if new is None or new in record.emails:
        return record
    return replace(record, emails=(new, *record.emails))
