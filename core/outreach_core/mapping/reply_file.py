"""``replies.yml``: text to ``ReplyRules``, or every mistake with its line.

The rule: a phrase that could never work, or that two groups claim, is a mistake; nothing is silently dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from math import prod

from yaml.nodes import Node, SequenceNode

from outreach_core.mapping.phrases import ANY_ENDING, EITHER, PhraseBook, phrases_of
from outreach_core.mapping.reply_rules import MOST_UNKNOWN, MOST_WORDS, PhraseGroup, ReplyRules
from outreach_core.mapping.yaml_text import Entry, RuleText, kind, line

_ALL = 100
_LIMITS = ("most_unknown", "most_words")
# Without these no reply could be told from another, or nothing would hold back a yes.
_NEEDED = (PhraseGroup.POSITIVE, PhraseGroup.NEGATIVE, PhraseGroup.DOUBT)
# Of the groups in one of these sets, only one can hold a phrase: in two it would mean two things, or one
# of them would silence the other for ever.
_ANYWHERE = {
    PhraseGroup.POSITIVE,
    PhraseGroup.NEGATIVE,
    PhraseGroup.OUT_OF_OFFICE,
    PhraseGroup.HARMLESS,
}
_RIVALS = (
    frozenset({*_ANYWHERE, PhraseGroup.NEUTRAL}),
    frozenset({*_ANYWHERE, PhraseGroup.DOUBT}),
    frozenset({PhraseGroup.POSITIVE_ALONE, PhraseGroup.NEGATIVE_ALONE, PhraseGroup.NEUTRAL_ALONE}),
    frozenset({PhraseGroup.POSITIVE_ALONE, PhraseGroup.NEGATIVE}),
    frozenset({PhraseGroup.POSITIVE_ALONE, PhraseGroup.DOUBT}),
)
_LANGUAGE = re.compile(r"[a-z]{2}")
_STEM = re.compile(r"[^\W\d_]{3}\*$")
_MOST_PHRASES = 500


@lru_cache(maxsize=2)
def parse_reply_rules(text: str, source: str = "replies") -> ReplyRules:
    """Parse the file of reply rules; thousands of phrases, so that the same text is parsed once a process.

    Raises:
        ConfigError: ``bad_rules``, naming every mistake with its line.
    """
    file = RuleText(source)
    top = file.entries(file.root(text), "the file", (*PhraseGroup, *_LIMITS))
    shelf = _Shelf(file)
    for group in PhraseGroup:
        if group in top:
            shelf.take(group, top[group])
        elif group in _NEEDED and top:
            file.wrong(1, f"`{group}` is missing.", "Name at least one phrase under it.")
    most_words = file.whole(top["most_words"], 1) if "most_words" in top else MOST_WORDS
    most_unknown = _percent(file, top["most_unknown"]) if "most_unknown" in top else MOST_UNKNOWN
    file.stop_if_wrong()
    book = PhraseBook.of({group: frozenset(lines) for group, lines in shelf.lines.items()})
    return ReplyRules(book, most_words or MOST_WORDS, most_unknown or 0)


def _percent(file: RuleText, entry: Entry) -> int | None:
    number = file.whole(entry)
    if number is not None and number > _ALL:
        file.wrong(entry.line, f"`{entry.key}` is above 100.", "Write a percentage.")
    return number


@dataclass(slots=True)
class _Shelf:
    """The phrases read so far: per group, each with its line."""

    file: RuleText
    lines: dict[PhraseGroup, dict[str, int]] = field(default_factory=dict)

    def take(self, group: PhraseGroup, entry: Entry) -> None:
        """Read one group: its languages, and their phrases."""
        self.lines[group] = {}
        for language, phrases in self.file.entries(entry.value, f"`{group}`").items():
            if not _LANGUAGE.fullmatch(language):
                self.file.wrong(
                    phrases.line,
                    f"`{language}` is no language.",
                    "Write its two small letters, such as en.",
                )
            if isinstance(phrases.value, SequenceNode):
                self._phrases(group, phrases)
            else:
                self.file.wrong(
                    phrases.line,
                    f"`{language}` in `{group}` is {kind(phrases.value)}.",
                    "Write each phrase on its own line, after `- `.",
                )

    def _phrases(self, group: PhraseGroup, entry: Entry) -> None:
        for node in entry.value.value:
            for phrase in self._spelled(group, node):
                self._claimed(group, phrase, line(node))
                self.lines[group].setdefault(phrase, line(node))

    def _spelled(self, group: PhraseGroup, node: Node) -> tuple[str, ...]:
        """Return the phrases that one line stands for; none if it is wrong."""
        text = self.file.text(Entry(group, node, line(node)))
        if text is None:
            return ()
        wrong = _wrong(text)
        if wrong is not None:
            what, remedy = wrong
            self.file.wrong(line(node), f"A phrase of `{group}` {what}.", remedy)
            return ()
        return phrases_of(text)

    def _claimed(self, group: PhraseGroup, phrase: str, number: int) -> None:
        for other, phrases in self.lines.items():
            if other is not group and phrase in phrases and _rivals(group, other):
                what = f"This phrase of `{group}` is in `{other}` too, line {phrases[phrase]}."
                self.file.wrong(number, what, "Leave it in one of them.")


def _rivals(one: PhraseGroup, other: PhraseGroup) -> bool:
    return any({one, other} <= rivals for rivals in _RIVALS)


def _wrong(text: str) -> tuple[str, str] | None:
    """Say what is wrong with a phrase, and what to do."""
    chunks = text.split()
    if any("" in map(str.strip, chunk.split(EITHER)) for chunk in chunks):
        return "has a `/` with a word on one side only", "Write both words right beside it."
    if prod(chunk.count(EITHER) + 1 for chunk in chunks) > _MOST_PHRASES:
        return f"stands for more than {_MOST_PHRASES} phrases", "Write it as several."
    phrases = phrases_of(text)
    if not phrases:
        return "has no word", "Write one, or take it out."
    ways = sum(len(_STEM.findall(word)) for chunk in chunks for word in chunk.split(EITHER))
    if text.count(ANY_ENDING) != ways:
        return "has a `*` that fits anything", "Put it after three letters or more of a word."
    return None
