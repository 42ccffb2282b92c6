"""Takes in what people answer, from the sheet and from the command line.

The rule: an answer counts only for what was shown with it, and only once; taking in the same again changes
nothing. Here it is only kept: the next plan carries it out.

    1  an answer to a question that is not open any more         nothing
    2  … to other values than are asked about now                nothing; a question without an answer is
                                                                 reopened, both new values shown
    3  words that are no choice                                  a note, nothing else
    4  leave as they are                                         an exception, until a value changes
    5  another choice                                            chosen
    6  retry now, of what was refused                            tried with the next plan
    7  ignore                                                    not told of again until its input changes
    8  undo, of a line of the log                                asked for
    9  approve, of the plan that was shown                       approved
   10  the switch of all rows                                    switched
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from outreach_adapters.ledger.asked import OPEN
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.plans import Plans
from outreach_adapters.ledger.questions import (
    AGAIN,
    REFUSED,
    read_questions,
    refused_side,
)
from outreach_adapters.ledger.schema import conflict, retry
from outreach_adapters.ledger.schema_effects import effect
from outreach_adapters.ledger.schema_screens import screen_line
from outreach_adapters.ledger.switches import Switches
from outreach_adapters.ledger.undo import Undos
from outreach_core.errors import ConfigError
from outreach_core.model.answers import Answer, read_answer
from outreach_core.model.planning import Choice, PlanStatus, QuestionStatus
from outreach_core.model.questions import Question
from outreach_core.model.screens import (
    APPROVE,
    FRAMES,
    PAUSED,
    Decision,
    Screen,
    approval_evidence,
)

SHEET = "sheet"  # who answered, where no name is known
_ON = frozenset(("on", "true", "yes"))
_OFF = frozenset(("off", "false", "no"))


@dataclass(frozen=True, slots=True)
class Doors:
    """Where answers to other things than questions go."""

    plans: Plans
    undo: Undos
    switches: Switches


class Answers:
    """Takes in what people answer."""

    def __init__(self, store: Store, doors: Doors) -> None:
        """Work on a ledger."""
        self._store = store
        self._doors = doors

    def take(self, decisions: Iterable[Decision], by: str = SHEET) -> None:
        """Take in what people filled into our tabs; what cannot be carried out is no error.

        What an earlier run took in stands in its cell until it is cleared: it says nothing anew, whatever
        was decided elsewhere since.
        """
        for one in self._news(decisions):
            match one.screen:
                case Screen.NEEDS_YOU:
                    self._take_one(one, by)
                case Screen.LOG if _fold(one.decision) == "undo":
                    self._doors.undo.request(_number(one.item), by)  # 8
                case Screen.STATUS if one.item == APPROVE:
                    self._approve(one, by)  # 9
                case Screen.STATUS if one.item == PAUSED:
                    self._switch(one.decision, by)  # 10
                case _:
                    pass

    def _news(self, decisions: Iterable[Decision]) -> list[Decision]:
        with self._store.read() as connection:
            known = {
                (row.screen, row.item): (row.evidence, dict(row.answers or {}))
                for row in connection.execute(select(screen_line))
            }
        return [
            one
            for one in decisions
            if known.get((str(one.screen), one.item)) != (one.evidence, _filled_in(one))
        ]

    def decide(self, question: Question, words: str, custom: str | None, by: str) -> Question:
        """Answer a question as it is shown now; return it as it is then.

        Raises:
            ConfigError: ``no_choice``; the words are none of its choices. ``no_question``; it is
                not open any more.
        """
        answer = read_answer(question.choices, words, custom)
        if answer.option is None:
            raise ConfigError(
                answer.note or "Nothing was chosen.",
                code="no_choice",
                remedy=f"It offers: {', '.join(question.labels)}.",
            )
        with self._store.write() as connection:
            now = next((q for q in read_questions(connection) if q.id == question.id), None)
            if now is None or not self._keep(connection, now, answer, question.evidence, by):
                raise ConfigError(
                    "The question changed, or is not open any more.",
                    code="no_question",
                    remedy="Look at it again with `outreach status`.",
                )
            return next((q for q in read_questions(connection) if q.id == question.id), question)

    def _take_one(self, one: Decision, by: str) -> None:
        with self._store.write() as connection:
            asked = {question.id: question for question in read_questions(connection)}
            question = asked.get(one.item)
            if question is None:
                return  # 1
            answer = read_answer(question.choices, one.decision, one.custom_value)
            self._keep(connection, question, answer, one.evidence, by)

    def _keep(
        self, connection: Connection, question: Question, answer: Answer, evidence: str, by: str
    ) -> bool:
        """Keep an answer; return whether it counts."""
        if evidence != question.evidence:
            _reopen(connection, question)  # 2
            return False
        if question.id.startswith(REFUSED):
            return _refusal(connection, question, answer)  # 6 7
        if answer.option is None:
            _note(connection, question, answer.note)  # 3
            return False
        columns = _columns(answer)
        row = _open_row(connection, question.id)
        if row is not None and any(getattr(row, name) != columns[name] for name in columns):
            stamps = {"decided_at": self._store.stamp(), "decided_by": by}
            _update(connection, question, {**columns, **stamps})  # 4 5
        return row is not None

    def _approve(self, one: Decision, by: str) -> None:
        made = self._doors.plans.newest()
        waits = made is not None and made.status is PlanStatus.WAITING and not made.approved
        if made is None or not waits or _fold(one.decision) != APPROVE:
            return
        if one.evidence == approval_evidence(made.guarded):
            self._doors.plans.approve(made.plan_id, "ask", by)

    def _switch(self, words: str, by: str) -> None:
        folded = _fold(words)
        if folded in _ON | _OFF:
            self._doors.switches.pause_all(folded in _ON, by)


def _filled_in(one: Decision) -> dict[str, str]:
    """Return the answers of a line by header, as they are kept."""
    frame = FRAMES[one.screen]
    found = {frame.decision: one.decision, frame.custom: one.custom_value or ""}
    return {name: text for name, text in found.items() if name and text}


def _columns(answer: Answer) -> dict[str, Any]:
    assert answer.option is not None  # noqa: S101 - callers looked
    left = answer.option.choice is Choice.LEAVE
    return {
        "choice": str(answer.option.choice),
        "custom": answer.custom,
        "picked": answer.option.record_id,
        "phase": str(QuestionStatus.LEFT if left else QuestionStatus.CHOSEN),
        "note": "",
    }


def _reopen(connection: Connection, question: Question) -> None:
    """Say that what was answered is not what is asked now; a valid answer stays."""
    if question.status is QuestionStatus.OPEN and not question.id.startswith(REFUSED):
        _update(connection, question, {"phase": str(QuestionStatus.REOPENED)})


def _note(connection: Connection, question: Question, note: str) -> None:
    if note and note != question.note:
        _update(connection, question, {"note": note})


def _refusal(connection: Connection, question: Question, answer: Answer) -> bool:
    if answer.option is None:
        return False
    rid, side = refused_side(question.id)
    again = answer.option.choice is Choice.RETRY
    columns: Mapping[str, Any] = {"input_hash": AGAIN} if again else {"ignored": True}
    for table in (retry, effect):
        where = (table.c.rid == rid) & (table.c.side == str(side))
        if table is effect:
            where &= effect.c.state == "rejected"
        connection.execute(update(table).where(where).values(**columns))
    return True


def _open_row(connection: Connection, conflict_id: str) -> Any:
    where = (conflict.c.conflict_id == conflict_id) & (conflict.c.status == OPEN)
    return connection.execute(select(conflict).where(where)).first()


def _update(connection: Connection, question: Question, columns: Mapping[str, Any]) -> None:
    where = (conflict.c.conflict_id == question.id) & (conflict.c.status == OPEN)
    connection.execute(update(conflict).where(where).values(**columns))


def _number(item: str) -> int | str:
    return int(item) if item.isdecimal() else item


def _fold(words: str) -> str:
    return " ".join(words.casefold().split())
