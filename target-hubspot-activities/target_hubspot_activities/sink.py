"""The sink of `contacts`: planned records with their outcomes, plain ones by key.

Rule: a batch is done only when each of its records has an outcome in the ledger or in the rejected file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import BatchSink

from outreach_adapters.hubspot.account import CREATED_BY_US, ROW_ID
from outreach_adapters.hubspot.client import BATCH
from outreach_core.errors import ConfigError
from target_hubspot_activities import plain
from target_hubspot_activities.planned import Delivery, Planned

if TYPE_CHECKING:
    from target_hubspot_activities.target import TargetHubspotActivities

Record = dict[str, Any]


class ContactsSink(BatchSink):
    """Collects up to a hundred contacts and writes them."""

    max_size = BATCH

    def __init__(self, target: TargetHubspotActivities, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the client and the ledger."""
        super().__init__(target, *args, **kwargs)
        self.hubspot = target
        self._delivery: Delivery | None = None

    def _parse_timestamps_in_record(self, *args: Any, **kwargs: Any) -> None:
        """Leave times as they came: HubSpot takes the text."""

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write the records of one batch."""
        records: list[Record] = context.get("records") or []
        ledger = self.hubspot.ledger
        planned = [record for record in records if ledger is not None and record.get("_sync")]
        rest = [record for record in records if ledger is None or not record.get("_sync")]
        if planned:
            self._deliver([Planned.from_record(record) for record in planned])
        if rest:
            self._upsert(rest)

    def _deliver(self, planned: list[Planned]) -> None:
        ledger = self.hubspot.ledger
        assert ledger is not None  # noqa: S101 - asked for by the caller
        self._check_planned(planned)
        delivery = self._delivery = self._delivery or Delivery(
            self.hubspot.client,
            self.hubspot.rules,
            ledger.deliveries.mark_in_doubt,
            self.hubspot.parent_watch.check,
        )
        outcomes = delivery.deliver(planned)
        self.hubspot.parent_watch.check()
        ledger.deliveries.record(outcomes)
        if isinstance(delivery.stopped, ConfigError):
            raise delivery.stopped
        if delivery.stopped is not None:
            self.logger.warning("%s Planned writes wait for the next run.", delivery.stopped)

    def _check_planned(self, planned: list[Planned]) -> None:
        names = {name for item in planned for name in item.properties}
        self.hubspot.check_writable(names | {ROW_ID, CREATED_BY_US})

    def _upsert(self, records: list[Record]) -> None:
        names = {name for record in records for name in record if plain.is_property(name)}
        self.hubspot.check_columns(names)
        plain.upsert(
            self.hubspot.client,
            records,
            before=self.hubspot.parent_watch.check,
            reject=self._reject,
        )

    def _reject(self, record: Mapping[str, Any], reason: Mapping[str, Any]) -> None:
        self.hubspot.reject(self.stream_name, record, reason)
