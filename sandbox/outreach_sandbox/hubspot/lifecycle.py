"""Archive, restore, merge and forget: what ends or joins records.

The one rule: an id never means another record, except that an id merged away leads to the
survivor.

https://knowledge.hubspot.com/records/merge-records
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.calculated import came_back, expect
from outreach_sandbox.hubspot.linking import inherit
from outreach_sandbox.hubspot.store import Record, Source
from outreach_sandbox.hubspot.wire import Problem, RefusedError, iso

if TYPE_CHECKING:
    from outreach_sandbox.hubspot.portal import Kind, Portal

# https://knowledge.hubspot.com/records/merge-records#limits: more answers HTTP 414
MAX_MERGED = 250


def archive(kind: Kind, record: Record, now_ms: int) -> None:
    """To the recycle bin."""
    kind.store.archive(record, now_ms)
    kind.timeline.changed(record.id, now_ms)


def restore(portal: Portal, kind: Kind, record: Record, now_ms: int, source: Source) -> None:
    """Back from the recycle bin, which only a person can do."""
    for name, _, value in kind.store.unique_values(record.properties):
        if kind.store.owner(name, value) is not None:
            raise ValueError(f"cannot restore {record.id}: another record has its {name}")
    kind.store.restore(record)
    record.updated_ms = now_ms
    stamp = {kind.type.modified_property: iso(now_ms)}
    kind.store.change(record, stamp, now_ms, source, remember=())
    kind.timeline.wrote(record.id, now_ms)
    came_back(portal, kind, record.id, now_ms)


def merge(
    portal: Portal, kind: Kind, primary: Record, other: Record, now_ms: int, source: Source
) -> Record:
    """Join two records into a third one with a new id.

    | # | value | the survivor has |
    |---|---|---|
    | 1 | both have one | the primary's |
    | 2 | one has one | that one |
    | 3 | the other's e-mail | among the additional e-mails |
    | 4 | ids | `hs_merged_object_ids` lists every id that led here |
    | 5 | associations | those of both |
    """
    if not kind.type.merges:
        raise RefusedError(Problem(400, f"{kind.label} objects cannot be merged"))
    if primary.id == other.id:
        raise RefusedError(Problem(400, "Cannot merge an object with itself"))
    merged_ids = _merged_ids(primary, other)
    if len(merged_ids) > MAX_MERGED:
        raise RefusedError(Problem(414, f"cannot merge more than {MAX_MERGED} objects"))
    values = _combined(primary, other)  # (1) (2)
    values |= _additional(kind, values, primary, other)  # (3)
    new_id = kind.store.new_id()
    created_ms = min(primary.created_ms, other.created_ms)
    values |= {
        "hs_merged_object_ids": ";".join(merged_ids),  # (4)
        "hs_object_id": str(new_id),
        kind.type.created_property: iso(created_ms),
        kind.type.modified_property: iso(now_ms),
    }
    if kind.type.all_ids:
        values[kind.type.all_ids] = ";".join([str(new_id), *merged_ids])
    for loser in (primary, other):
        kind.store.merge_away(loser, new_id)
        kind.timeline.changed(loser.id, now_ms)
    log = sorted([*other.log, *primary.log], key=lambda write: write.at_ms)
    survivor = Record(new_id, {}, created_ms, now_ms, log)
    changed = [n for n, v in values.items() if primary.properties.get(n) != v]
    kind.store.change(survivor, values, now_ms, source, remember=changed)
    kind.store.insert(survivor)
    inherit(portal, kind, (primary, other), survivor)  # (5)
    kind.timeline.wrote(new_id, now_ms)
    expect(portal, kind.type.type_id, new_id, now_ms)
    return survivor


def forget(portal: Portal, kind: Kind, record: Record, now_ms: int) -> None:
    """Delete for good, as a privacy request asks; it is not in the recycle bin afterwards."""
    kind.store.purge(record)
    kind.timeline.changed(record.id, now_ms)
    portal.links.forget(kind.type.type_id, record.id)


def _combined(primary: Record, other: Record) -> dict[str, str]:
    kept = {name: value for name, value in primary.properties.items() if value != ""}
    return {**other.properties, **kept}


def _additional(
    kind: Kind, values: dict[str, str], primary: Record, other: Record
) -> dict[str, str]:
    if kind.type.merged_values is None:
        return {}
    key, additional = kind.type.merged_values
    found: dict[str, None] = {}
    for record in (primary, other):
        for text in (record.properties.get(key), record.properties.get(additional)):
            found.update(dict.fromkeys(v for v in (text or "").split(";") if v))
    found.pop(values.get(key, ""), None)
    return {additional: ";".join(found)} if found else {}


def _merged_ids(primary: Record, other: Record) -> list[str]:
    found: list[str] = []
    for record in (primary, other):
        earlier = record.properties.get("hs_merged_object_ids") or ""
        found += [part for part in earlier.split(";") if part]
        found.append(str(record.id))
    return found
