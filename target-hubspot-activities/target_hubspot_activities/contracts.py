"""What anybody may pipe into the target without a ledger: the columns of each stream, as JSON Schema and prose.

Rule: stands here once. The target checks plain records by it, and docs/reference is written from it
(`make reference`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from outreach_core.errors import ConfigError

Record = Mapping[str, Any]
KEY_TYPES = ["string", "number"]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# of the SDK, of the ledger's envelope: no columns of anybody's
FOREIGN = r"^(_sdc_.*|_sync|intent_id)$"
# https://datatracker.ietf.org/doc/html/rfc3339#section-5.6, with a space allowed and seconds optional
TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$"


@dataclass(frozen=True)
class Column:
    """One column of a stream.

    Attributes:
        means: For people; one sentence.
        words: The only values it takes, if there are only some; the first is taken where it is blank.
        time: Whether it is a time with an offset.
        number: Whether it may be a JSON number.
        example: One value that HubSpot takes.
    """

    name: str
    means: str
    required: bool = False
    words: tuple[str, ...] = ()
    time: bool = False
    number: bool = False
    example: str = ""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a value."""
        types = [
            "string",
            *(["number"] if self.number else []),
            *([] if self.required else ["null"]),
        ]
        found: dict[str, Any] = {"description": self.means}
        found["type"] = types[0] if len(types) == 1 else types
        if self.words:
            found["enum"] = [*self.words, *([] if self.required else ["", None])]
        if self.time:
            found["pattern"] = TIME if self.required else f"{TIME}|^$"
        elif self.required:
            found["pattern"] = r"\S"
        return found


@dataclass(frozen=True)
class Contract:
    """One stream.

    Attributes:
        about: What a record is; one sentence.
        twice: What saying a record twice does, and by what it is recognised.
        any_of: Columns of which a record needs one that is not blank; the first one given counts.
        more: What any further column is; blank: there are none.
    """

    stream: str
    about: str
    twice: str
    columns: tuple[Column, ...]
    any_of: tuple[str, ...] = ()
    more: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The columns that have a meaning of their own."""
        return frozenset(column.name for column in self.columns)

    def check_columns(self, records: Iterable[Record]) -> None:
        """Stop if records have columns that mean nothing: one may be misspelt.

        Raises:
            ConfigError: ``unknown_column``.
        """
        given = {name for record in records for name in record} - self.names
        strangers = sorted(name for name in given if not self.more and not re.match(FOREIGN, name))
        if strangers:
            raise ConfigError(
                f"A record of {self.stream} has no column {', '.join(strangers)}.",
                code="unknown_column",
                remedy=f"It has {', '.join(column.name for column in self.columns)}.",
                columns=tuple(strangers),
            )

    def trouble(self, record: Record) -> dict[str, str] | None:
        """Return why a record cannot be taken, without quoting it; nothing if it can."""
        missing = [c.name for c in self.columns if c.required and not text(record, c.name)]
        if missing:
            return {"code": "incomplete", "message": f"{', '.join(missing)} is missing."}
        if self.any_of and not any(text(record, name) for name in self.any_of):
            return {"code": "no_key", "message": f"One of {', '.join(self.any_of)} is needed."}
        for column in self.columns:
            value = text(record, column.name)
            if value and column.words and value.lower() not in column.words:
                known = ", ".join(column.words)
                return {"code": "unknown_word", "message": f"{column.name} is none of {known}."}
            if value and column.time and not is_time(value):
                return {"code": "bad_time", "message": f"{column.name} is no time with an offset."}
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of a record."""
        found: dict[str, Any] = {
            "$schema": DIALECT,
            "title": self.stream,
            "description": f"{self.about} {self.twice}",
            "type": "object",
            "properties": {column.name: column.schema() for column in self.columns},
        }
        required = [column.name for column in self.columns if column.required]
        if required:
            found["required"] = required
        if self.any_of:
            found["anyOf"] = [
                {"required": [name], "properties": {name: {"type": KEY_TYPES, "pattern": r"\S"}}}
                for name in self.any_of
            ]
        found["patternProperties"] = {FOREIGN: True}
        further = {"description": self.more, "type": ["string", "number", "boolean", "null"]}
        found["additionalProperties"] = further if self.more else False
        return found


def is_time(value: str) -> bool:
    """Return whether a text is a time with an offset, on a day that exists."""
    try:
        return bool(re.match(TIME, value)) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def text(record: Record, name: str) -> str:
    """Return a column's value without white space around it; a missing one is blank."""
    value = record.get(name)
    return "" if value is None else str(value).strip()


