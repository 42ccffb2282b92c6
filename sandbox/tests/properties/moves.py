"""What the visitor may do: every move takes two numbers and a text, and finds what they point at.

Rule: a number points at one of what is there, gone things included, so that every move hits something.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.tests.properties.visitor import BOOK, HEADER, Visitor

Move = Callable[[Visitor, int, int, str], None]
TEXTS = [
    "",
    "a@example.com",
    "B@example.com",
    "d@example.com",
    "=A2&A3",
    "TRUE",
    "Sent",
    "ü 🚀",
    "7",
]
MAILS = ["a@example.com", "b@example.com", "B@Example.com", "d@example.com", "e@example.com"]
CONTACTS = "/crm/v3/objects/contacts"
SHEETS = f"/v4/spreadsheets/{BOOK}"
SOBJECTS = "/services/data/v60.0/sobjects"


def contact(at: Visitor, number: int, kind: str = "contacts") -> str:
    """A contact's id, of those that are gone too."""
    records = at.world.services["hubspot"].contents().portal.kind(kind).store.records  # type: ignore[attr-defined]
    return str(list(records)[number % len(records)]) if records else "1"


def lead(at: Visitor, number: int, name: str = "Lead") -> str:
    """A lead's id, of those that are gone too."""
    records = at.world.services["salesforce"].contents().org.tables[name].records  # type: ignore[attr-defined]
    return list(records)[number % len(records)] if records else "00Q000000000001AAA"


def binned_contact(at: Visitor, number: int) -> str:
    """A contact's id, one in the recycle bin where there is any."""
    store = at.world.services["hubspot"].contents().portal.kind("contacts").store  # type: ignore[attr-defined]
    found = store.archived_ids
    return str(found[number % len(found)]) if found else contact(at, number)


def binned_lead(at: Visitor, number: int) -> str:
    """A lead's id, one in the recycle bin where there is any."""
    records = at.world.services["salesforce"].contents().org.tables["Lead"].records  # type: ignore[attr-defined]
    found = [record.id for record in records.values() if record.deleted]
    return found[number % len(found)] if found else lead(at, number)


def mail(number: int) -> str:
    """One of a few addresses, some of them the same but for their case."""
    return MAILS[number % len(MAILS)]


def hubspot_moves() -> dict[str, Move]:
    """At HubSpot."""

    def batch(v: Visitor, a: int, b: int, text: str) -> None:
        inputs = [{"properties": {"email": mail(a + i), "city": text}} for i in range(b % 4)]
        v.call("hubspot", "POST", f"{CONTACTS}/batch/create", {"inputs": inputs})

    def update(v: Visitor, a: int, b: int, text: str) -> None:
        inputs = [{"id": contact(v, a + i), "properties": {"email": mail(b + i)}} for i in range(2)]
        v.call("hubspot", "POST", f"{CONTACTS}/batch/update", {"inputs": inputs})

    def tie(v: Visitor, a: int, b: int, text: str) -> None:
        start = f"/crm/v4/objects/contacts/{contact(v, a)}/associations"
        end = contact(v, b, "companies")
        if text:
            v.call("hubspot", "PUT", f"{start}/default/companies/{end}")
        else:
            v.call("hubspot", "DELETE", f"{start}/companies/{end}")

    def archive(v: Visitor, a: int, b: int, text: str) -> None:
        v.call("hubspot", "DELETE", f"{CONTACTS}/{contact(v, a)}")

    def search(v: Visitor, a: int, b: int, text: str) -> None:
        filters = [{"propertyName": "email", "operator": "EQ", "value": mail(a)}]
        v.call("hubspot", "POST", f"{CONTACTS}/search", {"filterGroups": [{"filters": filters}]})

    def merge(v: Visitor, a: int, b: int, text: str) -> None:
        body = {"primaryObjectId": contact(v, a), "objectIdToMerge": contact(v, b)}
        v.call("hubspot", "POST", f"{CONTACTS}/merge", body)

    return {
        "hubspot batch create": batch,
        "hubspot batch update": update,
        "hubspot associate": tie,
        "hubspot archive": archive,
        "hubspot search": search,
        "hubspot merge": merge,
        "hubspot restore": lambda v, a, b, t: v.walk("hubspot", "restore", id=binned_contact(v, a)),
        "hubspot forget": lambda v, a, b, t: v.walk("hubspot", "privacy_delete", id=contact(v, a)),
        "hubspot opt out": lambda v, a, b, t: v.walk("hubspot", "opt_out", id=contact(v, a)),
        "hubspot edit": lambda v, a, b, t: v.walk(
            "hubspot", "edit", id=contact(v, a), properties={"email": mail(b), "city": t}
        ),
    }


