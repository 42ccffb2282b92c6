"""What one gather pipe brought so far, and whose bookmark it is.

The rule: a record counts twice only once: the last one of its key wins, as in any at-least-once stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from outreach_adapters.ledger import CrmCount, StagedBatch
from outreach_core.model import (
    CrmRecord,
    ImportPeople,
    ImportTab,
    Lookup,
    SheetRow,
    SheetSnapshot,
    ShownEmail,
    ShownReply,
    SideState,
    SideStatus,
)
from outreach_core.model.screens import Decision, ShownScreen

_IMPORT_STREAMS = {"imports", "import_tabs"}
_SHEET_STREAMS = {
    "businesses",
    "sent_emails",
    "replies",
    "decisions",
    "screens_shown",
    "sheet_snapshots",
}
# what is only collected, and where
_LISTED = {
    Lookup: "lookups",
    CrmCount: "counts",
    SideStatus: "statuses",
    ImportPeople: "imports",
    ImportTab: "imports",
    ShownScreen: "screens",
    Decision: "decisions",
}


@dataclass(slots=True)
class GatheredBatch:
    """Collects converted records until the STATE that follows them."""

    rows: dict[int, SheetRow] = field(default_factory=dict)
    paused: dict[int, bool] = field(default_factory=dict)
    sent: dict[int, ShownEmail] = field(default_factory=dict)
    replies: dict[int, ShownReply] = field(default_factory=dict)
    records: dict[tuple[str, str, str], CrmRecord] = field(default_factory=dict)
    lookups: list[Lookup] = field(default_factory=list)
    counts: list[CrmCount] = field(default_factory=list)
    statuses: list[SideStatus] = field(default_factory=list)
    snapshot: SheetSnapshot | None = None
    imports: list[ImportPeople | ImportTab] = field(default_factory=list)
    screens: list[ShownScreen] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    streams: set[str] = field(default_factory=set)

    def add(self, stream: str, found: Any) -> None:
        """Add one converted record."""
        self.streams.add(stream)
        plain = _LISTED.get(type(found))
        if plain is not None:
            getattr(self, plain).append(found)
            return
        match found:
            case SheetRow():
                self.rows[found.row] = found
            case CrmRecord():
                self.records[str(found.side), found.object, found.record_id] = found
            case SheetSnapshot():
                self.snapshot = found
            case Mapping():
                self._decision(found)
            case (int() as number, ShownEmail() as shown):
                self.sent[number] = shown
            case (int() as number, ShownReply() as shown):
                self.replies[number] = shown

    def _decision(self, found: Mapping[str, Any]) -> None:
        if found.get("kind") == "pause" and found.get("row") is not None:
            self.paused[int(found["row"])] = bool(found.get("value"))

    @property
    def empty(self) -> bool:
        """Whether nothing was added."""
        return not self.streams

    @property
    def unreachable(self) -> bool:
        """Whether the tap said that its side could not be read."""
        return any(status.state is not SideState.OK for status in self.statuses)

    def source(self, declared: set[str]) -> str:
        """Name whose bookmark travels with this batch.

        1  streams of an import        <side>-import: it never moves
        2  streams of the sheet        sheet
        3  ``lookups`` declared        <side>-lookups
        4  else                        <side>
        """
        if declared & _SHEET_STREAMS:
            return "sheet"
        sides = [str(status.side) for status in self.statuses]
        sides += [str(answer.side) for answer in self.lookups]
        sides += [key[0] for key in self.records]
        side = sides[0] if sides else "unknown"
        if declared & _IMPORT_STREAMS:
            return f"{side}-import"
        return f"{side}-lookups" if "lookups" in declared else side

    def staged(self) -> StagedBatch:
        """Return what is to be committed; of a side that could not be read only that."""
        if self.unreachable:
            return StagedBatch(statuses=tuple(self.statuses))
        rows = tuple(
            replace(
                row,
                paused=self.paused.get(number, row.paused),
                sent=self.sent.get(number),
                reply=self.replies.get(number),
            )
            for number, row in sorted(self.rows.items())
        )
        return StagedBatch(
            rows=rows,
            records=tuple(self.records.values()),
            lookups=tuple(self.lookups),
            snapshot=self.snapshot,
            counts=tuple(self.counts),
            statuses=tuple(self.statuses),
            imports=tuple(self.imports),
            screens=tuple(self.screens),
        )
