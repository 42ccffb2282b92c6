"""Where an access token comes from: a fixed one, or one fetched with a refresh token.

Rule: a token is never part of a message, a repr or a log line.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from outreach_adapters.auth.token_file import TokenKeeper
from outreach_core.errors import ConfigError, OutreachError, Retriable

# a token is renewed this long before it ends: a call takes time, and clocks differ
EARLY = 60.0
TIMEOUT = (10, 30)
# for an answer that does not say how long its token lives
SHORT_LIFE = 300.0
SERVER_ERRORS = 500
TOO_MANY = 429


class TokenSource(Protocol):
    """Gives an access token that is valid now."""

    def token(self) -> str:
        """Return the access token to send."""
        ...

    def refresh(self) -> bool:
        """Fetch a new one because the present one was refused; False: there is no other."""
        ...


@dataclass(frozen=True)
class StaticToken:
    """The token of a private app or a service key: it does not expire and cannot be renewed."""

    access_token: str = field(repr=False)

    def token(self) -> str:
        """Return the token."""
        return self.access_token

    def refresh(self) -> bool:
        """Say that there is no other."""
        return False


@dataclass(frozen=True)
class OAuthClient:
    """What an installed app needs to fetch access tokens.

    Attributes:
        remedy: What a person does when they are refused.
    """

    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    remedy: str = "Connect the account again."


class RefreshedToken:
    """An access token that is fetched, kept while it is valid, and fetched again.

    Args:
        client: Where and as whom tokens are fetched.
        clock: Seconds that only grow.
        kept: Where the newest refresh token is kept, for the programs that come after.
    """

    def __init__(
        self,
        client: OAuthClient,
        *,
        clock: Callable[[], float],
        kept: TokenKeeper | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._kept = kept
        self._refresh_token = client.refresh_token
        self._access_token = ""
        self._valid_until = float("-inf")

    def token(self) -> str:
        """Return a token with at least a minute to live."""
        if self._clock() >= self._valid_until - EARLY:
            self.refresh()
        return self._access_token

    def refresh(self) -> bool:
        """Fetch a new access token; another refresh token beside it is kept before it is used."""
        with self._kept.alone() if self._kept else contextlib.nullcontext():
            if self._kept:
                self._refresh_token = self._kept.newest(self._refresh_token)
            answer = self._fetch()
            asked_at = self._clock()
            rotated = str(answer.get("refresh_token") or self._refresh_token)
            if rotated != self._refresh_token:
                if self._kept:
                    self._kept.keep(self._client.refresh_token, rotated)
                self._refresh_token = rotated
        self._access_token = str(answer["access_token"])
        self._valid_until = asked_at + float(answer.get("expires_in") or SHORT_LIFE)
        return True

    def _fetch(self) -> dict[str, Any]:
        # client_secret_post: the token endpoints take the client's credentials in the form
        session = OAuth2Session(
            self._client.client_id,
            self._client.client_secret,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - a method's name
        )
        try:
            with session:
                answer = session.refresh_token(
                    self._client.token_url, refresh_token=self._refresh_token, timeout=TIMEOUT
                )
        except (OAuthError, requests.RequestException, ValueError) as error:
            raise _refused(error, self._client.remedy) from None
        if not answer.get("access_token"):
            raise Retriable("The token endpoint answered without a token.", code="token_answer")
        return dict(answer)


def _refused(error: Exception, remedy: str) -> OutreachError:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        status = error.response.status_code
        if status >= SERVER_ERRORS or status == TOO_MANY:
            return Retriable(f"The token endpoint answered {status}.", code="token_unavailable")
        return _bad_credentials(f"http_{status}", remedy)
    if isinstance(error, OAuthError):
        return _bad_credentials(str(error.error), remedy)
    return Retriable("The token endpoint cannot be reached.", code="token_unreachable")


def _bad_credentials(word: str, remedy: str) -> ConfigError:
    return ConfigError(
        f"The vendor refused the refresh token ({word[:40]}).",
        code="bad_credentials",
        remedy=remedy,
    )
