"""Holds whatever goes through a sandbox in any test against what the vendors publish.

The one rule: a test fails with the place and the shape of what does not fit, never with a value;
where requests are odd on purpose, or were recorded from others, only the answers count.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fidelity.witness import watch

HERE = Path(__file__).parent
NOT_OURS = {HERE / "sandbox", HERE / "tests" / "fidelity"}


class Watch:
    """What was noted since the last look, and whether requests count."""

    def __init__(self) -> None:
        self.noted: dict[str, None] = {}
        self.requests = True

    def note(self, text: str) -> None:
        """Keep one violation."""
        self.noted[text] = None


@pytest.fixture(scope="session")
def published_schemas() -> Iterator[Watch]:
    """Watch every sandbox that runs in this process."""
    here = Watch()
    stop = watch(here.note, requests=lambda: here.requests)
    yield here
    stop()


@pytest.fixture(autouse=True)
def fits_published_schemas(
    request: pytest.FixtureRequest, published_schemas: Watch
) -> Iterator[None]:
    """Fail a test whose calls or answers do not fit."""
    published_schemas.requests = NOT_OURS.isdisjoint(request.path.parents)
    published_schemas.noted.clear()
    yield
    if published_schemas.noted:
        pytest.fail("not as the vendor publishes it:\n" + "\n".join(published_schemas.noted), False)
