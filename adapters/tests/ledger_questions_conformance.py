"""What every ledger does about questions and their answers; a further part of ``ledger_conformance.py``.

The rule: as there, nothing here knows which database lies under it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from outreach_adapters.ledger import Ledger
from outreach_core.errors import ConfigError
from outreach_core.model import Side
from outreach_core.model.planning import (
    Candidate,
    Choice,
    ClosedConflict,
    Conflict,
    ConflictKind,
    QuestionStatus,
)
from outreach_core.model.questions import Question
from outreach_core.model.screens import Decision, Screen

base: Any = sys.modules["ledger_conformance"]
RID = base.RID
OF_RECORDS = (ConflictKind.AMBIGUOUS, ConflictKind.IDENTITY)
ASKED = [kind for kind in ConflictKind if kind is not ConflictKind.REJECTED]


def conflict(kind: ConflictKind = ConflictKind.FIELD, evidence: str = "e1") -> Conflict:
    """A question of this kind about one row."""
    people = tuple(Candidate(Side.HUBSPOT, "contacts", n, f"Ada {n}") for n in ("11", "12"))
    return Conflict(
        RID,
        "city",
        kind,
        {Side.SHEET: base.text("Bern"), Side.HUBSPOT: base.text("Basel")},
        evidence,
        candidates=people if kind in OF_RECORDS else (),
    )


def ask(ledger: Ledger, *asked: Conflict, plan_id: str = "plan-1", **given: Any) -> None:
    """Let a plan ask these questions."""
    made = base.plan(conflicts=asked, rows=(base.present(),), **given)
    ledger.plans.store("", replace(made, plan_id=plan_id))


def only(ledger: Ledger) -> Question:
    """The one question there is."""
    (found,) = ledger.questions.all()
    return found


def typed(question: Question, words: str, custom: str | None = None) -> Decision:
    """What a person typed beside a question, as it was shown to them."""
    return Decision(Screen.NEEDS_YOU, question.id, question.evidence, words, custom)


class LedgerQuestionsConformance:
    """The suite's part; ``ledger`` and ``clock`` come from the first."""

    @pytest.mark.parametrize("kind", ASKED)
    def test_every_kind_can_be_answered_with_each_of_its_words(
        self, ledger: Ledger, kind: ConflictKind
    ) -> None:
        """In any case; the answer is said back in the words it was offered in."""
        ask(ledger, conflict(kind))
        shown = only(ledger)
        said = []
        for words in shown.labels:
            custom = "Biel" if words == "Use custom value" else None
            ledger.answers.take([typed(shown, f" {words.upper()} ", custom)])
            said.append(only(ledger).decision)

        assert list(shown.labels) == said
        assert len(said) >= 2

    def test_the_life_of_a_question(self, ledger: Ledger) -> None:
        """Open, chosen, asked anew because something changed, and closed."""
        ask(ledger, conflict())
        first = only(ledger)
        ledger.answers.take([typed(first, "keep sheet")])
        chosen = only(ledger)
        ask(ledger, conflict(evidence="e2"), plan_id="plan-2")
        changed = only(ledger)
        ledger.answers.take([typed(first, "keep sheet")])
        stale = only(ledger)
        closed = (ClosedConflict(first.id, RID, "city", "converged"),)
        ask(ledger, plan_id="plan-3", closed=closed)

        assert [QuestionStatus.OPEN, QuestionStatus.CHOSEN] == [first.status, chosen.status]
        assert "" == changed.decision == stale.decision
        assert QuestionStatus.REOPENED is stale.status
        assert [] == ledger.questions.all()

    def test_what_is_left_as_it_is_is_no_open_question(self, ledger: Ledger) -> None:
        """It is remembered as an exception, and may be answered otherwise later."""
        ask(ledger, conflict())
        shown = only(ledger)
        ledger.answers.take([typed(shown, "Leave as they are")])

        assert ([], QuestionStatus.LEFT) == (ledger.questions.open(), only(ledger).status)
        ledger.answers.take([typed(shown, "Keep HubSpot")])
        assert [QuestionStatus.CHOSEN] == [q.status for q in ledger.questions.open()]

    @pytest.mark.parametrize("words", ["yes", "keep", "=1+1", "Keep Salesforce", "Archive"])
    def test_what_is_no_answer_is_said_and_keeps_the_question(
        self, ledger: Ledger, words: str
    ) -> None:
        """It says what it takes instead; what was chosen before stays chosen."""
        ask(ledger, conflict())
        shown = only(ledger)
        ledger.answers.take([typed(shown, "Keep sheet")])
        ledger.answers.take([typed(shown, words)])

        assert ("Keep sheet", True) == (only(ledger).decision, bool(only(ledger).note))

    def test_an_answer_of_the_command_line_is_bound_to_what_is_shown(self, ledger: Ledger) -> None:
        """By a few characters of its id or by the business; changed since, it is refused."""
        ask(ledger, conflict())
        shown = ledger.questions.find(only(ledger).short)
        decided = ledger.answers.decide(shown, "keep hubspot", None, "ada")
        ask(ledger, conflict(evidence="e2"), plan_id="plan-2")

        assert ("Keep HubSpot", "ada") == (decided.decision, decided.decided_by)
        with pytest.raises(ConfigError, match="changed"):
            ledger.answers.decide(shown, "keep sheet", None, "ada")
        with pytest.raises(ConfigError) as refused:
            ledger.answers.decide(only(ledger), "perhaps", None, "ada")
        assert "Keep sheet" in refused.value.remedy
        with pytest.raises(ConfigError):
            ledger.questions.find("nobody")

    def test_an_answer_reaches_the_plan_with_what_it_means(self, ledger: Ledger) -> None:
        """The choice, a value of one's own, and which record was meant."""
        ask(ledger, conflict())
        ledger.answers.take([typed(only(ledger), "Use custom value", "Biel")])
        (asked,) = ledger.plans.planning_input().conflicts

        assert (Choice.CUSTOM, "Biel") == (asked.choice, asked.custom)
