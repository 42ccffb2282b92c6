"""Sends rows to Salesforce, in collections of 200 or in one bulk job; one answer per row.

Rule: rows are marked in doubt right before the call that may write them. A reason that is the org's, and no
row's, stops everything that would come after it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from outreach_adapters.salesforce.account import LEAD, ROW_ID
from outreach_adapters.salesforce.answers import Answer, NotSent, Refused, Unknown, Written, refused
from outreach_adapters.salesforce.bulk import Bulk, Load
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.errors import InDoubt
from outreach_adapters.salesforce.reading import moment_of
from outreach_adapters.salesforce.sending import batches, send
from outreach_core.errors import ConfigError, OutreachError, Retriable, Skippable

Body = dict[str, Any]
# seconds before rows that somebody holds are sent again: this, then its square
LOCK_WAIT = 2.0
# up to so many updates one by one, each on the condition that nobody was faster
CAREFUL = 10
# codes that are about the org, whichever row met them
OF_THE_ORG = ("STORAGE_LIMIT_EXCEEDED", "INVALID_FIELD", "INVALID_TYPE")
_OF_A_VALUE = ("Failed to deserialize", "Foreign key external ID")


@dataclass(frozen=True)
class Row:
    """One row to write: whose intent it is, and its values without the object's name."""

    intent_id: str
    of: str
    values: Mapping[str, Any]
    since: str | None = None

    @property
    def body(self) -> Body:
        """The row as a collection has it."""
        return {"attributes": {"type": self.of}, **self.values}


