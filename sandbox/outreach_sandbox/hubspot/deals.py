"""Deals (0-3), as registered with the generic object rules.

The one rule: a stage is one of the deal's pipeline, and the account says which these are.

https://developers.hubspot.com/docs/guides/api/crm/objects/deals
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from outreach_sandbox.hubspot import schema
from outreach_sandbox.hubspot.objects import Judgement, ObjectType
from outreach_sandbox.hubspot.pipelines import not_allowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from outreach_sandbox.hubspot.portal import Portal

DEFAULT_PIPELINE = "default"


def derive(_properties: Mapping[str, str]) -> dict[str, str]:
    """Nothing follows from a deal's values alone; see `judge`."""
    return {}


def at_creation(_record_id: str) -> dict[str, str]:
    """What HubSpot sets on a new deal that the client did not send."""
    return {"num_associated_contacts": "0", "num_notes": "0"}


def judge(portal: Portal, present: Mapping[str, str], sent: Mapping[str, str]) -> Judgement:
    """Check pipeline and stage, and set what follows from the stage.

    | # | case | outcome |
    |---|---|---|
    | 1 | neither is sent, or neither has a value | as it was: a deal may have no stage (recorded) |
    | 2 | the pipeline is unknown | INVALID_OPTION |
    | 3 | the stage is none of the pipeline's; the default one where none is named | INVALID_OPTION |
    | 4 | otherwise | pipeline, probability and whether it is closed follow from the stage |
    """
    if not {"pipeline", "dealstage"} & set(sent):  # (1)
        return Judgement()
    after = {**present, **sent}
    stage_id = after.get("dealstage") or ""
    pipeline_id = after.get("pipeline") or (DEFAULT_PIPELINE if stage_id else "")
    if not pipeline_id:  # (1)
        return Judgement()
    pipelines = {p.id: p for p in portal.pipelines["0-3"]}
    if pipeline_id not in pipelines:  # (2)
        return Judgement((not_allowed("pipeline", pipeline_id, pipelines),))
    stages = {s.id: s for s in pipelines[pipeline_id].stages}
    if stage_id and stage_id not in stages:  # (3)
        return Judgement((not_allowed("dealstage", stage_id, stages),))
    values = {"pipeline": pipeline_id}
    if stage_id:  # (4)
        values |= stages[stage_id].follows()
    return Judgement(values=values)


DEALS = ObjectType(
    type_id="0-3",
    name="deals",
    label="DEAL",
    modified_property="hs_lastmodifieddate",
    default_properties=(
        "amount",
        "closedate",
        "createdate",
        "dealname",
        "dealstage",
        "hs_lastmodifieddate",
        "hs_object_id",
        "pipeline",
    ),
    always_shown=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    schema=schema.deals,
    derive=derive,
    at_creation=at_creation,
    echoed=("createdate", "hs_lastmodifieddate", "hs_object_id"),
    occasional=(
        "hs_deal_stage_probability",
        "hs_is_closed",
        "hs_is_closed_won",
        "hs_object_source",
        "hs_object_source_id",
        "hs_object_source_label",
        "num_associated_contacts",
        "num_notes",
    ),
    required_all=("dealname",),
    judge=judge,
    counted=True,
    scopes="deals",
    searched_by_query=("dealname", "pipeline", "dealstage", "description", "dealtype"),
)
