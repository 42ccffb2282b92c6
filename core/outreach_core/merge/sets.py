"""Merges lists of choices that several sides changed: what was agreed, and what each added and removed (pure).

The rule: nobody's addition and nobody's removal is lost. Where it cannot be told what was added or removed,
nothing is merged, and the field is decided as any other.

| # | the sides                                              | the merged list                              |
|---|--------------------------------------------------------|----------------------------------------------|
| 1 | agreed on one list before, and show lists              | that list, plus additions, minus removals    |
| 2 | never agreed, or not on the same                       | none                                         |
| 3 | show a word whose spelling is not its key's            | none                                         |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce

from outreach_core.merge.decide import SideField
from outreach_core.model import BLANK, FieldValue

SEPARATOR = ";"  # as `mapping.choices` carries a list


def merged_list(changed: Sequence[SideField]) -> FieldValue | None:
    """Return what the changed sides make together of the list they agreed on; ``None`` if that is unknown."""
    agreed = [side.base for side in changed]
    if any(base is None for base in agreed) or len({base.key for base in agreed if base}) != 1:
        return None  # 2
    lists = [_words(base or BLANK) for base in agreed] + [_words(side.shown) for side in changed]
    if any(words is None for words in lists):
        return None  # 3
    known = [words for words in lists if words is not None]
    before, shown = known[0], known[len(agreed) :]
    removed = {key for words in shown for key in before.keys() - words.keys()}
    spelled: Mapping[str, str] = reduce(lambda all_, words: {**words, **all_}, known, {})
    ordered = dict.fromkeys([*before, *sorted(key for words in shown for key in words)])
    kept = [key for key in ordered if key not in removed]
    if not kept:
        return BLANK
    value = SEPARATOR.join(spelled[key] for key in kept)
    return FieldValue(value, value, SEPARATOR.join(sorted(kept)))  # 1


def _words(value: FieldValue) -> dict[str, str] | None:
    """Return the words of a list by their keys; ``None`` where they do not belong together (case 3)."""
    words = (value.value or "").split(SEPARATOR) if value.value else []
    keys = value.key.split(SEPARATOR) if value.key else []
    found = {word.casefold(): word for word in words}
    return found if sorted(found) == sorted(keys) else None
