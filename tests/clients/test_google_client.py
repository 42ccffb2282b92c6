"""Google's own client for Python against the sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from outreach_sandbox.kernel.server import running

SHEETS = {"sheets": "v4", "drive": "v3"}


def service(url: str, name: str) -> Any:
    """A service of the shipped discovery document at another address, as its option says."""
    return build(
        name,
        SHEETS[name],
        credentials=Credentials("ya29.client"),
        client_options={"api_endpoint": url},
        static_discovery=True,
        cache_discovery=False,
    )


def test_sheets_are_made_written_and_read() -> None:
    """Create, write, append, format, read in two ways, clear, and find again in Drive."""
    with (
        running() as sandbox,
        service(sandbox.google_url, "sheets") as google_sheets,
        service(f"{sandbox.google_url}/drive/v3/", "drive") as google_drive,
    ):
        sheets, drive = google_sheets.spreadsheets(), google_drive.files()
        made = sheets.create(body={"properties": {"title": "Q4"}}).execute()
        book = {"spreadsheetId": made["spreadsheetId"]}
        rows = [["Name", "N"], ["Café", "=2*21"]]
        typed = {"valueInputOption": "USER_ENTERED"}
        values = sheets.values()
        values.update(**book, range="A1", body={"values": rows}, **typed).execute()
        added = values.append(**book, range="A1:B2", body={"values": [["x", 1]]}, **typed).execute()
        request = {"addSheet": {"properties": {"title": "Log"}}}
        reply = sheets.batchUpdate(**book, body={"requests": [request]}).execute()
        read = values.batchGet(**book, ranges=["A1:B3", "Log!A1"]).execute()
        seen = sheets.get(**book, fields="sheets.properties.title").execute()
        found = drive.list(q="name = 'Q4'", fields="files(id,name)").execute()
        with pytest.raises(HttpError) as refused:
            values.get(**book, range="Nowhere!A1").execute()

    assert "Sheet1!A3:B3" == added["updates"]["updatedRange"]
    assert "Log" == reply["replies"][0]["addSheet"]["properties"]["title"]
    assert [["Name", "N"], ["Café", "42"], ["x", "1"]] == read["valueRanges"][0]["values"]
    assert ["Sheet1", "Log"] == [s["properties"]["title"] for s in seen["sheets"]]
    assert [made["spreadsheetId"]] == [f["id"] for f in found["files"]]
    assert (400, "Unable to parse range: Nowhere!A1") == (
        refused.value.status_code,
        refused.value.reason,
    )
