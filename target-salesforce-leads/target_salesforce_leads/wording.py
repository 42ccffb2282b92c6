"""Salesforce's refusals in our words. Pure.

Rule: names the field and the remedy, never the value.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.salesforce.answers import Refused
from outreach_core.mapping.raw import Trouble, shape
from outreach_core.model import Problem

Places = Mapping[str, tuple[str, ...]]

# https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
WORDS: Mapping[str, tuple[str, str]] = {
    "REQUIRED_FIELD_MISSING": (
        "is required in Salesforce",
        "Fill it, map a column to it, or give it a default there.",
    ),
    "STRING_TOO_LONG": (
        "is longer than Salesforce's field",
        "Shorten it, or give the field `max_length` and `overflow_to` in the rule file.",
    ),
    "INVALID_EMAIL_ADDRESS": (
        "is not an e-mail address Salesforce takes",
        "Correct the address.",
    ),
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": (
        "is not one of Salesforce's values",
        "Add the value there, or map it under `values` in the rule file.",
    ),
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": (
        "breaks a validation rule of the org",
        "See Salesforce's own words; correct the row, or exempt the integration user from the rule.",
    ),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (
        "was refused by automation of the org",
        "See Salesforce's own words and ask whoever made it.",
    ),
    "INVALID_FIELD_FOR_INSERT_UPDATE": (
        "may not be written by the integration user",
        "Grant the field in a permission set, or use `direction: crm_to_sheet`.",
    ),
    "NUMBER_OUTSIDE_VALID_RANGE": ("is a number Salesforce's field cannot hold", "Correct it."),
    "JSON_PARSER_ERROR": ("is not of the type of Salesforce's field", "Correct the value."),
    "INVALID_CROSS_REFERENCE_KEY": ("names a record that is not there", "Correct the id."),
    "MALFORMED_ID": ("is no record's id", "Correct the id."),
    "FIELD_INTEGRITY_EXCEPTION": ("does not fit the record", "See Salesforce's own words."),
    "DUPLICATE_VALUE": (
        "has a value that another record has, and there it may stand once",
        "Merge the two in Salesforce, or correct the row.",
    ),
    "DUPLICATES_DETECTED": (
        "was found there already by a duplicate rule",
        "Merge or correct the records in Salesforce, or pause the row.",
    ),
    "DUPLICATE_EXTERNAL_ID": (
        "has a key that several records have",
        "Merge them in Salesforce.",
    ),
    "ENTITY_IS_DELETED": ("was deleted in Salesforce", "Restore it there."),
}
NO_ACCESS = (
    "may not be written by the integration user",
    "Give the user access to the record in Salesforce.",
)
OTHERWISE = ("was refused by Salesforce", "See Salesforce's own words.")
RECORD = "The record"


def problem_of(refused: Refused, places: Places | None = None) -> Problem:
    """Return a problem for the first thing refused.

    Args:
        refused: Salesforce's refusal.
        places: Where each canonical field lives; others are called by their name there.
    """
    name, code = refused.problems[0] if refused.problems else ("", "")
    field = next((f for f, named in (places or {}).items() if name in named), name)
    words, remedy = WORDS.get(code, OTHERWISE)
    if code.startswith("INSUFFICIENT_ACCESS"):
        words, remedy = NO_ACCESS
    return Problem((code or "refused").lower(), field, f"{_said(field)} {words}.", remedy=remedy)


def problem_with(field: str, trouble: Trouble, value: object) -> Problem:
    """Return a problem for a value that is not sent, because its field cannot hold it."""
    return Problem(trouble.code, field, trouble.message, shape(value), trouble.remedy)


def is_about_our_key(refused: Refused) -> bool:
    """Whether the unique value that another record has is our key: it is there already."""
    return refused.code == "conflict" and ROW_ID in refused.message


def _said(field: str) -> str:
    if not field:
        return RECORD
    return field if field.endswith("__c") else field.replace("_", " ")
