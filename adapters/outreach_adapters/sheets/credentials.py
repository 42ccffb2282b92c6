"""How we are let in: one class per way, each with the token address passed in.

The rule: nothing is read or made before ``build`` is called, and no secret appears in an error.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from google.auth.credentials import Credentials
from google.oauth2 import credentials as oauth
from google.oauth2 import service_account

from outreach_adapters.auth.chosen import Chosen, chosen
from outreach_adapters.auth.connections import Kind, Service
from outreach_adapters.auth.token_file import TokenKeeper
from outreach_adapters.environment import SANDBOX, guard_base_url
from outreach_core.errors import ConfigError

CREDENTIALS = ("service_account_json", "service_account_file", "refresh_token")
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
# https://developers.google.com/workspace/sheets/api/scopes
SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
READ_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)


class Way(Protocol):
    """One way to be let in."""

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Return credentials that fetch their tokens at this address."""


class _ServiceAccount(service_account.Credentials):
    """Without google-auth's background look-up of allowed regions.

    It would send the token to ``iamcredentials.googleapis.com``, wherever the token came from, and no
    setting turns it off (``Credentials._is_regional_access_boundary_lookup_required`` in google-auth).
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


@dataclass(frozen=True)
class ServiceAccountKey:
    """The JSON key of a service account that the spreadsheet is shared with."""

    text: str = field(repr=False)
    setting: str = "service_account_json"

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Return credentials; the key's own ``token_uri`` is not used."""
        try:
            info: Mapping[str, Any] = json.loads(self.text)
            return _from_key({**info, "token_uri": token_url}, scopes)
        except (ValueError, TypeError, AttributeError):
            raise ConfigError(
                f"`{self.setting}` is not the JSON key of a service account.",
                code="bad_credentials",
                remedy="Download a key (JSON) of the service account from the Google Cloud console.",
                setting=self.setting,
            ) from None


@dataclass(frozen=True)
class ServiceAccountFile:
    """The same key, in a file."""

    path: str

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Read the file and return credentials."""
        try:
            text = Path(self.path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                "The file of `service_account_file` cannot be read.",
                code="bad_credentials",
                remedy="Set it to the path of the service account's JSON key.",
                setting="service_account_file",
            ) from None
        return ServiceAccountKey(text, "service_account_file").build(token_url, scopes)


@dataclass(frozen=True)
class OAuthUser:
    """A person who let our OAuth client in."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Return credentials; the scopes are those the person agreed to.

        ``from_authorized_user_info`` would put Google's token address in place of ours.
        """
        return oauth.Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=self.refresh_token,
            token_uri=token_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
        )


class _Kept(oauth.Credentials):
    """Credentials of a connection: another refresh token is kept before the access token is used."""

    def __init__(self, kept: TokenKeeper, **given: Any) -> None:
        super().__init__(None, **given)  # type: ignore[no-untyped-call]
        self._kept = kept

    def refresh(self, request: Any) -> None:
        """Fetch an access token with the newest refresh token."""
        with self._kept.alone():
            given = self._kept.newest(str(self._refresh_token))
            self._refresh_token = given
            super().refresh(request)  # type: ignore[no-untyped-call]
            if self._refresh_token != given:
                self._kept.keep(given, str(self._refresh_token))


@dataclass(frozen=True)
class ConnectedUser:
    """A person who connected their account."""

    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_url: str
    kept: TokenKeeper

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Return credentials; tokens are fetched where the account was connected."""
        return _Kept(
            self.kept,
            refresh_token=self.refresh_token,
            token_uri=self.token_url,
            client_id=self.client_id,
            client_secret=self.client_secret,
        )


@dataclass(frozen=True)
class SandboxDummy:
    """A person who exists nowhere: the sandbox lets everybody in."""

    def build(self, token_url: str, scopes: tuple[str, ...]) -> Credentials:
        """Return credentials; no key is made, for that costs a run a tenth of a second."""
        return OAuthUser("sandbox", "sandbox", "sandbox").build(token_url, scopes)


def _from_key(info: Mapping[str, Any], scopes: tuple[str, ...]) -> Credentials:
    found: Credentials = _ServiceAccount.from_service_account_info(  # type: ignore[no-untyped-call]
        info, scopes=scopes
    )
    return found


def way_from(config: Mapping[str, Any]) -> Way:
    """Choose the way the settings describe.

    | # | settings                                     | way                             |
    |---|----------------------------------------------|---------------------------------|
    | 1 | connection                                   | ConnectedUser, or the key in it |
    | 2 | the environment is ``sandbox``               | SandboxDummy                    |
    | 3 | service_account_json                         | ServiceAccountKey               |
    | 4 | service_account_file                         | ServiceAccountFile              |
    | 5 | client_id + client_secret + refresh_token    | OAuthUser                       |

    Raises:
        ConfigError: None of them.
    """
    connected = chosen(config, Service.GOOGLE, CREDENTIALS)
    if connected:  # (1)
        return _connected(connected, str(config.get("outreach_environment") or ""))
    if config.get("outreach_environment") == SANDBOX:  # (2)
        return SandboxDummy()
    if config.get("service_account_json"):  # (3)
        return ServiceAccountKey(str(config["service_account_json"]))
    if config.get("service_account_file"):  # (4)
        return ServiceAccountFile(str(config["service_account_file"]))
    names = ("client_id", "client_secret", "refresh_token")
    if all(config.get(name) for name in names):  # (5)
        return OAuthUser(*(str(config[name]) for name in names))
    raise ConfigError(
        "There are no Google credentials.",
        code="no_credentials",
        remedy="Connect the account (`outreach connect google`) and set `connection`, or set "
        "`service_account_json` or `service_account_file`, or all of `client_id`, "
        "`client_secret` and `refresh_token`.",
    )


def _connected(found: Chosen, environment: str) -> Way:
    one = found.connection
    if one.kind is Kind.SERVICE_ACCOUNT:
        return ServiceAccountKey(one.service_account, "connection")
    url = guard_base_url(environment or "prod", one.token_url, "token_url", GOOGLE_TOKEN_URL)
    return ConnectedUser(one.client_id, one.client_secret, one.refresh_token, url, found.kept)


def token_url_from(config: Mapping[str, Any]) -> str:
    """Return where tokens are fetched; in the sandbox only from this machine."""
    environment = str(config.get("outreach_environment") or "")
    return guard_base_url(environment, config.get("token_url"), "token_url", GOOGLE_TOKEN_URL)
