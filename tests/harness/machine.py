"""A state machine over whole jobs: the laws hold after every one of thousands of steps.

The rule: a step is one thing that a person, the outreach system, the CRM or the network does, or a run; what
is drawn follows from the seed alone. It counts how often each rule ran, and what the sync did because of it.

What goes beyond ``days``: worlds that begin differently on both sides, answers in our own tabs (good, bad and
taken back), a pause for all, people who edit between a read and a write, conversion, opting out.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness import laws
from harness.days import FAULTS, PLACES, Day, squeezed
from harness.desks import SalesforceDesk
from harness.kills import KillPoint, run_killed
from harness.world import World
from outreach_core.model.screens import APPROVE, FRAMES, PAUSED, Screen
from outreach_sandbox.kernel.client import ControlRefused

RUBBISH = ("yes please", "Keep", "ok", "=1+1", "keep sheet!!")
KEEPS = ("ask", "crm", "sheet")
RACES = ("sheets.*", "objects.*", "collections.*", "composite")


@dataclass(frozen=True)
class _Racing:
    """What somebody is going to type while a run goes on, and what stands there."""

    text: str
    line: str
    rid: str
    replaced: str


@dataclass
class Machine(Day):
    """A day with everything in it, counted."""

    ran: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    paused: bool = False
    seen: str = ""  # what was visible last, while nothing but people moved anything

    def rules(self) -> dict[str, tuple[int, Callable[[], None]]]:
        """Return what may happen, by name, with how often it should."""
        found: dict[str, tuple[int, Callable[[], None]]] = {
            "type into the sheet": (14, self.type_cell),
            "edit in the CRM": (14, self.edit_contact),
            "edit both sides": (8, self.edit_both),
            "type where the sync never writes": (3, self.type_theirs),
            "sort": (3, self.sort),
            "insert a row": (2, self.insert_row),
            "delete a row": (2, self.delete_row),
            "undo a deletion": (3, self.undo_delete),
            "copy a row": (3, self.copy_row),
            "append": (3, self.append),
            "send, fail or reply": (5, self.outreach),
            "delete in the CRM": (2, self.delete_contact),
            "restore in the CRM": (3, self.restore_contact),
            "merge in the CRM": (2, self.merge),
            "add a column": (1, self.add_column),
            "type another row's address": (2, self.change_address),
            "pause a row": (2, self.pause),
            "pause or resume all": (2, self.switch_all),
            "answer a question": (9, self.answer),
            "answer with nonsense": (2, self.answer_wrongly),
            "take an answer back": (1, self.take_back),
            "ask to undo": (3, self.ask_undo),
            "opt out or in": (2, self.opt_out),
        }
        if isinstance(self.desk, SalesforceDesk):
            found["convert"] = (2, self.convert)
        return found

    def act(self) -> None:
        """Do one thing; what it made vanish was replaced by a person."""
        rules = self.rules()
        names = list(rules)
        name = self.random.choices(names, [rules[name][0] for name in names])[0]
        before, known = self.seen or self.visible(), set(self.typed)
        try:
            rules[name][1]()
            self.ran[name] += 1
        except (ControlRefused, LookupError, ValueError) as refused:
            self.said.append(f"   not possible ({name}): {str(refused)[:150]}")
        after = self.seen = self.visible()
        for text in [text for text in self.typed if text not in after]:
            if text in before or text not in known:
                del self.typed[text]

    # our own tabs

    def lines(self, screen: Screen) -> list[dict[str, Any]]:
        """Return the lines of a tab of ours by header, each with its row; none if it is not there."""
        with contextlib.suppress(ControlRefused):
            shown = self.world.control.people("google", "grid", sheet=FRAMES[screen].title)
            _, header, *rows = shown["values"] or [[], []]
            return [
                {**dict(zip(header, [*row, *[""] * len(header)], strict=False)), "row": number}
                for number, row in enumerate(rows, 3)
            ]
        return []

    def choose(self, screen: Screen, line: dict[str, Any], words: str) -> None:
        """Type an answer into a line of a tab of ours."""
        frame = FRAMES[screen]
        cell = f"{chr(ord('A') + frame.columns.index(frame.decision))}{line['row']}"
        self.said.append(f"{frame.title} {cell}: {words!r}")
        self.world.control.people("google", "type", sheet=frame.title, cell=cell, value=words)

    def open_lines(self) -> list[dict[str, Any]]:
        """Return the questions that are not closed."""
        return [
            one
            for one in self.lines(Screen.NEEDS_YOU)
            if one["_id"] and not str(one["Status"]).startswith("Closed")
        ]

    def answer(self) -> None:
        """Choose one of the words that fit most kinds of question."""
        line = self.random.choice(self.open_lines())
        keeps = ["Keep sheet", "Keep HubSpot", "Keep Salesforce"]
        words = self.random.choice([*keeps, "Leave as they are", "Archive", "Keep", "Recreate"])
        self.choose(Screen.NEEDS_YOU, line, words)
        self._concerns(line)

    def answer_wrongly(self) -> None:
        """Type something that is no answer."""
        line = self.random.choice(self.open_lines())
        self.choose(Screen.NEEDS_YOU, line, self.random.choice(RUBBISH))

    def take_back(self) -> None:
        """Clear an answer before anybody read it."""
        given = [one for one in self.open_lines() if one["Decision"]]
        self.choose(Screen.NEEDS_YOU, self.random.choice(given), "")

    def ask_undo(self) -> None:
        """Ask in the log for a change to be taken back."""
        line = self.random.choice([one for one in self.lines(Screen.LOG) if one["_id"]])
        self.choose(Screen.LOG, line, "undo")
        self._concerns(line)

    def _concerns(self, line: dict[str, Any]) -> None:
        """No edit of what a person decides about can be foretold."""
        named = {str(row.get("Business Name")): row for row in self.world.rows()}
        self.unclear |= {str(row["_sync_id"]) for row in named.values()}
        self.said.append(f"   about {line.get('Business')}: {line.get('Field')}")

    def switch_all(self) -> None:
        """Pause the sync for all rows, or go on."""
        lines = self.lines(Screen.STATUS)
        line = self.random.choice([one for one in lines if one["_id"] == PAUSED])
        self.paused = not self.paused
        self.choose(Screen.STATUS, line, "on" if self.paused else "off")

    def resume(self) -> None:
        """End a pause: on the command line, and in the tab if it is not read there yet."""
        self.world.outreach("resume", check=False)
        for line in self.lines(Screen.STATUS):
            if line["_id"] == PAUSED and line["Your choice"]:
                self.choose(Screen.STATUS, line, "off")
        self.paused = False

    # the CRM

    def opt_out(self) -> None:
        """Unsubscribe from all e-mail, or take that back."""
        record, out = self.a_contact(), self.random.random() < 0.7
        self.said.append(f"opt out {record['id']}: {out}")
        self.desk.opt_out(record["id"], out=out)

    def convert(self) -> None:
        """Convert a lead."""
        assert isinstance(self.desk, SalesforceDesk)
        lead = self.a_contact()
        self.said.append(f"convert {lead['id']}")
        self.desk.convert(self._unclear(lead))

    # runs

    def run(self) -> None:
        """Run the job: undisturbed, cut off, on a bad day, or with people who go on working."""
        self.seen = ""
        luck = self.random.random()
        if luck < 0.2:
            phase = self.random.choice(["before", "after"])
            point = KillPoint(self.random.randrange(16), phase, "group")
            reached = run_killed(self.world, point)
            self.ran[f"a run is cut off {phase} a call"] += reached
            self.said.append(f"RUN killed {point}: {reached}")
            return
        if luck < 0.4:
            self._fault()
        elif luck < 0.65:
            self._race()
        self.said.append(f"RUN: {self.world.run()}")
        self._hear()
        self.world.control.forget_faults()

    def _race(self) -> None:
        """Let somebody edit while a call of the next run is on its way."""
        number, row = self.a_row()
        column = self.random.choice([name for name in PLACES if name != "Email"])
        text = self.text(column)
        rid = str(row.get("_sync_id") or "")
        if self.random.random() < 0.6:
            value = f"'{text}" if text[:1] == "+" else text
            body: dict[str, Any] = {"row": number, "header": column, "value": value}
            person = {"vendor": "google", "door": "type", "body": body}
            meanwhile, replaced = "sheet", row[column]
        else:
            record = self.a_contact()
            rid = self.rid_of(record)
            name = self.desk.places[column][0]
            values = "properties" if self.desk.side == "hubspot" else "values"
            body = {"id": record["id"], values: {name: text}}
            person = {"vendor": self.desk.side, "door": "edit", "body": body}
            meanwhile, replaced = self.desk.side, record["properties"].get(name)
        line = f"meanwhile {meanwhile} {rid[-6:]} {column}: {replaced!r} -> {text!r}"
        self.racing = _Racing(text, line, rid, squeezed(replaced or ""))
        self.world.control.queue_faults(
            {
                "operation": self.random.choice(RACES),
                "kind_of_call": "api",
                "kind": self.random.choice(["before", "after"]),
                "skip": self.random.randrange(6),
                "person": person,
            }
        )

    racing: _Racing | None = None

    def _hear(self) -> None:
        """Take note of what was done while the run went on."""
        for fault in self.world.control.faults():
            if not fault["consumed"]:
                continue
            if "person" not in fault:
                self.ran["a call fails"] += 1
            elif self.racing and not fault["refused"]:
                self.ran["somebody edits during a run"] += 1
                self._say(self.racing.line, self.racing.text)
                self.unclear.add(self.racing.rid)
                if self.racing.replaced not in self.visible():  # by the person
                    self.typed.pop(self.racing.replaced, None)
        self.racing = None

    def _fault(self) -> None:
        """Let a call fail; an answer that is lost, or cut, comes after it took effect."""
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

    # what the sync did

    def tally(self) -> None:
        """Count what the ledger tells of this world: changes by reason, questions, words of rows."""
        world = self.world
        for row in laws.ledger(world, "select why, count(*) n from change group by why"):
            self.did[f"change: {row['why']}"] += row["n"]
        for row in laws.ledger(
            world, "select kind, status, count(*) n from conflict group by 1, 2"
        ):
            self.did[f"question: {row['kind']}"] += row["n"]
            self.did[f"question ends: {row['status']}"] += row["n"]
        for row in laws.ledger(world, "select state, count(*) n from link group by state"):
            self.did[f"link: {row['state']}"] += row["n"]
        for row in laws.ledger(world, "select state, count(*) n from intent group by state"):
            self.did[f"intent: {row['state']}"] += row["n"]
        for row in laws.ledger(world, "select verdicts, guards from plan"):
            for verdict in json.loads(row["verdicts"] or "[]"):
                self.did[f"row: {verdict[3]}"] += 1
            for guard in json.loads(row["guards"] or "[]"):
                self.did[f"guard: {guard['guard']}"] += 1
        for row in laws.ledger(world, "select kind, count(*) n from happening group by kind"):
            self.did[f"happened: {row['kind']}"] += row["n"]


@dataclass
class Report:
    """What came of many worlds."""

    steps: int = 0
    ran: Counter[str] = field(default_factory=Counter)
    did: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the counts, for whoever wants to see them."""
        yield f"{self.steps} steps"
        for counted in (self.ran, self.did):
            yield from (f"{often:>7}  {name}" for name, often in sorted(counted.items()))


