"""Writes to HubSpot what the ledger planned, or plain records by key: companies, contacts, e-mails, deals.

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
    EVENT_KEY,
    ROW_ID,
    AccountFacts,
    check_key,
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
from target_hubspot_activities.sink import ORDER, SINKS

CONTACTS = "contacts"
EMAILS = "emails"
NOUNS = {"contacts": "contact", "companies": "company", "deals": "deal", "emails": "e-mail"}
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
    """Writes records of HubSpot, every input matched to an outcome."""

    name = "target-hubspot-activities"
    sink_classes: ClassVar[Mapping[str, type[Sink]]] = SINKS
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

    def drain_before(self, sink: Sink) -> None:
        """Write what is still held that this sink's records may need or may not overtake.

        A stream whose schema changed has a sink of its own for what came before the change.
        """
        needed = ORDER[: ORDER.index(sink.stream_name)]
        earlier = (*needed, sink.stream_name)
        for name in earlier:
            for other in [one for one in self._sinks_to_clear if one.stream_name == name]:
                if other is not sink:
                    self.drain_one(other)
            active = self._sinks_active.get(name)
            if active is not None and name in needed:
                self.drain_one(active)

    # -- the account ----------------------------------------------------------------------------

    def _definitions(self, obj: str) -> list[dict[str, Any]]:
        if obj not in self._known_definitions:
            self._known_definitions[obj] = self.client.properties(obj)
        return self._known_definitions[obj]

    @cached_property
    def _known_definitions(self) -> dict[str, list[dict[str, Any]]]:
        return {}

    def check_writable(self, names: Collection[str]) -> None:
        """Stop unless these properties can be written and rows can be recognised."""
        facts = self._facts({*names, ROW_ID})
        check_row_id(facts)
        check_writable(facts, names)

    def check_columns(self, names: Collection[str], obj: str = CONTACTS) -> None:
        """Stop unless every column of a plain stream is a property that can be written."""
        check_writable(self._facts(names, obj), names, NOUNS[obj])

    def check_key(self, obj: str, name: str) -> None:
        """Stop unless the account keeps this object from being made twice."""
        check_key(self._facts({name}, obj), name, NOUNS[obj])

    def _facts(self, names: Collection[str], obj: str = CONTACTS) -> AccountFacts:
        return facts_of({}, self._definitions(obj), names)

    def emails_carry_keys(self) -> bool:
        """Return whether e-mails have the property for our key; the app may not be allowed to look."""
        if EMAILS not in self._known_definitions:
            try:
                self._definitions(EMAILS)
            except ConfigError:
                self._known_definitions[EMAILS] = []
        return EVENT_KEY in self._facts({EVENT_KEY}, EMAILS).properties

    def owner_id(self, owner: str | None) -> str | None:
        """Return the id of an owner named by id or e-mail address.

        Raises:
            ConfigError: ``missing_owner``; nobody has this address.
        """
        if not owner or "@" not in owner:
            return owner or None
        if owner not in self._owners:
            found = self.client.owners(owner)
            self._owners[owner] = str(found[0]["id"]) if found else None
        if self._owners[owner] is None:
            raise ConfigError(
                "HubSpot has no owner with the e-mail address that deals name.",
                code="missing_owner",
                remedy="Correct `owner` in the rule file, or add the user in HubSpot.",
            )
        return self._owners[owner]

    @cached_property
    def _owners(self) -> dict[str, str | None]:
        return {}

    def process_endofpipe(self) -> None:
        """Drain what is left, then judge the records HubSpot refused.

        Raises:
            Fatal: ``rejected_records``; some were refused and that is not allowed.
        """
        super().process_endofpipe()
        refused = sum(self.rejected.counts[stream] for stream in ORDER)
        if refused and not self.config.get("allow_failures"):
            raise Fatal(
                f"HubSpot refused {refused} of the records; the others are written.",
                code="rejected_records",
                remedy="See `rejected_file`, or set `allow_failures`.",
            )


if __name__ == "__main__":
    TargetHubspotActivities.cli()
