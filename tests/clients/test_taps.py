"""The taps for HubSpot and Salesforce from the package index, unmodified, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from clients.installed import HERE, require
from outreach_sandbox.kernel.server import Running, running

SINCE = "2020-01-01T00:00:00Z"
OAUTH = {"client_id": "a", "client_secret": "b", "refresh_token": "r", "start_date": SINCE}


class Tap:
    """One tap in its own environment, led to a sandbox."""

    def __init__(self, name: str, folder: Path, config: dict[str, Any], hosts: dict[str, str]):
        self.name, self.folder, self.hosts = name, folder, hosts
        self.program = require(name) / "venv" / "bin" / name
        self._write("config", config)

    def run(self, *words: str) -> list[Any]:
        """Run it; its messages, or with --discover its catalog."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(HERE / "redirect"),
            "OUTREACH_TEST_HOSTS": json.dumps(self.hosts),
        }
        done = subprocess.run(
            [str(self.program), "--config", str(self.folder / "config.json"), *words],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert 0 == done.returncode, done.stderr[-3000:]
        whole = "--discover" in words
        return [json.loads(t) for t in ([done.stdout] if whole else done.stdout.splitlines())]

    def discover(self, *streams: str) -> None:
        """Discover, and select these streams with everything that is in them."""
        (catalog,) = self.run("--discover")
        for stream in catalog["streams"]:
            chosen = stream["tap_stream_id"] in streams
            for entry in stream["metadata"]:
                entry["metadata"]["selected"] = chosen
        self._write("catalog", catalog)

    def sync(self, state: Any = None) -> tuple[dict[str, list[Any]], Any]:
        """Extract; the records by stream, and the last state."""
        self._write("state", state or {})
        files = [str(self.folder / f"{name}.json") for name in ("catalog", "state")]
        messages = self.run("--properties", files[0], "--state", files[1])
        records: dict[str, list[Any]] = {}
        for message in messages:
            if message["type"] == "RECORD":
                records.setdefault(message["stream"], []).append(message["record"])
        states = [m["value"] for m in messages if m["type"] == "STATE"]
        return records, states[-1]

    def _write(self, name: str, content: Any) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


PEOPLE = [{"properties": {"email": f"{n}@example.com", "city": "Oslo"}} for n in ("ann", "bob")]
OWNER = {"id": "7", "email": "owner@example.com", "updatedAt": "2026-01-01T00:00:00Z"}


@pytest.mark.slow
def test_tap_hubspot(tmp_path: Path) -> None:
    """Discovery, contacts, owners and lists; the next run brings what changed alone.

    What the sandbox does not have, this key may not see: the tap leaves such streams out.
    """
    require("tap-hubspot")
    seed = {"contacts": PEOPLE, "owners": [OWNER], "lists": [{"name": "L"}, {"name": "M"}]}
    with running({"hubspot": seed}) as sandbox:
        config = {**OAUTH, "redirect_uri": "https://example.com"}
        hosts = {"api.hubapi.com": sandbox.hubspot_url}
        tap = Tap("tap-hubspot", tmp_path, config, hosts)
        unseen = {"vendor": "hubspot", "operation": "unknown", "status": 403, "times": 1000}
        sandbox.control.queue_faults(unseen)
        tap.discover("contacts", "owners", "contact_lists")
        first, state = tap.sync()
        sandbox.control.advance(60)
        sandbox.control.people(
            "hubspot", "edit", email="bob@example.com", properties={"city": "Rome"}
        )
        second, _ = tap.sync(state)

    cities = [(r["property_email"], r["property_city"]) for r in first["contacts"]]
    assert [("ann@example.com", "Oslo"), ("bob@example.com", "Oslo")] == cities
    # lists are read from both ends, and the tap says itself that the middle one may come twice
    assert (["owner@example.com"], {"L", "M"}) == (
        [r["email"] for r in first["owners"]],
        {r["name"] for r in first["contact_lists"]},
    )
    assert ["Rome"] == [r["property_city"] for r in second["contacts"]]


@pytest.mark.slow
def test_tap_salesforce(tmp_path: Path) -> None:
    """Discovery of every object, leads by REST, and the next run by SystemModstamp."""
    require("tap-salesforce")
    with running({"salesforce": {"leads": LEADS}}) as sandbox:
        tap = salesforce_tap(sandbox, tmp_path)
        tap.discover("Lead")
        first, state = tap.sync()
        sandbox.control.advance(60)
        changed = {"email": "bob@example.com", "values": {"City": "Rome"}}
        sandbox.control.people("salesforce", "edit", **changed)
        second, _ = tap.sync(state)

    assert ["ann", "bob"] == sorted(r["LastName"] for r in first["Lead"])
    assert ("bob", "Rome") in [(r["LastName"], r["City"]) for r in second["Lead"]]


LEADS = [
    {"LastName": name, "Company": "Acme", "Email": f"{name}@example.com", "City": "Oslo"}
    for name in ("ann", "bob")
]


def salesforce_tap(sandbox: Running, folder: Path) -> Tap:
    """The tap as somebody sets it up who signs in at the usual place."""
    config = {**OAUTH, "api_type": "REST", "select_fields_by_default": True}
    hosts = {"login.salesforce.com": sandbox.salesforce_url}
    return Tap("tap-salesforce", folder, config, hosts)
