"""Every way into Google fetches its token where the settings say, and keeps its secrets."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.transport.requests import Request

from outreach_adapters.sheets.credentials import SCOPES, token_url_from, way_from
from outreach_core.errors import ConfigError
from outreach_sandbox.kernel.server import Running, running


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A sandbox with Google in it."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def key() -> dict[str, str]:
    """A service account's key as Google's console gives it, made up here."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    return {
        "type": "service_account",
        "client_email": "sync@project.iam.gserviceaccount.com",
        "private_key": pem,
        "private_key_id": "k1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }


def ways(key: dict[str, str], folder: Path) -> dict[str, dict[str, Any]]:
    """Return the settings of each way."""
    path = folder / "key.json"
    path.write_text(json.dumps(key))
    user = {"client_id": "c", "client_secret": "client-secret-1", "refresh_token": "refresh-1"}
    return {
        "service account as text": {"service_account_json": json.dumps(key)},
        "service account in a file": {"service_account_file": str(path)},
        "OAuth user": user,
        "sandbox": {"outreach_environment": "sandbox"},
    }


@pytest.mark.parametrize(
    "name", ["service account as text", "service account in a file", "OAuth user", "sandbox"]
)
def test_the_token_comes_from_the_setting(
    sandbox: Running, key: dict[str, str], tmp_path: Path, name: str
):
    """Whatever the key itself says; and nothing goes on behind the caller's back."""
    sandbox.control.forget_calls()
    url = f"{sandbox.google_url}/token"
    config = {"outreach_environment": "prod", "token_url": url, **ways(key, tmp_path)[name]}
    assert url == token_url_from(config)
    before = threading.active_count()
    credentials = way_from(config).build(url, SCOPES)

    credentials.refresh(Request())
    headers: dict[str, str] = {}
    credentials.before_request(Request(), "GET", "https://sheets.googleapis.com/v4/x", headers)

    assert credentials.valid
    assert headers["authorization"].startswith("Bearer ")
    assert ["oauth2.token"] == [call["operation"] for call in sandbox.control.calls()]
    assert before == threading.active_count()


@pytest.mark.parametrize(
    "config",
    [
        {"service_account_json": "not JSON secret-1"},
        {"service_account_json": '{"private_key": "secret-1"}'},
        {"service_account_json": '["secret-1"]'},
        {"service_account_file": "/nowhere/secret-1.json"},
        {"client_id": "c", "client_secret": "secret-1"},
        {},
    ],
)
def test_bad_settings_are_told_without_their_secrets(config: dict[str, str]):
    """One sentence with a remedy that names the setting; never what is in it."""
    with pytest.raises(ConfigError) as caught:
        way_from({"outreach_environment": "prod", **config}).build("http://127.0.0.1:1", SCOPES)

    assert caught.value.remedy
    assert "secret-1" not in f"{caught.value!r} {caught.value} {caught.value.__cause__}"


def test_a_way_does_not_show_its_secrets(key: dict[str, str], tmp_path: Path):
    """Not when it is printed either."""
    shown = " ".join(repr(way_from(config)) for config in ways(key, tmp_path).values())
    assert [] == [s for s in ("client-secret-1", "refresh-1", "PRIVATE KEY") if s in shown]
