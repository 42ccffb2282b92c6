"""Pipelines and their stages, as the account has them.

The one rule: metadata values are strings, and pipelines that people add have numeric ids.

https://developers.hubspot.com/docs/guides/api/crm/pipelines
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from outreach_sandbox.hubspot.wire import Answer, NotBuiltError, Problem, RefusedError, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from outreach_sandbox.hubspot.portal import Kind, Portal


@dataclass(frozen=True)
class Stage:
    """One stage of a pipeline."""

    id: str
    label: str
    probability: str
    closed: bool
    order: int
    of_tickets: bool = False

    def follows(self) -> dict[str, str]:
        """What a deal in this stage has."""
        won = self.closed and float(self.probability) == 1
        return {
            "hs_deal_stage_probability": self.probability,
            "hs_is_closed": "true" if self.closed else "false",
            "hs_is_closed_won": "true" if won else "false",
        }

    def as_json(self) -> dict[str, Any]:
        """The stage as the API shows it."""
        return {
            "label": self.label,
            "displayOrder": self.order,
            "metadata": self._metadata(),
            "id": self.id,
            "createdAt": iso(0),
            "updatedAt": iso(0),
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            "archived": False,
        }

    def _metadata(self) -> dict[str, str]:
        # https://developers.hubspot.com/docs/guides/api/crm/pipelines: a ticket's stage has a state
        closed = {"isClosed": "true" if self.closed else "false"}
        if self.of_tickets:
            return closed | {"ticketState": "CLOSED" if self.closed else "OPEN"}
        return closed | {"probability": self.probability}


@dataclass(frozen=True)
class Pipeline:
    """One pipeline."""

    id: str
    label: str
    order: int
    stages: tuple[Stage, ...]

    def as_json(self) -> dict[str, Any]:
        """The pipeline as the API shows it."""
        return {
            "label": self.label,
            "displayOrder": self.order,
            "id": self.id,
            "stages": [stage.as_json() for stage in self.stages],
            "createdAt": iso(0),
            "updatedAt": iso(0),
            "archived": False,
        }


# id | label | probability | closed: recorded from a real account
_SALES = """
appointmentscheduled|Appointment Scheduled|0.2|
qualifiedtobuy|Qualified To Buy|0.4|
presentationscheduled|Presentation Scheduled|0.6|
decisionmakerboughtin|Decision Maker Bought-In|0.8|
contractsent|Contract Sent|0.9|
closedwon|Closed Won|1.0|closed
closedlost|Closed Lost|0.0|closed
"""


def sales() -> Pipeline:
    """The pipeline every account starts with."""
    rows = [line.split("|") for line in _SALES.strip().splitlines()]
    stages = (Stage(r[0], r[1], r[2], bool(r[3]), order) for order, r in enumerate(rows))
    return Pipeline("default", "Sales Pipeline", 0, tuple(stages))


# https://knowledge.hubspot.com/tickets/customize-ticket-pipelines-and-statuses
_SUPPORT = ("New", "Waiting on contact", "Waiting on us", "Closed")


def support() -> Pipeline:
    """The ticket pipeline every account starts with."""
    stages = (
        Stage(str(place + 1), label, "", label == "Closed", place, of_tickets=True)
        for place, label in enumerate(_SUPPORT)
    )
    return Pipeline("0", "Support Pipeline", 0, tuple(stages))


def not_allowed(name: str, value: str, allowed: Iterable[str]) -> dict[str, object]:
    """What a record's pipeline or stage is refused with."""
    message = f"{value} was not one of the allowed options: [{', '.join(allowed)}]"
    return {"isValid": False, "message": message, "error": "INVALID_OPTION", "name": name}


def described(body: Mapping[str, Any], order: int) -> Pipeline:
    """A pipeline a seed brings: `{id, label, stages: [{id, label, probability, closed}]}`."""
    stages = tuple(
        Stage(
            str(stage["id"]),
            str(stage.get("label", stage["id"])),
            str(stage.get("probability", "0.5")),
            bool(stage.get("closed", False)),
            place,
        )
        for place, stage in enumerate(body["stages"])
    )
    return Pipeline(str(body["id"]), str(body.get("label", body["id"])), order, stages)


def list_all(portal: Portal, kind: Kind) -> Answer:
    """Every pipeline of an object type; not paged."""
    return Answer(200, {"results": [p.as_json() for p in _of(portal, kind)]})


def get(portal: Portal, kind: Kind, pipeline_id: str) -> Answer:
    """One pipeline."""
    return Answer(200, _one(portal, kind, pipeline_id).as_json())


def list_stages(portal: Portal, kind: Kind, pipeline_id: str) -> Answer:
    """The stages of one pipeline."""
    stages = _one(portal, kind, pipeline_id).stages
    return Answer(200, {"results": [stage.as_json() for stage in stages]})


def get_stage(portal: Portal, kind: Kind, pipeline_id: str, stage_id: str) -> Answer:
    """One stage."""
    for stage in _one(portal, kind, pipeline_id).stages:
        if stage.id == stage_id:
            return Answer(200, stage.as_json())
    raise RefusedError(_missing("Stage", stage_id))


def _of(portal: Portal, kind: Kind) -> list[Pipeline]:
    if kind.type.type_id not in portal.pipelines:
        raise NotBuiltError(f"pipelines of {kind.type.name}")
    return portal.pipelines[kind.type.type_id]


def _one(portal: Portal, kind: Kind, pipeline_id: str) -> Pipeline:
    for pipeline in _of(portal, kind):
        if pipeline.id == pipeline_id:
            return pipeline
    raise RefusedError(_missing("Pipeline", pipeline_id))


def _missing(what: str, name: str) -> Problem:
    return Problem(404, f"{what} {name} does not exist", category="OBJECT_NOT_FOUND")
