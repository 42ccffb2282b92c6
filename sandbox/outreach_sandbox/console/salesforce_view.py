"""Salesforce as its pane shows it: lists of records, and a record with its activity.

Rule: a person sees every field of the org, whatever the integration user may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import Field as Definition
    from outreach_sandbox.salesforce.store import Record, Table

COLUMNS = {
    "Lead": ("Name", "Company", "Email", "Phone", "City", "Status"),
    "Contact": ("Name", "Email", "Phone", "MailingCity"),
    "Opportunity": ("Name", "StageName", "Amount", "CloseDate"),
}
MAIN = {
    "Lead": (
        *("FirstName", "LastName", "Company", "Email", "Phone", "City", "Website", "Status"),
        "HasOptedOutOfEmail",
    ),
    "Contact": ("FirstName", "LastName", "Email", "Phone", "MailingCity", "HasOptedOutOfEmail"),
    "Opportunity": ("Name", "StageName", "Amount", "CloseDate"),
}
DOORS = {
    "Lead": ["edit", "merge", "convert", "delete"],
    "Contact": ["edit", "merge", "delete"],
    "Opportunity": ["edit", "delete"],
}
KINDS = {"email": "email", "phone": "tel", "url": "url", "boolean": "flag", "picklist": "choice"}


def look(org: Org, name: str, words: str, *, deleted: bool) -> Listing:
    """A list of records, in the order they were made; converted leads stay in it, marked."""
    table = org.tables[name]
    rows: list[Row] = []
    total = gone = 0
    for record in table.records.values():
        if record.id in org.purged:
            continue
        gone += record.deleted
        if record.deleted != deleted:
            continue
        cells = [_text(record.values.get(column)) for column in COLUMNS[name]]
        if words and not matches(words, cells):
            continue
        total += 1
        if len(rows) < MOST_ROWS:
            rows.append(Row(record.id, cells, _badge(record), deleted))
    columns = [{"name": c, "label": table.type.fields[c].label} for c in COLUMNS[name]]
    return Listing(name, columns, rows, total, gone)


def page(org: Org, record_id: str) -> Page:
    """One record of any object that has a list."""
    found = org.by_id(record_id)
    if found is None or found[0].type.name not in COLUMNS:
        raise NoSuchRecord(f"no record {record_id}")
    table, record = found
    name = table.type.name
    fields = table.type.fields
    main = [_field(fields[n], record) for n in MAIN[name] if n in fields]
    others = sorted(n for n, v in record.values.items() if v not in (None, "", False))
    more = [_field(fields[n], record) for n in others if n in fields and n not in MAIN[name]]
    story = sorted(_story(org, record), key=lambda event: event.at, reverse=True)
    return Page(
        object=name,
        id=record.id,
        title=_text(record.values.get("Name")),
        subtitle=" · ".join(_text(record.values[n]) for n in _under(record)),
        badge=_badge(record),
        gone=record.deleted,
        doors=_doors(name, record),
        main=main,
        more=more,
        related=list(_related(org, table, record)),
        story=story[:MOST_EVENTS],
    )


def _doors(name: str, record: Record) -> list[str]:
    if record.deleted:
        return ["undelete", "purge"] if record.master is None else []
    return ["delete"] if record.values.get("IsConverted") else DOORS[name]


def _under(record: Record) -> list[str]:
    return [n for n in ("Company", "Email") if record.values.get(n)]


def _badge(record: Record) -> str:
    if record.master:
        return "Merged"
    if record.values.get("IsConverted"):
        return "Converted"
    return "Opted out" if record.values.get("HasOptedOutOfEmail") else ""


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _field(definition: Definition, record: Record) -> Field:
    kind = KINDS.get(definition.type, "text")
    return Field(
        name=definition.name,
        label=definition.label,
        value=_text(record.values.get(definition.name)),
        kind=kind,
        options=[{"value": v, "label": v} for v in definition.values] if kind == "choice" else [],
        read_only=not definition.is_("u") or bool(record.values.get("IsConverted")),
    )


def _related(org: Org, table: Table, record: Record) -> Iterator[Related]:
    for other in (org.tables[name] for name in COLUMNS):
        for definition in other.type.fields.values():
            if table.type.name in definition.references:
                for found in other.having(definition.name, record.id):
                    text = _text(found.values.get("StageName") or found.values.get("Email"))
                    yield Related(other.type.name, found.id, _text(found.values.get("Name")), text)
    for name in ("ConvertedContactId", "ConvertedOpportunityId", "ContactId"):
        end = org.by_id(record.values.get(name))
        if end is not None and not end[1].deleted:
            yield Related(end[0].type.name, end[1].id, _text(end[1].values.get("Name")), "")


def _story(org: Org, record: Record) -> Iterator[Event]:
    tasks = org.tables["Task"]
    held = {t.id: t for name in ("WhoId", "WhatId") for t in tasks.having(name, record.id)}
    for task in held.values():
        own = task.values
        subject = _text(own.get("Subject")) or "Task"
        incoming = subject.lower().startswith("re:")
        kind = "task"
        if own.get("TaskSubtype") == "Email":
            kind = "answer" if incoming else "email"
        at = _text(own.get("CompletedDateTime") or own.get("ActivityDate") or own["CreatedDate"])
        yield Event(kind, at, subject, _text(own.get("Description"))[:400])
    own = record.values
    yield Event("made", _text(own["CreatedDate"]), "Created", _by(org, own.get("CreatedById")))
    if own["LastModifiedDate"] != own["CreatedDate"]:
        who = _by(org, own.get("LastModifiedById"))
        yield Event("edit", _text(own["LastModifiedDate"]), "Last modified", who)


def _by(org: Org, user_id: Any) -> str:
    user = org.tables["User"].records.get(str(user_id))
    return f"by {user.values['Name']}" if user else ""
