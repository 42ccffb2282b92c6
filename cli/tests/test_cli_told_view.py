"""What a preview says of companies, e-mails and deals, and of two CRMs at once."""

from __future__ import annotations

import pytest

from outreach_cli.plan_view import headline
from outreach_cli.told_view import counted, what_is_told
from outreach_core.model import Intent, IntentKind, Operation, Side

QUIET = {
    "already_in_crm": 0,
    "new": 0,
    "imported": 0,
    "updated_in_crm": 0,
    "updated_in_sheet": 0,
    "deleted": 0,
    "sent": 0,
}


def told(**payload: object) -> Intent:
    """An effect or a company with this payload."""
    kind = IntentKind.EFFECT if "kind" in payload else IntentKind.COMPANY
    return Intent(
        "p-1",
        "p",
        1,
        Side.HUBSPOT,
        kind,
        Operation.CREATE,
        "emails",
        "r",
        event_key="k",
        payload=payload,
    )


def test_a_preview_counts_what_will_be_told() -> None:
    """E-mails, answers, deals and companies stand in the first sentence, each only if there is any."""
    counts = QUIET | counted({"emails": 12, "replies": 1, "deals": 2, "companies": 0})

    assert (
        "0 records to change in the CRM, 0 rows in the sheet, 12 e-mails to log, "
        "1 answer to log, 2 deals to create, 0 deleted, nothing sent."
    ) == headline(counts)


def test_two_crms_are_counted_apart() -> None:
    """Who is already where is said of each CRM."""
    summary = {
        "already_there:hubspot": 10,
        "new:hubspot": 15,
        "already_there:salesforce": 8,
        "new:salesforce": 17,
    }
    counts = QUIET | {"already_in_crm": 18, "new": 32} | counted(summary)

    assert (
        "10 already in HubSpot, 15 new; 8 already in Salesforce, 17 new, 0 deleted, nothing sent."
    ) == headline(counts)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (
            {"kind": "email", "subject": "Hello", "body": "Secret", "at": "2026-01-01T00:00:00Z"},
            ("E-mail sent", "", "Hello", "2026-01-01T00:00:00Z"),
        ),
        ({"kind": "deal", "name": "Acme"}, ("Deal", "", "Acme", "told once")),
        ({"name": "Acme", "expected_name": "Ace"}, ("Company", "Ace", "Acme", "told once")),
    ],
    ids=["email", "deal", "company"],
)
def test_a_line_says_what_is_told_and_not_its_text(
    payload: dict[str, object], expected: tuple[str, ...]
) -> None:
    """A preview is read by many; an e-mail's text is not for all of them."""
    assert expected == what_is_told(told(**payload))
