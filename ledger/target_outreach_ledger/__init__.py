"""target-outreach-ledger: stages what each side shows."""

from __future__ import annotations