@dataclass
class Writing:
    """Sends rows.

    Attributes:
        mark: Marks intents in doubt.
        before: Called before every request; may stop the program.
        save_duplicates: Whether an alert of a duplicate rule is passed over.
        bulk_from: From so many rows on a bulk job takes the place of collections.
        stopped: Why nothing more is sent; what comes after it is not sent.
    """

    client: SalesforceClient
    mark: Callable[[Sequence[str]], None]
    before: Callable[[], None]
    sleep: Callable[[float], None]
    rng: random.Random
    save_duplicates: bool
    bulk_from: int
    stopped: OutreachError | None = field(default=None, init=False)

    def insert(self, rows: Sequence[Row]) -> list[Answer]:
        """Make records; many leads in one job, in which they are told apart by our key."""
        if len(rows) >= self.bulk_from and _are_ours(rows):
            return self._in_bulk(Load(LEAD, "insert", ROW_ID), rows, self._create)
        return self._in_collections(self._create, rows)

    def update(self, rows: Sequence[Row]) -> list[Answer]:
        """Change records by their ids; few of them only if nobody changed them in the meantime."""
        if len(rows) <= CAREFUL and all(row.since for row in rows):
            return [self._careful(row) for row in rows]
        if len(rows) >= self.bulk_from and len({row.of for row in rows}) == 1:
            return self._in_bulk(Load(rows[0].of, "update"), rows, self._change)
        return self._in_collections(self._change, rows)

    def upsert(self, of: str, key: str, rows: Sequence[Row]) -> list[Answer]:
        """Make or change records by a key, which stands once among them."""

        def call(some: Sequence[Body]) -> list[Body]:
            return self.client.upsert_many(of, key, some, save_duplicates=self.save_duplicates)

        if len(rows) >= self.bulk_from:
            return self._in_bulk(Load(of, "upsert", key), rows, call)
        return self._in_collections(call, rows)

    # -- collections --------------------------------------------------------------------------

    def _create(self, some: Sequence[Body]) -> list[Body]:
        return self.client.create(some, save_duplicates=self.save_duplicates)

    def _change(self, some: Sequence[Body]) -> list[Body]:
        return self.client.update(some, save_duplicates=self.save_duplicates)

    def _in_collections(
        self, call: Callable[[Sequence[Body]], Sequence[Any]], rows: Sequence[Row]
    ) -> list[Answer]:
        answers: list[Answer] = []
        for batch in batches([row.body for row in rows]):
            mine = rows[len(answers) : len(answers) + len(batch)]
            if self.stopped is not None:
                answers += [NotSent(self.stopped)] * len(mine)
                continue
            self.mark([row.intent_id for row in mine])
            told = send(call, batch, before=self.before, pause=self._pause)
            answers += self._noted(told)
        return answers

    def _pause(self, attempt: int) -> None:
        self.sleep(LOCK_WAIT**attempt + self.rng.random())

    # -- one by one ---------------------------------------------------------------------------

    def _careful(self, row: Row) -> Answer:
        """Change one record if nobody did since it was read.

        https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest_conditional_requests.htm
        """
        since = moment_of(row.since)
        if self.stopped is not None or since is None:
            return NotSent(self.stopped or Retriable("It was not read.", code="not_read"))
        values = {name: value for name, value in row.values.items() if name != "Id"}
        self.mark([row.intent_id])
        self.before()
        answer: Answer = Written(str(row.values["Id"]))
        try:
            self.client.update_unmodified(
                row.of,
                str(row.values["Id"]),
                values,
                since,
                save_duplicates=self.save_duplicates,
            )
        except InDoubt:
            answer = Unknown(lost=True)
        except Skippable as error:
            answer = refused(error)
        except (Retriable, ConfigError) as error:
            answer = NotSent(error)
        return self._noted([answer])[0]

    # -- in bulk ------------------------------------------------------------------------------

    def _in_bulk(
        self, load: Load, rows: Sequence[Row], call: Callable[[Sequence[Body]], Sequence[Any]]
    ) -> list[Answer]:
        """Send rows in a bulk job, and in collections what a job cannot do.

        | # | the row | then |
        |---|---|---|
        | 1 | no file can hold it, or its job was refused as a whole | collections |
        | 2 | a duplicate rule found it: a job neither overrides alerts nor names the duplicate | collections |
        | 3 | somebody held it | collections |
        | 4 | any other | as the job's results say |

        https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/bulk_api_2_0_ingest.htm
        """
        if self.stopped is not None:
            return [NotSent(self.stopped)] * len(rows)
        self.mark([row.intent_id for row in rows])
        jobs = Bulk(self.client, self.sleep)
        answers = jobs.load(load, [row.values for row in rows], before=self.before).answers
        again = [place for place, answer in enumerate(answers) if _is_for_collections(answer)]
        rest = {*range(len(rows))} - {*again}
        self._noted([answers[place] for place in sorted(rest)])  # (4)
        told = self._in_collections(call, [rows[place] for place in again])  # (1) (2) (3)
        for place, answer in zip(again, told, strict=True):
            answers[place] = answer
        return [_unprocessed(answer) for answer in answers]

    def _noted(self, told: Sequence[Answer]) -> list[Answer]:
        """Return answers, and remember a reason to stop."""
        answers = [_of_the_org(answer) for answer in told]
        for answer in answers:
            if isinstance(answer, NotSent) and answer.error.code != "locked":
                self.stopped = self.stopped or answer.error
        return answers


def _are_ours(rows: Sequence[Row]) -> bool:
    return all(row.of == LEAD and row.values.get(ROW_ID) for row in rows)


def _is_for_collections(answer: Answer) -> bool:
    match answer:
        case Refused("duplicates"):
            return True
        case Refused("refused", problems=()):
            return True
        case NotSent(error):
            return error.code == "locked"
    return False


def _unprocessed(answer: Answer) -> Answer:
    """Return that a row of a job that was given up was not sent."""
    if isinstance(answer, Refused) and answer.code == "unprocessed":
        return NotSent(Retriable("A bulk job ended before its rows.", code="not_begun"))
    return answer


def _of_the_org(answer: Answer) -> Answer:
    """Return a refusal that is about the org as the reason why the row could not be sent."""
    if not isinstance(answer, Refused) or answer.message.startswith(_OF_A_VALUE):
        return answer
    for name, code in answer.problems:
        if code in OF_THE_ORG:
            named = f": {name}" if name else ""
            return NotSent(
                ConfigError(
                    f"Salesforce cannot take records now ({code}{named}).",
                    code=code.lower(),
                    remedy="Make room there, or give the integration user the field again.",
                )
            )
    return answer
