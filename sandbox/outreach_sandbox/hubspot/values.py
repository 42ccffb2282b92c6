"""Which values a property takes, and how they are stored: always as strings.

The one rule: every refusal carries the vendor's code and words, one entry per bad property.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import epoch_ms, iso

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.schema import Property, Schema

EMAIL = re.compile(
    r"[^@\s,;<>()]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*"
    r"\.[A-Za-z]{2,}"
)
DAY_MS = 86_400_000
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# https://knowledge.hubspot.com/properties/property-field-types-in-hubspot (text input)
MAX_TEXT = 65_536


class _BadValueError(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Checked:
    """The values to store and the objections."""

    values: dict[str, str]
    faults: list[dict[str, Any]]


def check(schema: Schema, sent: Mapping[str, Any], where: str) -> Checked:
    """Check the properties of one input.

    | # | case | outcome |
    |---|---|---|
    | 1 | no such property | PROPERTY_DOESNT_EXIST |
    | 2 | value is read only | READ_ONLY_VALUE |
    | 3 | "" | stored as "": a cleared property reads back as "", one never set as null |
    | 4 | any other value | by the property's type |
    | 5 | null, a list or an object | refused: what the vendor does is not known |
    """
    values: dict[str, str] = {}
    faults: list[dict[str, Any]] = []
    for name, value in sent.items():
        try:
            values[name] = _checked(schema, name, value, where)
        except _BadValueError as bad:
            faults.append(
                {"isValid": False, "message": bad.message, "error": bad.code, "name": name}
            )
    return Checked(values, faults)


def _checked(schema: Schema, name: str, value: Any, where: str) -> str:
    definition = schema.properties.get(name)
    if definition is None:  # (1)
        raise _BadValueError("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
    if definition.read_only:  # (2)
        raise _BadValueError(
            "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.'
        )
    return "" if value == "" else _store(definition, value, where)  # (3) (4)


def _store(definition: Property, value: Any, where: str) -> str:
    text = _text(value)
    match definition.type:
        case "enumeration":
            stored = _option(definition, text)
        case "bool":
            stored = _bool(text)
        case "number":
            stored = _number(text)
        case "datetime":
            stored = _datetime(text, where)
        case "date":
            stored = _date(text)
        case _:
            stored = _email(text) if definition.name == "email" else _short_enough(text)
    return stored


def _text(value: Any) -> str:
    # Requests may carry JSON numbers and booleans, answers are strings
    # https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(value)
    if not isinstance(value, str):  # (5)
        raise _BadValueError("INVALID_VALUE", "a property value must be a string")
    return value


def _short_enough(text: str) -> str:
    # the vendor documents the limit and neither code nor words of the refusal
    if len(text) > MAX_TEXT:
        raise _BadValueError(
            "VALUE_TOO_LONG", f"the value has {len(text)} characters; the limit is {MAX_TEXT}"
        )
    return text


def _email(text: str) -> str:
    # Stored in lower case, checked for form
    # https://developers.hubspot.com/docs/guides/api/crm/objects/contacts
    folded = text.strip().lower()
    if not EMAIL.fullmatch(folded):
        raise _BadValueError("INVALID_EMAIL", f"Email address {text} is invalid")
    return folded


def _option(definition: Property, text: str) -> str:
    if definition.external_options:
        return ";".join(_email(p) for p in text.split(";") if p) if _is_emails(definition) else text
    allowed = definition.option_values
    chosen = text.split(";") if definition.field_type == "checkbox" else [text]
    for value in chosen:
        if value and value not in allowed:
            listed = ", ".join(allowed)
            raise _BadValueError(
                "INVALID_OPTION", f"{value} was not one of the allowed options: [{listed}]"
            )
    return text


def _is_emails(definition: Property) -> bool:
    return definition.unique and definition.name == "hs_additional_emails"


def _bool(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise _BadValueError(
            "INVALID_OPTION", f"{text} was not one of the allowed options: [true, false]"
        )
    return text.lower()


def _number(text: str) -> str:
    if not NUMBER.fullmatch(text.strip()):
        raise _BadValueError("INVALID_INTEGER", f"{text} was not a valid number.")
    return text.strip()


def _datetime(text: str, where: str) -> str:
    milliseconds = epoch_ms(text)
    if milliseconds is None:
        raise _BadValueError("INVALID_LONG", f"{text} was not a valid long. {where}")
    return iso(milliseconds)


def _date(text: str) -> str:
    # A date is midnight UTC
    # https://developers.hubspot.com/docs/guides/api/crm/properties (date properties)
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        milliseconds = epoch_ms(text)
    if milliseconds is None or milliseconds % DAY_MS:
        raise _BadValueError("INVALID_DATE", f"{text} was not a valid date.")
    return datetime.fromtimestamp(milliseconds // 1000, UTC).date().isoformat()
