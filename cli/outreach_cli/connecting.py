"""Connects an account, tries it and lets go of it. Rule: what lacks something is not kept.

A name that leads to one account never comes to lead to another one: that would move a running sync.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Thread

from outreach_adapters.auth import consent, redirect
from outreach_adapters.auth.connections import Connection, Kind, Service, checked_name
from outreach_adapters.auth.consent import App, Asked, Grant, Vendor
from outreach_adapters.auth.store import ConnectionStore
from outreach_cli import vendors
from outreach_cli.settings import SANDBOX, Settings
from outreach_core.errors import ConfigError

DUMMY = "sandbox"
NOT_REVOKED = {
    Kind.TOKEN: "Its token goes on working until somebody deletes it in HubSpot, in the settings of "
    "the private app or service key.",
    Kind.SERVICE_ACCOUNT: "Its key goes on working until somebody deletes it in the Google Cloud "
    "console.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked to connect."""

    settings: Settings
    service: Service
    name: str
    login_url: str = ""
    port: int | None = None

    @property
    def config(self) -> dict[str, object]:
        """The settings by the names the service's plugins give them."""
        given = {"login_url": self.login_url} if self.login_url else {}
        return vendors.config_of(self.settings, self.service, **given)

    @property
    def vendor(self) -> Vendor:
        """How the vendor's consent works."""
        return vendors.consent(self.service).vendor(self.config)

    @property
    def store(self) -> ConnectionStore:
        """Where it is kept."""
        return store_of(self.settings)

    @property
    def redirect_port(self) -> int:
        """The port people come back to."""
        return self.vendor.port if self.port is None else self.port


@dataclass(frozen=True, slots=True)
class Person:
    """How a person is spoken to; `paste` is set where no browser of theirs reaches this machine."""

    tell: Callable[[str], None]
    open: Callable[[str], bool]
    paste: Callable[[], str] | None = None
    seconds: float = 300.0


def store_of(settings: Settings) -> ConnectionStore:
    """Return the store of the project."""
    return ConnectionStore(settings.connections_file)


def app_of(wanted: Wanted, client_id: str, secret: Callable[[], str]) -> App:
    """Return the app people let in.

    | # | where its id comes from | its secret |
    |---|---|---|
    | 1 | the option | the option or the prompt; that of the settings if they name the same app |
    | 2 | the settings | the settings, else the prompt |
    | 3 | the sandbox takes any | a dummy |
    | 4 | nowhere | `ConfigError` no_client_id |
    """
    known_id, known_secret = vendors.app_of(wanted.settings, wanted.service)
    chosen = client_id or known_id
    if wanted.settings.environment == SANDBOX and not client_id:  # (3)
        return App(DUMMY, DUMMY)
    if not chosen:  # (4)
        raise _no_app(wanted)
    kept = known_secret if chosen == known_id else ""
    found = kept or secret()  # (1) (2)
    if not found and wanted.service is not Service.SALESFORCE:
        raise ConfigError(
            f"An app of {wanted.service.called} has a secret, and none was given.",
            code="no_client_secret",
            remedy=f"Set {_variable(wanted.service, 'CLIENT_SECRET')}, or use --secret-stdin.",
        )
    return App(chosen, found)


def by_consent(
    wanted: Wanted,
    app: App,
    person: Person,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
) -> Connection:
    """Ask a person on the vendor's page, and keep what they granted."""
    checked_name(wanted.name)
    vendor = wanted.vendor
    if person.paste is not None:
        uri = redirect.redirect_uri(vendor.host, wanted.redirect_port or vendor.port or 8765)
        asked = _asked(vendor, app, uri, person)
        answered = person.paste()
    else:
        with redirect.listening(vendor.host, wanted.redirect_port) as listener:
            asked = _asked(vendor, app, listener.uri, person)
            # a browser that is told to open a page may itself wait for the answer's page
            Thread(target=_open, args=(person, asked.url), daemon=True).start()
            answered = listener.wait(person.seconds, monotonic)
    answer = consent.exchange(vendor, app, asked, consent.code_of(answered, asked))
    grant = vendors.consent(wanted.service).grant_of(wanted.config, answer)
    consent.refuse_missing(vendor, grant.scopes)
    if not grant.refresh_token:
        raise _no_refresh_token(vendor)
    made = replace(
        _connection(wanted, Kind.OAUTH, grant, now()),
        token_url=vendor.token_url,
        client_id=app.client_id,
        client_secret=app.client_secret,
    )
    return _keep(wanted, made)


def by_token(wanted: Wanted, token: str, now: Callable[[], datetime]) -> Connection:
    """Keep the token of a private app or service key, once HubSpot has said what it may do."""
    checked_name(wanted.name)
    grant: Grant = vendors.more(wanted.service, "private_app")(wanted.config, token)
    vendor = wanted.vendor
    if grant.scopes:
        consent.refuse_missing(vendor, ("oauth", *grant.scopes))
    made = _connection(wanted, Kind.TOKEN, grant, now())
    return _keep(wanted, replace(made, access_token=token))


