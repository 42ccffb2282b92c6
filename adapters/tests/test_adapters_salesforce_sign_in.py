"""Signing in: five ways, renewed once when refused, refresh tokens kept before they are spent."""

from __future__ import annotations

import random
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from adapters.tests.salesforce_org import LEAD, Org
from outreach_adapters.auth.token_file import TokenFile
from outreach_adapters.salesforce.client import SalesforceClient
from outreach_adapters.salesforce.connect import connect, way_in
from outreach_adapters.salesforce.sign_in import (
    ClientCredentials,
    JwtBearer,
    Password,
    RefreshToken,
)
from outreach_adapters.salesforce.wire import OneOrigin
from outreach_core.errors import ConfigError, OutreachError, Retriable
from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import running

ROTATES = {"salesforce.rotate_refresh_tokens": True}
APP = {"client_id": "the-app"}
SECRETS = ("app-secret-1", "refresh-token-1", "pass-word-1", "security-token-1")
SECRET, REFRESH, PASSWORD, TOKEN = SECRETS


@pytest.fixture(scope="module")
def box() -> Iterator[Org]:
    """A sandbox with Salesforce in it."""
    with running(clock=Clock(manual=True)) as found:
        yield Org(found)


@pytest.fixture
def org(box: Org) -> Org:
    """An org that lets everybody in."""
    box.start(leads=[LEAD])
    return box


@pytest.fixture(scope="module")
def private_key() -> str:
    """A private key made for these tests."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def in_the_open(org: Org, **settings: Any) -> SalesforceClient:
    """A client as in production, whose login address is the sandbox's."""
    config = {"outreach_environment": "prod", "login_url": org.box.salesforce_url, **settings}
    return connect(config, sleep=org.box.control.advance, rng=random.Random(1))


def signed(org: Org) -> list[int]:
    """The statuses of all sign-ins so far."""
    return [c["status"] for c in org.box.control.calls() if c["kind"] == "token"]


def test_every_way_leads_in(org: Org, private_key: str, tmp_path: Path) -> None:
    """Refresh token, signed assertion, the app itself, and a password by SOAP."""
    file = tmp_path / "key.pem"
    file.write_text(private_key)
    user = {"username": "a@example.com"}
    ways = [
        {**APP, "refresh_token": REFRESH},
        {**APP, "refresh_token": REFRESH, "client_secret": SECRET},
        {**APP, **user, "private_key": private_key},
        {**APP, **user, "private_key_file": str(file)},
        {**APP, "client_secret": SECRET},
        {**user, "password": "p<&>\"'", "security_token": TOKEN},
    ]

    counts = [in_the_open(org, **way).record_counts("Lead") for way in ways]

    assert [{"Lead": 1}] * 6 == counts
    assert [200] * 6 == signed(org)


@pytest.mark.parametrize(
    ("settings", "way"),
    [
        ({**APP, "refresh_token": REFRESH, "client_secret": SECRET, "username": "u"}, RefreshToken),
        ({**APP, "username": "u", "private_key": "k", "client_secret": SECRET}, JwtBearer),
        ({**APP, "username": "u", "private_key_file": "f"}, JwtBearer),
        ({**APP, "client_secret": SECRET}, ClientCredentials),
        ({"username": "u", "password": PASSWORD, "security_token": TOKEN}, Password),
    ],
)
def test_the_settings_choose_the_way(settings: dict[str, str], way: type) -> None:
    """The safer one wins."""
    assert way is type(way_in(settings))


def test_missing_credentials_are_named() -> None:
    """Outside of the sandbox credentials are needed."""
    for settings in ({}, APP, {"username": "u", "password": PASSWORD}, {"refresh_token": REFRESH}):
        with pytest.raises(ConfigError, match="`client_id` and `refresh_token`"):
            connect(settings, sleep=lambda _: None, rng=random.Random(1))


@pytest.mark.parametrize("url", [None, "", "https://login.salesforce.com", "http://localhost:1"])
@pytest.mark.parametrize("setting", ["api_base_url", "login_url"])
def test_sandbox_stays_on_loopback(url: str | None, setting: str) -> None:
    """In the sandbox no client is made for anything but loopback."""
    fine = dict.fromkeys(["api_base_url", "login_url"], "http://127.0.0.1:1")
    config = {"outreach_environment": "sandbox", **fine, setting: url}

    with pytest.raises(ConfigError, match=f"`{setting}`"):
        connect(config, sleep=lambda _: None, rng=random.Random(1))


