"""Hashes that must come out the same in every process: of a write's content and of a plan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from outreach_core.model.deliveries import FieldChange
from outreach_core.model.values import Json


def stable_hash(data: Json, length: int = 16) -> str:
    """Return a short hash of JSON data, independent of key order and process."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def payload_hash(payload: Mapping[str, Json], fingerprint: str) -> str:
    """Return the hash a refused effect is kept under; it is tried again when this changes."""
    told = {name: value for name, value in payload.items() if name not in ("kind", "n")}
    return stable_hash({"payload": told, "rules": fingerprint})


def input_hash(changes: Mapping[str, FieldChange], fingerprint: str) -> str:
    """Return the hash a rejected write is kept under; it is tried again when this changes.

    Args:
        changes: The fields of the refused intent.
        fingerprint: Of the rules the plan was made with.
    """
    values = {name: change.new.value for name, change in changes.items()}
    return stable_hash({"values": values, "rules": fingerprint})
