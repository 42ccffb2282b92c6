"""What the records of each stream look like.

Rule: with `schema: container` nothing here depends on the org, so that one catalog fits all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from singer_sdk import typing as th

from outreach_adapters.salesforce.account import COMPOUND, LEAD
from outreach_adapters.salesforce.reading import ID

Schema = dict[str, Any]
ENVELOPE = (
    th.Property("id", th.StringType, required=True),
    th.Property("created_at", th.DateTimeType),
    th.Property("updated_at", th.DateTimeType),
    th.Property("archived", th.BooleanType),
    th.Property("merged_ids", th.ArrayType(th.StringType)),
)
CONVERTED_TO = th.Property(
    "converted_to", th.StringType, description="The contact a converted lead became."
)
# https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/field_types.htm
TYPES: Mapping[str, Schema] = {
    "boolean": {"type": ["boolean", "null"]},
    "int": {"type": ["integer", "null"]},
    "double": {"type": ["number", "null"]},
    "currency": {"type": ["number", "null"]},
    "percent": {"type": ["number", "null"]},
    "datetime": {"type": ["string", "null"], "format": "date-time"},
    "date": {"type": ["string", "null"], "format": "date"},
}
TEXT: Schema = {"type": ["string", "null"]}
VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}


def container(of: str) -> Schema:
    """Return the schema that is the same for every org."""
    schema = _envelope(of)
    schema["properties"]["properties"] = {
        "type": "object",
        "description": "The record's fields by name, as Salesforce wrote them.",
        "additionalProperties": VALUE,
    }
    return schema


def of_account(of: str, described: Iterable[Mapping[str, Any]]) -> Schema:
    """Return the schema of one org: every field typed and flat; ``Id`` is ``id``."""
    schema = _envelope(of)
    flat: Schema = schema["properties"]
    for item in described:
        name, kind = str(item["name"]), str(item.get("type"))
        if kind not in COMPOUND and name != ID:
            flat.setdefault(name, dict(TYPES.get(kind, TEXT)))
    return schema


def _envelope(of: str) -> Schema:
    more = (CONVERTED_TO,) if of == LEAD else ()
    schema: Schema = th.PropertiesList(*ENVELOPE, *more).to_dict()
    return schema


CRM_SNAPSHOTS: Schema = th.PropertiesList(
    th.Property("side", th.StringType, required=True),
    th.Property("object", th.StringType, required=True),
    th.Property("portal_id", th.StringType),
    th.Property("address", th.StringType, description="where people see the org's records"),
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
