"""Writes what the ledger planned: every intent ends in exactly one outcome.

Rule: an intent is marked in doubt before the call that may write it, and nothing is written over a value
that is not the one the plan was made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from outreach_adapters.hubspot.account import CREATED_BY_US, ROW_ID
from outreach_adapters.hubspot.answers import TRACE, Answer, NotSent, Refused, Unknown, Written
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.mapping import SideRules
from outreach_core.model import Outcome, OutcomeKind
from target_hubspot_activities.envelope import Planned
from target_hubspot_activities.made import Tie, gone_of, gone_outcome, inline
from target_hubspot_activities.repeats import first_per
from target_hubspot_activities.updates import Update, plan_update
from target_hubspot_activities.wording import problem_of

Body = dict[str, Any]
MOVED = "moved"


@dataclass
class Delivery:
    """Sends planned records, a batch at a time.

    Attributes:
        mark: Marks intents in doubt; called before the call that may write them.
        before: Called before every request; may stop the program.
        companies: The company of each website host, as far as acknowledged.
        stopped: Why nothing more is sent; what comes after it is held.
    """

    client: HubSpotClient
    rules: SideRules
    mark: Callable[[Sequence[str]], None]
    before: Callable[[], None]
    companies: Mapping[str, str] = field(default_factory=dict, init=False)
    stopped: OutreachError | None = field(default=None, init=False)

    def deliver(self, batch: Sequence[Planned]) -> list[Outcome]:
        """Return one outcome per planned record."""
        creates = [item for item in batch if item.op == "create"]
        updates = [item for item in batch if item.op != "create"]
        outcomes = [*self._guarded(self._update, updates), *self._guarded(self._create, creates)]
        found = {item.intent_id: item.problems for item in batch if item.problems}
        return [outcome.leaving_out(found.get(outcome.intent_id, {})) for outcome in outcomes]

    def _guarded(
        self, write: Callable[[Sequence[Planned]], list[Outcome]], items: Sequence[Planned]
    ) -> list[Outcome]:
        if not items:
            return []
        if self.stopped is None:
            try:
                return write(items)
            except (Retriable, ConfigError) as error:
                self.stopped = error
        return [Outcome(item.intent_id, OutcomeKind.HELD) for item in items]

    # -- creates ------------------------------------------------------------------------------

    def _create(self, items: Sequence[Planned]) -> list[Outcome]:
        """Insert records that carry the row's id, so that a lost answer cannot create twice."""
        first, second = first_per(items, _email)
        outcomes = [Outcome(item.intent_id, OutcomeKind.HELD) for item in second]
        self.mark([item.intent_id for item in first])
        inputs = [self._creation(item) for item in first]
        answers = send(self.client.batch_create, inputs, before=self.before)
        pairs = list(zip(first, answers, strict=True))
        unclear = [item for item, answer in pairs if _must_look(answer)]
        try:
            ours = self._by_value(ROW_ID, [item.rid for item in unclear])
            taken = [item for item in unclear if item.rid.lower() not in ours]
            theirs = self._by_value("email", [e for item in taken if (e := _email(item))])
            gone = self._gone([item for item, answer in pairs if _names_no_value(answer)])
        except (Retriable, ConfigError) as error:
            # what was written is known and must be recorded; the rest stays in doubt
            self.stopped = error
            return outcomes + [self._without_looking(item, answer) for item, answer in pairs]
        return outcomes + [
            gone.get(i.intent_id) or self._created(i, a, ours, theirs) for i, a in pairs
        ]

    def _creation(self, item: Planned) -> Body:
        given = {k: v for k, v in item.properties.items() if v is not None and v != ""}
        properties = {**given, ROW_ID: item.rid, CREATED_BY_US: "true"}
        ties = [Tie("companies", self.companies[item.company])] if self._tied(item) else []
        return {
            "properties": properties,
            "associations": inline("contacts", ties),
            TRACE: item.intent_id,
        }

    def _tied(self, item: Planned) -> bool:
        return item.company in self.companies

    def _gone(self, items: Sequence[Planned]) -> dict[str, Outcome]:
        """Return the outcome of creates that were refused because their company is not there."""
        ties = {
            i.intent_id: Tie("companies", self.companies[i.company]) for i in items if self._tied(i)
        }
        if not ties:
            return {}
        gone = gone_of(self.client, list(ties.values()), self.before)
        return {name: gone_outcome(name, tie) for name, tie in ties.items() if tie in gone}

    def _created(
        self,
        item: Planned,
        answer: Answer,
        ours: Mapping[str, Body],
        theirs: Mapping[str, Body],
    ) -> Outcome:
        """Return what became of a create.

        | # | answer | the store has | outcome |
        |---|---|---|---|
        | 1 | written | - | written |
        | 2 | conflict, or not mentioned | our row id | adopted |
        | 3 | conflict | the e-mail, not our row id | taken, by whom |
        | 4 | refused | - | rejected |
        | 5 | not mentioned | nothing of ours | held |
        | 6 | lost | - | unknown |
        | 7 | not sent | - | held |
        """
        match answer:
            case Written(record):  # (1)
                shown = {**_texts(item.properties), **_of(record)}
                made = self._shown(item, str(record["id"]), shown, tuple(item.places))
                keys = (item.company_key,) if self._tied(item) and item.company_key else ()
                return replace(made, effects=keys)
            case Refused("conflict") | Unknown(lost=False) if item.rid.lower() in ours:  # (2)
                found = str(ours[item.rid.lower()]["id"])
                return Outcome(item.intent_id, OutcomeKind.ADOPTED, record_id=found)
            case Refused("conflict", message, existing):  # (3)
                owner = theirs.get(_email(item))
                known = str(owner["id"]) if owner else existing
                return Outcome(
                    item.intent_id, OutcomeKind.TAKEN, record_id=known, vendor_message=message
                )
            case Refused():  # (4)
                return self._rejected(item, answer)
            case Unknown(lost=True):  # (6)
                return Outcome(item.intent_id, OutcomeKind.UNKNOWN)
            case NotSent(error):  # (7)
                self.stopped = error
        return Outcome(item.intent_id, OutcomeKind.HELD)  # (5) (7)

    def _without_looking(self, item: Planned, answer: Answer) -> Outcome:
        if _must_look(answer):
            return Outcome(item.intent_id, OutcomeKind.UNKNOWN)
        return self._created(item, answer, {}, {})

    # -- updates ------------------------------------------------------------------------------

    def _update(self, items: Sequence[Planned]) -> list[Outcome]:
        """Change what still shows what the plan was made from."""
        first, second = first_per(items, lambda item: item.record_id or "")
        outcomes = [Outcome(item.intent_id, OutcomeKind.HELD) for item in second]
        current = self._read(first)
        todo: list[tuple[Planned, Update]] = []
        for item in first:
            record = current.get(item.record_id or "")
            if record is None:
                outcomes.append(Outcome(item.intent_id, OutcomeKind.GONE, item.record_id))
                continue
            update = plan_update(item.properties, item.expected, item.places, _of(record))
            if update.changes:
                todo.append((item, update))
            else:
                outcomes.append(self._settled(item, update, update.current))
        return outcomes + self._send_updates(todo)

    def _send_updates(self, todo: Sequence[tuple[Planned, Update]]) -> list[Outcome]:
        if not todo:
            return []
        self.mark([item.intent_id for item, _ in todo])
        inputs = [
            {"id": item.record_id, "properties": dict(update.changes), TRACE: item.intent_id}
            for item, update in todo
        ]
        answers = send(self.client.batch_update, inputs, before=self.before)
        triples = [(i, u, a) for (i, u), a in zip(todo, answers, strict=True)]
        silent = [item for item, _, answer in triples if answer == Unknown()]
        try:
            again: Mapping[str, Body] | None = self._read(silent)
        except (Retriable, ConfigError) as error:
            self.stopped, again = error, None
        return [self._updated(item, update, answer, again) for item, update, answer in triples]

    def _updated(
        self,
        item: Planned,
        update: Update,
        answer: Answer,
        again: Mapping[str, Body] | None,
    ) -> Outcome:
        """Return what became of an update.

        | # | answer | outcome |
        |---|---|---|
        | 1 | written | written, with what HubSpot shows |
        | 2 | not found | gone |
        | 3 | refused, or the e-mail is another's | rejected |
        | 4 | lost | unknown |
        | 5 | not mentioned, and gone from the store (merged away) | gone |
        | 6 | not mentioned, and the store shows it | written |
        | 7 | not mentioned, else; not sent | held |
        """
        match answer:
            case Written(record):  # (1)
                return self._settled(item, update, {**update.after, **_of(record)})
            case Refused("not_found"):  # (2)
                return Outcome(item.intent_id, OutcomeKind.GONE, item.record_id)
            case Refused():  # (3)
                return self._rejected(item, answer)
            case Unknown(lost) if lost or again is None:  # (4)
                return Outcome(item.intent_id, OutcomeKind.UNKNOWN, item.record_id)
            case Unknown():
                now = (again or {}).get(item.record_id or "")
                if now is None:  # (5)
                    return Outcome(item.intent_id, OutcomeKind.GONE, item.record_id)
                if update.is_shown_by(_of(now)):  # (6)
                    return self._settled(item, update, _of(now))
            case NotSent(error):
                self.stopped = error
        return Outcome(item.intent_id, OutcomeKind.HELD, item.record_id)  # (7)

    # -- shared -------------------------------------------------------------------------------

    def _settled(self, item: Planned, update: Update, shown: Mapping[str, Any]) -> Outcome:
        """Return the outcome of an update that left the store showing this."""
        skipped = dict.fromkeys(update.moved, MOVED)
        if update.moved and not update.kept:
            return Outcome(item.intent_id, OutcomeKind.HELD, item.record_id, skipped=skipped)
        if item.problems and not update.kept:
            return Outcome(item.intent_id, OutcomeKind.REJECTED, item.record_id)
        return self._shown(item, item.record_id, shown, update.kept, skipped)

    def _shown(
        self,
        item: Planned,
        record_id: str | None,
        shown: Mapping[str, Any],
        names: Sequence[str],
        skipped: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Return WRITTEN with the fields as HubSpot shows them; what is not named there is blank."""
        blank = {place: None for name in names for place in item.places[name]}
        reading = self.rules.read({**blank, **shown}, only=set(names))
        return Outcome(
            item.intent_id,
            OutcomeKind.WRITTEN,
            record_id=record_id,
            returned=dict(reading.fields),
            skipped=dict(skipped or {}),
        )

    def _rejected(self, item: Planned, refused: Refused) -> Outcome:
        return Outcome(
            item.intent_id,
            OutcomeKind.REJECTED,
            record_id=item.record_id,
            problem=problem_of(refused, item.places),
            vendor_message=refused.message,
        )

    def _read(self, items: Sequence[Planned]) -> dict[str, Body]:
        ids = [item.record_id for item in items if item.record_id]
        if not ids:
            return {}
        self.before()
        names = {place for item in items for places in item.places.values() for place in places}
        asked = sorted(names | {n for item in items for n in item.properties} | {ROW_ID})
        return {str(record["id"]): record for record in self.client.read(ids, asked)}

    def _by_value(self, name: str, values: Sequence[str]) -> dict[str, Body]:
        if not values:
            return {}
        self.before()
        found = self.client.read(values, [name, "hs_additional_emails"], id_property=name)
        listed: dict[str, Body] = {}
        for record in found:
            listed.setdefault(str(_of(record).get(name) or "").lower(), record)
        return listed


def _names_no_value(answer: Answer) -> bool:
    """Whether a refusal may be about the company it was to be associated with."""
    return isinstance(answer, Refused) and answer.code != "conflict" and not answer.problems


def _must_look(answer: Answer) -> bool:
    return answer == Unknown() or (isinstance(answer, Refused) and answer.code == "conflict")


def _email(item: Planned) -> str:
    return str(item.properties.get("email") or "").strip().lower()


def _of(record: Mapping[str, Any]) -> dict[str, Any]:
    return dict(record.get("properties") or {})


def _texts(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return sent values as HubSpot shows them: texts, and empty ones for cleared properties."""
    return {name: "" if value is None else value for name, value in properties.items()}
