"""The story the demo tells, and the checks it must pass. Each step is what people do, then a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from places import Place

_OURS = {"Sync Status", "HubSpot", "Salesforce", "CRM Status", "Last Contacted", "Last Synced"}
_OURS |= {"Sync Note", "Pause Sync", "_sync_id"}
CREATED = "created"
_SHOWN = ("phone", "city", "website", "company", "firstname", "lastname", "hs_lead_status")
_SHOWN_IN_SALESFORCE = ("Phone", "City", "Website", "Company", "FirstName", "LastName", "Status")

Sheet = Mapping[str, Mapping[str, str]]  # e-mail -> header -> text
Records = Mapping[str, Mapping[str, Any]]  # e-mail -> field -> value


class CheckFailed(Exception):
    """Something the story promises did not hold."""


@dataclass(frozen=True)
class Seen:
    """All sides at one moment."""

    sheet: Sheet
    contacts: Records
    people: Records


@dataclass
class Report:
    """What the demo prints at the end: who changed what, and where it arrived."""

    in_sheet: list[tuple[str, str, str, str]] = field(default_factory=list)
    in_hubspot: list[tuple[str, str, str, str]] = field(default_factory=list)
    in_salesforce: list[tuple[str, str, str, str]] = field(default_factory=list)
    told: list[tuple[str, str, str]] = field(default_factory=list)
    needs_person: list[tuple[str, str]] = field(default_factory=list)
    checks: int = 0

    def check(self, promise: str, held: bool) -> None:
        """Count a promise that held; stop the demo at one that did not."""
        if not held:
            raise CheckFailed(promise)
        self.checks += 1


def look(place: Place) -> Seen:
    """See all sides through the vendors' APIs."""
    sheet = {row["Email"].strip().lower(): row for row in place.sheet() if row.get("Email")}
    return Seen(sheet, place.contacts(), place.people())


def steps() -> Iterator[tuple[str, Callable[[Place, Report], None]]]:
    """Yield (title, step) in order."""
    yield "First run: look at all three sides, write nothing but row ids", first_look
    yield "Approve the preview, run again", approve
    yield "E-mails go out, and two people answer", campaign
    yield "People edit all sides, and somebody sorts the sheet", people_edit
    yield "Nobody edits anything", quiet


def first_look(place: Place, report: Report) -> None:
    """The first plan is a preview."""
    before = look(place)
    place.outreach("provision", "hubspot")
    place.sync()
    after = look(place)
    preview = place.outreach("plan")
    report.check(
        "the preview counts who is in HubSpot already",
        "10 already in HubSpot, 15 new" in preview,
    )
    report.check("and who is in Salesforce", "9 already in Salesforce, 16 new" in preview)
    report.check("nothing was sent before approval", set(after.contacts) == set(before.contacts))
    report.check("to Salesforce neither", after.people == before.people)
    same = all(_theirs(after.sheet[mail]) == _theirs(row) for mail, row in before.sheet.items())
    report.check("no cell of yours was touched", same)
    report.check("every row has an id", all(row.get("_sync_id") for row in after.sheet.values()))


def approve(place: Place, report: Report) -> None:
    """One command approves; the next run delivers."""
    before = look(place)
    place.outreach("plan", "--approve", "--keep", "crm")
    place.sync()
    after = look(place)
    report.check("every business is a contact, once", set(after.contacts) == set(after.sheet))
    report.check("that makes 25 contacts", len(after.contacts) == len(after.sheet) == 25)
    report.check("and a lead or a customer, once", set(after.people) == set(after.sheet))
    _compare(before, after, report)


