"""Direction *out*: planned canonical values become what a side is to be given (pure).

The rule: a value the side cannot take is left out and named in ``problems``; the record's other fields go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapper_fields.schemas import ANY, PROBLEMS, TEXT, schema
from outreach_core.mapping import SideRules
from outreach_core.mapping.rules import Rendered

Record = Mapping[str, Any]

_PLACED = {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
_VALUES = {"type": "object", "additionalProperties": ANY}

CELLS_SCHEMA = schema(
    intent_id=TEXT,
    rid={"type": "string"},
    row={"type": ["integer", "null"]},
    cells=_VALUES,
    expected=_VALUES,
    system={"type": "object", "additionalProperties": TEXT},
    fields=_PLACED,
    problems=PROBLEMS,
)
CELLS_KEYS = ("rid",)

CONTACT_KEYS: tuple[str, ...] = ()  # a record to create has no id yet

ENVELOPE = schema(
    intent_id=TEXT,
    op=TEXT,
    rid=TEXT,
    object=TEXT,
    company=TEXT,
    company_key=TEXT,
    expected=_VALUES,
    fields=_PLACED,
    problems=PROBLEMS,
)


def contact_schema(rules: SideRules) -> dict[str, Any]:
    """Return the schema of a CRM record to write: its properties, flat, and the envelope."""
    both = (rules, *([rules.converted] if rules.converted else []))
    places = [place for one in both for rule in one.all_fields.values() for place in rule.places]
    own = [rules.external_id] if rules.external_id else []
    return schema(id=TEXT, **dict.fromkeys([*own, *places], TEXT), _sync=ENVELOPE)


def contact(rules: SideRules, record: Record) -> dict[str, Any]:
    """Return the CRM record to write.

    The row's id goes along on creates, and on updates of a record that has none (``claim``).
    """
    rules = rules.of_object(record.get("object"))
    rendered = rules.render(record.get("fields") or {})
    flat = {"id": record.get("record_id"), **rendered.values}
    if rules.external_id and (record.get("op") == "create" or record.get("claim")):
        flat[rules.external_id] = record.get("rid")
    kept = ("intent_id", "op", "rid", "object", "company", "company_key")
    flat["_sync"] = {name: record.get(name) for name in kept} | _envelope(rules, record, rendered)
    return flat


def cells(rules: SideRules, record: Record) -> dict[str, Any]:
    """Return the cells of one row to write."""
    rendered = rules.render(record.get("fields") or {})
    return {
        **{name: record.get(name) for name in ("intent_id", "rid", "row")},
        "cells": dict(rendered.values),
        "system": record.get("system") or {},
        **_envelope(rules, record, rendered),
    }


def _envelope(rules: SideRules, record: Record, rendered: Rendered) -> dict[str, Any]:
    return {
        "expected": rules.spread(record.get("expected") or {}),
        "fields": {name: list(places) for name, places in rendered.placed.items()},
        "problems": {name: problem.to_json() for name, problem in rendered.problems.items()},
    }
