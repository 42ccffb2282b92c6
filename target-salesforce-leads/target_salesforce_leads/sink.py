"""The sinks: planned records with their outcomes, plain ones by key; one per stream.

Rule: a batch is done only when each of its records has an outcome in the ledger or in the rejected file, and
nothing is written before everything it needs: what came earlier in the order is drained first.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from singer_sdk.sinks import BatchSink

from outreach_adapters.ledger import Ledger
from outreach_adapters.salesforce.account import LEAD, OPPORTUNITY
from outreach_adapters.salesforce.sending import BATCH
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.mapping.raw import Trouble
from outreach_core.model import Outcome, OutcomeKind, Side
from target_salesforce_leads.contracts import TASKS
from target_salesforce_leads.delivery import Delivery
from target_salesforce_leads.made import Maker, Thing
from target_salesforce_leads.opportunities import Found, further
from target_salesforce_leads.org import TASK
from target_salesforce_leads.plain_leads import PlainLeads
from target_salesforce_leads.plain_made import PlainMade
from target_salesforce_leads.planned import Planned
from target_salesforce_leads.tasks import already_there
from target_salesforce_leads.wording import problem_with
from target_salesforce_leads.writing import Writing

if TYPE_CHECKING:
    from target_salesforce_leads.target import TargetSalesforceLeads

Record = dict[str, Any]
ORDER = ("leads", "tasks", "opportunities")
# so many leads fill one bulk job, and its answers are read back in the fewest calls
MOST_LEADS = 50_000


class ObjectSink(BatchSink):
    """Collects records of one stream and writes them."""

    most: int = BATCH
    _writing: Writing | None = None

    def __init__(self, target: TargetSalesforceLeads, *args: Any, **kwargs: Any) -> None:
        """Keep the target: it holds the client and the ledger."""
        super().__init__(target, *args, **kwargs)
        self.salesforce = target

    @property
    def max_size(self) -> int:
        """How many records are written together."""
        return min(self.most, self.batch_size_rows or self.most)

    def get_validator(self) -> None:
        """Validate nothing: the SDK would quote a value in its error, and end the run for one record."""

    def _parse_timestamps_in_record(self, *args: Any, **kwargs: Any) -> None:
        """Leave times as they came."""

    def process_batch(self, context: dict[str, Any]) -> None:
        """Write the records of one batch, after everything they may need."""
        records: list[Record] = context.get("records") or []
        if not records:
            return
        self.salesforce.drain_before(self)
        ledger = self.salesforce.ledger
        planned = [record for record in records if ledger is not None and record.get("_sync")]
        rest = [record for record in records if ledger is None or not record.get("_sync")]
        if planned and ledger is not None:
            self._record(ledger, planned)
        if rest:
            self.write_plain(rest)

    def _record(self, ledger: Ledger, planned: list[Record]) -> None:
        stopped: OutreachError | None = None
        try:
            self.prepare(planned)
        except (Retriable, ConfigError) as error:
            stopped = error
            ledger.deliveries.record([_held(record) for record in planned])
        else:
            writing = self.planned_writing(ledger)
            for outcomes in self.deliver(ledger, planned, writing):
                self.salesforce.parent_watch.check()
                ledger.deliveries.record(outcomes)
            stopped = writing.stopped
        if isinstance(stopped, ConfigError):
            self.salesforce.leave_alone(ledger, stopped)
        if stopped is not None:
            self.logger.warning("%s Planned writes wait for the next run.", stopped)

    def planned_writing(self, ledger: Ledger) -> Writing:
        """Return how planned records are written; a reason to stop holds for the rest of the run."""
        if self._writing is None:
            self._writing = self.salesforce.writing(ledger.deliveries.mark_in_doubt)
        return self._writing

    @abstractmethod
    def prepare(self, planned: list[Record]) -> None:
        """Look at the org as far as these records need it; nothing is in doubt yet.

        Raises:
            Retriable: It cannot be looked at now.
            ConfigError: It lacks something.
        """

    @abstractmethod
    def deliver(
        self, ledger: Ledger, planned: list[Record], writing: Writing
    ) -> Iterator[list[Outcome]]:
        """Write what was planned; yield the outcomes as they become known."""

    @abstractmethod
    def write_plain(self, records: list[Record]) -> None:
        """Write records that no ledger planned."""

    def reject(self, record: Mapping[str, Any], reason: Mapping[str, Any]) -> None:
        """Keep a plain record that cannot be written."""
        self.salesforce.reject(self.stream_name, record, reason)


class LeadsSink(ObjectSink):
    """Leads, and the contacts they became."""

    most = MOST_LEADS

    def prepare(self, planned: list[Record]) -> None:
        """The org must be able to hold what the rules send it."""
        self.salesforce.check_rules()

    def deliver(
        self, ledger: Ledger, planned: list[Record], writing: Writing
    ) -> Iterator[list[Outcome]]:
        """Create leads, change leads and contacts."""
        means = self.salesforce.means(writing)
        return Delivery(means).deliver([Planned.from_record(record) for record in planned])

    def write_plain(self, records: list[Record]) -> None:
        """Upsert leads by the best key each has."""
        fields = self.salesforce.org.fields(LEAD)
        PlainLeads(self.salesforce.writing(), fields, self.reject).write(records)


class TasksSink(ObjectSink):
    """E-mails, both ways, as tasks."""

    def prepare(self, planned: list[Record]) -> None:
        """Find out how this org has tasks."""
        self.salesforce.logbook()

    def deliver(
        self, ledger: Ledger, planned: list[Record], writing: Writing
    ) -> Iterator[list[Outcome]]:
        """Log e-mails of people who are acknowledged; the others wait."""
        logbook = self.salesforce.logbook()
        ready, waiting = _ready(ledger, planned)
        yield [_held(record) for record in waiting]
        known = already_there(writing.client, writing.before)
        maker = Maker(writing, TASK, keyed=logbook.keyed, known=known)
        yield maker.make([logbook.thing(record, person) for record, person in ready])

    def write_plain(self, records: list[Record]) -> None:
        """Log what is not there yet."""
        TASKS.check_columns(records)
        made = PlainMade(self.salesforce.writing(), self.reject)
        made.tasks(records, self.salesforce.logbook())


class OpportunitiesSink(ObjectSink):
    """Opportunities."""

    def prepare(self, planned: list[Record]) -> None:
        """Opportunities must be kept from being made twice, and their owners must be there."""
        self.salesforce.org.check_key(OPPORTUNITY)
        self.salesforce.pipeline().check_source()
        self._check_columns(planned)
        for record in planned:
            self.salesforce.owner_id(record.get("owner"))

    def deliver(
        self, ledger: Ledger, planned: list[Record], writing: Writing
    ) -> Iterator[list[Outcome]]:
        """Create opportunities of people who are acknowledged; the others wait."""
        ready, waiting = _ready(ledger, planned)
        yield [_held(record) for record in waiting]
        try:
            accounts = self.salesforce.accounts([person for _, person in ready])
        except (Retriable, ConfigError) as error:
            writing.stopped = error
            yield [_held(record) for record, _ in ready]
            return
        things: list[Thing] = []
        for record, person in ready:
            owner = self.salesforce.owner_id(record.get("owner"))
            found = Found(person, accounts.get(person), owner)
            thing = self.salesforce.pipeline().thing(record, found)
            if isinstance(thing, Thing):
                things.append(thing)
            else:
                yield [_rejected(record, *thing)]
        yield Maker(writing, OPPORTUNITY).make(things)

    def write_plain(self, records: list[Record]) -> None:
        """Create opportunities by their key; one that is there stays as it is."""
        self.salesforce.org.check_key(OPPORTUNITY)
        self._check_columns(records)
        made = PlainMade(self.salesforce.writing(), self.reject)
        made.opportunities(
            records,
            self.salesforce.pipeline(),
            self.salesforce.owner_id,
            self.salesforce.accounts,
        )

    def _check_columns(self, records: Sequence[Record]) -> None:
        names = {name for record in records for name in further(record)}
        self.salesforce.check_createable(OPPORTUNITY, names)


def _ready(
    ledger: Ledger, planned: Sequence[Record]
) -> tuple[list[tuple[Record, str]], list[Record]]:
    """Split off the records whose lead or contact is acknowledged, with its id."""
    people = ledger.deliveries.linked_ids(Side.SALESFORCE, [r["_sync"]["rid"] for r in planned])
    ready, waiting = [], []
    for record in planned:
        person = people.get(record["_sync"]["rid"])
        if person is None:
            waiting.append(record)
        else:
            ready.append((record, person))
    return ready, waiting


def _held(record: Mapping[str, Any]) -> Outcome:
    return Outcome(str(record["_sync"]["intent_id"]), OutcomeKind.HELD)


def _rejected(record: Mapping[str, Any], name: str, trouble: Trouble) -> Outcome:
    """Return that a value of the record cannot be sent."""
    problem = problem_with(name, trouble, record.get(name))
    return Outcome(str(record["_sync"]["intent_id"]), OutcomeKind.REJECTED, problem=problem)


SINKS: Mapping[str, type[ObjectSink]] = {
    "leads": LeadsSink,
    "tasks": TasksSink,
    "opportunities": OpportunitiesSink,
}
