"""Whether the sync is switched off for all rows.

The rule: a switch is a state with a time and a name, not an event; setting it again changes nothing of either.
"""

from __future__ import annotations

import json

from sqlalchemy import Connection

from outreach_adapters.ledger.conversions import time_from_text
from outreach_adapters.ledger.engine import Store
from outreach_adapters.ledger.writes import read_meta, write_meta
from outreach_core.model.planning import Pause

PAUSED = "paused"


class Switches:
    """Sets and reads the switches people have."""

    def __init__(self, store: Store) -> None:
        """Work on a ledger."""
        self._store = store

    def pause_all(self, on: bool, by: str) -> None:
        """Have runs write nothing but our own words, or let them go on."""
        with self._store.write() as connection:
            known = read_pause(connection)
            if on == (known is not None):
                return
            told = json.dumps({"by": by, "since": self._store.stamp()}) if on else ""
            write_meta(connection, PAUSED, told)

    def paused(self) -> Pause | None:
        """Return who paused all rows and when, ``None`` if nobody did."""
        with self._store.read() as connection:
            return read_pause(connection)


def read_pause(connection: Connection) -> Pause | None:
    """Return the pause of all rows."""
    kept = read_meta(connection, PAUSED)
    if not kept:
        return None
    found = json.loads(kept)
    return Pause(str(found["by"]), time_from_text(found["since"]))
