"""Phrases as people type them, found in text as other people typed it.

The rule: two spellings that a reader takes for the same word are the same word here. Capitals, accents,
apostrophes, hyphens and the dots of an i (Turkish has two of them) never decide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import NamedTuple

ANY_ENDING = "*"
EITHER = "/"

_APOSTROPHES = frozenset("'`\N{ACUTE ACCENT}\N{PRIME}\N{MODIFIER LETTER APOSTROPHE}‘’")
_TURKISH_I = frozenset("I\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{LATIN SMALL LETTER DOTLESS I}")
_UNSEEN = frozenset(("Mn", "Me", "Cf"))  # accents; joiners, direction marks, soft hyphens
# A full stop ends a sentence only before a blank: 10.30 and example.com are one piece of text.
_PIECE = re.compile(
    r"(?P<word>[^\W_]+)|(?P<end>[!?]|\.(?=[\"')\]]?(?:\s|$)))|(?P<pause>[,;:()–—]|-(?=\s))|(?P<sign>[^\w\s])"
)
_PHRASE_PIECE = re.compile(r"(?P<word>[^\W_]+\*?)|(?P<sign>[^\w\s])")
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


class Span(NamedTuple):
    """Where a phrase was found: words from ``start`` up to ``end``."""

    start: int
    end: int


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


@dataclass(slots=True)
class _Node:
    """One step of the tree of phrases."""

    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)
    sizes: set[int] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)

    def after(self, word: str) -> Iterator[_Node]:
        """Yield the steps that a word leads to."""
        if word in self.words:
            yield self.words[word]
        for size in self.sizes:
            if word[:size] in self.stems:
                yield self.stems[word[:size]]


def folded(text: str) -> str:
    """Return the text without what never decides; each character costs the same."""
    return "".join(map(_folded, text))


def phrases_of(text: str) -> tuple[str, ...]:
    """Return a phrase, or each of those its ``/`` stand for, in one spelling; empty if it has no word."""
    words = [_choices(chunk) for chunk in folded(text).split()]
    spelled = (" ".join(" ".join(choice).split()) for choice in product(*words))
    return tuple(phrase for phrase in dict.fromkeys(spelled) if phrase)


def _choices(chunk: str) -> list[str]:
    return [
        " ".join(p[0] for p in _PHRASE_PIECE.finditer(one) if p["word"] or _is_picture(p["sign"]))
        for one in chunk.split(EITHER)
    ]


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
        picture = bool(piece["sign"]) and _is_picture(text)
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


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Groups of phrases, found together in one pass.

    Attributes:
        groups: Per group its phrases as ``phrase_of`` spells them.
    """

    groups: tuple[tuple[str, frozenset[str]], ...]
    tree: _Node = field(compare=False, repr=False)

    @classmethod
    def of(cls, groups: Mapping[str, frozenset[str]]) -> PhraseBook:
        """Build the book."""
        tree = _Node()
        for group, phrases in groups.items():
            for phrase in phrases:
                _plant(tree, phrase, group)
        return cls(tuple(sorted(groups.items())), tree)

    def found(self, words: Words) -> dict[str, list[Span]]:
        """Return where phrases of each group stand; none reaches over the end of a sentence."""
        spans: dict[str, list[Span]] = {group: [] for group, _ in self.groups}
        for start, first in enumerate(words.all):
            nodes = list(self.tree.after(first.text))
            end = start + 1
            while nodes:
                for group in {group for node in nodes for group in node.groups}:
                    spans[group].append(Span(start, end))
                if end == len(words.all) or words.all[end].sentence != first.sentence:
                    break
                nodes = [n for node in nodes for n in node.after(words.all[end].text)]
                end += 1
        return spans


def _plant(tree: _Node, phrase: str, group: str) -> None:
    node = tree
    for word in phrase.split(" "):
        if word.endswith(ANY_ENDING):
            stem = word.removesuffix(ANY_ENDING)
            node.sizes.add(len(stem))
            node = node.stems.setdefault(stem, _Node())
        else:
            node = node.words.setdefault(word, _Node())
    node.groups.add(group)


@cache
def _folded(letter: str) -> str:
    """Fold one character. Whole texts are not normalised: sorting long runs of accents is quadratic."""
    if letter in _APOSTROPHES:
        return ""
    if letter in _TURKISH_I:
        return "i"
    parts = unicodedata.normalize("NFKD", letter).casefold()
    return "".join(part for part in parts if unicodedata.category(part) not in _UNSEEN)


def _is_picture(piece: str) -> bool:
    return len(piece) == 1 and unicodedata.category(piece) == "So"
