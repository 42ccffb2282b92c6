"""A world around the planner alone: thousands of random days in seconds, kills included.

The rule: a tab, a CRM and a ledger as plain data, each write landing or not, heard or not. What holds at
rest: nothing typed is lost, linked sides agree, one owner a record, every row in one bucket.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from outreach_core.merge import Rules, make_plan
from outreach_core.model import (
    CrmRecord,
    FieldValue,
    Intent,
    IntentKind,
    IntentState,
    LinkState,
    Lookup,
    LookupStatus,
    Operation,
    SheetRow,
    SheetSnapshot,
    Side,
)
from outreach_core.model.fields import FieldSpec, FieldType
from outreach_core.model.planning import KnownRow, Link, Plan, PlanningInput, PlanStatus, RowState
from outreach_core.model.policy import Policy

NAMES = ("email", "phone", "city")
OBJECT = (Side.HUBSPOT, "contacts")
Texts = dict[str, str | None]
SNAPSHOT = SheetSnapshot(
    "sheet", 0, "T", "UTC", ("_sync_id",), "1", 1, datetime(2026, 11, 1, tzinfo=UTC)
)
_BOTH = (Side.SHEET, Side.HUBSPOT)
SPECS = {name: FieldSpec(name, FieldType.TEXT, _BOTH) for name in NAMES}
RULES = Rules(SPECS, Policy(), (Side.HUBSPOT,), {Side.HUBSPOT: "contacts"}, "rules-1")


def rid(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def shown(text: str | None) -> FieldValue:
    return FieldValue(text, text, text)


@dataclass
class Row:
    texts: Texts
    rid: str | None = None


@dataclass
class Contact:
    texts: Texts
    owner: str | None = None
    archived: bool = False
    into: str | None = None
    merged: tuple[str, ...] = ()
    other_mails: tuple[str, ...] = ()

    def mails(self) -> tuple[str, ...]:
        own = self.texts["email"]
        return (*((own,) if own else ()), *self.other_mails)


@dataclass
class Model:
    """Both sides, what is remembered, and the people."""

    random: random.Random
    rows: list[Row] = field(default_factory=list)
    contacts: dict[str, Contact] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    bases: dict[tuple[str, Side], dict[str, FieldValue]] = field(default_factory=dict)
    known: dict[str, KnownRow] = field(default_factory=dict)
    asked: dict[tuple[str, str], Any] = field(default_factory=dict)
    doubtful: list[Intent] = field(default_factory=list)
    staged: dict[str, CrmRecord] = field(default_factory=dict)
    history: set[str | None] = field(default_factory=set)
    typed: dict[str, str] = field(default_factory=dict)
    deleted: list[Row] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    plans: int = 0
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    last: Plan | None = None
    wrote: int = 0

    def __post_init__(self) -> None:
        for number in range(self.random.randrange(2, 5)):
            texts: Texts = {"email": f"b{number}", "phone": "1", "city": "A"}
            self.rows.append(Row(texts))
            if self.random.random() < 0.4:
                self.contact({**texts, "phone": self.random.choice("12")})

    # what people do

    def contact(self, texts: Texts, **more: Any) -> str:
        record_id = str(100 + len(self.contacts))
        self.contacts[record_id] = Contact(dict(texts), **more)
        return record_id

    def live(self) -> list[str]:
        return [k for k, c in self.contacts.items() if not c.archived and not c.into]

    def having(self, mail: str | None, besides: str = "") -> list[str]:
        return [k for k in self.live() if mail in self.contacts[k].mails() and k != besides]

    def visible(self) -> set[str | None]:
        there = [c.texts for c in self.contacts.values() if not c.into]
        return {
            text for texts in [*there, *(r.texts for r in self.rows)] for text in texts.values()
        }

    def act(self) -> None:
        doings = {
            self.type: 10,
            self.edit: 10,
            self.edit_both: 4,
            self.delete_row: 2,
            self.undo: 2,
            self.copy: 2,
            self.append: 2,
            self.delete_contact: 2,
            self.restore: 2,
            self.merge: 1,
            lambda: self.random.shuffle(self.rows): 2,
        }
        before = self.visible()
        self.random.choices(list(doings), list(doings.values()))[0]()
        gone = before - self.visible()
        self.typed = {text: line for text, line in self.typed.items() if text not in gone}

    def text(self, name: str = "") -> str | None:
        if name not in ("", "email") and self.random.random() < 0.25:
            return None
        return f"v{next(self.numbers)}"

    def put(self, texts: Texts, name: str, value: str | None, who: str) -> None:
        self.said.append(f"{who} {name}: {texts[name]} -> {value}")
        texts[name] = value
        if value:
            self.typed[value] = self.said[-1]

    def type(self) -> None:
        row, name = self.random.choice(self.rows), self.random.choice(NAMES)
        value = self.text(name)
        if name == "email" and self.random.random() < 0.4:
            value = self.random.choice([None, *(other.texts["email"] for other in self.rows)])
        self.put(row.texts, name, value, f"row {row.rid}")

    def edit(self) -> None:
        for key in self.random.sample(self.live(), min(1, len(self.live()))):
            name = self.random.choice(NAMES)
            self.put(self.contacts[key].texts, name, self.text(name), f"contact {key}")

    def edit_both(self) -> None:
        row, name = self.random.choice(self.rows), self.random.choice(NAMES[1:])
        for key in self.live():
            if row.rid and self.contacts[key].owner == row.rid:
                self.put(self.contacts[key].texts, name, self.text(name), f"contact {key}")
                self.put(row.texts, name, self.text(name), f"row {row.rid}")

    def delete_row(self) -> None:
        if len(self.rows) > 1:
            self.deleted.append(self.rows.pop(self.random.randrange(len(self.rows))))
            self.said.append(f"row {self.deleted[-1].rid} deleted")

    def undo(self) -> None:
        if self.deleted:
            row = self.deleted.pop()
            if self.random.random() < 0.3 or row.rid in {other.rid for other in self.rows}:
                row = Row(row.texts)
            self.said.append(f"row {row.rid} is there again")
            self.rows.insert(self.random.randrange(len(self.rows) + 1), row)

    def copy(self) -> None:
        place = self.random.randrange(len(self.rows))
        row = self.rows[place]
        self.said.append(f"row {row.rid} copied")
        self.rows.insert(place + 1, Row(dict(row.texts), row.rid))

    def append(self) -> None:
        mails = [self.text(), self.text(), *(self.contacts[k].texts["email"] for k in self.live())]
        self.rows.append(Row({"email": self.random.choice(mails), "phone": None, "city": None}))
        self.said.append(f"row with {self.rows[-1].texts['email']} appended")

    def delete_contact(self) -> None:
        for key in self.random.sample(self.live(), min(1, len(self.live()))):
            self.contacts[key].archived = True
            self.said.append(f"contact {key} deleted")

    def restore(self) -> None:
        for key, contact in self.contacts.items():
            if contact.archived and not self.having(contact.texts["email"]):
                contact.archived = False
                self.said.append(f"contact {key} restored")
                return

    def merge(self) -> None:
        if len(self.live()) < 2:
            return
        pair = self.random.sample(self.live(), 2)
        one, two = (self.contacts[key] for key in pair)
        texts = {name: one.texts[name] or two.texts[name] for name in NAMES}
        mails = tuple(m for m in (*one.mails(), *two.mails()) if m != texts["email"])
        merged = (*pair, *one.merged, *two.merged)
        owner = one.owner or two.owner
        new = self.contact(texts, owner=owner, merged=merged, other_mails=mails)
        for contact in self.contacts.values():
            if contact in (one, two) or contact.into in pair:
                contact.into = new
        self.said.append(f"contacts {pair} merged into {new}")

    # a run

    def stage(self, key: str) -> None:
        c = self.contacts[key]
        texts = {name: shown(text) for name, text in c.texts.items()}
        more = {"external_id": c.owner, "emails": c.mails(), "merged_ids": c.merged}
        self.staged[key] = CrmRecord(*OBJECT, key, texts, archived=c.archived, **more)

    def lookups(self, *, verify: bool) -> tuple[Lookup, ...]:
        found: dict[tuple[str, str], list[str]] = {}
        settled = {link.rid for link in self.links.values() if link.state is not LinkState.DETACHED}
        for row in self.rows:
            if row.rid not in settled and row.texts["email"]:
                found["email", row.texts["email"]] = self.having(row.texts["email"])
        for left in self.doubtful:
            mine = [key for key in self.live() if self.contacts[key].owner == left.rid]
            found["external_id", left.rid] = mine
        answers = [
            Lookup(
                *OBJECT, kind, key, LookupStatus.FOUND if ids else LookupStatus.MISSING, tuple(ids)
            )
            for (kind, key), ids in found.items()
        ]
        linked = {link.record_id for link in self.links.values()} if verify else set()
        return (*answers, *(self.settled(key) for key in sorted(linked)))

    def settled(self, key: str) -> Lookup:
        self.stage(key) if not self.contacts[key].into else None
        contact = self.contacts[key]
        if contact.into:
            return Lookup(*OBJECT, "id", key, LookupStatus.MERGED, (contact.into,))
        status = LookupStatus.DELETED if contact.archived else LookupStatus.FOUND
        return Lookup(*OBJECT, "id", key, status, (key,))

    def given(self, *, verify: bool) -> PlanningInput:
        for key in self.live():
            self.stage(key)
        lookups = self.lookups(verify=verify)
        rows = tuple(
            SheetRow(number, row.rid, "", {name: shown(text) for name, text in row.texts.items()})
            for number, row in enumerate(self.rows, 2)
        )
        return PlanningInput(
            snapshot=SNAPSHOT,
            rows=rows,
            records={(*OBJECT, key): record for key, record in self.staged.items()},
            lookups=lookups,
            links=tuple(self.links.values()),
            known_rows=dict(self.known),
            bases=self.bases,
            conflicts=tuple(self.asked.values()),
            left_over=tuple(self.doubtful),
            first_sync_done=True,
            fingerprint=RULES.fingerprint,
        )

    def run(self, kill: tuple[int, bool] | None = None, *, verify: bool = True) -> None:
        """Plan and deliver; killed at an intent: before its write lands, or after, unheard."""
        self.plans += 1
        mint = lambda: rid(next(self.numbers))  # noqa: E731
        made = make_plan(self.given(verify=verify), RULES, mint, f"p{self.plans:04d}")
        self.last, self.wrote, self.refused = made, 0, set()
        self.said.append(f"RUN {made.status} {len(made.intents)} writes, kill {kill}")
        self.store(made)
        for number, intent in enumerate(made.intents):
            killed = kill is not None and kill[0] == number
            done = [] if killed and kill and not kill[1] else self.write(intent)
            if killed:
                self.doubtful.append(intent)
                return
            self.acknowledge(intent, done)

    def store(self, made: Plan) -> None:
        assert made.status is PlanStatus.DELIVERABLE, made.guards
        for left in self.doubtful:
            if made.settled.get(left.intent_id) is IntentState.DONE:
                self.remember(left, list(left.changes))
        self.doubtful = [i for i in self.doubtful if i.intent_id not in made.settled]
        self.known |= {row.rid: row for row in made.rows}
        self.links |= {link.rid: link for link in made.links}
        for move in made.base_moves:
            self.bases.setdefault((move.rid, move.side), {})[move.field] = move.value
        closed = {(c.rid, c.field) for c in made.closed}
        self.asked = {where: c for where, c in self.asked.items() if where not in closed}
        for c in made.conflicts:
            self.asked[c.rid, c.field] = replace(c, conflict_id=f"{c.rid}-{c.field}")
        owned = [x.record_id for x in self.links.values() if x.state is LinkState.ACTIVE]
        assert len(owned) == len(set(owned)), f"two rows own one of {owned}"

    def write(self, intent: Intent) -> list[str]:
        if intent.kind is IntentKind.ROW_ID:
            row = self.rows[(intent.row or 0) - 2]
            row.rid, self.wrote = intent.rid, self.wrote + 1
            self.known[intent.rid] = KnownRow(intent.rid, confirmed=True, present=True)
            return []
        if intent.operation is Operation.CREATE:
            return self.create(intent)
        mine = [row.texts for row in self.rows if row.rid == intent.rid]
        if intent.side is Side.HUBSPOT:
            contact = self.contacts[intent.record_id or ""]
            contact.owner = contact.owner or intent.rid
            mail = intent.changes.get("email")
            if mail and mail.new.value and self.having(mail.new.value, intent.record_id or ""):
                self.refused.add(intent.rid)
                return []
            mine = [] if contact.archived or contact.into else [contact.texts]
        done = [n for n in intent.changes if n in NAMES for _ in mine]
        for texts in mine:
            texts |= {name: intent.changes[name].new.value for name in done}
        self.wrote += len(done)
        return done

    def create(self, intent: Intent) -> list[str]:
        texts = {n: intent.changes[n].new.value if n in intent.changes else None for n in NAMES}
        if intent.rid not in {row.rid for row in self.rows} or self.having(texts["email"]):
            return []
        self.contact(texts, owner=intent.rid)
        self.wrote += 1
        return list(intent.changes)

    def acknowledge(self, intent: Intent, done: list[str]) -> None:
        if done and intent.operation is Operation.CREATE:
            self.links[intent.rid] = Link(intent.rid, *OBJECT, list(self.contacts)[-1])
        self.remember(intent, done)
        for name in done:
            change = intent.changes[name]
            for side, value in {**change.sources, intent.side: change.new}.items():
                self.bases.setdefault((intent.rid, side), {})[name] = value

    def remember(self, intent: Intent, done: list[str]) -> None:
        for name in done:
            self.history |= {intent.changes[name].expected.value, intent.changes[name].new.value}

    # what holds at rest

    def broken(self) -> list[str]:
        assert self.last is not None
        kept = {v.value for c in self.asked.values() for v in c.values.values()}
        known = self.visible() | self.history | kept
        wrong = [f"lost: {line}" for text, line in self.typed.items() if text not in known]
        rows = {row.rid: row for row in self.rows}
        wrong += ["two rows with one id"] * (len(rows) != len(self.rows))
        wrong += ["not one bucket a row"] * (len(self.last.verdicts) != len(self.rows))
        for link in self.links.values():
            if link.state is LinkState.ACTIVE and link.rid not in self.refused:
                wrong += self.apart(link, rows.get(link.rid), self.contacts[link.record_id])
        for verdict in self.last.verdicts:
            linked = verdict.rid in self.links and self.links[verdict.rid].state
            owns = linked is LinkState.ACTIVE
            if (verdict.state, owns) in ((RowState.SYNCED, False), (RowState.DUPLICATE, True)):
                wrong.append(f"{verdict.rid} is called {verdict.state}, its link is {linked}")
        return wrong

    def apart(self, link: Link, row: Row | None, contact: Contact) -> list[str]:
        if (link.rid, "(deleted)") in self.asked:
            return []
        if row is None or contact.archived or contact.into:
            return [f"{link.rid} is linked to {link.record_id}, one of which is gone"]
        return [
            f"{link.rid} {name}: {row.texts[name]} here, {contact.texts[name]} there"
            for name in NAMES
            if row.texts[name] != contact.texts[name] and (link.rid, name) not in self.asked
        ]
