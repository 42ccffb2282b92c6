"""What an org says about itself before anything is written to it: fields, statuses, stages, time zone.

Rule: asked once, in one call; what the user may not see is not there, and nothing is guessed in its place.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_leadstatus.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_taskstatus.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from outreach_adapters.salesforce import composite, soql
from outreach_adapters.salesforce.account import CONTACT, LEAD, OPPORTUNITY, ROW_ID
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.composite import Answered
from outreach_adapters.salesforce.fields import Field, fields_of
from outreach_core.errors import ConfigError, OutreachError

Body = dict[str, Any]
TASK = "Task"
OBJECTS = (LEAD, CONTACT, TASK, OPPORTUNITY)
# set where the sync made a record, so that automation can leave it alone
CREATED_BY_US = "Outreach_Sync_Created__c"
SOURCE_LEAD = "Source_Lead__c"
STATUS, COMPLETED = "Status", "Completed"
DEPLOY = "Deploy the package in `salesforce/`, and grant its fields to the integration user."
_FIRST = ("SortOrder",)


@dataclass(frozen=True)
class Status:
    """A value of a status, and whether it ends something: converts a lead, closes a task."""

    name: str
    ends: bool


@dataclass(frozen=True)
class Org:
    """What is known of an org.

    Attributes:
        objects: The visible fields by object; an object the user may not see has none.
        lead_statuses: In the org's order.
        task_statuses: In the org's order; none where the org does not tell them.
        stages: The active stages of opportunities.
        zone: The org's default time zone.
    """

    objects: Mapping[str, Mapping[str, Field]]
    lead_statuses: tuple[Status, ...] = ()
    task_statuses: tuple[Status, ...] = ()
    stages: tuple[str, ...] = ()
    zone: str = ""

    def fields(self, of: str) -> Mapping[str, Field]:
        """Return an object's fields.

        Raises:
            ConfigError: ``missing_object``; the user may not see it.
        """
        found = self.objects.get(of)
        if not found:
            raise ConfigError(
                f"The integration user may not see the object {of}.",
                code="missing_object",
                remedy="Give it access to the object in a permission set.",
                object=of,
            )
        return found

    def closed_fields(self, of: str) -> Mapping[str, Field]:
        """Return an object's fields, of which a lead's status takes nothing but the org's statuses.

        Salesforce would take any word for it, and the lead would be in no list of anybody's.
        """
        found = self.fields(of)
        status = found.get(STATUS)
        if of != LEAD or status is None or not self.lead_statuses:
            return found
        names = tuple(one.name for one in self.lead_statuses)
        return {**found, STATUS: replace(status, values=names, restricted=True)}

    def has_key(self, of: str) -> bool:
        """Whether an object has our unique external id, and the user may write it."""
        field = self.objects.get(of, {}).get(ROW_ID)
        return field is not None and field.key and field.createable

    def check_key(self, of: str) -> None:
        """Stop unless an object is kept from being made twice.

        Raises:
            ConfigError: ``missing_property``, ``property_not_unique`` or ``read_only_property``.
        """
        field = self.fields(of).get(ROW_ID)
        if field is None:
            said, code = "is not there, or not to be seen", "missing_property"
        elif not field.key:
            said, code = "is not a unique external id", "property_not_unique"
        elif not field.createable:
            said, code = "cannot be written by the integration user", "read_only_property"
        else:
            return
        text = f"The field `{ROW_ID}` of {of} {said}."
        raise ConfigError(text, code=code, remedy=DEPLOY, properties=(ROW_ID,))

    def closed_status(self, wanted: str | None = None) -> str:
        """Return the status of a completed task.

        | # | the org | status |
        |---|---|---|
        | 1 | has the wanted one, closed | it |
        | 2 | has `Completed`, closed | it |
        | 3 | calls it otherwise | its first closed one |
        | 4 | does not say what is closed, but has it | the wanted one, else `Completed` |

        Raises:
            ConfigError: ``missing_status``; there is none, or not the wanted one.
        """
        closed = [status.name for status in self.task_statuses if status.ends]
        known = closed if self.task_statuses else list(self.fields(TASK)["Status"].values)
        for name in (wanted,) if wanted else (COMPLETED, *closed[:1]):
            if name in known:
                return name
        word = f"no closed status `{wanted}`" if wanted else "no closed status"
        raise ConfigError(
            f"Tasks of this org have {word}; there are {', '.join(known) or 'none'}.",
            code="missing_status",
            remedy="Correct `task_status`.",
        )


def ask(client: SalesforceClient) -> Org:
    """Return what the org says about itself.

    Raises:
        Retriable: It cannot be asked now.
    """
    answers = client.ask(
        [
            composite.query("org", soql.select(["Id", "TimeZoneSidKey"], "Organization")),
            _listed("lead_statuses", "LeadStatus", "IsConverted"),
            _listed("task_statuses", "TaskStatus", "IsClosed"),
            _listed("stages", "OpportunityStage", "IsActive"),
            *(composite.describe(of, of) for of in OBJECTS),
        ]
    )
    objects = {of: fields_of(answers, of) for of in OBJECTS}
    return Org(
        objects,
        _statuses(answers, "lead_statuses", "IsConverted") or _picklist(objects, LEAD, "Status"),
        _statuses(answers, "task_statuses", "IsClosed"),
        tuple(str(r["ApiName"]) for r in _rows(answers, "stages") if r.get("IsActive"))
        or tuple(s.name for s in _picklist(objects, OPPORTUNITY, "StageName")),
        str(next((r.get("TimeZoneSidKey") for r in _rows(answers, "org")), "") or ""),
    )


def _listed(ref: str, of: str, flag: str) -> composite.Part:
    return composite.query(ref, soql.select(["ApiName", flag], of, order=_FIRST))


def _rows(answers: Answered, ref: str) -> list[Body]:
    answer = answers[ref]
    return [] if isinstance(answer, OutreachError) else list(answer.get("records") or ())


def _statuses(answers: Answered, ref: str, flag: str) -> tuple[Status, ...]:
    return tuple(Status(str(row["ApiName"]), bool(row[flag])) for row in _rows(answers, ref))


def _picklist(objects: Mapping[str, Mapping[str, Field]], of: str, name: str) -> tuple[Status, ...]:
    field = objects[of].get(name)
    return tuple(Status(value, ends=False) for value in field.values) if field else ()
