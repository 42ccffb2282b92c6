"""A record of Salesforce as a record of our streams. Pure.

Rule: in the container a value stays what Salesforce wrote, because change is judged on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from outreach_adapters.salesforce.account import LEAD
from outreach_adapters.salesforce.reading import (
    BECAME,
    CREATED,
    DELETED,
    ID,
    STAMP,
    moment_of,
    value_of,
)
from outreach_adapters.salesforce.sweep import Found

Record = dict[str, Any]
DATE_TIME = "date-time"


def contained(found: Found, of: str, names: Iterable[str]) -> Record:
    """Return the record of `schema: container`; of a purged record nothing but the id is known."""
    row = found.row
    shown = {name: value_of(row, name) for name in names if name.partition(".")[0] in row}
    return {**_envelope(found, of), "properties": shown}


def flat(found: Found, of: str, schema: Mapping[str, Any]) -> Record:
    """Return the record of `schema: account`."""
    envelope = _envelope(found, of)
    own = {n: kind for n, kind in schema["properties"].items() if n not in envelope}
    return {**{n: _typed(value_of(found.row, n), kind) for n, kind in own.items()}, **envelope}


def _envelope(found: Found, of: str) -> Record:
    row = found.row
    envelope = {
        "id": str(row[ID]),
        "created_at": _moment(row.get(CREATED)),
        "updated_at": _moment(row.get(STAMP)),
        "archived": bool(row.get(DELETED)),
        "merged_ids": list(found.merged_ids),
    }
    return envelope | ({"converted_to": row.get(BECAME)} if of == LEAD else {})


def _typed(value: Any, kind: Mapping[str, Any]) -> Any:
    if kind.get("format") == DATE_TIME:
        return _moment(value)
    return value


def _moment(value: Any) -> str | None:
    found = moment_of(value)
    return found.astimezone(UTC).isoformat().replace("+00:00", "Z") if found else None
