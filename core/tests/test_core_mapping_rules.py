"""Rule files at work: reading records, rendering values, the spec of a field, the fingerprint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from outreach_core.errors import ConfigError
from outreach_core.mapping import (
    SideRules,
    fingerprint,
    kinds_of,
    load_field_specs,
    load_policy,
    load_rules,
    parse_policy,
    parse_rules,
)
from outreach_core.model import FieldValue, Side
from outreach_core.model.fields import Blank, Direction, FieldType
from outreach_core.model.policy import Guards, Policy, Strategy, TieBreak

RULES = Path(__file__).parents[2] / "transforms" / "rules"

SHEET = """\
side: sheet
fields:
  name:   {column: Contact Person, type: text}
  city:   {column: Location, type: text}
  email:  {column: Email, type: email}
  status: {column: Status, type: choice, blank: ignore}
"""
CRM = """\
side: hubspot
object: contacts
external_id: outreach_row_id
fields:
  name:   {properties: [firstname, lastname], join: person_name}
  city:   {property: city, max_length: 12, overflow_to: address}
  email:  {property: email, direction: sheet_to_crm}
  status: {property: hs_lead_status, values: {Sent: ATTEMPTED, Replied: CONNECTED}}
extra:
  seen: notes_last_contacted
"""
LONG = "12 Sample Road, Exampleton"


def sheet() -> SideRules:
    """The sheet's rules of these tests."""
    return parse_rules(SHEET, "sheet.yml")


def crm(text: str = CRM) -> SideRules:
    """A CRM's rules of these tests."""
    return parse_rules(text, "hubspot.yml", kinds_of(sheet()))


def properties(**given: object) -> dict[str, object]:
    """A contact's properties: all that are read, those not given blank."""
    return dict.fromkeys(crm().sources) | given


def test_rules_of_the_project_are_right() -> None:
    """The files people start from are valid, and the policy states the defaults."""
    specs = load_field_specs(load_rules(RULES / "sheet.yml"), load_rules(RULES / "hubspot.yml"))

    assert {"business_name", "contact_person", "email", "phone", "website", "city", "status"} == {
        *specs
    }
    assert (Side.SHEET,) == specs["status"].sides
    assert (Side.SHEET, Side.HUBSPOT) == specs["phone"].sides
    assert Policy() == load_policy(RULES / "policy.yml")


def test_bad_value_costs_its_own_field_only() -> None:
    """A bad e-mail becomes a problem by shape; the other fields of the row are read."""
    reading = sheet().read({"Email": "not an address", "Location": 5.0})

    assert "email" not in reading.fields
    assert FieldValue(5.0, "5", "5") == reading.fields["city"]
    problem = reading.problems["email"]
    assert ("bad_email", "email", "text of 14 characters") == (
        problem.code,
        problem.field,
        problem.shape,
    )
    assert problem.remedy
    assert "not an address" not in json.dumps(problem.to_json())


def test_absent_cell_is_blank_and_absent_property_is_not() -> None:
    """A property that HubSpot did not show is a problem, because it does not mean "cleared"."""
    contact = properties(city="Exampleton")
    del contact["email"]

    reading = crm().read(contact)

    assert "not_shown" == reading.problems["email"].code
    assert FieldValue() == sheet().read({}).fields["email"]
    assert "Exampleton" == reading.fields["city"].value


def test_only_some_fields_are_read() -> None:
    """An answer that holds a few properties is read for the fields that were asked for."""
    reading = crm().read({"email": "sam@example.com"}, only=["email"])

    assert ({"email"}, {}) == ({*reading.fields}, reading.problems)


def test_name_is_compared_joined_and_kept_apart() -> None:
    """Another split of the same name is the same name; the raw parts stay as they were."""
    found = crm().read(properties(firstname="Sam Lee", lastname="Sample")).fields["name"]
    typed = sheet().read({"Contact Person": "Sam  Lee Sample"}).fields["name"]

    assert ["Sam Lee", "Sample"] == found.raw
    assert typed.key == found.key == "Sam Lee Sample"


def test_fields_are_rendered_to_their_places() -> None:
    """Every canonical field says which properties its value went to; blank clears them."""
    rendered = crm().render({"name": "Sam", "email": None, "status": "Sent"})

    assert {"firstname": "Sam", "lastname": None, "email": None, "hs_lead_status": "ATTEMPTED"} == (
        rendered.values
    )
    assert {
        "name": ("firstname", "lastname"),
        "email": ("email",),
        "status": ("hs_lead_status",),
    } == rendered.placed


def test_rendering_can_be_limited() -> None:
    """``only`` leaves the other fields out."""
    assert {"email": "a@example.com"} == (
        crm().render({"name": "Sam", "email": "a@example.com"}, only={"email"}).values
    )


def test_long_text_overflows_and_comes_back_whole() -> None:
    """A text too long for its property is cut there, kept whole in another, and read whole."""
    written = crm().render({"city": LONG}).values

    assert {"city": "12 Sample R…", "address": LONG} == written
    assert LONG == crm().read(properties(**written)).fields["city"].value


