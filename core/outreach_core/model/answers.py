"""What a person's words mean as an answer to a question.

The rule: words that are no choice are never guessed at; they become a note with what could be said instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from outreach_core.model.planning import Choice
from outreach_core.model.questions import LABELS, Option


@dataclass(frozen=True, slots=True)
class Answer:
    """What was understood; without an option only the note is kept."""

    option: Option | None
    custom: str | None = None
    note: str = ""


def read_answer(options: Sequence[Option], words: str, custom: str | None = None) -> Answer:
    """Return what a person's words mean; case and spaces do not count.

    | # | words                                  | custom value | meaning                             |
    |---|----------------------------------------|--------------|-------------------------------------|
    | 1 | blank                                  | blank        | nothing was said                    |
    | 2 | blank                                  | given        | a note: choose the custom value too |
    | 3 | one of the choices, or its short name  | any          | that choice                         |
    | 4 | ``Use custom value``                   | blank        | a note: type one                    |
    | 5 | anything else                          | any          | a note: what could be chosen        |
    """
    given = (custom or "").strip()
    folded = _fold(words)
    if not folded:
        offered = any(option.choice is Choice.CUSTOM for option in options)
        note = f"Choose `{LABELS[Choice.CUSTOM]}` to have the value used."
        return Answer(None, note=note if given and offered else "")  # 1 2
    option = next((one for one in options if folded in _names(one)), None)
    if option is None:
        offered_words = ", ".join(f"`{one.label}`" for one in options)
        return Answer(None, note=f"That is none of the choices: {offered_words}.")  # 5
    if option.choice is not Choice.CUSTOM:
        return Answer(option)  # 3
    if not given:
        return Answer(None, note="Type the value to use beside it.")  # 4
    return Answer(option, given)  # 3


def _names(option: Option) -> set[str]:
    names = {_fold(option.label)}
    if not option.record_id:
        names.add(_fold(str(option.choice)))
    return names


def _fold(words: str) -> str:
    folded = unicodedata.normalize("NFC", words).casefold().replace("_", " ")
    return " ".join(folded.split())
