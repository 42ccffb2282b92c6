"""What others say that changed: a webhook, a trigger, a person. Hints, and nothing more (RECONCILE B12).

The rule: a hint says where to look, never what is there. One that is doubled, late, out of order or lost changes
nothing in the end: the record is read from the CRM itself with the next run, and without a hint a run finds it too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.schema import hint
from outreach_adapters.ledger.writes import upsert
from outreach_core.model import Side


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that is worth a look."""

    side: Side
    object: str
    record_id: str


class Hints:
    """Takes hints for the next run."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def note(self, hints: Iterable[Hint]) -> None:
        """Have records looked at by the next run, each once however often it was named."""
        named = sorted({(str(one.side), one.object, one.record_id) for one in hints})
        stamp = self._store.stamp()
        rows = [
            {"side": side, "object": obj, "record_id": record_id, "at": stamp}
            for side, obj, record_id in named
        ]
        if rows:
            with self._store.write() as connection:
                upsert(connection, hint, rows)
