"""People's data stays in bodies and in files of their owner, whatever a cell holds."""

from __future__ import annotations

import json

import pytest

from harness.story import append, in_step, rerun, row_of
from harness.world import World

pytestmark = pytest.mark.processes

ODD = {
    "Line Break": "a@example.org\r\nX-Injected: 1",
    "Path": "../../owners/1@example.org",
    "Query": "a&idProperty=hs_object_id?x=@example.org",
    "Quote": "o'hara+x@example.org",
}


def test_addresses_travel_in_bodies_and_files_are_private(world: World):
    """No URL of a call holds an address, no header is injected, no file is readable by others."""
    in_step(world)
    for name, email in ODD.items():
        append(world, name, email)
    rerun(world)

    for call in world.calls(kind="api"):
        told = json.dumps([call.get(k) for k in ("path", "query", "url") if k in call])
        assert "@" not in told, call["operation"]
        assert "%40" not in told, call["operation"]
        assert "owners" not in told, call["operation"]
    assert "Error" == row_of(world, "Line Break", "Business Name")["Sync Status"]
    assert "o'hara+x@example.org" in {c["properties"]["email"] for c in world.contacts()}

    ours = [p for p in world.home.iterdir() if p.name.startswith(("ledger", "lookups"))]
    assert {"ledger.db", "ledger.db.lock", "lookups.json"} <= {p.name for p in ours}
    assert {0o600} == {p.stat().st_mode & 0o777 for p in ours}
