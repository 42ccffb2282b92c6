"""Fixtures of the tests that run whole jobs: one sandbox per worker, one world per test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.world import Sandbox, World, sandbox

_ADDRESS = re.compile(rb"[\w.+-]+@[\w-]+\.[\w.]+")
_SECRET = re.compile(
    rb"Bearer [\w.-]+|pat-[a-z0-9]+-[\w-]+|ya29\.[\w-]+|refresh_token=\w+|PRIVATE KEY"
)


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def world(
    request: pytest.FixtureRequest, running_sandbox: Sandbox, tmp_path: Path
) -> Iterator[World]:
    """A fresh world with the demo story in it; its logs and states are searched at the end.

    A run is one process; where pipes and processes matter, tests are marked ``processes``.
    """
    running_sandbox.control.forget_faults()
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    apart = request.node.get_closest_marker("processes") is not None
    here = World(running_sandbox, home, compact=not apart)
    here.at("provisioned", lambda: provisioned(here))
    yield here
    assert_nothing_personal(home)
    unfitting = running_sandbox.not_as_published()
    if unfitting:
        pytest.fail("not as the vendor publishes it:\n" + "\n".join(unfitting), pytrace=False)


def provisioned(world: World) -> None:
    """The demo story before anybody ran anything; HubSpot has our properties."""
    world.control.reset("demo")
    world.outreach("provision", "hubspot")


def assert_nothing_personal(home: Path) -> None:
    """No secret and no e-mail address in any log or state (rule 5)."""
    for path in sorted(home.rglob("*")):
        if path.suffix not in (".log", ".json") or path.name == "lookups.json":
            continue
        found = _ADDRESS.findall(path.read_bytes()) + _SECRET.findall(path.read_bytes())
        allowed = {b"outreach@sandbox.example.com"}
        assert set(found) <= allowed, f"{path.name} holds what it must not: {len(found)} places"
