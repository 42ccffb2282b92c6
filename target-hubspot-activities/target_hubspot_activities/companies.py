"""Makes planned companies by their website's host, and renames those that are still ours.

Rule: a company carries its host as a unique value, so that a lost answer cannot make a second one; one whose
name a person changed is left alone for good.

https://developers.hubspot.com/docs/guides/api/crm/objects/companies
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from outreach_adapters.hubspot.account import HOST_KEY
from outreach_adapters.hubspot.answers import TRACE, Answer, NotSent, Refused, Unknown, Written
from outreach_adapters.hubspot.client import HubSpotClient
from outreach_adapters.hubspot.sending import send
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_core.model import Outcome, OutcomeKind
from target_hubspot_activities.made import Thing
from target_hubspot_activities.updates import same
from target_hubspot_activities.wording import problem_of_made

Body = dict[str, Any]
Record = Mapping[str, Any]
COMPANIES = "companies"


def is_create(record: Record) -> bool:
    """Whether a planned company is to be made."""
    return bool((record.get("_sync") or {}).get("op") == "create")


def thing(record: Record) -> Thing:
    """Return a planned company as a record to be made."""
    host = str(record["domain"]).lower()
    properties = {"domain": host, "name": record.get("name") or host, HOST_KEY: host}
    return Thing(str(record["_sync"]["intent_id"]), host, properties)


@dataclass(frozen=True)
class Renaming:
    """What became of some companies' new names, and why no more was sent."""

    outcomes: list[Outcome]
    stopped: OutreachError | None = None


def rename(
    client: HubSpotClient,
    records: Sequence[Record],
    *,
    mark: Callable[[Sequence[str]], None],
    before: Callable[[], None],
) -> Renaming:
    """Rename companies that still have the name we gave them.

    | # | the company | outcome |
    |---|---|---|
    | 1 | is not there any more | gone |
    | 2 | has the new name | written |
    | 3 | has another name than ours | written, and not ours any more |
    | 4 | has our name | renamed |
    """
    before()
    ids = [str(record["_sync"]["record_id"]) for record in records]
    try:
        there = {str(r["id"]): r for r in client.read(ids, ["name"], obj=COMPANIES)}
    except (Retriable, ConfigError) as error:
        return Renaming([_outcome(record, OutcomeKind.HELD) for record in records], error)
    outcomes: list[Outcome] = []
    todo: list[Record] = []
    for record in records:
        outcome = _looked_at(record, there.get(str(record["_sync"]["record_id"])))
        if outcome is None:  # (4)
            todo.append(record)
        else:
            outcomes.append(outcome)
    answers = _send(client, todo, mark, before)
    stopped = next((a.error for a in answers if isinstance(a, NotSent)), None)
    outcomes += [_renamed(r, a) for r, a in zip(todo, answers, strict=True)]
    return Renaming(outcomes, stopped)


def _looked_at(record: Record, found: Mapping[str, Any] | None) -> Outcome | None:
    """Return what is known without writing; nothing if the name is still ours."""
    name = (found.get("properties") or {}).get("name") if found else None
    if found is None:  # (1)
        return _outcome(record, OutcomeKind.GONE, {"company": "gone"})
    if same(name, record["name"]):  # (2)
        return _outcome(record, OutcomeKind.WRITTEN)
    if not same(name, record["_sync"].get("expected_name")):  # (3)
        return _outcome(record, OutcomeKind.WRITTEN, {"name": "moved"})
    return None


def _send(
    client: HubSpotClient,
    todo: Sequence[Record],
    mark: Callable[[Sequence[str]], None],
    before: Callable[[], None],
) -> list[Answer]:
    if todo:
        mark([str(record["_sync"]["intent_id"]) for record in todo])
    inputs = [
        {
            "id": record["_sync"]["record_id"],
            "properties": {"name": record["name"]},
            TRACE: record["_sync"]["intent_id"],
        }
        for record in todo
    ]
    return send(lambda some: client.batch_update(some, obj=COMPANIES), inputs, before=before)


def _renamed(record: Record, answer: Answer) -> Outcome:
    match answer:
        case Written():
            return _outcome(record, OutcomeKind.WRITTEN)
        case Refused("not_found"):
            return _outcome(record, OutcomeKind.GONE, {"company": "gone"})
        case Refused():
            return Outcome(
                str(record["_sync"]["intent_id"]),
                OutcomeKind.REJECTED,
                problem=problem_of_made(answer),
                vendor_message=answer.message,
            )
        case Unknown():
            return _outcome(record, OutcomeKind.UNKNOWN)
    return _outcome(record, OutcomeKind.HELD)


def _outcome(
    record: Record, kind: OutcomeKind, skipped: Mapping[str, str] | None = None
) -> Outcome:
    sync = record["_sync"]
    return Outcome(
        str(sync["intent_id"]), kind, record_id=sync.get("record_id"), skipped=dict(skipped or {})
    )
