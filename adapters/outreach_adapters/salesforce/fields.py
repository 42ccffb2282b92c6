"""What a describe says of fields that are to be written: more than reading needs to know.

Rule: a field the user may not see is not there; what the org says of the others is repeated, never guessed.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach_adapters.salesforce.account import COMPOUND, described
from outreach_adapters.salesforce.composite import Answered

BOOLEAN, DATE, DATETIME, REFERENCE = "boolean", "date", "datetime", "reference"
NUMBERS = ("currency", "double", "int", "long", "percent")
CHOICES = ("combobox", "multipicklist", "picklist")
# fields that hold text of a length
TEXTS = ("string", "textarea", "email", "phone", "url", "encryptedstring", *CHOICES)
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
SEVERAL = ";"


@dataclass(frozen=True)
class Field:
    """One field of an object, as far as this user may see it.

    Attributes:
        length: Characters of a text; 0 where there is no limit to know.
        required: It may not be blank, and Salesforce fills nothing in.
        values: The active values of a list of choices.
        restricted: Nothing but these values is taken.
        key: It is a unique external id.
    """

    name: str
    type: str
    length: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    values: tuple[str, ...] = ()
    restricted: bool = False
    key: bool = False

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Field:
        """Read one field of a describe."""
        kind = str(told.get("type") or "string")
        fixed = bool(told.get("nillable")) or bool(told.get("defaultedOnCreate"))
        return cls(
            name=str(told.get("name")),
            type=kind,
            length=int(told.get("length") or 0) if kind in TEXTS else 0,
            createable=bool(told.get("createable")),
            updateable=bool(told.get("updateable")),
            required=not fixed and kind != BOOLEAN,
            values=tuple(
                str(one.get("value"))
                for one in told.get("picklistValues") or ()
                if one.get("active", True)
            ),
            restricted=bool(told.get("restrictedPicklist")),
            key=bool(told.get("externalId")) and bool(told.get("unique")),
        )


def fields_of(answers: Answered, of: str) -> Mapping[str, Field]:
    """Return an object's fields by name; none if the user may not see the object."""
    found = (Field.of(one) for one in described(answers, of) if one.get("type") not in COMPOUND)
    return {field.name: field for field in found}
