"""An import: which CRM records are to become rows of an empty tab, and what a planned row stands for.

The rule: a row of an import is linked and based by what was written and what the CRM showed when it was
planned, whoever notes it, the acknowledgement or the plan that finds the row later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from outreach_core.model.deliveries import Intent
from outreach_core.model.effects import moment
from outreach_core.model.sides import Side
from outreach_core.model.values import BLANK, FieldValue, Json, fields_from_json, fields_to_json

IMPORTED = "imported"  # the count by which a plan is known to be an import's
ITEM = ":import"  # ends every item that a person approves of one


@dataclass(frozen=True, slots=True)
class ImportPeople:
    """Whom an import is about, as its tap found them.

    Attributes:
        criteria: Hash of what was asked for.
        record_ids: Those that have an e-mail address, and are within the limit.
        without_email: How many more have none.
        left_out: How many more were beyond the limit.
    """

    side: Side
    object: str
    criteria: str
    record_ids: tuple[str, ...]
    without_email: int = 0
    left_out: int = 0

    def to_json(self) -> dict[str, Json]:
        """Return the form of the stream ``imports``."""
        return {
            "side": str(self.side),
            "object": self.object,
            "criteria": self.criteria,
            "record_ids": list(self.record_ids),
            "without_email": self.without_email,
            "left_out": self.left_out,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> ImportPeople:
        """Rebuild it from a record of ``imports``."""
        return cls(
            Side(data["side"]),
            str(data["object"]),
            str(data["criteria"]),
            tuple(map(str, data.get("record_ids") or ())),
            int(data.get("without_email") or 0),
            int(data.get("left_out") or 0),
        )


@dataclass(frozen=True, slots=True)
class ImportTab:
    """The tab an import goes into, as it was found.

    Attributes:
        rows: How many rows hold anything of people's.
        last_row: The last row that holds that or a row id; 1 if there is none.
        ids: Row ids that are there → row number.
    """

    spreadsheet_id: str
    gid: int
    title: str
    time_zone: str
    header: tuple[str, ...]
    rows: int
    last_row: int
    ids: Mapping[str, int]
    read_at: datetime

    def to_json(self) -> dict[str, Json]:
        """Return the form of the stream ``import_tabs``."""
        return {
            "spreadsheet_id": self.spreadsheet_id,
            "gid": self.gid,
            "title": self.title,
            "time_zone": self.time_zone,
            "header": list(self.header),
            "rows": self.rows,
            "last_row": self.last_row,
            "ids": dict(self.ids),
            "read_at": self.read_at.isoformat(),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> ImportTab:
        """Rebuild it from a record of ``import_tabs``."""
        return cls(
            str(data["spreadsheet_id"]),
            int(data["gid"]),
            str(data.get("title") or ""),
            str(data.get("time_zone") or ""),
            tuple(map(str, data.get("header") or ())),
            int(data.get("rows") or 0),
            int(data.get("last_row") or 1),
            {str(rid): int(row) for rid, row in (data.get("ids") or {}).items()},
            moment(data.get("read_at")) or datetime.min.replace(tzinfo=UTC),
        )


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What one run gathered for an import; ``begun``: criteria of one that did not come to its end."""

    people: ImportPeople
    tab: ImportTab
    begun: str = ""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What a planned row stands for; travels as the payload of its intent.

    Attributes:
        shown: What the CRM showed: its bases, those that are no field of the sheet among them.
        fields: Those of them that the sheet has too.
        company_key: What it would be told under that this person belongs to the website's company.
    """

    crm: Side
    object: str
    record_id: str
    shown: Mapping[str, FieldValue] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    company_key: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return the payload."""
        return {
            "crm": str(self.crm),
            "object": self.object,
            "record_id": self.record_id,
            "shown": fields_to_json(self.shown),
            "fields": list(self.fields),
            "company_key": self.company_key,
        }

    @classmethod
    def of(cls, intent: Intent) -> ImportedRow:
        """Read the payload of a planned row."""
        data = intent.payload
        return cls(
            Side(data["crm"]),
            str(data["object"]),
            str(data["record_id"]),
            fields_from_json(data.get("shown")),
            tuple(data.get("fields") or ()),
            str(data.get("company_key") or ""),
        )

    def bases(
        self, rid: str, written: Mapping[str, FieldValue]
    ) -> Iterator[tuple[str, Side, str, FieldValue]]:
        """Yield what either side showed when the row was made; a cell that was not written is blank."""
        for name, value in self.shown.items():
            yield rid, self.crm, name, value
        for name in self.fields:
            yield rid, Side.SHEET, name, written.get(name, BLANK)
