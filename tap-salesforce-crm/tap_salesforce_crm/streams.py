"""The streams of the tap: what changed, what was asked for, and how many records are linked.

Rule: a stream sets its bookmark only after its last record; the tap drops it if any stream fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from singer_sdk import Stream

from outreach_adapters.salesforce.sweep import Found
from tap_salesforce_crm import changes, records, schemas
from tap_salesforce_crm.wanted import OBJECTS, STREAMS, TOLD

if TYPE_CHECKING:
    from tap_salesforce_crm.tap import TapSalesforceCrm

Context = Mapping[str, Any] | None
Body = dict[str, Any]
SIDE = "salesforce"
CRM_SNAPSHOTS = "crm_snapshots"


class SalesforceStream(Stream):
    """A stream that knows its tap."""

    def __init__(self, tap: TapSalesforceCrm, schema: dict[str, Any], name: str) -> None:
        super().__init__(tap, schema=schema, name=name)
        self.salesforce = tap


class RecordStream(SalesforceStream):
    """The records of one object."""

    primary_keys = ("id",)

    def __init__(self, tap: TapSalesforceCrm, name: str) -> None:
        self.of = OBJECTS[name]
        super().__init__(tap, tap.record_schema(self.of), name)

    def shape(self, found: Found) -> Body:
        """Return a record in the form the setting `schema` asks for."""
        if self.salesforce.flat:
            return records.flat(found, self.of, self.schema)
        return records.contained(found, self.of, self.salesforce.shown(self.of))


class ChangedRecords(RecordStream):
    """The records changed since the bookmark, the deleted and merged ones too."""

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield what changed; then set the bookmark."""
        tap = self.salesforce
        bookmark = tap.bookmark(self.name)
        found = tap.changes()
        sweep = found.sweeps.get(self.of)
        if sweep is not None:
            if sweep.refusal is not None:
                self.logger.warning("%s: %s", self.name, sweep.refusal)
            yield from map(self.shape, sweep.records())
            position = sweep.end(found.begun, tap.lookback)
        else:
            position = changes.first_position(found.begun, tap.lookback)
        bookmark.clear()
        bookmark.update(position.to_json())


class CrmSnapshots(SalesforceStream):
    """One record per object: how many carry a row id, which shows deletions nobody saw."""

    primary_keys = ("side", "object")

    def __init__(self, tap: TapSalesforceCrm) -> None:
        super().__init__(tap, schemas.CRM_SNAPSHOTS, CRM_SNAPSHOTS)

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the counts."""
        tap = self.salesforce
        found = tap.changes()
        used, allowed = tap.client.usage or (None, None)
        for of in changes.COUNTED:
            yield {
                "side": SIDE,
                "object": STREAMS[of],
                "portal_id": tap.org_facts().portal_id,
                "address": tap.client.address,
                "linked_total": found.counts.get(of, 0),
                "calls_used": used,
                "calls_allowed": allowed,
                "read_at": tap.now().isoformat(),
            }


class WantedRecords(RecordStream):
    """The records the look-ups file leads to, each once; the answers go to `lookups`."""

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the records found."""
        found = self.salesforce.looked_up().get(self.of)
        return map(self.shape, found.records.values()) if found else ()


class Lookups(SalesforceStream):
    """The answers to the questions of the look-ups file."""

    primary_keys = ("side", "object", "kind", "key")

    def __init__(self, tap: TapSalesforceCrm) -> None:
        super().__init__(tap, schemas.LOOKUPS, "lookups")

    def get_records(self, context: Context) -> Iterable[Body]:
        """Yield the answers the records came by."""
        at, names = self.salesforce.now().isoformat(), {**STREAMS, **TOLD}
        for of, found in self.salesforce.looked_up().items():
            for answer in found.answers:
                told = asdict(answer)
                told["record_ids"] = list(answer.record_ids)
                yield {"side": SIDE, "object": names[of], **told, "at": at}