def test_edit_of_a_shortened_text_counts() -> None:
    """Once a person changes the short form, the long one is no longer what the field says."""
    found = crm().read(properties(city="Exampleton", address=LONG)).fields["city"]

    assert "Exampleton" == found.value


def test_short_text_leaves_the_overflow_alone() -> None:
    """The overflow property belongs to others as long as it is not needed."""
    assert {"city": "Exampleton"} == crm().render({"city": "Exampleton"}).values


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("status", "Draft", "unknown_choice"),
        ("gone", "x", "not_mapped"),
        ("city", LONG, "too_long"),
    ],
)
def test_what_cannot_be_rendered_is_a_problem(field: str, value: str, code: str) -> None:
    """A value that does not fit is left out and named, and nothing of it is written."""
    rules = crm(CRM.replace(", overflow_to: address", ""))

    rendered = rules.render({field: value, "email": "a@example.com"})

    assert code == rendered.problems[field].code
    assert {"email": "a@example.com"} == rendered.values


def test_raw_values_are_spread_over_places() -> None:
    """A joined field's raw value is its properties' values again; without one they are blank."""
    assert {"firstname": "Sam", "lastname": "Sample", "email": ""} == crm().spread(
        {"name": ["Sam", "Sample"], "email": "", "gone": 1}
    )
    assert {"firstname": None, "lastname": None} == crm().spread({"name": None})


def test_sources_are_all_that_is_read() -> None:
    """A tap learns from the rules which properties to ask for, each once."""
    assert (
        "firstname",
        "lastname",
        "city",
        "address",
        "email",
        "hs_lead_status",
        "notes_last_contacted",
    ) == crm().sources


def test_spec_merges_the_sides() -> None:
    """Type comes from the sheet, direction from the CRM, and one side's ``ignore`` is enough."""
    specs = load_field_specs(sheet(), crm())

    assert FieldType.EMAIL == specs["email"].type
    assert {Side.HUBSPOT: Direction.SHEET_TO_CRM} == specs["email"].directions
    assert Blank.IGNORE == specs["status"].blank
    assert Blank.PROPAGATE == specs["city"].blank


def test_field_switched_off_leaves_the_side() -> None:
    """``direction: off`` takes the field out of the sync with that CRM."""
    off = crm(CRM.replace("direction: sheet_to_crm", "direction: off"))

    assert (Side.SHEET,) == load_field_specs(sheet(), off)["email"].sides


def test_fingerprint_ignores_order_comments_and_process() -> None:
    """The same meaning has the same fingerprint, in another order, process and hash seed."""
    head, _, rest = CRM.partition("fields:\n")
    lines = rest.splitlines()
    turned = "\n".join([f"{head}fields:  # turned", *reversed(lines[:4]), *lines[4:]])
    program = (
        "import sys; from outreach_core.mapping import *;"
        "s = parse_rules(sys.argv[1]); c = parse_rules(sys.argv[2], kinds=kinds_of(s));"
        "print(fingerprint(s, c))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, SHEET, CRM], capture_output=True, text=True, check=True
    )

    assert {fingerprint(sheet(), crm())} == {
        fingerprint(sheet(), crm(turned)),
        fingerprint(crm(), sheet()),
        done.stdout.strip(),
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("property: email", "property: work_email"),
        ("sheet_to_crm", "two_way"),
        ("max_length: 12", "max_length: 13"),
        ("Sent: ATTEMPTED", "Sent: TRIED"),
        ("object: contacts", "object: leads"),
    ],
)
def test_fingerprint_changes_with_the_meaning(old: str, new: str) -> None:
    """Whatever changes what is written changes the fingerprint."""
    assert fingerprint(sheet(), crm()) != fingerprint(sheet(), crm(CRM.replace(old, new)))


def test_policy_is_read() -> None:
    """Given keys are taken, all others keep their defaults."""
    policy = parse_policy(
        "strategy: lww\nlww_tiebreak: prefer_crm\nguards: {floor: 5, exempt_fields: []}\n"
        "fields: {phone: {strategy: manual}}\n"
    )

    assert (Strategy.LWW, TieBreak.PREFER_CRM) == (policy.strategy, policy.lww_tiebreak)
    assert Guards(floor=5, exempt_fields=()) == policy.guards
    assert (Strategy.MANUAL, None) == (
        policy.fields["phone"].strategy,
        policy.fields["phone"].tiebreak,
    )
    assert Policy() == parse_policy("# nothing\n")


def test_files_are_read_with_the_sheet_beside_them(tmp_path: Path) -> None:
    """A CRM's file takes its types from ``sheet.yml`` in its folder."""
    (tmp_path / "sheet.yml").write_text(SHEET)
    (tmp_path / "hubspot.yml").write_text(CRM)

    assert FieldType.EMAIL == load_rules(tmp_path / "hubspot.yml").fields["email"].kind.type


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is a setting to correct."""
    with pytest.raises(ConfigError, match=r"nowhere\.yml: .* cannot be read") as caught:
        load_rules(tmp_path / "nowhere.yml")

    assert "bad_rules" == caught.value.code
