"""Gathers what `doctor` looks at: rules, ledger, sheet, and each CRM in use. Rule: no vendor is called here.

Which CRMs are in use, first hit: those that were named; those the ledger has heard of; those with
credentials; HubSpot.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from types import ModuleType

from outreach_adapters.environment import SANDBOX
from outreach_adapters.ledger import Ledger
from outreach_cli.doctor import (
    Check,
    DoctorView,
    Finding,
    Health,
    clock_check,
    examine,
    ledger_checks,
)
from outreach_cli.reading import DOORS, Waiting, specs_of, workspace
from outreach_cli.settings import Settings
from outreach_core.errors import OutreachError
from outreach_core.mapping import SideRules, load_policy
from outreach_core.model import CRM_SIDES, Side

SHEET = "Sheet"
NAMES: Mapping[Side, str] = {Side.HUBSPOT: "HubSpot", Side.SALESFORCE: "Salesforce"}


def diagnose(
    settings: Settings,
    ledger: Ledger | None,
    named: Collection[Side],
    waiting: Waiting,
    now: Callable[[], datetime],
) -> DoctorView:
    """Look at everything a run needs."""
    try:
        rules = workspace(settings.rules_dir)
        load_policy(settings.rules_dir / "policy.yml")
    except OutreachError as error:
        found = Finding("Rules", "files", Health.WRONG, error.message, error.remedy)
        return DoctorView((found, *examine(_ledger(settings, ledger)).findings))
    checks = [Check("Rules", "files", lambda: f"{len(specs_of(rules))} fields of the sheet.")]
    checks += _ledger(settings, ledger)
    checks += _door("outreach_cli.google_sheet").checks(
        SHEET, settings, rules[Side.SHEET].sources, waiting.sleep, waiting.rng
    )
    for side in crms_in_use(settings, ledger, named):
        if side in rules:
            checks += _crm(settings, side, rules[side], waiting, now)
    return examine(checks)


def crms_in_use(
    settings: Settings, ledger: Ledger | None, named: Collection[Side]
) -> tuple[Side, ...]:
    """Return the CRMs to look at, by the order above."""
    known = {status.side for status in ledger.history.statuses()} if ledger else set()
    choices: Iterable[Collection[Side]] = (named, known, _with_credentials(settings))
    for choice in choices:
        found = tuple(side for side in CRM_SIDES if side in choice)
        if found:
            return found
    return (Side.HUBSPOT,)


def _with_credentials(settings: Settings) -> set[Side]:
    hubspot, salesforce = settings.hubspot, settings.salesforce
    found = set()
    if hubspot.connection or hubspot.access_token or hubspot.refresh_token:
        found.add(Side.HUBSPOT)
    if salesforce.connection or salesforce.client_id or salesforce.username:
        found.add(Side.SALESFORCE)
    return found


def _ledger(settings: Settings, ledger: Ledger | None) -> list[Check]:
    return ledger_checks(ledger, settings.google.spreadsheet_id)


def _crm(
    settings: Settings,
    side: Side,
    rules: SideRules,
    waiting: Waiting,
    now: Callable[[], datetime],
) -> list[Check]:
    about = NAMES[side]
    checks, clock = _door(DOORS[side]).checks(about, settings, rules, waiting.sleep, waiting.rng)
    own: list[Check] = list(checks)
    return own if settings.environment == SANDBOX else [*own, clock_check(about, clock, now)]


def _door(name: str) -> ModuleType:
    return importlib.import_module(name)
