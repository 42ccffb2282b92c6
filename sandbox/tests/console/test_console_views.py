"""What the panes are told: the sheet, both CRMs, and what moved."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Page

HOSTILE = "<img src=x onerror=alert(1)>"
FINCH = "hello@bluefinch.example.com"


def people(page: Page, vendor: str, door: str, **body: Any) -> dict[str, Any]:
    """Walk through a person's door."""
    return page.sandbox.control.people(vendor, door, **body)


def lead(page: Page, mail: str) -> str:
    """The id of a live lead."""
    found = people(page, "salesforce", "records")["records"]
    return next(r["Id"] for r in found if r["Email"] == mail and not r["IsDeleted"])


def test_the_sheet_shows_what_is_in_it(page: Page) -> None:
    """Tabs, letters, rows as they are shown, and hints: note, colour, list, box, protection."""
    book = "/v4/spreadsheets/sandbox-outreach-sheet:batchUpdate"
    google(page, book, [dress(1, 9)])
    people(page, "google", "protect", columns=["Email"])
    view = page.json("/console/panes/google")
    status = view["rows"][1]["cells"]["9"]

    assert ("A", "B") == (view["columns"][0]["letters"], view["columns"][1]["letters"])
    assert "Business Name" == view["rows"][0]["cells"]["0"]["v"]
    assert {"bg": "#ffcc00", "note": "Look", "list": ["Draft", "Sent"]}.items() <= status.items()
    assert [False, True] == [view["columns"][c]["protected"] for c in (0, 2)]
    assert 26 == view["used_rows"]


def test_a_list_alone_makes_no_row_a_used_one(page: Page) -> None:
    """Only what shows something counts, and another tab's mark moves with its texts alone."""
    before = page.json("/console/panes/google")
    google(page, "/v4/spreadsheets/sandbox-outreach-sheet:batchUpdate", [dress(500, 9)])
    dressed = page.json("/console/panes/google")
    people(page, "google", "type", cell="B2", value="Lyon")
    typed = page.json("/console/panes/google")

    assert 26 == before["used_rows"] == dressed["used_rows"]
    assert before["tabs"][0]["mark"] != typed["tabs"][0]["mark"]


def test_a_seed_says_how_wide_the_columns_are(page: Page) -> None:
    """Those it leaves out are as wide as Google makes them."""
    view = page.json("/console/panes/google")

    assert [165, 85, 100] == [view["columns"][number]["width"] for number in (0, 1, 15)]


def dress(row: int, column: int) -> dict[str, Any]:
    """Give a cell a colour, a note and a list."""
    where = {"startRowIndex": row, "endRowIndex": row + 1}
    across = {"startColumnIndex": column, "endColumnIndex": column + 1}
    values = [{"userEnteredValue": text} for text in ("Draft", "Sent")]
    cell = {
        "note": "Look",
        "userEnteredFormat": {"backgroundColor": {"red": 1, "green": 0.8}},
        "dataValidation": {"condition": {"type": "ONE_OF_LIST", "values": values}},
    }
    fields = "note,userEnteredFormat,dataValidation"
    return {"repeatCell": {"range": {**where, **across}, "cell": cell, "fields": fields}}


