"""What a side showed, in the form the planner reads. One place for the staged shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach_core.model.effects import ShownEmail, ShownReply
from outreach_core.model.evidence import Edits
from outreach_core.model.sides import Side
from outreach_core.model.values import FieldValue, Problem


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One non-blank row of the outreach tab.

    Attributes:
        row: 1-based row number in the snapshot; never an identity.
        sync_id: Content of the ``_sync_id`` cell, ``None`` if blank.
        fingerprint: Hash over the cells that are not ours; finds the row again before its id exists.
        fields: Canonical fields by name.
        problems: Fields whose value cannot be used, by name.
        system: Our own columns' cells as shown (header → text).
        paused: The ``Pause Sync`` box is ticked.
        host: The website's host, ``None`` where it has none of its own.
        sent: What it shows of an e-mail sent.
        reply: What it shows of an answer.
        edits: When its cells were edited, by field; what a row shows is the same whatever is known of it.
    """

    row: int
    sync_id: str | None
    fingerprint: str
    fields: Mapping[str, FieldValue]
    problems: Mapping[str, Problem] = field(default_factory=dict)
    system: Mapping[str, str] = field(default_factory=dict)
    paused: bool = False
    host: str | None = None
    sent: ShownEmail | None = None
    reply: ShownReply | None = None
    edits: Edits = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """One CRM record as last observed.

    Attributes:
        fields: By canonical name; those that only we write are among them.
        external_id: ``outreach_row_id`` / ``Outreach_Id__c``, ``None`` if blank.
        emails: Lower-cased primary and secondary addresses.
        merged_ids: Ids that were merged into this record.
        updated_at: The CRM's own modification time (its clock).
        observed_at: When we read it (our clock).
        extra: Read-only values shown in our columns (``crm_status``, ``last_contacted``).
        converted_to: The contact a Salesforce lead was converted to; it is read-only since.
        rules: Fingerprint of the side's rules it was read with; empty where nobody said.
        edits: When its fields were edited.
    """

    side: Side
    object: str
    record_id: str
    fields: Mapping[str, FieldValue]
    external_id: str | None = None
    emails: tuple[str, ...] = ()
    archived: bool = False
    merged_ids: tuple[str, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    updated_at: datetime | None = None
    observed_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    converted_to: str | None = None
    rules: str = ""
    edits: Edits = field(default_factory=dict, compare=False)


class LookupStatus(StrEnum):
    """Answer of a look-up by id or unique property, read from the store and never from search."""

    FOUND = "found"
    MISSING = "missing"  # not in a batch read, and no more is known yet
    DELETED = "deleted"  # confirmed: archived, or gone after a single GET
    MERGED = "merged"  # resolves to another id (``record_ids[0]``)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One answered question about particular records.

    ``key`` is what was asked for, ``at`` when, by the CRM's own clock, and ``kind`` one of

        id, external_id, email   of a person's record
        host                     companies with this website
        event                    the record that carries an effect's key
        told_of                  a person's record, all of whose e-mails were listed
        marker                   ``<record id>:<email_marker>``: an e-mail of that person
    """

    side: Side
    object: str
    kind: str
    key: str
    status: LookupStatus
    record_ids: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SheetSnapshot:
    """The end mark of a complete read of the outreach tab."""

    spreadsheet_id: str
    gid: int
    title: str
    time_zone: str
    header: tuple[str, ...]
    version: str
    rows: int
    read_at: datetime
    previous_read_at: datetime | None = None
    edited_at: datetime | None = None  # no cell was edited later, where that is known


class SideState(StrEnum):
    """Whether a side can be worked with in this run."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    MISCONFIGURED = "misconfigured"


@dataclass(frozen=True, slots=True)
class SideStatus:
    """A side that could not be read is left untouched; the others go on.

    Attributes:
        rules: Fingerprint of the rules the side is read with since now.
    """

    side: Side
    state: SideState
    code: str = ""
    message: str = ""
    rules: str = ""
