"""Everything a quiet run asks, in one call: what changed of each object, and how many are linked.

Rule: asked once for all streams; a field that went away meanwhile costs one more look at the org.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.account import CONTACT, LEAD, ROW_ID, OrgFacts
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.reading import CONVERTED, Reading
from outreach_adapters.salesforce.sweep import Position, Sweep, linked
from outreach_core.errors import ConfigError, OutreachError

# a sixth query would be a second call: opportunities are found by their lead or contact
COUNTED = (LEAD, CONTACT)


@dataclass(frozen=True)
class Changes:
    """What one call answered.

    Attributes:
        sweeps: By object; the objects that are not read are not there.
        counts: Linked records by object.
        begun: When the call was made, by the vendor's clock.
    """

    sweeps: Mapping[str, Sweep]
    counts: Mapping[str, int]
    begun: datetime


@dataclass(frozen=True)
class Beginning:
    """From where an object is read.

    Attributes:
        position: Where the last run ended; ``None`` for a first run.
        start: A first run reads nothing stamped before it.
        skipped: A first run reads nothing at all.
    """

    position: Position | None
    start: datetime | None = None
    skipped: bool = False


def ask(
    client: SalesforceClient,
    facts: OrgFacts,
    beginnings: Mapping[str, Beginning],
    reading: Callable[[str], Reading],
    now: Callable[[], datetime],
    *,
    counted: bool,
) -> Changes:
    """Ask everything there is to ask.

    Raises:
        ConfigError: ``invalid_field`` or ``invalid_object``; the org is not what the facts say.
    """
    asked_at = now()
    vendor = client.vendor_now()
    there = datetime.fromtimestamp(vendor, UTC) if vendor else asked_at
    sweeps = {
        of: Sweep(reading(of), of, beginning.position, beginning.start)
        for of, beginning in beginnings.items()
        if of in facts.objects and not beginning.skipped
    }
    countable = [of for of in COUNTED if counted and facts.visible(of, [ROW_ID])]
    parts = [part for sweep in sweeps.values() for part in sweep.parts(there)]
    parts += [composite.query(f"{of}_linked", _count(of)) for of in countable]
    answers = client.ask(parts)
    _stop_if_changed(answers, [*sweeps, *(f"{of}_linked" for of in countable)])
    for sweep in sweeps.values():
        sweep.answers = answers
    counts = {of: _total(answers[f"{of}_linked"]) for of in countable}
    vendor = client.vendor_now()
    passed = now() - asked_at
    begun = datetime.fromtimestamp(vendor, UTC) - passed if vendor else asked_at
    return Changes(sweeps, counts, begun)


def beginning(
    bookmark: Mapping[str, Any], *, start: str | None, start_date: str | None
) -> Beginning:
    """Return from where an object is read.

    | # | bookmark | setting | what is read |
    |---|---|---|---|
    | 1 | there | any | what changed since |
    | 2 | none | ``start: latest`` | nothing |
    | 3 | none | ``start_date`` | what is alive and not older |
    | 4 | none | none | what is alive |
    """
    position = Position.from_json(bookmark)
    if position is not None:  # (1)
        return Beginning(position)
    if start == "latest":  # (2)
        return Beginning(None, skipped=True)
    moment = datetime.fromisoformat(start_date) if start_date else None  # (3) (4)
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return Beginning(None, moment)


def first_position(begun: datetime, lookback: timedelta) -> Position:
    """Return where the run after one that read nothing begins."""
    return Position(begun - lookback, begun - lookback)


def _count(of: str) -> str:
    # a converted lead keeps its row id, and is nobody's counterpart any more
    where = [soql.is_flag(CONVERTED, on=False)] if of == LEAD else []
    return linked(of, ROW_ID, *where)


def _total(answer: Mapping[str, Any] | OutreachError) -> int:
    if isinstance(answer, OutreachError):
        raise answer
    return int(answer["totalSize"])


def _stop_if_changed(answers: composite.Answered, queries: Iterable[str]) -> None:
    for ref in queries:
        answer = answers[ref]
        if isinstance(answer, ConfigError):
            raise answer
