"""Makes the contact properties the sync needs, in a group of their own.

Rule: only what is missing is made; nothing that exists is changed or deleted, so it may be run again.

https://developers.hubspot.com/docs/guides/api/crm/properties#create-a-property
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from outreach_adapters.hubspot.account import CREATED_BY_US, ROW_ID
from outreach_core.errors import ConfigError, Skippable

Body = dict[str, Any]
GROUP = {"name": "outreach", "label": "Outreach", "displayOrder": -1}
YES_NO = [
    {"label": "Yes", "value": "true", "displayOrder": 0, "hidden": False},
    {"label": "No", "value": "false", "displayOrder": 1, "hidden": False},
]


class ProvisionState(StrEnum):
    """What the account has of an item."""

    EXISTS = "exists"
    MISSING = "missing"
    WRONG = "wrong_type"


@dataclass(frozen=True)
class ProvisionItem:
    """One thing the sync needs in the account.

    Attributes:
        kind: ``group`` or ``property``.
        detail: One sentence for people when it is there but not as needed.
    """

    kind: str
    name: str
    state: ProvisionState
    detail: str = ""


class Account(Protocol):
    """What provisioning needs of the client."""

    def properties(self) -> list[Body]:
        """Return the definitions of all contact properties."""
        ...

    def property_groups(self) -> list[Body]:
        """Return the groups of contact properties."""
        ...

    def create_property(self, definition: Body) -> Body:
        """Make a contact property."""
        ...

    def create_property_group(self, definition: Body) -> Body:
        """Make a group."""
        ...


def _text(name: str, label: str, description: str, **more: Any) -> Body:
    return {
        "name": name,
        "label": label,
        "description": description,
        "groupName": GROUP["name"],
        "type": "string",
        "fieldType": "text",
        **more,
    }


def _bool(name: str, label: str, description: str) -> Body:
    options = [dict(option) for option in YES_NO]
    kinds = {"type": "bool", "fieldType": "booleancheckbox", "options": options}
    return _text(name, label, description) | kinds


DEFINITIONS: tuple[Body, ...] = (
    _text(
        ROW_ID,
        "Outreach row id",
        "Links the contact to its row in the outreach sheet. Please do not edit.",
        # only possible at creation: https://developers.hubspot.com/docs/guides/api/crm/properties
        hasUniqueValue=True,
    ),
    _bool(CREATED_BY_US, "Created by outreach sync", "The contact came from the outreach sheet."),
    _text("outreach_campaign", "Outreach campaign", "The campaign the contact is in."),
    _text("outreach_row_link", "Outreach row", "Address of the row in the outreach sheet."),
    _text("outreach_last_subject", "Outreach last subject", "Subject of the last e-mail sent."),
    _bool("outreach_responded", "Outreach responded", "The contact answered an outreach e-mail."),
    _text("outreach_last_contacted", "Outreach last contacted", "When the last e-mail was sent.")
    | {"type": "datetime", "fieldType": "date"},
)


def provision_plan(client: Account) -> list[ProvisionItem]:
    """Return what is there, what is missing and what is not as needed; changes nothing."""
    groups = {str(group.get("name")) for group in client.property_groups()}
    state = ProvisionState.EXISTS if GROUP["name"] in groups else ProvisionState.MISSING
    found = {str(item.get("name")): item for item in client.properties()}
    items = [ProvisionItem("group", str(GROUP["name"]), state)]
    return items + [_item(wanted, found.get(wanted["name"])) for wanted in DEFINITIONS]


def apply(client: Account, plan: Sequence[ProvisionItem]) -> list[ProvisionItem]:
    """Make what the plan says is missing and return the items made.

    Raises:
        ConfigError: Something exists with another type; nothing was made.
    """
    wrong = [item for item in plan if item.state is ProvisionState.WRONG]
    if wrong:
        raise ConfigError(
            " ".join(item.detail for item in wrong),
            code="property_not_as_needed",
            remedy="Rename or delete it in HubSpot, then provision again.",
            properties=tuple(item.name for item in wrong),
        )
    definitions = {item["name"]: item for item in DEFINITIONS}
    missing = [item for item in plan if item.state is ProvisionState.MISSING]
    for item in missing:
        if item.kind == "group":
            _unless_there(client.create_property_group, GROUP)
        else:
            _unless_there(client.create_property, definitions[item.name])
    return missing


def _item(wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> ProvisionItem:
    name = str(wanted["name"])
    if found is None:
        return ProvisionItem("property", name, ProvisionState.MISSING)
    wrong = list(_differences(wanted, found))
    if wrong:
        detail = f"The contact property `{name}` exists but {', and '.join(wrong)}."
        return ProvisionItem("property", name, ProvisionState.WRONG, detail)
    return ProvisionItem("property", name, ProvisionState.EXISTS)


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterable[str]:
    if found.get("type") != wanted["type"]:
        yield f"is of type {found.get('type')} instead of {wanted['type']}"
    if wanted.get("hasUniqueValue") and not found.get("hasUniqueValue"):
        yield "is not unique"


def _unless_there(make: Any, definition: Mapping[str, Any]) -> None:
    """Make it; somebody else having made it meanwhile is as good."""
    try:
        make(dict(definition))
    except Skippable as error:
        if error.code != "conflict":
            raise
