"""How many API calls an account has made today, as the CRM tells with its answers.

The rule: the vendor counts, for all programs of the account; where it does not tell (HubSpot tells no OAuth
app), nothing is known and nothing is invented.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from outreach_adapters.ledger.schema import meta
from outreach_adapters.ledger.writes import write_meta
from outreach_core.model import CRM_SIDES, Side

_KEY = "calls:"


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls used and allowed in the vendor's day, and when the vendor said so (UTC, ISO 8601)."""

    used: int
    allowed: int
    at: str = ""


def write_calls(connection: Connection, side: Side, calls: Calls) -> None:
    """Remember what was told."""
    write_meta(connection, f"{_KEY}{side}", json.dumps(asdict(calls)))


def read_calls(connection: Connection) -> dict[Side, Calls]:
    """Return what was told last, for each CRM that tells."""
    keys = [f"{_KEY}{side}" for side in CRM_SIDES]
    found = connection.execute(select(meta.c.key, meta.c.value).where(meta.c.key.in_(keys)))
    return {Side(key.removeprefix(_KEY)): Calls(**json.loads(value)) for key, value in found}
