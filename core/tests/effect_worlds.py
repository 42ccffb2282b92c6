"""Small worlds for tests of what happened and who is told: rows as the outreach system leaves them, reads, a ledger.

The rule: a test says what the cells show and when; what the ledger would remember is carried from one plan to
the next by ``Sheet``, as the ledger does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.tests.planning_worlds import RULES, SNAPSHOT, contact, fields, given, linked, plan, rid
from outreach_core.markers import email_marker
from outreach_core.merge import Rules
from outreach_core.model import (
    BLANK,
    CrmRecord,
    Effect,
    EffectKind,
    EffectRules,
    FieldValue,
    Happening,
    HappeningKind,
    Intent,
    IntentKind,
    IntentState,
    Lookup,
    LookupStatus,
    Operation,
    RowWatch,
    SheetRow,
    ShownEmail,
    ShownReply,
    Side,
    event_key,
)
from outreach_core.model.planning import KnownRow, Plan
from outreach_core.model.policy import StatusRules

DAY = datetime(2026, 11, 20, 9, tzinfo=UTC)
CAMPAIGN = f"{SNAPSHOT.spreadsheet_id}/{SNAPSHOT.gid}"
HOST = "a.example.com"

OBJECTS = {
    EffectKind.EMAIL: "emails",
    EffectKind.REPLY: "emails",
    EffectKind.DEAL: "deals",
    EffectKind.COMPANY: "associations",
}
EFFECTS = EffectRules(OBJECTS, frozenset((EffectKind.DEAL,)), "companies")
STATUS_RULES = StatusRules(
    push={
        "draft": "NEW",
        "approved": "OPEN",
        "sent": "ATTEMPTED_TO_CONTACT",
        "replied": "CONNECTED",
        "replied, positive": "OPEN_DEAL",
        "bounced": "UNQUALIFIED",
        "auto-reply": "ATTEMPTED_TO_CONTACT",
    },
    order=("NEW", "OPEN", "ATTEMPTED_TO_CONTACT", "CONNECTED", "OPEN_DEAL"),
    pull={"connected": "Replied", "unqualified": "Archived", "bad_timing": "Archived"},
)
TOLD = replace(RULES, effects={Side.HUBSPOT: EFFECTS})  # e-mails, answers, deals and companies
MOVED = replace(RULES, status={Side.HUBSPOT: STATUS_RULES})  # lead statuses alone


def at(hours: float = 0, **more: float) -> datetime:
    """A moment, counted from the morning of an ordinary day."""
    return DAY + timedelta(hours=hours, **more)


def minutes(count: float) -> datetime:
    """The same in minutes."""
    return DAY + timedelta(minutes=count)


def shows(
    status: str,
    sent: datetime | None = None,
    answered: datetime | None = None,
    text: str = "",
    sentiment: str = "unsure",
    *,
    decided: bool = False,
    number: int = 1,
    **more: Any,
) -> SheetRow:
    """A row with these cells, as the tap and the mapper hand it over."""
    word = status.strip().casefold()
    was_sent = sent is not None or word in ("sent", "replied", "bounced", "auto-reply")
    answer = answered is not None or text != "" or word in ("replied", "auto-reply")
    values: dict[str, FieldValue] = fields(
        email=f"b{number}@example.com", phone="1", city="A", status=status or None
    )
    values |= fields(**more.pop("values", {}))
    shown: dict[str, Any] = {
        "sent": ShownEmail(sent, status, "Hello", "Dear all") if was_sent else None,
        "reply": ShownReply(answered, status, text, sentiment, decided) if answer else None,
        "host": None,
        "sync_id": rid(number),
    }
    return SheetRow(number + 1, fingerprint=f"print-{number}", fields=values, **(shown | more))


@dataclass
class Sheet:
    """One tab read again and again; remembers what a ledger keeps of happenings.

    Attributes:
        more: What else the planner is given.
        rules: What the plans obey.
        minted: The number of the next row id.
    """

    more: dict[str, Any] = field(default_factory=dict)
    rules: Rules = RULES
    happenings: dict[tuple[str, HappeningKind, int], Happening] = field(default_factory=dict)
    watches: dict[str, RowWatch] = field(default_factory=dict)
    last: Plan | None = None
    minted: int = 900

    def read(self, moment: datetime, *rows: SheetRow) -> list[Happening]:
        """Read the tab and plan; return what is new."""
        world = given(
            rows,
            snapshot=replace(SNAPSHOT, read_at=moment),
            happenings=tuple(self.happenings.values()),
            watches=dict(self.watches),
            **self.more,
        )
        self.last = plan(world, self.rules, self.minted)
        self.minted += sum(i.kind is IntentKind.ROW_ID for i in self.last.intents)
        return self.keep(self.last)

    def keep(self, made: Plan) -> list[Happening]:
        """Remember what a plan found, and what it carries into Status cells."""
        self.happenings |= {(h.rid, h.kind, h.n): h for h in made.happenings}
        self.watches |= {watch.rid: watch for watch in made.watches}
        for row_id, word in made.pulled.items():
            self.carried(word, row_id)
        return list(made.happenings)

    def carried(self, word: str, row_id: str = rid(1)) -> None:
        """Remember a word that we carried into a Status cell."""
        known = self.watches.get(row_id, RowWatch(row_id))
        self.watches[row_id] = replace(known, pulled=word)

    def of(self, kind: HappeningKind, number: int = 1) -> list[Happening]:
        """Return a row's happenings of a kind, the oldest first."""
        mine = [h for h in self.happenings.values() if (h.rid, h.kind) == (rid(number), kind)]
        return sorted(mine, key=lambda h: h.n)

    def emails(self, number: int = 1) -> list[datetime]:
        """Return when a row was written to."""
        return [h.at for h in self.of(HappeningKind.EMAIL, number)]

    def replies(self, number: int = 1) -> list[datetime]:
        """Return when a row answered."""
        return [h.at for h in self.of(HappeningKind.REPLY, number)]

    def positive(self, number: int = 1) -> bool:
        """Whether an answer of a row was positive."""
        return bool(self.of(HappeningKind.POSITIVE, number))


