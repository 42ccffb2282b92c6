"""Canonical Singer records to the ledger's observations.

The rule: the only place that knows the streams' field names; a record that does not fit is named by what
it lacks, never quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outreach_adapters.ledger import Calls, CrmCount
from outreach_core.model import (
    CrmRecord,
    ImportPeople,
    ImportTab,
    Lookup,
    LookupStatus,
    SheetRow,
    SheetSnapshot,
    ShownEmail,
    ShownReply,
    Side,
    SideState,
    SideStatus,
    fields_from_json,
    problems_from_json,
)
from outreach_core.model.evidence import ASKED, Edit
from outreach_core.model.screens import Decision, Screen, ShownLine, ShownScreen

Record = Mapping[str, Any]

PAUSE_COLUMN = "Pause Sync"
_TICKED = {"true", "1", "yes", "x"}


def sheet_row(record: Record) -> SheetRow:
    """Return one row of ``businesses``."""
    system = {str(k): str(v) for k, v in (record.get("system") or {}).items()}
    return SheetRow(
        row=int(record["row"]),
        sync_id=record.get("sync_id") or None,
        fingerprint=str(record.get("fingerprint") or ""),
        fields=fields_from_json(record.get("fields")),
        problems=problems_from_json(record.get("problems")),
        system=system,
        paused=system.get(PAUSE_COLUMN, "").strip().casefold() in _TICKED,
        host=record.get("host") or None,
        edits=_edits(record.get("edits") or {}),
    )


def sent_email(record: Record) -> tuple[int, ShownEmail]:
    """Return the row and what it shows of an e-mail sent to it, of ``sent_emails``."""
    shown = ShownEmail(
        moment(record.get("sent_at")),
        str(record.get("status") or ""),
        str(record.get("subject") or ""),
        str(record.get("body") or ""),
    )
    return int(record["row"]), shown


def reply(record: Record) -> tuple[int, ShownReply]:
    """Return the row and what it shows of an answer, of ``replies``."""
    shown = ShownReply(
        moment(record.get("responded_at")),
        str(record.get("status") or ""),
        str(record.get("text") or ""),
        str(record.get("sentiment") or "unsure"),
        bool(record.get("decided")),
    )
    return int(record["row"]), shown


def decision(record: Record) -> Decision:
    """Return what a person filled into a tab of ours, of ``decisions``."""
    custom = record.get("custom_value")
    return Decision(
        Screen(record["screen"]),
        str(record["item"]),
        str(record.get("evidence") or ""),
        str(record.get("decision") or ""),
        str(custom) if custom is not None else None,
    )


def shown_screen(record: Record) -> ShownScreen:
    """Return one tab of ours as it was read, of ``screens_shown``."""
    lines = tuple(
        ShownLine(
            str(line["item"]),
            int(line["row"]),
            {str(name): str(text) for name, text in (line.get("cells") or {}).items()},
            str(line.get("evidence") or ""),
        )
        for line in record.get("lines") or ()
    )
    gid = record.get("gid")
    return ShownScreen(
        Screen(record["screen"]),
        int(gid) if gid is not None else None,
        str(record.get("title") or ""),
        str(record.get("headline") or ""),
        lines,
    )


def crm_record(record: Record) -> CrmRecord:
    """Return one record of ``contacts``."""
    return CrmRecord(
        side=Side(record["side"]),
        object=str(record["object"]),
        record_id=str(record["record_id"]),
        fields=fields_from_json(record.get("fields")),
        external_id=record.get("external_id") or None,
        emails=tuple(str(e).lower() for e in record.get("emails") or ()),
        archived=bool(record.get("archived")),
        merged_ids=tuple(map(str, record.get("merged_ids") or ())),
        problems=problems_from_json(record.get("problems")),
        updated_at=moment(record.get("updated_at")),
        extra={str(k): str(v) for k, v in (record.get("extra") or {}).items() if v is not None},
        converted_to=record.get("converted_to") or None,
        rules=str(record.get("rules") or ""),
        edits=_record_edits(record),
    )


def _record_edits(record: Record) -> dict[str, Edit]:
    """Return what the CRM's history says; that it was asked is part of it."""
    told = record.get("edits")
    if told is None:
        return {}
    asked = Edit(None, moment(record.get("updated_at")))
    return {**_edits(told), ASKED: asked}


def _edits(told: Mapping[str, Record]) -> dict[str, Edit]:
    found = {}
    for name, one in told.items():
        at, by, ours = moment(one.get("at")), str(one.get("by") or ""), bool(one.get("ours"))
        found[str(name)] = Edit(None if ours else at, at, by, ours)
    return found


def lookup(record: Record) -> Lookup:
    """Return one answer of ``lookups``."""
    return Lookup(
        side=Side(record["side"]),
        object=str(record["object"]),
        kind=str(record["kind"]),
        key=str(record["key"]),
        status=LookupStatus(record["status"]),
        record_ids=tuple(map(str, record.get("record_ids") or ())),
        at=moment(record.get("at")),
    )


def snapshot(record: Record) -> SheetSnapshot:
    """Return the end mark of a complete read of the sheet."""
    return SheetSnapshot(
        spreadsheet_id=str(record["spreadsheet_id"]),
        gid=int(record["gid"]),
        title=str(record.get("title") or ""),
        time_zone=str(record.get("time_zone") or ""),
        header=tuple(map(str, record.get("header") or ())),
        version=str(record.get("version") or ""),
        rows=int(record["rows"]),
        read_at=moment(record["read_at"]) or datetime.min.replace(tzinfo=UTC),
        edited_at=moment(record.get("edited_at")),
    )


def count(record: Record) -> CrmCount:
    """Return how many linked records a CRM counts."""
    return CrmCount(
        side=Side(record["side"]),
        object=str(record["object"]),
        portal_id=str(record.get("portal_id") or ""),
        total=int(record.get("linked_total") or 0),
        address=str(record.get("address") or ""),
        calls=_calls(record),
    )


def _calls(record: Record) -> Calls | None:
    allowed = record.get("calls_allowed")
    return Calls(int(record.get("calls_used") or 0), int(allowed)) if allowed else None


def import_people(record: Record) -> ImportPeople:
    """Return whom an import is about, of ``imports``."""
    return ImportPeople.from_json(record)


def import_tab(record: Record) -> ImportTab:
    """Return the tab an import goes into, of ``import_tabs``."""
    return ImportTab.from_json(record)


def status(record: Record) -> SideStatus:
    """Return whether a side could be read."""
    return SideStatus(
        side=Side(record["side"]),
        state=SideState(record["state"]),
        code=str(record.get("code") or ""),
        message=str(record.get("message") or ""),
        rules=str(record.get("rules") or ""),
    )


def moment(text: object) -> datetime | None:
    """Return the moment of an ISO text, with its zone."""
    if isinstance(text, datetime):
        found = text
    elif text:
        found = datetime.fromisoformat(str(text))
    else:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
