"""The demonstration's org: the package is deployed, some businesses are leads, one is a customer."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from outreach_sandbox import seeds

from .conftest import DATA, ROOT, Org

PACKAGE = ROOT / "salesforce" / "force-app" / "main" / "default" / "objects"
SPACE = "{http://soap.sforce.com/2006/04/metadata}"
SEED = seeds.load("demo")


def deployed(path):
    """What a field file of the package makes."""
    told = {child.tag.removeprefix(SPACE): child.text for child in ET.parse(path).getroot()}
    kind = told["type"]
    return {
        "object": path.parent.parent.name,
        "name": told["fullName"],
        "label": told["label"],
        **({"type": kind} if kind != "Text" else {"length": int(told["length"])}),
        **({"external_id": True} if told["externalId"] == "true" else {}),
        **({"unique": True} if told.get("unique") == "true" else {}),
        **({"references": told["referenceTo"]} if kind == "Lookup" else {}),
    }


@pytest.fixture
def demo(box, start):
    """The demo seed with a session of the test."""
    org = start()
    seed = json.loads(json.dumps(SEED))
    seed["salesforce"]["auth"] = {"tokens": ["session-of-the-test"]}
    box.control.reset(seed)
    return Org(box, org.http)


def test_the_fields_are_those_of_the_package():
    """Every field file of the package, and nothing else."""
    files = sorted(PACKAGE.glob("*/fields/*.field-meta.xml"))
    made = [
        deployed(path) for path in files if path.parent.parent.name != "Outreach_Signing_Key__c"
    ]

    def named(field):
        return field["object"], field["name"]

    assert sorted(made, key=named) == sorted(SEED["salesforce"]["custom_fields"], key=named)


def test_leads_are_businesses_of_the_sheet_with_fields_of_their_own(demo):
    """Found by e-mail, most of them a little different from their rows; one is a contact by now."""
    head, *rows = SEED["google"]["spreadsheets"][0]["sheets"][0]["values"]
    sheet = {row[head.index("Email")]: dict(zip(head, row, strict=True)) for row in rows}
    leads = demo.query("SELECT Email, City, Phone, Website, IsConverted FROM Lead")
    pairs = [(lead, sheet[lead["Email"]]) for lead in leads]
    differing = [
        (lead["City"], lead["Phone"], lead["Website"])
        != (row["Location"], row["Phone"], row["Website"])
        for lead, row in pairs
    ]

    assert 8 <= sum(differing)
    assert 1 == sum(lead["IsConverted"] for lead in leads)


def test_the_converted_lead_has_its_contact(demo):
    """With its account; the package's fields are there to be written."""
    text = (
        "SELECT Email, Company, ConvertedContactId, ConvertedContact.Email, ConvertedAccount.Name"
    )
    (lead,) = demo.query(f"{text} FROM Lead WHERE IsConverted = true")
    path = f"sobjects/Contact/{lead['ConvertedContactId']}"
    written = demo.call("PATCH", path, json={"Outreach_Id__c": "r1", "Responded__c": True})

    assert lead["Email"] == lead["ConvertedContact"]["Email"]
    assert lead["Company"] == lead["ConvertedAccount"]["Name"]
    assert 204 == written.status_code


def test_the_demo_can_be_an_org_before_deployment(demo):
    """An administrator takes the package away and deploys it."""
    demo.people("undeploy")
    text = {"q": "SELECT Outreach_Id__c FROM Lead"}
    before = demo.call("GET", f"{DATA}/query", params=text)
    demo.people("deploy")

    assert (400, 9) == (before.status_code, len(demo.query(text["q"])))