def happened(kind: HappeningKind = HappeningKind.EMAIL, n: int = 1, **more: Any) -> Happening:
    """Something that is known to have happened to the first row."""
    usual = {"rid": rid(1), "at": at(), "subject": "Hello", "body": "Dear all", "status": "sent"}
    return Happening(kind=kind, n=n, **(usual | more))


def knowing(*known: Happening, row: SheetRow | None = None, **more: Any):
    """A world of one linked row of which this is known to have happened; its id was made here."""
    shown = row or shows("Sent", at())
    usual: dict[str, Any] = {
        "happenings": known,
        "known_rows": {rid(1): KnownRow(rid(1), confirmed=True, present=True, minted=True)},
    }
    records = more.pop("records", [contact(1)])
    return given([shown], records, more.pop("links", [linked(1)]), **(usual | more))


def key(kind: EffectKind = EffectKind.EMAIL, n: int | str = 1, number: int = 1) -> str:
    """The key of an effect of a row."""
    return event_key(CAMPAIGN, rid(number), kind, n)


def effect(kind: EffectKind = EffectKind.EMAIL, n: int = 1, **more: Any) -> Effect:
    """What the outbox holds of an effect; told, unless said otherwise."""
    where = {"event_key": key(kind, n), "side": Side.HUBSPOT, "rid": rid(1)}
    return Effect(**{**where, "kind": kind, "n": n, "state": "done", **more})


def told(made: Plan) -> list[tuple[str, int]]:
    """What a plan tells CRMs: kind and number, in the order of delivery."""
    return [
        (i.payload["kind"], i.payload["n"]) for i in made.intents if i.kind is IntentKind.EFFECT
    ]


def effects_of(made: Plan) -> list[Intent]:
    """The plan's intents that tell of something."""
    return [i for i in made.intents if i.kind is IntentKind.EFFECT]


def in_doubt(intent: Intent) -> Intent:
    """The same intent of an earlier run, its acknowledgement lost."""
    return replace(intent, intent_id="old-1", plan_id="old", state=IntentState.IN_DOUBT)


def listed(moment: datetime | None, *found: Lookup, record_id: str = "101") -> tuple[Lookup, ...]:
    """The answers of one complete listing of a contact's e-mails, at a moment of the CRM's clock."""
    complete = Lookup(
        Side.HUBSPOT, "emails", "told_of", record_id, LookupStatus.FOUND, (record_id,), moment
    )
    return (*found, complete)


def answer(kind: str, asked: str, *ids: str, obj: str = "emails", moment: datetime | None = None):
    """The answer to one question: found with these ids, or missing without."""
    status = LookupStatus.FOUND if ids else LookupStatus.MISSING
    return Lookup(Side.HUBSPOT, obj, kind, asked, status, ids, moment)


def marked(payload: Mapping[str, Any], *ids: str, subject: str | None = None) -> Lookup:
    """An e-mail of the contact that is like this one: its direction, second and subject."""
    as_logged = payload["subject"] if subject is None else subject
    marker = email_marker(payload["direction"], payload["at"], as_logged)
    return answer("marker", f"101:{marker}", *ids)


def company_left_over(operation: Operation = Operation.CREATE, **more: Any) -> Intent:
    """A company whose making or renaming was not acknowledged."""
    usual: dict[str, Any] = {
        "kind": IntentKind.COMPANY,
        "operation": operation,
        "object": "companies",
        "event_key": HOST,
        "payload": {"host": HOST, "name": "Sample Cafe", "expected_name": ""},
        "state": IntentState.IN_DOUBT,
    }
    return Intent("old-1", "old", 1, Side.HUBSPOT, rid=rid(1), **(usual | more))


def at_host(
    number: int = 1, host: str | None = HOST, name: str | None = "Sample Cafe", **more: Any
):
    """A row with a website; a Draft, so that nothing else happens to it."""
    return shows("Draft", number=number, host=host, values={"business_name": name}, **more)


def in_company(number: int, company_id: str, **more: Any) -> CrmRecord:
    """A contact that is in a company."""
    return replace(contact(number, **more), extra={"company_id": company_id})


def crm_status(value: str | None, **more: Any) -> CrmRecord:
    """The first row's contact with a lead status."""
    found = contact(1, **more)
    shown = FieldValue(value, value, value) if value else BLANK
    return replace(found, fields={**found.fields, "status": shown})
