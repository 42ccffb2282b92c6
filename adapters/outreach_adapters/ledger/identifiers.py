"""The ids and the clock, where users of the ledger look for them."""

from __future__ import annotations

from outreach_adapters.identifiers import new_id, utc_now

__all__ = ["new_id", "utc_now"]
