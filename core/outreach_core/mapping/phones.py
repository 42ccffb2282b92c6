"""How telephone numbers are compared.

The rule: a number is carried as it was typed; only the compared form is E.164, because rewriting people's
numbers is not our business.
"""

from __future__ import annotations

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from outreach_core.mapping.raw import Seen, Trouble

_FEWEST_DIGITS = 3


def read_phone(text: str, region: str | None) -> Seen | Trouble:
    """Read a telephone number.

    1  with ``+`` and a country code             compared as E.164
    2  national, and the rules name a region     compared as E.164 of that region
    3  a valid number but for its lost ``+``     compared as E.164 (cells that became numbers lose it)
    4  anything else with three digits or more   compared by its digits
    5  fewer digits                              trouble
    """
    digits = "".join(str(int(c)) for c in text if c.isdecimal())
    if len(digits) < _FEWEST_DIGITS:
        return Trouble(
            "bad_phone", "This is not a telephone number.", "Type it with its country code, +1 …"
        )
    number = _parse(text, region)
    if number is not None and phonenumbers.is_possible_number(number):
        return Seen(text, _e164(number))
    guess = None if "+" in text else _parse("+" + digits, None)
    if guess is not None and phonenumbers.is_valid_number(guess):
        return Seen(text, _e164(guess))
    return Seen(text, digits)


def _parse(text: str, region: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _e164(number: PhoneNumber) -> str:
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain
