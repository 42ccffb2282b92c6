"""What holds in every world, whatever happened in it: the laws random days are held to.

The rule: a law returns what breaks it, in words; nothing here changes a world but ``come_to_rest``.
What people see is read as they see it; links, questions and history from the ledger.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

from harness.days import PLACES, Day, Row, squeezed
from harness.desks import Desk, desk_of
from harness.project import ROOT
from harness.story import OURS, written
from harness.world import World
from outreach_core.mapping import load_rules

MOST_RUNS = 8
STILL = 3  # runs in a row that write nothing: the last of them has verified the linked records
_SHEET = load_rules(ROOT / "transforms/rules/sheet.yml")
_FIELDS = {rule.places[0]: name for name, rule in _SHEET.fields.items()}


@dataclass(frozen=True)
class Look:
    """Both sides at one moment."""

    header: list[str]
    rows: list[Row]
    live: dict[str, dict[str, Any]]
    archived: frozenset[str]
    desk: Desk

    @classmethod
    def at(cls, world: World) -> Look:
        """Look at a world."""
        header, *rows = world.grid()
        named = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]
        desk = desk_of(world.job, world.control)
        live = {c["id"]: c["properties"] for c in [*desk.live(), *desk.others()]}
        return cls(header, named, live, frozenset(c["id"] for c in desk.gone()), desk)


def ledger(world: World, sql: str) -> list[Row]:
    """Ask the ledger."""
    database = sqlite3.connect(f"file:{world.home}/ledger.db?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute(sql)]
    finally:
        database.close()


def newest_plan(world: World) -> Row:
    """Return the plan made last."""
    (plan,) = ledger(world, "select * from plan order by seq desc limit 1")
    return plan


# what a run never does


def broken_by_run(before: Look, after: Look) -> list[str]:
    """Return what a run did that none may do: rows, their texts and contacts are sacred."""
    wrong = []
    if len(after.rows) < len(before.rows):
        wrong.append(f"{len(before.rows)} rows became {len(after.rows)}")
    if [h for h in before.header if h not in OURS] != [h for h in after.header if h not in OURS]:
        wrong.append(f"header {before.header} became {after.header}")
    for number, (old, new) in enumerate(zip(before.rows, after.rows, strict=False), 2):
        wrong += _broken_row(number, old, new)
    wrong += [f"contact {found} is gone" for found in before.live.keys() - after.live.keys()]
    wrong += [f"contact {found} is restored" for found in after.live.keys() & before.archived]
    for found in before.live.keys() & after.live.keys():
        wrong += _broken_contact(after.desk, found, before.live[found], after.live[found])
    return wrong


def _broken_row(number: int, old: Row, new: Row) -> list[str]:
    wrong = [
        f"row {number} {name}: {value!r} became {new.get(name)!r}"
        for name, value in old.items()
        if name not in OURS and name not in PLACES and name != "Status" and new.get(name) != value
    ]
    if old["Status"] != new["Status"] and new["Status"] not in ("Archived", "Unsubscribed"):
        wrong.append(f"row {number} Status: {old['Status']!r} became {new['Status']!r}")
    if (old.get("Pause Sync") or False) != (new.get("Pause Sync") or False):
        wrong.append(f"row {number} Pause Sync: became {new.get('Pause Sync')!r}")
    return wrong


def _broken_contact(desk: Desk, number: str, old: Row, new: Row) -> list[str]:
    theirs = {name for name in old.keys() | new.keys() if not desk.may_move(name)}
    return [
        f"contact {number} {name}: {old.get(name)!r} became {new.get(name)!r}"
        for name in sorted(theirs)
        if old.get(name) != new.get(name)
    ]


# what holds in a world at rest


def begin(day: Day) -> None:
    """Note what can be foretold from here on: nothing of rows that are not in step."""
    day.edits.clear()
    day.unclear.clear()
    in_step = {link["rid"] for link in ledger(day.world, _ACTIVE)}
    asked = {rid for rid, _ in _asked(day.world)}
    there = {str(row.get("_sync_id") or "") for row in day.world.rows()}
    day.unclear |= (there - in_step) | asked


def come_to_rest(day: Day) -> list[str]:
    """Run until nothing is written any more, and approve what asks for it, as a person would."""
    world, wrong, still = day.world, [], 0
    for _ in range(MOST_RUNS):
        world.later(120)
        world.control.forget_calls()
        before = Look.at(world)
        code = world.run()
        wrong += broken_by_run(before, Look.at(world))
        plan = newest_plan(world)
        day.said.append(f"at rest? {code} {plan['status']} {written(world)}")
        if plan["status"] == "waiting":
            world.outreach("plan", "--approve", check=False)
        still = 0 if written(world) or plan["status"] == "waiting" else still + 1
        if still == STILL:
            return wrong
    return [*wrong, f"not at rest after {MOST_RUNS} runs: {written(world)}"]


def broken_at_rest(day: Day) -> list[str]:
    """Return what is wrong in a world that has come to rest."""
    look = Look.at(day.world)
    links = ledger(day.world, _ACTIVE)
    apart = _apart(day, look, links)
    return [*_lost(day), *apart, *_doubled(look, links), *_unsaid(day, look), *_twice(day)]


_KINDS = {"emails": ("email", "reply"), "deals": ("deal",)}


def _twice(day: Day) -> list[str]:
    """Nothing is told twice: by its key, and where there is none by how much there is to tell."""
    keys = Counter(day.desk.once())
    wrong = [f"told {often} times: {key}" for key, often in keys.items() if often > 1]
    rows = ledger(day.world, "select kind, count(*) n from effect group by kind")
    known = {row["kind"]: row["n"] for row in rows}
    for kind, often in day.desk.told().items():
        most = sum(known.get(name, 0) for name in _KINDS[kind])
        wrong += [f"{often} {kind} are there, {most} were to be told"] * (often > most)
    return wrong


_ACTIVE = "select rid, record_id from link where state = 'active'"


def _asked(world: World) -> set[tuple[str, str]]:
    found = ledger(world, "select rid, field from conflict where status = 'open'")
    return {(row["rid"], row["field"]) for row in found}


def _undone(world: World) -> set[tuple[str, str]]:
    """Return the fields that somebody had taken back: both sides stay as they are then."""
    found = ledger(world, "select rid, field from change where why = 'undone'")
    return {(row["rid"], row["field"]) for row in found}


def _lost(day: Day) -> list[str]:
    """Every text a person typed is visible, was replaced by a person, or is in the history."""
    values = "select v.raw, v.value from conflict_value v join conflict c using (conflict_id)"
    kept = [
        squeezed(list(row.values()))
        for sql in ("select old, new from change", values)
        for row in ledger(day.world, sql)
    ]
    known = day.visible() + "|".join(kept)
    return [f"lost: {line}" for text, line in day.typed.items() if text not in known]


def _apart(day: Day, look: Look, links: list[Row]) -> list[str]:
    """Each linked row and its contact agree in every field that nobody is asked about."""
    rows = {row["_sync_id"]: row for row in look.rows}
    asked = _asked(day.world) | _undone(day.world)
    refused = {row["rid"] for row in ledger(day.world, "select rid from retry")}
    wrong = []
    for link in links:
        rid, row, contact = link["rid"], rows.get(link["rid"]), look.live.get(link["record_id"])
        if (rid, "(deleted)") in asked or rid in refused:
            continue
        if row is None or contact is None:
            wrong.append(f"{rid} is linked to {link['record_id']}: {row and row['Sync Status']}")
        elif not row.get("Pause Sync"):
            if day.desk.is_out(contact) and row["Status"] not in ("Unsubscribed", "Archived"):
                wrong.append(f"{rid} wants no e-mails, its Status is {row['Status']}")
            fields = {name for asked_rid, name in asked if asked_rid == rid}
            wrong += _differences(day, row, contact, fields)
    return wrong


def _differences(day: Day, row: Row, contact: Row, asked: set[str]) -> list[str]:
    cells = {name: value for name, value in row.items() if value not in ("", None)}
    crm = day.desk.read(contact)
    sheet = _SHEET.read(cells)
    wrong = []
    for column in PLACES:
        name = _FIELDS[column]
        if name not in crm.fields and name not in crm.problems:
            continue  # this record has no such field
        if name in asked or name in sheet.problems or name in crm.problems:
            continue
        shown, there = sheet.fields[name].key, crm.fields[name].key
        who = f"{row['_sync_id']} ({row['Sync Status']}) {column}"
        if shown != there:
            wrong.append(f"{who}: {shown!r} here, {there!r} there")
        wrong += [f"{who}: {line}" for line in _not_carried(day, row, column)]
    return wrong


def _not_carried(day: Day, row: Row, column: str) -> list[str]:
    """What one side alone made of a field is what both show, a clear included."""
    edit = day.edits.get((row["_sync_id"], column), {})
    if len(edit) != 1 or row["_sync_id"] in day.unclear or column == "Contact Person":
        return []
    ((side, value),) = edit.items()
    return [] if squeezed(value) == squeezed(row[column]) else [f"{value!r} of {side} is not here"]


def _doubled(look: Look, links: list[Row]) -> list[str]:
    """One row id per row, one row per contact, one contact per address."""
    counted = {
        "row id": Counter(row["_sync_id"] for row in look.rows if row["_sync_id"]),
        "owner of": Counter(link["record_id"] for link in links),
        "contact": Counter(look.desk.unique(look.live.values())),
    }
    return [f"two: {what} {key}" for what, c in counted.items() for key, n in c.items() if n > 1]


def _unsaid(day: Day, look: Look) -> list[str]:
    """Every row has an id and a word, is in exactly one bucket, and the word is true."""
    states = {row["rid"]: row["state"] for row in ledger(day.world, "select rid, state from link")}
    theirs = [
        (number, row)
        for number, row in enumerate(look.rows, 2)
        if any(value not in ("", None) for name, value in row.items() if name not in OURS)
    ]
    numbers = [verdict[1] for verdict in json.loads(newest_plan(day.world)["verdicts"])]
    wrong = [f"row {n} is in {k} buckets" for n, k in Counter(numbers).items() if k > 1]
    for number, row in theirs:
        word, link = row.get("Sync Status"), states.get(row.get("_sync_id"))
        if not row.get("_sync_id") or not word or number not in numbers:
            wrong.append(f"row {number}: id {row.get('_sync_id')!r}, word {word!r}")
        if (word == "Synced" and link != "active") or (word == "Duplicate" and link == "active"):
            wrong.append(f"row {number} is called {word}, its link is {link}")
    return wrong
