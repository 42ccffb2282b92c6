"""The conformance suite, for each database a ledger may lie in."""

from __future__ import annotations

import importlib.util
import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text


def _suite(name: str) -> Any:
    """Load one half of the suite; both are read once, whoever asks."""
    if name not in sys.modules:
        path = Path(__file__).with_name(f"{name}.py")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


LedgerConformance = _suite("ledger_conformance").LedgerConformance
LedgerEffectsConformance = _suite("ledger_effects_conformance").LedgerEffectsConformance
LedgerHistoryConformance = _suite("ledger_history_conformance").LedgerHistoryConformance
LedgerEvidenceConformance = _suite("ledger_evidence_conformance").LedgerEvidenceConformance
LedgerLawsConformance = _suite("ledger_laws_conformance").LedgerLawsConformance
LedgerScreensConformance = _suite("ledger_screens_conformance").LedgerScreensConformance
LedgerQuestionsConformance = _suite("ledger_questions_conformance").LedgerQuestionsConformance

POSTGRES = os.environ.get("OUTREACH_TEST_POSTGRES_URL", "")


class TestSqlite(
    LedgerConformance,
    LedgerEffectsConformance,
    LedgerEvidenceConformance,
    LedgerHistoryConformance,
    LedgerLawsConformance,
    LedgerScreensConformance,
    LedgerQuestionsConformance,
):
    """A ledger in a SQLite file."""

    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"


@pytest.mark.skipif(not POSTGRES, reason="OUTREACH_TEST_POSTGRES_URL is not set")
class TestPostgresql(
    LedgerConformance,
    LedgerEffectsConformance,
    LedgerEvidenceConformance,
    LedgerHistoryConformance,
    LedgerLawsConformance,
    LedgerScreensConformance,
    LedgerQuestionsConformance,
):
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
