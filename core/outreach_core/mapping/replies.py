"""What a reply says: whether a person answered our e-mail with a yes.

The rule: only a sure yes is positive, as a deal is made of it. Whatever speaks against it wins, and what
is not understood is unsure.

     1  no word of the person's own                       unsure
     2  a machine answered                                out_of_office
     3  a no, and a yes                                   unsure
     4  a no                                              negative
     5  a yes, and a doubt or more words than usual       unsure
     6  a yes                                             positive
     7  a thank you or a hand-over, and a question        unsure
     8  a thank you or a hand-over                        neutral
     9  anything else                                     unsure

A yes within a question counts only where a clause begins with it ("I am interested, can you call?", not
"Why would you think I am interested?").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from outreach_core.mapping.phrases import PhraseBook, Span, Words, folded, words_of
from outreach_core.mapping.reply_text import reply_text
from outreach_core.model import Json

_MOST_NAMES = 4
_MOST_ADDRESSED = 2


class Sentiment(StrEnum):
    """What a reply says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    OUT_OF_OFFICE = "out_of_office"
    UNSURE = "unsure"


class PhraseGroup(StrEnum):
    """The groups of ``replies.yml``; those named ``…_alone`` are a reply's only words."""

    POSITIVE = "positive"
    POSITIVE_ALONE = "positive_alone"
    BESIDE = "beside_a_yes"
    NEGATIVE = "negative"
    NEGATIVE_ALONE = "negative_alone"
    NEUTRAL = "neutral"
    NEUTRAL_ALONE = "neutral_alone"
    OUT_OF_OFFICE = "out_of_office"
    DOUBT = "doubt"
    HARMLESS = "harmless"
    COURTESY = "courtesy"


_CLEAR = (
    PhraseGroup.POSITIVE,
    PhraseGroup.POSITIVE_ALONE,
    PhraseGroup.HARMLESS,
    PhraseGroup.BESIDE,
)


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """``replies.yml`` as data.

    Attributes:
        most_words: A reply with more words is never taken for a yes.
    """

    book: PhraseBook
    most_words: int = 200

    def meaning(self) -> dict[str, Json]:
        """Return what the rules mean as plain data: the same for any order, language and comment."""
        groups: dict[str, Json] = {group: sorted(phrases) for group, phrases in self.book.groups}
        return {"most_words": self.most_words, "phrases": groups}


def parse_sentiment(cell: str | None) -> Sentiment | None:
    """Return what the sheet's own ``Sentiment`` column says; ``None`` if it is blank or another word."""
    words = "_".join("".join(c if c.isalpha() else " " for c in folded(cell or "")).split())
    known = [one for one in Sentiment if one == words and one is not Sentiment.UNSURE]
    return known[0] if known else None


def classify(text: str | None, rules: ReplyRules) -> Sentiment:
    """Say what a reply says, by its own words alone (the table above)."""
    reply = reply_text(text or "")
    own = _Reading.of(reply.own, rules)
    if not own.words.all:
        return Sentiment.UNSURE  # 1
    if own.says(PhraseGroup.OUT_OF_OFFICE):
        return Sentiment.OUT_OF_OFFICE  # 2
    yes = own.says_yes()
    if own.says_no() or _Reading.of(reply.margin, rules).says(PhraseGroup.NEGATIVE):
        return Sentiment.UNSURE if yes else Sentiment.NEGATIVE  # 3, 4
    doubt = own.says(PhraseGroup.DOUBT)
    if yes:
        sure = not doubt and len(own.words.all) <= rules.most_words
        return Sentiment.POSITIVE if sure else Sentiment.UNSURE  # 5, 6
    if own.says(PhraseGroup.NEUTRAL) or own.is_only(PhraseGroup.NEUTRAL_ALONE):
        return Sentiment.UNSURE if own.words.questions else Sentiment.NEUTRAL  # 7, 8
    return Sentiment.UNSURE  # 9


