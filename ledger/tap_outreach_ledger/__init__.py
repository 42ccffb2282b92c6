"""tap-outreach-ledger: the open intents of the newest plan that may be delivered."""

from __future__ import annotations
