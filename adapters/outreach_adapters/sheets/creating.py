"""Makes a new spreadsheet with one empty tab.

The rule: only a person can own one, so nothing is tried with a service account; and nothing is tried twice:
a second try after a lost answer would make a second spreadsheet.
https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets/create
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gspread.urls import SPREADSHEETS_API_V4_BASE_URL

from outreach_adapters.environment import guard_base_url
from outreach_adapters.sheets.client import GOOGLE_SHEETS_URL, GoogleHttp
from outreach_adapters.sheets.credentials import (
    SCOPES,
    ServiceAccountFile,
    ServiceAccountKey,
    token_url_from,
    way_from,
)
from outreach_adapters.sheets.failures import translate
from outreach_core.errors import ConfigError, OutreachError, Retriable

LOST = ("google_unavailable", "google_unreachable")


@dataclass(frozen=True, slots=True)
class NewSheet:
    """A spreadsheet that was made."""

    spreadsheet_id: str
    address: str


def create_spreadsheet(
    config: Mapping[str, Any], title: str, tab: str, time_zone: str | None = None
) -> NewSheet:
    """Make a spreadsheet and return where it is.

    Args:
        config: As for ``client_from``, without a spreadsheet.
        title: What it is called.
        tab: What its one tab is called.
        time_zone: Whose wall time it shows; Google's choice unless given.

    Raises:
        ConfigError: ``no_storage``; the credentials are a service account's.
    """
    environment = str(config.get("outreach_environment") or "")
    base = guard_base_url(
        environment, config.get("api_base_url"), "api_base_url", GOOGLE_SHEETS_URL
    )
    way = way_from(config)
    if isinstance(way, ServiceAccountKey | ServiceAccountFile):
        raise _no_storage()
    http = GoogleHttp(way.build(token_url_from(config), SCOPES), base, base)
    properties = {"title": title, **({"timeZone": time_zone} if time_zone else {})}
    body = {"properties": properties, "sheets": [{"properties": {"title": tab}}]}
    try:
        made = http.request("post", SPREADSHEETS_API_V4_BASE_URL, json=body).json()
    except OutreachError:
        raise
    except Exception as error:
        raise _lost(translate(error)) from error
    found = str(made["spreadsheetId"])
    return NewSheet(found, f"https://docs.google.com/spreadsheets/d/{found}/edit")


def _lost(told: OutreachError) -> OutreachError:
    if told.code not in LOST:
        return told
    return Retriable(
        "Google's answer was lost: the spreadsheet may have been made all the same.",
        code="in_doubt",
        remedy="Look for it in Google Drive before you make another one.",
    )


def _no_storage() -> ConfigError:
    """Return the error for credentials that can own no file.

    https://developers.google.com/workspace/drive/api/guides/about-files#storage
    """
    return ConfigError(
        "A service account cannot own a spreadsheet.",
        code="no_storage",
        remedy="Make an empty one yourself and share it with the account, or use the credentials of "
        "a Google user (`client_id`, `client_secret`, `refresh_token`).",
    )
