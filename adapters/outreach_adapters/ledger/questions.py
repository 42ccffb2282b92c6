"""The open questions in full: of fields, records and deletions, and of what was refused.

The rule: a refusal is a question without a memory of its own: what was refused is kept for retry, and asked about
as long as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from outreach_adapters.ledger.asked import OPEN, open_conflicts
from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.schema import conflict, retry, sheet_row
from outreach_adapters.ledger.schema_effects import effect
from outreach_core.errors import ConfigError
from outreach_core.model import Side, fields_from_json
from outreach_core.model.planning import Choice, Conflict, ConflictKind, Edited, QuestionStatus
from outreach_core.model.questions import LABELS, Question, SideValue, options, suggest

REFUSED = "rejected:"  # how the id of a question about a refusal begins
REFUSED_FIELD = "(rejected)"
AGAIN = ""  # what was refused under no hash is tried with the next run
_NAMED_BY = ("business_name", "email", "contact_person")


class Questions:
    """Says what people are asked."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def open(self) -> list[Question]:
        """Return the questions that are not closed and not left as they are, the oldest first."""
        return [q for q in self.all() if q.status is not QuestionStatus.LEFT]

    def all(self) -> list[Question]:
        """Return the questions that are not closed, exceptions among them."""
        with self._store.read() as connection:
            return list(read_questions(connection))

    def find(self, named: str, field: str = "") -> Question:
        """Return the one question that a person means.

        Args:
            named: An id, some of its characters, or a business.
            field: Which of the business's questions, as its column is called or its name is.

        Raises:
            ConfigError: ``no_question`` or ``which_question``.
        """
        found = _meant(self.all(), named, field)
        if len(found) == 1:
            return found[0]
        if not found:
            raise ConfigError(
                "There is no such question.",
                code="no_question",
                remedy="`outreach status` lists the questions that are open.",
            )
        raise ConfigError(
            f"{len(found)} questions are meant by that.",
            code="which_question",
            remedy="Name one: " + ", ".join(f"{q.short} ({q.field})" for q in found) + ".",
        )


def _meant(questions: list[Question], named: str, field: str) -> list[Question]:
    asked = _fold(named)
    by_id = [q for q in questions if asked in (q.id.casefold(), q.short.casefold())]
    by_name = [q for q in questions if asked == _fold(q.business)]
    found = by_id or by_name or [q for q in questions if asked and asked in _fold(q.business)]
    return [q for q in found if not field or _fold(q.field) == _fold(field)]


def _fold(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def read_questions(
    connection: Connection, names: Mapping[str, str] | None = None
) -> tuple[Question, ...]:
    """Return the questions that are not closed, the oldest first.

    Args:
        connection: To the ledger.
        names: What to call each row; as the sheet shows it unless given.
    """
    called = _businesses(connection) if names is None else names
    query = select(conflict).where(conflict.c.status == OPEN)
    kept = {row.conflict_id: row for row in connection.execute(query)}
    asked = open_conflicts(connection)
    found = [_question(one, kept[one.conflict_id], called) for one in asked]
    return (*found, *_refusals(connection, called, {(one.rid, one.kind) for one in asked}))


def _businesses(connection: Connection) -> dict[str, str]:
    query = select(sheet_row.c.sync_id, sheet_row.c.fields).where(
        sheet_row.c.slot == "current", sheet_row.c.sync_id.is_not(None)
    )
    found = {}
    for row in connection.execute(query):
        fields = fields_from_json(row.fields)
        texts = (fields[name].value for name in _NAMED_BY if name in fields)
        found[str(row.sync_id)] = next((" ".join(text.split()) for text in texts if text), "")
    return found


def _question(asked: Conflict, row: Any, names: Mapping[str, str]) -> Question:
    values = {
        side: SideValue(value, asked.edited.get(side, Edited()))
        for side, value in asked.values.items()
    }
    choices = options(asked.kind, values, asked.candidates)
    chosen = next(
        (o.label for o in choices if (o.choice, o.record_id) == (asked.choice, asked.picked)), ""
    )
    return Question(
        id=asked.conflict_id,
        rid=asked.rid,
        kind=asked.kind,
        field=asked.field,
        business=names.get(asked.rid, ""),
        values=values,
        evidence=asked.evidence_hash,
        choices=choices,
        last_agreed=asked.agreed,
        suggestion=suggest(asked.kind, values),
        status=asked.status,
        opened_at=time_from_text(row.opened_at),
        decided_at=time_from_text(row.decided_at),
        decided_by=row.decided_by,
        decision=chosen,
        custom_value=asked.custom,
        note=asked.note,
        candidates=asked.candidates,
    )


def _refusals(
    connection: Connection, names: Mapping[str, str], asked: set[tuple[str, ConflictKind]]
) -> Iterable[Question]:
    """Return one question per row and side that refused something, unless it is asked elsewhere."""
    refused = effect.c.state == "rejected"
    told = [
        (row, row.first_failed)
        for query in (
            select(retry).where(~retry.c.ignored).order_by(retry.c.first_failed, retry.c.rid),
            select(effect).where(refused, ~effect.c.ignored).order_by(effect.c.first_failed),
        )
        for row in connection.execute(query)
    ]
    found: dict[str, Question] = {}
    for row, since in told:
        item = f"{REFUSED}{row.rid}:{row.side}"
        if item not in found and (row.rid, ConflictKind.IDENTITY) not in asked:
            found[item] = _refusal(item, row, since, names)
    return found.values()


def _refusal(item: str, row: Any, since: str | None, names: Mapping[str, str]) -> Question:
    again = row.input_hash == AGAIN
    return Question(
        id=item,
        rid=row.rid,
        kind=ConflictKind.REJECTED,
        field=REFUSED_FIELD,
        business=names.get(row.rid, ""),
        values={},
        evidence=refusal_evidence(row),
        choices=options(ConflictKind.REJECTED, ()),
        status=QuestionStatus.CHOSEN if again else QuestionStatus.OPEN,
        opened_at=time_from_text(since),
        decision=LABELS[Choice.RETRY] if again else "",
        note=row.error_text,
        words=row.vendor_message,
    )


def refusal_evidence(row: Any) -> str:
    """Return what an answer to a refusal is bound to: which refusal of what."""
    return f"{row.input_hash}:{row.attempts}"


def refused_side(item: str) -> tuple[str, Side]:
    """Return the row and the side that a question about a refusal is about."""
    rid, _, side = item.removeprefix(REFUSED).rpartition(":")
    return rid, Side(side)
