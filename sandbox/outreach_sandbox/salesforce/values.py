"""Whether a value fits its field, in Salesforce's own words when it does not.

The one rule: a value that passed here is in the form it is stored and shown in.

https://developer.salesforce.com/docs/platform/api-rest/guide/errorcodes.html
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from outreach_sandbox.salesforce.ids import to_18
from outreach_sandbox.salesforce.schema import NUMBERS
from outreach_sandbox.salesforce.wire import Problem, RefusedError, day_of, moment_of, refuse, stamp

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.schema import Field

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"]+@[^@\s,;:<>()\[\]\"]+\.[A-Za-z0-9-]{2,}")
DATES = {"date": "date", "datetime": "dateTime"}


class BadTypeError(RefusedError):
    """JSON that cannot be read as the field's type; a collection may fail whole."""

    def __init__(self, item: Field, value: Any) -> None:
        kind = {"boolean": "boolean", "int": "int", **DATES}.get(item.type, "double")
        text = (
            f"Cannot deserialize instance of {kind} from VALUE_STRING value {value} or request "
            "may be missing a required field at [line:1, column:2]"
        )
        super().__init__(Problem("JSON_PARSER_ERROR", text))
        self.item, self.value = item, value

    def as_csv(self, column: int) -> str:
        """How a bulk job words it."""
        kind = "xsd:" + {**DATES, "boolean": "boolean", "int": "int"}.get(self.item.type, "double")
        return (
            f"INVALID_FIELD:Failed to deserialize field at col {column}. Due to, '{self.value}' "
            f"is not a valid value for the type {kind}:{self.item.name} --"
        )


def fit(org: Org, item: Field, value: Any, *, trims: bool = True) -> Any:
    """The value as it is stored.

    | # | field | value |
    |---|---|---|
    | 1 | any | null or an empty text is null |
    | 2 | boolean | true, false and their texts |
    | 3 | number | a number or its text |
    | 4 | date, dateTime | ISO; a dateTime is kept in UTC without its fraction |
    | 5 | reference | an id of one of its objects that exists |
    | 6 | text | maybe trimmed, not too long; e-mails and restricted picklists checked |
    """
    if value is None or value == "":  # (1)
        return False if item.type == "boolean" else None
    if item.type == "boolean":  # (2)
        return _boolean(item, value)
    if item.type in NUMBERS:  # (3)
        return _number(item, value)
    if item.type in DATES:  # (4)
        return _date(item, value)
    if item.type == "reference":  # (5)
        return _reference(org, item, value)
    return _text(item, value, trims=trims)  # (6)


def _boolean(item: Field, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false", "1", "0"):
        return str(value).lower() in ("true", "1")
    raise BadTypeError(item, value)


def _number(item: Field, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadTypeError(item, value)
    try:
        number = float(value)
    except ValueError:
        raise BadTypeError(item, value) from None
    if not math.isfinite(number):
        raise BadTypeError(item, value)
    if item.type == "int":
        if not number.is_integer():
            raise BadTypeError(item, value)
        return int(number)
    if item.precision and abs(number) >= 10 ** (item.precision - item.scale):
        text = f"{item.label}: value outside of valid range on numeric field: {value}"
        raise refuse("NUMBER_OUTSIDE_VALID_RANGE", text, item.name)
    return round(number, item.scale) if item.custom or item.type == "currency" else number


def _date(item: Field, value: Any) -> str:
    text = str(value)
    if item.type == "date":
        day = day_of(text[:10]) if len(text) == 10 or text[10:11] == "T" else None
        if day is None:
            raise BadTypeError(item, value)
        return day.isoformat()
    moment = moment_of(text)
    if moment is None or len(text) < 10:
        raise BadTypeError(item, value)
    return stamp(moment)


def _reference(org: Org, item: Field, value: Any) -> str:
    record_id = to_18(str(value))
    if record_id is None:
        text = f"{item.label}: id value of incorrect type: {value}"
        raise refuse("MALFORMED_ID", text, item.name)
    found = org.by_id(record_id)
    if found is None or found[1].deleted:
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if item.references and found[0].type.name not in item.references:
        text = f"{item.label}: id value of incorrect type: {value}"
        raise refuse("FIELD_INTEGRITY_EXCEPTION", text, item.name)
    return record_id


def _text(item: Field, value: Any, *, trims: bool) -> str | None:
    if isinstance(value, dict | list):
        raise BadTypeError(item, value)
    text = ("true" if value else "false") if isinstance(value, bool) else str(value)
    text = text.strip() if trims else text
    if not text:
        return None
    if item.length and len(text) > item.length:
        said = f"{item.label}: data value too large: {text} (max length={item.length})"
        raise refuse("STRING_TOO_LONG", said, item.name)
    if item.type == "email" and not EMAIL.fullmatch(text):
        said = f"{item.label}: invalid email address: {text}"
        raise refuse("INVALID_EMAIL_ADDRESS", said, item.name)
    if item.is_("R") and text not in item.values:
        said = f"{item.label}: bad value for restricted picklist field: {text}"
        raise refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", said, item.name)
    return text
