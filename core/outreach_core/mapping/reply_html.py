"""HTML mails as text: what a reader of the mail sees, one line per block, quotes and signatures left out.

The rule: it takes the same time for every character, whatever a cell holds. The parser of the standard
library does not keep it: Python 3.11.7's needs 14 seconds for 50,000 characters of ``<a <a <a`` and raises
on a long number, and every one takes ``<ada@example.com>`` in a plain text for a tag. So only known, closed
tags are tags here; all else is text.

    https://github.com/python/cpython/issues/135462
"""

from __future__ import annotations

import html
import re
from enum import Enum, auto

QUOTED = ">"  # the line that stands for a quote

_BLOCKS = (
    "address article blockquote body br center dd div dl dt footer form h1 h2 h3 h4 h5 h6 head header "
    "hr html li main ol p pre section style script table tbody td tfoot th thead title tr ul"
)
_INLINE = (
    "a abbr b base big cite code del em font i img ins label link map meta o:p s small span strike "
    "strong sub sup tt u wbr"
)
_IS_BLOCK = frozenset(_BLOCKS.split())
_UNSEEN = frozenset(("script", "style", "title"))
_NAMES = "|".join(sorted((_BLOCKS + " " + _INLINE).split(), key=len, reverse=True))
_TAG = re.compile(
    rf"(?P<comment><!--)|<(?P<close>/?)(?P<name>{_NAMES})\b(?P<attributes>[^<>]*)>|<[!?][a-z\[][^<>]*>",
    re.IGNORECASE,
)
# How mail programs mark what they quote, and the signature they add.
_QUOTES = ("gmail_quote", "moz-cite-prefix", "protonmail_quote", "tutanota_quote", "yahoo_quoted")
_SIGNATURES = (
    "applemailsignature",
    "gmail_signature",
    "moz-signature",
    "ms-outlook-mobile-signature",
    'id="signature"',
)
# Outlook marks only where the quote begins; it is all that follows.
_REST_IS_QUOTED = ("appendonsend", "divrplyfwdmsg")
_LONG_NUMBER = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")


class _Hides(Enum):
    """What an element keeps from its reader's eyes."""

    NOTHING = auto()
    ITSELF = auto()
    QUOTE = auto()
    REST = auto()


def text_of(source: str) -> str:
    """Return the text of a mail's HTML, or of plain text; a quote is a line with ``>``."""
    seen: list[str] = []
    at = depth = 0
    hidden = ""  # the element within which nothing is seen
    last_comment = source.rfind("-->")
    for tag in _TAG.finditer(source):
        if tag.start() < at:  # within a comment
            continue
        if not hidden and tag.start() > at:
            seen.append(source[at : tag.start()])
        at = tag.end()
        name = (tag["name"] or "").lower()
        if tag["comment"] and at <= last_comment:
            at = source.index("-->", at) + len("-->")
        elif hidden:
            depth += (name == hidden) * (-1 if tag["close"] else 1)
            hidden = hidden if depth else ""
        else:
            hides = _hides(tag, name)
            shown = _shown(hides, name, fresh=not seen or seen[-1].endswith("\n"))
            seen.extend([shown] if shown else [])
            if hides is _Hides.REST:
                at = len(source)
                break
            if hides is not _Hides.NOTHING:
                hidden, depth = name, 1
    if not hidden:
        seen.append(source[at:])
    return html.unescape(_LONG_NUMBER.sub(" ", "".join(seen)))


def _hides(tag: re.Match[str], name: str) -> _Hides:
    attributes = (tag["attributes"] or "").lower()
    if tag["close"] or attributes.endswith("/"):
        return _Hides.NOTHING
    if any(mark in attributes for mark in _REST_IS_QUOTED):
        return _Hides.REST
    if name == "blockquote" or any(mark in attributes for mark in _QUOTES):
        return _Hides.QUOTE
    if name in _UNSEEN or any(mark in attributes for mark in _SIGNATURES):
        return _Hides.ITSELF
    return _Hides.NOTHING


def _shown(hides: _Hides, name: str, *, fresh: bool) -> str:
    """Return what stands for a tag: a block begins a line, unless one was just begun."""
    if hides in (_Hides.QUOTE, _Hides.REST):
        return f"\n{QUOTED}\n"
    if name == "br" or (name in _IS_BLOCK and not fresh):
        return "\n"
    return ""
