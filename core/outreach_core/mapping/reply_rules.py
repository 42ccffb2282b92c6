"""``replies.yml`` as data: the groups of phrases that say what a reply means.

The rule: the groups differ only in what is concluded from them; phrases of every group are found alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach_core.mapping.phrases import PhraseBook
from outreach_core.model import Json

MOST_WORDS = 200
MOST_UNKNOWN = 25


class PhraseGroup(StrEnum):
    """The groups of the file; those named ``…_alone`` are a reply's only words."""

    POSITIVE = "positive"
    POSITIVE_QUESTION = "positive_question"
    POSITIVE_ALONE = "positive_alone"
    BESIDE = "beside_a_yes"
    AROUND = "around_a_yes"
    NEGATIVE = "negative"
    NEGATIVE_ALONE = "negative_alone"
    NEUTRAL = "neutral"
    NEUTRAL_ALONE = "neutral_alone"
    OUT_OF_OFFICE = "out_of_office"
    DOUBT = "doubt"
    HARMLESS = "harmless"
    COURTESY = "courtesy"


@dataclass(frozen=True, slots=True)
class ReplyRules:
    """Everything in ``replies.yml``.

    Attributes:
        most_words: A reply with more words is never taken for a yes.
        most_unknown: Percent of a reply's words, apart from the yes itself, that no group may know.
    """

    book: PhraseBook
    most_words: int = MOST_WORDS
    most_unknown: int = MOST_UNKNOWN

    def meaning(self) -> dict[str, Json]:
        """Return what the rules mean as plain data: the same for any order, language and comment."""
        groups: dict[str, Json] = {group: sorted(phrases) for group, phrases in self.book.groups}
        return {
            "most_unknown": self.most_unknown,
            "most_words": self.most_words,
            "phrases": groups,
        }
