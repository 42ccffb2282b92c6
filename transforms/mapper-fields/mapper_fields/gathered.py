"""Direction *in*: a side's own records become canonical ones (pure).

The rule: what a side showed stays beside what it means (``raw``), and a bad value leaves only its field out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mapper_fields.schemas import EDITS, FIELDS, PROBLEMS, TEXT, TEXTS, TIME, YES_NO, schema
from outreach_core.errors import ConfigError
from outreach_core.mapping import SideRules
from outreach_core.mapping.replies import ReplyRules, Sentiment, classify, parse_sentiment
from outreach_core.mapping.rules import Reading
from outreach_core.model import Problem, Side, fields_to_json
from outreach_core.model.evidence import CHANGED
from outreach_core.model.fields import FieldType

Record = Mapping[str, Any]

# https://knowledge.hubspot.com/properties/hubspots-default-contact-properties — further addresses
# of a contact, separated by semicolons
_MORE_EMAILS = {Side.HUBSPOT: "hs_additional_emails"}

_ROW_KEPT = ("row", "sync_id", "fingerprint", "system", "version", "read_at")

ROW_SCHEMA = schema(
    row={"type": "integer"},
    sync_id=TEXT,
    fingerprint=TEXT,
    system={"type": "object", "additionalProperties": TEXT},
    version=TEXT,
    read_at=TIME,
    host=TEXT,
    edits=EDITS,
    fields=FIELDS,
    problems=PROBLEMS,
)
ROW_KEYS = ("row",)

REPLY_SCHEMA = schema(
    row={"type": "integer"},
    sync_id=TEXT,
    email=TEXT,
    status=TEXT,
    responded_at=TIME,
    text=TEXT,
    sentiment=TEXT,
    decided=YES_NO,
)
REPLY_KEYS = ("row",)

RECORD_SCHEMA = schema(
    side=TEXT,
    object=TEXT,
    record_id={"type": "string"},
    external_id=TEXT,
    emails=TEXTS,
    archived=YES_NO,
    merged_ids=TEXTS,
    updated_at=TIME,
    converted_to=TEXT,
    fields=FIELDS,
    problems=PROBLEMS,
    extra={"type": "object", "additionalProperties": TEXT},
    rules=TEXT,
    edits=EDITS,
)
RECORD_KEYS = ("side", "object", "record_id")

STATUS_SCHEMA = schema(side=TEXT, state=TEXT, code=TEXT, message=TEXT, at=TIME, rules=TEXT)
STATUS_KEYS = ("side",)


def row(rules: SideRules, record: Record) -> dict[str, Any]:
    """Return the canonical form of one row of the sheet."""
    reading = rules.read(_group(record, "cells"))
    website = reading.fields.get(rules.company.website)
    host = rules.company.host(website.key if website else None)
    edits = _edits(rules, record.get("edited") or None)
    return {name: record.get(name) for name in _ROW_KEPT} | {"host": host} | edits | _wire(reading)


def reply(judge: ReplyRules | None, record: Record) -> dict[str, Any]:
    """Return an answer with what it means: the sheet's own word for it, else what the rules make of it.

    Args:
        judge: The reply rules; without them an answer without a word of the sheet's is unsure.
        record: A record of ``replies``.
    """
    decided = parse_sentiment(record.get("sentiment"))
    text = record.get("text")
    judged = classify(text, judge) if judge is not None else Sentiment.UNSURE
    return {**record, "sentiment": str(decided or judged), "decided": decided is not None}


def crm_record(main: SideRules, obj: str, record: Record) -> dict[str, Any]:
    """Return the canonical form of one CRM record.

    Args:
        main: The side's rules.
        obj: The object the record is one of: the side's own, or what that is converted to.
        record: As the tap emits it.
    """
    rules = main.of_object(obj)
    properties = _group(record, "properties")
    return {
        "side": str(rules.side),
        "object": rules.object,
        "record_id": str(record["id"]),
        "external_id": properties.get(rules.external_id or "") or None,
        "emails": _emails(rules, properties),
        "archived": bool(record.get("archived")),
        "merged_ids": [str(merged) for merged in record.get("merged_ids") or ()],
        "updated_at": record.get("updated_at"),
        "converted_to": record.get("converted_to"),
        **_wire(_without_what_is_not_there(main, rules, rules.read(properties))),
        "extra": rules.extras(properties),
        **_edits(rules, record.get("history")),
    }


def _edits(rules: SideRules, history: Mapping[str, Mapping[str, Any]] | None) -> dict[str, Any]:
    """Return when each field was edited: when the last of its places was; nothing if nobody asked."""
    if history is None:
        return {}
    found = {CHANGED: history[""]} if "" in history else {}
    for name, rule in rules.fields.items():
        versions = [history[place] for place in rule.places if place in history]
        if versions:
            found[name] = max(versions, key=lambda one: datetime.fromisoformat(str(one["at"])))
    return {"edits": found}


def _without_what_is_not_there(main: SideRules, rules: SideRules, reading: Reading) -> Reading:
    """Name the fields that a converted record does not have: they are not there, not cleared."""
    lacking = [name for name in main.all_fields if name not in rules.all_fields]
    problems = {
        name: Problem("not_there", name, "A converted lead has no such field.") for name in lacking
    }
    return Reading(reading.fields, {**reading.problems, **problems})


def _group(record: Record, name: str) -> Mapping[str, Any]:
    group = record.get(name)
    if not isinstance(group, Mapping):
        raise ConfigError(
            f"A record has no {name}.",
            code="not_a_side_record",
            remedy="Put this mapper behind the tap of the side its setting `side` names.",
        )
    return group


def _wire(reading: Reading) -> dict[str, Any]:
    problems = {name: problem.to_json() for name, problem in reading.problems.items()}
    return {"fields": fields_to_json(reading.fields), "problems": problems}


def _emails(rules: SideRules, properties: Mapping[str, Any]) -> list[str]:
    found = [
        properties.get(place)
        for rule in rules.fields.values()
        if rule.kind.type is FieldType.EMAIL
        for place in rule.places
    ]
    more = properties.get(_MORE_EMAILS.get(rules.side, ""))
    texts = [*found, *str(more or "").split(";")]
    cleaned = (str(text).strip().lower() for text in texts if text)
    return list(dict.fromkeys(text for text in cleaned if text))
