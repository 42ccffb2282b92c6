"""Reads from the ledger what `log`, `undo` and `explain` show. Rule: reads only, but for what is asked to be undone."""

from __future__ import annotations

import getpass
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from outreach_adapters.ledger import Change, Ledger
from outreach_cli.explain_view import Explanation, RowFacts, explain, waiting
from outreach_cli.log_view import LogView, short_run, view_log
from outreach_cli.undo import Fate, UndoView, asked_for, view_undo
from outreach_cli.whom import row_meant, rows_meant
from outreach_cli.wording import USUAL_JOB, business_names, business_word, run_again
from outreach_core.errors import ConfigError
from outreach_core.mapping import load_field_specs, load_rules
from outreach_core.model import CRM_SIDES, LinkState, SheetRow, Side, Why
from outreach_core.model.fields import FieldSpec
from outreach_core.model.planning import PlanningInput
from outreach_core.model.undo import marked

Labels = Mapping[str, str]
LAST = "last"
MOST = 100_000  # changes of one run
SEARCHED_RUNS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What `outreach log` is to show; what is empty narrows nothing."""

    rows: tuple[str, ...] = ()  # each a number, an address or a name; all of them hold
    field: str = ""
    run: str = ""
    limit: int = 50


def read_log(ledger: Ledger, asked: Asked, labels: Labels) -> LogView:
    """Return the changes that were asked for, the newest first."""
    rows = ledger.plans.planning_input().rows
    changes = ledger.history.changes(
        asked.limit,
        rids=_rids(rows, asked.rows) if asked.rows else None,
        field=_field_name(asked.field, labels) if asked.field else None,
        run_id=_run_id(ledger, asked.run) if asked.run else None,
    )
    undos = ledger.undo.standing()
    by = {
        one.seq: undos[number].by
        for one in changes
        if one.why is Why.UNDONE and (number := marked(one.evidence)) in undos
    }
    return view_log(changes, business_names(rows), labels, undos, by)


def read_undo(ledger: Ledger, named: str, labels: Labels, *, dry_run: bool) -> UndoView:
    """Say what taking back a change or a run does, and ask for it unless `dry_run`."""
    changes = changes_named(ledger, named)
    given = ledger.plans.planning_input()
    job = next((run.job for run in ledger.runs.recent(1)), USUAL_JOB)
    view = view_undo(
        changes,
        given,
        ledger.undo.standing([change.seq for change in changes]),
        business_names(given.rows),
        labels,
        run_again({}, job),
    )
    if dry_run:
        return view
    for line in view.lines:
        if line.fate is Fate.WOULD:
            ledger.undo.request(line.number, getpass.getuser())
    return asked_for(view)


def changes_named(ledger: Ledger, named: str) -> list[Change]:
    """Return the change of this number, or all changes of this run, the oldest first.

    Raises:
        ConfigError: ``no_such_change``; there is none.
    """
    if named.isdecimal() and len(named) < len(short_run("0" * 32)):
        found = ledger.history.change(int(named))
        changes = [found] if found else []
    else:
        changes = ledger.history.changes(MOST, run_id=_run_id(ledger, named))[::-1]
    if not changes:
        raise ConfigError(
            "No change is known by that.",
            code="no_such_change",
            remedy="See them, with their numbers and their runs: outreach log",
        )
    return changes


def read_explanation(ledger: Ledger, words: str, rules_dir: Path, labels: Labels) -> Explanation:
    """Say why the row that `words` stands for is as it is."""
    given = ledger.plans.planning_input()
    row = row_meant(given.rows, words)
    facts = _row_facts(ledger, given, row)
    names = business_names(given.rows)
    business = business_word(names, row.sync_id or "", row.row)
    return explain(facts, business, _specs(rules_dir), labels)


def _row_facts(ledger: Ledger, given: PlanningInput, row: SheetRow) -> RowFacts:
    rid = row.sync_id or ""
    stored = ledger.plans.newest()
    links = tuple(link for link in given.links if link.rid == rid)
    shown = {Side.SHEET: row.fields}
    for link in links:
        record = given.records.get((link.side, link.object, link.record_id))
        if record is not None and link.state is LinkState.ACTIVE:
            shown[link.side] = record.fields
    return RowFacts(
        row=row,
        verdict=next((v for v in stored.verdicts if v.row == row.row), None) if stored else None,
        links=links,
        shown=shown,
        bases={side: given.bases.get((rid, side), {}) for side in Side},
        conflicts=tuple(one for one in given.conflicts if one.rid == rid),
        planned=waiting(ledger.plans.intents(stored.plan_id), rid) if stored else (),
        plan_status=stored.status if stored else None,
        changes=tuple(ledger.history.changes(MOST, rid)) if rid else (),
    )


def _specs(rules_dir: Path) -> Mapping[str, FieldSpec]:
    """Return the fields that the rules keep in step between the sheet and the CRMs in use."""
    there = [side for side in CRM_SIDES if (rules_dir / f"{side}.yml").is_file()]
    crms = [load_rules(rules_dir / f"{side}.yml") for side in there]
    return load_field_specs(load_rules(rules_dir / "sheet.yml"), *crms)


def _rids(rows: Iterable[SheetRow], words: Iterable[str]) -> list[str]:
    """Return the ids of the rows for which all words stand."""
    left = list(rows)
    for word in words:
        left = rows_meant(left, word)
    return [row.sync_id for row in left if row.sync_id]


def _field_name(words: str, labels: Labels) -> str:
    """Return the canonical name of a field that a person calls by its header or by its name."""
    wanted = words.strip().casefold()
    by_header = [name for name, header in labels.items() if header.casefold() == wanted]
    return by_header[0] if by_header else wanted.replace(" ", "_")


def _run_id(ledger: Ledger, words: str) -> str:
    """Return the id of the run that a person means by its end, or by `last` the last that wrote.

    Raises:
        ConfigError: ``no_such_run``; none or several are meant.
    """
    if words == LAST:
        newest = ledger.history.changes(1)
        found = {newest[0].run_id} if newest else set()
    else:
        end = words.replace("-", "").casefold()
        ids = {run.run_id for run in ledger.runs.recent(SEARCHED_RUNS)}
        found = {one for one in ids if end and one.replace("-", "").endswith(end)}
    if len(found) != 1:
        raise ConfigError(
            "No run is known by that." if not found else "Several runs end so.",
            code="no_such_run",
            remedy="See the runs that wrote something: outreach log",
        )
    return found.pop()
