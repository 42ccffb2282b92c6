"""How a person converts a lead: into an account, a contact and maybe an opportunity.

The one rule: what is there already is never overwritten, only its empty fields are filled in.

https://developer.salesforce.com/docs/atlas.en-us.api.meta/object_ref/sforce_api_calls_convertlead.htm
https://help.salesforce.com/s/articleView?id=sales.lead_conversion_mapping.htm
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from outreach_sandbox.salesforce.activity import roll_up
from outreach_sandbox.salesforce.lifecycle import moved
from outreach_sandbox.salesforce.soql_dates import span
from outreach_sandbox.salesforce.wire import Values, refuse
from outreach_sandbox.salesforce.writes import Writer, create, update

if TYPE_CHECKING:
    from outreach_sandbox.salesforce.org import Org
    from outreach_sandbox.salesforce.store import Record

ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
PERSON = (
    *("FirstName", "LastName", "Salutation", "Email", "Phone", "MobilePhone", "Fax", "Title"),
    *("Description", "LeadSource", "OwnerId"),
)
FIRM = (
    *("Phone", "Fax", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "Rating"),
    "OwnerId",
)
TO_CONTACT = {**{n: n for n in PERSON}, **{n: f"Mailing{n}" for n in ADDRESS}}
TO_ACCOUNT = {"Company": "Name", **{n: n for n in FIRM}, **{n: f"Billing{n}" for n in ADDRESS}}


@dataclass(frozen=True)
class Conversion:
    """How a person converts a lead; `mapped` are the custom fields an administrator mapped."""

    status: str | None = None
    opportunity: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    mapped: dict[str, str] = field(default_factory=dict)


def convert(org: Org, lead: Record, how: Conversion, user: str) -> Values:
    """The lead is read-only from then on; its tasks are the contact's.

    | # | named by the person | account | contact |
    |---|---|---|---|
    | 1 | nothing | new | new |
    | 2 | an account | that one | new, in it |
    | 3 | a contact | its own, or a new one if it has none | that one |
    | 4 | both, and they belong together or the contact has no account | that one | that one |
    | 5 | both, and they do not | refused | refused |
    """
    if lead.deleted or lead.values.get("IsConverted"):
        raise refuse("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    status = _status(org, how.status)
    writer = Writer(user, bypass_rules=True)
    with org.transaction():
        account, contact = _ends(org, lead, how, writer)
        ends: Values = {
            "ConvertedAccountId": account,
            "ConvertedContactId": contact,
            "ConvertedOpportunityId": _opportunity(org, lead, how, (account, contact), writer),
        }
        facts = {"IsConverted": True, "ConvertedDate": org.now().date().isoformat()}
        org.tables["Lead"].put(moved(org, lead, user, Status=status, **facts, **ends))
        tasks = org.tables["Task"]
        for task in tasks.having("WhoId", lead.id):
            tasks.put(moved(org, task, user, WhoId=contact, AccountId=account))
        roll_up(org, contact, account)
    return ends


def _status(org: Org, wanted: str | None) -> str:
    rows = [s.values for s in org.tables["LeadStatus"].live() if s.values["IsConverted"]]
    names = [row["ApiName"] for row in sorted(rows, key=lambda row: row["SortOrder"])]
    if not names or (wanted and wanted not in names):
        raise refuse("INVALID_STATUS", f"invalid convertedStatus: {wanted}")
    return str(wanted or names[0])


def _ends(org: Org, lead: Record, how: Conversion, writer: Writer) -> tuple[str, str]:
    given = org.tables["Contact"].records.get(str(how.contact_id)) if how.contact_id else None
    if how.contact_id and (given is None or given.deleted):
        raise refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    own = given.values.get("AccountId") if given else None
    if own and how.account_id not in (None, own):  # (5)
        raise refuse("FIELD_INTEGRITY_EXCEPTION", "the contact belongs to another account")
    account = _filled(org, "Account", how.account_id or own, _values(lead, TO_ACCOUNT), writer)
    person = _values(lead, {**TO_CONTACT, **how.mapped}) | {"AccountId": account}
    return account, _filled(org, "Contact", given.id if given else None, person, writer)


def _opportunity(
    org: Org, lead: Record, how: Conversion, ends: tuple[str, str], writer: Writer
) -> str | None:
    if not how.opportunity:
        return None
    # the last day of the fiscal quarter, which is the calendar's unless an org says otherwise
    day = span("THIS_QUARTER", org.now().date())[1] - timedelta(days=1)
    stages = org.tables["Opportunity"].type.fields["StageName"].values
    values = {
        **_values(lead, {"LeadSource": "LeadSource", "OwnerId": "OwnerId"}),
        "Name": how.opportunity,
        "AccountId": ends[0],
        "ContactId": ends[1],
        "StageName": stages[0],
        "CloseDate": day.isoformat(),
    }
    return _filled(org, "Opportunity", None, values, writer)


def _values(lead: Record, names: dict[str, str]) -> Values:
    return {to: lead.values.get(name) for name, to in names.items()}


def _filled(org: Org, name: str, there: str | None, values: Values, writer: Writer) -> str:
    """A new record, or the one that is there with its empty fields filled in."""
    kind = org.whole_type(name)
    if there is None:
        return create(org, kind, values, writer).id
    record = org.table(kind).records[there]
    empty = {n: v for n, v in values.items() if v is not None and record.values.get(n) is None}
    return update(org, kind, record, empty, writer).id if empty else there
