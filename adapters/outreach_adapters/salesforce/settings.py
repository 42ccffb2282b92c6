"""Settings by which a plugin reaches a Salesforce org.

The rule: whatever opens a door is marked secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

from outreach_adapters.auth.settings import CONNECTED

QUOTA_PERCENT = 90

CONNECTION = (
    *CONNECTED,
    th.Property("api_base_url", th.StringType, description="The org's own address."),
    th.Property("login_url", th.StringType, description="Address people sign in at."),
    th.Property("client_id", th.StringType, description="Consumer key of the app."),
    th.Property(
        "client_secret", th.StringType, secret=True, description="Consumer secret of the app."
    ),
    th.Property(
        "refresh_token",
        th.StringType,
        secret=True,
        description="Refresh token of a person who let the app in.",
    ),
    th.Property(
        "token_file",
        th.StringType,
        description="File (private to its owner) for refresh tokens that are replaced at every use.",
    ),
    th.Property("username", th.StringType, description="User to sign in as."),
    th.Property("password", th.StringType, secret=True, description="The user's password."),
    th.Property(
        "security_token", th.StringType, secret=True, description="The user's security token."
    ),
    th.Property(
        "private_key", th.StringType, secret=True, description="The app's private key (PEM)."
    ),
    th.Property("private_key_file", th.StringType, description="File with that key."),
    th.Property(
        "quota_percent",
        th.IntegerType,
        default=QUOTA_PERCENT,
        description="Share of the org's daily calls after which nothing more is called.",
    ),
)
