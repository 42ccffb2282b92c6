"""What the tab *Needs You* shows: one line per question, and lines whose question is closed (pure).

The rule: both values are shown and neither is preferred; a suggestion comes with its reason. A closed line
stays where it is and says how it ended.

| # | the question                          | Status                                                    |
|---|---------------------------------------|-----------------------------------------------------------|
| 1 | is asked                              | Open                                                      |
| 2 | was answered                          | Chosen: ... The next run does it.                         |
| 3 | is asked again                        | Reopened: a value changed since you were asked.           |
| 4 | was answered, and that was refused    | Failed: ...                                               |
| 5 | is to be left                         | Left as they are until a value changes.                   |
| 6 | is not asked any more                 | Closed: ...                                               |
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from outreach_adapters.ledger.screens_facts import Ended, Facts
from outreach_adapters.ledger.screens_words import (
    COUNTED,
    KINDS,
    SIDES,
    capital,
    field_word,
    plural,
    time_word,
    value_word,
)
from outreach_core.model import CRM_SIDES, Side
from outreach_core.model.planning import ConflictKind, QuestionStatus
from outreach_core.model.questions import Question, SideValue
from outreach_core.model.screens import CLOSED, Line, Screen, ScreenView, ShownLine

NOTHING = "Nothing waits for you."
_AWAITED = (QuestionStatus.OPEN, QuestionStatus.REOPENED, QuestionStatus.FAILED)
_ENDS: Mapping[str, str] = {
    "resolved": "done as you decided",
    "converged": "the sides agree again",
    "obsolete": "no longer asked",
}
_PLACES = {Side.SHEET: "Sheet", Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}


def view_needs(facts: Facts, shown: Sequence[ShownLine]) -> ScreenView:
    """Return the tab.

    Args:
        facts: What it is computed from.
        shown: The lines it shows now.
    """
    lines = [_line(facts, question) for question in facts.questions]
    asked = {line.item for line in lines}
    lines += [
        Line(one.item, _closed(facts, one.cells, facts.ended.get(one.item)), one.evidence)
        for one in shown
        if one.item not in asked
    ]
    return ScreenView(Screen.NEEDS_YOU, headline(facts), tuple(lines))


def headline(facts: Facts) -> str:
    """Return the count and one sentence per kind, or that nothing waits."""
    kinds = Counter(q.kind for q in facts.questions if q.status in _AWAITED)
    if not kinds:
        return NOTHING
    total = kinds.total()
    parts = [f"{plural(total, 'answer is', 'answers are')} needed from you."]
    parts += [f"{plural(kinds[kind], *COUNTED[kind])}." for kind in ConflictKind if kinds[kind]]
    return " ".join(parts)


def _line(facts: Facts, asked: Question) -> Line:
    status = _status(asked)
    cells = {
        "Opened": time_word(asked.opened_at, facts.time_zone),
        "Business": facts.names.get(asked.rid) or asked.business or "a row no longer in the sheet",
        "What": capital(KINDS[asked.kind]),
        "Field": "" if asked.field.startswith("(") else field_word(asked.field, facts.labels),
        "Last agreed": "" if asked.last_agreed.blank else value_word(asked.last_agreed),
        **{_PLACES[side]: _shown(asked.values.get(side), facts.time_zone) for side in Side},
        "Open in CRM": _addresses(facts, asked.rid),
        "Suggestion and why": _suggestion(asked),
        "Status": status,
        "Decided at": time_word(asked.decided_at, facts.time_zone),
    }
    links = {"Business": row_link(facts, asked.rid)} if asked.rid in facts.rows else {}
    return Line(asked.id, cells, asked.evidence, asked.labels, links)


def _status(asked: Question) -> str:
    """Return how a question stands (cases 1 to 5)."""
    match asked.status:
        case QuestionStatus.CHOSEN:
            words = (
                f"{asked.decision}: {asked.custom_value}" if asked.custom_value else asked.decision
            )
            return f"Chosen: {words}. The next run does it."
        case QuestionStatus.REOPENED:
            return "Reopened: a value changed since you were asked."
        case QuestionStatus.FAILED:
            return "Failed: what you decided was refused. Decide again."
        case QuestionStatus.LEFT:
            return "Left as they are until a value changes."
        case _:
            return "Open"


def _shown(shown: SideValue | None, zone: str) -> str:
    """Return a value with when and by whom it was made, as far as that is known."""
    if shown is None:
        return ""
    edited = shown.edited
    told = []
    if edited.not_after is not None:
        told.append(_when(edited.not_before, edited.not_after, zone))
    if edited.by:
        told.append(f"by {edited.by}")
    value = value_word(shown.value)
    return f"{value} ({', '.join(told)})" if told else value


def _when(after: datetime | None, before: datetime, zone: str) -> str:
    if after == before:
        return f"{time_word(before, zone)}, exact"
    if after is None:
        return f"before {time_word(before, zone)}, estimated"
    return f"between {time_word(after, zone)} and {time_word(before, zone)}, estimated"


def _addresses(facts: Facts, rid: str) -> str:
    found = [facts.addresses.get((rid, side), "") for side in CRM_SIDES]
    return " ".join(address for address in found if address)


def _suggestion(asked: Question) -> str:
    """Return what we would answer and why, and what is to be said besides."""
    parts = [capital(asked.note)]
    if asked.words:
        parts.append(f"In the words of who refused it: {asked.words}")
    for number, candidate in enumerate(asked.candidates):
        label = asked.choices[number].label if number < len(asked.choices) else ""
        parts.append(f"{label}: {candidate.label} ({SIDES[candidate.side]}).")
    if asked.suggestion.label:
        parts.append(f"{asked.suggestion.label}: {asked.suggestion.why}")
    return " ".join(part for part in parts if part)


def _closed(facts: Facts, cells: Mapping[str, str], ended: Ended | None) -> dict[str, str]:
    """Return the cells of a line whose question is not asked any more (case 6)."""
    if str(cells.get("Status", "")).startswith(CLOSED) and ended is None:
        return dict(cells)
    why = _ENDS.get(ended.status, "no longer asked") if ended else "no longer asked"
    at = time_word(ended.at, facts.time_zone) if ended else cells.get("Decided at", "")
    return {**cells, "Status": f"{CLOSED}: {why}", "Decided at": cells.get("Decided at") or at}


def row_link(facts: Facts, rid: str) -> str:
    """Return where a row is in the spreadsheet."""
    row = facts.rows[rid]
    return f"#gid={facts.gid or 0}&range=A{row}"
