"""Creates opportunities on positive answers; after that they belong to people.

Rule: an opportunity carries its key as a unique external id, so that it is made once, ever; it is never changed
by us, and no lead is ever converted by us. A lead cannot be attached to one: it stands in a look-up field.

https://developer.salesforce.com/docs/platform/object-reference/references/standard-objects/object-opportunity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from outreach_adapters.salesforce.account import LEAD, ROW_ID
from outreach_adapters.salesforce.fields import Field
from outreach_core.errors import ConfigError
from outreach_core.mapping.raw import Trouble
from target_salesforce_leads.made import PEOPLE, Thing
from target_salesforce_leads.org import CREATED_BY_US, DEPLOY, SOURCE_LEAD
from target_salesforce_leads.tasks import cut, day_of
from target_salesforce_leads.values import fitted

Body = dict[str, Any]
Record = Mapping[str, Any]
NAME, STAGE, CLOSE, AMOUNT = "Name", "StageName", "CloseDate", "Amount"
OWNER, CONTACT_ID, ACCOUNT_ID = "OwnerId", "ContactId", "AccountId"
LONGEST_NAME = 120
# our column, and Salesforce's field
COLUMNS = {"name": NAME, "stage": STAGE, "close_date": CLOSE, "amount": AMOUNT, "owner": OWNER}


@dataclass(frozen=True)
class Found:
    """What a record names, as ids.

    Attributes:
        person_id: Of a lead or contact.
        account_id: That of the contact.
        owner_id: Of a user.
    """

    person_id: str | None = None
    account_id: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True)
class Pipeline:
    """How positive answers become opportunities in this org.

    Attributes:
        fields: Those of opportunities.
        zone: In which a day is meant.
    """

    fields: Mapping[str, Field]
    zone: ZoneInfo

    def check_source(self) -> None:
        """Stop unless an opportunity can say which lead it came from.

        Raises:
            ConfigError: ``missing_property`` or ``read_only_property``.
        """
        field = self.fields.get(SOURCE_LEAD)
        if field is None or not field.createable:
            said = "is not there, or not to be seen" if field is None else "cannot be written"
            raise ConfigError(
                f"The field `{SOURCE_LEAD}` of Opportunity {said}.",
                code="missing_property" if field is None else "read_only_property",
                remedy=DEPLOY,
                properties=(SOURCE_LEAD,),
            )

    def thing(self, record: Record, found: Found) -> Thing | tuple[str, Trouble]:
        """Return an opportunity in its public form as a record to be made, or what is wrong where."""
        values = self.values(record, found)
        for name, value in values.items():
            sent = fitted(self.fields.get(name) or Field(name, "string"), value)
            if isinstance(sent, Trouble):
                return name, sent
            values[name] = sent
        intent_id = str((record.get("_sync") or {}).get("intent_id") or "")
        return Thing(intent_id, str(record["event_key"]).strip(), values, found.person_id)

    def values(self, record: Record, found: Found) -> Body:
        """Return the values of the opportunity; of the optional ones those the org lets us write."""
        lead = bool(found.person_id) and PEOPLE.get(str(found.person_id)[:3]) == LEAD
        day = record.get("close_date")
        values: Body = {
            **{name: record[name] for name in further(record)},
            NAME: cut(" ".join(str(record.get("name") or "").split()), LONGEST_NAME, "…"),
            STAGE: record.get("stage"),
            CLOSE: day_of(day, self.zone) if day else None,
            AMOUNT: record.get("amount"),
            OWNER: found.owner_id,
            ROW_ID: str(record.get("event_key") or "").strip(),
            **({SOURCE_LEAD: found.person_id} if lead else {}),
        }
        if found.person_id and not lead and self._takes(CONTACT_ID):
            values[CONTACT_ID] = found.person_id
            values[ACCOUNT_ID] = found.account_id if self._takes(ACCOUNT_ID) else None
        if self._takes(CREATED_BY_US):
            values[CREATED_BY_US] = True
        return {name: value for name, value in values.items() if value not in (None, "")}

    def _takes(self, name: str) -> bool:
        field = self.fields.get(name)
        return field is not None and field.createable


def further(record: Record) -> list[str]:
    """Return the columns that are fields of the opportunity by their API names."""
    own = {
        *COLUMNS,
        "event_key",
        "contact_email",
        "company_domain",
        "pipeline",
        "_sync",
        "intent_id",
    }
    return [name for name in record if name not in own and not name.startswith("_sdc_")]
