"""The conformance suite, for each database a ledger may lie in."""

from __future__ import annotations

import importlib.util
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

_SPEC = importlib.util.spec_from_file_location(
    "ledger_conformance", Path(__file__).with_name("ledger_conformance.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = sys.modules.setdefault("ledger_conformance", importlib.util.module_from_spec(_SPEC))
_SPEC.loader.exec_module(_MODULE)
LedgerConformance = _MODULE.LedgerConformance

POSTGRES = os.environ.get("OUTREACH_TEST_POSTGRES_URL", "")


class TestSqlite(LedgerConformance):
    """A ledger in a SQLite file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"


@pytest.mark.skipif(not POSTGRES, reason="OUTREACH_TEST_POSTGRES_URL is not set")
class TestPostgresql(LedgerConformance):
    """A ledger in a PostgreSQL schema of its own."""

    @pytest.fixture
    def url(self) -> Iterator[str]:
        """A schema that is dropped afterwards."""
        name = f"ledger_{uuid.uuid4().hex}"
        engine = create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        yield f"{POSTGRES}?options=-csearch_path%3D{name}"
        with engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        engine.dispose()


del LedgerConformance
