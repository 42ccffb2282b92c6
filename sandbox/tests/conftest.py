"""Sees to it that a test which stands for an endpoint really calls it.

The rule: `covered.toml` cannot claim what no request showed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outreach_sandbox.kernel.journal import Call, Journal

HERE = Path(__file__).parent
COVERED = tomllib.loads((HERE / "covered.toml").read_text(encoding="utf-8"))
FAILED = 400


def promised(node: pytest.Item) -> set[tuple[str, str]]:
    """Return the endpoints a test stands for, as vendor and operation."""
    name = getattr(node, "originalname", node.name)
    here = f"{node.path.relative_to(HERE).as_posix()}::{name}"
    return {
        (vendor, operation)
        for vendor, operations in COVERED.items()
        for operation, row in operations.items()
        if row["test"] == here
    }


@pytest.fixture(autouse=True)
def keeps_its_promise(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Note which endpoints answered well while the test ran, whatever it forgets on its way."""
    expected = promised(request.node)
    called: set[tuple[str, str]] = set()
    record = Journal.record

    def noting(journal: Journal, **facts: Any) -> Call:
        call = record(journal, **facts)
        if call.status is not None and call.status < FAILED:
            called.add((call.vendor, call.operation))
        return call

    if expected:
        monkeypatch.setattr(Journal, "record", noting)
    yield
    assert set() == expected - called