CONTACTS = Contract(
    "contacts",
    "A person.",
    "Said twice, a contact is written once and then again with the same values: it is recognised by `id`, "
    "else by `outreach_row_id`, else by `email`. A later record changes what it says and nothing else; a "
    "blank column changes nothing.",
    (
        Column("id", "HubSpot's id of a contact that is there.", number=True, example="151"),
        Column(
            "outreach_row_id",
            "A key of your own. HubSpot keeps it unique once `outreach provision hubspot` has run.",
            example="row-1",
        ),
        Column(
            "email", "E-mail address; no two contacts have the same.", example="ada@example.com"
        ),
    ),
    any_of=("id", "outreach_row_id", "email"),
    more="Any contact property by its internal name: `firstname`, `lastname`, `phone`, `company`, `website`, "
    "`city`, your own.",
)
COMPANIES = Contract(
    "companies",
    "A company.",
    "Said twice, a company is written once and then again with the same values: it is recognised by `id`, "
    "else by the host of `domain`. Where several companies have the domain, none is chosen and the record is "
    "refused. A blank column changes nothing.",
    (
        Column("id", "HubSpot's id of a company that is there.", number=True, example="802"),
        Column(
            "domain",
            "The website: `bluefinch.example.com`, or any address on it. Hosts that belong to everybody "
            "(`instagram.com`) are companies here like any other.",
            example="bluefinch.example.com",
        ),
        Column(
            "name",
            "Its name; a new company without one is called by its host.",
            example="Bluefinch",
        ),
    ),
    any_of=("id", "domain"),
    more="Any company property by its internal name: `phone`, `city`, `industry`, your own.",
)
EMAILS = Contract(
    "emails",
    "An e-mail that was sent or received, for the timeline of a contact who is there already.",
    "Said twice, an e-mail is logged once: it is recognised by `event_key`, or by contact, direction, the "
    "second it was sent and the subject. One that is logged is never changed.",
    (
        Column(
            "contact_email",
            "Whose timeline: an address of a contact. An address that nobody has is refused.",
            required=True,
            example="ada@example.com",
        ),
        Column(
            "sent_at",
            "When it was sent, with an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15+03:00`.",
            required=True,
            time=True,
            example="2026-11-20T09:15:42Z",
        ),
        Column("subject", "Its subject; white space is made even.", example="Your autumn menu"),
        Column(
            "body",
            "Its text; what is longer than 65,000 characters is cut, and says so.",
            example="Hello Ada,",
        ),
        Column(
            "direction",
            "Whether you sent it to the contact or the contact sent it to you.",
            words=("outgoing", "incoming"),
            example="outgoing",
        ),
        Column("status", "What became of it.", words=("sent", "bounced", "failed"), example="sent"),
        Column(
            "sender", "Your own address in it, whichever way it went.", example="sales@example.com"
        ),
        Column("contact_name", "The contact's name in it.", example="Ada Terzi"),
        Column(
            "event_key",
            "A key of your own for this e-mail. HubSpot does not keep it unique; the target looks for it "
            "among the contact's e-mails.",
            example="mail-1",
        ),
        Column(
            "company_domain",
            "The company's website, to show the e-mail there too; else the contact's own company.",
            example="bluefinch.example.com",
        ),
        Column("not_before", "Where `sent_at` is a guess: the earliest time.", time=True),
        Column(
            "not_after",
            "Where `sent_at` is a guess: the latest time. The body then ends with a line that says so.",
            time=True,
        ),
    ),
)
DEALS = Contract(
    "deals",
    "A deal.",
    "Said twice, a deal is made once: it is recognised by `event_key`, which HubSpot keeps unique. One that is "
    "there is never changed, moved or closed, whatever a later record says.",
    (
        Column("event_key", "A key of your own for this deal.", required=True, example="deal-1"),
        Column("name", "Its name.", required=True, example="Bluefinch"),
        Column(
            "contact_email",
            "The contact it is about, who is there already. An address that nobody has is refused; without one "
            "the deal is nobody's.",
            example="ada@example.com",
        ),
        Column(
            "company_domain",
            "The website of the company it is about; else the contact's own company.",
            example="bluefinch.example.com",
        ),
        Column("pipeline", "The pipeline's internal name.", example="default"),
        Column("stage", "The stage's internal name.", example="appointmentscheduled"),
        Column("amount", "Its worth, a number.", number=True, example="1200"),
        Column("owner", "Whose it is: an owner's id or e-mail address.", example="31"),
        Column(
            "close_date",
            "When it should close: a date, or a time with an offset.",
            example="2026-12-31",
        ),
    ),
)
CONTRACTS: Mapping[str, Contract] = {
    contract.stream: contract for contract in (CONTACTS, COMPANIES, EMAILS, DEALS)
}
