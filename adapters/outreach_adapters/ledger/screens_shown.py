"""What our tabs were read to show, or confirmed to: the memory that their rendering is compared with.

The rule: what was only sent is not kept. An answer counts as taken in from the run after the one that read
it first; reading back a write reads no answers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select, update

from outreach_adapters.ledger.schema_screens import screen_line, screen_tab
from outreach_adapters.ledger.writes import upsert
from outreach_core.model.screens import FRAMES, LEDGER, Screen, ScreenView, ShownScreen, Taken


@dataclass(frozen=True, slots=True)
class KnownLine:
    """What is known of one line of a tab.

    Attributes:
        taken: What people filled in, as read last.
        choices: What its dropdown offers.
        links: Addresses behind its cells.
    """

    evidence: str
    cells: Mapping[str, str]
    taken: Taken = field(default_factory=Taken)
    choices: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


def known_lines(connection: Connection, screen: Screen, run_id: str) -> dict[str, KnownLine]:
    """Return what is known of the lines of a tab, by item."""
    query = select(screen_line).where(screen_line.c.screen == str(screen))
    return {
        row.item: KnownLine(
            row.evidence,
            dict(row.cells or {}),
            Taken(dict(row.answers or {}), fresh=row.answered_run == run_id),
            tuple(row.choices or ()),
            dict(row.links or {}),
        )
        for row in connection.execute(query)
    }


def ledger_in_charge(connection: Connection) -> str:
    """Return the generation that *Sync Status* names; empty where the tab is not there, or names none."""
    named = select(screen_line.c.evidence).where(
        screen_line.c.screen == str(Screen.STATUS), screen_line.c.item == LEDGER
    )
    return connection.execute(named).scalar() or ""


def stage_screens(
    connection: Connection, found: Sequence[ShownScreen], run_id: str, stamp: str
) -> None:
    """Take in what the tabs show, each whole; a tab that is gone is forgotten."""
    for shown in found:
        mine = screen_tab.c.screen == str(shown.screen)
        if shown.gid is None:
            connection.execute(delete(screen_tab).where(mine))
            own = screen_line.c.screen == str(shown.screen)
            connection.execute(delete(screen_line).where(own))
            continue
        _note_tab(connection, shown, stamp)
        _note_lines(connection, shown, run_id)


def note_read_back(
    connection: Connection,
    shown: ShownScreen,
    written: ScreenView,
    cleared: Collection[str],
    stamp: str,
) -> None:
    """Take in what a tab was read to show after it was written; answers are for the next run to read."""
    _note_tab(connection, shown, stamp)
    _note_lines(connection, shown, None)
    _note_written(connection, shown, written, cleared)


def _note_tab(connection: Connection, shown: ShownScreen, stamp: str) -> None:
    """Keep where the tab is; in another one than was known nothing is known of dropdowns."""
    mine = screen_tab.c.screen == str(shown.screen)
    before = connection.execute(select(screen_tab.c.gid).where(mine)).scalar()
    if before is not None and before != shown.gid:
        own = screen_line.c.screen == str(shown.screen)
        connection.execute(delete(screen_line).where(own))
    columns = {"gid": shown.gid, "title": shown.title, "headline": shown.headline, "at": stamp}
    upsert(connection, screen_tab, [{"screen": str(shown.screen), **columns}])


def _note_lines(connection: Connection, shown: ShownScreen, run_id: str | None) -> None:
    """Keep the lines as they are shown; their answers too where a run read them."""
    frame = FRAMES[shown.screen]
    kept = {
        row.item: row
        for row in connection.execute(
            select(screen_line).where(screen_line.c.screen == str(shown.screen))
        )
    }
    rows = []
    seen: set[str] = set()
    for line in shown.lines:
        if line.item in seen:
            continue
        seen.add(line.item)
        old = kept.get(line.item)
        cells = {n: t for n, t in line.cells.items() if t and n not in frame.answers}
        answers = {name: line.cells[name] for name in frame.answers if line.cells.get(name)}
        given = _answered(old, answers, run_id)
        columns = {
            "evidence": line.evidence,
            "cells": {} if frame.fixed else cells,
            "answers": given[0],
            "answered_run": given[1],
            "choices": list(old.choices or ()) if old else [],
            "links": dict(old.links or {}) if old else {},
        }
        if old is None or any(getattr(old, name) != value for name, value in columns.items()):
            rows.append({"screen": str(shown.screen), "item": line.item, **columns})
    upsert(connection, screen_line, rows)
    for item in kept.keys() - seen:
        gone = (screen_line.c.screen == str(shown.screen)) & (screen_line.c.item == item)
        connection.execute(delete(screen_line).where(gone))


def _answered(
    old: Any, answers: Mapping[str, str], run_id: str | None
) -> tuple[dict[str, str], str]:
    """Return the answers to keep and the run that read them first.

    1  read back after a write      as they were known: a run has to read them first
    2  as they were known           the run stays
    3  else                         this run
    """
    before = dict(old.answers or {}) if old else {}
    if run_id is None or before == answers:  # 1 and 2
        return before, old.answered_run if old else ""
    return dict(answers), run_id  # 3


def _note_written(
    connection: Connection, shown: ShownScreen, written: ScreenView, cleared: Collection[str]
) -> None:
    there = {line.item for line in shown.lines}
    for line in written.lines:
        if line.item not in there:
            continue
        mine = (screen_line.c.screen == str(shown.screen)) & (screen_line.c.item == line.item)
        columns: dict[str, Any] = {"choices": list(line.choices), "links": dict(line.links)}
        if line.item in cleared:
            columns |= {"answers": {}, "answered_run": ""}
        connection.execute(update(screen_line).where(mine).values(**columns))
