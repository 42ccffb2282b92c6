"""What our own columns say, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from outreach_adapters.ledger.rendering import RowKnowledge, local_time, moment_of, render
from outreach_core.model import CrmRecord, LinkState, Side
from outreach_core.model.planning import Bucket, Link, Retry, RowState, RowVerdict

LINK = Link("r", Side.HUBSPOT, "contacts", "11")
REFUSED = Retry("r", Side.HUBSPOT, 1, "h", "bad", "The city is too long. Shorten it.")
PORTALS = {Side.HUBSPOT: "42"}


def known(state: RowState = RowState.SYNCED, note: str = "", **given: object) -> RowKnowledge:
    """What is known of a linked row."""
    said = RowVerdict("r", 2, Bucket.UNCHANGED, state, note)
    return replace(RowKnowledge(said, links=(LINK,)), **given)


@pytest.mark.parametrize(
    ("row", "state", "note"),
    [
        (known(), "Synced", ""),
        (known(RowState.WAITING, "No e-mail yet."), "Waiting", "No e-mail yet."),
        (
            known(RowState.CONFLICT, "Changed on both sides: city."),
            "Conflict",
            "Changed on both sides: city.",
        ),
        (known(retries=(REFUSED,)), "Error", "HubSpot refused: The city is too long. Shorten it."),
        (
            known(retries=(replace(REFUSED, side=Side.SHEET),)),
            "Error",
            "The sheet refused: The city is too long. Shorten it.",
        ),
        (known(RowState.ARCHIVED, "Gone.", retries=(REFUSED,)), "Archived", "Gone."),
        (known(RowState.PAUSED, "Paused.", retries=(REFUSED,)), "Paused", "Paused."),
        (
            known(unsettled=True),
            "Pending",
            "The last write is not confirmed yet; it is settled with the next run.",
        ),
        (known(RowState.CONFLICT, "Both.", unsettled=True), "Conflict", "Both."),
    ],
)
def test_state_and_note(row: RowKnowledge, state: str, note: str) -> None:
    """The word and the sentence follow from what is known now."""
    texts = render(row, PORTALS, "Europe/Berlin")

    assert (state, note) == (texts["Sync Status"], texts["Sync Note"])


@pytest.mark.parametrize(
    ("links", "shown"),
    [
        ((LINK,), "https://app.hubspot.com/contacts/42/record/0-1/11"),
        (
            (replace(LINK, state=LinkState.DUPLICATE),),
            "https://app.hubspot.com/contacts/42/record/0-1/11",
        ),
        ((replace(LINK, state=LinkState.ARCHIVED),), ""),
        ((replace(LINK, state=LinkState.DETACHED),), ""),
        ((), ""),
    ],
)
def test_link(links: tuple[Link, ...], shown: str) -> None:
    """A record that is there can be opened."""
    assert shown == render(known(links=links), PORTALS, "")["HubSpot"]


def test_words_of_the_crm_and_times_are_in_the_sheets_zone() -> None:
    """The CRM's own words are shown, times as the sheet's people read them."""
    extra = {"crm_status": "OPEN_DEAL", "last_contacted": "2026-07-01T10:30:00Z"}
    record = CrmRecord(Side.HUBSPOT, "contacts", "11", {}, extra=extra)
    at = datetime(2026, 1, 5, 23, 30, tzinfo=UTC)

    texts = render(known(records={Side.HUBSPOT: record}, written_at=at), PORTALS, "Europe/Berlin")

    shown = [texts[name] for name in ("CRM Status", "Last Contacted", "Last Synced")]
    assert ["OPEN_DEAL", "2026-07-01 12:30:00", "2026-01-06 00:30"] == shown


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-05T09:00:00Z", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("2026-01-05T10:00:00+01:00", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("1767603600000", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moment(text: str | None, moment: datetime | None) -> None:
    """A CRM names moments as ISO text or in milliseconds."""
    assert moment == moment_of(text)


def test_unknown_zone_is_utc() -> None:
    """A time zone nobody knows does not stop the rendering."""
    assert local_time(datetime(2026, 1, 5, 9, tzinfo=UTC), "Nowhere/At_All") == "2026-01-05 09:00"


def test_salesforce_column_is_left_alone_without_salesforce() -> None:
    """A CRM that is not connected has no text."""
    assert "Salesforce" not in render(known(), PORTALS, "")
