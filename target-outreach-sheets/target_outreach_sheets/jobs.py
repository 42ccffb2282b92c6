"""What the target is asked to write, and what became of it, as plain data.

The rule: a record is read into a job here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.sheets.rows import OUR_COLUMNS, SYNC_ID
from outreach_adapters.sheets.sansio import MOST_CELL_CHARACTERS, Cell
from outreach_core.model import Outcome, OutcomeKind, Problem, problems_from_json

ENVELOPE = "cells"


@dataclass(frozen=True, slots=True)
class IdJob:
    """A minted id for a row that has none.

    Attributes:
        replaces: The id the row carries because it is a copy of another row.
    """

    intent_id: str | None
    rid: str
    row: int | None
    fingerprint: str
    replaces: str | None = None

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> IdJob:
        """Read a record of the stream ``row_ids``."""
        row = record.get("row")
        return cls(
            record.get("intent_id"),
            str(record["rid"]),
            int(row) if row is not None else None,
            str(record.get("fingerprint") or ""),
            record.get("replaces") or None,
        )


@dataclass(frozen=True, slots=True)
class CellsJob:
    """Cells of one row.

    Attributes:
        expected: What the plan was made from, per header; ``None`` if nothing was planned.
        fields: Which headers belong together, per canonical field.
        system: Our own columns, as text.
        problems: Fields whose value no cell can hold; they are not among the cells.
    """

    intent_id: str | None
    rid: str
    row: int | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    expected: Mapping[str, Cell] | None = None
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, Problem] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> CellsJob:
        """Read a planned record, or a flat one whose keys are headers (what a CSV has)."""
        if isinstance(record.get(ENVELOPE), dict) or "system" in record:
            return cls._planned(record)
        rid = str(record.get(SYNC_ID) or record.get("rid") or "").strip()
        left_out = {"rid", "row", *OUR_COLUMNS}
        cells = {name: cell for name, cell in record.items() if name not in left_out}
        return cls(None, rid, None, cells, None, {name: (name,) for name in cells})

    @classmethod
    def _planned(cls, record: Mapping[str, Any]) -> CellsJob:
        row = record.get("row")
        cells = dict(record.get(ENVELOPE) or {})
        fields = {name: tuple(places) for name, places in (record.get("fields") or {}).items()}
        named = {header for places in fields.values() for header in places}
        fields.update({header: (header,) for header in cells if header not in named})
        return cls(
            record.get("intent_id"),
            str(record["rid"]),
            int(row) if row is not None else None,
            cells,
            record.get("expected"),
            fields,
            dict(record.get("system") or {}),
            problems_from_json(record.get("problems")),
        )

    @property
    def too_long(self) -> str | None:
        """A header whose text no cell can hold."""
        for header, cell in self.cells.items():
            if isinstance(cell, str) and len(cell) > MOST_CELL_CHARACTERS:
                return header
        return None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one job.

    Attributes:
        kind: As in the ledger's outcomes.
        row: Where the row was read back.
        shown: Raw cells per header that count as confirmed.
        skipped: Fields that were not written, with the reason.
        reason: Why the whole job was not done.
        confirmed: Our own columns that show what was asked for.
    """

    kind: OutcomeKind
    row: int | None = None
    shown: Mapping[str, Cell] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    confirmed: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, intent_id: str, returned: Mapping[str, Any]) -> Outcome:
        """Return the ledger's form."""
        problem = None
        if self.kind is OutcomeKind.REJECTED and self.reason:
            problem = Problem(self.reason, "", "The sheet cannot hold this value.")
        return Outcome(
            intent_id,
            self.kind,
            returned=dict(returned),
            skipped=dict(self.skipped),
            problem=problem,
            row=self.row,
        )