def salesforce_moves() -> dict[str, Move]:
    """At Salesforce."""

    def make(v: Visitor, a: int, b: int, text: str) -> None:
        body = {"LastName": f"n{b}", "Company": "Acme", "Email": mail(a), "City": text}
        v.call("salesforce", "POST", f"{SOBJECTS}/Lead", body)

    def change(v: Visitor, a: int, b: int, text: str) -> None:
        v.call("salesforce", "PATCH", f"{SOBJECTS}/Lead/{lead(v, a)}", {"Email": mail(b)})

    def delete(v: Visitor, a: int, b: int, text: str) -> None:
        ids = f"{lead(v, a)},{lead(v, b)}"
        together = "true" if text else "false"
        path = f"/services/data/v60.0/composite/sobjects?ids={ids}&allOrNone={together}"
        v.call("salesforce", "DELETE", path)

    def log(v: Visitor, a: int, b: int, text: str) -> None:
        v.call("salesforce", "POST", f"{SOBJECTS}/Task", {"WhoId": lead(v, a), "Subject": text})

    def look(v: Visitor, a: int, b: int, text: str) -> None:
        soql = f"SELECT+Id,City+FROM+Lead+WHERE+Email+=+'{mail(a)}'"
        v.call("salesforce", "GET", f"/services/data/v60.0/query?q={soql}")

    def convert(v: Visitor, a: int, b: int, text: str) -> None:
        v.walk("salesforce", "convert", id=lead(v, a), opportunity=text or None)

    def door(name: str, of: str = "Lead") -> Move:
        return lambda v, a, b, t: v.walk("salesforce", name, id=lead(v, a, of))

    return {
        "salesforce make": make,
        "salesforce change": change,
        "salesforce delete": delete,
        "salesforce look": look,
        "salesforce task": log,
        "salesforce convert": convert,
        "salesforce undelete": lambda v, a, b, t: v.walk(
            "salesforce", "undelete", id=binned_lead(v, a)
        ),
        "salesforce purge": lambda v, a, b, t: v.walk("salesforce", "purge", id=binned_lead(v, a)),
        "salesforce delete a contact": door("delete", "Contact"),
        "salesforce merge": lambda v, a, b, t: v.walk(
            "salesforce", "merge", master=lead(v, a), other=lead(v, b)
        ),
    }


def google_moves() -> dict[str, Move]:
    """At Google."""

    def cell(a: int, b: int) -> str:
        return f"{'ABCDEFG'[b % 7]}{a % 14 + 1}"

    def update(v: Visitor, a: int, b: int, text: str) -> None:
        path = f"{SHEETS}/values/{cell(a, b)}?valueInputOption=USER_ENTERED"
        v.call("google", "PUT", path, {"values": [[text, "x"], [None, text]]})

    def append(v: Visitor, a: int, b: int, text: str) -> None:
        path = f"{SHEETS}/values/A1:append?valueInputOption=RAW"
        v.call("google", "POST", path, {"values": [[text, str(a), str(b)]]})

    def rows(v: Visitor, a: int, b: int, text: str) -> None:
        span = {"sheetId": 0, "dimension": "ROWS" if b % 2 else "COLUMNS"}
        limits = {"startIndex": a % 8, "endIndex": a % 8 + 1 + b % 3}
        request = {"range": {**span, **limits}}
        name = "deleteDimension" if text else "insertDimension"
        v.call("google", "POST", f"{SHEETS}:batchUpdate", {"requests": [{name: request}]})

    def door(name: str, **fixed: Any) -> Move:
        return lambda v, a, b, t: v.walk("google", name, **fixed)

    def header(b: int) -> str:
        return HEADER[b % len(HEADER)]

    return {
        "google update": update,
        "google append": append,
        "google rows and columns": rows,
        "google type": lambda v, a, b, t: v.walk("google", "type", cell=cell(a, b), value=t),
        "google sort": lambda v, a, b, t: v.walk("google", "sort", by=header(b), descending=a > 9),
        "google delete row": lambda v, a, b, t: v.walk("google", "delete_row", row=a % 14 + 1),
        "google insert row": lambda v, a, b, t: v.walk("google", "insert_row", at=a % 14 + 1),
        "google move row": lambda v, a, b, t: v.walk(
            "google", "move_row", row=a % 14 + 1, to=b % 14 + 1
        ),
        "google drag column": lambda v, a, b, t: v.walk(
            "google", "move_column", header=header(a), before=header(b)
        ),
        "google paste": lambda v, a, b, t: v.walk(
            "google", "paste_block", at=cell(a, b), values=[[t, "1"], ["2"]]
        ),
        "google cut": lambda v, a, b, t: v.walk(
            "google", "cut", **{"from": f"A{a % 9 + 1}:B{a % 9 + 2}", "to": cell(b, a)}
        ),
        "google filter": lambda v, a, b, t: v.walk("google", "filter", by=header(b), values=[t]),
        "google hide": lambda v, a, b, t: v.walk("google", "hide", columns=[header(b)]),
        "google protect": lambda v, a, b, t: v.walk("google", "protect", columns=[header(b)]),
        "google duplicate tab": door("duplicate_tab"),
        "google rename tab": lambda v, a, b, t: v.walk("google", "rename_tab", to=t or "Renamed"),
        "google delete tab": door("delete_tab", sheet="Notes"),
        "google undo": door("undo"),
    }


MOVES: dict[str, Move] = {
    **hubspot_moves(),
    **salesforce_moves(),
    **google_moves(),
    "time passes": lambda v, a, b, t: v.wait(3 * a),
}
