"""The ledger: what each side shows, what was planned, what was confirmed. SQLite or PostgreSQL."""

from __future__ import annotations

from outreach_adapters.ledger.calls import Calls
from outreach_adapters.ledger.history import Change, Rejected
from outreach_adapters.ledger.ledger import Ledger, open_ledger
from outreach_adapters.ledger.plans import StoredPlan
from outreach_adapters.ledger.processes import ProcessMark
from outreach_adapters.ledger.runs import Run
from outreach_adapters.ledger.staging import CrmCount, Staged, StagedBatch
from outreach_adapters.ledger.undo import UndoRequest

__all__ = [
    "Calls",
    "Change",
    "CrmCount",
    "Ledger",
    "ProcessMark",
    "Rejected",
    "Run",
    "Staged",
    "StagedBatch",
    "StoredPlan",
    "UndoRequest",
    "open_ledger",
]
