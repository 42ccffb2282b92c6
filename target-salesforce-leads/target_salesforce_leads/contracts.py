"""What anybody may pipe into the target without a ledger: the columns of each stream, as JSON Schema and prose.

Rule: stands here once. The target checks plain records by it, and docs/reference is written from it
(`make reference`).
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_adapters.salesforce.account import ROW_ID
from outreach_adapters.singer.contracts import Column, Contract

LEADS = Contract(
    "leads",
    "A business or a person nobody has sold to yet.",
    f"Said twice, a lead is written once and then again with the same values: it is recognised by `id`, else by "
    f"`{ROW_ID}`, else by `Email`. Where several leads have the address, none is chosen and the record is "
    "refused; a lead that was converted is refused too, with the contact it became. A blank column changes "
    "nothing.",
    (
        Column("id", "Salesforce's id of a lead that is there.", example="00Q5e00000ABCDEEA5"),
        Column(
            ROW_ID,
            "A key of your own. Salesforce keeps it unique once the package in `salesforce/` is deployed.",
            example="row-1",
        ),
        Column(
            "Email", "E-mail address; several leads may have the same.", example="ada@example.com"
        ),
        Column(
            "LastName",
            "The person's last name. A new lead without one gets a text made from the company, which ends "
            "with `[no name given]`.",
            example="Terzi",
        ),
        Column(
            "Company",
            "The business. A new lead without one gets a text made from the host of its website or e-mail "
            "address, which ends the same way.",
            example="Bluefinch",
        ),
    ),
    any_of=("id", ROW_ID, "Email"),
    more="Any field of the lead by its API name: `FirstName`, `Phone`, `Website`, `City`, `Status`, your own.",
)
TASKS = Contract(
    "tasks",
    "An e-mail that was sent or received, as a completed task of a lead or contact who is there already.",
    "Said twice, an e-mail is logged once: it is recognised by `event_key` where the org's tasks have the "
    f"field `{ROW_ID}`, else by person, day, subject and text. One that is logged is never changed.",
    (
        Column(
            "contact_email",
            "Whose: the address of one open lead, else of one contact. An address that nobody or several have "
            "is refused.",
            required=True,
            example="ada@example.com",
        ),
        Column(
            "sent_at",
            "When it was sent, with an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15+03:00`. A task has a "
            "day alone: that of the setting `time_zone`, else of the org's own time zone.",
            required=True,
            time=True,
            example="2026-11-20T09:15:42Z",
        ),
        Column(
            "subject",
            "Its subject; white space is made even, an answer's begins with `Re:`.",
            example="Your autumn menu",
        ),
        Column(
            "body",
            "Its text; what is longer than 32,000 characters is cut, and says so.",
            example="Hello Ada,",
        ),
        Column(
            "direction",
            "Whether you sent it to the person or the person sent it to you.",
            words=("outgoing", "incoming"),
            example="outgoing",
        ),
        Column(
            "status",
            "What became of it; what was not delivered says so in the text.",
            words=("sent", "bounced", "failed"),
            example="sent",
        ),
        Column(
            "sender",
            "Your own address in it, whichever way it went; the text then begins with both.",
            example="sales@example.com",
        ),
        Column("contact_name", "The person's name; not shown, the task is theirs.", example="Ada"),
        Column("event_key", "A key of your own for this e-mail.", example="mail-1"),
        Column(
            "company_domain",
            "The company's website; not shown here, so that one file fits HubSpot's `emails` too.",
            example="bluefinch.example.com",
        ),
        Column("not_before", "Where `sent_at` is a guess: the earliest time.", time=True),
        Column(
            "not_after",
            "Where `sent_at` is a guess: the latest time. The text then ends with a line that says so.",
            time=True,
        ),
    ),
)
OPPORTUNITIES = Contract(
    "opportunities",
    "An opportunity.",
    "Said twice, an opportunity is made once: it is recognised by `event_key`, which Salesforce keeps unique. "
    "One that is there is never changed, moved or closed, whatever a later record says.",
    (
        Column(
            "event_key", "A key of your own for this opportunity.", required=True, example="deal-1"
        ),
        Column(
            "name",
            "Its name; what is longer than 120 characters is cut.",
            required=True,
            example="Bluefinch",
        ),
        Column("stage", "The name of its stage.", required=True, example="Prospecting"),
        Column(
            "close_date",
            "When it should close: a date, or a time with an offset.",
            required=True,
            example="2026-12-31",
        ),
        Column(
            "contact_email",
            "Whom it is about: one open lead, else one contact, who is there already. An address that nobody or "
            "several have is refused; without one the opportunity is nobody's.",
            example="ada@example.com",
        ),
        Column("amount", "Its worth, a number.", number=True, example="1200"),
        Column(
            "owner",
            "Whose it is: a user's id, username or e-mail address; else the integration user's.",
            example="pat@example.com",
        ),
        Column(
            "company_domain",
            "The company's website; not shown here, so that one file fits HubSpot's `deals` too.",
            example="bluefinch.example.com",
        ),
        Column("pipeline", "Salesforce has none; taken for the same reason.", example="default"),
    ),
    more="Any field of the opportunity by its API name: `Description`, `LeadSource`, your own.",
)
CONTRACTS: Mapping[str, Contract] = {
    contract.stream: contract for contract in (LEADS, TASKS, OPPORTUNITIES)
}
