"""E-mails, notes, tasks, calls and meetings, as registered with the generic object rules.

The one rule: what an activity means for the people it is about is one predicate, `contacted`.

https://developers.hubspot.com/docs/guides/api/crm/engagements/engagement-details
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot import schema, schema_activities
from outreach_sandbox.hubspot.objects import ObjectType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from outreach_sandbox.hubspot.switches import Switches

PREVIEW = 250
STAMPS = ("hs_createdate", "hs_lastmodifieddate", "hs_object_id")
COMPUTED = (
    "hs_all_owner_ids",
    "hs_body_preview",
    "hs_body_preview_html",
    "hs_body_preview_is_truncated",
    "hs_object_source",
    "hs_object_source_id",
    "hs_object_source_label",
    "hubspot_owner_assigneddate",
)


@dataclass(frozen=True)
class _Facts:
    """How one kind of activity differs from the others."""

    type_id: str
    name: str
    label: str
    body: tuple[str, ...]
    own: str
    sets: tuple[tuple[str, str], ...] = ()
    required: tuple[str, ...] = ("hs_timestamp",)


def _derive(facts: _Facts, properties: Mapping[str, str]) -> dict[str, str]:
    """The preview of the body and the owners, as recorded for tasks and meetings."""
    body = next((properties[name] for name in facts.body if properties.get(name)), "")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).strip()
    seen = text[:PREVIEW]
    page = f"<html>\n <head></head>\n <body>\n {seen}\n </body>\n</html>"
    return {
        "hs_all_owner_ids": properties.get("hubspot_owner_id") or "",
        "hs_body_preview": seen,
        "hs_body_preview_html": page if seen else "",
        "hs_body_preview_is_truncated": str(len(text) > PREVIEW).lower() if seen else "",
    }


def _derive_task(facts: _Facts, properties: Mapping[str, str]) -> dict[str, str]:
    done = properties.get("hs_task_status") == "COMPLETED"
    return {**_derive(facts, properties), "hs_task_is_completed": "1" if done else "0"}


def _derive_email(facts: _Facts, properties: Mapping[str, str]) -> dict[str, str]:
    """Who wrote to whom is read only, and filled from the headers.

    https://developers.hubspot.com/docs/api-reference/crm-emails-v3/guide#read-only-properties
    """
    found = _derive(facts, properties)
    headers = _headers(properties.get("hs_email_headers") or "")
    for role in ("from", "to", "cc", "bcc"):
        people = headers.get(role) or []
        people = [p for p in (people if isinstance(people, list) else [people]) if p]
        for key, suffix in (
            ("email", "email"),
            ("firstName", "firstname"),
            ("lastName", "lastname"),
        ):
            name = f"hs_email_{role}_{suffix}"
            found[name] = ";".join(str(p.get(key) or "") for p in people).strip(";")
    return found


def _headers(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {k: v for k, v in found.items() if isinstance(v, dict) or _dicts(v)}


def _dicts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _at_creation(facts: _Facts, _record_id: str) -> dict[str, str]:
    return dict(facts.sets)


def _always(_properties: Mapping[str, str], _switches: Switches) -> bool:
    return True


def _never(_properties: Mapping[str, str], _switches: Switches) -> bool:
    return False


def _mail(properties: Mapping[str, str], switches: Switches) -> bool:
    return _outgoing(properties) or switches.incoming_email_is_contact


def _outgoing(properties: Mapping[str, str]) -> bool:
    return properties.get("hs_email_direction") == "EMAIL"


def _logged_mail(properties: Mapping[str, str]) -> str:
    return "hs_last_logged_outgoing_email_date" if _outgoing(properties) else ""


def _logged_call(_properties: Mapping[str, str]) -> str:
    return "hs_last_logged_call_date"


def _registered(
    facts: _Facts,
    contacted: Callable[[Mapping[str, str], Switches], bool],
    derive: Callable[[_Facts, Mapping[str, str]], dict[str, str]] = _derive,
) -> ObjectType:
    group = facts.name.removesuffix("s")
    return ObjectType(
        type_id=facts.type_id,
        name=facts.name,
        label=facts.label,
        modified_property="hs_lastmodifieddate",
        created_property="hs_createdate",
        default_properties=STAMPS,
        always_shown=STAMPS,
        schema=partial(schema.activity, f"{group}information", f"{group} information", facts.own),
        derive=partial(derive, facts),
        at_creation=partial(_at_creation, facts),
        echoed=STAMPS,
        occasional=(*COMPUTED, *(name for name, _ in facts.sets)),
        required_all=facts.required,
        contacted=contacted,
        counted=True,
        merges=False,
    )


# Notes and tasks do not count as contact; an e-mail counts when it went out, and the vendor does not
# say whether one that came in does
# https://knowledge.hubspot.com/properties/hubspots-default-contact-properties (Last contacted)
EMAILS = replace(
    _registered(
        _Facts(
            "0-49",
            "emails",
            "EMAIL",
            ("hs_email_text", "hs_email_html"),
            schema_activities.EMAILS,
            required=("hs_timestamp", "hs_email_direction"),
        ),
        _mail,
        _derive_email,
    ),
    logged_as=_logged_mail,
    schema_scope="connected-email-data-access",
    content_scope="sales-email-read",
    content=(
        "hs_body_preview",
        "hs_body_preview_html",
        "hs_email_html",
        "hs_email_subject",
        "hs_email_text",
    ),
    searched_by_query=("hs_email_subject",),
)
NOTES = replace(
    _registered(
        _Facts("0-46", "notes", "NOTE", ("hs_note_body",), schema_activities.NOTES), _never
    ),
    searched_by_query=("hs_note_body",),
)
TASKS = replace(
    _registered(
        _Facts(
            "0-27",
            "tasks",
            "TASK",
            ("hs_task_body",),
            schema_activities.TASKS,
            (
                ("hs_task_family", "SALES"),
                ("hs_task_for_object_type", "OWNER"),
                ("hs_task_priority", "NONE"),
                ("hs_task_status", "NOT_STARTED"),
                ("hs_task_type", "TODO"),
            ),
        ),
        _never,
        _derive_task,
    ),
    searched_by_query=("hs_task_subject",),
)
CALLS = replace(
    _registered(
        _Facts("0-48", "calls", "CALL", ("hs_call_body",), schema_activities.CALLS), _always
    ),
    logged_as=_logged_call,
    searched_by_query=("hs_call_title",),
)
MEETINGS = replace(
    _registered(
        _Facts(
            "0-47",
            "meetings",
            "MEETING_EVENT",
            ("hs_meeting_body",),
            schema_activities.MEETINGS,
            (("hs_meeting_source", "CRM_UI"),),
        ),
        _always,
    ),
    searched_by_query=("hs_meeting_title",),
)