def campaign(place: Place, report: Report) -> None:
    """The outreach system sends to three and hears from two; one of them is interested."""
    before = look(place)
    first, second, third = sorted(set(before.contacts))[4:7]
    for number, mail in enumerate((first, second, third)):
        row, at = _row(place, mail), f"2026-11-24 1{number}:15:00"
        place.person("google", "outreach_send", row=row, at=at)
    for mail, at, text in (
        (first, "2026-11-24 15:40:00", "Yes, we are interested. Please call me on Tuesday."),
        (second, "2026-11-24 16:05:00", "No thank you, not interested."),
    ):
        place.person("google", "outreach_reply", row=_row(place, mail), at=at, text=text)
    told = look(place)
    for _ in range(2):  # what HubSpot makes of a logged e-mail is read back with the next run
        place.time_passes(90)
        place.sync()
    after = look(place)
    emails = place.records("emails", "hs_email_direction,hs_timestamp", "contacts")
    sent = [e for e in emails if e["properties"]["hs_email_direction"] == "EMAIL"]
    deals = place.records("deals", "dealname,dealstage", "contacts")
    report.check("three e-mails are on three timelines", len(_people(sent)) == len(sent) == 3)
    report.check("both answers are there too", len(emails) == 5)
    report.check(
        "the interested one is a deal, once", _people(deals) == {after.contacts[first]["id"]}
    )
    report.check(
        "and its lead status says so", after.contacts[first]["hs_lead_status"] == "OPEN_DEAL"
    )
    shown = after.sheet[third]
    report.check("Last Contacted is Date Sent", shown["Last Contacted"] == shown["Date Sent"])
    companies = place.records("companies", "domain")
    domains = [company["properties"]["domain"] for company in companies]
    report.check("a company per website, none twice", len(set(domains)) == len(domains) > 20)
    _told_to_salesforce(place, report, after, (first, second, third))
    _compare(told, after, report)
    names = {
        contact["id"]: after.sheet[mail]["Business Name"]
        for mail, contact in after.contacts.items()
    }
    report.told = [
        *(("e-mail sent", names[p], "an e-mail; a task") for p in sorted(_people(sent))),
        *(
            ("answer", names[p], "an incoming e-mail; a task")
            for e in emails
            if e not in sent
            for p in _people([e])
        ),
        *(("interested", names[p], "a deal; an opportunity") for p in _people(deals)),
        ("website", f"{len(companies)} of them", "a company each; on the lead"),
    ]


def _told_to_salesforce(
    place: Place, report: Report, after: Seen, three: tuple[str, str, str]
) -> None:
    """The same, as Salesforce keeps it: completed tasks, an opportunity, the lead's status."""
    ids = [after.people[mail]["Id"] for mail in three]
    tasks = place.salesforce("SELECT WhoId, Subject, Status FROM Task WHERE TaskSubtype = 'Email'")
    sent = [task["WhoId"] for task in tasks if not task["Subject"].startswith("Re:")]
    report.check("three e-mails are three tasks in Salesforce", sorted(sent) == sorted(ids))
    report.check("both answers are tasks too, all completed", len(tasks) == 5)
    report.check("nothing is left to do", {task["Status"] for task in tasks} == {"Completed"})
    opportunities = place.salesforce(
        "SELECT Source_Lead__c FROM Opportunity WHERE Outreach_Id__c != null"
    )
    report.check("the interested one is an opportunity, once", len(opportunities) == 1)


def _people(records: list[dict[str, Any]]) -> set[str]:
    """Return the contacts that records are tied to."""
    return {
        end["id"]
        for record in records
        for end in record.get("associations", {}).get("contacts", {}).get("results", ())
    }


