"""The plan step: load what is staged, plan, store. With ``importing.py`` the only door to the merge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from outreach_adapters.ledger import Ledger
from outreach_adapters.ledger.wanted_effects import EFFECTS_OFF
from outreach_core.mapping import (
    ReplyRules,
    fingerprint,
    load_field_specs,
    load_policy,
    load_reply_rules,
    load_rules,
)
from outreach_core.mapping.files import REPLIES_FILE
from outreach_core.merge import Rules, make_plan
from outreach_core.model import EffectKind, Side
from outreach_core.model.planning import Plan

STATUS = "status"
_CRM_FILES = {Side.HUBSPOT: "hubspot.yml", Side.SALESFORCE: "salesforce.yml"}


def load_workspace(rules_dir: Path, policy_file: Path, sides: tuple[Side, ...]) -> Rules:
    """Read the rule files of the connected sides.

    Raises:
        ConfigError: A file is missing or wrong; names file, line and remedy.
    """
    sheet = load_rules(rules_dir / "sheet.yml")
    crms = {side: load_rules(rules_dir / _CRM_FILES[side]) for side in sides}
    policy = load_policy(policy_file)
    return Rules(
        specs=load_field_specs(sheet, *crms.values()),
        policy=policy,
        crm_sides=sides,
        objects={side: rules.object for side, rules in crms.items()},
        fingerprint=fingerprint(sheet, *crms.values(), replies=_reply_rules(rules_dir)),
        read_with={side: fingerprint(rules) for side, rules in crms.items()},
        status={side: rules.status for side, rules in crms.items() if rules.status},
        written={side: frozenset(rules.written) - {STATUS} for side, rules in crms.items()},
        effects={side: rules.telling.effects(side) for side, rules in crms.items()},
        campaign=sheet.campaign,
        read_typed=sheet.read_typed,
    )


def _reply_rules(rules_dir: Path) -> ReplyRules | None:
    path = rules_dir / REPLIES_FILE
    return load_reply_rules(path) if path.is_file() else None


def plan_run(ledger: Ledger, rules: Rules, new_id: Callable[[], str]) -> Plan:
    """Plan over what the ledger has staged and store the plan; return it."""
    plan = make_plan(ledger.plans.planning_input(), rules, mint=new_id, plan_id=new_id())
    run = ledger.runs.current()
    ledger.plans.store(run.run_id if run else "", plan)
    for side, effects in rules.effects.items():
        off = [str(kind) for kind in EffectKind if kind not in effects.objects]
        ledger.history.set_meta(f"{EFFECTS_OFF}{side}", ",".join(off))
    return plan
