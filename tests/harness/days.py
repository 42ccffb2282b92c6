"""Random days: what people and the outreach system do to one world, by a seed.

The rule: a day knows only what a person could see. It remembers what was typed and what a person
replaced; ``harness.laws`` holds the world to that. Every text typed is unlike every other, so that it
can be found again wherever it went. A fault or a kill may fall anywhere in a run.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from harness.desks import Desk, desk_of
from harness.kills import KillPoint, run_killed
from harness.story import OURS
from harness.world import World
from outreach_sandbox.kernel.client import ControlRefused

Row = dict[str, Any]
PLACES = ("Business Name", "Contact Person", "Email", "Phone", "Website", "Location")
THEIRS = ("Your Notes", "Generated Subject", "Response Details", "Status")
FAULTS: tuple[dict[str, Any], ...] = (
    {"status": 503, "kind": "before"},
    {"status": 503, "kind": "after"},
    {"status": 429, "kind": "before", "headers": {"Retry-After": "1"}},
    {"status": 401, "kind": "before"},
    {"reset": True, "kind": "before"},
    {"reset": True, "kind": "after"},
    {"truncate": True, "kind": "after"},
)
_AREAS = (202, 203, 205, 206, 207, 208, 209, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225)


def squeezed(text: object) -> str:
    """Return the letters and digits of a text: its spelling on either side does not matter then."""
    return re.sub(r"[^a-z0-9]", "", str(text).lower())


@dataclass
class Day:
    """The people of one world; ``said`` is their diary, for whoever looks into a failure.

    Attributes:
        typed: What was typed and not replaced by a person since, squeezed, with the diary's line.
        edits: By row id and column: what each side's people last made of it since the last rest.
        unclear: Row ids of which no single edit can be foretold (copied, merged, deleted, …).
    """

    world: World
    random: random.Random
    said: list[str] = field(default_factory=list)
    typed: dict[str, str] = field(default_factory=dict)
    edits: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    unclear: set[str] = field(default_factory=set)
    deleted: list[Row] = field(default_factory=list)
    count: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = desk_of(self.world.job, self.world.control)

    def act(self) -> None:
        """Do one thing; what it made vanish was replaced by a person."""
        choices: list[tuple[int, Callable[[], None]]] = [
            (16, self.type_cell),
            (16, self.edit_contact),
            (6, self.edit_both),
            (3, self.type_theirs),
            (3, self.sort),
            (2, self.insert_row),
            (2, self.delete_row),
            (3, self.undo_delete),
            (3, self.copy_row),
            (3, self.append),
            (3, self.outreach),
            (2, self.delete_contact),
            (3, self.restore_contact),
            (2, self.merge),
            (1, self.add_column),
            (2, self.change_address),
            (2, self.pause),
        ]
        doing = self.random.choices([c for _, c in choices], [w for w, _ in choices])[0]
        before, known = self.visible(), set(self.typed)
        try:
            doing()
        except (ControlRefused, LookupError) as refused:
            self.said.append(f"   not possible: {str(refused)[:150]}")
        after = self.visible()
        for text in [text for text in self.typed if text not in after]:
            if text in before or text not in known:
                del self.typed[text]

    def visible(self) -> str:
        """Return everything both sides show."""
        texts = [squeezed(value) for row in self.world.grid() for value in row]
        names = self.desk.places["Contact Person"]
        for record in self.desk.live() + self.desk.gone():
            shown = record["properties"]
            texts += [squeezed(value) for value in shown.values() if value]
            texts.append(squeezed("".join(str(shown.get(name)) for name in names)))
        return "|".join(texts)

    def text(self, place: str) -> str:
        """Return a new text that fits a column or property."""
        self.count += 1
        number = self.count
        match place.lower():
            case "email":
                return f"q{number}z@example.com"
            case "phone":
                return f"+1 {_AREAS[number // 100 % len(_AREAS)]} 555 01{number % 100:02d}"
            case "website":
                return f"https://q{number}z.example.com"
            case "contact person":
                return f"Fq{number}z Lq{number}z"
            case _:
                return f"Tq{number}z"

    def perhaps_blank(self, place: str) -> str:
        """Return a new text, or now and then none."""
        return "" if self.random.random() < 0.25 else self.text(place)

    # the sheet

    def a_row(self) -> tuple[int, Row]:
        """Return any row with something of theirs in it, and its number."""
        header, *rows = self.world.grid()
        named = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]
        there = [
            (number, row)
            for number, row in enumerate(named, 2)
            if any(value not in ("", None) for name, value in row.items() if name not in OURS)
        ]
        return self.random.choice(there)

    def put(self, row: int, column: str, value: Any) -> None:
        """Type into a cell; an apostrophe keeps a text that looks like a formula."""
        text = f"'{value}" if str(value)[:1] in "+=" and value else value
        self.world.control.people("google", "type", row=row, header=column, value=text)

    def type_cell(self, found: tuple[int, Row] | None = None, column: str = "") -> None:
        number, row = found or self.a_row()
        column = column or self.random.choice(list(PLACES))
        self._type(number, row, column, self.perhaps_blank(column))

    def _type(self, number: int, row: Row, column: str, value: str) -> None:
        rid = str(row.get("_sync_id") or "")
        self._say(f"row {number} ({rid[-6:]}) {column}: {row[column]!r} -> {value!r}", value)
        self.put(number, column, value)
        self._edited("sheet", rid, column, value)

    def change_address(self) -> None:
        """Type the address another row has."""
        self._type(*self.a_row(), "Email", str(self.a_row()[1]["Email"]))

    def type_theirs(self) -> None:
        number, _ = self.a_row()
        column = self.random.choice(THEIRS)
        value = self.random.choice(["Approved", "Draft"]) if column == "Status" else self.text("")
        self.said.append(f"row {number} {column}: {value!r}")
        self.put(number, column, value)

    def sort(self) -> None:
        by, descending = self.random.choice(list(PLACES)), self.random.random() < 0.5
        self.said.append(f"sort by {by}, descending {descending}")
        self.world.control.people("google", "sort", by=by, descending=descending)

    def insert_row(self) -> int:
        at = self.random.randrange(2, len(self.world.grid()) + 1)
        self.said.append(f"insert row {at}")
        self.world.control.people("google", "insert_row", at=at)
        return at

    def delete_row(self) -> None:
        number, row = self.a_row()
        self.said.append(f"delete row {number} ({row['_sync_id'][-6:]}) {row['Email']}")
        self.world.control.people("google", "delete_row", row=number)
        self.deleted.append(row)
        self.unclear.add(row["_sync_id"])

    def undo_delete(self) -> None:
        """Bring a deleted row back: as it was with its id, or typed again without."""
        row = self.deleted.pop(self.random.randrange(len(self.deleted) or 1))
        there = row["_sync_id"] in {shown["_sync_id"] for shown in self.world.rows()}
        again = there or self.random.random() < 0.3
        at = self.insert_row()
        self.said.append(f"   {'typed again' if again else 'undone'}: {row['_sync_id'][-6:]}")
        for name, value in row.items():
            if name and value not in ("", None) and not (again and name in OURS):
                self.put(at, name, value)
        self.unclear.add(row["_sync_id"])

    def copy_row(self) -> None:
        number, row = self.a_row()
        self.said.append(f"copy row {number} ({row['_sync_id'][-6:]})")
        self.world.control.people("google", "paste", from_row=number)
        self.unclear.add(row["_sync_id"])
        if self.random.random() < 0.5:
            self._type(number + self.random.randrange(2), row, "Email", self.text("email"))

    def append(self) -> None:
        (address,) = self.desk.places["Email"]
        known = [c["properties"].get(address) or "" for c in self.desk.live()]
        email = self.random.choice(known) if self.random.random() < 0.3 else self.text("email")
        row = {"Business Name": self.text(""), "Email": email, "Phone": self.text("phone")}
        self._say(f"append {row}", row["Business Name"])
        self.world.control.people("google", "outreach_append", rows=[row])

    def outreach(self) -> None:
        number, _ = self.a_row()
        doing = self.random.choice(["outreach_send", "outreach_send_failed", "outreach_reply"])
        self.said.append(f"{doing} row {number}")
        self.world.control.people("google", doing, row=number)

    def add_column(self) -> None:
        header = self.text("")
        before = self.random.choice([None, "Sync Status"])  # the system writes A to N by letter
        self.said.append(f"add column {header} before {before}")
        self.world.control.people(
            "google", "add_column", header=header, values=["a"], before=before
        )

    def pause(self) -> None:
        number, row = self.a_row()
        self.said.append(f"row {number} paused: {not row['Pause Sync']}")
        self.put(number, "Pause Sync", not row["Pause Sync"])
        self.unclear.add(row["_sync_id"])

    # the CRM

    def a_contact(self) -> dict[str, Any]:
        return self.random.choice(self.desk.live())

    def edit_contact(self, contact: dict[str, Any] | None = None, column: str = "") -> None:
        contact = contact or self.a_contact()
        column = column or self.random.choice(list(PLACES))
        name = self.random.choice(self.desk.places[column])
        needed = name in self.desk.needed
        value = self.text(name) if needed else self.perhaps_blank(name)
        shown, rid = contact["properties"], self.rid_of(contact)
        where = f"contact {contact['id']} ({rid[-6:]}) {name}"
        self._say(f"{where}: {shown.get(name)!r} -> {value!r}", value)
        self.desk.edit(contact["id"], {name: value})
        self._edited(self.desk.side, rid, column, value)

    def rid_of(self, contact: dict[str, Any]) -> str:
        """Return the row id a record carries."""
        return contact["properties"].get(self.desk.row_id) or ""

    def edit_both(self) -> None:
        """Edit one field of one business on both sides."""
        number, row = self.a_row()
        by_rid = {self.rid_of(c): c for c in self.desk.live()}
        column = self.random.choice([name for name in PLACES if name != "Email"])
        self.edit_contact(by_rid[row["_sync_id"]], column)
        self.type_cell((number, row), column)

    def delete_contact(self) -> None:
        self._crm("delete", self._unclear(self.a_contact()))

    def restore_contact(self) -> None:
        self._crm("restore", self._unclear(self.random.choice(self.desk.gone())))

    def merge(self) -> None:
        primary, other = self.random.sample(self.desk.live(), 2)
        self._crm("merge", self._unclear(primary), self._unclear(other))

    def _crm(self, doing: str, *ids: str) -> None:
        self.said.append(f"{doing} {ids}")
        getattr(self.desk, doing)(*ids)

    def _unclear(self, contact: dict[str, Any]) -> str:
        self.unclear.add(self.rid_of(contact))
        return str(contact["id"])

    def _say(self, line: str, value: str) -> None:
        self.said.append(line)
        if value:
            self.typed[squeezed(value)] = line

    def _edited(self, side: str, rid: str, column: str, value: str) -> None:
        self.edits.setdefault((rid, column), {})[side] = value
        if column == "Email":
            self.unclear.add(rid)  # the address may be taken, or lead to another contact

    # runs

    def run(self) -> None:
        """Run the job, now and then on a bad day."""
        luck = self.random.random()
        if luck < 0.2:
            phase = self.random.choice(["before", "after"])
            whom = self.random.choice(["group", "meltano"])
            point = KillPoint(self.random.randrange(14), phase, whom)
            self.said.append(f"RUN killed {point}: {run_killed(self.world, point)}")
            return
        if luck < 0.4:
            self._fault()
        self.said.append(f"RUN: {self.world.run()}")
        self.world.control.forget_faults()

    def _fault(self) -> None:
        fault = {
            "vendor": self.random.choice(["google", self.desk.side]),
            "operation": "*",
            "kind_of_call": "api",
            "skip": self.random.randrange(10),
            "times": self.random.choice([1, 1, 2, 8]),
            **self.random.choice(FAULTS),
        }
        self.said.append(f"fault {fault}")
        self.world.control.queue_faults(fault)
