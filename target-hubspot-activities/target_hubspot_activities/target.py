"""Writes contacts to HubSpot: what the ledger planned, or plain records by key.

Rule: nothing is ever deleted or archived, and the account is checked before the first write.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from singer_sdk import typing as th
from singer_sdk.sinks import Sink

from outreach_adapters.hubspot.account import (
    ROW_ID,
    AccountFacts,
    check_row_id,
    check_writable,
    facts_of,
)
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.connect import connect
from outreach_adapters.hubspot.settings import CONNECTION
from outreach_adapters.singer.target import TARGET_SETTINGS, CheckpointTarget
from outreach_core.errors import ConfigError, Fatal
from outreach_core.mapping import SideRules, load_rules
from target_hubspot_activities.sink import ContactsSink

CONTACTS = "contacts"
SETTINGS = (
    *CONNECTION,
    th.Property("rules_file", th.StringType, description="Rule file: which fields take part."),
    th.Property(
        "allow_failures",
        th.BooleanType,
        default=False,
        description="End normally although HubSpot refused records that no ledger planned.",
    ),
)


class TargetHubspotActivities(CheckpointTarget):
    """Writes contacts, every input matched to an outcome."""

    name = "target-hubspot-activities"
    sink_classes: ClassVar[Mapping[str, type[Sink]]] = {CONTACTS: ContactsSink}
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *TARGET_SETTINGS, *SETTINGS
    ).to_dict()

    @cached_property
    def client(self) -> HubSpotClient:
        """The client of the account."""
        return connect(self.config, sleep=self.sleep, rng=self.rng)

    @cached_property
    def rules(self) -> SideRules:
        """The rules by which HubSpot's answers are read."""
        path = self.config.get("rules_file")
        if not path:
            raise ConfigError(
                "Planned records need a rule file.",
                code="no_rules_file",
                remedy="Set `rules_file`.",
            )
        return load_rules(Path(path))

    @cached_property
    def _definitions(self) -> list[dict[str, Any]]:
        return self.client.properties()

    def check_writable(self, names: Collection[str]) -> None:
        """Stop unless these properties can be written and rows can be recognised."""
        facts = self._facts({*names, ROW_ID})
        check_row_id(facts)
        check_writable(facts, names)

    def check_columns(self, names: Collection[str]) -> None:
        """Stop unless every column of a plain stream is a property that can be written."""
        check_writable(self._facts(names), names)

    def _facts(self, names: Collection[str]) -> AccountFacts:
        return facts_of({}, self._definitions, names)

    def process_endofpipe(self) -> None:
        """Drain what is left, then judge the records HubSpot refused.

        Raises:
            Fatal: ``rejected_records``; some were refused and that is not allowed.
        """
        super().process_endofpipe()
        refused = self.rejected.counts[CONTACTS]
        if refused and not self.config.get("allow_failures"):
            raise Fatal(
                f"HubSpot refused {refused} of the records; the others are written.",
                code="rejected_records",
                remedy="See `rejected_file`, or set `allow_failures`.",
            )


if __name__ == "__main__":
    TargetHubspotActivities.cli()
