"""Settings by which a plugin reaches a HubSpot account.

The rule: whatever opens a door is marked secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

from outreach_adapters.auth.settings import CONNECTED

CONNECTION = (
    *CONNECTED,
    th.Property("api_base_url", th.StringType, description="Base URL of the HubSpot API."),
    th.Property("token_url", th.StringType, description="Where access tokens are fetched."),
    th.Property(
        "access_token",
        th.StringType,
        secret=True,
        description="Token of a private app or service key.",
    ),
    th.Property("client_id", th.StringType, description="Client id of the HubSpot app."),
    th.Property(
        "client_secret",
        th.StringType,
        secret=True,
        description="Client secret of the HubSpot app.",
    ),
    th.Property(
        "refresh_token",
        th.StringType,
        secret=True,
        description="Refresh token of the installed HubSpot app.",
    ),
)
