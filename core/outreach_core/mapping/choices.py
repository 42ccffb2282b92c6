"""Lists of choices as texts: several words in one cell or property.

The rule: a list is a set. Order, capitals and a word said twice make no difference, on any side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from outreach_core.mapping.raw import Seen, Trouble

# HubSpot: https://developers.hubspot.com/docs/faq/how-do-i-set-multiple-values-for-checkbox-properties
# Salesforce: https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
SEPARATOR = ";"  # of both CRMs, and of a list that is carried
_IN_A_CELL = re.compile(r"[;,\n]")  # a dropdown of a sheet writes commas


def read_list(text: str, read: Callable[[str], Seen | Trouble], *, native: bool) -> Seen | Trouble:
    """Read a list, each word as a choice is read; one that cannot be read costs the whole."""
    parts = _IN_A_CELL.split(text) if native else text.split(SEPARATOR)
    words: dict[str, str] = {}
    for part in parts:
        if not part.strip():
            continue
        seen = read(part.strip())
        if isinstance(seen, Trouble):
            return seen
        words.setdefault(seen.key, seen.value)
    if not words:
        return Trouble("bad_list", "This is no list of words.", "Type words, a comma between them.")
    return Seen(SEPARATOR.join(words.values()), SEPARATOR.join(sorted(words)))


def render_list(
    value: str, render: Callable[[str], str | Trouble], *, native: bool
) -> str | Trouble:
    """Return a carried list as a side writes it."""
    words: list[str] = []
    for word in value.split(SEPARATOR):
        rendered = render(word)
        if isinstance(rendered, Trouble):
            return rendered
        words.append(rendered)
    if not native:
        return SEPARATOR.join(words)
    return _unreadable() if _would_fall_apart(words) else ", ".join(words)


def _would_fall_apart(words: Iterable[str]) -> bool:
    return any(_IN_A_CELL.search(word) for word in words)


def _unreadable() -> Trouble:
    return Trouble(
        "comma_in_choice",
        "A choice with a comma in it would be two in a cell.",
        "Give it another word under `values` of this field in the rule file.",
    )
