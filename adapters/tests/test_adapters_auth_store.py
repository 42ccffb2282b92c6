"""Connected accounts are kept in a private file, and a token that replaces another one is not lost."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from google.auth.transport.requests import Request

from outreach_adapters.auth.chosen import chosen
from outreach_adapters.auth.connections import Account, Connection, Kind, Service
from outreach_adapters.auth.store import ConnectionStore, ConnectionTokens
from outreach_adapters.hubspot.connect import connect as hubspot_client
from outreach_adapters.salesforce.connect import connect as salesforce_client
from outreach_adapters.salesforce.sign_in import RefreshToken
from outreach_adapters.salesforce.wire import OneOrigin
from outreach_adapters.sheets.credentials import SCOPES, way_from
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running, running

SECRETS = ("the-client-secret", "the-refresh-token", "the-access-token", "the-key")
ONE = Connection(
    name="main",
    environment="prod",
    service=Service.HUBSPOT,
    kind=Kind.OAUTH,
    connected_at="2026-11-23T09:00:00+00:00",
    account=Account("8675309", "Example Ltd"),
    scopes=("oauth", "crm.objects.contacts.read"),
    token_url="https://api.hubapi.com/oauth/2026-03/token",
    client_id="the-app",
    client_secret=SECRETS[0],
    refresh_token=SECRETS[1],
    access_token=SECRETS[2],
    service_account=SECRETS[3],
)


@pytest.fixture
def store(tmp_path: Path) -> ConnectionStore:
    return ConnectionStore(tmp_path / "kept" / "connections.json")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running(switches={"salesforce.rotate_refresh_tokens": True}) as found:
        yield found


def test_what_was_put_is_found(store: ConnectionStore):
    """Every part of a connection comes back, by environment and name."""
    other = replace(ONE, name="other")
    store.put(other)
    store.put(ONE)
    assert (ONE, other) == store.every("prod")
    assert ONE == store.find("prod", "main")


def test_a_sandbox_has_names_of_its_own(store: ConnectionStore):
    """Connecting in the sandbox never replaces a real account of the same name."""
    store.put(ONE)
    store.put(replace(ONE, environment="sandbox", client_id="a-dummy"))
    assert "the-app" == store.find("prod", "main").client_id
    assert store.forget("sandbox", "main")
    assert ONE == store.find("prod", "main")


def test_file_and_folder_are_their_owners_alone(store: ConnectionStore):
    """Nobody else may read tokens, nor list what is connected."""
    store.put(ONE)
    assert 0o700 == store.path.parent.stat().st_mode & 0o777
    files = [one for one in store.path.parent.iterdir() if one.is_file()]
    assert {0o600} == {one.stat().st_mode & 0o777 for one in files}


def test_a_file_that_others_may_read_is_refused(store: ConnectionStore):
    """A copy with wider rights is not used, and the remedy says what to do."""
    store.put(ONE)
    store.path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        store.find("prod", "main")


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2, "connections": []}', "{"])
def test_a_file_that_is_no_store_is_left_as_it_is(store: ConnectionStore, text: str):
    """What cannot be read is not written over."""
    store.put(ONE)
    store.path.write_text(text)
    with pytest.raises(ConfigError, match="holds no connections"):
        store.put(ONE)
    assert text == store.path.read_text()


def test_secrets_show_nowhere_but_in_the_file(store: ConnectionStore):
    """A representation has none of them; the file has all of them."""
    store.put(ONE)
    assert [] == [secret for secret in SECRETS if secret in repr(ONE) + str(ONE)]
    assert [] == [secret for secret in SECRETS if secret not in store.path.read_text()]


def test_a_bad_name_is_refused(store: ConnectionStore):
    """A name is never a path."""
    with pytest.raises(ConfigError, match="small letters"):
        store.put(replace(ONE, name="../main"))


def test_a_forgotten_connection_gives_no_token(store: ConnectionStore):
    """A process that still holds a revoked connection is told so."""
    store.put(ONE)
    tokens = ConnectionTokens(store, "prod", "main")
    store.forget("prod", "main")
    with pytest.raises(ConfigError, match="no longer there"):
        tokens.newest("anything")


def named(store: ConnectionStore, name: str = "main", **more: Any) -> dict[str, Any]:
    return {
        "outreach_environment": "prod",
        "connection": name,
        "connections_file": str(store.path),
        **more,
    }


@pytest.mark.parametrize(
    ("settings", "service", "code"),
    [
        ({"refresh_token": "an-old-one"}, Service.HUBSPOT, "two_credentials"),
        ({"connection": "another"}, Service.HUBSPOT, "no_connection"),
        ({}, Service.GOOGLE, "other_service"),
        ({"connections_file": ""}, Service.HUBSPOT, "connections_file"),
    ],
)
def test_a_connection_that_cannot_be_meant_is_refused(
    store: ConnectionStore, settings: dict[str, str], service: Service, code: str
):
    """Beside other credentials, unknown, another service's, or nowhere: an error with its remedy."""
    store.put(ONE)
    with pytest.raises(ConfigError) as caught:
        chosen(named(store, **settings), service, ("refresh_token",))
    assert code == caught.value.code
    assert caught.value.remedy
    assert "an-old-one" not in str(caught.value)


