"""Creating and updating one record.

The one rule: `plan_*` checks and changes nothing, `commit` changes and cannot fail, so that a
batch can be all or nothing.

https://developers.hubspot.com/docs/guides/api/crm/using-object-apis
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.linking import (
    PlannedLink,
    connect,
    let_main_company_go,
    plan_inline,
    plan_main_company,
)
from outreach_sandbox.hubspot.objects import Judgement, derived
from outreach_sandbox.hubspot.store import Record, Source
from outreach_sandbox.hubspot.values import check
from outreach_sandbox.hubspot.wire import Problem, RefusedError, invalid_values, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Kind, Portal


@dataclass(frozen=True)
class Planned:
    """A checked write; `record` is None where a new one is made."""

    record: Record | None
    values: dict[str, str]
    follows: dict[str, str] = field(default_factory=dict)
    links: tuple[PlannedLink, ...] = ()


def plan_create(
    portal: Portal, kind: Kind, sent: Mapping[str, Any], associations: Any = None
) -> Planned:
    """Check a new record.

    | # | case | outcome |
    |---|---|---|
    | 1 | a bad value | 400, all bad properties listed |
    | 2 | a required property is missing | 400 "Error creating CONTACT. ..." |
    | 3 | the natural key (e-mail) is taken | 409, the owner's id only in the text |
    | 4 | another unique value is taken | 400 "Cannot set PropertyValueCoordinates..." |
    | 5 | an association leads nowhere | 400 |
    """
    checked, judged = _check(portal, kind, {}, sent)  # (1)
    _refuse_missing(kind, checked)  # (2)
    _refuse_blocked(kind, checked)
    _refuse_taken(portal, kind, None, checked)  # (3) (4)
    links = plan_inline(portal, kind, associations) if associations else ()  # (5)
    links += plan_main_company(portal, kind, checked)  # (5)
    return Planned(None, checked, dict(judged.values), links)


def _check(
    portal: Portal, kind: Kind, present: Mapping[str, str], sent: Mapping[str, Any]
) -> tuple[dict[str, str], Judgement]:
    checked = check(kind.schema, sent, portal.where(kind))
    judge = kind.type.judge
    judged = judge(portal, present, checked.values) if judge else Judgement()
    faults = [*checked.faults, *judged.faults]
    if faults:
        raise RefusedError(invalid_values(faults))
    return checked.values, judged


def _refuse_missing(kind: Kind, values: Mapping[str, str]) -> None:
    missing = [name for name in kind.type.required_all if not values.get(name)]
    either = kind.type.required_any
    if either and not any(values.get(name) for name in either):
        missing += either
    if missing:
        raise RefusedError(
            Problem(
                400,
                f"Error creating {kind.label}. Some required properties were not set.",
                context={"properties": missing},
            )
        )


def plan_update(portal: Portal, kind: Kind, record: Record, sent: Mapping[str, Any]) -> Planned:
    """Check an update of an existing record."""
    checked, judged = _check(portal, kind, record.properties, sent)
    _refuse_blocked(kind, checked)
    _refuse_taken(portal, kind, record, checked)
    links = plan_main_company(portal, kind, checked)
    return Planned(record, checked, dict(judged.values), links)


def commit(portal: Portal, kind: Kind, plan: Planned, now_ms: int, source: Source) -> Record:
    """Do a planned write."""
    values = plan.values | plan.follows
    if plan.record is None:
        record = _insert(kind, values, now_ms, source)
    else:
        record = _update(portal, kind, plan.record, values, now_ms, source)
        if values.get(kind.type.main_company or "") == "":
            let_main_company_go(portal, kind, record.id, now_ms)
    connect(portal, record.id, plan.links, now_ms)
    return record


def _insert(kind: Kind, values: dict[str, str], now_ms: int, source: Source) -> Record:
    record_id = kind.store.new_id()
    own = {
        **kind.type.at_creation(str(record_id)),
        "hs_object_source": source.type,
        "hs_object_source_id": source.id,
        "hs_object_source_label": source.type,
        **{name: value for name, value in values.items() if value != ""},
    }
    stamps = {
        "hs_object_id": str(record_id),
        kind.type.created_property: iso(now_ms),
        kind.type.modified_property: iso(now_ms),
    }
    record = Record(record_id, {}, now_ms, now_ms)
    properties = {**own, **derived(kind.type, own), **stamps}
    kind.store.change(record, properties, now_ms, source)
    kind.store.insert(record)
    kind.timeline.wrote(record_id, now_ms)
    return record


def _update(
    portal: Portal,
    kind: Kind,
    record: Record,
    values: dict[str, str],
    now_ms: int,
    source: Source,
) -> Record:
    changed = {
        name: value
        for name, value in values.items()
        if record.properties.get(name, "") != value and not _backward(kind, record, name, value)
    }
    if not changed and not portal.switches.same_value_bumps:
        return record
    follows = derived(kind.type, {**record.properties, **changed})
    follows = {n: v for n, v in follows.items() if record.properties.get(n) != v}
    record.updated_ms = max(now_ms, record.updated_ms)
    stamp = {kind.type.modified_property: iso(record.updated_ms)}
    remember = [*changed, *follows]
    kind.store.change(record, {**changed, **follows, **stamp}, now_ms, source, remember=remember)
    kind.timeline.wrote(record.id, now_ms)
    return record


def _backward(kind: Kind, record: Record, name: str, value: str) -> bool:
    # A stage only moves forward through the API; clear it first to go back
    # https://developers.hubspot.com/docs/guides/api/crm/objects/contacts#lifecycle-stages
    if kind.type.forward_only is None or name != kind.type.forward_only[0]:
        return False
    order = kind.type.forward_only[1]
    present = record.properties.get(name, "")
    if present not in order or value not in order:
        return False
    return order.index(value) < order.index(present)


def _refuse_blocked(kind: Kind, values: Mapping[str, str]) -> None:
    # An address given to a privacy deletion that found nobody cannot be used any more
    # https://developers.hubspot.com/docs/guides/api/crm/objects/contacts#delete-contacts
    key = kind.type.natural_key
    if key and values.get(key) in kind.blocked_keys:
        raise RefusedError(Problem(400, f"{kind.label} cannot be created: the {key} is blocked."))


def _refuse_taken(
    portal: Portal, kind: Kind, record: Record | None, values: Mapping[str, str]
) -> None:
    own_id = record.id if record else None
    for name, index, value in kind.store.unique_values(values):
        owner = kind.store.owners.get(index, {}).get(value)
        if owner is None or owner == own_id:
            continue
        if record is None and name == kind.type.natural_key:
            raise RefusedError(already_exists(kind, owner))
        raise RefusedError(_taken(portal, kind, own_id, name, value, owner))


def taken_in_batch(portal: Portal, kind: Kind, plan: Planned, name: str, value: str) -> Problem:
    """Two inputs of a batch want one unique value; only a new e-mail is a conflict (recorded)."""
    if plan.record is None and name == kind.type.natural_key:
        return already_exists(kind, None)
    own_id = None if plan.record is None else plan.record.id
    return _taken(portal, kind, own_id, name, value, kind.store.last_id + 2)


def already_exists(kind: Kind, owner: int | None) -> Problem:
    """The conflict of a natural key; a failed batch does not say which record has it."""
    existing = "" if owner is None else f". Existing ID: {owner}"
    return Problem(409, f"{kind.type.conflict_text}{existing}", category="CONFLICT")


def _taken(
    portal: Portal, kind: Kind, own_id: int | None, name: str, value: str, owner: int
) -> Problem:
    coordinates = (
        f"PropertyValueCoordinates{{portalId={portal.id}, "
        f"objectTypeId=ObjectTypeId{{legacyObjectType={kind.label}}}, "
        f"propertyName={name}, value={value}}}"
    )
    # a record that is not there yet has an id too, which nobody ever sees again
    shown = own_id if own_id is not None else kind.store.last_id + 1
    return Problem(400, f"Cannot set {coordinates} on {shown}. {owner} already has that value.")
