"""An account that a person connected, by the name the plugins use for it.

The rule: what opens a door never shows in a representation; only the store writes it down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from outreach_core.errors import ConfigError

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


class Service(StrEnum):
    """Whose account it is."""

    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    GOOGLE = "google"

    @property
    def called(self) -> str:
        """What people call it."""
        return {"hubspot": "HubSpot", "salesforce": "Salesforce", "google": "Google"}[self.value]


class Kind(StrEnum):
    """How the account lets us in."""

    OAUTH = "oauth"  # a person agreed on the vendor's page
    TOKEN = "token"  # of a private app, or a service key  # noqa: S105 - a word
    SERVICE_ACCOUNT = "service_account"  # a key of its own


@dataclass(frozen=True, slots=True)
class Account:
    """Whose data is reached: the vendor's id, and what people know it by."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Connection:
    """What is kept of a connected account.

    Attributes:
        scopes: What the vendor said it granted; empty where it does not say.
        token_url: Where access tokens are fetched.
        login_url: Where people sign in (Salesforce).
        api_url: Where the account lives (Salesforce).
        connected_at: When a person connected it, in UTC.
        ends_at: When the consent ends by itself, if the vendor said so.
    """

    name: str
    environment: str
    service: Service
    kind: Kind
    connected_at: str
    account: Account = field(default_factory=Account)
    scopes: tuple[str, ...] = ()
    token_url: str = ""
    login_url: str = ""
    api_url: str = ""
    ends_at: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    access_token: str = field(default="", repr=False)
    service_account: str = field(default="", repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return everything, secrets too, for the store alone."""
        return asdict(self)

    @property
    def again(self) -> str:
        """The command that connects it anew."""
        named = "" if self.name == self.service.value else f" --name {self.name}"
        return f"outreach connect {self.service.value}{named}"


def from_json(told: Mapping[str, Any]) -> Connection:
    """Return the connection that ``to_json`` wrote.

    Raises:
        TypeError, ValueError, KeyError: It is none.
    """
    return Connection(
        **{
            **told,
            "service": Service(told["service"]),
            "kind": Kind(told["kind"]),
            "account": Account(**told["account"]),
            "scopes": tuple(str(scope) for scope in told["scopes"]),
        }
    )


def checked_name(name: str) -> str:
    """Return the name, if it is one.

    Raises:
        ConfigError: ``bad_name``.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(
            "A connection's name is made of small letters, digits, `-` and `_`, 40 at most.",
            code="bad_name",
            remedy="Choose another one.",
        )
    return name
