"""What the records of each stream look like.

Rule: with `schema: container` nothing here depends on the account, so that one catalog fits all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from singer_sdk import typing as th

Schema = dict[str, Any]
ENVELOPE = (
    th.Property("id", th.StringType, required=True),
    th.Property("created_at", th.DateTimeType),
    th.Property("updated_at", th.DateTimeType),
    th.Property("archived", th.BooleanType),
    th.Property("merged_ids", th.ArrayType(th.StringType)),
)
# https://developers.hubspot.com/docs/guides/api/crm/properties#property-type-and-fieldtype-values
TYPES: Mapping[str, Schema] = {
    "bool": {"type": ["boolean", "null"]},
    "number": {"type": ["number", "null"]},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
    "date": {"type": ["string", "null"], "format": "date"},
}
TEXT: Schema = {"type": ["string", "null"]}


def container() -> Schema:
    """Return the schema that is the same for every account."""
    schema: Schema = th.PropertiesList(*ENVELOPE).to_dict()
    schema["properties"]["properties"] = {
        "type": "object",
        "description": "The contact's properties by name, as HubSpot wrote them.",
        "additionalProperties": TEXT,
    }
    schema["properties"]["history"] = {
        "type": ["object", "null"],
        "description": "When its properties got their values, where the look-ups file asked for that.",
        "additionalProperties": {
            "type": "object",
            "properties": {
                "at": {"type": "string", "format": "date-time"},
                "by": {"type": "string"},
                "ours": {"type": "boolean"},
            },
        },
    }
    return schema


def of_account(definitions: Iterable[Mapping[str, Any]]) -> Schema:
    """Return the schema of one account: every property typed and flat."""
    schema: Schema = th.PropertiesList(*ENVELOPE).to_dict()
    flat: Schema = schema["properties"]
    for definition in definitions:
        name = str(definition["name"])
        flat.setdefault(name, dict(TYPES.get(str(definition.get("type")), TEXT)))
    return schema


CRM_SNAPSHOTS: Schema = th.PropertiesList(
    th.Property("side", th.StringType, required=True),
    th.Property("object", th.StringType, required=True),
    th.Property("portal_id", th.StringType),
    th.Property("linked_total", th.IntegerType, required=True),
    th.Property("calls_used", th.IntegerType, description="API calls of the account today"),
    th.Property("calls_allowed", th.IntegerType, description="and how many it may make"),
    th.Property("read_at", th.DateTimeType, required=True),
).to_dict()

LOOKUPS: Schema = th.PropertiesList(
    th.Property("side", th.StringType, required=True),
    th.Property("object", th.StringType, required=True),
    th.Property("kind", th.StringType, required=True),
    th.Property("key", th.StringType, required=True),
    th.Property("status", th.StringType, required=True),
    th.Property("record_ids", th.ArrayType(th.StringType)),
    th.Property("at", th.DateTimeType, required=True),
).to_dict()

IMPORTS: Schema = th.PropertiesList(
    th.Property("side", th.StringType, required=True),
    th.Property("object", th.StringType, required=True),
    th.Property("criteria", th.StringType, required=True),
    th.Property("record_ids", th.ArrayType(th.StringType), required=True),
    th.Property("without_email", th.IntegerType),
    th.Property("left_out", th.IntegerType),
    th.Property("read_at", th.DateTimeType, required=True),
).to_dict()