def people_edit(place: Place, report: Report) -> None:
    """A phone on each side, one edited on two, a deletion, and a sort in between."""
    before = look(place)
    first, second, third, fourth = sorted(set(before.contacts))[:4]
    fifth = sorted(set(before.contacts))[8]
    place.person("hubspot", "edit", email=first, properties={"phone": "+1 555 0140"})
    place.person("hubspot", "edit", email=second, properties={"city": "Ankara"})
    place.person("google", "type", row=_row(place, second), header="Phone", value="'+1 555 0141")
    place.person("hubspot", "edit", email=third, properties={"phone": "+1 555 0142"})
    place.person("google", "type", row=_row(place, third), header="Phone", value="'+1 555 0143")
    place.person("hubspot", "delete", email=fourth)
    place.person(
        "salesforce", "edit", id=before.people[fifth]["Id"], values={"Phone": "+1 555 0144"}
    )
    place.person("google", "sort", by="Location")
    edited = look(place)
    for _ in range(2):  # a deletion is believed when two runs have missed the contact
        place.time_passes(90)
        place.sync()
    after = look(place)
    sheet, contacts, people = after.sheet, after.contacts, after.people
    report.check("HubSpot's phone is in the right row", sheet[first]["Phone"] == "+1 555 0140")
    report.check("the sheet's phone is in HubSpot", contacts[second]["phone"] == "+1 555 0141")
    report.check("HubSpot's city is in the sheet", sheet[second]["Location"] == "Ankara")
    report.check("HubSpot's phone is in Salesforce", people[first]["Phone"] == "+1 555 0140")
    report.check("the sheet's is too", people[second]["Phone"] == "+1 555 0141")
    report.check("Salesforce's phone is in the sheet", sheet[fifth]["Phone"] == "+1 555 0144")
    report.check("and in HubSpot", contacts[fifth]["phone"] == "+1 555 0144")
    report.check("a conflict leaves the sheet alone", sheet[third]["Phone"] == "+1 555 0143")
    report.check("a conflict leaves HubSpot alone", contacts[third]["phone"] == "+1 555 0142")
    report.check("a deleted contact archives its row", sheet[fourth]["Status"] == "Archived")
    report.check("no contact came back or was lost", set(contacts) == set(edited.contacts))
    report.check("nobody is lost in Salesforce", set(people) == set(before.people))
    report.check("no row was lost", set(sheet) == set(before.sheet))
    _compare(edited, after, report)
    report.needs_person = [
        (row["Business Name"], row.get("Sync Note", ""))
        for row in sheet.values()
        if row.get("Sync Status") in ("Conflict", "Error")
    ]
    report.check("exactly one question is open", len(report.needs_person) == 1)


def quiet(place: Place, report: Report) -> None:
    """A run over sides in step writes nothing."""
    before = look(place)
    place.time_passes(90)
    place.sync()
    report.check("a quiet run writes nothing", look(place) == before)


def _row(place: Place, mail: str) -> int:
    for number, row in enumerate(place.sheet(), 2):
        if row.get("Email", "").strip().lower() == mail:
            return number
    raise CheckFailed("a row of the story is missing")


def _theirs(row: Mapping[str, str]) -> dict[str, str]:
    return {header: text for header, text in row.items() if header and header not in _OURS}


def _compare(before: Seen, after: Seen, report: Report) -> None:
    """Note every change a run made, on every side."""
    names = {mail: row["Business Name"] for mail, row in after.sheet.items()}
    for mail, row in after.sheet.items():
        old = _theirs(before.sheet[mail])
        report.in_sheet += [
            (names[mail], header, old.get(header, ""), text)
            for header, text in _theirs(row).items()
            if text != old.get(header, "")
        ]
    report.in_hubspot += _changed(before.contacts, after.contacts, names, _SHOWN)
    report.in_salesforce += _changed(before.people, after.people, names, _SHOWN_IN_SALESFORCE)


def _changed(
    before: Records, after: Records, names: Mapping[str, str], shown: tuple[str, ...]
) -> Iterator[tuple[str, str, str, str]]:
    """Yield (business, field, from, to) of what a run made or changed in a CRM."""
    for mail, record in after.items():
        name = names.get(mail, "")
        if mail not in before:
            yield name, "record", "", CREATED
            continue
        old = before[mail]
        for key in shown:
            if (record.get(key) or "") != (old.get(key) or ""):
                yield name, key, old.get(key) or "", record.get(key) or ""
