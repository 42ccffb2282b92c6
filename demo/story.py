"""The story the demo tells, and the checks it must pass. Each step is what people do, then a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from places import Place

_OURS = {"Sync Status", "HubSpot", "Salesforce", "CRM Status", "Last Contacted", "Last Synced"}
_OURS |= {"Sync Note", "Pause Sync", "_sync_id"}
_SHOWN = ("phone", "city", "website", "company", "firstname", "lastname", "hs_lead_status")

Sheet = Mapping[str, Mapping[str, str]]  # e-mail -> header -> text
Contacts = Mapping[str, Mapping[str, str]]


class CheckFailed(Exception):
    """Something the story promises did not hold."""


@dataclass(frozen=True)
class Seen:
    """Both sides at one moment."""

    sheet: Sheet
    contacts: Contacts


@dataclass
class Report:
    """What the demo prints at the end: who changed what, and where it arrived."""

    in_sheet: list[tuple[str, str, str, str]] = field(default_factory=list)
    in_hubspot: list[tuple[str, str, str, str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    needs_person: list[tuple[str, str]] = field(default_factory=list)
    checks: int = 0

    def check(self, promise: str, held: bool) -> None:
        """Count a promise that held; stop the demo at one that did not."""
        if not held:
            raise CheckFailed(promise)
        self.checks += 1


def look(place: Place) -> Seen:
    """See both sides through the vendors' APIs."""
    sheet = {row["Email"].strip().lower(): row for row in place.sheet() if row.get("Email")}
    return Seen(sheet, place.contacts())


def steps() -> Iterator[tuple[str, Callable[[Place, Report], None]]]:
    """Yield (title, step) in order."""
    yield "First run: look at both sides, write nothing but row ids", first_look
    yield "Approve the preview, run again", approve
    yield "E-mails go out, and two people answer", campaign
    yield "People edit both sides, and somebody sorts the sheet", people_edit
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
    report.check("nothing was sent before approval", set(after.contacts) == set(before.contacts))
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
    _compare(told, after, report)
    names = {
        contact["id"]: after.sheet[mail]["Business Name"]
        for mail, contact in after.contacts.items()
    }
    report.told = [
        *(("e-mail sent", names[person]) for person in sorted(_people(sent))),
        *(("answer", names[person]) for e in emails if e not in sent for person in _people([e])),
        *(("deal", names[person]) for person in _people(deals)),
        ("companies", f"{len(companies)}, one per website"),
    ]


def _people(records: list[dict[str, Any]]) -> set[str]:
    """Return the contacts that records are tied to."""
    return {
        end["id"]
        for record in records
        for end in record.get("associations", {}).get("contacts", {}).get("results", ())
    }


def people_edit(place: Place, report: Report) -> None:
    """A phone in HubSpot, a phone in the sheet, one in both, a deletion, and a sort in between."""
    before = look(place)
    first, second, third, fourth = sorted(set(before.contacts))[:4]
    place.person("hubspot", "edit", email=first, properties={"phone": "+1 555 0140"})
    place.person("hubspot", "edit", email=second, properties={"city": "Ankara"})
    place.person("google", "type", row=_row(place, second), header="Phone", value="'+1 555 0141")
    place.person("hubspot", "edit", email=third, properties={"phone": "+1 555 0142"})
    place.person("google", "type", row=_row(place, third), header="Phone", value="'+1 555 0143")
    place.person("hubspot", "delete", email=fourth)
    place.person("google", "sort", by="Location")
    edited = look(place)
    for _ in range(2):  # a deletion is believed when two runs have missed the contact
        place.time_passes(90)
        place.sync()
    after = look(place)
    sheet, contacts = after.sheet, after.contacts
    report.check("HubSpot's phone is in the right row", sheet[first]["Phone"] == "+1 555 0140")
    report.check("the sheet's phone is in HubSpot", contacts[second]["phone"] == "+1 555 0141")
    report.check("HubSpot's city is in the sheet", sheet[second]["Location"] == "Ankara")
    report.check("a conflict leaves the sheet alone", sheet[third]["Phone"] == "+1 555 0143")
    report.check("a conflict leaves HubSpot alone", contacts[third]["phone"] == "+1 555 0142")
    report.check("a deleted contact archives its row", sheet[fourth]["Status"] == "Archived")
    report.check("no contact came back or was lost", set(contacts) == set(edited.contacts))
    report.check("no row was lost", set(sheet) == set(before.sheet))
    _compare(edited, after, report)
    report.needs_person = [
        (row["Business Name"], row.get("Sync Note", ""))
        for row in sheet.values()
        if row.get("Sync Status") in ("Conflict", "Error")
    ]
    report.check("exactly one question is open", len(report.needs_person) == 1)


def quiet(place: Place, report: Report) -> None:
    """A run over two sides in step writes nothing."""
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
    """Note every change a run made, on either side."""
    names = {mail: row["Business Name"] for mail, row in after.sheet.items()}
    for mail, row in after.sheet.items():
        old = _theirs(before.sheet[mail])
        report.in_sheet += [
            (names[mail], header, old.get(header, ""), text)
            for header, text in _theirs(row).items()
            if text != old.get(header, "")
        ]
    for mail, contact in after.contacts.items():
        name = names.get(mail, "")
        if mail not in before.contacts:
            report.in_hubspot.append((name, "contact", "", "created"))
            continue
        old_values = before.contacts[mail]
        report.in_hubspot += [
            (name, key, old_values.get(key) or "", contact[key] or "")
            for key in _SHOWN
            if (contact.get(key) or "") != (old_values.get(key) or "")
        ]
