"""The checkers, where they are installed."""

from __future__ import annotations

import pytest

from tests.salesforce_package.checkers import missing, require


@pytest.fixture
def checkers() -> None:
    """Skip, or fail in CI, where a checker is not installed."""
    require(missing())
