"""The door to Google for `new-sheet`. Rule: it makes a spreadsheet and nothing else."""

from __future__ import annotations

from outreach_adapters.sheets.creating import NewSheet, create_spreadsheet
from outreach_cli.settings import Settings


def new_sheet(settings: Settings, title: str, tab: str, time_zone: str | None) -> NewSheet:
    """Make an empty spreadsheet for a campaign."""
    access = settings.google
    config = {
        "outreach_environment": settings.environment,
        "api_base_url": access.base_url,
        "token_url": access.token_url,
        "service_account_json": access.service_account_json,
        "service_account_file": access.service_account_file,
        "client_id": access.client_id,
        "client_secret": access.client_secret,
        "refresh_token": access.refresh_token,
    }
    return create_spreadsheet(config, title, tab, time_zone)
