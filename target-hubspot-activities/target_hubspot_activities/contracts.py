"""What anybody may pipe into the target without a ledger: contacts, companies, e-mails, deals.

Rule: stands here once. The target checks plain records by it, and docs/reference/records.md with its schemas
is written from it (`make reference`).
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach_adapters.singer.contracts import Column, Contract

CONTACTS = Contract(
    "contacts",
    "A person.",
    "Said twice, a contact is written once and then again with the same values: it is recognised by `id`, "
    "else by `outreach_row_id`, else by `email`. A later record changes what it says and nothing else; a "
    "blank column changes nothing.",
    (
        Column("id", "HubSpot's id of a contact that is there.", number=True),
        Column(
            "outreach_row_id",
            "A key of your own. HubSpot keeps it unique once `outreach provision hubspot` has run.",
        ),
        Column("email", "E-mail address; no two contacts have the same."),
    ),
    any_of=("id", "outreach_row_id", "email"),
    more="Any contact property by its internal name: `firstname`, `lastname`, `phone`, `company`, `website`, "
    "`city`, your own.",
    sample="""\
email,firstname,lastname,phone,city
ada@example.com,Ada,Terzi,+1 555 0100,Paris
bo@example.com,Bo,Lind,+1 555 0101,Rome
""",
)
COMPANIES = Contract(
    "companies",
    "A company.",
    "Said twice, a company is written once and then again with the same values: it is recognised by `id`, "
    "else by the host of `domain`. Where several companies have the domain, none is chosen and the record is "
    "refused. A company that somebody else made a few seconds ago may not be found by its domain yet. A blank "
    "column changes nothing.",
    (
        Column("id", "HubSpot's id of a company that is there.", number=True),
        Column(
            "domain",
            "The website: `bluefinch.example.com`, or any address on it. Hosts that belong to everybody "
            "(`instagram.com`) are companies here like any other.",
        ),
        Column(
            "name",
            "Its name; a new company without one is called by its host.",
        ),
    ),
    any_of=("id", "domain"),
    more="Any company property by its internal name: `phone`, `city`, `industry`, your own.",
    sample="""\
domain,name,city
bluefinch.example.com,Bluefinch,Paris
https://www.lind.example.com/shop,Lind & Co,Rome
""",
)
EMAILS = Contract(
    "emails",
    "An e-mail that was sent or received, for the timeline of a contact who is there already.",
    "Said twice, an e-mail is logged once: it is recognised by `event_key`, or by contact, direction, the "
    "second it was sent and the subject. One that is logged is never changed; one that somebody deleted in "
    "HubSpot is logged again.",
    (
        Column(
            "contact_email",
            "Whose timeline: an address of a contact. An address that nobody has is refused.",
            required=True,
        ),
        Column(
            "sent_at",
            "When it was sent, with an offset: `2026-11-20T09:15:42Z`, `2026-11-20 12:15+03:00`.",
            required=True,
            time=True,
        ),
        Column("subject", "Its subject; white space is made even."),
        Column(
            "body",
            "Its text; what is longer than 65,000 characters is cut, and says so.",
        ),
        Column(
            "direction",
            "Whether you sent it to the contact or the contact sent it to you.",
            words=("outgoing", "incoming"),
        ),
        Column("status", "What became of it.", words=("sent", "bounced", "failed")),
        Column("sender", "Your own address in it, whichever way it went."),
        Column("contact_name", "The contact's name in it."),
        Column(
            "event_key",
            "A key of your own for this e-mail. HubSpot does not keep it unique; the target looks for it "
            "among the contact's e-mails.",
        ),
        Column(
            "company_domain",
            "The company's website, to show the e-mail there too; else the contact's own company.",
        ),
        Column("not_before", "Where `sent_at` is a guess: the earliest time.", time=True),
        Column(
            "not_after",
            "Where `sent_at` is a guess: the latest time. The body then ends with a line that says so.",
            time=True,
        ),
    ),
    sample="""\
contact_email,sent_at,direction,subject,body
ada@example.com,2026-11-20T09:15:42Z,outgoing,Your autumn menu,"Hello Ada, may we call you?"
ada@example.com,2026-11-21T10:00:00+01:00,incoming,Your autumn menu,"Yes, on Tuesday."
""",
)
DEALS = Contract(
    "deals",
    "A deal.",
    "Said twice, a deal is made once: it is recognised by `event_key`, which HubSpot keeps unique. One that is "
    "there is never changed, moved or closed, whatever a later record says; one that somebody deleted in "
    "HubSpot is made again.",
    (
        Column("event_key", "A key of your own for this deal.", required=True),
        Column("name", "Its name.", required=True),
        Column(
            "contact_email",
            "The contact it is about, who is there already. An address that nobody has is refused; without one "
            "the deal is nobody's.",
        ),
        Column(
            "company_domain",
            "The website of the company it is about; else the contact's own company.",
        ),
        Column("pipeline", "The pipeline's internal name."),
        Column("stage", "The stage's internal name."),
        Column("amount", "Its worth, a number.", number=True),
        Column("owner", "Whose it is: an owner's id or e-mail address."),
        Column(
            "close_date",
            "When it should close: a date, or a time with an offset.",
        ),
    ),
    sample="""\
event_key,name,contact_email,company_domain,pipeline,stage,amount,close_date
ada-autumn,Bluefinch's autumn,ada@example.com,bluefinch.example.com,default,appointmentscheduled,1200,2026-12-31
""",
)
CONTRACTS: Mapping[str, Contract] = {
    contract.stream: contract for contract in (CONTACTS, COMPANIES, EMAILS, DEALS)
}
