"""One value of one field: as it is sent, and whether two are the same. Pure.

Rule: what a field cannot hold is known before it is sent, so that it costs its own field alone; whatever is
left is Salesforce's to judge.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_valid_date_formats.htm
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from outreach_adapters.salesforce.fields import (
    BOOLEAN,
    CHOICES,
    DATE,
    DATETIME,
    NUMBERS,
    REFERENCE,
    SEVERAL,
    Field,
)
from outreach_adapters.salesforce.ids import to_18
from outreach_core.mapping.raw import Trouble
from outreach_core.mapping.stand_ins import is_stand_in

WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MOST_NAMED = 12
EXACT = 2**53  # above, JSON numbers lose digits
NOT_A_NUMBER = Trouble("bad_number", "Salesforce holds a number there.", "Write digits.")
NOT_WHOLE = Trouble("bad_number", "Salesforce holds a whole number there.", "Round it.")
NOT_YES_OR_NO = Trouble("bad_boolean", "Salesforce holds yes or no there.", "Write true or false.")
NOT_A_DATE = Trouble("bad_date", "Salesforce holds a date there.", "Write it as YYYY-MM-DD.")
NOT_A_TIME = Trouble(
    "bad_datetime", "Salesforce holds a time there.", "Write it with its offset from UTC."
)
NOT_AN_ID = Trouble(
    "bad_id", "Salesforce holds a record's id there.", "Write 15 or 18 letters and digits."
)
REQUIRED = Trouble("required", "Salesforce needs a value there.", "Fill it.")


def fitted(field: Field, value: Any) -> Any:
    """Return a value as it is sent, or the `Trouble` with it.

    | # | the field | the value | sent |
    |---|---|---|---|
    | 1 | any | blank | null; false for yes or no; trouble where it is required |
    | 2 | yes or no | its words | true or false |
    | 3 | a number | its digits | a number |
    | 4 | a date, a time | ISO | a day; a moment in UTC |
    | 5 | a reference | an id | the id |
    | 6 | a list of its own values alone | another | trouble |
    | 7 | a text | one that is too long | trouble |
    | 8 | a text | another | without white space around it |
    """
    if value is None or value == "":  # (1)
        if field.type == BOOLEAN:
            return False
        return REQUIRED if field.required else None
    text = str(value).strip()
    if field.type == BOOLEAN:  # (2)
        return WORDS.get(text.lower(), NOT_YES_OR_NO)
    if field.type in NUMBERS:  # (3)
        return _number(text, whole=field.type in ("int", "long"))
    if field.type in (DATE, DATETIME):  # (4)
        moment = _moment(text)
        if field.type == DATE:
            return text[:10] if moment else NOT_A_DATE
        return sent_time(moment) if moment and moment.tzinfo else NOT_A_TIME
    if field.type == REFERENCE:  # (5)
        return to_18(text) or NOT_AN_ID
    return _text(field, text)


def same(field: Field | None, one: Any, other: Any) -> bool:
    """Whether a field shows the same by both values: blanks are alike, and so are all line ends.

    What stands in for a name counts as blank.
    """
    kind = field.type if field else ""
    if kind == BOOLEAN:
        return _yes(one) == _yes(other)
    texts = [_shown(value) for value in (one, other)]
    if "" in texts or texts[0] == texts[1]:
        return texts[0] == texts[1]
    read = _decimal if kind in NUMBERS else _instant if kind == DATETIME else None
    found = read(texts[0]) if read else None
    return found is not None and read is not None and found == read(texts[1])


def listed(values: Sequence[str]) -> str:
    """Return the first of an org's values, for a message."""
    return ", ".join([*values[:MOST_NAMED], *(["…"] if len(values) > MOST_NAMED else [])])


def sent_time(moment: datetime) -> str:
    """Return a moment as JSON and CSV both take it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def _number(text: str, *, whole: bool) -> Any:
    exact = _decimal(text)
    if exact is None or not exact.is_finite():
        return NOT_A_NUMBER
    if exact == exact.to_integral_value() and abs(exact) <= EXACT:
        return int(exact)
    return NOT_WHOLE if whole else float(exact)


def _text(field: Field, text: str) -> Any:
    if field.type in CHOICES and field.restricted:
        known = {value.casefold() for value in field.values}
        chosen = text.split(SEVERAL) if field.type == "multipicklist" else [text]
        if any(one.strip().casefold() not in known for one in chosen):  # (6)
            return Trouble(
                "unknown_choice",
                f"It is none of Salesforce's values: {listed(field.values)}.",
                "Choose one of them, add it there, or map it under `values` in the rule file.",
            )
    if field.length and len(text) > field.length:  # (7)
        return Trouble(
            "too_long",
            f"The text is longer than the {field.length} characters that {field.name} holds.",
            "Shorten it, or give the field `max_length` and `overflow_to` in the rule file.",
        )
    return text  # (8)


def _shown(value: Any) -> str:
    if value is None or is_stand_in(value):
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def _yes(value: Any) -> bool:
    return WORDS.get(str(value).strip().lower(), False)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    moment = _moment(text)
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
