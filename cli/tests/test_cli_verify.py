"""`verify`: where each pair of values ends, what counts as drift, and that a doctor has a remedy for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.tests.history_worlds import ROOT, World, synced
from outreach_cli.checking import crms_in_use, diagnose
from outreach_cli.doctor import Check, Health, clock_check, examine
from outreach_cli.exits import Exit
from outreach_cli.reading import Waiting
from outreach_cli.settings import Settings, load_settings
from outreach_cli.verify import GONE_RECORD, GONE_ROW, NOBODY, End, Seen, VerifyView, compare
from outreach_core.errors import ConfigError, Retriable
from outreach_core.mapping import Reading
from outreach_core.model import FieldValue, LinkState, Problem, Side
from outreach_core.model.fields import Blank, Direction, FieldSpec, FieldType
from outreach_core.model.planning import Conflict, ConflictKind, Link, PlanningInput

BOTH = (Side.SHEET, Side.HUBSPOT)
PHONE = FieldSpec("phone", FieldType.PHONE, BOTH)
STATUS = FieldSpec("status", FieldType.TEXT, BOTH)
LINK = Link("r1", Side.HUBSPOT, "contacts", "11")
AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def value(text: str | None) -> FieldValue:
    return FieldValue(text, text, text)


def reading(text: str | None, *, bad: bool = False) -> Reading:
    problems = {"phone": Problem("bad", "phone", "It is bad.")} if bad else {}
    fields = {"status": value("Draft"), **({} if bad else {"phone": value(text)})}
    return Reading(fields, problems)


def given(base: str | None = "1", **more: object) -> PlanningInput:
    bases = {("r1", side): {"phone": value(base)} for side in BOTH}
    usual = PlanningInput(None, (), {}, (), (LINK,), {}, bases)
    return replace(usual, **more)


def verified(
    sheet: str | None = "1",
    crm: str | None = "1",
    spec: FieldSpec = PHONE,
    known: PlanningInput | None = None,
    limit: float = 2.0,
) -> VerifyView:
    seen = Seen({"r1": reading(sheet)}, {(Side.HUBSPOT, "11"): reading(crm)})
    specs = {"phone": spec, "status": STATUS}
    return compare(known or given(), seen, specs, {"r1": "Acme"}, {"phone": "Phone"}, limit)


def test_what_agrees_is_no_drift() -> None:
    """Compared by meaning; Status is not compared at all."""
    view = verified()

    assert ({End.SAME: 1}, 0.0, Exit.CLEAN) == (dict(view.counts), view.percent, view.exit)
    assert "1 linked record compared: no drift." == view.headline


def test_drift_names_both_values_and_what_to_do() -> None:
    """A value that nobody changed since is corrected by a person; one that was, by a run."""
    (still,) = verified("1", "2", known=given(None, bases=_bases("1", "2"))).drifted
    (moved,) = verified("1", "2").drifted

    assert ("Acme", "Phone", "1", "HubSpot", "2") == (
        still.business,
        still.field,
        still.sheet,
        still.where,
        still.crm,
    )
    assert NOBODY == still.why
    assert moved.why.startswith("Changed in HubSpot since")


def _bases(sheet: str, crm: str) -> dict:
    return {
        ("r1", Side.SHEET): {"phone": value(sheet)},
        ("r1", Side.HUBSPOT): {"phone": value(crm)},
    }


def test_a_question_is_no_drift() -> None:
    """A person is asked already, or left it on purpose."""
    asked = Conflict("r1", "phone", ConflictKind.FIELD, {}, "hash")

    view = verified("1", "2", known=given(conflicts=(asked,)))

    assert ({End.ASKED: 1}, ()) == (dict(view.counts), view.drifted)


@pytest.mark.parametrize(
    ("spec", "crm", "end"),
    [
        (replace(PHONE, directions={Side.HUBSPOT: Direction.CRM_TO_SHEET}), "2", End.BY_RULE),
        (replace(PHONE, blank=Blank.IGNORE), None, End.BY_RULE),
        (replace(PHONE, blank=Blank.IGNORE), "2", End.DRIFT),
        (replace(PHONE, sides=(Side.SHEET,)), "2", None),
    ],
)
def test_rules_may_let_two_values_differ(spec: FieldSpec, crm: str | None, end: End | None) -> None:
    """One way, blanks ignored, or a field that the CRM has not."""
    assert ({end: 1} if end else {}) == dict(verified("1", crm, spec).counts)


def test_what_is_gone_and_what_cannot_be_read_is_counted() -> None:
    """A row or a record that is gone is drift; a cell that means nothing is neither."""
    seen = {"r1": reading("1")}
    record = {(Side.HUBSPOT, "11"): reading("1")}
    specs = {"phone": PHONE}

    no_row = compare(given(), Seen({}, record), specs, {}, {})
    no_record = compare(given(), Seen(seen, {}), specs, {}, {})
    bad = compare(given(), Seen({"r1": reading("1", bad=True)}, record), specs, {}, {})

    assert (GONE_ROW, GONE_RECORD) == (no_row.drifted[0].why, no_record.drifted[0].why)
    assert {End.UNREADABLE: 1} == dict(bad.counts)


def test_links_that_are_not_kept_in_step_are_not_compared() -> None:
    """Only an active link promises anything."""
    archived = replace(LINK, state=LinkState.ARCHIVED)

    view = verified("1", "2", known=given(links=(archived,)))

    assert (0, {}, 0.0) == (view.links, dict(view.counts), view.percent)


@pytest.mark.parametrize(("limit", "code"), [(2.0, Exit.CLEAN), (1.0, Exit.REJECTED)])
def test_the_limit_decides_how_it_ends(limit: float, code: Exit) -> None:
    """Two of a hundred are two per cent, and a limit is kept by what is not above it."""
    view = VerifyView(100, {End.SAME: 98, End.DRIFT: 1, End.GONE: 1, End.ASKED: 50}, (), limit)

    assert (2.0, code) == (view.percent, view.exit)


def test_nothing_linked_calls_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first contact there is nothing to read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "meltano.yml").touch()
    world = World(tmp_path)
    with world.ledger():
        pass

    result = world.call("verify")

    assert Exit.CLEAN == result.exit_code
    assert "nothing to compare" in result.output


# -- doctor


def raises(error: Exception) -> Callable[[], str]:
    def look() -> str:
        raise error

    return look


WRONG = ConfigError("It is wrong.", code="wrong", remedy="Put it right.")
AWAY = Retriable("It is away.", code="away")


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ((), Exit.CLEAN),
        ((AWAY,), Exit.RETRY),
        ((WRONG,), Exit.USAGE),
        ((AWAY, WRONG), Exit.USAGE),
    ],
)
def test_a_doctor_ends_by_the_worst(errors: tuple[Exception, ...], code: Exit) -> None:
    """What must be changed counts more than what may pass; every bad line has a remedy."""
    checks = [Check("A", "fine", lambda: "Fine.")]
    checks += [Check(str(n), "bad", raises(error)) for n, error in enumerate(errors)]

    view = examine(checks)

    assert code == view.exit
    assert all(f.remedy for f in view.findings if f.health is not Health.OK)


def test_what_hangs_on_a_failure_is_not_looked_at() -> None:
    """Without a connection nothing else is asked there; others are asked all the same."""
    checks = [
        Check("A", "connection", raises(AWAY), vital=True),
        Check("A", "fields", raises(AssertionError("asked"))),
        Check("B", "connection", lambda: "There."),
    ]

    found = [finding.health for finding in examine(checks).findings]

    assert [Health.UNREACHABLE, Health.SKIPPED, Health.OK] == found


@pytest.mark.parametrize(
    ("told", "health"),
    [(0, Health.OK), (100, Health.OK), (-121, Health.WRONG), (121, Health.WRONG)],
)
def test_a_clock_may_be_off_by_two_minutes(told: float, health: Health) -> None:
    """More than that, and which edit came last cannot be told."""
    check = clock_check("A", lambda: AT.timestamp() + told, lambda: AT)

    assert [health] == [finding.health for finding in examine([check]).findings]


def settings(folder: Path, **environ: str) -> Settings:
    (folder / "meltano.yml").touch()
    rules = str(ROOT / "transforms" / "rules")
    return load_settings({"OUTREACH_RULES_DIR": rules, **environ}, folder)


def test_the_crms_in_use_are_looked_at(tmp_path: Path) -> None:
    """Those named, else those with credentials, else HubSpot."""
    prod = {"OUTREACH_ENVIRONMENT": "prod"}
    both = settings(tmp_path, **prod, HUBSPOT_ACCESS_TOKEN="t", SALESFORCE_CLIENT_ID="c")

    assert (Side.SALESFORCE,) == crms_in_use(both, None, [Side.SALESFORCE])
    assert (Side.HUBSPOT, Side.SALESFORCE) == crms_in_use(both, None, [])
    assert (Side.HUBSPOT,) == crms_in_use(settings(tmp_path), None, [])


def test_a_doctor_reaches_for_nothing_outside_of_the_sandbox(tmp_path: Path) -> None:
    """Without addresses every vendor is a line with a remedy, and the ledger is looked at."""
    world = synced(tmp_path)
    waiting = Waiting(raises(AssertionError("waited")), None)  # type: ignore[arg-type]
    with world.ledger() as ledger:
        view = diagnose(settings(tmp_path), ledger, list(Side), waiting, lambda: AT)

    found = {(f.about, f.what): f for f in view.findings}
    assert Health.OK is found["Ledger", "lease"].health
    for about in ("Sheet", "HubSpot", "Salesforce"):
        assert Health.WRONG is found[about, "connection"].health
        assert found[about, "connection"].remedy
    assert Exit.USAGE == view.exit


def test_a_bad_rule_file_is_the_first_line(tmp_path: Path) -> None:
    """Nothing is read by rules that cannot be read; the ledger is looked at all the same."""
    (tmp_path / "sheet.yml").write_text("side: [")
    broken = settings(tmp_path, OUTREACH_RULES_DIR=str(tmp_path))
    waiting = Waiting(raises(AssertionError("waited")), None)  # type: ignore[arg-type]

    first, *rest = diagnose(broken, None, [], waiting, lambda: AT).findings

    assert ("Rules", Health.WRONG) == (first.about, first.health)
    assert ["Ledger"] == [finding.about for finding in rest]
