"""Makes tasks and opportunities that no ledger planned; what is there already stays as it is.

Rule: nothing is made for a person who cannot be told from another, or is not there.

https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobjects-collections-create.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from outreach_adapters.salesforce.account import OPPORTUNITY, ROW_ID
from outreach_adapters.singer.contracts import Contract, is_time, text
from outreach_core.errors import ConfigError
from outreach_core.mapping.moments import is_date
from target_salesforce_leads.contracts import OPPORTUNITIES, TASKS
from target_salesforce_leads.made import Thing
from target_salesforce_leads.opportunities import Found, Pipeline
from target_salesforce_leads.org import TASK
from target_salesforce_leads.people import Person, by_email
from target_salesforce_leads.plain_answers import Reject, because, settle
from target_salesforce_leads.repeats import first_per
from target_salesforce_leads.tasks import Logbook, already_there
from target_salesforce_leads.wording import is_about_our_key
from target_salesforce_leads.writing import Row, Writing

Record = Mapping[str, Any]
NOBODY = {"code": "no_person", "message": "No lead and no contact has this address."}
SEVERAL = {"code": "several", "message": "Several have this address; none is chosen."}


@dataclass(frozen=True)
class PlainMade:
    """Makes plain records of one stream, each once.

    | # | the record | then |
    |---|---|---|
    | 1 | is none of the contract | refused |
    | 2 | names an address that nobody or several have | refused |
    | 3 | has a value that its field cannot hold, or an owner who is not there | refused |
    | 4 | came before in this batch | left out |
    | 5 | is there already | left as it is |
    | 6 | else | made |
    """

    writing: Writing
    reject: Reject

    def tasks(self, records: Sequence[Record], logbook: Logbook) -> None:
        """Log e-mails.

        Raises:
            OutreachError: Nothing can be written now; some may have been.
        """
        ready = [(r, p.record_id) for r, p in self._ready(TASKS, records) if p]  # (1) (2)
        made = [
            (record, replace(logbook.thing(record, str(who)), intent_id=str(number)))
            for number, (record, who) in enumerate(ready)
        ]
        first, _ = first_per(made, lambda one: one[1].key.lower())  # (4)
        find = already_there(self.writing.client, self.writing.before)
        unkeyed = [thing for _, thing in first if not thing.values.get(ROW_ID)]
        known = find(unkeyed) if unkeyed else {}  # (5)
        self._insert(TASK, [one for one in first if one[1].intent_id not in known])  # (6)

    def opportunities(
        self,
        records: Sequence[Record],
        pipeline: Pipeline,
        owner_of: Callable[[str], str | None],
        accounts_of: Callable[[Sequence[str]], Mapping[str, str]],
    ) -> None:
        """Create opportunities.

        Raises:
            OutreachError: Nothing can be written now; some may have been.
        """
        ready = list(self._ready(OPPORTUNITIES, records))  # (1) (2)
        accounts = accounts_of([who.record_id for _, who in ready if who and who.record_id])
        made: list[tuple[Record, Thing]] = []
        for record, person in ready:
            who = person.record_id if person else None
            found = Found(who, accounts.get(who or ""))
            thing = self._opportunity(record, found, pipeline, owner_of)
            if isinstance(thing, Thing):
                made.append((record, thing))
            else:
                self.reject(record, thing)  # (3)
        first, _ = first_per(made, lambda one: one[1].key.lower())  # (4)
        self._insert(OPPORTUNITY, first)

    def _opportunity(
        self,
        record: Record,
        found: Found,
        pipeline: Pipeline,
        owner_of: Callable[[str], str | None],
    ) -> Thing | Mapping[str, Any]:
        day = text(record, "close_date")
        if not (is_date(day) or is_time(day)):
            return {"code": "bad_time", "message": "close_date is no date and no time with offset."}
        try:
            owner = owner_of(text(record, "owner"))
        except ConfigError as error:
            if error.code != "missing_owner":
                raise
            return {"code": error.code, "message": "No active user has this name or address."}
        thing = pipeline.thing(record, replace(found, owner_id=owner))
        return thing if isinstance(thing, Thing) else because(*thing)

    def _ready(
        self, contract: Contract, records: Sequence[Record]
    ) -> Iterator[tuple[Record, Person | None]]:
        usable = []
        for record in records:
            trouble = contract.trouble(record)
            if trouble:
                self.reject(record, trouble)
            else:
                usable.append(record)
        addresses = [text(record, "contact_email") for record in usable]
        people = by_email(self.writing.client, filter(None, addresses), self.writing.before)
        for record, address in zip(usable, addresses, strict=True):
            person = people.get(address.lower())
            if not address:
                yield record, None
            elif person is None:
                self.reject(record, NOBODY)
            elif person.record_id is None:
                self.reject(record, SEVERAL)
            else:
                yield record, person

    def _insert(self, of: str, made: Sequence[tuple[Record, Thing]]) -> None:
        answers = self.writing.insert([Row("", of, thing.values) for _, thing in made])
        settle([record for record, _ in made], answers, self.reject, fine=is_about_our_key)
