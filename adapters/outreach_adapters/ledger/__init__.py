"""The ledger's store; nothing else writes SQL."""

from __future__ import annotations