def test_in_the_sandbox_what_is_meant_for_production_is_left_alone(store: ConnectionStore):
    """A name in `.env` of which the sandbox has none means dummies, as other credentials there do."""
    store.put(ONE)
    config = named(store, outreach_environment="sandbox", refresh_token="an-old-one")
    assert None is chosen(config, Service.HUBSPOT, ("refresh_token",))


def sign_in_often(path: str, origin: str, times: int, together: Any = None) -> None:
    """What a plugin does: sign in with the newest refresh token (in a process of its own)."""
    if together is not None:
        together.wait(60)
    tokens = ConnectionTokens(ConnectionStore(Path(path)), "sandbox", "main")
    way = RefreshToken("the-app", "the-first", None, tokens)
    wire = OneOrigin(origin, clock=lambda: 0.0, trust_env=False)
    for _ in range(times):
        way.sign_in(wire)


def test_processes_that_refresh_at_once_lose_no_token(store: ConnectionStore, sandbox: Running):
    """Each use ends the token before it; two processes sign in at the same time, and nobody is refused."""
    salesforce = replace(
        ONE, environment="sandbox", service=Service.SALESFORCE, refresh_token="the-first"
    )
    store.put(salesforce)
    # the answer comes late, so that whoever does not wait asks with a token that is over
    slow = {"vendor": "salesforce", "operation": "oauth.token", "kind": "after"}
    sandbox.control.queue_faults({**slow, "delay_seconds": 0.05, "times": 8})
    fresh = multiprocessing.get_context("spawn")
    together = fresh.Barrier(2)
    arguments = (str(store.path), sandbox.salesforce_url, 4)
    started = [fresh.Process(target=sign_in_often, args=(*arguments, together)) for _ in range(2)]
    for one in started:
        one.start()
    for one in started:
        one.join(60)
    assert [0, 0] == [one.exitcode for one in started]
    kept = json.loads(store.path.read_text())["connections"][0]["refresh_token"]
    assert kept not in ("the-first", "the-refresh-token")
    sign_in_often(*arguments[:2], 1)


def test_a_new_token_is_on_the_disk_before_its_access_token_is_used(
    store: ConnectionStore, sandbox: Running
):
    """When sign-in returns, the store already holds the token that replaced the one it used."""
    store.put(replace(ONE, environment="sandbox", service=Service.SALESFORCE))
    seen: list[str] = []
    tokens = ConnectionTokens(store, "sandbox", "main")
    way = RefreshToken("the-app", ONE.refresh_token, None, tokens)
    wire = OneOrigin(sandbox.salesforce_url, clock=lambda: 0.0, trust_env=False)
    access = way.sign_in(wire)
    seen.append(store.find("sandbox", "main").refresh_token)
    assert access.token
    assert seen[0] != ONE.refresh_token


def test_what_is_told_before_it_is_forgotten_is_the_newest_token(store: ConnectionStore):
    """A token that was replaced meanwhile is the one a revoke has to name."""
    store.put(ONE)
    store.renew("prod", "main", "the-newest")
    told: list[str] = []
    assert store.forget("prod", "main", lambda one: told.append(one.refresh_token))
    assert (["the-newest"], None) == (told, store.find("prod", "main"))


@pytest.mark.parametrize("service", list(Service))
def test_in_the_sandbox_a_connection_leads_to_this_machine_alone(
    store: ConnectionStore, service: Service
):
    """A connection whose addresses are a vendor's is refused before a client is built."""
    outside = {"token_url": "https://example.com/token", "login_url": "https://example.com"}
    store.put(replace(ONE, environment="sandbox", service=service, **outside))
    here = dict.fromkeys(("api_base_url", "token_url", "login_url"), "http://127.0.0.1:9")
    config = named(store, outreach_environment="sandbox", **here)
    common: dict[str, Any] = {"sleep": lambda _seconds: None, "rng": random.Random(1)}
    build: dict[Service, Callable[[], Any]] = {
        Service.HUBSPOT: lambda: hubspot_client(config, **common),
        Service.SALESFORCE: lambda: salesforce_client(config, **common),
        Service.GOOGLE: lambda: way_from(config),
    }
    with pytest.raises(ConfigError) as caught:
        build[service]()
    assert "not_loopback" == caught.value.code


def test_googles_other_refresh_token_is_kept_before_it_is_used(
    store: ConnectionStore, sandbox: Running
):
    """Google hands out another one seldom; it is kept, and what is in the store is what is sent."""
    url = f"{sandbox.google_url}/token"
    store.put(replace(ONE, environment="sandbox", service=Service.GOOGLE, token_url=url))
    config = named(store, outreach_environment="sandbox", token_url=url)
    answer = {"access_token": "a", "expires_in": 3599, "refresh_token": "another-one"}
    sandbox.control.queue_faults(
        {
            "vendor": "google",
            "operation": "oauth2.token",
            "kind": "before",
            "status": 200,
            "body": json.dumps(answer),
            "media_type": "application/json",
        }
    )
    credentials: Any = way_from(config).build(url, SCOPES)
    credentials.refresh(Request())
    assert "another-one" == store.find("sandbox", "main").refresh_token
    store.forget("sandbox", "main")
    with pytest.raises(ConfigError, match="no longer there"):
        credentials.refresh(Request())
