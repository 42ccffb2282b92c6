"""The sinks: planned records with their outcomes, plain ones by key; one per stream.

Rule: a batch is done only when each of its records has an outcome in the ledger or in the rejected file, and
nothing is written before everything it needs: what came earlier in the order is drained first.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import BatchSink

from outreach_adapters.hubspot.account import CREATED_BY_US, EVENT_KEY, HOST_KEY, ROW_ID
from outreach_adapters.hubspot.client import BATCH
from outreach_adapters.ledger import Ledger
from outreach_adapters.singer.contracts import text
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.model import Outcome, OutcomeKind, Side
from target_hubspot_activities import (
    associations,
    companies,
    companies_plain,
    deals,
    deals_plain,
    emails,
    emails_plain,
    plain,
)
from target_hubspot_activities.contracts import DEALS, EMAILS
from target_hubspot_activities.envelope import Planned
from target_hubspot_activities.made import Maker, Thing
from target_hubspot_activities.planned import Delivery

if TYPE_CHECKING:
    from target_hubspot_activities.target import TargetHubspotActivities

Record = dict[str, Any]
ORDER = ("companies", "contacts", "associations", "emails", "deals")


class ObjectSink(BatchSink):
    """Collects records of one stream and writes them."""

    most: int = BATCH

    def __init__(self, target: TargetHubspotActivities, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the client and the ledger."""
        super().__init__(target, *args, **kwargs)
        self.hubspot = target
        self._stopped: OutreachError | None = None

    @property
    def max_size(self) -> int:
        """How many records are written at once: what a call takes, or fewer if a setting says so."""
        return min(self.most, self.batch_size_rows or self.most)

    def get_validator(self) -> None:
        """Validate nothing: the SDK would quote a value in its error, and end the run for one record."""

    def _parse_timestamps_in_record(self, *args: Any, **kwargs: Any) -> None:
        """Leave times as they came: HubSpot takes the text."""

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write the records of one batch, after everything they may need."""
        records: list[Record] = context.get("records") or []
        if not records:
            return
        self.hubspot.drain_before(self)
        ledger = self.hubspot.ledger
        planned = [record for record in records if ledger is not None and record.get("_sync")]
        rest = [record for record in records if ledger is None or not record.get("_sync")]
        if planned and ledger is not None:
            self._record(ledger, planned)
        if rest:
            self.write_plain(rest)

    def _record(self, ledger: Ledger, planned: list[Record]) -> None:
        self._stopped = None
        try:
            self.prepare(planned)
        except Retriable as error:
            self._stopped, outcomes = error, [_held(record) for record in planned]
        else:
            outcomes = self.deliver(ledger, planned)
        self.hubspot.parent_watch.check()
        ledger.deliveries.record(outcomes)
        if isinstance(self._stopped, ConfigError):
            raise self._stopped
        if self._stopped is not None:
            self.logger.warning("%s Planned writes wait for the next run.", self._stopped)

    def prepare(self, planned: list[Record]) -> None:
        """Look at the account as far as these records need it; nothing is in doubt yet.

        Raises:
            Retriable: It cannot be looked at now.
            ConfigError: It lacks something.
        """

    @abstractmethod
    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Write what was planned; return an outcome for each."""

    @abstractmethod
    def write_plain(self, records: list[Record]) -> None:
        """Write records that no ledger planned."""

    def reject(self, record: Mapping[str, Any], reason: Mapping[str, Any]) -> None:
        """Keep a plain record that cannot be written."""
        self.hubspot.reject(self.stream_name, record, reason)


class ContactsSink(ObjectSink):
    """Contacts."""

    _delivery: Delivery | None = None

    def prepare(self, planned: list[Record]) -> None:
        """Every property must be one that can be written."""
        names = {name for r in planned for name in Planned.from_record(r).properties}
        self.hubspot.check_writable(names | {ROW_ID, CREATED_BY_US})

    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Create and update contacts; a new one is in its company from the start."""
        items = [Planned.from_record(record) for record in planned]
        hosts = sorted({item.company for item in items if item.company})
        delivery = self._delivery = self._delivery or Delivery(
            self.hubspot.client,
            self.hubspot.rules,
            ledger.deliveries.mark_in_doubt,
            self.hubspot.parent_watch.check,
        )
        delivery.companies = ledger.deliveries.company_ids(Side.HUBSPOT, hosts) if hosts else {}
        outcomes = delivery.deliver(items)
        self._stopped = delivery.stopped
        return outcomes

    def write_plain(self, records: list[Record]) -> None:
        """Upsert contacts by the best key each has."""
        if any(text(record, ROW_ID) for record in records):
            self.hubspot.check_key("contacts", ROW_ID)
        names = {name for record in records for name in record if plain.is_property(name)}
        self.hubspot.check_columns(names)
        plain.upsert(
            self.hubspot.client,
            records,
            before=self.hubspot.parent_watch.check,
            reject=self.reject,
        )


class _MadeSink(ObjectSink):
    """Records that are made once."""

    key_property = ""
    _maker: Maker | None = None

    def make(self, ledger: Ledger, things: Sequence[Thing]) -> list[Outcome]:
        """Make them."""
        maker = self._maker = self._maker or Maker(
            self.hubspot.client,
            self.stream_name,
            self.key_property,
            ledger.deliveries.mark_in_doubt,
            self.hubspot.parent_watch.check,
        )
        outcomes = maker.make(things)
        self._stopped = maker.stopped
        return outcomes


class CompaniesSink(_MadeSink):
    """Companies."""

    key_property = HOST_KEY

    def prepare(self, planned: list[Record]) -> None:
        """Companies must be kept from being made twice."""
        self.hubspot.check_key("companies", HOST_KEY)

    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Make companies, and rename those that are still ours."""
        made = [record for record in planned if companies.is_create(record)]
        renamed = [record for record in planned if not companies.is_create(record)]
        outcomes = self.make(ledger, [companies.thing(record) for record in made])
        if not renamed:
            return outcomes
        done = companies.rename(
            self.hubspot.client,
            renamed,
            mark=ledger.deliveries.mark_in_doubt,
            before=self.hubspot.parent_watch.check,
        )
        self._stopped = self._stopped or done.stopped
        return outcomes + done.outcomes

    def write_plain(self, records: list[Record]) -> None:
        """Upsert companies by id or by domain."""
        self.hubspot.check_key("companies", HOST_KEY)
        names = {n for record in records for n in record if plain.is_property(n)}
        self.hubspot.check_columns(names, "companies")
        companies_plain.upsert(
            self.hubspot.client,
            records,
            before=self.hubspot.parent_watch.check,
            reject=self.reject,
        )


