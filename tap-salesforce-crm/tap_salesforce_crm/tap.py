"""Salesforce records as Singer streams: what changed, what was asked for, or whom an import is about.

Rule: the tap never sees the ledger; it is asked through a file and answers through its streams.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from singer_sdk import Stream
from singer_sdk import typing as th

from outreach_adapters.salesforce import account, composite, lookups
from outreach_adapters.salesforce.account import ROW_ID, OrgFacts
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect
from outreach_adapters.salesforce.reading import Reading, system_fields
from outreach_adapters.salesforce.settings import CONNECTION
from outreach_adapters.singer.tap import TAP_SETTINGS, GatherTap
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules, load_rules
from tap_salesforce_crm import changes, importing, schemas, streams
from tap_salesforce_crm.changes import Changes
from tap_salesforce_crm.wanted import STREAMS, TOLD, Wanted, wanted

T = TypeVar("T")
Body = dict[str, Any]
FACTS_LAST = timedelta(hours=24)
ORG_CHANGED = ("invalid_field", "invalid_object")
LOOKED_UP = ("leads", "contacts")
IMPORT = "import"
ID_KINDS = ("ids", "verify_ids", "suspect_ids")

SETTINGS = (
    *CONNECTION,
    th.Property("rules_file", th.StringType, description="Rule file: which fields take part."),
    th.Property(
        "properties",
        th.ArrayType(th.StringType),
        description="Further fields to read, beside the mapped ones, such as `Contact.Title`.",
    ),
    th.Property(
        "mode",
        th.StringType,
        allowed_values=["crm", "lookups", "import"],
        default="crm",
        description="`crm` reads what changed, `lookups` what the look-ups file asks for, `import` "
        "who fits the criteria.",
    ),
    th.Property(
        "import_object",
        th.StringType,
        allowed_values=[*importing.IMPORTABLE],
        default="leads",
        description="What is imported.",
    ),
    th.Property(
        "import_criteria",
        th.CustomType({"type": ["string", "object", "array", "null"]}),
        description="Whom to import, as JSON: filters on the object's fields.",
    ),
    th.Property("import_limit", th.IntegerType, description="Most records to import."),
    th.Property("lookups_file", th.StringType, description="File with the look-ups wanted."),
    th.Property(
        "lookback_seconds",
        th.IntegerType,
        default=600,
        description="How long after its stamp a change may become visible.",
    ),
    th.Property(
        "schema",
        th.StringType,
        allowed_values=["container", "account"],
        default="container",
        description="One container field for all fields, or the org's own schema.",
    ),
    th.Property(
        "start",
        th.StringType,
        allowed_values=["all", "latest"],
        default="all",
        description="What a first run reads: everything that is alive, or nothing.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        description="Records last changed before it are not read by a first run.",
    ),
)


class TapSalesforceCrm(GatherTap):
    """Reads leads, contacts and opportunities from Salesforce."""

    name = "tap-salesforce-crm"
    side = streams.SIDE
    stream_order = (
        *("leads", "contacts", "opportunities", "imports", "lookups"),
        streams.CRM_SNAPSHOTS,
    )
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *TAP_SETTINGS, *SETTINGS
    ).to_dict()

    _facts: OrgFacts | None = None
    _changes: Changes | None = None
    _looked_up: Mapping[str, lookups.LookedUp] | None = None

    def gather_streams(self) -> Sequence[Stream]:
        """Return the streams of the mode."""
        self.met = importing.Met()
        if self.config["mode"] == IMPORT:
            people = [importing.ImportedRecords(self, name) for name in importing.IMPORTABLE]
            return [*people, importing.Imports(self), streams.CrmSnapshots(self)]
        if self.config["mode"] == "lookups":
            found = [streams.WantedRecords(self, name) for name in LOOKED_UP]
            return [*found, streams.Lookups(self)]
        changed = [streams.ChangedRecords(self, name) for name in STREAMS.values()]
        return [*changed, streams.CrmSnapshots(self)]

    @property
    def flat(self) -> bool:
        """Whether the org's own schema was asked for."""
        return bool(self.config["schema"] == "account")

    @property
    def lookback(self) -> timedelta:
        """How long after its stamp a change may become visible."""
        return timedelta(seconds=int(self.config["lookback_seconds"]))

    @cached_property
    def client(self) -> SalesforceClient:
        """The client of the org."""
        return connect(self.config, sleep=self.sleep, rng=self.rng)

    @cached_property
    def described(self) -> composite.Answered:
        """What the org says about itself and its objects, read once."""
        return self.client.ask(account.questions(STREAMS))

    @cached_property
    def wanted(self) -> Wanted:
        """The fields to read: mapped ones, those of the setting, and what the sync needs."""
        named = list(self.config.get("properties") or ())
        if self.flat:
            named += [f"{of}.{f['name']}" for of in STREAMS for f in self._fields(of)]
        return wanted(self.rules, named)

    @cached_property
    def rules(self) -> SideRules | None:
        """The rule file, if the setting names one."""
        path = self.config.get("rules_file")
        return load_rules(Path(path)) if path else None

    def address_field(self, of: str) -> str:
        """Return the field that holds the e-mail address of a lead or contact."""
        known = self.rules.of_object(STREAMS[of]) if self.rules else None
        mapped = known.fields.get("email") if known else None
        return mapped.places[0] if mapped else "Email"

    def _fields(self, of: str) -> list[Body]:
        fields = account.described(self.described, of)
        return [f for f in fields if f.get("type") not in account.COMPOUND]

    def record_schema(self, of: str) -> dict[str, Any]:
        """Return the schema of an object's stream."""
        return schemas.of_account(of, self._fields(of)) if self.flat else schemas.container(of)

    def shown(self, of: str) -> list[str]:
        """Return the fields of an object that can be read."""
        return self.org_facts().visible(of, self.wanted.fields[of])

    def reading(self, of: str) -> Reading:
        """Return how an object is read."""
        return Reading(self.client, of, self.shown(of))

    # -- what changed -------------------------------------------------------------------------

    def changes(self) -> Changes:
        """Return what the one call of this run answered."""
        if self._changes is None:
            self._changes = self._by_present_facts(self._ask_changes)
        return self._changes

    def _ask_changes(self) -> Changes:
        selected = {name for name, stream in self.streams.items() if stream.selected}
        read = set() if self.config["mode"] == IMPORT else selected
        beginnings = {
            of: changes.beginning(
                self.bookmark(name),
                start=self.config.get("start"),
                start_date=self.config.get("start_date"),
            )
            for of, name in STREAMS.items()
            if name in read
        }
        counted = streams.CRM_SNAPSHOTS in selected
        return changes.ask(
            self.client, self.org_facts(), beginnings, self.reading, self.now, counted=counted
        )

    # -- what was asked for -------------------------------------------------------------------

    def looked_up(self) -> Mapping[str, lookups.LookedUp]:
        """Return the answers to the look-ups file; no question, no call."""
        if self._looked_up is None:
            asked = self.lookups_wanted()
            self._looked_up = (
                self._by_present_facts(lambda: self._look_up(asked)) if any(asked.values()) else {}
            )
        return self._looked_up

    def _look_up(self, asked: Mapping[str, lookups.Questions]) -> Mapping[str, lookups.LookedUp]:
        told = {of: Reading(self.client, of, [ROW_ID]) for of in TOLD}
        people = {of: self.reading(of) for of in asked if of not in TOLD}
        return lookups.look_up({**people, **told}, asked)

    def lookups_wanted(self) -> dict[str, lookups.Questions]:
        """Return the questions of the look-ups file by object; no file, no questions."""
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
        side = told.get(self.side) or {}
        people = {of: name for of, name in STREAMS.items() if name in LOOKED_UP}
        return {
            of: _questions(side.get(name) or {}) for of, name in [*people.items(), *TOLD.items()]
        }

    # -- the org ------------------------------------------------------------------------------

    def org_facts(self) -> OrgFacts:
        """Return what is known of the org, at most a day old."""
        if self._facts is None:
            kept = self.bookmark("account")
            facts = OrgFacts.from_json(kept)
            checked = kept.get("checked_at")
            young = checked and self.now() - datetime.fromisoformat(str(checked)) < FACTS_LAST
            self._facts = facts if young and facts.know(self._asked()) else self._read_facts()
            self._warn(self._facts)
        return self._facts

    def _by_present_facts(self, ask: Callable[[], T]) -> T:
        """Ask; kept facts may be a day old, so the org is looked at anew before it is blamed."""
        try:
            return ask()
        except ConfigError as error:
            if error.code not in ORG_CHANGED or "described" in self.__dict__:
                raise
        self._read_facts()
        return ask()

    def _asked(self) -> dict[str, list[str]]:
        return {
            of: list(dict.fromkeys([*system_fields(of), *names]))
            for of, names in self.wanted.fields.items()
        }

    def _read_facts(self) -> OrgFacts:
        kept = self.bookmark("account")
        kept.clear()
        asked = self._asked()
        answers = dict(self.described)
        further = account.parents(answers, asked)
        answers |= self.client.ask([composite.describe(of, of) for of in further])
        facts = account.facts_of(answers, asked)
        if self.wanted.mapped:
            of, mapped = self.wanted.mapped
            account.check_mapped(facts, of, mapped)
            account.check_row_id(facts, of)
        kept.update(facts.to_json(), checked_at=self.now().isoformat())
        self._facts = facts
        return facts

    def _warn(self, facts: OrgFacts) -> None:
        """Name what cannot be read, so that nobody takes it for empty."""
        for of in STREAMS:
            if of not in facts.objects:
                self.logger.warning("The integration user may not see the object %s.", of)
                continue
            asked = self.wanted.asked.get(of, frozenset())
            # an object that is not provisioned is no news unless somebody asked for the field
            unseen = [n for n in facts.missing.get(of, ()) if n in asked or n != account.ROW_ID]
            if unseen:
                self.logger.warning(
                    "%s has no field %s, or the integration user may not see it; it is left out.",
                    of,
                    ", ".join(unseen),
                )

    def _final_state(self) -> dict[str, Any]:
        """Return the state to end with; an import reads everything, every time."""
        return {"bookmarks": {}} if self.config["mode"] == IMPORT else super()._final_state()


def _questions(asked: Mapping[str, Any]) -> lookups.Questions:
    found = {
        kind: [str(key) for key in asked.get(kind) or ()]
        for kind in (*ID_KINDS, "external_ids", "emails", "events")
    }
    ids = [key for kind in ID_KINDS for key in found[kind]]
    return lookups.Questions(ids, found["external_ids"], found["emails"], found["events"])


if __name__ == "__main__":
    TapSalesforceCrm.cli()
