"""Applies the groups of ``replies.yml`` to one text.

The rule: a yes counts only where it is understood. Every word of its clause is known, and so are most of
the reply's others; "let's talk" is a yes, "let's talk about your lies" is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, takewhile

from outreach_core.mapping.phrases import Span
from outreach_core.mapping.reply_rules import PhraseGroup, ReplyRules
from outreach_core.mapping.words import Word, Words, words_of

_MOST_NAMES = 4  # pieces of a line below a short reply: a name, a trade, a phone number
_MOST_ADDRESSED = 2  # words after a greeting
_PERCENT = 100
_ONLY_KNOWN = {PhraseGroup.BESIDE, PhraseGroup.AROUND}
_BESIDE_A_YES = (
    PhraseGroup.POSITIVE,
    PhraseGroup.POSITIVE_QUESTION,
    PhraseGroup.POSITIVE_ALONE,
    PhraseGroup.BESIDE,
    PhraseGroup.NEUTRAL,
    PhraseGroup.NEUTRAL_ALONE,
    PhraseGroup.HARMLESS,
    PhraseGroup.COURTESY,
)


@dataclass(frozen=True, slots=True)
class ReplyReading:
    """A text's words, and the phrases found among them."""

    words: Words
    found: dict[str, list[Span]]

    @classmethod
    def of(cls, text: str, rules: ReplyRules) -> ReplyReading:
        """Find every phrase of the rules in a text."""
        words = words_of(text)
        return cls(words, rules.book.found(words))

    def says(self, group: PhraseGroup) -> bool:
        """Whether a phrase of the group stands anywhere, not as part of a harmless one.

        A doubt that is part of a yes is none: "why not, let's talk".
        """
        overlooked = self._covered(PhraseGroup.HARMLESS)
        if group is PhraseGroup.DOUBT:
            overlooked |= self._covered(PhraseGroup.POSITIVE)
            overlooked |= self._covered(PhraseGroup.POSITIVE_QUESTION)
        return any(self._outside(overlooked, group))

    def is_only(self, group: PhraseGroup) -> bool:
        """Whether the text is phrases of the group, apart from greetings, thanks and names."""
        wanted = self._covered(group)
        left = set(range(len(self.words.all))) - self._covered(PhraseGroup.COURTESY) - self._names()
        return bool(wanted) and left <= wanted and not self.words.questions

    def yeses(self) -> list[Span]:
        """Return every yes that is told, or asked as one, and is no part of a no ("not interested")."""
        refused, openings = self._covered(PhraseGroup.NEGATIVE), self._openings()
        told = self._outside(refused, PhraseGroup.POSITIVE)
        asked = self._outside(refused, PhraseGroup.POSITIVE_QUESTION)
        return [*asked, *(span for span in told if self._is_told(span, openings))]

    def understands(self, yeses: list[Span], most_unknown: int) -> bool:
        """Whether a yes stands in a clause of known words, in a reply of mostly known ones.

        A second yes in another such clause confirms the first: twice as many may then be unknown.
        """
        words, names = self.words.all, self._names()
        beside = self._unknown(_BESIDE_A_YES) - names
        around = self._unknown((*_BESIDE_A_YES, PhraseGroup.AROUND)) - names
        unclear = {words[at].clause for at in beside}
        places = [{word.clause for word in words[yes.start : yes.end]} for yes in yeses]
        clear = {min(clauses) for clauses in places if clauses.isdisjoint(unclear)}
        others = {at for at, word in enumerate(words) if word.clause not in clear} - names
        limit = most_unknown * min(len(clear), 2)
        return bool(clear) and len(around) * _PERCENT <= limit * len(others)

    def _is_told(self, yes: Span, openings: set[int]) -> bool:
        """Whether a yes is no question, or is what a question begins with before it goes on."""
        words = self.words.all
        sentence = words[yes.start].sentence
        if sentence not in self.words.questions:
            return True
        goes_on = yes.end < len(words) and words[yes.end].sentence == sentence
        return goes_on and yes.start in openings

    def _unknown(self, known: Iterable[PhraseGroup]) -> set[int]:
        """Return the words of no such group; numbers and the like are known."""
        covered = set().union(*map(self._covered, known))
        return {at for at, word in enumerate(self.words.all) if at not in covered and not word.mute}

    def _names(self) -> set[int]:
        """Return words of no group that follow a greeting, or fill a line of capitals below the first."""
        said = set().union(*map(self._covered, set(PhraseGroup) - _ONLY_KNOWN))
        courtesy = self._covered(PhraseGroup.COURTESY)
        names: set[int] = set()
        for _, clause in self._clauses():
            greeting = len(list(takewhile(courtesy.__contains__, clause)))
            names.update(clause[greeting : greeting + _MOST_ADDRESSED] if greeting else ())
        first = self.words.all[0].line if self.words.all else 0
        named = {at for at, line in enumerate(self.words.lines) if at > first and _is_name(line)}
        names.update(at for at, word in enumerate(self.words.all) if word.line in named)
        return names - said

    def _openings(self) -> set[int]:
        """Return the words that begin a clause, or follow only courtesies and a yes in it."""
        light = self._covered(PhraseGroup.COURTESY) | self._covered(PhraseGroup.POSITIVE_ALONE)
        openings: set[int] = set()
        for _, clause in self._clauses():
            begins = len(list(takewhile(light.__contains__, clause)))
            openings.update(clause[: begins + 1])
        return openings

    def _clauses(self) -> Iterator[tuple[int, list[int]]]:
        numbered = enumerate(self.words.all)
        for clause, places in groupby(numbered, key=_clause_of):
            yield clause, [at for at, _ in places]

    def _outside(self, overlooked: set[int], group: PhraseGroup) -> Iterator[Span]:
        spans = self.found.get(group, [])
        return (span for span in spans if not overlooked.issuperset(range(*span)))

    def _covered(self, group: PhraseGroup) -> set[int]:
        return {at for span in self.found.get(group, []) for at in range(*span)}


def _clause_of(placed: tuple[int, Word]) -> int:
    return placed[1].clause


def _is_name(line: str) -> bool:
    pieces = line.split()
    return len(pieces) <= _MOST_NAMES and not any(piece[0].islower() for piece in pieces)
