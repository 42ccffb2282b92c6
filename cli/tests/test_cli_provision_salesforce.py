"""Looking at an org over the sandbox: what of the package is there, and what a person does next."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from outreach_cli.exits import Exit
from outreach_cli.main import outreach
from outreach_cli.provision import MISSING, SALESFORCE, THERE, WRONG, Needs
from outreach_cli.salesforce_account import (
    DEPLOY,
    GRANT,
    PACKAGE,
    SIGN_IN,
    needs_of,
    provision_salesforce,
)
from outreach_cli.settings import Settings, load_settings
from outreach_core.errors import ConfigError, Retriable
from outreach_sandbox.kernel.server import Running, running

ROOT = Path(__file__).resolve().parents[2]
SPACE = "{http://soap.sforce.com/2006/04/metadata}"
TYPES = {
    "Text": "string",
    "Checkbox": "boolean",
    "DateTime": "datetime",
    "Url": "url",
    "Lookup": "reference",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("demo") as found:
        yield found


@pytest.fixture
def people(sandbox: Running) -> Callable[..., dict[str, Any]]:
    """The demo's org, as new, and its administrator."""
    sandbox.control.reset("demo")
    return lambda door, **body: sandbox.control.people("salesforce", door, **body)


@pytest.fixture
def settings(sandbox: Running, tmp_path: Path) -> Settings:
    (tmp_path / "meltano.yml").touch()
    return load_settings({"SANDBOX_SALESFORCE_URL": sandbox.salesforce_url}, tmp_path)


def look(settings: Settings) -> Needs:
    return provision_salesforce(settings, sleep=lambda _: None, rng=random.Random(1))


def found(needs: Needs, state: str) -> dict[str, str]:
    return {item.name: item.detail for item in needs.items if item.state == state}


def test_the_fields_are_those_of_the_package() -> None:
    """Every field file of `salesforce/`, with its type; only the signing key is no business here."""
    packaged = set()
    for path in (ROOT / "salesforce").glob("force-app/main/default/objects/*/fields/*.xml"):
        told = {child.tag.removeprefix(SPACE): child.text for child in ET.parse(path).getroot()}
        of = "Task" if path.parents[1].name == "Activity" else path.parents[1].name
        key = (told["externalId"], told.get("unique")) == ("true", "true")
        packaged.add((of, told["fullName"], TYPES.get(str(told["type"])), key))

    signing = {one for one in packaged if one[0] == "Outreach_Signing_Key__c"}
    assert packaged - signing == {(w.object, w.name, w.type, w.key) for w in PACKAGE}


def test_an_org_with_the_package_is_ready(
    settings: Settings, people: Callable[..., dict[str, Any]], sandbox: Running
) -> None:
    """One call besides signing in, nothing written, nothing left to do."""
    needs = look(settings)
    calls = [call["operation"] for call in sandbox.control.calls()]

    assert len(PACKAGE) == len(found(needs, THERE)) == len(needs.items)
    assert ("Salesforce is ready.", (), Exit.CLEAN) == (needs.headline, needs.steps, needs.exit)
    assert ["oauth.token", "composite"] == calls


def test_an_org_before_deployment_lacks_everything(
    settings: Settings, people: Callable[..., dict[str, Any]]
) -> None:
    """The plan ends with the commands, as the package's own page has them."""
    people("undeploy")
    needs = look(settings)

    assert len(PACKAGE) == len(found(needs, MISSING))
    assert Exit.USAGE == needs.exit
    assert needs.headline.startswith(f"{len(PACKAGE)} missing")
    assert {SIGN_IN, DEPLOY, GRANT} <= set(needs.steps)


def test_the_commands_are_those_of_the_packages_page() -> None:
    """Nobody has to choose between two instructions."""
    page = " ".join((ROOT / "salesforce" / "README.md").read_text().replace("\\\n", "").split())
    whom = GRANT.replace("Outreach_Sync_Integration", "Outreach_Sync_User")

    for command in (SIGN_IN, DEPLOY, whom):
        assert command in page


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"name": "Responded__c", "type": "Picklist"}, "picklist"),
        ({"name": "Outreach_Id__c", "type": "Text"}, "External ID"),
        ({"name": "Outreach_Last_Contacted__c", "type": "Date"}, "date"),
    ],
)
def test_a_field_of_somebody_else_stands_in_the_way(
    settings: Settings, people: Callable[..., dict[str, Any]], own: dict[str, Any], said: str
) -> None:
    """The same name with another type, or without its key, is not as needed."""
    people("remove_field", object="Lead", field=own["name"])
    people("add_field", object="Lead", **own)
    needs = look(settings)

    wrong = found(needs, WRONG)
    assert [f"Lead.{own['name']}"] == list(wrong)
    assert said in wrong[f"Lead.{own['name']}"]
    assert Exit.USAGE == needs.exit


def test_a_field_without_access_says_which_permission_set(
    settings: Settings, people: Callable[..., dict[str, Any]]
) -> None:
    """One that may only be read is not as needed; one that may not be seen is as if missing."""
    people("hide_field", object="Lead", field="Responded__c", read_only=True)
    people("hide_field", object="Contact", field="Outreach_Id__c")
    needs = look(settings)

    assert "Outreach_Sync_Integration" in found(needs, WRONG)["Lead.Responded__c"]
    assert ["Contact.Outreach_Id__c"] == list(found(needs, MISSING))
    assert GRANT in needs.steps


def test_an_object_that_may_not_be_seen_is_one_line() -> None:
    """Not a line for each of its fields."""
    needs = needs_of({"Contact": [], "Opportunity": [], "Task": []})

    assert {"Contact", "Opportunity", "Task", "Lead"} == set(found(needs, WRONG))
    assert ["object"] * 4 == [item.kind for item in needs.items]


def test_a_sandbox_without_address_refuses(tmp_path: Path) -> None:
    """The vendor's own address is never a fallback in the sandbox."""
    (tmp_path / "meltano.yml").touch()

    with pytest.raises(ConfigError, match="make sandbox"):
        look(load_settings({}, tmp_path))


def test_a_stopped_sandbox_is_named_as_the_remedy(tmp_path: Path) -> None:
    """Somebody who forgot to start it is told how."""
    (tmp_path / "meltano.yml").touch()
    nobody = load_settings({"SANDBOX_SALESFORCE_URL": "http://127.0.0.1:9"}, tmp_path)

    with pytest.raises(Retriable, match="make sandbox"):
        look(nobody)


def test_the_command_prints_the_plan_and_ends_with_its_number(
    settings: Settings, people: Callable[..., dict[str, Any]], sandbox: Running, tmp_path: Path
) -> None:
    """As a table and steps for people, as JSON for scripts; each command on a line of its own."""
    people("remove_field", object="Opportunity", field="Source_Lead__c")
    env = {
        "MELTANO_PROJECT_ROOT": str(tmp_path),
        "OUTREACH_ENVIRONMENT": "sandbox",
        "SANDBOX_SALESFORCE_URL": sandbox.salesforce_url,
    }
    runner = CliRunner()
    shown = runner.invoke(outreach, ["provision", "salesforce"], env=env)
    told = runner.invoke(outreach, ["provision", "salesforce", "--json"], env=env)

    assert (Exit.USAGE, Exit.USAGE) == (shown.exit_code, told.exit_code)
    assert f"\n  {DEPLOY}\n" in shown.output
    assert "Opportunity.Source_Lead__c" in shown.output
    assert '"state": "missing"' in told.output
    assert SALESFORCE.name in shown.output