@dataclass(frozen=True, slots=True)
class _Reading:
    """A text's words and the phrases found among them."""

    words: Words
    found: dict[str, list[Span]]

    @classmethod
    def of(cls, text: str, rules: ReplyRules) -> _Reading:
        words = words_of(text)
        return cls(words, rules.book.found(words))

    def says(self, group: PhraseGroup) -> bool:
        """Whether a phrase of the group stands anywhere, not as part of a harmless one."""
        overlooked = self._covered(PhraseGroup.HARMLESS)
        if group is PhraseGroup.DOUBT:
            overlooked |= self._covered(PhraseGroup.POSITIVE)
        return any(self._outside(overlooked, group))

    def says_no(self) -> bool:
        return self.says(PhraseGroup.NEGATIVE) or self.is_only(PhraseGroup.NEGATIVE_ALONE)

    def says_yes(self) -> bool:
        """Whether there is a yes: no part of a no ("not interested"), told and not asked, and clear."""
        refused = self._covered(PhraseGroup.NEGATIVE)
        clear, openings = self._clear_clauses(), self._openings()
        for span in self._outside(refused, PhraseGroup.POSITIVE):
            words = self.words.all[span.start : span.end]
            told = words[0].sentence not in self.words.questions or span.start in openings
            if told and all(word.clause in clear for word in words):
                return True
        return self.is_only(PhraseGroup.POSITIVE_ALONE)

    def is_only(self, group: PhraseGroup) -> bool:
        """Whether the text is phrases of the group, apart from greetings, thanks and names."""
        wanted, courtesy = self._covered(group), self._covered(PhraseGroup.COURTESY)
        said = False
        line = -1
        for clause in self._clauses():
            left = [at for at in clause if at not in courtesy]
            begins_line = self.words.all[clause[0]].line != line
            line = self.words.all[clause[-1]].line
            if not wanted.isdisjoint(clause) and wanted.issuperset(left):
                said = True
            elif len(left) > _MOST_ADDRESSED or len(left) == len(clause):
                if not (said and begins_line and _is_name(self.words.lines[line])):
                    return False
        return said and not self.words.questions

    def _clear_clauses(self) -> set[int]:
        """Return the clauses, by number, of which every word is known to leave a yes as it is."""
        courtesy = self._covered(PhraseGroup.COURTESY)
        known = courtesy.union(*map(self._covered, _CLEAR))
        clear: set[int] = set()
        for clause in self._clauses():
            greeting = [at for at, place in enumerate(clause) if place not in courtesy]
            start = greeting[0] if greeting else len(clause)
            name = clause[start : start + _MOST_ADDRESSED] if start else []
            unknown = [at for at in clause if at not in known and not self.words.all[at].mute]
            if all(at in name for at in unknown):
                clear.add(self.words.all[clause[0]].clause)
        return clear

    def _openings(self) -> set[int]:
        """Return the words that begin a clause, or follow only courtesies and a yes in it."""
        light = self._covered(PhraseGroup.COURTESY) | self._covered(PhraseGroup.POSITIVE_ALONE)
        openings: set[int] = set()
        for at, word in enumerate(self.words.all):
            begins = at == 0 or self.words.all[at - 1].clause != word.clause
            if begins or (at - 1 in light and at - 1 in openings):
                openings.add(at)
        return openings

    def _spans(self, group: PhraseGroup) -> list[Span]:
        return self.found.get(group, [])

    def _outside(self, overlooked: set[int], group: PhraseGroup) -> Iterator[Span]:
        return (span for span in self._spans(group) if not overlooked.issuperset(range(*span)))

    def _covered(self, group: PhraseGroup) -> set[int]:
        return {at for span in self._spans(group) for at in range(*span)}

    def _clauses(self) -> Iterator[list[int]]:
        numbered = enumerate(self.words.all)
        for _, clause in groupby(numbered, key=lambda one: one[1].clause):
            yield [at for at, _ in clause]


def _is_name(line: str) -> bool:
    """Whether a line looks like a name, a trade or a phone number below a short reply."""
    pieces = line.split()
    return len(pieces) <= _MOST_NAMES and not any(piece[0].islower() for piece in pieces)
