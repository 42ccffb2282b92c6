"""Reads a rule file's text strictly, remembering the line of everything.

The rule: every mistake is collected and told at once, with file, line, what is there (by its kind, never
quoted beyond a key) and what to do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar

from yaml.error import MarkedYAMLError, YAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from outreach_core.errors import ConfigError
from outreach_core.mapping.yaml_core import compose

E = TypeVar("E", bound=StrEnum)

_WRITE_TEXT = "Write text, in quotes if need be."

_KINDS = {
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
    "map": "a group of keys",
    "seq": "a list",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping with its value and its line (1-based)."""

    key: str
    value: Node
    line: int


@dataclass(slots=True)
class RuleText:
    """One file's text on its way to dataclasses; collects what is wrong with it."""

    source: str
    noted: list[tuple[int, str]] = field(default_factory=list)

    @property
    def mistakes(self) -> list[str]:
        """What was noted, in the order of the lines."""
        return [f"{self.source}:{line}: {text}" for line, text in sorted(self.noted)]

    def wrong(self, line: int, what: str, remedy: str) -> None:
        """Note a mistake and go on."""
        self.noted.append((line, f"{what} {remedy}"))

    def stop_if_wrong(self) -> None:
        """Raise everything that was noted.

        Raises:
            ConfigError: ``bad_rules``, with every mistake.
        """
        if self.mistakes:
            raise bad_rules(self.mistakes)

    def root(self, text: str) -> Node | None:
        """Parse the text.

        Raises:
            ConfigError: ``bad_rules``: it is not YAML at all.
        """
        try:
            return compose(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark
            self.wrong(mark.line + 1 if mark else 1, "This is not YAML.", _yaml_remedy(error))
            raise bad_rules(self.mistakes) from None
        except (YAMLError, ValueError):
            self.wrong(1, "This is not YAML.", "Check for odd characters.")
            raise bad_rules(self.mistakes) from None

    def entries(
        self, node: Node | None, where: str, known: Collection[str] | None = None
    ) -> dict[str, Entry]:
        """Return a mapping's entries; unknown and repeated keys are mistakes."""
        if node is None:
            self.wrong(1, "The file is empty.", "docs/reference/rules.md shows one.")
            return {}
        if not isinstance(node, MappingNode):
            self.wrong(
                line(node),
                f"What should be {where} is {kind(node)}.",
                "Write it as `key: value` lines.",
            )
            return {}
        found: dict[str, Entry] = {}
        for entry in self._pairs(node, where):
            if entry.key in found:
                first = found[entry.key].line
                self.wrong(
                    entry.line, f"`{entry.key}` is here twice.", f"Keep line {first} or this."
                )
            elif known is not None and entry.key not in known:
                self.wrong(
                    entry.line, f"`{entry.key}` is not known in {where}.", near(entry.key, known)
                )
            else:
                found[entry.key] = entry
        return found

    def text(self, entry: Entry) -> str | None:
        """Return the entry's text."""
        if kind(entry.value) == "nothing":  # where nothing stands, the reader is a line further
            self.wrong(entry.line, f"`{entry.key}` is nothing.", _WRITE_TEXT)
            return None
        return self._text(entry.value, entry.key)

    def texts(self, entry: Entry) -> tuple[str, ...] | None:
        """Return the entry's list of texts."""
        if not isinstance(entry.value, SequenceNode):
            self._not(entry, "a list of names")
            return None
        found = [self._text(node, entry.key) for node in entry.value.value]
        return tuple(text for text in found if text is not None)

    def number(self, entry: Entry, least: float = 0) -> float | None:
        """Return the entry's number, not below ``least``."""
        try:
            number = float(entry.value.value) if kind(entry.value) == "a number" else None
        except ValueError:
            number = None
        if number is None or not least <= number < float("inf"):
            self._not(entry, f"a number of at least {least:g}")
            return None
        return number

    def whole(self, entry: Entry, least: int = 0) -> int | None:
        """Return the entry's whole number."""
        number = self.number(entry, least)
        if number is not None and number != int(number):
            self._not(entry, "a whole number")
            return None
        return None if number is None else int(number)

    def word(self, entry: Entry, words: type[E]) -> E | None:
        """Return the entry's word, one of an enum's."""
        text = self._text(entry.value, entry.key)
        if text is None:
            return None
        if text not in list(words):
            known = [str(word) for word in words]
            self.wrong(
                entry.line, f"`{entry.key}` has a word that is not known.", near(text, known)
            )
            return None
        return words(text)

    def _pairs(self, node: MappingNode, where: str) -> Iterator[Entry]:
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield Entry(str(key.value), value, line(key))
            else:
                self.wrong(line(key), f"A key in {where} is {kind(key)}.", "Write a plain word.")

    def _text(self, node: Node, key: str) -> str | None:
        if kind(node) != "text" or not node.value.strip():
            what = "nothing" if kind(node) == "text" else kind(node)
            self.wrong(line(node), f"`{key}` is {what}.", _WRITE_TEXT)
            return None
        return str(node.value)

    def _not(self, entry: Entry, wanted: str) -> None:
        what = f"`{entry.key}` is {kind(entry.value)}."
        self.wrong(entry.line, what, f"Write {wanted}.")


def bad_rules(mistakes: list[str]) -> ConfigError:
    """Return the error that names every mistake on its own line."""
    return ConfigError("\n".join(mistakes), code="bad_rules", mistakes=tuple(mistakes))


def kind(node: Node) -> str:
    """Name what a node is."""
    return _KINDS.get(str(node.tag).rpartition(":")[2], "a special value")


def line(node: Node) -> int:
    """Return a node's line, 1-based."""
    return int(node.start_mark.line) + 1


def near(word: str, known: Collection[str]) -> str:
    """Say which word was probably meant, or which there are."""
    close = get_close_matches(word, known, 1)
    listed = ", ".join(sorted(known))
    return f"Did you mean `{close[0]}`?" if close else f"Known here: {listed}."


def _yaml_remedy(error: MarkedYAMLError) -> str:
    return f"The reader says: {error.problem or 'it cannot be read'}."
