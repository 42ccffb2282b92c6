"""The parts of the package agree with each other: fields, rights, triggers, tests, credentials."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tree import ROOT, name
from tests.salesforce_package.package import (
    CLASSES,
    FIELDS,
    PACKAGE,
    SOURCE,
    TRIGGERS,
    apex,
    field_name,
    fields_of,
    is_test,
    metadata,
    permission_set,
    project,
    several,
)

TRUTH = Path(os.environ.get("OUTREACH_TRUTH", ROOT.parent / "shared" / "truth"))
SCHEMA = TRUTH / "salesforce" / "schema" / "apex_sobject_types_v65.json"
KEY = "Outreach_Signing_Key__c.Key__c"
MOST_LINES_OF_A_TRIGGER = 10
HOST = re.compile(r"https?:|\b[\w-]+\.(?:com|org|net)\b(?<!example\.com)")
RECORD_ID = re.compile(r"'(?=(?:[a-zA-Z]*\d){3})[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?'")
MOST_LINES_OF_A_CLASS = 250

# what the sync relies on, by object
NEEDED = {
    "Lead": {
        "Outreach_Campaign__c": "Text",
        "Outreach_Id__c": "Text",
        "Outreach_Last_Contacted__c": "DateTime",
        "Outreach_Last_Subject__c": "Text",
        "Outreach_Row_Link__c": "Url",
        "Outreach_Sync_Created__c": "Checkbox",
        "Responded__c": "Checkbox",
    },
    "Opportunity": {
        "Outreach_Campaign__c": "Text",
        "Outreach_Id__c": "Text",
        "Outreach_Row_Link__c": "Url",
        "Outreach_Sync_Created__c": "Checkbox",
        "Source_Lead__c": "Lookup",
    },
    # shows on tasks and events
    "Activity": {"Outreach_Id__c": "Text"},
}
NEEDED["Contact"] = NEEDED["Lead"]


def granted_as(field: str) -> list[str]:
    """What permission sets call a field: those of an activity are granted on task and event."""
    kind, _, rest = field.partition(".")
    return [f"{one}.{rest}" for one in ("Task", "Event")] if kind == "Activity" else [field]


OURS = {granted for path in FIELDS for granted in granted_as(field_name(path))} - {KEY}


def test_the_fields_are_those_the_sync_relies_on() -> None:
    """Nothing is missing, nothing is of another type, nothing is more than needed."""
    found: dict[str, dict[str, str]] = {}
    for path in FIELDS:
        kind, _, field = field_name(path).partition(".")
        found.setdefault(kind, {})[field] = metadata(path)["type"]

    assert {**NEEDED, "Outreach_Signing_Key__c": {"Key__c": "EncryptedText"}} == found


@pytest.mark.parametrize("kind", NEEDED)
def test_the_external_id_can_key_an_upsert(kind: str) -> None:
    """Outreach_Id__c is an external id, unique without regard to case, of 64 characters."""
    field = metadata(SOURCE / "objects" / kind / "fields" / "Outreach_Id__c.field-meta.xml")

    wanted = {"externalId": "true", "unique": "true", "caseSensitive": "false", "length": "64"}
    assert wanted == {key: field[key] for key in wanted}


@pytest.mark.parametrize("path", FIELDS, ids=field_name)
def test_a_field_says_what_it_is_for(path: Path) -> None:
    """Every field has a description for administrators and a help text for people."""
    field = metadata(path)

    assert field["description"].endswith(".")
    assert field["inlineHelpText"].endswith(".")
    assert "{" not in field["description"] + field["inlineHelpText"]


def test_people_see_every_field_and_change_one() -> None:
    """The permission set of people shows all fields; only Responded is theirs too."""
    people = permission_set("Outreach_Sync_User")

    assert OURS == fields_of(people, "readable")
    assert {"Lead.Responded__c", "Contact.Responded__c"} == fields_of(people, "editable")


def test_the_sync_writes_every_field_and_deletes_nothing() -> None:
    """The integration user may write all fields, read who opted out, delete no record, and is not told back."""
    sync = permission_set("Outreach_Sync_Integration")
    objects = several(sync["objectPermissions"])

    opted_out = {f"{name}.HasOptedOutOfEmail" for name in ("Lead", "Contact")}
    assert OURS == fields_of(sync, "editable")
    assert OURS | opted_out == fields_of(sync, "readable")
    assert {"Account", "Contact", "Lead", "Opportunity"} == {item["object"] for item in objects}
    assert {"false"} == {item["allowDelete"] for item in objects}
    assert {"enabled": "true", "name": "Outreach_Sync_Writes"} == sync["customPermissions"]


def test_only_the_set_up_reads_the_signing_key() -> None:
    """The key is in no permission set but the one for setting up, and that one has nothing else."""
    key = KEY.partition(".")[0]
    sets = {path: metadata(path) for path in SOURCE.glob("permissionsets/*")}
    with_key = [path.name for path in sets if key in path.read_text()]

    assert ["Outreach_Sync_Setup.permissionset-meta.xml"] == with_key
    assert {KEY} == fields_of(permission_set("Outreach_Sync_Setup"), "readable")


def test_no_field_with_rights_is_required() -> None:
    """A required field cannot stand in a permission set: the deployment would fail."""
    required = [field_name(p) for p in FIELDS if metadata(p).get("required") == "true"]

    assert [] == required


@pytest.mark.parametrize("path", TRIGGERS, ids=name)
def test_a_trigger_is_thin(path: Path) -> None:
    """A trigger runs after each kind of save and only calls the handler."""
    code = apex(path)
    moments = re.search(r"\(([^)]*)\) \{", code)

    assert moments is not None
    assert {"after insert", "after update", "after delete", "after undelete"} == {
        moment.strip() for moment in moments[1].split(",")
    }
    assert 1 == code.count(";")
    assert len(code.strip().splitlines()) <= MOST_LINES_OF_A_TRIGGER


def test_one_trigger_an_object() -> None:
    """Lead and Contact have one trigger each."""
    objects = [re.findall(r"trigger \w+ on (\w+)", apex(path)) for path in TRIGGERS]

    assert [["Contact"], ["Lead"]] == objects


@pytest.mark.parametrize("path", [p for p in CLASSES if not is_test(p)], ids=name)
def test_a_class_has_a_test_class(path: Path) -> None:
    """Every class has tests of its own name, and declares how it shares."""
    tests = path.with_name(f"{path.stem}Test.cls")

    assert re.search(rf"public (?:with|without) sharing (?:virtual )?class {path.stem}", apex(path))
    assert is_test(tests)
    assert path.stem in apex(tests).partition("{")[2]


def test_the_suite_runs_every_test_class() -> None:
    """The one command of the README runs all tests, and each class of tests has some."""
    suite = metadata(SOURCE / "testSuites" / "Outreach.testSuite-meta.xml")
    classes = [path for path in CLASSES if path.stem.endswith("Test")]

    assert [path.stem for path in classes] == suite["testClassName"]
    assert [] == [path.stem for path in classes if not apex(path).count("@IsTest\n    static void")]


@pytest.mark.parametrize("path", CLASSES, ids=name)
def test_a_class_is_short(path: Path) -> None:
    """No class grows past what fits in a head."""
    assert len(path.read_text().splitlines()) <= MOST_LINES_OF_A_CLASS


@pytest.mark.parametrize("path", [*CLASSES, *TRIGGERS], ids=name)
def test_no_address_and_no_id_is_written_into_code(path: Path) -> None:
    """Code names no host and no record: an address is the named credential's."""
    code = apex(path)

    assert [] == HOST.findall(code)
    assert [] == RECORD_ID.findall(code)


