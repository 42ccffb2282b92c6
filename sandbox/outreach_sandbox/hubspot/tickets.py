"""Tickets (0-5), as registered with the generic object rules.

The one rule: a ticket has a subject, and is in a stage of a pipeline of the account's.

https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.hubspot import schema
from outreach_sandbox.hubspot.objects import Judgement, ObjectType
from outreach_sandbox.hubspot.pipelines import not_allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Portal

DEFAULT_PIPELINE = "0"


def derive(properties: Mapping[str, str]) -> dict[str, str]:
    """What the help desk sorts by, as recorded: when the ticket was made."""
    return {"hs_helpdesk_sort_timestamp": properties.get("createdate") or ""}


def at_creation(record_id: str) -> dict[str, str]:
    """What HubSpot sets on a new ticket that the client did not send (recorded)."""
    return {"hs_last_message_from_visitor": "false", "hs_ticket_id": record_id}


def judge(portal: Portal, present: Mapping[str, str], sent: Mapping[str, str]) -> Judgement:
    """Check pipeline and stage.

    | # | case | outcome |
    |---|---|---|
    | 1 | neither is sent | as it was |
    | 2 | the pipeline is unknown; the default one where none is named | INVALID_OPTION |
    | 3 | the stage is none of the pipeline's | INVALID_OPTION |
    | 4 | otherwise | both are as sent |
    """
    if not {"hs_pipeline", "hs_pipeline_stage"} & set(sent):  # (1)
        return Judgement()
    after = {**present, **sent}
    pipeline_id = after.get("hs_pipeline") or DEFAULT_PIPELINE
    pipelines = {p.id: p for p in portal.pipelines["0-5"]}
    if pipeline_id not in pipelines:  # (2)
        return Judgement((not_allowed("hs_pipeline", pipeline_id, pipelines),))
    stage_id = after.get("hs_pipeline_stage") or ""
    stages = [s.id for s in pipelines[pipeline_id].stages]
    if stage_id and stage_id not in stages:  # (3)
        return Judgement((not_allowed("hs_pipeline_stage", stage_id, stages),))
    return Judgement(values={"hs_pipeline": pipeline_id})  # (4)


STAMPS = ("createdate", "hs_lastmodifieddate", "hs_object_id")
TICKETS = ObjectType(
    type_id="0-5",
    name="tickets",
    label="TICKET",
    modified_property="hs_lastmodifieddate",
    default_properties=(
        "content",
        *STAMPS,
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_priority",
        "subject",
    ),
    always_shown=STAMPS,
    schema=schema.tickets,
    derive=derive,
    at_creation=at_creation,
    echoed=STAMPS,
    occasional=(
        "hs_helpdesk_sort_timestamp",
        "hs_last_message_from_visitor",
        "hs_object_source",
        "hs_object_source_id",
        "hs_object_source_label",
        "hs_pipeline",
        "hs_pipeline_stage",
        "hs_ticket_id",
    ),
    # https://developers.hubspot.com/docs/api-reference/crm-tickets-v3/guide#create-tickets
    required_all=("subject", "hs_pipeline_stage"),
    judge=judge,
    scopes="tickets",
    searched_by_query=(
        "subject",
        "content",
        "hs_pipeline_stage",
        "hs_ticket_category",
        "hs_ticket_id",
    ),
)
