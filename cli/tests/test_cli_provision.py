"""Provisioning over the sandbox: what is missing is made, once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach_cli.exits import Exit
from outreach_cli.hubspot_account import provision_hubspot
from outreach_cli.provision import MADE, MISSING, THERE, Needs
from outreach_cli.settings import Settings, load_settings
from outreach_core.errors import ConfigError, Retriable
from outreach_sandbox.kernel.server import Running, running


@pytest.fixture
def sandbox() -> Iterator[Running]:
    with running("empty") as found:
        yield found


@pytest.fixture
def settings(sandbox: Running, tmp_path: Path) -> Settings:
    (tmp_path / "meltano.yml").touch()
    return load_settings({"SANDBOX_HUBSPOT_URL": sandbox.hubspot_url}, tmp_path)


def _provision(settings: Settings, *, dry_run: bool = False) -> Needs:
    return provision_hubspot(settings, dry_run=dry_run, sleep=lambda _: None, rng=random.Random(1))


def _states(needs: Needs) -> set[str]:
    return {item.state for item in needs.items}


def test_dry_run_makes_nothing(settings: Settings) -> None:
    """Twice looked, twice missing."""
    assert _states(_provision(settings, dry_run=True)) == {MISSING}
    assert _states(_provision(settings, dry_run=True)) == {MISSING}


def test_missing_is_made_once(settings: Settings, sandbox: Running) -> None:
    """The second time all is there and nothing is written."""
    first = _provision(settings)
    sandbox.control.forget_calls()
    second = _provision(settings)

    writes = [
        call
        for call in sandbox.control.calls()
        if call["method"] != "GET" and "token" not in call["path"]
    ]

    assert _states(first) == {MADE}
    assert _states(second) == {THERE}
    assert writes == []
    assert second.exit == Exit.CLEAN


def test_row_id_is_among_what_is_made(settings: Settings) -> None:
    """Without this one property no contact can be linked."""
    needs = _provision(settings)

    assert {"outreach_row_id", "outreach_sync_created"} <= {item.name for item in needs.items}


def test_sandbox_without_address_refuses(tmp_path: Path) -> None:
    """The vendor's own address is never a fallback in the sandbox."""
    (tmp_path / "meltano.yml").touch()

    with pytest.raises(ConfigError, match="make sandbox"):
        _provision(load_settings({}, tmp_path))


def test_stopped_sandbox_is_named_as_the_remedy(tmp_path: Path) -> None:
    """Somebody who forgot to start it is told how."""
    (tmp_path / "meltano.yml").touch()
    nobody = load_settings({"SANDBOX_HUBSPOT_URL": "http://127.0.0.1:9"}, tmp_path)

    with pytest.raises(Retriable, match="make sandbox"):
        _provision(nobody)