def test_every_custom_name_in_code_is_in_the_package() -> None:
    """The semantic checker cannot see names inside queries and texts; so they are compared here."""
    fields = {name for path in FIELDS for name in field_name(path).split(".")}
    used = {n for p in [*CLASSES, *TRIGGERS] for n in re.findall(r"\b\w+__c\b", apex(p))}
    handler = apex(SOURCE / "classes" / "OutreachChangeHandler.cls")
    reader = apex(SOURCE / "classes" / "OutreachChangeReader.cls")

    assert used <= fields
    assert (SOURCE / f"customPermissions/{_constant(handler)}.customPermission-meta.xml").exists()
    for kind in ("Lead", "Contact"):
        folder = SOURCE / "objects" / kind / "fieldSets"
        assert (folder / f"{_constant(reader)}.fieldSet-meta.xml").exists()


def _constant(code: str) -> str:
    found = re.search(r"private static final String \w+ = '(\w+)';", code)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("kind", ["Lead", "Contact"])
def test_watched_fields_exist(kind: str) -> None:
    """Every watched field is one of the package or one that the recorded schema has."""
    watched = _watched(kind)
    standard = {field for field in watched if not field.endswith("__c")}

    assert watched - standard <= set(NEEDED[kind])
    if not SCHEMA.exists():
        pytest.skip(f"no recorded schema at {TRUTH}; set OUTREACH_TRUTH")
    assert standard <= set(json.loads(SCHEMA.read_text())[kind])


