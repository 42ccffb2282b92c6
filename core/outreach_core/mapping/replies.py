"""What a reply says: whether a person answered our e-mail with a yes.

The rule: only a sure yes is positive, as a deal is made of it. Whatever speaks against it wins, and what
is not understood is unsure.

     1  no word of the person's own                       unsure
     2  a machine answered                                out_of_office
     3  a no, and a yes beside it                         unsure
     4  a no                                              negative
     5  a yes, and a doubt or more words than usual       unsure
     6  a yes among words that are not understood         unsure
     7  a yes                                             positive
     8  a thank you or a hand-over, and a question        unsure
     9  a thank you or a hand-over                        neutral
    10  anything else                                     unsure

A yes within a question counts only where a clause begins with it: "I am interested, can you call?", not
"Why would you think I am interested?".
"""

from __future__ import annotations

import re
from enum import StrEnum

from outreach_core.mapping.reply_reading import ReplyReading
from outreach_core.mapping.reply_rules import PhraseGroup, ReplyRules
from outreach_core.mapping.reply_text import own_words, reply_text
from outreach_core.mapping.words import folded

__all__ = ["PhraseGroup", "ReplyRules", "Sentiment", "classify", "own_words", "parse_sentiment"]

_NOT_LETTERS = re.compile(r"[\s_-]+")


class Sentiment(StrEnum):
    """What a reply says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    OUT_OF_OFFICE = "out_of_office"
    UNSURE = "unsure"


def parse_sentiment(cell: str | None) -> Sentiment | None:
    """Return what the sheet's own ``Sentiment`` column says; ``None`` if it is blank or another word."""
    word = _NOT_LETTERS.sub("_", folded(cell or "").strip())
    told = [one for one in Sentiment if one == word]
    return told[0] if told and told[0] is not Sentiment.UNSURE else None


def classify(text: str | None, rules: ReplyRules) -> Sentiment:
    """Say what a reply says, by its own words alone (the table above)."""
    reply = reply_text(text or "")
    own = ReplyReading.of(reply.own, rules)
    if not own.words.all:
        return Sentiment.UNSURE  # 1
    if own.says(PhraseGroup.OUT_OF_OFFICE):
        return Sentiment.OUT_OF_OFFICE  # 2
    yeses = own.yeses()
    only_yes = own.is_only(PhraseGroup.POSITIVE_ALONE)
    if _is_no(own) or ReplyReading.of(reply.margin, rules).says(PhraseGroup.NEGATIVE):
        return Sentiment.UNSURE if yeses or only_yes else Sentiment.NEGATIVE  # 3, 4
    if yeses or only_yes:
        doubted = own.says(PhraseGroup.DOUBT) or len(own.words.all) > rules.most_words  # 5
        understood = only_yes or own.understands(yeses, rules.most_unknown)  # 6
        return Sentiment.POSITIVE if understood and not doubted else Sentiment.UNSURE  # 7
    if own.says(PhraseGroup.NEUTRAL) or own.is_only(PhraseGroup.NEUTRAL_ALONE):
        return Sentiment.UNSURE if own.words.questions else Sentiment.NEUTRAL  # 8, 9
    return Sentiment.UNSURE  # 10


def _is_no(own: ReplyReading) -> bool:
    return own.says(PhraseGroup.NEGATIVE) or own.is_only(PhraseGroup.NEGATIVE_ALONE)
