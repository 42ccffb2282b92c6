"""One read of the outreach tab, shared by the tap's streams.

The rule: Drive's version is fetched before the cells, never after.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from outreach_adapters.sheets.client import SheetsClient, TabFacts, facts_of
from outreach_adapters.sheets.rows import SYNC_ID, Layout, Row, read_layout, read_rows
from outreach_core.mapping import SideRules, fingerprint
from outreach_core.model.screens import Screen, ShownScreen
from tap_outreach_sheets.gate import FACTS_AGE, holds, is_fresh
from tap_outreach_sheets.our_tabs import (
    find_places,
    keep_places,
    kept_places,
    read_missing,
    read_together,
    shown_screens,
)


@dataclass(frozen=True)
class TabReading:
    """A complete read; ``read_at`` is Google's time, to be compared with that of other vendors."""

    version: str
    modified_time: str
    read_at: datetime
    layout: Layout
    facts: TabFacts
    rows: tuple[Row, ...]
    blank_rows: int
    rules: SideRules | None = None
    screens: tuple[ShownScreen, ...] = ()
    edited_at: str | None = None


def gate_key(
    spreadsheet_id: str, tab: str | None, rules: SideRules | None, replies: bytes = b""
) -> str:
    """Return what a bookmark was made for; another spreadsheet or rule file needs a new read."""
    parts = [spreadsheet_id, tab, fingerprint(rules) if rules else None]
    if replies:  # answers are judged anew, as they are read
        parts.append(hashlib.sha256(replies).hexdigest())
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def read(
    client: SheetsClient,
    rules: SideRules | None,
    bookmark: MutableMapping[str, Any],
    now: datetime,
    longest_gate: timedelta,
    replies: bytes = b"",
    *,
    sharpen: bool = False,
) -> TabReading | None:
    """Read the tab and bring the bookmark up to date; ``None`` if the gate holds.

    Args:
        client: The spreadsheet.
        rules: The sheet's rules.
        bookmark: What is known of the last read; changed in place.
        now: The moment of this read, on this machine's clock.
        longest_gate: How long nothing need be read while the file has the same version.
        replies: The file of the reply rules; another one opens the gate.
        sharpen: Ask Drive once more where rows changed.
    """
    key = gate_key(client.spreadsheet_id, client.tab, rules, replies)
    file = client.file_version()
    if holds(bookmark, key, file["version"], now, longest_gate):
        return None
    tabs = _read_tabs(client, rules, bookmark, key, now)
    rows = tuple(read_rows(tabs.layout, tabs.grid))
    is_new = _shows_something_new(bookmark, rows)
    edited_at = _edited_at(client, file) if sharpen and is_new else None
    bookmark.update(key=key, version=file["version"], read_at=now.isoformat())
    blank = max(0, len(tabs.grid) - 1) - len(rows)
    seen = file["version"], file["modified_time"]
    return TabReading(
        *seen,
        _google_time(file["date"]) or now,
        tabs.layout,
        tabs.facts,
        rows,
        blank,
        rules,
        tabs.screens,
        edited_at,
    )


def _google_time(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None


def _shows_something_new(bookmark: MutableMapping[str, Any], rows: tuple[Row, ...]) -> bool:
    """Tell whether the rows show something else than in the last read, and keep what they show."""
    text = "".join(sorted(row.fingerprint for row in rows))
    content = hashlib.sha256(text.encode()).hexdigest()
    before = bookmark.get("content")
    bookmark["content"] = content
    return before not in (None, content)


def _edited_at(client: SheetsClient, file: Mapping[str, str]) -> str | None:
    """Return the time of the last edit, if nothing was edited between asking for it and reading.

    Only Drive's version can tell, so it is asked again.
    """
    same = client.file_version()["version"] == file["version"]
    return file["modified_time"] if same else None


@dataclass(frozen=True)
class _Tabs:
    """The outreach tab and ours, as they were read together."""

    grid: list[list[Any]]
    layout: Layout
    facts: TabFacts
    screens: tuple[ShownScreen, ...]


def _read_tabs(
    client: SheetsClient,
    rules: SideRules | None,
    bookmark: MutableMapping[str, Any],
    key: str,
    now: datetime,
) -> _Tabs:
    """Read everything, in one call where it is known what there is.

    Only a sheet with our columns has tabs of ours; one that is missing may have been made meanwhile.
    """
    places = kept_places(bookmark) if bookmark.get("key") == key else {}
    tab, ours = read_together(client, places)
    layout = read_layout(tab.grid, rules.sources if rules else ())
    facts = _known_facts(bookmark, key, tab.title, now)
    looked = facts is None or (SYNC_ID in layout.ours and len(ours) < len(Screen))
    if facts is None or looked:
        there = client.tabs()
        facts = facts_of(there, tab.title)
        bookmark.update(facts=asdict(facts), facts_at=now.isoformat())
        known, places = places, find_places(there, places, tab.title)
        ours = {s: read for s, read in ours.items() if places.get(s) == known.get(s)}
        ours |= read_missing(client, {s: p for s, p in places.items() if s not in ours})
    keep_places(bookmark, places)
    return _Tabs(tab.grid, layout, facts, shown_screens(places, ours, looked=looked))


def _known_facts(
    bookmark: Mapping[str, Any], key: str, title: str, now: datetime
) -> TabFacts | None:
    """Return the tab's facts from the bookmark, while they are fresh and fit what was read."""
    kept: Mapping[str, Any] = bookmark.get("facts") or {}
    fits = bookmark.get("key") == key and kept.get("title") == title
    if fits and is_fresh(bookmark.get("facts_at"), now, FACTS_AGE):
        return TabFacts(**kept)
    return None
