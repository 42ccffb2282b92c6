"""A contact of HubSpot as a record of our streams. Pure.

Rule: in the container a value stays what HubSpot wrote (text or null), because change is judged on it. What
HubSpot left out, as it does with a property that it does not know, is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Record = dict[str, Any]
MERGED = "hs_merged_object_ids"
NUMBER = "number"
BOOLEAN = "boolean"


def contained(contact: Mapping[str, Any], names: Iterable[str]) -> Record:
    """Return the record of `schema: container`."""
    properties = contact.get("properties") or {}
    shown = {name: properties[name] for name in names if name in properties}
    return {**_envelope(contact), "properties": shown, "history": None}


def flat(contact: Mapping[str, Any], schema: Mapping[str, Any]) -> Record:
    """Return the record of `schema: account`."""
    properties = contact.get("properties") or {}
    envelope = _envelope(contact)
    own = {n: kind for n, kind in schema["properties"].items() if n not in envelope}
    return {**{n: _typed(properties.get(n), kind) for n, kind in own.items()}, **envelope}


def _envelope(contact: Mapping[str, Any]) -> Record:
    merged = str((contact.get("properties") or {}).get(MERGED) or "")
    return {
        "id": str(contact["id"]),
        "created_at": contact.get("createdAt"),
        "updated_at": contact.get("updatedAt"),
        "archived": bool(contact.get("archived")),
        "merged_ids": [part for part in merged.split(";") if part],
    }


def _typed(value: Any, kind: Mapping[str, Any]) -> Any:
    """Return a value in its type; a cleared property reads back as an empty text."""
    if value is None or value == "":
        return None
    if NUMBER in kind["type"]:
        return float(value)
    if BOOLEAN in kind["type"]:
        return str(value).lower() == "true"
    return str(value)
