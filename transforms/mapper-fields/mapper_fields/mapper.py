"""The Singer mapper: one message in, one message out, by the rule file of one side.

The rule: nothing is ever held back, so every STATE still stands behind the records it speaks for.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import singer_sdk.typing as th
from singer_sdk import singerlib as singer
from singer_sdk.helpers.capabilities import CapabilitiesEnum, PluginCapabilities
from singer_sdk.mapper_base import InlineMapper

from mapper_fields import delivered, gathered, told
from mapper_fields.lines import LineReader
from outreach_core.errors import ConfigError, OutreachError
from outreach_core.mapping import SideRules, fingerprint, load_rules
from outreach_core.mapping.files import load_reply_rules
from outreach_core.mapping.replies import ReplyRules
from outreach_core.model import Side

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamMap:
    """What is done to one stream: its new schema and keys, and how a record is mapped."""

    schema: dict[str, Any]
    keys: tuple[str, ...]
    record: Callable[[SideRules, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FieldMapper:
    """A side's rules and the streams they change; all other streams pass as they are."""

    rules: SideRules
    streams: Mapping[str, StreamMap]


class MapperFields(InlineMapper):
    """Vendor fields to canonical fields and back."""

    name = "mapper-fields"
    message_reader_class = LineReader
    capabilities: ClassVar[list[CapabilitiesEnum]] = [
        PluginCapabilities.ABOUT,
        PluginCapabilities.STRUCTURED_LOGGING,
    ]
    config_jsonschema: ClassVar[dict[str, Any]] = th.PropertiesList(
        th.Property(
            "direction",
            th.StringType,
            required=True,
            allowed_values=["in", "out"],
            description="`in`: from a side to the ledger; `out`: from the ledger to a side.",
        ),
        th.Property(
            "side",
            th.StringType,
            required=True,
            allowed_values=[str(side) for side in Side],
            description="Whose records pass.",
        ),
        th.Property(
            "rules_file", th.StringType, required=True, description="Rule file of that side."
        ),
        th.Property(
            "reply_rules_file",
            th.StringType,
            description="Rule file that says which answers are positive; for the sheet's side.",
        ),
    ).to_dict()

    def __init__(self, **options: Any) -> None:
        """Read the settings; the rule file is opened with the first message."""
        super().__init__(**options)
        self._opened: FieldMapper | None = None

    @classmethod
    def invoke(cls, **options: Any) -> None:
        """Run; our own errors end in one sentence instead of a traceback."""
        try:
            super().invoke(**options)
        except OutreachError as error:
            cls.logger.error("%s [%s]", error, error.code)  # noqa: TRY400 - no traceback
            sys.exit(1)

    def process_endofpipe(self) -> None:
        """Open the rule file even if nothing came, so that a bad one is never overlooked."""
        self.fields()

    def fields(self) -> FieldMapper:
        """Return the opened rule file.

        Raises:
            ConfigError: The rule file is missing, wrong, or another side's.
        """
        if self._opened is None:
            config = self.config
            self._opened = open_rules(
                config["rules_file"],
                config["side"],
                config["direction"],
                config.get("reply_rules_file"),
            )
        return self._opened

    def map_schema_message(self, message_dict: Message) -> Iterator[singer.Message]:
        """Give a mapped stream its new schema; others keep theirs."""
        found = self.fields().streams.get(message_dict["stream"])
        if found is None:
            yield singer.SchemaMessage(
                stream=message_dict["stream"],
                schema=message_dict["schema"],
                key_properties=message_dict.get("key_properties"),
                bookmark_properties=message_dict.get("bookmark_properties"),
            )
        else:
            yield singer.SchemaMessage(
                stream=message_dict["stream"],
                schema=found.schema,
                key_properties=list(found.keys),
            )

    def map_record_message(self, message_dict: Message) -> Iterator[singer.Message]:
        """Map a record of a mapped stream; others pass as they are."""
        message = singer.RecordMessage.from_dict(message_dict)
        found = self.fields().streams.get(message.stream)
        if found is not None:
            message.record = found.record(self.fields().rules, message.record)
        yield message

    def map_state_message(self, message_dict: Message) -> Iterator[singer.Message]:
        """Pass the state on at once."""
        self.fields()
        yield singer.StateMessage(value=message_dict["value"])

    def map_activate_version_message(self, message_dict: Message) -> Iterator[singer.Message]:
        """Pass the version on."""
        yield singer.ActivateVersionMessage(
            stream=message_dict["stream"], version=message_dict["version"]
        )


def open_rules(path: str, side: str, direction: str, replies: str | None = None) -> FieldMapper:
    """Read the rule file.

    Raises:
        ConfigError: It is missing, wrong, or another side's.
    """
    rules = load_rules(path)
    if rules.side != side:
        raise ConfigError(
            f"{rules.source} holds the rules of side {rules.side}.",
            code="bad_rules",
            remedy=f"Set `rules_file` to the file of side {side}.",
        )
    judge = load_reply_rules(replies) if replies else None
    return FieldMapper(rules, stream_maps(direction, rules, judge))


def stream_maps(
    direction: str, rules: SideRules, judge: ReplyRules | None = None
) -> Mapping[str, StreamMap]:
    """Return the streams that are changed for a side and direction; all others pass."""
    sheet = rules.side is Side.SHEET
    if direction == "in" and sheet:
        return {
            "businesses": StreamMap(gathered.ROW_SCHEMA, gathered.ROW_KEYS, gathered.row),
            "replies": StreamMap(
                gathered.REPLY_SCHEMA,
                gathered.REPLY_KEYS,
                lambda _rules, record: gathered.reply(judge, record),
            ),
        }
    if direction == "in":
        objects = [rules.object, *([rules.converted.object] if rules.converted else [])]
        version = fingerprint(rules)
        return {
            **{obj: _record_map(obj, version) for obj in objects},
            "side_status": StreamMap(
                gathered.STATUS_SCHEMA,
                gathered.STATUS_KEYS,
                lambda _rules, record: {**record, "rules": version},
            ),
        }
    if sheet:
        cells = StreamMap(delivered.CELLS_SCHEMA, delivered.CELLS_KEYS, delivered.cells)
        return {"cells": cells, "rows": cells}
    schema = delivered.contact_schema(rules)
    emails = StreamMap(told.EMAIL_SCHEMA, told.KEYS, told.email)
    deals = StreamMap(told.DEAL_SCHEMA, told.KEYS, told.deal)
    return {
        rules.object: StreamMap(schema, delivered.CONTACT_KEYS, delivered.contact),
        **dict.fromkeys(("emails", "tasks"), emails),
        **dict.fromkeys(("deals", "opportunities"), deals),
    }


def _record_map(obj: str, version: str) -> StreamMap:
    return StreamMap(
        gathered.RECORD_SCHEMA,
        gathered.RECORD_KEYS,
        lambda rules, record: {**gathered.crm_record(rules, obj, record), "rules": version},
    )


if __name__ == "__main__":
    MapperFields.cli()
