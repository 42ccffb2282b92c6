"""Which id of ours stands for which recorded one.

The one rule: an id is learned from two answers that say the same about their records, and every
later request and comparison goes through it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

IDENTITIES = (
    "id",
    "Id",
    "jobId",
    "listId",
    "recordId",
    "toObjectId",
    "sheetId",
    "namedRangeId",
    "protectedRangeId",
)
# what two runs have in common though their ids differ
NATURAL = ("email", "domain", "name", "hs_meeting_title", "hs_task_subject")
SHORTEST = 4


class Ids:
    """Recorded id to ours."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def ours(self, value: Any) -> Any:
        """Return the value with our ids in place of recorded ones, in texts as well."""
        if not self.known or value is None:
            return value
        if isinstance(value, str):
            return self._replaced(value)
        text = json.dumps(value, ensure_ascii=False)
        return json.loads(self._replaced(text))

    def learn(self, recorded: Any, ours: Any) -> None:
        """Take in what two answers to one call show."""
        for one, other in paired(recorded, ours):
            for key in IDENTITIES:
                old, new = one.get(key), other.get(key)
                if old and new and old != new and self._may_stand(str(old), str(new)):
                    self.known[str(old)] = str(new)
                    self._pattern = None

    def _may_stand(self, old: str, new: str) -> bool:
        return len(old) >= SHORTEST and old not in self.known and old.isdigit() == new.isdigit()

    def _replaced(self, text: str) -> str:
        if self._pattern is None:
            longest_first = sorted(map(re.escape, self.known), key=len, reverse=True)
            self._pattern = re.compile(
                rf"(?<![0-9A-Za-z_])({'|'.join(longest_first)})(?![0-9A-Za-z_])"
            )
        return self._pattern.sub(lambda found: self.known[found[1]], text)


def paired(recorded: Any, ours: Any) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the objects of two answers that speak of the same thing."""
    if isinstance(recorded, dict) and isinstance(ours, dict):
        yield recorded, ours
        for key in recorded.keys() & ours.keys():
            yield from paired(recorded[key], ours[key])
    elif isinstance(recorded, list) and isinstance(ours, list):
        for one, other in alike(recorded, ours):
            yield from paired(one, other)


def alike(recorded: list[Any], ours: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the members of two lists that belong together: by a natural key, else by place."""
    keys = [[natural_key(item) for item in side] for side in (recorded, ours)]
    if None in keys[0] or sorted(map(str, keys[0])) != sorted(map(str, keys[1])):
        yield from zip(recorded, ours, strict=False)
        return
    rest = list(zip(keys[1], ours, strict=True))
    for key, item in zip(keys[0], recorded, strict=True):
        place = next(n for n, (other, _) in enumerate(rest) if other == key)
        yield item, rest.pop(place)[1]


def natural_key(item: Any) -> str | None:
    """What a record is known by to people."""
    if not isinstance(item, dict):
        return None
    shown = item.get("properties") or {}
    return next((f"{name}={shown[name]}" for name in NATURAL if shown.get(name)), None)
