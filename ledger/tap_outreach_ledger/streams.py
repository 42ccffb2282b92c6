"""What is emitted of an intent, one stream per kind of delivery.

The rule: pages are read by their last number, and no transaction is open while a record is emitted: the
consumer writes to the same ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream
from singer_sdk import typing as th
from singer_sdk.helpers.conform import TypeConformanceLevel

from outreach_core.model import Intent, IntentKind, Operation, Side

if TYPE_CHECKING:
    from .tap import TapOutreachLedger

PAGE = 500
_OBJECT = th.ObjectType(additional_properties=True)


class IntentStream(Stream):
    """Open intents of one side and kind, in the plan's order."""

    side: ClassVar[Side]
    kind: ClassVar[IntentKind]
    primary_keys = ("rid",)
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    @property
    def owner(self) -> TapOutreachLedger:
        """The tap, which holds the ledger."""
        return self._tap  # type: ignore[return-value]

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield a record per intent."""
        for intent in self.intents():
            yield self.record(intent)

    def intents(self) -> Iterator[Intent]:
        """Yield the open intents page by page."""
        after = 0
        while page := self.owner.page(self.side, self.kind, after, PAGE):
            yield from page
            after = page[-1].seq

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return the record of one intent."""
        raise NotImplementedError


def written(intent: Intent) -> dict[str, Any]:
    """Return what an intent writes and what it expects to find."""
    return {
        "fields": {name: change.new.value for name, change in intent.changes.items()},
        "expected": {name: change.expected.raw for name, change in intent.changes.items()},
    }


class RowIdsStream(IntentStream):
    """Ids to be written into rows; delivered and read back before anything else."""

    name = "row_ids"
    side = Side.SHEET
    kind = IntentKind.ROW_ID
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("intent_id", th.StringType, required=True),
        th.Property("rid", th.StringType, required=True),
        th.Property("row", th.IntegerType, required=True),
        th.Property("fingerprint", th.StringType),
        th.Property("replaces", th.StringType, description="The id a copied row came with."),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return where which id is to be written."""
        copied = intent.changes.get("_sync_id")
        return {
            "intent_id": intent.intent_id,
            "rid": intent.rid,
            "row": intent.row,
            "fingerprint": intent.fingerprint,
            "replaces": copied.expected.value if copied else None,
        }


class ContactsStream(IntentStream):
    """Creates and updates of HubSpot contacts."""

    name = "contacts"
    side = Side.HUBSPOT
    kind = IntentKind.RECORD
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("intent_id", th.StringType, required=True),
        th.Property("op", th.StringType, required=True),
        th.Property("rid", th.StringType, required=True),
        th.Property("record_id", th.StringType),
        th.Property("claim", th.BooleanType, description="The record carries no row id yet."),
        th.Property("fields", _OBJECT),
        th.Property("expected", _OBJECT),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return what is to be written to which contact."""
        is_update = intent.operation is Operation.UPDATE
        return {
            "intent_id": intent.intent_id,
            "op": str(intent.operation),
            "rid": intent.rid,
            "record_id": intent.record_id,
            "claim": is_update and intent.record_id in self.owner.unclaimed(self.side),
            **written(intent),
        }


class CellsStream(IntentStream):
    """Mapped cells of rows and our own columns; a row may need either or both."""

    name = "cells"
    side = Side.SHEET
    kind = IntentKind.CELLS
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("intent_id", th.StringType),
        th.Property("rid", th.StringType, required=True),
        th.Property("row", th.IntegerType, required=True),
        th.Property("fields", _OBJECT),
        th.Property("expected", _OBJECT),
        th.Property("system", _OBJECT),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield the planned rows in the plan's order, then the rows that only say something else."""
        wanted = self.owner.dirty_renderings()
        for intent in self.intents():
            found = wanted.pop(intent.rid, None)
            yield {
                "intent_id": intent.intent_id,
                "rid": intent.rid,
                "row": intent.row,
                **written(intent),
                "system": dict(found.cells) if found else {},
            }
        for found in sorted(wanted.values(), key=lambda wanted: wanted.row):
            yield {
                "intent_id": None,
                "rid": found.rid,
                "row": found.row,
                "fields": {},
                "expected": {},
                "system": dict(found.cells),
            }


STREAMS: tuple[type[IntentStream], ...] = (RowIdsStream, ContactsStream, CellsStream)
ORDER = ("row_ids", "contacts", "cells")
