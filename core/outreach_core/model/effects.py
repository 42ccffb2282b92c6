"""What happened once and is told once: an e-mail went out, somebody answered, an answer was positive.

The rule: a *happening* is what the sheet proved, whatever it shows today (the outreach system clears its own
dates); an *effect* is that a CRM was told of it, create-once, under a key without a date in it (RECONCILE
B13).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach_core.model.sides import Side
from outreach_core.model.values import Json


class HappeningKind(StrEnum):
    """What can happen to a row."""

    EMAIL = "email"  # an e-mail was sent; numbered, a row can be written to again
    REPLY = "reply"  # somebody answered; numbered
    POSITIVE = "positive"  # an answer was positive; once per row and campaign, ever


class EffectKind(StrEnum):
    """What a CRM is told, once each."""

    EMAIL = "email"
    REPLY = "reply"
    DEAL = "deal"
    COMPANY = "company"  # the row's person belongs to the row's company


@dataclass(frozen=True, slots=True)
class ShownEmail:
    """What a row shows of the e-mail sent to it.

    Attributes:
        at: ``Date Sent``; ``None`` where the cell is blank or no date.
        status: The row's ``Status`` as shown.
    """

    at: datetime | None = None
    status: str = ""
    subject: str = ""
    body: str = ""

    def to_json(self) -> dict[str, Json]:
        """Return the form kept in the ledger."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "status": self.status,
            "subject": self.subject,
            "body": self.body,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> ShownEmail:
        """Rebuild it from the ledger's form or from a record of ``sent_emails``."""
        return cls(
            moment(data.get("at")),
            str(data.get("status") or ""),
            str(data.get("subject") or ""),
            str(data.get("body") or ""),
        )


@dataclass(frozen=True, slots=True)
class ShownReply:
    """What a row shows of an answer.

    Attributes:
        at: When it came, as far as the sheet says.
        sentiment: ``positive``, ``negative``, ``neutral``, ``out_of_office`` or ``unsure``.
        decided: The sheet's own ``Sentiment`` column says so, not our rules.
    """

    at: datetime | None = None
    status: str = ""
    text: str = ""
    sentiment: str = "unsure"
    decided: bool = False

    def to_json(self) -> dict[str, Json]:
        """Return the form kept in the ledger."""
        return {
            "at": self.at.isoformat() if self.at else None,
            "status": self.status,
            "text": self.text,
            "sentiment": self.sentiment,
            "decided": self.decided,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> ShownReply:
        """Rebuild it from the ledger's form or from a record of ``replies``."""
        return cls(
            moment(data.get("at")),
            str(data.get("status") or ""),
            str(data.get("text") or ""),
            str(data.get("sentiment") or "unsure"),
            bool(data.get("decided")),
        )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something the sheet proved.

    Attributes:
        n: Counts the row's happenings of this kind, from 1.
        at: When; the best that is known.
        after: With ``before``, the bounds of a time nobody wrote down.
        estimated: ``at`` is not written anywhere; it lies between the bounds.
        follows: For an answer: the number of the e-mail it came after, 0 if none is known.
    """

    rid: str
    kind: HappeningKind
    n: int
    at: datetime
    after: datetime | None = None
    before: datetime | None = None
    estimated: bool = False
    subject: str = ""
    body: str = ""
    status: str = ""
    follows: int = 0


@dataclass(frozen=True, slots=True)
class RowWatch:
    """What is remembered of a row between two happenings.

    Attributes:
        unsent_at: When the row was last seen not to have been sent.
        armed: It went back to be sent again since the last e-mail.
        pulled: The ``Status`` we carried into the sheet ourselves; it proves nothing while it stands.
        checked: The CRMs of which it is known what they were told of a row older than this ledger.
    """

    rid: str
    unsent_at: datetime | None = None
    armed: bool = False
    pulled: str = ""
    checked: tuple[Side, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """What is known of telling one CRM of one happening (the outbox).

    Attributes:
        state: ``done``, ``rejected`` or ``open``.
        missed_at: When a look-up first did not find what an unanswered call may have written, by the
            CRM's own clock.
        input_hash: What was refused; tried again when it changes.
        ignored: A person does not want to hear of the refusal until then.
    """

    event_key: str
    side: Side
    kind: EffectKind
    rid: str
    n: int
    state: str
    record_id: str | None = None
    missed_at: datetime | None = None
    input_hash: str = ""
    error_text: str = ""
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Company:
    """The company of a website host, as one CRM has it; ``record_id`` ``None`` until acknowledged."""

    side: Side
    host: str
    record_id: str | None = None
    name: str = ""  # as we last wrote it; empty where a person made the company
    made_by_us: bool = False


@dataclass(frozen=True, slots=True)
class EffectRules:
    """Which effects one CRM gets.

    Attributes:
        objects: The CRM's object of each kind; an absent kind is switched off.
        keyed: The kinds that carry their key as a unique value, so that they may be said again.
        company_object: Where companies are records of their own.
        deal_name: Pattern of a deal's name.
        close_in_days: From the positive answer to the deal's close date.
    """

    objects: Mapping[EffectKind, str] = field(default_factory=dict)
    keyed: frozenset[EffectKind] = frozenset()
    company_object: str = ""
    deal_name: str = "{business_name}"
    close_in_days: int = 30


def event_key(campaign_id: str, rid: str, kind: EffectKind, n: int | str) -> str:
    """Return the key of an effect: the same in every process, and without anything that may change."""
    text = "\x1f".join((campaign_id, rid, str(kind), str(n)))
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def company_key(host: str) -> str:
    """Return what the refusal of a company is kept under, beside the effects."""
    return f"company:{host}"[:64]


def moment(text: Json) -> datetime | None:
    """Return the moment of an ISO text with an offset; ``None`` for nothing."""
    if isinstance(text, datetime):
        return text
    return datetime.fromisoformat(str(text)) if text else None
