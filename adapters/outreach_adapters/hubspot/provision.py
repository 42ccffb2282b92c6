"""Makes the properties the sync needs, in a group of their own on each object.

Rule: only what is missing is made; nothing that exists is changed or deleted, so it may be run again.

https://developers.hubspot.com/docs/guides/api/crm/properties#create-a-property
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from outreach_adapters.hubspot.account import CREATED_BY_US, EVENT_KEY, HOST_KEY, ROW_ID
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
    object: str = "contacts"


class Account(Protocol):
    """What provisioning needs of the client."""

    def properties(self, obj: str = ...) -> list[Body]:
        """Return the definitions of all properties of an object."""
        ...

    def property_groups(self, obj: str = ...) -> list[Body]:
        """Return the groups of an object's properties."""
        ...

    def create_property(self, definition: Body, obj: str = ...) -> Body:
        """Make a property."""
        ...

    def create_property_group(self, definition: Body, obj: str = ...) -> Body:
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


# what other objects carry so that nothing is made twice
KEYS: Mapping[str, tuple[Body, ...]] = {
    "companies": (
        _text(
            HOST_KEY,
            "Outreach website",
            "Keeps the outreach sync from making a company twice. Please do not edit.",
            hasUniqueValue=True,
        ),
    ),
    "deals": (
        _text(
            EVENT_KEY,
            "Outreach event",
            "Keeps the outreach sync from making a deal twice. Please do not edit.",
            hasUniqueValue=True,
        ),
    ),
    # https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm#unique-identifiers
    # activities can have no unique property; where the account allows none at all, subject and time do
    "emails": (
        _text(EVENT_KEY, "Outreach event", "Tells the outreach sync which e-mail this is."),
    ),
}
OBJECTS: Mapping[str, tuple[Body, ...]] = {"contacts": DEFINITIONS, **KEYS}
MAY_BE_REFUSED = ("emails",)


def provision_plan(client: Account) -> list[ProvisionItem]:
    """Return what is there, what is missing and what is not as needed; changes nothing."""
    plan: list[ProvisionItem] = []
    for obj, definitions in OBJECTS.items():
        try:
            plan += _plan_of(client, obj, definitions)
        except ConfigError as refused:
            if obj not in MAY_BE_REFUSED:
                raise
            plan.append(_refused(obj, refused))
    return plan


def _plan_of(client: Account, obj: str, definitions: Sequence[Body]) -> list[ProvisionItem]:
    groups = {str(group.get("name")) for group in client.property_groups(obj)}
    state = ProvisionState.EXISTS if GROUP["name"] in groups else ProvisionState.MISSING
    found = {str(item.get("name")): item for item in client.properties(obj)}
    items = [ProvisionItem("group", str(GROUP["name"]), state, object=obj)]
    return items + [_item(wanted, found.get(wanted["name"]), obj) for wanted in definitions]


def _refused(obj: str, error: ConfigError) -> ProvisionItem:
    detail = f"HubSpot does not let the app look at {obj} properties; it works without. {error}"
    return ProvisionItem("property", EVENT_KEY, ProvisionState.EXISTS, detail, obj)


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
    missing = [item for item in plan if item.state is ProvisionState.MISSING]
    return [item for item in missing if _make(client, item)]


def _make(client: Account, item: ProvisionItem) -> bool:
    """Make one item; whether it is there now."""
    definitions = {known["name"]: known for known in OBJECTS[item.object]}
    try:
        if item.kind == "group":
            _unless_there(client.create_property_group, GROUP, item.object)
        else:
            _unless_there(client.create_property, definitions[item.name], item.object)
    except (ConfigError, Skippable):
        if item.object not in MAY_BE_REFUSED:
            raise
        return False
    return True


def _item(wanted: Mapping[str, Any], found: Mapping[str, Any] | None, obj: str) -> ProvisionItem:
    name = str(wanted["name"])
    if found is None:
        return ProvisionItem("property", name, ProvisionState.MISSING, object=obj)
    wrong = list(_differences(wanted, found))
    if wrong:
        noun = {"contacts": "contact", "companies": "company", "deals": "deal"}.get(obj, "e-mail")
        detail = f"The {noun} property `{name}` exists but {', and '.join(wrong)}."
        return ProvisionItem("property", name, ProvisionState.WRONG, detail, obj)
    return ProvisionItem("property", name, ProvisionState.EXISTS, object=obj)


def _differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterable[str]:
    if found.get("type") != wanted["type"]:
        yield f"is of type {found.get('type')} instead of {wanted['type']}"
    if wanted.get("hasUniqueValue") and not found.get("hasUniqueValue"):
        yield "is not unique"


def _unless_there(make: Any, definition: Mapping[str, Any], obj: str) -> None:
    """Make it; somebody else having made it meanwhile is as good."""
    try:
        make(dict(definition), obj)
    except Skippable as error:
        if error.code != "conflict":
            raise
