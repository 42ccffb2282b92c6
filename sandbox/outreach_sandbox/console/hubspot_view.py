"""HubSpot as its pane shows it: lists of records, and a record with its timeline and deals.

Rule: the store is shown, not the search index: a person in HubSpot sees their edit at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.console.records import (
    MOST_EVENTS,
    MOST_ROWS,
    Event,
    Field,
    Listing,
    NoSuchRecord,
    Page,
    Related,
    Row,
    matches,
)
from outreach_sandbox.hubspot.wire import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.hubspot.portal import Kind, Portal
    from outreach_sandbox.hubspot.schema import Property
    from outreach_sandbox.hubspot.store import Record

# object -> columns of its list; the first one is the record's name
COLUMNS = {
    "contacts": ("name", "company", "email", "phone", "city", "hs_lead_status"),
    "companies": ("name", "domain", "city", "phone"),
    "deals": ("dealname", "dealstage", "amount", "closedate"),
}
MAIN = {
    "contacts": (
        *("firstname", "lastname", "email", "phone", "company", "city", "website"),
        *("hs_lead_status", "lifecyclestage"),
    ),
    "companies": ("name", "domain", "phone", "city", "website", "industry"),
    "deals": ("dealname", "dealstage", "amount", "closedate"),
}
LABELS = {"name": "Name", "hs_lead_status": "Lead status"}
# activity -> the property that is its title, the one that is its text
ACTIVITIES = {
    "emails": ("hs_email_subject", "hs_email_text"),
    "notes": ("", "hs_note_body"),
    "tasks": ("hs_task_subject", "hs_task_body"),
    "calls": ("hs_call_title", "hs_call_body"),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
}
DOORS = {
    "contacts": ["edit", "merge", "opt_out", "delete", "privacy_delete"],
    "companies": ["edit", "merge", "delete"],
    "deals": ["edit", "delete"],
}
WHO = {"CRM_UI": "a person", "INTEGRATION": "the sync", "CALCULATED": "HubSpot"}


def look(portal: Portal, name: str, words: str, *, deleted: bool) -> Listing:
    """A list of records, the newest last, as they were made."""
    portal.now()
    kind = portal.kind(name)
    ids = kind.store.archived_ids if deleted else kind.store.live_ids
    rows: list[Row] = []
    total = 0
    for record_id in ids:
        record = kind.store.records[record_id]
        cells = [_shown(portal, kind, record, column) for column in COLUMNS[name]]
        if words and not matches(words, cells):
            continue
        total += 1
        if len(rows) < MOST_ROWS:
            rows.append(Row(str(record_id), cells, _badge(record), deleted))
    columns = [{"name": c, "label": _label(kind, c)} for c in COLUMNS[name]]
    return Listing(name, columns, rows, total, len(kind.store.archived_ids))


def page(portal: Portal, name: str, record_id: str) -> Page:
    """One record; an id that was merged away leads to the survivor."""
    portal.now()
    kind = portal.kind(name)
    record = kind.store.resolve(int(record_id)) if record_id.isdigit() else None
    if record is None:
        raise NoSuchRecord(f"no {name} {record_id}")
    main = [_field(portal, kind, record, p) for p in MAIN[name] if p in kind.schema.properties]
    others = sorted(n for n, v in record.properties.items() if v and n not in MAIN[name])
    more = [_field(portal, kind, record, n) for n in others if n in kind.schema.properties]
    gone = record.archived_ms is not None
    story = sorted(_story(portal, kind, record), key=lambda event: event.at, reverse=True)
    return Page(
        object=name,
        id=str(record.id),
        title=_shown(portal, kind, record, COLUMNS[name][0]),
        subtitle=_subtitle(record),
        badge=_badge(record),
        gone=gone,
        doors=["restore"] if gone else DOORS[name],
        main=main,
        more=more,
        related=list(_related(portal, kind, record)),
        story=story[:MOST_EVENTS],
    )


def _shown(portal: Portal, kind: Kind, record: Record, column: str) -> str:
    own = record.properties
    if column == "name" and kind.type.name == "contacts":
        names = f"{own.get('firstname') or ''} {own.get('lastname') or ''}".strip()
        return names or own.get("email") or "(no name)"
    value = own.get(column) or ""
    if column == "dealstage":
        return _stages(portal).get(value, value)
    definition = kind.schema.properties.get(column)
    options = definition.options if value and definition else ()
    return next((str(o["label"]) for o in options if o["value"] == value), value)


def _stages(portal: Portal) -> dict[str, str]:
    found = (
        stage for listed in portal.pipelines.values() for line in listed for stage in line.stages
    )
    return {stage.id: stage.label for stage in found}


def _label(kind: Kind, name: str) -> str:
    found = kind.schema.properties.get(name)
    return LABELS.get(name) or (found.label if found else name)


def _subtitle(record: Record) -> str:
    own = record.properties
    return " · ".join(own[n] for n in ("company", "email", "domain") if own.get(n))


def _badge(record: Record) -> str:
    if record.properties.get("hs_email_optout") == "true":
        return "Opted out"
    return ""


def _field(portal: Portal, kind: Kind, record: Record, name: str) -> Field:
    definition = kind.schema.properties[name]
    value = record.properties.get(name) or ""
    options = [{"value": o["value"], "label": o["label"]} for o in definition.options]
    if name == "dealstage":
        options = [{"value": v, "label": label} for v, label in _stages(portal).items()]
    editable = not (definition.read_only or definition.calculated)
    return Field(
        name=name,
        label=_label(kind, name),
        value=value,
        kind="choice" if options else _input(definition),
        options=options,
        read_only=not editable or name == "hs_additional_emails",
    )


def _input(definition: Property) -> str:
    by_name = {"email": "email", "phone": "tel", "mobilephone": "tel", "website": "url"}
    return by_name.get(definition.name, "text")


def _related(portal: Portal, kind: Kind, record: Record) -> Iterator[Related]:
    for name in ("contacts", "companies", "deals"):
        other = portal.kind(name)
        ends = portal.links.of(kind.type.type_id, record.id, other.type.type_id)
        for end in sorted(ends):
            found = other.store.records.get(end)
            if found is not None and found.live:
                title = _shown(portal, other, found, COLUMNS[name][0])
                text = _shown(portal, other, found, COLUMNS[name][1])
                yield Related(name, str(end), title, text)


def _story(portal: Portal, kind: Kind, record: Record) -> Iterator[Event]:
    for name, (title, text) in ACTIVITIES.items():
        other = portal.kind(name)
        for end in portal.links.of(kind.type.type_id, record.id, other.type.type_id):
            found = other.store.records.get(end)
            if found is not None and found.live:
                yield _activity(name, found, title, text)
    for write in record.log:
        who = WHO.get(write.source.type, write.source.type)
        for name, value in write.values.items():
            if name in MAIN[kind.type.name] or name == "hs_email_optout":
                said = f"{_label(kind, name)} → {value or '(empty)'}"
                yield Event("edit", iso(write.at_ms), said, f"by {who}")


def _activity(name: str, record: Record, title: str, text: str) -> Event:
    own = record.properties
    incoming = own.get("hs_email_direction") == "INCOMING_EMAIL"
    kind = {"emails": "answer" if incoming else "email"}.get(name, name.removesuffix("s"))
    body = own.get(text) or own.get("hs_body_preview") or ""
    at = own.get("hs_timestamp") or iso(record.created_ms)
    return Event(kind, at, own.get(title) or kind.capitalize(), body[:400])
