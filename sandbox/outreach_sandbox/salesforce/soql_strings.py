"""What stands between the quotes of a SOQL string.

The one rule: a backslash stands before what the vendor lists or the statement is refused; before a
wildcard it is kept, because only LIKE knows what it means there.

https://developer.salesforce.com/docs/platform/salesforce-soql-sosl/guide/sforce-api-calls-soql-select-quotedstringescapes.html
"""

from __future__ import annotations

import re

ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.|$)", re.DOTALL)
MEANT = {
    **dict(zip("nrtbf", "\n\r\t\b\f", strict=True)),
    **dict(zip("NRTBF", "\n\r\t\b\f", strict=True)),
    **{char: char for char in "\"'\\"},
}
WILDCARDS = {"%": ".*", "_": "."}


class BadEscapeError(ValueError):
    """A backslash before something that is no escape; the message is that sequence."""


def unquote(text: str) -> str:
    """The text inside the quotes."""
    return ESCAPE.sub(lambda match: _meant(match, keep=False), text[1:-1])


def unquote_pattern(text: str) -> str:
    r"""The same for LIKE: `\_`, `\%` and `\\` stay as they are."""
    return ESCAPE.sub(lambda match: _meant(match, keep=True), text[1:-1])


def like(pattern: str) -> re.Pattern[str]:
    """A pattern of `unquote_pattern` as a regular expression, without case."""
    pieces = re.split(r"(\\.|[%_])", pattern, flags=re.DOTALL)
    made = (WILDCARDS.get(p) or re.escape(p[1:] if p[:1] == "\\" else p) for p in pieces)
    return re.compile("".join(made), re.IGNORECASE | re.DOTALL)


def _meant(match: re.Match[str], *, keep: bool) -> str:
    found = match[1]
    if keep and found in ("_", "%", "\\"):
        return match[0]
    if len(found) == 5:
        return chr(int(found[1:], 16))
    if found not in MEANT:
        raise BadEscapeError(match[0])
    return MEANT[found]
