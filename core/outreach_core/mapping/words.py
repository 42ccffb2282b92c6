"""A text as words, the way a reader sees them, cut into clauses and sentences.

The rule: two spellings that a reader takes for the same word are the same word here. Capitals, accents,
apostrophes and the dots of an i (Turkish has two of them) never decide.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

_APOSTROPHES = frozenset(
    "'`\N{ACUTE ACCENT}\N{PRIME}\N{MODIFIER LETTER APOSTROPHE}\N{LEFT SINGLE QUOTATION MARK}’"
)
_TURKISH_I = frozenset("I\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{LATIN SMALL LETTER DOTLESS I}")
_UNSEEN = frozenset(("Mn", "Me", "Cf"))  # accents; joiners, direction marks, soft hyphens
# A full stop ends a sentence only before a blank: 10.30 and example.com are one piece of text.
_PIECE = re.compile(
    r"(?P<word>[^\W_]+)|(?P<end>[!?]|\.(?=[\"')\]]?(?:\s|$)))|(?P<pause>[,;:()–—]|-(?=\s))|(?P<sign>[^\w\s])"
)
_CHUNK = re.compile(r"\S+")
_SHORT_LINE = 3


class Word(NamedTuple):
    """One folded word of a text and where it stands.

    Attributes:
        mute: It says nothing by itself: it is a number, a picture, or part of an address.
    """

    text: str
    line: int
    clause: int
    sentence: int
    mute: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A text as words.

    Attributes:
        lines: The text's lines as typed.
        questions: The sentences that end in a question mark.
    """

    all: tuple[Word, ...]
    lines: tuple[str, ...]
    questions: frozenset[int]


def folded(text: str) -> str:
    """Return the text without what never decides; each character costs the same."""
    return "".join(map(_folded, text))


def words_of(text: str) -> Words:
    """Cut a text into words, clauses and sentences; a line break alone ends none of them."""
    lines = tuple(text.split("\n"))
    cutter = _Cutter()
    for number, line in enumerate(lines):
        cutter.cut(number, folded(line))
    return Words(tuple(cutter.found), lines, frozenset(cutter.questions))


@dataclass(slots=True)
class _Cutter:
    """Cuts folded lines, one after the other."""

    found: list[Word] = field(default_factory=list)
    questions: set[int] = field(default_factory=set)
    clause: int = 0
    sentence: int = 0

    def cut(self, number: int, line: str) -> None:
        before = len(self.found)
        for chunk in _CHUNK.finditer(line):
            address = "@" in chunk[0] or "://" in chunk[0] or chunk[0].startswith("www.")
            for piece in _PIECE.finditer(line, chunk.start(), chunk.end()):
                self._take(piece, number, address=address)
        if not line.strip():
            self.sentence += 1
        # Mail programs break lines anywhere: a new clause begins only after a short one.
        if len(self.found) - before <= _SHORT_LINE:
            self.clause += 1

    def _take(self, piece: re.Match[str], number: int, *, address: bool) -> None:
        text = piece[0]
        picture = bool(piece["sign"]) and is_picture(text)
        if piece["word"] or picture:
            mute = address or picture or any(map(str.isdigit, text))
            self.found.append(Word(text, number, self.clause, self.sentence, mute))
        elif piece["pause"] and not address:
            self.clause += 1
        elif piece["end"]:
            if text == "?" and self.found:
                self.questions.add(self.found[-1].sentence)
            self.clause += 1
            self.sentence += 1


@cache
def _folded(letter: str) -> str:
    """Fold one character. Whole texts are not normalised: sorting long runs of accents is quadratic."""
    if letter in _APOSTROPHES:
        return ""
    if letter in _TURKISH_I:
        return "i"
    parts = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(part for part in parts if unicodedata.category(part) not in _UNSEEN)


def is_picture(piece: str) -> bool:
    """Whether a piece of text is an emoji or another sign that is looked at, not read."""
    return len(piece) == 1 and unicodedata.category(piece) == "So"
