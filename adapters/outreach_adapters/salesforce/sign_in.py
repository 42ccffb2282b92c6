"""How we are let in: one class per way, and the token each of them gets.

The rule: a session lasts until a call is refused, for no answer says how long it lives; no secret is
part of a message, and a new refresh token is kept before the access token beside it is used.

https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flows.htm
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from jwt.exceptions import PyJWTError
from simple_salesforce.exceptions import SalesforceAuthenticationFailed
from simple_salesforce.login import SalesforceLogin

from outreach_adapters.auth.token_file import TokenKeeper
from outreach_adapters.salesforce.errors import mask
from outreach_adapters.salesforce.wire import TIMEOUT, OneOrigin
from outreach_core.errors import ConfigError, OutreachError, Retriable

# https://developer.salesforce.com/docs/platform/api/guide/sforce-api-calls-login.html: the SOAP
# call is not in 65.0 and later
API_VERSION = "64.0"
TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - a path
TEST_HOST = "test.salesforce.com"
SHARED_HOSTS = ("login.salesforce.com", TEST_HOST)
# what the vendor says of itself, not of the credentials
_BUSY = ("SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "server_error", "temporarily_unavailable")
CONNECT = "Connect the org again: outreach connect salesforce."
_REMEDIES = (
    ("no client credentials user", "Name a user to run as in the app's client credentials policy."),
    ("approved this consumer", "Let an administrator approve the app for this user beforehand."),
    ("udience", "Set `login_url` to the address the user signs in at."),
    ("UNSUPPORTED_API_VERSION", "Salesforce ends this way of signing in; use OAuth."),
    ("INVALID_OPERATION", "The org has this way of signing in switched off; use OAuth."),
    ("INVALID_LOGIN", "Check user name, password and security token."),
)


@dataclass(frozen=True)
class Access:
    """A session: its token, and the host it is good at."""

    token: str = field(repr=False)
    instance: str


class Way(Protocol):
    """One way to be let in."""

    def sign_in(self, wire: OneOrigin) -> Access:
        """Return a new session; the wire leads to the address people sign in at."""


@dataclass(frozen=True)
class RefreshToken:
    """A person who let our app in once.

    Without a place to keep tokens in, an org that replaces them at every use cannot be worked with.
    """

    client_id: str
    refresh_token: str = field(repr=False)
    client_secret: str | None = field(default=None, repr=False)
    kept: TokenKeeper | None = None

    def sign_in(self, wire: OneOrigin) -> Access:
        """Exchange the newest refresh token; another one that comes back is kept first."""
        with self.kept.alone() if self.kept else contextlib.nullcontext():
            given = self.refresh_token
            token = self.kept.newest(given) if self.kept else given
            answer = self._exchange(wire, token)
            following = str(answer.get("refresh_token") or token)
            if following != token:
                self._keep(following)
        return Access(str(answer["access_token"]), str(answer.get("instance_url") or ""))

    def _exchange(self, wire: OneOrigin, token: str) -> dict[str, Any]:
        method = "client_secret_post" if self.client_secret else "none"
        session = OAuth2Session(
            self.client_id, self.client_secret, token_endpoint_auth_method=method
        )
        session.trust_env = wire.trust_env
        session.register_compliance_hook("refresh_token_response", wire.heard)
        with session, _told(wire):
            answer = session.refresh_token(
                wire.origin + TOKEN_PATH,
                refresh_token=token,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        if not answer.get("access_token"):
            raise Retriable("The token endpoint answered without a token.", code="token_answer")
        return dict(answer)

    def _keep(self, token: str) -> None:
        if self.kept is None:
            raise ConfigError(
                "Salesforce replaces the refresh token at every use, and there is no file to keep it in.",
                code="no_token_file",
                remedy="Set `token_file`, then connect the account again: the present token is spent.",
                setting="token_file",
            )
        self.kept.keep(self.refresh_token, token)


@dataclass(frozen=True)
class JwtBearer:
    """A user an administrator approved beforehand, proven by the app's private key."""

    client_id: str
    username: str
    private_key: str | None = field(default=None, repr=False)
    private_key_file: str | None = None

    def sign_in(self, wire: OneOrigin) -> Access:
        """Sign an assertion and exchange it."""
        # the audience is one of the two shared hosts, wherever the user signs in
        host = urlsplit(wire.origin).hostname or ""
        test = host == TEST_HOST or ".sandbox." in host
        return _by_library(
            wire,
            domain="test" if test else "login",
            username=self.username,
            consumer_key=self.client_id,
            privatekey=self._key(),
        )

    def _key(self) -> str:
        if self.private_key:
            return self.private_key
        try:
            return Path(self.private_key_file or "").read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            raise ConfigError(
                "The file of `private_key_file` cannot be read.",
                code="bad_credentials",
                remedy="Set it to the path of the app's private key (PEM).",
                setting="private_key_file",
            ) from None