def test_the_sandbox_sends_dummies(org: Org) -> None:
    """Whatever credentials are set, the sandbox's client does not use them."""
    org.box.control.people("salesforce", "revoke_token", token=REFRESH)

    assert org.client(**APP, refresh_token=REFRESH, client_secret=SECRET).limits()


def test_a_session_that_ended_is_renewed_once(org: Org) -> None:
    """A 401 in the middle costs one sign-in and one repeated call, and the caller sees neither."""
    client = in_the_open(org, **APP, refresh_token=REFRESH)
    client.limits()
    org.people("expire_tokens")

    assert {"Lead": 1} == client.record_counts("Lead")
    statuses = [c["status"] for c in org.box.control.calls() if c["kind"] == "api"]
    assert ([200, 200], [200, 401, 200]) == (signed(org), statuses)


def test_a_session_lasts_as_long_as_it_lasts(org: Org) -> None:
    """No answer says how long: one sign-in does for hours of calls."""
    org.start({"salesforce.session_slides": True}, leads=[LEAD])
    client = in_the_open(org, **APP, refresh_token=REFRESH)
    for _ in range(4):
        client.limits()
        org.box.control.advance(3600)

    assert [200] == signed(org)


# -- refresh tokens that are replaced ---------------------------------------------------------


def test_a_replaced_refresh_token_is_used_by_the_next_program(org: Org, tmp_path: Path) -> None:
    """Three programs after each other: each finds the token the last one got."""
    org.start(ROTATES, leads=[LEAD])
    settings = {**APP, "refresh_token": REFRESH, "token_file": str(tmp_path / "state" / "t.json")}

    counts = [in_the_open(org, **settings).record_counts("Lead") for _ in range(3)]

    assert [{"Lead": 1}] * 3 == counts


def test_the_token_file_is_private(org: Org, tmp_path: Path) -> None:
    """From the first byte, and so is its folder; the token that was set is not in it."""
    org.start(ROTATES, leads=[LEAD])
    path = tmp_path / "state" / "t.json"
    in_the_open(org, **APP, refresh_token=REFRESH, token_file=str(path)).limits()

    files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert {"t.json": 0o600, ".t.json.lock": 0o600} == files
    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert REFRESH not in path.read_text()


