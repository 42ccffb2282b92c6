"""Writes to Salesforce what the ledger planned, or plain records by key: leads, tasks, opportunities.

Rule: nothing is ever deleted or converted, and the org is checked before the first write.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from singer_sdk import typing as th
from singer_sdk.sinks import Sink

from outreach_adapters.ledger import Ledger
from outreach_adapters.salesforce.account import CONTACT, OPPORTUNITY
from outreach_adapters.salesforce.bulk import WORTH_A_JOB
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect
from outreach_adapters.salesforce.ids import to_18
from outreach_adapters.salesforce.settings import CONNECTION
from outreach_adapters.singer.target import TARGET_SETTINGS, CheckpointTarget
from outreach_core.errors import ConfigError, Fatal
from outreach_core.mapping import SideRules, load_rules
from outreach_core.model import Side, SideState, SideStatus
from target_salesforce_leads.checks import check_rules
from target_salesforce_leads.opportunities import Pipeline
from target_salesforce_leads.org import TASK, Org, ask
from target_salesforce_leads.people import ACCOUNT_ID, accounts_of, user_id
from target_salesforce_leads.planned import Means
from target_salesforce_leads.sink import ORDER, SINKS
from target_salesforce_leads.tasks import Logbook
from target_salesforce_leads.writing import Writing

SAVE, REJECT = "save", "reject"
FAIL, REPORT = "fail", "report"
SETTINGS = (
    *CONNECTION,
    th.Property("rules_file", th.StringType, description="Rule file: which fields take part."),
    th.Property(
        "duplicate_alerts",
        th.StringType,
        allowed_values=[SAVE, REJECT],
        default=SAVE,
        description="What to do where a duplicate rule in alert mode finds the same record.",
    ),
    th.Property(
        "bulk_from_records",
        th.IntegerType,
        default=WORTH_A_JOB,
        description="Number of leads from which one bulk job takes the place of calls of 200.",
    ),
    th.Property(
        "time_zone",
        th.StringType,
        description="Time zone in which days are meant; the org's own unless set.",
    ),
    th.Property(
        "task_status",
        th.StringType,
        description="Status of a completed task; `Completed`, or what the org has for it.",
    ),
    th.Property(
        "on_misconfigured",
        th.StringType,
        allowed_values=[FAIL, REPORT],
        default=FAIL,
        description="What to do with planned records that the org is not set up for.",
    ),
    th.Property(
        "allow_failures",
        th.BooleanType,
        default=False,
        description="End normally although Salesforce refused records that no ledger planned.",
    ),
)


class TargetSalesforceLeads(CheckpointTarget):
    """Writes records of Salesforce, every input matched to an outcome."""

    name = "target-salesforce-leads"
    sink_classes: ClassVar[Mapping[str, type[Sink]]] = SINKS
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        *TARGET_SETTINGS, *SETTINGS
    ).to_dict()

    @cached_property
    def client(self) -> SalesforceClient:
        """The client of the org."""
        return connect(self.config, sleep=self.sleep, rng=self.rng)

    @cached_property
    def rules(self) -> SideRules:
        """The rules by which Salesforce's answers are read."""
        path = self.config.get("rules_file")
        if not path:
            raise ConfigError(
                "Planned records need a rule file.",
                code="no_rules_file",
                remedy="Set `rules_file`.",
            )
        return load_rules(Path(path))

    @cached_property
    def org(self) -> Org:
        """What the org says about itself, asked once."""
        self.parent_watch.check()
        return ask(self.client)

    def drain_before(self, sink: Sink) -> None:
        """Write what is still held that this sink's records may need or may not overtake.

        A stream whose schema changed has a sink of its own for what came before the change.
        """
        needed = ORDER[: ORDER.index(sink.stream_name)]
        for name in (*needed, sink.stream_name):
            for other in [one for one in self._sinks_to_clear if one.stream_name == name]:
                if other is not sink:
                    self.drain_one(other)
            active = self._sinks_active.get(name)
            if active is not None and name in needed:
                self.drain_one(active)

    # -- how to write ---------------------------------------------------------------------------

    def writing(self, mark: Callable[[Sequence[str]], None] = lambda _names: None) -> Writing:
        """Return how rows are sent; ``mark`` marks intents in doubt."""
        bulk_from = self.config.get("bulk_from_records")
        return Writing(
            client=self.client,
            mark=mark,
            before=self.parent_watch.check,
            sleep=self.sleep,
            rng=self.rng,
            save_duplicates=self.config.get("duplicate_alerts", SAVE) == SAVE,
            bulk_from=max(1, WORTH_A_JOB if bulk_from is None else int(bulk_from)),
        )

    def means(self, writing: Writing) -> Means:
        """Return what writing planned leads needs."""
        return Means(self.org, self.rules, writing)

    def logbook(self) -> Logbook:
        """Return how e-mails become tasks here."""
        status = self.org.closed_status(self.config.get("task_status"))
        return Logbook(self.org.fields(TASK), status, self.zone, self.org.has_key(TASK))

    def pipeline(self) -> Pipeline:
        """Return how positive answers become opportunities here."""
        return Pipeline(self.org.fields(OPPORTUNITY), self.zone)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which a day is meant: the setting's, else the org's own.

        The org's, because its people read the day; the integration user is nobody.
        """
        given = self.config.get("time_zone")
        try:
            return ZoneInfo(given or self.org.zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            if given:
                raise ConfigError(
                    "The time zone is not known.",
                    code="bad_time_zone",
                    remedy="Write `time_zone` as in Europe/Berlin.",
                ) from None
        self.logger.warning("The org's time zone is not known here; days are those of UTC.")
        return ZoneInfo("UTC")

    # -- the org --------------------------------------------------------------------------------

    def leave_alone(self, ledger: Ledger, error: ConfigError) -> None:
        """Say that Salesforce cannot be worked with; whether the job goes on with the others is a setting.

        Raises:
            ConfigError: The setting is not ``report``.
        """
        if self.config.get("on_misconfigured") != REPORT:
            raise error
        state = SideState.MISCONFIGURED
        ledger.staging.report(SideStatus(Side.SALESFORCE, state, error.code, str(error)))

    def check_rules(self) -> None:
        """Stop unless the org can hold what the rules send it; asked once.

        Raises:
            ConfigError: It cannot; names every mistake.
        """
        if not self._rules_checked:
            check_rules(self.rules, self.org)
            self._rules_checked = True

    _rules_checked = False

    def check_createable(self, of: str, names: Collection[str]) -> None:
        """Stop unless these columns are fields that can be given to a new record.

        Raises:
            ConfigError: ``missing_property`` or ``read_only_property``.
        """
        fields = self.org.fields(of)
        unknown = sorted(name for name in names if name not in fields)
        barred = sorted(name for name in names if name in fields and not fields[name].createable)
        if unknown or barred:
            said = "has no field" if unknown else "does not let the integration user write"
            raise ConfigError(
                f"{of} {said} {', '.join(f'`{name}`' for name in unknown or barred)}.",
                code="missing_property" if unknown else "read_only_property",
                remedy="Rename the column, leave it out, or grant the field in a permission set.",
                properties=tuple(unknown or barred),
            )

    def accounts(self, people: Sequence[str]) -> Mapping[str, str]:
        """Return the account of each contact that has one, if the user may see it."""
        if ACCOUNT_ID not in self.org.objects.get(CONTACT, {}):
            return {}
        return accounts_of(self.client, people, self.parent_watch.check)

    def owner_id(self, owner: str | None) -> str | None:
        """Return the id of a user named by id, username or e-mail address.

        Raises:
            ConfigError: ``missing_owner``; no active user has this name, or several have the address.
        """
        name = (owner or "").strip()
        if not name:
            return None
        if to_18(name):
            return to_18(name)
        if name not in self._owners:
            self.parent_watch.check()
            found = user_id(self.client, name)
            if not found:
                raise ConfigError(
                    "Salesforce has no active user with the name or address that opportunities name, "
                    "or several.",
                    code="missing_owner",
                    remedy="Correct `owner` in the rule file, or add the user in Salesforce.",
                )
            self._owners[name] = found
        return self._owners[name]

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {}

    def process_endofpipe(self) -> None:
        """Drain what is left, then judge the records Salesforce refused.

        Raises:
            Fatal: ``rejected_records``; some were refused and that is not allowed.
        """
        super().process_endofpipe()
        refused = sum(self.rejected.counts[stream] for stream in ORDER)
        if refused and not self.config.get("allow_failures"):
            raise Fatal(
                f"Salesforce refused {refused} of the records; the others are written.",
                code="rejected_records",
                remedy="See `rejected_file`, or set `allow_failures`.",
            )


if __name__ == "__main__":
    TargetSalesforceLeads.cli()
