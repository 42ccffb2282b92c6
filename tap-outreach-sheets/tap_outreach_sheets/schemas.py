"""The records' JSON schemas; docs/explain/stages.md says what they mean.

The rule: static, because catalogs are committed. What differs between sheets travels inside ``cells``.
"""

from __future__ import annotations

from typing import Any

from singer_sdk import typing as th

_ANY_CELL = th.CustomType({"type": ["string", "number", "boolean", "null"]})

BUSINESSES: dict[str, Any] = th.PropertiesList(
    th.Property("row", th.IntegerType, required=True, description="1-based; never an identity"),
    th.Property("sync_id", th.StringType, description="content of the `_sync_id` cell"),
    th.Property("fingerprint", th.StringType, required=True),
    th.Property(
        "cells",
        th.ObjectType(additional_properties=_ANY_CELL),
        required=True,
        description="cells by header, typed, dates as serial numbers; blank ones left out",
    ),
    th.Property("system", th.ObjectType(additional_properties=th.StringType), required=True),
    th.Property("version", th.StringType),
    th.Property("read_at", th.DateTimeType, required=True),
    th.Property(
        "edited",
        th.ObjectType(additional_properties=th.ObjectType(additional_properties=True)),
        description="when and by whom cells were edited, by header, as the sheet's script noted it",
    ),
).to_dict()

_WHOSE = (
    th.Property("row", th.IntegerType, required=True, description="1-based; never an identity"),
    th.Property("sync_id", th.StringType, description="content of the `_sync_id` cell"),
    th.Property("email", th.StringType, description="the address as the row shows it"),
    th.Property("status", th.StringType, description="the row's Status as shown"),
)

SENT_EMAILS: dict[str, Any] = th.PropertiesList(
    *_WHOSE,
    th.Property("sent_at", th.DateTimeType, description="`Date Sent` in UTC, if it is there"),
    th.Property("late", th.BooleanType, description="it lies after the read: is the zone right?"),
    th.Property("subject", th.StringType),
    th.Property("body", th.StringType),
).to_dict()

REPLIES: dict[str, Any] = th.PropertiesList(
    *_WHOSE,
    th.Property("responded_at", th.DateTimeType, description="in UTC, if the sheet says when"),
    th.Property("text", th.StringType, description="the answer's text"),
    th.Property("sentiment", th.StringType, description="the cell of the column `Sentiment`"),
).to_dict()

DECISIONS: dict[str, Any] = th.PropertiesList(
    th.Property("kind", th.StringType, description="`pause`: a row's box; blank: a tab of ours"),
    th.Property("sync_id", th.StringType),
    th.Property("row", th.IntegerType),
    th.Property("value", th.BooleanType),
    th.Property("screen", th.StringType, description="the tab the answer was typed into"),
    th.Property("item", th.StringType, description="which line of it"),
    th.Property("evidence", th.StringType, description="what was shown when it was typed"),
    th.Property("decision", th.StringType, description="as the person left it"),
    th.Property("custom_value", th.StringType),
    th.Property("read_at", th.DateTimeType),
).to_dict()

SCREENS_SHOWN: dict[str, Any] = th.PropertiesList(
    th.Property("screen", th.StringType, required=True),
    th.Property("gid", th.IntegerType, description="none if the tab is not there"),
    th.Property("title", th.StringType),
    th.Property("headline", th.StringType),
    th.Property("lines", th.ArrayType(th.ObjectType(additional_properties=True))),
).to_dict()

SHEET_SNAPSHOTS: dict[str, Any] = th.PropertiesList(
    th.Property("spreadsheet_id", th.StringType, required=True),
    th.Property("gid", th.IntegerType, required=True),
    th.Property("title", th.StringType, required=True),
    th.Property("time_zone", th.StringType),
    th.Property("header", th.ArrayType(th.StringType), required=True),
    th.Property("version", th.StringType, required=True),
    th.Property("modified_time", th.DateTimeType),
    th.Property("edited_at", th.DateTimeType, description="no cell was edited later, if known"),
    th.Property("rows", th.IntegerType, required=True, description="records of `businesses`"),
    th.Property("blank_rows", th.IntegerType, required=True),
    th.Property("complete", th.BooleanType, required=True),
    th.Property("read_at", th.DateTimeType, required=True),
).to_dict()

IMPORT_TABS: dict[str, Any] = th.PropertiesList(
    th.Property("spreadsheet_id", th.StringType, required=True),
    th.Property("gid", th.IntegerType, required=True),
    th.Property("title", th.StringType, required=True),
    th.Property("time_zone", th.StringType),
    th.Property("header", th.ArrayType(th.StringType), required=True),
    th.Property("rows", th.IntegerType, required=True, description="rows that hold anything"),
    th.Property("last_row", th.IntegerType, required=True, description="the last of them, or 1"),
    th.Property(
        "ids",
        th.ObjectType(additional_properties=th.IntegerType),
        required=True,
        description="row ids that are there, and their rows",
    ),
    th.Property("read_at", th.DateTimeType, required=True),
).to_dict()
