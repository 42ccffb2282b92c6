"""`verify` and `doctor` over an org: what of its records is read, and what is said of its set-up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach_cli.checking import diagnose
from outreach_cli.doctor import Health
from outreach_cli.reading import Waiting
from outreach_cli.salesforce_account import read_records
from outreach_cli.settings import Settings, load_settings
from outreach_core.model import Side
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).resolve().parents[2]
WAITING = Waiting(lambda _: None, random.Random(1))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("demo") as found:
        yield found


@pytest.fixture
def settings(sandbox: Running, tmp_path: Path) -> Settings:
    sandbox.control.reset("demo")
    (tmp_path / "meltano.yml").touch()
    return load_settings({"SANDBOX_SALESFORCE_URL": sandbox.salesforce_url}, tmp_path)


def test_records_are_read_by_their_ids(sandbox: Running, settings: Settings) -> None:
    """Those that are there; one that was deleted, or never was, is not among them."""
    leads = sandbox.control.people("salesforce", "records", object="Lead")["records"]
    kept, gone = leads[0], leads[1]
    sandbox.control.people("salesforce", "delete", object="Lead", id=gone["Id"])
    ids = [kept["Id"], gone["Id"], "00Q000000000999AAA"]

    found = read_records(settings, "leads", ids, ["Company", "Email"], lambda _: None, WAITING.rng)

    assert {kept["Id"]: {"Company": kept["Company"], "Email": kept["Email"]}} == found


def test_a_sound_org_is_found_sound(settings: Settings, sandbox: Running) -> None:
    """Connection, package, mapped fields and status values, each with what was found; only looked at."""
    before = sandbox.control.people("salesforce", "records", object="Lead")

    view = diagnose(_with_rules(settings), None, [Side.SALESFORCE], WAITING, _never)

    own = {f.what: f for f in view.findings if f.about == "Salesforce"}
    assert {
        "connection",
        "calls of the day",
        "fields of the sync",
        "mapped fields",
        "status values",
    } == set(own)
    assert {Health.OK} == {finding.health for finding in own.values()}, own
    assert before == sandbox.control.people("salesforce", "records", object="Lead")


def test_a_status_that_the_org_has_not_is_named(settings: Settings, tmp_path: Path) -> None:
    """With what there is instead."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for file in (ROOT / "transforms" / "rules").glob("*.yml"):
        text = file.read_text()
        if file.name == "salesforce.yml":
            text = text.replace("Working - Contacted", "Quite Warm")
        (rules / file.name).write_text(text)

    view = diagnose(_with_rules(settings, rules), None, [Side.SALESFORCE], WAITING, _never)

    (status,) = [f for f in view.findings if (f.about, f.what) == ("Salesforce", "status values")]
    assert Health.WRONG is status.health
    assert "Quite Warm; it has " in status.detail
    assert "Working - Contacted" in status.detail


def _with_rules(settings: Settings, rules: Path | None = None) -> Settings:
    environ = {
        "SANDBOX_SALESFORCE_URL": str(settings.salesforce.api_base_url),
        "OUTREACH_RULES_DIR": str(rules or ROOT / "transforms" / "rules"),
    }
    return load_settings(environ, settings.project_root)


def _never() -> None:
    raise AssertionError("the sandbox's clock is not compared")
