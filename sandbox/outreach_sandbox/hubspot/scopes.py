"""Which scope a call needs, and the refusal of a key that lacks it.

The one rule: a key has every scope but those the account is told that it lacks.

https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.hubspot.objects import type_id_of
from outreach_sandbox.hubspot.wire import Problem, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.objects import ObjectType
    from outreach_sandbox.hubspot.portal import Portal

READING = frozenset(
    {"list", "get", "batch_read", "search", "labels", "list_groups", "get_group", "get_stage"}
)
# endpoints whose scope does not depend on the object type
FIXED = {"owners": "crm.objects.owners.read", "lists": "crm.lists.read", "account": ""}
# recorded refusals name older scopes: deals-read, custom-object-read; contacts' and companies' alike
OLDER = {
    f"crm.{family}.{name}.{verb}": f"{name}-{verb}"
    for family in ("objects", "schemas")
    for name in ("contacts", "companies", "deals", "tickets")
    for verb in ("read", "write")
}


def refuse_missing(portal: Portal, endpoint_id: str, path_params: Mapping[str, str]) -> None:
    """Refuse a call that needs a scope the key does not have."""
    if not portal.missing_scopes:
        return
    for scope in _needed(portal, endpoint_id, path_params):
        if scope in portal.missing_scopes:
            raise RefusedError(_missing(OLDER.get(scope, scope)))


def hides(portal: Portal, object_type: ObjectType) -> frozenset[str]:
    """The properties whose content the key may not see."""
    if object_type.content_scope in portal.missing_scopes:
        return frozenset(object_type.content)
    return frozenset()


def _needed(portal: Portal, endpoint_id: str, path_params: Mapping[str, str]) -> list[str]:
    """The scopes of a call.

    | # | endpoint | scope |
    |---|---|---|
    | 1 | owners, lists, account | its own, or none |
    | 2 | properties | crm.schemas of the object; of e-mails their own one (recorded) |
    | 3 | everything else | crm.objects of the object; activities are the contacts' |
    | 4 | e-mails read, and not only redacted | their content's too (switch) |
    """
    area, _, verb = endpoint_id.partition(".")
    if area in FIXED:  # (1)
        return [FIXED[area]]
    object_type = _type(portal, path_params.get("object_type", ""))
    if object_type is None:
        return []
    access = "read" if verb in READING or area == "pipelines" else "write"
    if area == "properties":  # (2)
        return [object_type.schema_scope or f"crm.schemas.{object_type.scopes}.{access}"]
    needed = [f"crm.objects.{object_type.scopes}.{access}"]  # (3)
    content = object_type.content_scope
    redacted = portal.switches.emails_redacted_without_scope
    if area == "objects" and access == "read" and content and not redacted:  # (4)
        needed.append(content)
    return needed


def _type(portal: Portal, spelling: str) -> ObjectType | None:
    try:
        kind = portal.kinds.get(type_id_of(spelling))
    except RefusedError:  # a type that is none is the rule's to refuse
        return None
    return None if kind is None else kind.type


def _missing(scope: str) -> Problem:
    return Problem(
        403,
        "One or more of the following scopes are required.",
        category="MISSING_SCOPES",
        context={
            "requiredGranularScopes": [scope],
            "links": ["https://developers.hubspot.com/scopes"],
        },
    )
