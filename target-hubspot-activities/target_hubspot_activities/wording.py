"""HubSpot's refusals in our words. Pure.

Rule: names the field and the remedy, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_adapters.hubspot.answers import Refused
from outreach_core.model import Problem

# https://developers.hubspot.com/docs/api-reference/error-handling
WORDS: Mapping[str, tuple[str, str]] = {
    "INVALID_EMAIL": ("is not an e-mail address HubSpot takes", "Correct the address."),
    "INVALID_OPTION": ("is not one of HubSpot's options", "Add the option or map the value."),
    "PROPERTY_DOESNT_EXIST": ("has no property in HubSpot", "Correct the rule file."),
    "READ_ONLY_VALUE": ("cannot be written in HubSpot", "Use `direction: crm_to_sheet`."),
}
OTHERWISE = ("is not a value HubSpot takes", "Correct the value.")


def problem_of_made(refused: Refused) -> Problem:
    """Return a problem for a company, an e-mail or a deal that HubSpot refused."""
    if not refused.problems:
        message = "HubSpot refused the record."
        return Problem("refused", "", message, remedy="See HubSpot's own words.")
    name, code = refused.problems[0]
    words, remedy = WORDS.get(code, OTHERWISE)
    return Problem(
        (code or "refused").lower(), name, f"{name or 'A value'} {words}.", remedy=remedy
    )


def problem_of(refused: Refused, places: Mapping[str, tuple[str, ...]]) -> Problem:
    """Return a problem for the first value refused, by its canonical field."""
    if refused.code == "conflict":
        message = "Another HubSpot contact has this e-mail address or row id."
        return Problem("taken", "email", message, remedy="Merge the two, or correct the row.")
    if not refused.problems:
        message = "HubSpot refused the record."
        return Problem("refused", "", message, remedy="See HubSpot's own words.")
    name, code = refused.problems[0]
    field = next((field for field, named in places.items() if name in named), name)
    words, remedy = WORDS.get(code, OTHERWISE)
    message = f"{field or 'A value'} {words}."
    return Problem((code or "refused").lower(), field, message, remedy=remedy)
