"""The rule files of all sides seen together: which field takes part where, and their fingerprint.

The rule: the fingerprint covers everything that changes meaning and nothing else (no comment, no order).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

from outreach_core.mapping.reply_rules import ReplyRules
from outreach_core.mapping.rules import FieldRule, SideRules
from outreach_core.model import Json, Side
from outreach_core.model.fields import Blank, Direction, FieldSpec


def load_field_specs(sheet: SideRules, *crms: SideRules) -> Mapping[str, FieldSpec]:
    """Return one spec per field of the sheet; a side that does not name it, or is off, is left out."""
    return {name: _spec(rule, crms) for name, rule in sheet.fields.items()}


def _spec(rule: FieldRule, crms: tuple[SideRules, ...]) -> FieldSpec:
    there = {
        crm.side: crm.fields[rule.name]
        for crm in crms
        if rule.name in crm.fields and crm.fields[rule.name].direction is not Direction.OFF
    }
    said = {side.blank for side in (rule, *there.values())}
    blank = next((word for word in (Blank.IGNORE, Blank.ASK) if word in said), Blank.PROPAGATE)
    return FieldSpec(
        name=rule.name,
        type=rule.kind.type,
        sides=(Side.SHEET, *there),
        directions={side: found.direction for side, found in there.items()},
        blank=blank,
    )


def fingerprint(*rules: SideRules, replies: ReplyRules | None = None) -> str:
    """Return a hash of what the rules mean, the same in every process and for any order of keys.

    Args:
        rules: Of the sheet and of the connected CRMs.
        replies: Of answers, for they decide what deals are made of.
    """
    meaning = {str(side.side): _meaning(side) for side in rules}
    if replies is not None:
        meaning["replies"] = replies.meaning()
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _meaning(rules: SideRules) -> dict[str, Json]:
    return {
        "object": rules.object,
        "external_id": rules.external_id,
        "extra": dict(rules.extra),
        "fields": _rules(rules.fields),
        "written": _rules(rules.written),
        "status": asdict(rules.status) if rules.status else None,
        "telling": asdict(rules.telling),
        "columns": asdict(rules.columns),
        "company": {**asdict(rules.company), "shared_hosts": sorted({*rules.company.shared_hosts})},
        "campaign": rules.campaign,
        "converted": _meaning(rules.converted) if rules.converted else None,
    }


def _rules(fields: Mapping[str, FieldRule]) -> dict[str, Json]:
    found = {name: asdict(rule) for name, rule in fields.items()}
    for rule in found.values():
        del rule["line"], rule["name"]
    return found
