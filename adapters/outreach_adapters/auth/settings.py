"""The settings by which a plugin uses a connected account.

The rule: they hold a name and a place, no secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

CONNECTED = (
    th.Property(
        "connection", th.StringType, description="Name of an account of `outreach connect`."
    ),
    th.Property("connections_file", th.StringType, description="File of connected accounts."),
)