def live(template: World, folder: Path, seeds: range, steps: int) -> Report:
    """Live world after world until so many steps were made; stop at the first law that is broken."""
    report = Report()
    for seed in seeds:
        if report.steps >= steps:
            return report
        home = folder / f"world-{seed}"
        home.mkdir(mode=0o700)
        world = replace(template, home=home, settings=dict(template.settings), compact=True)
        machine = Machine(world, random.Random(seed))
        wrong = _one_world(machine, template)
        report.steps += sum(machine.ran.values())
        report.ran += machine.ran
        machine.tally()
        report.did += machine.did
        if wrong:
            diary = [f"seed {seed}", *machine.said, "", *wrong]
            report.wrong = diary
            return report
        shutil.rmtree(home)
    report.wrong = [f"{report.steps} steps only: give it more worlds"] * (report.steps < steps)
    return report


def _one_world(machine: Machine, template: World) -> list[str]:
    """Begin somewhere, and live some days."""
    machine.world.control.forget_faults()
    template.at("provisioned", lambda: None)
    shutil.copytree(template.home, machine.world.home, dirs_exist_ok=True)
    wrong = _begin(machine)
    for _ in range(2):
        if wrong:
            return wrong
        wrong = _one_day(machine)
    return wrong


def _begin(machine: Machine) -> list[str]:
    """Correlated starts: what both sides have in common is spoiled before they ever meet."""
    for _ in range(machine.random.randrange(8)):
        machine.act()
    world, keep = machine.world, machine.random.choice(KEEPS)
    machine.said.append(f"FIRST: keep {keep}")
    world.run()
    if machine.random.random() < 0.5:
        world.outreach("plan", "--approve", "--keep", keep, check=False)
    else:
        lines = machine.lines(Screen.STATUS)
        line = next(one for one in lines if one["_id"] == APPROVE)
        machine.choose(Screen.STATUS, line, "approve")
    machine.ran["approve a first plan"] += 1
    machine.edits.clear()
    return laws.come_to_rest(machine)


def _one_day(machine: Machine) -> list[str]:
    wrong: list[str] = []
    laws.begin(machine)
    machine.seen = ""
    for _ in range(machine.random.randrange(1, 4)):
        for _ in range(machine.random.randrange(25, 50)):
            machine.act()
            if machine.random.random() < 0.3:
                machine.world.later(machine.random.choice([1, 10, 45, 90, 300, 3600]))
                machine.ran["time passes"] += 1
        machine.run()
        machine.ran["a run"] += 1
    machine.resume()
    wrong += laws.come_to_rest(machine)
    machine.ran["come to rest"] += 1
    return wrong + laws.broken_at_rest(machine)
