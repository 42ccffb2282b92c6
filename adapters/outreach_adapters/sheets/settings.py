"""Settings by which a plugin reaches an outreach spreadsheet.

The rule: whatever opens a door is marked secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

from outreach_adapters.auth.settings import CONNECTED

CONNECTION = (
    *CONNECTED,
    th.Property("spreadsheet_id", th.StringType, description="Id of the outreach spreadsheet."),
    th.Property("tab", th.StringType, description="Title of the tab; the first one unless set."),
    th.Property("api_base_url", th.StringType, description="Base URL of the Sheets API."),
    th.Property("token_url", th.StringType, description="Where access tokens are fetched."),
    th.Property("service_account_json", th.StringType, secret=True, description="Key as JSON."),
    th.Property("service_account_file", th.StringType, description="Path of the key file."),
    th.Property("client_id", th.StringType, description="Client id of the OAuth client."),
    th.Property("client_secret", th.StringType, secret=True, description="Its secret."),
    th.Property("refresh_token", th.StringType, secret=True, description="The user's token."),
)