@dataclass(frozen=True)
class ClientCredentials:
    """The app itself, as the user its administrator named."""

    client_id: str
    client_secret: str = field(repr=False)

    def sign_in(self, wire: OneOrigin) -> Access:
        """Exchange the app's own credentials; only an org's own address takes them."""
        if urlsplit(wire.origin).hostname in SHARED_HOSTS:
            raise ConfigError(
                "An app can sign in as itself at the org's own address alone.",
                code="shared_login_url",
                remedy="Set `login_url` to the org's My Domain address.",
                setting="login_url",
            )
        return _by_library(
            wire,
            domain="my-domain",
            consumer_key=self.client_id,
            consumer_secret=self.client_secret,
        )


@dataclass(frozen=True)
class Password:
    """A user with password and security token, by SOAP: on its way out, and off in new orgs."""

    username: str
    password: str = field(repr=False)
    security_token: str = field(repr=False)

    def sign_in(self, wire: OneOrigin) -> Access:
        """Call SOAP's ``login``."""
        return _by_library(
            wire,
            username=self.username,
            password=self.password,
            security_token=self.security_token,
            sf_version=API_VERSION,
        )


class Sessions:
    """The present session, fetched when it is first needed and again when it is refused.

    Args:
        way: How to sign in.
        wire: Leads to the address people sign in at.
        base_url: The org's own address; empty: where the sign-in says it is.
    """

    def __init__(self, way: Way, wire: OneOrigin, base_url: str = "") -> None:
        self._way = way
        self._wire = wire
        self._base_url = base_url
        self._access: Access | None = None

    def token(self) -> str:
        """Return the access token to send."""
        return self._present().token

    def origin(self) -> str:
        """Return scheme and host of the org."""
        return self._base_url or _origin(self._present().instance, self._wire.origin)

    def refresh(self) -> bool:
        """Sign in again because the session was refused."""
        self._access = self._way.sign_in(self._wire)
        return True

    def vendor_now(self) -> float | None:
        """Return the time at Salesforce as the sign-in told it."""
        return self._wire.vendor_now()

    def _present(self) -> Access:
        if self._access is None:
            self.refresh()
        assert self._access is not None  # noqa: S101 - refresh sets it or raises
        return self._access


def _by_library(wire: OneOrigin, **credentials: Any) -> Access:
    """Sign in with simple-salesforce; its ``warnings.warn`` would print the app's id."""
    with _told(wire), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        token, instance = SalesforceLogin(session=wire, **credentials)
    if not token or not instance:
        raise Retriable("The token endpoint answered without a token.", code="token_answer")
    return Access(str(token), str(instance))


def _origin(instance: str, login: str) -> str:
    """Return the org's origin; plain HTTP only where the sign-in itself was plain HTTP."""
    host = instance.split("://", 1)[-1].split("/", 1)[0]
    if not host:
        raise ConfigError(
            "Salesforce did not say where the org lives.",
            code="no_instance",
            remedy="Set `api_base_url` to the org's My Domain address.",
            setting="api_base_url",
        )
    return f"{urlsplit(login).scheme or 'https'}://{host}"


@contextlib.contextmanager
def _told(wire: OneOrigin) -> Iterator[None]:
    """Raise our error for whatever a sign-in raised, without the vendor's text in its cause.

    | # | what happened | error |
    |---|---|---|
    | 1 | the vendor is busy, or 5xx or 429 | `Retriable` token_unavailable |
    | 2 | it refused | `ConfigError` bad_credentials |
    | 3 | no connection, or no answer | `Retriable` token_unreachable |
    | 4 | the library stumbled over the answer | by the answer's status: (1), else (5) |
    | 5 | the private key is none | `ConfigError` bad_credentials |
    """
    told: OutreachError
    try:
        yield
    except SalesforceAuthenticationFailed as error:
        told = _refused(error.code, str(error.auth_message or ""))  # (1) (2)
    except OAuthError as error:
        told = _refused(error.error, str(error.description or ""))  # (1) (2)
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else 500
        told = _refused(status, "")  # (1) (2)
    except requests.RequestException:
        told = Retriable("The sign-in cannot be reached.", code="token_unreachable")  # (3)
    except (AttributeError, KeyError, TypeError, ValueError, PyJWTError):
        told = _refused(wire.status, "") if _busy(wire.status) else _unreadable()  # (4) (5)
    else:
        return
    raise told


def _busy(code: object) -> bool:
    return (isinstance(code, int) and (code >= 500 or code == 429)) or code in _BUSY


def _unreadable() -> ConfigError:
    return ConfigError(
        "The private key or the answer to the sign-in cannot be read.",
        code="bad_credentials",
        remedy="Check `private_key` and `login_url`.",
    )


def _refused(code: object, message: str) -> OutreachError:
    if _busy(code):
        return Retriable(f"The sign-in answered {code}.", code="token_unavailable")
    words = f"{code}: {mask(message)}" if message else str(code)
    remedy = next((to_do for sign, to_do in _REMEDIES if sign in words), CONNECT)
    return ConfigError(
        f"Salesforce refused the sign-in ({words[:120]}).", code="bad_credentials", remedy=remedy
    )
