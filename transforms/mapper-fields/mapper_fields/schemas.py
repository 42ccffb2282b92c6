"""JSON schema pieces for the streams this mapper changes.

The rule: they describe the form; what a value means is the rule files' business.
"""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": ["string", "null"]}
TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
TIME: dict[str, Any] = {"type": ["string", "null"], "format": "date-time"}
YES_NO: dict[str, Any] = {"type": "boolean"}
ANY: dict[str, Any] = {
    "type": ["string", "number", "integer", "boolean", "array", "null"],
    "items": {"type": ["string", "number", "boolean", "null"]},
}
FIELDS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "properties": {"raw": ANY, "value": TEXT, "key": TEXT},
    },
}
PROBLEMS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "string"}},
}

EDITS: dict[str, Any] = {
    "type": ["object", "null"],
    "additionalProperties": {
        "type": "object",
        "properties": {"at": TIME, "by": TEXT, "ours": YES_NO},
    },
}


def schema(**properties: dict[str, Any]) -> dict[str, Any]:
    """Return an object schema with these properties."""
    return {"type": "object", "properties": properties}