def test_the_new_token_is_kept_before_the_old_session_is_used(
    org: Org, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that dies right after the exchange leaves a usable token behind."""
    org.start(ROTATES, leads=[LEAD])
    path = tmp_path / "t.json"
    settings = {**APP, "refresh_token": REFRESH, "token_file": str(path)}
    client = in_the_open(org, **settings)
    monkeypatch.setattr(client, "_stop_before_the_end", lambda: None)
    way = way_in(settings)
    wire = OneOrigin(org.box.salesforce_url, clock=lambda: 0.0)

    way.sign_in(wire)  # nothing is called with what it returns

    assert {"Lead": 1} == client.record_counts("Lead")


def test_a_token_set_anew_wins_over_the_kept_one(org: Org, tmp_path: Path) -> None:
    """Somebody connected the org again: the kept token descends from another one."""
    org.start(ROTATES, leads=[LEAD])
    path = str(tmp_path / "t.json")
    in_the_open(org, **APP, refresh_token=REFRESH, token_file=path).limits()
    kept = TokenFile(Path(path)).newest(REFRESH)
    org.people("revoke_token", token=kept)

    with pytest.raises(ConfigError):
        in_the_open(org, **APP, refresh_token=REFRESH, token_file=path).limits()
    assert in_the_open(org, **APP, refresh_token="set-anew", token_file=path).limits()


def test_without_a_file_a_replaced_token_is_an_error(org: Org) -> None:
    """The next program would find the set token dead: it is said at once, with what to do."""
    org.start(ROTATES, leads=[LEAD])

    with pytest.raises(ConfigError, match="`token_file`") as caught:
        in_the_open(org, **APP, refresh_token=REFRESH).limits()

    assert ("no_token_file", []) == (caught.value.code, org.calls())


def test_a_file_that_cannot_be_written_costs_no_token(org: Org, tmp_path: Path) -> None:
    """It is noticed before the token is exchanged."""
    org.start(ROTATES, leads=[LEAD])
    (tmp_path / "file").write_text("")
    path = tmp_path / "file" / "t.json"

    with pytest.raises(ConfigError) as caught:
        in_the_open(org, **APP, refresh_token=REFRESH, token_file=str(path)).limits()

    assert ("token_file", []) == (caught.value.code, signed(org))


def test_a_broken_token_file_is_no_accident(org: Org, tmp_path: Path) -> None:
    """What is set is used then."""
    path = tmp_path / "t.json"
    for text in ("", "{", "[]", "null", '{"from": "x", "refresh_token": "y"}'):
        path.write_text(text)
        assert REFRESH == TokenFile(path).newest(REFRESH)


# -- refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["oauth.token", "soap.login"])
@pytest.mark.parametrize(
    "fault", [{"status": 503}, {"status": 429}, {"reset": True}, {"truncate": True}]
)
def test_a_busy_sign_in_is_tried_again(org: Org, operation: str, fault: dict[str, Any]) -> None:
    """That is no reason to connect the org again."""
    settings = {"username": "a@example.com", "password": PASSWORD, "security_token": TOKEN}
    if operation == "oauth.token":
        settings = {**APP, "client_secret": SECRET}
    org.fault(operation, kind="before", **fault)

    assert {"Lead": 1} == in_the_open(org, **settings).record_counts("Lead")
    assert all(one["consumed"] for one in org.box.control.faults())


def test_a_sign_in_that_stays_down_says_so(org: Org) -> None:
    """As something to try later, with nothing of the answer in it."""
    org.fault("oauth.token", status=503, times=99)

    with pytest.raises(Retriable) as caught:
        in_the_open(org, **APP, client_secret=SECRET).limits()

    assert "token_unavailable" == caught.value.code


@pytest.mark.parametrize(
    ("auth", "settings", "remedy"),
    [
        (
            {"client_credentials": False},
            {**APP, "client_secret": SECRET},
            "Name a user to run as",
        ),
        (
            {"wrong_passwords": [PASSWORD + TOKEN]},
            {"username": "a@example.com", "password": PASSWORD, "security_token": TOKEN},
            "Check user name, password and security token",
        ),
        ({}, {**APP, "username": "b@example.com", "private_key": "KEY"}, "approve the app"),
    ],
)
def test_a_refused_sign_in_says_what_to_do(
    org: Org, private_key: str, auth: dict[str, Any], settings: dict[str, str], remedy: str
) -> None:
    """One call, one sentence, and the remedy for this refusal."""
    org.start(leads=[LEAD], auth={**auth, "unapproved_users": ["b@example.com"]})
    if "private_key" in settings:
        settings = {**settings, "private_key": private_key}

    with pytest.raises(ConfigError, match=remedy) as caught:
        in_the_open(org, **settings).limits()

    assert ("bad_credentials", 1) == (caught.value.code, len(signed(org)))


def test_passwords_end_where_the_org_ended_them(org: Org) -> None:
    """SOAP's login is off in new orgs: the way out is OAuth."""
    org.start({"salesforce.password_flows": False}, leads=[LEAD])
    settings = {"username": "a@example.com", "password": PASSWORD, "security_token": TOKEN}

    with pytest.raises(ConfigError, match="use OAuth"):
        in_the_open(org, **settings).limits()


def test_an_app_cannot_sign_in_as_itself_at_the_shared_address() -> None:
    """Only the org's own address takes it; nothing is sent."""
    config = {**APP, "client_secret": SECRET, "login_url": "https://login.salesforce.com"}

    with pytest.raises(ConfigError, match="My Domain"):
        connect(config, sleep=lambda _: None, rng=random.Random(1)).limits()


@pytest.mark.parametrize("key", ["no key", "", None])
def test_a_key_that_is_none_is_a_clear_error(org: Org, tmp_path: Path, key: str | None) -> None:
    """In the setting, in a file, or without the file."""
    path = tmp_path / "key.pem"
    if key is not None:
        path.write_text(key)
    settings = {**APP, "username": "a@example.com", "private_key_file": str(path)}

    with pytest.raises(ConfigError) as caught:
        in_the_open(org, **settings).limits()

    assert "bad_credentials" == caught.value.code


@pytest.mark.parametrize(
    "settings",
    [
        {**APP, "refresh_token": REFRESH, "client_secret": SECRET},
        {**APP, "client_secret": SECRET},
        {"username": "a@example.com", "password": PASSWORD, "security_token": TOKEN},
    ],
)
def test_no_secret_is_told(org: Org, settings: dict[str, str]) -> None:
    """Not by an error, not by what caused it, not by a way's own description."""
    org.start(
        leads=[LEAD], auth={"client_credentials": False, "wrong_passwords": [PASSWORD + TOKEN]}
    )
    org.people("revoke_token", token=REFRESH)

    with pytest.raises(OutreachError) as caught:
        in_the_open(org, **settings).limits()

    told = repr(way_in(settings))
    seen: BaseException | None = caught.value
    while seen is not None:
        told += f"{seen!r} {seen}"
        seen = seen.__cause__ or seen.__context__
    assert [] == [secret for secret in SECRETS if secret in told]
