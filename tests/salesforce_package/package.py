"""What the SFDX package holds, read from its files: the tests compare these with each other.

Rule: nothing here judges; a test does.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.architecture.tree import ROOT

PACKAGE = ROOT / "salesforce"
SOURCE = PACKAGE / "force-app" / "main" / "default"
CLASSES = sorted((SOURCE / "classes").glob("*.cls"))
TRIGGERS = sorted((SOURCE / "triggers").glob("*.trigger"))
METADATA = sorted(SOURCE.rglob("*-meta.xml"))
FIELDS = sorted(SOURCE.glob("objects/*/fields/*.field-meta.xml"))
README = PACKAGE / "README.md"
COMMENTS = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


def apex(path: Path) -> str:
    """The code of a class or trigger, without its comments."""
    return COMMENTS.sub("", path.read_text(encoding="utf-8"))


def is_test(path: Path) -> bool:
    """Whether the class is for tests alone."""
    return "@IsTest" in apex(path).partition("{")[0]


@cache
def metadata(path: Path) -> dict[str, Any]:
    """A metadata file as a dictionary: one value a name, or a list where the name stands often."""
    return _children(ET.parse(path).getroot())


def _children(element: ET.Element) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element:
        name = child.tag.removeprefix(NAMESPACE)
        value = _children(child) if len(child) else child.text
        if name in found:
            before = found[name] if isinstance(found[name], list) else [found[name]]
            found[name] = [*before, value]
        else:
            found[name] = value
    return found


def several(value: Any) -> list[Any]:
    """What stands there, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def field_name(path: Path) -> str:
    """`Lead.Outreach_Id__c`, of the file of that field."""
    return f"{path.parent.parent.name}.{path.name.removesuffix('.field-meta.xml')}"


def permission_set(name: str) -> dict[str, Any]:
    """One of the permission sets."""
    return metadata(SOURCE / "permissionsets" / f"{name}.permissionset-meta.xml")


def fields_of(permissions: dict[str, Any], right: str) -> set[str]:
    """The fields that a permission set makes `readable` or `editable`."""
    granted = several(permissions.get("fieldPermissions"))
    return {item["field"] for item in granted if item[right] == "true"}


def project() -> dict[str, Any]:
    """`sfdx-project.json`."""
    loaded: dict[str, Any] = json.loads((PACKAGE / "sfdx-project.json").read_text())
    return loaded
