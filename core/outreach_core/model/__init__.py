"""The words all stages share: sides, values, observations, deliveries. Data only, no behaviour."""

from __future__ import annotations

from outreach_core.model.deliveries import (
    FieldChange,
    Intent,
    IntentKind,
    IntentState,
    Operation,
    Outcome,
    OutcomeKind,
    Why,
)
from outreach_core.model.observations import (
    CrmRecord,
    Lookup,
    LookupStatus,
    SheetRow,
    SheetSnapshot,
    SideState,
    SideStatus,
)
from outreach_core.model.sides import CRM_SIDES, LinkState, Side
from outreach_core.model.values import (
    BLANK,
    Fields,
    FieldValue,
    Json,
    Problem,
    fields_from_json,
    fields_to_json,
    problems_from_json,
)

__all__ = [
    "BLANK",
    "CRM_SIDES",
    "CrmRecord",
    "FieldChange",
    "FieldValue",
    "Fields",
    "Intent",
    "IntentKind",
    "IntentState",
    "Json",
    "LinkState",
    "Lookup",
    "LookupStatus",
    "Operation",
    "Outcome",
    "OutcomeKind",
    "Problem",
    "SheetRow",
    "SheetSnapshot",
    "Side",
    "SideState",
    "SideStatus",
    "Why",
    "fields_from_json",
    "fields_to_json",
    "problems_from_json",
]
