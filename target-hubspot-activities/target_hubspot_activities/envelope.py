"""Reads what the ledger planned for a contact: the envelope beside the flat properties.

Rule: whatever is not the envelope's is a property of the contact.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outreach_core.model import Problem, problems_from_json
from target_hubspot_activities.plain import is_property


@dataclass(frozen=True)
class Planned:
    """One record of the stream: the envelope and the flat properties.

    Attributes:
        expected: What the destination showed when the plan was made, by property.
        places: The properties of each canonical field.
        problems: Fields whose value no property can hold; they are not among the properties.
        company: Of a create: the website host of its company; ``company_key`` what that is told under.
    """

    intent_id: str
    op: str
    rid: str
    record_id: str | None
    properties: Mapping[str, Any]
    expected: Mapping[str, Any]
    places: Mapping[str, tuple[str, ...]]
    problems: Mapping[str, Problem]
    company: str = ""
    company_key: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Planned:
        """Read a record of the deliver stream."""
        sync = record["_sync"]
        return cls(
            intent_id=str(sync["intent_id"]),
            op=str(sync["op"]),
            rid=str(sync["rid"]),
            record_id=str(record["id"]) if record.get("id") else None,
            properties={k: v for k, v in record.items() if is_property(k)},
            expected=dict(sync.get("expected") or {}),
            places={name: tuple(places) for name, places in (sync.get("fields") or {}).items()},
            problems=problems_from_json(sync.get("problems")),
            company=str(sync.get("company") or ""),
            company_key=str(sync.get("company_key") or ""),
        )
