"""Tickets: made, staged, associated, as recorded in 2024."""

from __future__ import annotations

import pytest

TICKETS = "/crm/v3/objects/tickets"


def test_a_ticket_is_made_with_its_ends(account):
    """Contact, company and deal are associated at creation; both ends show it."""
    contact = account.create(email="a@example.com")
    company = account.make("companies", name="Acme")
    deal = account.make("deals", dealname="Big")
    links = [("contacts", contact, 16), ("companies", company, 339), ("deals", deal, 28)]
    ticket = account.make("tickets", *links, subject="help", hs_pipeline_stage="1")
    shown = account.see("tickets", ticket, "hs_pipeline", "hs_ticket_id", "subject")
    assert (shown["hs_pipeline"], shown["hs_ticket_id"]) == ("0", ticket)
    assert account.links("deals", deal, "tickets") == {int(ticket): [27]}
    assert account.links("tickets", ticket, "companies") == {int(company): [26, 339]}


def test_a_task_is_about_a_ticket(account):
    """The association that a recorded task was made with."""
    ticket = account.make("tickets", subject="help", hs_pipeline_stage="1")
    task = account.make("tasks", ("tickets", ticket, 230), hs_timestamp="1732111731855")
    assert account.links("tickets", ticket, "tasks") == {int(task): [229]}


@pytest.mark.parametrize(
    ("values", "field"),
    [({"hs_pipeline": "9"}, "hs_pipeline"), ({"hs_pipeline_stage": "9"}, "hs_pipeline_stage")],
)
def test_a_stage_is_one_of_the_pipeline(account, values, field):
    """An unknown pipeline or stage is an option that is not allowed."""
    body = {"properties": {"subject": "help", "hs_pipeline_stage": "1", **values}}
    reply = account.call("POST", TICKETS, json=body)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["context"] == {"propertyName": [field]}


def test_a_ticket_needs_subject_and_stage(account):
    """Both are named where they lack."""
    reply = account.call("POST", TICKETS, json={"properties": {"content": "x"}})
    assert reply.status_code == 400
    assert reply.json()["context"]["properties"] == ["subject", "hs_pipeline_stage"]


def test_the_stages_of_tickets_have_a_state(account):
    """Open or closed instead of a probability."""
    stages = account.call("GET", "/crm/v3/pipelines/tickets/0/stages").json()["results"]
    assert [s["metadata"] for s in stages][-2:] == [
        {"isClosed": "false", "ticketState": "OPEN"},
        {"isClosed": "true", "ticketState": "CLOSED"},
    ]


def test_an_association_by_name_is_one_of_v3(account):
    """As a recorded client of v3 made it: the answer is the record with the association."""
    contact = account.create(email="a@example.com")
    meeting = account.make("meetings", hs_timestamp="1659970344631")
    path = f"/crm/v3/objects/meetings/{meeting}/associations/Contact/{contact}"
    reply = account.call("PUT", f"{path}/meeting_event_to_contact")
    ends = {"contacts": {"results": [{"id": contact, "type": "meeting_event_to_contact"}]}}
    assert (reply.status_code, reply.json()["associations"]) == (200, ends)
    assert account.call("PUT", f"{path}/contact_to_cat").status_code == 400
