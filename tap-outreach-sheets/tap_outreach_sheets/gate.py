"""Whether the sheet has to be read at all: Drive tells whether the file changed since the last read.

The rule: only a version fetched *before* a complete read that was staged closes the gate. One adopted
after a write of ours would hide an edit made in between, for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

FACTS_AGE = timedelta(hours=24)


def holds(
    bookmark: Mapping[str, Any], key: str, version: str, now: datetime, longest: timedelta
) -> bool:
    """Whether nothing needs to be read.

    | # | what is known                                    | gate   |
    |---|--------------------------------------------------|--------|
    | 1 | another spreadsheet, tab or rule file was read   | open   |
    | 2 | another version was read                         | open   |
    | 3 | the last read is too long ago, or in the future  | open   |
    | 4 | otherwise                                        | closed |
    """
    if bookmark.get("key") != key or bookmark.get("version") != version:
        return False
    return is_fresh(bookmark.get("read_at"), now, longest)


def is_fresh(stamp: Any, now: datetime, longest: timedelta) -> bool:
    """Whether a time in ISO form lies within the last ``longest``."""
    try:
        then = datetime.fromisoformat(str(stamp))
    except ValueError:
        return False
    if then.tzinfo is None:
        return False
    return timedelta(0) <= now - then < longest
