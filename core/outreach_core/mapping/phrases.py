"""Phrases that people write down, found in a text whatever its spelling.

The rule: all groups of phrases are found in one pass, in time proportional to the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from outreach_core.mapping.words import Words, folded, is_picture

ANY_ENDING = "*"
EITHER = "/"

_PIECE = re.compile(r"(?P<word>[^\W_]+\*?)|(?P<sign>[^\w\s])")


class Span(NamedTuple):
    """Where a phrase was found: words from ``start`` up to ``end``."""

    start: int
    end: int


@dataclass(slots=True)
class _Node:
    """One step of the tree of phrases.

    Attributes:
        sizes: How long its stems are.
        groups: The groups whose phrase ends here.
    """

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


def phrases_of(text: str) -> tuple[str, ...]:
    """Return a phrase, or each of those its ``/`` stand for, in one spelling; empty if it has no word."""
    words = [_choices(chunk) for chunk in folded(text).split()]
    spelled = (" ".join(" ".join(choice).split()) for choice in product(*words))
    return tuple(phrase for phrase in dict.fromkeys(spelled) if phrase)


def _choices(chunk: str) -> list[str]:
    return [
        " ".join(p[0] for p in _PIECE.finditer(one) if p["word"] or is_picture(p["sign"]))
        for one in chunk.split(EITHER)
    ]


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Groups of phrases, found together in one pass.

    Attributes:
        groups: Per group its phrases as ``phrases_of`` spells them.
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