def test_a_conversion_and_an_answer_are_watched() -> None:
    """What the sync acts on first is watched: addresses, status, the answer, the link."""
    assert {"Email", "Status", "Responded__c", "Outreach_Id__c"} <= _watched("Lead")
    assert {"Email", "Responded__c", "Outreach_Id__c"} <= _watched("Contact")


def _watched(kind: str) -> set[str]:
    path = SOURCE / "objects" / kind / "fieldSets" / "Outreach_Watched.fieldSet-meta.xml"
    return {item["field"] for item in several(metadata(path)["displayedFields"])}


def test_the_credentials_fit_each_other() -> None:
    """Code calls the named credential, it uses the external one, and people may use its principal."""
    named = _credential("namedCredential")
    parameters = {
        item["parameterType"]: item for item in several(named["namedCredentialParameters"])
    }
    external = _credential("externalCredential")
    principal = next(
        item["parameterName"]
        for item in external["externalCredentialParameters"]
        if item["parameterType"] == "NamedPrincipal"
    )
    people = permission_set("Outreach_Sync_User")

    assert "'callout:Outreach_Receiver'" in apex(SOURCE / "classes" / "OutreachMessage.cls")
    assert "Outreach_Receiver" == parameters["Authentication"]["externalCredential"]
    assert {"enabled": "true", "externalCredentialPrincipal": f"Outreach_Receiver-{principal}"} == (
        people["externalCredentialPrincipalAccesses"]
    )
    # https://help.salesforce.com/s/articleView?id=xcloud.nc_user_external_credentials.htm
    assert "UserExternalCredential" == people["objectPermissions"]["object"]
    assert "true" == people["objectPermissions"]["allowRead"]


def test_the_receivers_address_is_given_at_deployment() -> None:
    """The package holds an example address, and the deployment puts the real one in its place."""
    (replacement,) = project()["replacements"]
    file = PACKAGE / replacement["filename"]

    assert "RECEIVER_URL" == replacement["replaceWithEnv"]
    assert replacement["stringToReplace"].startswith("https://receiver.example.com/")
    assert 1 == file.read_text().count(replacement["stringToReplace"])
    assert "allowUnsetEnvVariable" not in replacement


def test_the_checkers_are_pinned() -> None:
    """Each checker has one version, with the sum of its content and no address."""
    wanted = json.loads((PACKAGE / "package.json").read_text())["devDependencies"]
    lock = json.loads((PACKAGE / "package-lock.json").read_text())["packages"]
    installed: dict[str, Any] = {key: value for key, value in lock.items() if key}

    assert wanted == {key: installed[f"node_modules/{key}"]["version"] for key in wanted}
    assert [] == [key for key, value in installed.items() if "resolved" in value]
    assert [] == [
        key
        for key, value in installed.items()
        if "integrity" not in value and not value.get("inBundle")
    ]


def _credential(kind: str) -> dict[str, Any]:
    return metadata(SOURCE / f"{kind}s" / f"Outreach_Receiver.{kind}-meta.xml")
