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
        Column("id", "Salesforce's id of a lead that is there."),
        Column(
            ROW_ID,
            "A key of your own. Salesforce keeps it unique once the package in `salesforce/` is deployed.",
        ),
        Column("Email", "E-mail address; several leads may have the same."),
        Column(
            "LastName",
            "The person's last name. A new lead without one gets a text made from the company, which ends "
            "with `[no name given]`.",
        ),
        Column(
            "Company",
            "The business. A new lead without one gets a text made from the host of its website or e-mail "
            "address, which ends the same way.",
        ),
    ),
    any_of=("id", ROW_ID, "Email"),
    more="Any field of the lead by its API name: `FirstName`, `Phone`, `Website`, `City`, `Status`, your own.",
    sample="""\
Email,FirstName,LastName,Company,Phone,City
ada@example.com,Ada,Terzi,Bluefinch,+1 555 0100,Paris
bo@example.com,,,Lind & Co,,Rome
""",
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
        ),
        Column(
            "sent_at",
            "When it was sent, with an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15+03:00`. A task has a "
            "day alone: that of the setting `time_zone`, else of the org's own time zone.",
            required=True,
            time=True,
        ),
        Column(
            "subject",
            "Its subject; white space is made even, an answer's begins with `Re:`.",
        ),
        Column(
            "body",
            "Its text; what is longer than 32,000 characters is cut, and says so.",
        ),
        Column(
            "direction",
            "Whether you sent it to the person or the person sent it to you.",
            words=("outgoing", "incoming"),
        ),
        Column(
            "status",
            "What became of it; what was not delivered says so in the text.",
            words=("sent", "bounced", "failed"),
        ),
        Column(
            "sender",
            "Your own address in it, whichever way it went; the text then begins with both.",
        ),
        Column("contact_name", "The person's name; not shown, the task is theirs."),
        Column("event_key", "A key of your own for this e-mail."),
        Column(
            "company_domain",
            "The company's website; not shown here, so that one file fits HubSpot's `emails` too.",
        ),
        Column("not_before", "Where `sent_at` is a guess: the earliest time.", time=True),
        Column(
            "not_after",
            "Where `sent_at` is a guess: the latest time. The text then ends with a line that says so.",
            time=True,
        ),
    ),
    sample="""\
contact_email,sent_at,direction,subject,body,event_key
ada@example.com,2026-11-20T09:15:42Z,outgoing,Your autumn menu,"Hello Ada,
shall we talk?",mail-1
ada@example.com,2026-11-21T10:02:00Z,incoming,Your autumn menu,Yes please.,mail-2
""",
)
OPPORTUNITIES = Contract(
    "opportunities",
    "An opportunity.",
    "Said twice, an opportunity is made once: it is recognised by `event_key`, which Salesforce keeps unique. "
    "One that is there is never changed, moved or closed, whatever a later record says.",
    (
        Column("event_key", "A key of your own for this opportunity.", required=True),
        Column(
            "name",
            "Its name; what is longer than 120 characters is cut.",
            required=True,
        ),
        Column("stage", "The name of its stage.", required=True),
        Column(
            "close_date",
            "When it should close: a date, or a time with an offset.",
            required=True,
        ),
        Column(
            "contact_email",
            "Whom it is about: one open lead, else one contact, who is there already. An address that nobody or "
            "several have is refused; without one the opportunity is nobody's.",
        ),
        Column("amount", "Its worth, a number.", number=True),
        Column(
            "owner",
            "Whose it is: a user's id, username or e-mail address; else the integration user's.",
        ),
        Column(
            "company_domain",
            "The company's website; not shown here, so that one file fits HubSpot's `deals` too.",
        ),
        Column("pipeline", "Salesforce has none; taken for the same reason."),
    ),
    more="Any field of the opportunity by its API name: `Description`, `LeadSource`, your own.",
    sample="""\
event_key,name,contact_email,stage,amount,close_date
deal-1,Bluefinch,ada@example.com,Prospecting,1200,2026-12-31
""",
)
CONTRACTS: Mapping[str, Contract] = {
    contract.stream: contract for contract in (LEADS, TASKS, OPPORTUNITIES)
}
