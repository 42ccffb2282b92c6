"""Writes what the ledger planned of leads and contacts: every intent ends in exactly one outcome.

Rule: changes go before what is new, and what comes after a reason to stop is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.model import Outcome, OutcomeKind
from target_salesforce_leads.creating import Creator
from target_salesforce_leads.planned import Means, Planned
from target_salesforce_leads.updating import Updater

Write = Callable[[Sequence[Planned]], Iterator[list[Outcome]]]


@dataclass(frozen=True)
class Delivery:
    """Sends planned records, and says what became of them as soon as it is known."""

    means: Means

    @property
    def stopped(self) -> OutreachError | None:
        """Why nothing more is sent, if so."""
        return self.means.writing.stopped

    def deliver(self, batch: Sequence[Planned]) -> Iterator[list[Outcome]]:
        """Yield the outcomes, each once."""
        updates = [item for item in batch if item.op == "update"]
        creates = [item for item in batch if item.op != "update"]
        yield from self._guarded(Updater(self.means).update, updates)
        yield from self._guarded(Creator(self.means).create, creates)

    def _guarded(self, write: Write, items: Sequence[Planned]) -> Iterator[list[Outcome]]:
        left = {item.intent_id: item for item in items}
        if self.stopped is None and items:
            try:
                for outcomes in write(items):
                    for outcome in outcomes:
                        del left[outcome.intent_id]
                    yield outcomes
            except (Retriable, ConfigError) as error:
                self.means.writing.stopped = error
        yield [item.outcome(OutcomeKind.HELD) for item in left.values()]