def google(page: Page, path: str, requests: list[dict[str, Any]]) -> None:
    """A write through the API."""
    import json
    import urllib.request

    request = urllib.request.Request(
        page.sandbox.google_url + path,
        json.dumps({"requests": requests}).encode(),
        {"Authorization": "Bearer x", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert 200 == reply.status


def test_a_long_sheet_is_shown_in_parts(page: Page) -> None:
    """The first rows, and those around the row asked for."""
    people(page, "google", "paste_block", at="A300", values=[["far"]])
    first, later = (page.json(f"/console/panes/google?from={n}") for n in (1, 300))

    assert (1, 200, 300) == (first["first"], len(first["rows"]), first["used_rows"])
    assert 201 == later["first"]
    assert "far" in [row["cells"].get("0", {}).get("v") for row in later["rows"]]


def test_texts_go_out_as_they_are(page: Page) -> None:
    """Half a surrogate pair, markup and control characters arrive as what they are."""
    odd = f"{HOSTILE}\x07 \ud83d end"
    people(page, "google", "type", cell="A2", value=odd)

    assert odd == page.json("/console/panes/google")["rows"][1]["cells"]["0"]["v"]


def test_hubspot_lists_and_finds_people(page: Page) -> None:
    """Every live contact, the words of a search in any order, and the deleted ones apart."""
    whole = page.json("/console/panes/hubspot/contacts")
    found = page.json("/console/panes/hubspot/contacts?q=%C3%BCsk%C3%BCdar%20moda")
    people(page, "hubspot", "delete", email=FINCH)
    deleted = page.json("/console/panes/hubspot/contacts?deleted=1")

    assert (10, 10, 0) == (whole["total"], len(whole["rows"]), whole["deleted"])
    assert ["info@modabisiklet.example.com"] == [row["cells"][2] for row in found["rows"]]
    assert [(FINCH, True)] == [(row["cells"][2], row["gone"]) for row in deleted["rows"]]


def test_a_hubspot_record_tells_its_story(page: Page) -> None:
    """Fields to edit with their choices, the deal, the e-mail, and who changed what."""
    contact = people(page, "hubspot", "edit", email=FINCH, properties={"phone": "+1 555 0140"})
    end = [{"to_object": "contacts", "to_id": contact["id"]}]
    sent = {"hs_timestamp": "2026-11-20T10:00:00Z", "hs_email_direction": "EMAIL"}
    people(page, "hubspot", "create", object="emails", properties=sent, associations=end)
    deal = {"dealname": "Roof", "dealstage": "qualifiedtobuy", "pipeline": "default"}
    people(page, "hubspot", "create", object="deals", properties=deal, associations=end)
    record = page.json(f"/console/panes/hubspot/contacts/{contact['id']}")
    fields = {field["name"]: field for field in record["main"]}

    assert ("+1 555 0140", "tel", False) == tuple(
        fields["phone"][k] for k in ("value", "kind", "read_only")
    )
    assert "NEW" in [option["value"] for option in fields["hs_lead_status"]["options"]]
    assert [("deals", "Roof", "Qualified To Buy")] == [
        (r["object"], r["title"], r["text"]) for r in record["related"] if r["object"] == "deals"
    ]
    assert ("edit", "Phone Number → +1 555 0140", "by a person") in [
        (e["kind"], e["title"], e["text"]) for e in record["story"]
    ]
    assert "email" in [e["kind"] for e in record["story"]]


def test_a_merged_id_leads_to_the_survivor(page: Page) -> None:
    """A page that shows a contact goes on with whom it became."""
    ids = [row["id"] for row in page.json("/console/panes/hubspot/contacts")["rows"][:2]]
    survivor = people(page, "hubspot", "merge", primary=ids[0], other=ids[1])["id"]

    for old in ids:
        assert survivor == page.json(f"/console/panes/hubspot/contacts/{old}")["id"]


def test_salesforce_shows_leads_as_they_become_customers(page: Page) -> None:
    """A converted lead is marked, read-only, and tied to its contact; a merged one has no way back."""
    finch = lead(page, FINCH)
    people(page, "salesforce", "convert", id=finch, opportunity="Roof")
    record = page.json(f"/console/panes/salesforce/Lead/{finch}")

    assert ("Converted", ["delete"]) == (record["badge"], record["doors"])
    assert all(field["read_only"] for field in record["main"])
    assert {"Contact", "Opportunity"} <= {r["object"] for r in record["related"]}

    other, master = (lead(page, m) for m in ("adaterzi@example.com", "rez@mavidalga.example.org"))
    people(page, "salesforce", "merge", master=master, other=other)
    gone = page.json("/console/panes/salesforce/Lead?deleted=1")["rows"]
    assert [(other, "Merged")] == [(row["id"], row["badge"]) for row in gone]
    assert [] == page.json(f"/console/panes/salesforce/Lead/{other}")["doors"]


@pytest.mark.parametrize(
    "path",
    [
        "hubspot/contacts/1",
        "hubspot/contacts/x",
        "hubspot/nope",
        "salesforce/Lead/x",
        "salesforce/nope",
    ],
)
def test_what_is_not_there_is_404(page: Page, path: str) -> None:
    """With words for the page."""
    assert 404 == page.ask("GET", f"/console/panes/{path}")[0]


def test_only_what_was_written_to_has_moved(page: Page) -> None:
    """A person's act and a client's write move their side; looking and searching move none."""
    before = page.json("/console/pulse")
    people(page, "hubspot", "edit", email=FINCH, properties={"city": "Oslo"})
    google(page, "/v4/spreadsheets/sandbox-outreach-sheet:batchUpdate", [dress(1, 9)])
    page.json("/console/panes/salesforce/Lead")
    after = page.json("/console/pulse")
    moved = {v: after["moved"].get(v, 0) - before["moved"].get(v, 0) for v in after["moved"]}

    assert {"google": 1, "hubspot": 1, "salesforce": 0} == moved


def test_the_journal_comes_in_parts(page: Page) -> None:
    """Calls after the one the page knows; all of them once calls were forgotten."""
    book = "/v4/spreadsheets/sandbox-outreach-sheet:batchUpdate"
    for _ in range(3):
        google(page, book, [dress(1, 9)])
    first = page.json("/console/pulse")
    query = f"seq={first['seq'] - 1}&chapter={first['chapter']}"
    fresh = page.json(f"/console/pulse?{query}")
    page.sandbox.control.forget_calls()
    google(page, book, [dress(1, 9)])
    anew = page.json(f"/console/pulse?{query}")

    assert ([1, 2, 3], [3]) == tuple([c["seq"] for c in x["calls"]] for x in (first, fresh))
    assert [1] == [c["seq"] for c in anew["calls"]]
    assert ("POST", 200, True) == tuple(anew["calls"][0][k] for k in ("method", "status", "writes"))


def test_a_pulse_never_counts_what_it_cannot_read(page: Page) -> None:
    """Nonsense in the query is taken for nothing."""
    assert 200 == page.ask("GET", "/console/pulse?seq=x&chapter=-1&lines=%C2%B2&run=")[0]
