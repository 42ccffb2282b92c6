"""Salesforce's record ids: 15 characters that know capitals, and 3 that check them.

The rule: an id is compared by its 18 characters; the short form of one is in some error messages.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
"""

from __future__ import annotations

import re

_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def to_18(text: str) -> str | None:
    """Return an id in its long form; ``None`` for what is no id."""
    if not _ID.fullmatch(text):
        return None
    short = text[:15]
    check = ""
    for start in (0, 5, 10):
        capitals = (short[start + place].isupper() << place for place in range(5))
        check += _CHECK[sum(capitals)]
    if len(text) == 18 and text[15:].upper() != check:
        return None
    return short + check