def by_service_account(wanted: Wanted, text: str, now: Callable[[], datetime]) -> Connection:
    """Keep a service account's key, once Google has given a token for it."""
    checked_name(wanted.name)
    grant: Grant = vendors.more(wanted.service, "service_account")(wanted.config, text)
    made = _connection(wanted, Kind.SERVICE_ACCOUNT, grant, now())
    return _keep(wanted, replace(made, service_account=text))


def let_go(settings: Settings, name: str) -> tuple[bool, str]:
    """Forget a connection after asking its vendor to end it; return whether that is so, and how.

    | # | kind | at the vendor | here |
    |---|---|---|---|
    | 1 | a person's consent | ended | forgotten |
    | 2 | a person's consent | no answer, or refused | forgotten, and said so |
    | 3 | a token or a key | only a person can delete it | forgotten, and said so |
    """
    store = store_of(settings)
    found = existing(store, settings, name)
    ended: list[bool] = []
    store.forget(settings.environment, name, lambda one: ended.append(_ended(settings, one)))
    if found.kind is not Kind.OAUTH:  # (3)
        return True, f"Forgotten here: {name}. {NOT_REVOKED[found.kind]}"
    if ended == [True]:  # (1)
        told = f"Revoked at {found.service.called}, and forgotten here: {name}."
        return True, told + _also_over(store, found)
    return False, (  # (2)
        f"Forgotten here: {name}. {found.service.called} did not confirm that it is revoked: take the "
        "app away in the account's own settings (connected apps)."
    )


def existing(store: ConnectionStore, settings: Settings, name: str) -> Connection:
    """Return the connection of this name.

    Raises:
        ConfigError: ``no_connection``.
    """
    found = store.find(settings.environment, name)
    if found is None:
        raise ConfigError(
            f"There is no connection {name}.",
            code="no_connection",
            remedy="See them with: outreach connect status",
        )
    return found


def _open(person: Person, url: str) -> None:
    if not person.open(url):
        person.tell("No browser could be opened: open that address yourself.")


def _asked(vendor: Vendor, app: App, uri: str, person: Person) -> Asked:
    asked = consent.ask(vendor, app, uri)
    person.tell(f"The app has to know this redirect URL: {uri}")
    person.tell(f"Open this address, if no browser does so:\n{asked.url}")
    return asked


def _connection(wanted: Wanted, kind: Kind, grant: Grant, at: datetime) -> Connection:
    return Connection(
        name=wanted.name,
        environment=wanted.settings.environment,
        service=wanted.service,
        kind=kind,
        connected_at=at.isoformat(timespec="seconds"),
        account=grant.account,
        scopes=grant.scopes,
        login_url=str(wanted.config.get("login_url") or ""),
        api_url=grant.api_url,
        ends_at=_ends(grant, at),
        refresh_token=grant.refresh_token,
    )


def _keep(wanted: Wanted, made: Connection) -> Connection:
    _refuse_other(wanted.store.find(made.environment, made.name), made)
    wanted.store.put(made)
    return made


def _ends(grant: Grant, at: datetime) -> str:
    if grant.lasts is None:
        return ""
    return (at + timedelta(seconds=grant.lasts)).isoformat(timespec="seconds")


def _refuse_other(before: Connection | None, made: Connection) -> None:
    same = before is None or (before.service, before.account.id) == (made.service, made.account.id)
    if same or not before:
        return
    raise ConfigError(
        f"{made.name} already leads to {before.service.called} {before.account.name}, and this is "
        f"{made.service.called} {made.account.name}.",
        code="other_account",
        remedy="Choose another name with --name, or let go of that one first: "
        f"outreach connect revoke {made.name}",
    )


def _ended(settings: Settings, found: Connection) -> bool:
    if found.kind is not Kind.OAUTH:
        return False
    config = vendors.config_of(settings, found.service, login_url=found.login_url)
    door = vendors.consent(found.service)
    return consent.revoke(door.vendor(config), door.revoking(found))


def _also_over(store: ConnectionStore, gone: Connection) -> str:
    """Say what ended with it: Google takes away all that a person gave an app.

    https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke
    """
    if gone.service is not Service.GOOGLE:
        return ""
    same = (gone.service, gone.kind, gone.client_id, gone.account)
    others = [
        one.name
        for one in store.every(gone.environment)
        if (one.service, one.kind, one.client_id, one.account) == same
    ]
    told = f" Over too, for it is the same account and app: {', '.join(others)}."
    return told if others else ""


def _variable(service: Service, name: str) -> str:
    return f"OUTREACH_{service.value.upper()}_{name}"


def _no_app(wanted: Wanted) -> ConfigError:
    uri = redirect.redirect_uri(wanted.vendor.host, wanted.redirect_port)
    where = "" if uri.endswith(":0/callback") else f" with the redirect URL {uri}"
    return ConfigError(
        f"Nothing says which app of {wanted.service.called} is to be let in.",
        code="no_client_id",
        remedy=f"Make one{where} (docs/how-to/connect-{wanted.service.value}.md), and name its id with "
        f"--client-id or {_variable(wanted.service, 'CLIENT_ID')}.",
    )


def _no_refresh_token(vendor: Vendor) -> ConfigError:
    return ConfigError(
        f"{vendor.service.called} gave access for now, but not for later.",
        code="no_refresh_token",
        remedy="Let the app's settings allow refresh tokens, and connect again. Nothing was kept.",
    )