class AssociationsSink(ObjectSink):
    """Who belongs to which company; only planned ones come here."""

    # https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4: 2000 a batch
    most = 1000

    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Put people into their companies, once both are acknowledged."""
        people = ledger.deliveries.linked_ids(Side.HUBSPOT, [r["_sync"]["rid"] for r in planned])
        hosts = sorted({str(record["company_domain"]) for record in planned})
        known = ledger.deliveries.company_ids(Side.HUBSPOT, hosts)
        ready, outcomes = [], []
        for record in planned:
            person = people.get(record["_sync"]["rid"])
            company = known.get(str(record["company_domain"]))
            if person and company:
                ready.append(associations.Pair(record["_sync"]["intent_id"], person, company))
            else:
                outcomes.append(_held(record))
        try:
            return outcomes + associations.associate(
                self.hubspot.client, ready, before=self.hubspot.parent_watch.check
            )
        except (Retriable, ConfigError) as error:
            self._stopped = error
            return outcomes + [Outcome(pair.intent_id, OutcomeKind.HELD) for pair in ready]

    def write_plain(self, records: list[Record]) -> None:
        """Refuse them: contacts and deals say themselves where they belong."""
        for record in records:
            self.reject(record, {"code": "not_planned", "message": "Only a ledger plans these."})


class EmailsSink(_MadeSink):
    """E-mails, both ways."""

    def prepare(self, planned: list[Record]) -> None:
        """Find out whether e-mails carry keys."""
        self.hubspot.emails_carry_keys()

    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Log e-mails of contacts that are acknowledged; the others wait."""
        keyed = self.hubspot.emails_carry_keys()
        ready, waiting = _ready(ledger, planned)
        things = [emails.thing(r, person, company, keyed=keyed) for r, person, company in ready]
        return [_held(record) for record in waiting] + self.make(ledger, things)

    def write_plain(self, records: list[Record]) -> None:
        """Log what the contacts' timelines do not have yet."""
        EMAILS.check_columns(records)
        emails_plain.log(
            self.hubspot.client,
            records,
            keyed=self.hubspot.emails_carry_keys(),
            before=self.hubspot.parent_watch.check,
            reject=self.reject,
        )


class DealsSink(_MadeSink):
    """Deals."""

    key_property = EVENT_KEY

    def prepare(self, planned: list[Record]) -> None:
        """Deals must be kept from being made twice, and their owner must be there."""
        self.hubspot.check_key("deals", EVENT_KEY)
        for record in planned:
            self.hubspot.owner_id(record.get("owner"))

    def deliver(self, ledger: Ledger, planned: list[Record]) -> list[Outcome]:
        """Create deals of contacts that are acknowledged; the others wait."""
        ready, waiting = _ready(ledger, planned)
        things = [
            deals.thing(r, person, company, self.hubspot.owner_id(r.get("owner")))
            for r, person, company in ready
        ]
        return [_held(record) for record in waiting] + self.make(ledger, things)

    def write_plain(self, records: list[Record]) -> None:
        """Create deals by their key; one that is there stays as it is."""
        DEALS.check_columns(records)
        self.hubspot.check_key("deals", EVENT_KEY)
        deals_plain.Making(
            self.hubspot.client,
            lambda record: self.hubspot.owner_id(text(record, "owner")),
            self.hubspot.parent_watch.check,
            self.reject,
        ).make(records)


def _ready(
    ledger: Ledger, planned: Sequence[Record]
) -> tuple[list[tuple[Record, str, str | None]], list[Record]]:
    """Split off the records whose contact is acknowledged, with it and its company."""
    people = ledger.deliveries.linked_ids(Side.HUBSPOT, [r["_sync"]["rid"] for r in planned])
    hosts = sorted({str(r["company_domain"]) for r in planned if r.get("company_domain")})
    known = ledger.deliveries.company_ids(Side.HUBSPOT, hosts) if hosts else {}
    ready, waiting = [], []
    for record in planned:
        person = people.get(record["_sync"]["rid"])
        if person is None:
            waiting.append(record)
        else:
            ready.append((record, person, known.get(str(record.get("company_domain") or ""))))
    return ready, waiting


def _held(record: Mapping[str, Any]) -> Outcome:
    return Outcome(str(record["_sync"]["intent_id"]), OutcomeKind.HELD)


SINKS: Mapping[str, type[ObjectSink]] = {
    "companies": CompaniesSink,
    "contacts": ContactsSink,
    "associations": AssociationsSink,
    "emails": EmailsSink,
    "deals": DealsSink,
}
