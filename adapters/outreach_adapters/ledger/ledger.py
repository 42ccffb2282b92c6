"""The ledger as its users see it: one open database, six groups of operations.

The rule: nothing else of this project writes SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from outreach_adapters.ledger.answers import Answers, Doors
from outreach_adapters.ledger.deliveries import Deliveries
from outreach_adapters.ledger.engine import Store, connect
from outreach_adapters.ledger.forgetting import Forgetting
from outreach_adapters.ledger.hints import Hints
from outreach_adapters.ledger.history import History
from outreach_adapters.ledger.importing import Imports
from outreach_adapters.ledger.marks import Marks
from outreach_adapters.ledger.plans import Plans
from outreach_adapters.ledger.questions import Questions
from outreach_adapters.ledger.runs import Runs
from outreach_adapters.ledger.screens import Screens
from outreach_adapters.ledger.staging import Staging
from outreach_adapters.ledger.switches import Switches
from outreach_adapters.ledger.undo import Undos
from outreach_adapters.ledger.upgrade import bring_up_to_date


class Ledger:
    """An open ledger."""

    def __init__(self, store: Store) -> None:
        """Group the operations on a store."""
        self._store = store
        self.runs = Runs(store)
        self.staging = Staging(store)
        self.plans = Plans(store)
        self.deliveries = Deliveries(store)
        self.history = History(store)
        self.imports = Imports(store)
        self.hints = Hints(store)
        self.forgetting = Forgetting(store)
        self.screens = Screens(store)
        self.marks = Marks(store)
        self.undo = Undos(store)
        self.switches = Switches(store)
        self.questions = Questions(store)
        self.answers = Answers(store, Doors(self.plans, self.undo, self.switches))

    def close(self) -> None:
        """Close the database."""
        self._store.engine.dispose()


def open_ledger(url: str, *, now: Callable[[], datetime], new_id: Callable[[], str]) -> Ledger:
    """Open a ledger, making or migrating it.

    Raises:
        ConfigError: The URL is wrong, the place unsuitable, or the schema not one of ours.
    """
    store = Store(connect(url), now, new_id)
    try:
        bring_up_to_date(store)
    except BaseException:
        store.engine.dispose()
        raise
    return Ledger(store)
