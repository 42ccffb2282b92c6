"""HubSpot contacts as Singer streams: what changed, what was asked for, or whom an import is about.

Rule: the tap never sees the ledger; it is asked through a file and answers through its streams.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from singer_sdk import Stream
from singer_sdk import typing as th

from outreach_adapters.hubspot.account import (
    ALWAYS,
    EVENT_KEY,
    ROW_ID,
    AccountFacts,
    check_readable,
    check_row_id,
    facts_of,
)
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.connect import connect
from outreach_adapters.hubspot.lookups import Answer
from outreach_adapters.hubspot.settings import CONNECTION
from outreach_adapters.singer.tap import TAP_SETTINGS, GatherTap
from outreach_core.errors import ConfigError, Skippable
from outreach_core.mapping import SideRules, fingerprint, load_rules
from tap_hubspot_crm import importing, schemas, streams
from tap_hubspot_crm.checks import check_rules

Body = dict[str, Any]
# read when neither a rule file nor `properties` says what to read
USUAL = ("email", "firstname", "lastname", "phone", "company", "website", "city", "createdate")
IMPORT = "import"
FACTS_LAST = timedelta(hours=24)
TOLD_KINDS = (
    ("companies", "hosts"),
    ("companies", "events"),
    ("deals", "events"),
    ("emails", "told_of"),
)
LOOKUP_KINDS = (
    *("ids", "verify_ids", "known_gone", "suspect_ids"),
    *("external_ids", "emails", "history_of"),
)

SETTINGS = (
    *CONNECTION,
    th.Property("rules_file", th.StringType, description="Rule file: which fields take part."),
    th.Property(
        "properties",
        th.ArrayType(th.StringType),
        description="Further contact properties to read, beside the mapped ones.",
    ),
    th.Property(
        "mode",
        th.StringType,
        allowed_values=["crm", "lookups", "import"],
        default="crm",
        description="`crm` reads what changed, `lookups` what the look-ups file asks for, `import` "
        "who fits the criteria or is on the list.",
    ),
    th.Property(
        "import_criteria",
        th.CustomType({"type": ["string", "object", "array", "null"]}),
        description="Whom to import, as JSON: filters of HubSpot's search.",
    ),
    th.Property("import_list", th.StringType, description="Name or id of the list to import."),
    th.Property("import_limit", th.IntegerType, description="Most contacts to import."),
    th.Property("lookups_file", th.StringType, description="File with the look-ups wanted."),
    th.Property(
        "lookback_seconds",
        th.IntegerType,
        default=120,
        description="How long the search index may lag.",
    ),
    th.Property(
        "schema",
        th.StringType,
        allowed_values=["container", "account"],
        default="container",
        description="One container field for all properties, or the account's own schema.",
    ),
    th.Property(
        "start",
        th.StringType,
        allowed_values=["all", "latest"],
        default="all",
        description="What a first run reads: everything, or nothing older than the latest change.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        description="Records last changed before it are not read by a first run.",
    ),
)


class TapHubspotCrm(GatherTap):
    """Reads contacts from HubSpot."""

    name = "tap-hubspot-crm"
    side = streams.SIDE
    stream_order = ("contacts", "lookups", "crm_snapshots")
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *TAP_SETTINGS, *SETTINGS
    ).to_dict()

    def gather_streams(self) -> Sequence[Stream]:
        """Return the streams of the mode."""
        self.answers: list[Answer] = []
        self.found = importing.Found()
        if self.config["mode"] == IMPORT:
            asked = [importing.ImportedContacts(self), importing.Imports(self)]
            return [*asked, streams.CrmSnapshots(self)]
        if self.config["mode"] == "lookups":
            return [streams.WantedContacts(self), streams.Lookups(self)]
        return [streams.ChangedContacts(self), streams.CrmSnapshots(self)]

    @property
    def flat(self) -> bool:
        """Whether the account's own schema was asked for."""
        return bool(self.config["schema"] == "account")

    @cached_property
    def client(self) -> HubSpotClient:
        """The client of the account."""
        return connect(self.config, sleep=self.sleep, rng=self.rng)

    @cached_property
    def rules(self) -> SideRules | None:
        """The rule file, if the setting names one."""
        path = self.config.get("rules_file")
        return load_rules(Path(path)) if path else None

    @cached_property
    def definitions(self) -> list[Body]:
        """The definitions of all contact properties, read once."""
        return self.client.properties()

    @cached_property
    def wanted(self) -> list[str]:
        """The properties to read: mapped ones, those of the setting, and what the sync needs."""
        named = list(self.config.get("properties") or ())
        if self.flat:
            named += [str(definition["name"]) for definition in self.definitions]
        elif self.rules is not None:
            named += self.rules.sources
        elif not named:
            named += USUAL
        return list(dict.fromkeys([*named, *ALWAYS]))

    @property
    def watched(self) -> list[str]:
        """The properties whose history says who was last: the mapped ones, and the row id's for us."""
        if self.rules is None:
            return list(dict.fromkeys([*self.wanted, ROW_ID]))
        places = [place for rule in self.rules.fields.values() for place in rule.places]
        return list(dict.fromkeys([*places, ROW_ID]))

    @property
    def address_property(self) -> str:
        """The property that holds a contact's e-mail address."""
        mapped = self.rules.fields.get("email") if self.rules else None
        return mapped.places[0] if mapped else "email"

    def contact_schema(self) -> dict[str, Any]:
        """Return the schema of `contacts`."""
        if not self.flat:
            return schemas.container()
        return schemas.of_account(self.definitions)

    def search(self, query: Body) -> Body:
        """Search; a refused search means that the account is not what we took it for."""
        try:
            return self.client.search(query)
        except Skippable as error:
            self._read_facts()
            raise ConfigError(error.message, code="search_refused") from error

    def clock_ahead(self) -> float:
        """Return how many seconds our clock is ahead of HubSpot's at most; below zero: behind it.

        A Date header has whole seconds and the answer took some time: this errs on the safe side.
        """
        told = self.client.vendor_time
        return self.now().timestamp() - told if told else 0.0

    def vendor_now(self) -> datetime:
        """Return the time by HubSpot's clock, as it told it last; ours where it did not."""
        told = self.client.vendor_time
        return datetime.fromtimestamp(told, UTC) if told else self.now()

    def emails_carry_keys(self) -> bool:
        """Whether e-mails have the property that holds our key; the app may not be allowed to look."""
        try:
            return any(found.get("name") == EVENT_KEY for found in self.client.properties("emails"))
        except ConfigError:
            return False

    def account_facts(self) -> AccountFacts:
        """Return what is known of the account, at most a day old and no older than the rules."""
        kept = self.bookmark("account")
        facts = AccountFacts.from_json(kept)
        checked = kept.get("checked_at")
        young = checked and self.now() - datetime.fromisoformat(str(checked)) < FACTS_LAST
        same_rules = kept.get("rules", "") == self._rules_version
        if young and same_rules and all(name in facts.properties for name in self._needed()):
            return facts
        return self._read_facts()

    def _read_facts(self) -> AccountFacts:
        kept = self.bookmark("account")
        kept.clear()
        self.__dict__.pop("definitions", None)
        facts = facts_of(self.client.account(), self.definitions, self.wanted)
        if self.config.get("rules_file"):
            check_row_id(facts)
        check_readable(facts, self._needed())
        if self.rules is not None:
            check_rules(self.client, facts, self.rules)
        kept.update(facts.to_json(), checked_at=self.now().isoformat(), rules=self._rules_version)
        return facts

    @property
    def _rules_version(self) -> str:
        return fingerprint(self.rules) if self.rules is not None else ""

    def _needed(self) -> Iterable[str]:
        """Return the properties that must exist; an account may be read without being provisioned."""
        if self.config.get("rules_file"):
            return self.wanted
        return self.config.get("properties") or ()

    def lookups_wanted(self) -> dict[str, list[str]]:
        """Return the questions about contacts; no file, no questions."""
        asked = self._asked_of_side().get(streams.CONTACTS) or {}
        return {kind: [str(key) for key in asked.get(kind) or ()] for kind in LOOKUP_KINDS}

    def told_wanted(self) -> dict[tuple[str, str], list[str]]:
        """Return the questions about companies, deals and e-mails."""
        asked = self._asked_of_side()
        return {
            (obj, kind): [str(key) for key in (asked.get(obj) or {}).get(kind) or ()]
            for obj, kind in TOLD_KINDS
        }

    def _asked_of_side(self) -> dict[str, Any]:
        path = self.config.get("lookups_file")
        try:
            told = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
        except FileNotFoundError:
            told = {}
        except ValueError as error:
            raise ConfigError(
                "The look-ups file is not readable.",
                code="bad_lookups_file",
                remedy="Delete it; the next run writes it anew.",
            ) from error
        found: dict[str, Any] = told.get(self.side) or {}
        return found

    def _final_state(self) -> dict[str, Any]:
        """Return the state to end with; an import reads everything, every time."""
        return {"bookmarks": {}} if self.config["mode"] == IMPORT else super()._final_state()


if __name__ == "__main__":
    TapHubspotCrm.cli()
