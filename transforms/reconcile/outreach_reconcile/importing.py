"""The plan step of an import: load what was gathered, plan the rows, store.

The rule: that an import has begun is noted before its plan is kept, so that whatever kills it, the same one
asked for again is known to be unfinished.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from outreach_adapters.ledger import Ledger
from outreach_core.mapping import load_rules
from outreach_core.mapping.layout import further_headers, outreach_header
from outreach_core.merge import ImportRules, Rules, plan_import
from outreach_core.model import IntentKind
from outreach_core.model.planning import Plan, PlanStatus


def load_import(rules_dir: Path, *, preview: bool) -> ImportRules:
    """Read from the sheet's rule file what an import obeys.

    Raises:
        ConfigError: The file is missing or wrong.
    """
    sheet = load_rules(rules_dir / "sheet.yml")
    return ImportRules(
        outreach_header(sheet), further_headers(sheet), sheet.company.host, preview=preview
    )


def import_run(ledger: Ledger, rules: Rules, asked: ImportRules, new_id: Callable[[], str]) -> str:
    """Plan the import this run gathered and store the plan; return what there is to say of it."""
    request = ledger.imports.request()
    given = ledger.plans.planning_input()
    made = plan_import(given, request, rules, asked, mint=new_id, plan_id=new_id())
    if made.status is PlanStatus.DELIVERABLE:
        if any(intent.kind is IntentKind.ROWS for intent in made.intents):
            ledger.imports.begin(request)
        else:
            ledger.imports.end()
    run = ledger.runs.current()
    ledger.plans.store(run.run_id if run else "", made)
    return describe(made, request.people.object)


def describe(made: Plan, records: str) -> str:
    """Return one line of counts; no names and no values, for it ends in Meltano's log."""
    counts = made.summary
    text = (
        f"import {made.hash or '-'}: {counts.get('imported', 0)} {records} to import, "
        f"{counts.get('already_there', 0)} here already, "
        f"{counts.get('without_email', 0)} without a usable e-mail address, "
        f"{counts.get('left_out', 0)} beyond the limit, "
        f"{counts.get('crm_updates', 0)} records to be told"
    )
    if made.status is not PlanStatus.DELIVERABLE:
        text = f"import: {made.status}"
    return "\n".join([text, *(f"guard {trip.guard}: {trip.message}" for trip in made.guards)])
