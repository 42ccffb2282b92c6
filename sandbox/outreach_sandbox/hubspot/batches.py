"""Batch create, update, upsert, read and archive: up to 100 records in one request.

The one rule: a batch is all or nothing unless every input carries its own `objectWriteTraceId`;
results come in no order of use to anybody.

https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import reading
from outreach_sandbox.hubspot.wire import (
    Answer,
    Problem,
    RefusedError,
    bad_json,
    invalid_values,
    iso,
)
from outreach_sandbox.hubspot.writes import (
    Planned,
    already_exists,
    commit,
    plan_create,
    plan_update,
    taken_in_batch,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.store import Record

MAX_INPUTS = 100
HISTORY_INPUTS = 50
CONFLICT = 409

Input = dict[str, Any]


@dataclass
class _Outcome:
    """What became of the inputs so far."""

    results: list[dict[str, Any]] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Work:
    """One input with the check that plans its write."""

    input: Input
    plan: Callable[[], Planned]
    new: bool | None = None


def inputs_of(body: Any) -> list[Input]:
    """The inputs of a batch body; more than 100 refuse it whole."""
    inputs = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
        raise RefusedError(bad_json("a list of inputs"))
    if len(inputs) > MAX_INPUTS:
        raise RefusedError(
            Problem(
                400,
                f"The maximum number of inputs supported in a batch is {MAX_INPUTS}. "
                "Please reduce the number of items and try again",
            )
        )
    return inputs


def create(portal: Portal, kind: Kind, inputs: list[Input]) -> Answer:
    """Make new records."""
    work = [_Work(item, _create_plan(portal, kind, sent_properties(item), item)) for item in inputs]
    return _write(portal, kind, work, partial=_traced(inputs), success=201)


def update(portal: Portal, kind: Kind, inputs: list[Input]) -> Answer:
    """Change existing records.

    | # | an input's id | outcome |
    |---|---|---|
    | 1 | twice in the batch | 400 for the whole batch |
    | 2 | merged away, or an e-mail without idProperty | left out without a word |
    | 3 | unknown or archived | in one grouped OBJECT_NOT_FOUND (207) |
    | 4 | live | written |
    """
    id_property = _id_property(inputs)
    key = kind.type.natural_key
    if id_property is not None and id_property == key:
        raise RefusedError(reading.non_unique(portal, kind, id_property, "update"))
    reading.require_unique(portal, kind, id_property, "update")
    ids = [_text_id(item) for item in inputs]
    _refuse_duplicates(ids)  # (1)
    work: list[_Work] = []
    missing: list[str] = []
    for item, text in zip(inputs, ids, strict=True):
        record = _exact(kind, text, id_property)
        if record is not None and record.live:  # (4)
            work.append(_Work(item, _update_plan(portal, kind, record, item)))
        elif not _silent(kind, text, id_property):  # (2)
            missing.append(text)  # (3)
    partial = _traced(inputs) and portal.switches.partial_update_by_trace_id
    return _write(portal, kind, work, partial=partial, success=200, missing=missing)


def upsert(portal: Portal, kind: Kind, inputs: list[Input]) -> Answer:
    """Update the owner of a unique value, or make a record that has it.

    https://developers.hubspot.com/docs/guides/api/crm/using-object-apis#upsert-records
    """
    name = _id_property(inputs)
    if name is None:
        raise RefusedError(Problem(400, "idProperty is required and the same for all inputs"))
    if name not in kind.store.keys:
        raise RefusedError(reading.non_unique(portal, kind, name, "upsert"))
    ids = [_text_id(item) for item in inputs]
    owners = [kind.store.owner(name, text) for text in ids]
    folded = [t.strip().lower() if name == kind.type.natural_key else t for t in ids]
    _refuse_duplicates([str(o) if o else t for o, t in zip(owners, folded, strict=True)])
    work: list[_Work] = []
    for item, text, owner in zip(inputs, ids, owners, strict=True):
        if owner is not None:
            record = kind.store.records[owner]
            work.append(_Work(item, _update_plan(portal, kind, record, item), new=False))
        else:
            sent = {name: text, **sent_properties(item)}
            work.append(_Work(item, _create_plan(portal, kind, sent, {}), new=True))
    partial = _traced(inputs)
    if name == kind.type.natural_key:
        partial = partial and portal.switches.partial_upsert_by_email
    return _write(portal, kind, work, partial=partial, success=200)


def read(portal: Portal, kind: Kind, body: dict[str, Any], *, archived: bool) -> Answer:
    """Read by id or unique value; ids merged away are as missing as unknown ones."""
    inputs = inputs_of(body)
    view = reading.View(
        tuple(body.get("properties") or ()), tuple(body.get("propertiesWithHistory") or ())
    )
    if view.history and len(inputs) > HISTORY_INPUTS:
        raise RefusedError(
            Problem(
                400,
                "The maximum number of inputs supported in a batch request for property "
                f"histories is {HISTORY_INPUTS}",
            )
        )
    id_property = body.get("idProperty")
    reading.require_unique(portal, kind, id_property, "read")
    outcome = _Outcome()
    missing: list[str] = []
    for text in dict.fromkeys(_text_id(item) for item in inputs):
        record = _exact(kind, text, id_property)
        wanted = record is not None and (record.archived_ms is not None) == archived
        if record is None or record.merged_into is not None or not wanted:
            missing.append(text)
        else:
            outcome.results.append(reading.show(portal, kind, record, view))
    _group_missing(portal, kind, outcome, missing)
    return _answer(portal, outcome, portal.now(), 200)


def archive(portal: Portal, kind: Kind, inputs: list[Input]) -> Answer:
    """To the recycle bin; unknown ids are ignored."""
    now_ms = portal.now()
    for item in inputs:
        record = _exact(kind, _text_id(item), None)
        if record is not None and record.live:
            kind.store.archive(record, now_ms)
            kind.timeline.changed(record.id, now_ms)
    return Answer(204)


def _write(
    portal: Portal,
    kind: Kind,
    work: list[_Work],
    *,
    partial: bool,
    success: int,
    missing: list[str] | None = None,
) -> Answer:
    now_ms = portal.now()
    outcome = _Outcome()
    if partial:
        for task in work:
            try:
                _commit(portal, kind, task, task.plan(), now_ms, outcome)
            except RefusedError as refused:
                outcome.errors.append(_entry(task, refused.problem))
    else:
        for task, plan in _all_or_nothing(portal, kind, work):
            _commit(portal, kind, task, plan, now_ms, outcome)
    _group_missing(portal, kind, outcome, missing or [])
    return _answer(portal, outcome, now_ms, success)


def _all_or_nothing(portal: Portal, kind: Kind, work: list[_Work]) -> list[tuple[_Work, Planned]]:
    """Plan everything before anything is written; one problem refuses all."""
    plans: list[tuple[_Work, Planned]] = []
    problems: list[Problem] = []
    taken: set[tuple[str, str]] = set()
    for task in work:
        try:
            plan = task.plan()
        except RefusedError as refused:
            problems.append(refused.problem)
            continue
        for name, index, value in kind.store.unique_values(plan.values):
            if (index, value) in taken:
                problems.append(taken_in_batch(portal, kind, plan, name, value))
            taken.add((index, value))
        plans.append((task, plan))
    if problems:
        raise RefusedError(_whole(kind, problems))
    return plans


def _whole(kind: Kind, problems: list[Problem]) -> Problem:
    """The one problem a failed batch shows: it never says which input it was."""
    faults = [fault for problem in problems for fault in problem.faults]
    if faults:
        return invalid_values(faults)
    if problems[0].status == CONFLICT:
        return already_exists(kind, None)
    return problems[0]


def _commit(
    portal: Portal, kind: Kind, task: _Work, plan: Planned, now_ms: int, outcome: _Outcome
) -> None:
    record = commit(portal, kind, plan, now_ms, portal.integration())
    rng = portal.seeded.rng("hubspot.echo")
    shown = reading.echo(portal, kind, record, plan.values, rng)
    if task.new is not None:
        shown["new"] = task.new
    if task.input.get("objectWriteTraceId"):
        shown["objectWriteTraceId"] = str(task.input["objectWriteTraceId"])
    outcome.results.append(shown)


def _entry(task: _Work, problem: Problem) -> dict[str, Any]:
    context = {"objectWriteTraceId": [str(task.input["objectWriteTraceId"])]}
    existing = problem.message.rpartition("Existing ID: ")[2]
    if problem.status == CONFLICT and existing.isdigit():
        context["existingId"] = [existing]
    return problem.entry(**context)


def _group_missing(portal: Portal, kind: Kind, outcome: _Outcome, missing: list[str]) -> None:
    if missing and not portal.switches.missing_ids_vanish:
        message = (
            f"Could not get some {kind.label} objects, they may be deleted or not exist. "
            "Check that ids are valid."
        )
        problem = Problem(404, message, category="OBJECT_NOT_FOUND")
        outcome.errors.append(problem.entry(ids=missing))


def _answer(portal: Portal, outcome: _Outcome, now_ms: int, success: int) -> Answer:
    portal.seeded.rng("hubspot.order").shuffle(outcome.results)
    body: dict[str, Any] = {
        "status": "COMPLETE",
        "results": outcome.results,
        "startedAt": iso(now_ms),
        "completedAt": iso(now_ms + 40),
    }
    if not outcome.errors:
        return Answer(success, body)
    body |= {"numErrors": len(outcome.errors), "errors": outcome.errors}
    return Answer(207, body)


def _create_plan(portal: Portal, kind: Kind, sent: Input, item: Input) -> Callable[[], Planned]:
    return lambda: plan_create(portal, kind, sent, item.get("associations"))


def _update_plan(portal: Portal, kind: Kind, record: Record, item: Input) -> Callable[[], Planned]:
    sent = sent_properties(item)
    return lambda: plan_update(portal, kind, record, sent)


def _exact(kind: Kind, text: str, id_property: str | None) -> Record | None:
    """The record of an id, merges not followed."""
    if id_property and id_property != "hs_object_id":
        owner = kind.store.owner(id_property, text)
        return kind.store.records.get(owner) if owner is not None else None
    return kind.store.records.get(int(text)) if text.isdigit() else None


def _silent(kind: Kind, text: str, id_property: str | None) -> bool:
    record = _exact(kind, text, id_property)
    return (record is not None and record.merged_into is not None) or "@" in text


def sent_properties(item: Input) -> dict[str, Any]:
    sent = item.get("properties")
    if not isinstance(sent, dict):
        raise RefusedError(bad_json("properties"))
    return sent


def _text_id(item: Input) -> str:
    value = item.get("id")
    if value is None or value == "":
        raise RefusedError(bad_json("id"))
    return str(value)


def _id_property(inputs: list[Input]) -> str | None:
    names = {item.get("idProperty") for item in inputs}
    if len(names) > 1:
        raise RefusedError(Problem(400, "idProperty must be the same for all inputs"))
    return next(iter(names), None)


def _traced(inputs: list[Input]) -> bool:
    traces = [item.get("objectWriteTraceId") for item in inputs]
    return bool(traces) and all(traces) and len(set(map(str, traces))) == len(traces)


def _refuse_duplicates(ids: list[str]) -> None:
    seen: set[str] = set()
    twice = list(dict.fromkeys(i for i in ids if i in seen or seen.add(i)))  # type: ignore[func-returns-value]
    if twice:
        listed = ", ".join(twice)
        message = f"Duplicate IDs found in batch input: [{listed}]. IDs must be unique"
        raise RefusedError(Problem(400, message, context={"ids": twice}))
