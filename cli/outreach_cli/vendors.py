"""The three services an account can be connected of, each loaded when it is used.

Rule: their libraries cost a second to import, so nothing here imports one by itself.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Protocol, cast

from outreach_adapters.auth.connections import Connection, Service
from outreach_adapters.auth.consent import Grant, Vendor
from outreach_cli.settings import GoogleAccess, HubSpotAccess, SalesforceAccess, Settings

Config = Mapping[str, Any]
_CONFIGS = {
    Service.HUBSPOT: "outreach_cli.hubspot_account",
    Service.SALESFORCE: "outreach_cli.salesforce_account",
    Service.GOOGLE: "outreach_cli.google_sheet",
}
_CONSENTS = {
    Service.HUBSPOT: "outreach_adapters.hubspot.consent",
    Service.SALESFORCE: "outreach_adapters.salesforce.consent",
    Service.GOOGLE: "outreach_adapters.sheets.consent",
}


class Consent(Protocol):
    """What each vendor's `consent` module has."""

    def vendor(self, config: Config, /) -> Vendor:
        """Return how its consent works."""

    def grant_of(self, config: Config, answer: Mapping[str, Any], /) -> Grant:
        """Return what the token endpoint's answer grants."""

    def try_now(self, config: Config, connection: Connection, /) -> tuple[str, ...]:
        """Fetch an access token; return the scopes it has."""

    def revoking(self, connection: Connection, /) -> dict[str, str]:
        """Return the form that ends the connection's token."""


def consent(service: Service) -> Consent:
    """Return a vendor's consent module."""
    return cast("Consent", importlib.import_module(_CONSENTS[service]))


def more(service: Service, name: str) -> Any:
    """Return what only this vendor's consent module has."""
    return getattr(importlib.import_module(_CONSENTS[service]), name)


def config_of(settings: Settings, service: Service, **other: Any) -> dict[str, Any]:
    """Return the settings by the names the service's plugins give them."""
    config: dict[str, Any] = importlib.import_module(_CONFIGS[service]).config_of(settings)
    if service is Service.GOOGLE:  # Drive lives beside Sheets in the sandbox
        config["drive_base_url"] = config["api_base_url"]
    return {**config, **{name: value for name, value in other.items() if value}}


def app_of(settings: Settings, service: Service) -> tuple[str, str]:
    """Return client id and secret as far as they are set."""
    accesses: Mapping[Service, HubSpotAccess | SalesforceAccess | GoogleAccess] = {
        Service.HUBSPOT: settings.hubspot,
        Service.SALESFORCE: settings.salesforce,
        Service.GOOGLE: settings.google,
    }
    access = accesses[service]
    return access.client_id or "", access.client_secret or ""
