"""Recorded calls of the real services, whatever they were recorded with, as one kind of thing.

The one rule: what was recorded is read where it lies and never copied into the project.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VARIABLE = "OUTREACH_TRUTH"


@dataclass(frozen=True)
class Answer:
    """What came back; header names are lower case, and None where none were recorded."""

    status: int
    body: Any
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Recorded:
    """One call and its answer; `session` names what it was part of, `at` when it was answered."""

    vendor: str
    session: str
    number: int
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    answer: Answer
    at: datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Where to find it in what was recorded."""
        return f"{self.session}#{self.number}"


def folder() -> Path:
    """Where the recorded answers lie: beside the project, or where the variable says."""
    return Path(os.environ.get(VARIABLE) or ROOT.parent / "shared" / "truth")


def missing() -> str | None:
    """Say why there is nothing to compare with; None where there is."""
    if folder().is_dir():
        return None
    return f"the recorded answers are not on this machine; {VARIABLE} names their folder"
