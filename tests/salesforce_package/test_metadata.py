"""The metadata follows Salesforce's own schema, as its WSDL in simple-salesforce has it."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import simple_salesforce
from lxml import etree  # type: ignore[import-untyped]

from tests.architecture.tree import name
from tests.salesforce_package.package import METADATA, SOURCE, apex, metadata, project

WSDL = Path(simple_salesforce.__file__).with_name("metadata.wsdl")
XSD = "{http://www.w3.org/2001/XMLSchema}"

# where the deploying tool looks for each kind of file
PLACES = {
    ".cls-meta.xml": ("ApexClass", "classes"),
    ".trigger-meta.xml": ("ApexTrigger", "triggers"),
    ".object-meta.xml": ("CustomObject", "objects/*"),
    ".field-meta.xml": ("CustomField", "objects/*/fields"),
    ".fieldSet-meta.xml": ("FieldSet", "objects/*/fieldSets"),
    ".permissionset-meta.xml": ("PermissionSet", "permissionsets"),
    ".customPermission-meta.xml": ("CustomPermission", "customPermissions"),
    ".namedCredential-meta.xml": ("NamedCredential", "namedCredentials"),
    ".externalCredential-meta.xml": ("ExternalCredential", "externalCredentials"),
    ".testSuite-meta.xml": ("ApexTestSuite", "testSuites"),
}


@cache
def schema() -> etree.XMLSchema:
    """The schema of the WSDL, with an element for each type: a file is one such element."""
    found = etree.parse(str(WSDL)).find(f".//{XSD}schema")
    # written and read again, so that the prefixes declared above it come along
    alone = etree.fromstring(etree.tostring(found))
    for kind, _ in PLACES.values():
        etree.SubElement(alone, f"{XSD}element", name=kind, type=f"tns:{kind}")
    return etree.XMLSchema(alone)


def complaints(text: bytes) -> list[str]:
    """What the schema has against a file."""
    schema().validate(etree.fromstring(text))
    return [str(error.message) for error in schema().error_log]


@pytest.mark.parametrize("path", METADATA, ids=name)
def test_file_follows_the_schema(path: Path) -> None:
    """Every metadata file has the elements its type knows, in their order, with their values."""
    assert [] == complaints(path.read_bytes())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<label>", "<caption>x</caption><label>"),
        ("<type>Text</type>", "<type>Words</type>"),
        ("<unique>true</unique>", "<unique>perhaps</unique>"),
    ],
    ids=["unknown element", "unknown value", "wrong type"],
)
def test_the_schema_refuses_mistakes(old: str, new: str) -> None:
    """A file with an element, a value or a type that the schema does not know is refused."""
    path = SOURCE / "objects" / "Lead" / "fields" / "Outreach_Id__c.field-meta.xml"
    text = path.read_text()

    assert old in text
    assert [] != complaints(text.replace(old, new, 1).encode())


@pytest.mark.parametrize("path", METADATA, ids=name)
def test_file_is_where_its_kind_belongs(path: Path) -> None:
    """Name, folder and root element of every file belong together, or it is silently left out."""
    suffix = next(suffix for suffix in PLACES if path.name.endswith(suffix))
    kind, folder = PLACES[suffix]

    assert path.parent.match(f"default/{folder}")
    assert kind == etree.QName(etree.parse(str(path)).getroot()).localname
    named = metadata(path).get("fullName", path.name.removesuffix(suffix))
    assert path.name.removesuffix(suffix) == named


def test_no_file_is_left_over() -> None:
    """Every class and trigger has its metadata, and nothing else is in the package."""
    code = {p for p in SOURCE.rglob("*") if p.is_file()} - set(METADATA)

    assert {f"{path}-meta.xml" for path in code} == {
        str(path) for path in METADATA if path.name.endswith((".cls-meta.xml", ".trigger-meta.xml"))
    }
    for path in code:
        assert re.search(rf"\b(class|trigger) {path.stem}\b", apex(path)), path.name


def test_one_api_version_that_the_schema_knows() -> None:
    """Project, classes, triggers and the schema that judges them are of one version."""
    version = project()["sourceApiVersion"]
    used = {metadata(path)["apiVersion"] for path in METADATA if "apiVersion" in metadata(path)}

    assert {version} == used
    assert f"/Soap/m/{version}" in WSDL.read_text()
