"""Reads the sheet and all linked records anew, for `verify`. Rule: reads only, through the taps' own adapters."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outreach_cli.settings import Settings
from outreach_cli.verify import Seen, VerifyView, active, compare
from outreach_cli.wording import business_names
from outreach_core.mapping import Reading, SideRules, load_field_specs, load_rules
from outreach_core.model import CRM_SIDES, Side
from outreach_core.model.fields import FieldSpec
from outreach_core.model.planning import Link, PlanningInput

DOORS: Mapping[Side, str] = {
    Side.HUBSPOT: "outreach_cli.hubspot_account",
    Side.SALESFORCE: "outreach_cli.salesforce_account",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How a client waits between two tries."""

    sleep: Callable[[float], None]
    rng: random.Random


def workspace(rules_dir: Path) -> dict[Side, SideRules]:
    """Return the rule files that are there, the sheet's first.

    Raises:
        ConfigError: One is wrong.
    """
    sides = [Side.SHEET, *CRM_SIDES]
    files = {side: rules_dir / f"{side}.yml" for side in sides}
    return {
        side: load_rules(file)
        for side, file in files.items()
        if side is Side.SHEET or file.is_file()
    }


def specs_of(rules: Mapping[Side, SideRules]) -> Mapping[str, FieldSpec]:
    """Return the fields that the rules keep in step."""
    return load_field_specs(
        rules[Side.SHEET], *(rules[side] for side in CRM_SIDES if side in rules)
    )


def verify_all(
    settings: Settings,
    given: PlanningInput,
    labels: Mapping[str, str],
    waiting: Waiting,
    limit: float,
) -> VerifyView:
    """Read everything anew and compare it."""
    rules = workspace(settings.rules_dir)
    seen = read_all(settings, rules, given.links, waiting) if active(given.links) else Seen({}, {})
    return compare(given, seen, specs_of(rules), business_names(given.rows), labels, limit)


def read_all(
    settings: Settings, rules: Mapping[Side, SideRules], links: Iterable[Link], waiting: Waiting
) -> Seen:
    """Read the whole tab, and every record that a row is linked to.

    Raises:
        OutreachError: A side cannot be read.
    """
    wanted = active(links)
    google = importlib.import_module("outreach_cli.google_sheet")
    rows: dict[str, Mapping[str, Any]] = google.read_rows(
        settings, rules[Side.SHEET].sources, waiting.sleep, waiting.rng
    )
    records: dict[tuple[Side, str], Reading] = {}
    for side in dict.fromkeys(link.side for link in wanted):
        for obj in sorted({link.object for link in wanted if link.side is side}):
            ids = [link.record_id for link in wanted if (link.side, link.object) == (side, obj)]
            records |= _records(settings, rules[side].of_object(obj), obj, ids, waiting)
    sheet = rules[Side.SHEET]
    return Seen({rid: sheet.read(cells) for rid, cells in rows.items()}, records)


def _records(
    settings: Settings, rules: SideRules, obj: str, ids: list[str], waiting: Waiting
) -> dict[tuple[Side, str], Reading]:
    """Read records of one object: the fields that are merged, for only those are compared."""
    door = importlib.import_module(DOORS[rules.side])
    places = list(dict.fromkeys(p for rule in rules.fields.values() for p in rule.places))
    found = door.read_records(settings, obj, ids, places, waiting.sleep, waiting.rng)
    return {
        (rules.side, record_id): rules.read(shown, only=rules.fields)
        for record_id, shown in found.items()
    }
