"""The merge core: pure, and imported by the plan step alone (``transforms/reconcile``)."""

from __future__ import annotations

from outreach_core.merge.import_checks import ImportRules
from outreach_core.merge.importing import plan_import
from outreach_core.merge.planner import make_plan
from outreach_core.merge.state import Mint, Rules

__all__ = ["ImportRules", "Mint", "Rules", "make_plan", "plan_import"]
