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
    objects: ClassVar[tuple[str, ...]] = ()
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
        while page := self.owner.page(self.side, self.kind, after, PAGE, self.objects):
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


class RecordsStream(IntentStream):
    """Creates and updates of the records that rows become."""

    kind = IntentKind.RECORD
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("intent_id", th.StringType, required=True),
        th.Property("op", th.StringType, required=True),
        th.Property("object", th.StringType, description="What the record is one of."),
        th.Property("rid", th.StringType, required=True),
        th.Property("record_id", th.StringType),
        th.Property("claim", th.BooleanType, description="The record carries no row id yet."),
        th.Property("company", th.StringType, description="Website host of its company."),
        th.Property("company_key", th.StringType, description="Key under which that is told."),
        th.Property("fields", _OBJECT),
        th.Property("expected", _OBJECT),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return what is to be written to which record."""
        is_update = intent.operation is Operation.UPDATE
        return {
            "intent_id": intent.intent_id,
            "op": str(intent.operation),
            "object": intent.object,
            "rid": intent.rid,
            "record_id": intent.record_id,
            "claim": is_update and intent.record_id in self.owner.unclaimed(self.side),
            "company": intent.payload.get("company"),
            "company_key": intent.payload.get("company_key"),
            **written(intent),
        }


class ContactsStream(RecordsStream):
    """HubSpot's contacts."""

    name = "contacts"
    side = Side.HUBSPOT


class LeadsStream(RecordsStream):
    """Salesforce's leads, and the contacts that leads were converted to."""

    name = "leads"
    side = Side.SALESFORCE


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


class ScreensStream(IntentStream):
    """Our tabs that may be shown now; what they show is computed when they are written.

    What is delivered before them in this pipe is acknowledged by then, and they say so.
    """

    name = "screens"
    side = Side.SHEET
    kind = IntentKind.CELLS
    primary_keys = ("screen",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("screen", th.StringType, required=True),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield a record per tab."""
        for screen in self.owner.ledger.screens.allowed():
            yield {"screen": str(screen)}


class CompaniesStream(IntentStream):
    """HubSpot companies to be made or renamed; before the people who belong to them."""

    name = "companies"
    side = Side.HUBSPOT
    kind = IntentKind.COMPANY
    primary_keys = ("domain",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("domain", th.StringType, required=True),
        th.Property("name", th.StringType),
        th.Property("_sync", _OBJECT),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return the company in its public form, with what the ledger has to hear again."""
        return {
            "domain": intent.payload["host"],
            "name": intent.payload["name"],
            "_sync": {
                "intent_id": intent.intent_id,
                "op": str(intent.operation),
                "rid": intent.rid,
                "record_id": intent.record_id,
                "expected_name": intent.payload.get("expected_name"),
            },
        }


class AssociationsStream(IntentStream):
    """People who are to be put into their company; both are there by then."""

    name = "associations"
    side = Side.HUBSPOT
    kind = IntentKind.EFFECT
    objects = ("associations",)
    primary_keys = ("event_key",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("event_key", th.StringType, required=True),
        th.Property("company_domain", th.StringType, required=True),
        th.Property("_sync", _OBJECT),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return who belongs where."""
        return {
            "event_key": intent.event_key,
            "company_domain": intent.payload["host"],
            "_sync": {"intent_id": intent.intent_id, "rid": intent.rid},
        }


class TellingStream(IntentStream):
    """What a CRM is told once; canonical, the mapper gives it its public form."""

    kind = IntentKind.EFFECT
    primary_keys = ("event_key",)
    schema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property("intent_id", th.StringType, required=True),
        th.Property("rid", th.StringType, required=True),
        th.Property("event_key", th.StringType, required=True),
        th.Property("payload", _OBJECT, required=True),
    ).to_dict()

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return what happened."""
        return {
            "intent_id": intent.intent_id,
            "rid": intent.rid,
            "event_key": intent.event_key,
            "payload": dict(intent.payload),
        }


class EmailsStream(TellingStream):
    """E-mails to log in HubSpot, both ways."""

    name = "emails"
    side = Side.HUBSPOT
    objects = ("emails",)


class DealsStream(TellingStream):
    """Deals to create in HubSpot."""

    name = "deals"
    side = Side.HUBSPOT
    objects = ("deals",)


class TasksStream(TellingStream):
    """E-mails to log in Salesforce, both ways."""

    name = "tasks"
    side = Side.SALESFORCE
    objects = ("tasks",)


class OpportunitiesStream(TellingStream):
    """Opportunities to create in Salesforce."""

    name = "opportunities"
    side = Side.SALESFORCE
    objects = ("opportunities",)


class RowsStream(IntentStream):
    """Rows that an import makes, with what our own columns say of them."""

    name = "rows"
    side = Side.SHEET
    kind = IntentKind.ROWS
    schema = CellsStream.schema

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[dict[str, Any]]:
        """Yield a record per row."""
        after = 0
        while page := self.owner.page(self.side, self.kind, after, PAGE):
            texts = self.owner.ledger.imports.texts(page)
            for intent in page:
                yield {**self.record(intent), "system": texts[intent.rid]}
            after = page[-1].seq

    def record(self, intent: Intent) -> dict[str, Any]:
        """Return what is to be written where; the row number is a hint."""
        return {
            "intent_id": intent.intent_id,
            "rid": intent.rid,
            "row": intent.row,
            **written(intent),
        }


STREAMS: tuple[type[IntentStream], ...] = (
    RowIdsStream,
    RowsStream,
    CompaniesStream,
    ContactsStream,
    AssociationsStream,
    EmailsStream,
    DealsStream,
    LeadsStream,
    TasksStream,
    OpportunitiesStream,
    CellsStream,
    ScreensStream,
)
# one needs the other: nobody belongs to a company that is not there, nobody was written to who is not
ORDER = (
    *("row_ids", "rows", "companies", "contacts", "associations", "emails", "deals"),
    *("leads", "tasks", "opportunities", "cells", "screens"),
)
# the setting `kind` → what is emitted for it
KINDS = {
    "ids": (IntentKind.ROW_ID,),
    "rows": (IntentKind.ROWS,),
    "records": (IntentKind.COMPANY, IntentKind.RECORD, IntentKind.EFFECT),
    "cells": (IntentKind.CELLS,),
}
