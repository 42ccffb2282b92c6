"""What the tab *Sync Log* shows: one line per changed field (pure).

The rule: a line says what was written and never changes; only those not shown yet are returned, the oldest
first, so that they can be put below what is there. The newest 5,000 are shown, the ledger keeps them all.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from outreach_adapters.ledger.screens_facts import Changed, Facts
from outreach_adapters.ledger.screens_words import (
    SIDES,
    field_word,
    plural,
    time_word,
    value_word,
)
from outreach_core.model import Why
from outreach_core.model.screens import Line, Screen, ScreenView
from outreach_core.model.undo import impossible

UNDO = "undo"


def view_log(facts: Facts, shown: Collection[str]) -> ScreenView:
    """Return the tab with the lines it lacks.

    Args:
        facts: What it is computed from; at most as many changes as the tab may show.
        shown: Items that are there.
    """
    lacking = [one for one in reversed(facts.changes) if str(one.seq) not in shown]
    return ScreenView(Screen.LOG, headline(facts), tuple(_line(facts, one) for one in lacking))


def headline(facts: Facts) -> str:
    """Say what is shown."""
    if not facts.changes:
        return "Nothing was changed yet."
    last = time_word(facts.last_change, facts.time_zone)
    return f"{plural(len(facts.changes), 'change')}, the last one {last}. All of them: outreach log"


def _line(facts: Facts, one: Changed) -> Line:
    told = one.field.startswith("(")
    cells = {
        "Time": time_word(one.at, facts.time_zone),
        "Run": run_word(facts, one.run_id),
        "Business": facts.names.get(one.rid) or "a row no longer in the sheet",
        "Field": field_word(one.field, facts.labels),
        "Old": "" if told else value_word(one.old),
        "New": value_word(one.new),
        "Direction": f"to {SIDES[one.side]}",
        "Why": one.why,
        "Evidence": one.evidence,
    }
    choices = () if impossible(Why(one.why), one.field) else (UNDO,)
    return Line(str(one.seq), cells, str(one.seq), choices)


def run_word(facts: Facts, run_id: str) -> str:
    """Return what people call a run: its job and when it began."""
    job, started = facts.run_names.get(run_id, ("", None))
    return _named(job, started, facts.time_zone)


def _named(job: str, started: datetime | None, zone: str) -> str:
    return " ".join(word for word in (job, time_word(started, zone)) if word)
