"""Accounts are connected over the sandbox's consent pages; what goes wrong is told with its remedy.

In a real browser: ``tests/browser/test_connect_in_a_browser.py``.
"""

from __future__ import annotations

import json
import random
import re
import socket
import webbrowser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from outreach_adapters.auth import consent
from outreach_adapters.auth.store import ConnectionStore
from outreach_adapters.hubspot.connect import connect as hubspot_client
from outreach_adapters.salesforce.connect import connect as salesforce_client
from outreach_adapters.salesforce.consent import grant_of
from outreach_adapters.sheets.client import client_from
from outreach_cli import connecting
from outreach_cli.connecting import Person, Wanted
from outreach_cli.google_sheet import config_of as google_config
from outreach_cli.hubspot_account import config_of as hubspot_config
from outreach_cli.main import outreach
from outreach_cli.salesforce_account import config_of as salesforce_config
from outreach_cli.settings import Settings, load_settings
from outreach_core.errors import ConfigError, OutreachError
from outreach_sandbox.kernel.server import Running, running

SERVICES = ("hubspot", "salesforce", "google")
EXPIRE = {"hubspot": "uninstall_app", "salesforce": "expire_consent", "google": "revoke_consent"}
TOKEN = "pat-na1-a-private-apps-token"
APP = ("--client-id", "the-app", "--secret-stdin")
SECRET = "the-apps-secret"


class Browser:
    """Opens a consent page, ticks boxes, presses a button and follows it back."""

    def __init__(self) -> None:
        self.button = "allow"
        self.untick = ""
        self.pages: list[httpx.Response] = []

    def open(self, url: str) -> bool:
        self.pages = [httpx.get(url)]
        if self.pages[0].status_code == 200:
            boxes = re.findall(r'name="granted" value="([^"]+)"', self.pages[0].text)
            ticked = [box for box in boxes if not self.untick or self.untick not in box]
            form = {"decision": self.button, "granted": ticked}
            self.pages.append(httpx.post(url, data=form, follow_redirects=True))
        return True


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running("empty") as found:
        yield found


@pytest.fixture(autouse=True)
def fresh(sandbox: Running) -> None:
    sandbox.control.reset("empty")


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    found = Browser()
    monkeypatch.setattr(webbrowser, "open", found.open)
    return found


@pytest.fixture
def environ(sandbox: Running, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "meltano.yml").touch()
    return {
        "MELTANO_PROJECT_ROOT": str(tmp_path),
        "SANDBOX_HUBSPOT_URL": sandbox.hubspot_url,
        "SANDBOX_SALESFORCE_URL": sandbox.salesforce_url,
        "SANDBOX_GOOGLE_URL": sandbox.google_url,
    }


@pytest.fixture
def run(environ: dict[str, str], browser: Browser) -> Callable[..., Result]:
    def called(*words: str, stdin: str = "") -> Result:
        ports = ("--port", "0") if words[0] in SERVICES else ()
        arguments = ["connect", *words, *ports]
        return CliRunner().invoke(outreach, arguments, input=stdin, env=environ)

    return called


@pytest.fixture
def settings(environ: dict[str, str], tmp_path: Path) -> Settings:
    return load_settings(environ, tmp_path)


@pytest.fixture
def store(settings: Settings) -> ConnectionStore:
    return ConnectionStore(settings.connections_file)


def shown(run: Callable[..., Result], *words: str) -> tuple[int, list[dict[str, Any]]]:
    found = run("status", "--json", *words)
    return found.exit_code, json.loads(found.stdout)["connections"]


def refused(result: Result) -> OutreachError:
    assert isinstance(result.exception, OutreachError), result.output
    return result.exception


@pytest.mark.parametrize("service", SERVICES)
def test_an_account_is_connected_shown_and_used(
    run: Callable[..., Result], store: ConnectionStore, service: str
):
    """Somebody allows it, and the account works under the service's name; no secret is printed."""
    made = run(service, *APP, stdin=f"{SECRET}\n")
    assert 0 == made.exit_code, made.output
    kept = store.find("sandbox", service)
    code, (one,) = shown(run)
    assert (0, "works", service) == (code, one["state"], one["name"])
    assert one["account"]
    assert set(one["scopes"]) >= {s for s in kept.scopes if "lists" not in s}
    assert (SECRET, "the-app") == (kept.client_secret, kept.client_id)
    table = run("status").output
    assert f"{service}: may use {kept.scopes[0]}" in table
    printed = made.output + table + json.dumps(one)
    assert [] == [s for s in (SECRET, kept.refresh_token) if s in printed]
    assert f"OUTREACH_{service.upper()}_CONNECTION={service}" in made.output


def test_a_code_alone_is_worth_nothing(run: Callable[..., Result], browser: Browser):
    """Every service is sent a challenge (S256), so that the code needs its verifier."""
    methods = []
    for service in SERVICES:
        run(service)
        asked = parse_qs(urlsplit(str(browser.pages[0].url)).query)
        methods.append(asked.get("code_challenge_method"))
    assert [["S256"]] * 3 == methods


@pytest.mark.parametrize("service", SERVICES)
def test_a_no_is_told(run: Callable[..., Result], browser: Browser, service: str):
    """Deny is a sentence with what to do, and nothing is kept."""
    browser.button = "deny"
    assert "denied" == refused(run(service)).code
    assert (0, []) == shown(run)


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_redirect_url_is_named(
    run: Callable[..., Result], browser: Browser, sandbox: Running, service: str
):
    """The vendor's page keeps the person; the command says which URL the app has to know."""
    sandbox.control.people(
        service, "register_app", client_id="sandbox", redirect_uris=["http://localhost/elsewhere"]
    )
    told = refused(run(service, "--wait", "0.5"))
    (page,) = browser.pages
    asked = parse_qs(urlsplit(str(page.url)).query)["redirect_uri"][0]
    assert ("no_answer", True) == (told.code, asked in told.remedy)
    assert "redirect" in page.text


def test_a_scope_that_was_left_out_is_named(run: Callable[..., Result], browser: Browser):
    """A person unticks a box: the missing scope and its purpose are told, and nothing is kept."""
    browser.untick = "spreadsheets"
    told = refused(run("google"))
    assert "missing_scopes" == told.code
    assert "auth/spreadsheets (reading the outreach tab" in told.message
    assert "drive.metadata" not in told.message
    assert (0, []) == shown(run)


def test_an_account_without_a_scope_is_told_by_hubspots_page(
    run: Callable[..., Result], browser: Browser, sandbox: Running
):
    """HubSpot does not send the person back; an optional scope stops nobody."""
    sandbox.control.people("hubspot", "scopes", missing=["crm.lists.read"])
    assert 0 == run("hubspot").exit_code
    sandbox.control.people("hubspot", "scopes", missing=["crm.objects.deals.read"])
    assert "no_answer" == refused(run("hubspot", "--wait", "0.5")).code
    assert "[crm.objects.deals.read]" in browser.pages[0].text


def test_a_google_app_in_testing_is_told_of(run: Callable[..., Result], sandbox: Running):
    """Its consent ends after a week: said at once, in the status, and when it has come true."""
    sandbox.control.people("google", "register_app", client_id="sandbox", testing=True)
    assert "in testing, where consents last a week" in run("google").output
    assert "in testing" in run("status").output
    sandbox.control.advance(604_800)
    code, (one,) = shown(run)
    assert (2, "refused") == (code, one["state"])
    assert "outreach connect google" in one["problem"]


@pytest.mark.parametrize("service", SERVICES)
def test_an_expired_consent_says_how_to_renew_it(
    run: Callable[..., Result], sandbox: Running, service: str
):
    """The status is refused with the command that connects anew, and that command repairs it."""
    run(service, "--name", "main")
    sandbox.control.people(service, EXPIRE[service])
    code, (one,) = shown(run, "main")
    assert (2, "refused") == (code, one["state"])
    assert f"outreach connect {service} --name main" in one["problem"]
    assert 0 == run(service, "--name", "main").exit_code
    assert 0 == shown(run, "main")[0]


@pytest.mark.parametrize("service", SERVICES)
def test_a_revoked_account_is_over_at_both_ends(
    run: Callable[..., Result], store: ConnectionStore, settings: Settings, service: str
):
    """The service refuses its token from then on, and nothing is kept here."""
    run(service)
    before = store.find("sandbox", service)
    told = run("revoke", service)
    assert (0, True) == (told.exit_code, "Revoked at" in told.output), told.output
    assert (0, []) == shown(run)
    store.put(before)  # as if somebody had kept a copy
    assert "refused" == shown(run)[1][0]["state"]


@pytest.mark.parametrize("service", SERVICES)
def test_without_an_answer_it_is_forgotten_here(
    run: Callable[..., Result], environ: dict[str, str], service: str
):
    """A service that cannot be reached does not keep a token here, and the command says so."""
    run(service)
    environ[f"SANDBOX_{service.upper()}_URL"] = "http://127.0.0.1:9"
    kept = Path(environ["MELTANO_PROJECT_ROOT"]) / ".outreach" / "connections.json"
    kept.write_text(
        re.sub(r'(login_url": ")http://127.0.0.1:\d+', r"\1http://127.0.0.1:9", kept.read_text())
    )
    told = run("revoke", service)
    assert (1, True) == (told.exit_code, "did not confirm" in told.output)
    assert (0, []) == shown(run)


def test_a_private_apps_token_is_kept_once_hubspot_knows_it(
    run: Callable[..., Result], store: ConnectionStore, sandbox: Running
):
    """Its account and scopes are shown; a revoke says who has to delete it."""
    made = run("hubspot", "--token-stdin", stdin=f"{TOKEN}\n")
    assert 0 == made.exit_code, made.output
    assert TOKEN == store.find("sandbox", "hubspot").access_token
    assert TOKEN not in made.output
    assert "crm.objects.contacts.write" in made.output
    assert "works" == shown(run)[1][0]["state"]
    told = run("revoke", "hubspot")
    assert (0, True) == (told.exit_code, "until somebody deletes it" in told.output)


def test_a_service_key_of_which_hubspot_tells_no_scopes_is_kept(
    run: Callable[..., Result], sandbox: Running
):
    """Where only the account can be asked for, that is said."""
    sandbox.control.queue_faults(
        {"vendor": "hubspot", "operation": "oauth.private_app", "kind": "before", "status": 404}
    )
    made = run("hubspot", "--token-stdin", stdin=TOKEN)
    assert (0, True) == (made.exit_code, "HubSpot does not say" in made.output), made.output
    sandbox.control.forget_faults()


def test_a_port_that_is_taken_is_told(environ: dict[str, str], browser: Browser):
    """The redirect URL cannot be moved silently: the app knows only that one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = CliRunner().invoke(outreach, ["connect", "hubspot", "--port", port], env=environ)
    assert ("port_taken", []) == (refused(told).code, browser.pages)


def test_a_revoke_says_what_else_google_ended(run: Callable[..., Result]):
    """One person and one app are one consent, whatever its names here."""
    run("google", "--name", "one")
    run("google", "--name", "two")
    assert "Over too, for it is the same account and app: two." in run("revoke", "one").output


@pytest.mark.parametrize(
    ("told", "granted"),
    [
        ({}, ("api", "refresh_token")),
        ({"scope": "full offline_access"}, ("full", "offline_access", "api", "refresh_token")),
        ({"scope": "id"}, ("id",)),
    ],
)
def test_what_salesforce_calls_otherwise_is_known(told: dict[str, str], granted: tuple[str, ...]):
    """No scope named means those asked for; `full` is more than `api`."""
    assert granted == grant_of({}, {"access_token": "a", **told}).scopes


def test_a_private_app_that_may_too_little_is_not_kept(
    run: Callable[..., Result], sandbox: Running
):
    """The scopes it lacks are named; a token nobody knows is refused."""
    sandbox.control.people("hubspot", "scopes", missing=["crm.objects.deals.write"])
    told = refused(run("hubspot", "--token-stdin", stdin=TOKEN))
    assert ("missing_scopes", True) == (told.code, "crm.objects.deals.write" in told.message)
    assert "bad_credentials" == refused(run("hubspot", "--token-stdin", stdin="nonsense")).code
    assert (0, []) == shown(run)


def test_a_service_accounts_key_is_kept_once_google_knows_it(
    run: Callable[..., Result], store: ConnectionStore, tmp_path: Path
):
    """Its address is shown and its key is copied; what is no key is refused."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    address = "sync@project.iam.gserviceaccount.com"
    key = tmp_path / "key.json"
    key.write_text(json.dumps({"client_email": address, "private_key": pem, "token_uri": "x"}))
    told = run("google", "--service-account", str(key))
    assert (0, True) == (told.exit_code, address in told.output), told.output
    key.write_text("{}")
    assert "works" == shown(run)[1][0]["state"]
    bad = refused(run("google", "--name", "two", "--service-account", str(key)))
    assert "bad_credentials" == bad.code


@pytest.mark.parametrize("service", SERVICES)
def test_on_a_server_the_address_is_pasted(
    run: Callable[..., Result], browser: Browser, settings: Settings, service: str
):
    """Without a browser here, the address that another one ended at is read."""
    addresses: list[str] = []

    def paste() -> str:
        url = next(line for line in addresses if line.startswith("http://127.0.0.1"))
        back = httpx.post(url, data={"decision": "allow", "granted": scopes(url)})
        return back.headers["location"] + "\n"

    def scopes(url: str) -> list[str]:
        return parse_qs(urlsplit(url).query)["scope"][0].split()

    def tell(sentence: str) -> None:
        addresses.extend(sentence.splitlines())

    wanted = Wanted(settings, connecting.Service(service), service)
    person = Person(tell, open=lambda _url: False, paste=paste)
    app = connecting.app_of(wanted, "", lambda: "")
    made = connecting.by_consent(wanted, app, person, now, lambda: 0.0)
    assert service == made.name
    assert (0, "works") == (shown(run)[0], shown(run)[1][0]["state"])


def now() -> Any:
    return connecting.datetime.fromisoformat("2026-11-23T09:00:00+00:00")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://localhost:8765/callback?code=c&state=another", "foreign_answer"),
        ("http://localhost:8765/callback?code=c", "foreign_answer"),
        ("nonsense", "foreign_answer"),
        ("http://localhost:8765/callback?state={state}", "no_code"),
        ("http://localhost:8765/callback?state={state}&code=made-up", "code_over"),
        ("http://localhost:8765/callback?state={state}&error=access_denied", "denied"),
        ("http://localhost:8765/callback?state={state}&error=invalid_scope", "bad_scope"),
        ("http://localhost:8765/callback?state={state}&error=OAUTH_APP_BLOCKED", "blocked"),
        (
            "http://localhost:8765/callback?state={state}&error=redirect_uri_mismatch",
            "wrong_redirect",
        ),
        ("http://localhost:8765/callback?state={state}&error=%3Cb%3E", "refused"),
    ],
)
def test_an_address_that_is_no_answer_is_refused(settings: Settings, address: str, code: str):
    """Another question's answer, half an address, an error: each with its own remedy."""
    asked: list[str] = []

    def paste() -> str:
        state = re.search(r"[?&]state=([^&\s]+)", " ".join(asked))[1]
        return address.format(state=state)

    wanted = Wanted(settings, connecting.Service.SALESFORCE, "main")
    person = Person(asked.append, open=lambda _url: False, paste=paste)
    with pytest.raises(ConfigError) as caught:
        connecting.by_consent(
            wanted, connecting.App("sandbox", "sandbox"), person, now, lambda: 0.0
        )
    assert code == caught.value.code
    assert caught.value.remedy
    assert "<b>" not in str(caught.value)


@pytest.mark.parametrize("service", SERVICES)
def test_a_code_is_good_for_one_exchange(settings: Settings, service: str):
    """The second time the vendor refuses it, and the sentence says that each try has its own."""
    vendor = Wanted(settings, connecting.Service(service), "main").vendor
    app = consent.App("sandbox", "sandbox")
    asked = consent.ask(vendor, app, "http://127.0.0.1:1/callback")
    scopes = [scope.name for scope in vendor.scopes]
    back = httpx.post(asked.url, data={"decision": "allow", "granted": scopes})
    code = consent.code_of(back.headers["location"], asked)
    assert consent.exchange(vendor, app, asked, code)["access_token"]
    with pytest.raises(ConfigError) as caught:
        consent.exchange(vendor, app, asked, code)
    assert "code_over" == caught.value.code


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_secret_is_told(run: Callable[..., Result], sandbox: Running, service: str):
    """The app's secret is not that of its registration."""
    sandbox.control.people(
        service, "register_app", client_id="the-app", client_secret="another", testing=False
    )
    told = refused(run(service, *APP, stdin=f"{SECRET}\n"))
    assert "bad_app" == told.code
    assert SECRET not in str(told)


def test_a_name_never_comes_to_lead_to_another_account(
    run: Callable[..., Result], store: ConnectionStore
):
    """Whoever signs in to the wrong account is stopped before a running sync would follow."""
    run("hubspot", "--name", "main")
    told = refused(run("google", "--name", "main"))
    assert ("other_account", True) == (told.code, "--name" in told.remedy)
    assert "hubspot" == store.find("sandbox", "main").service


def test_without_an_app_the_remedy_names_redirect_url_and_setting(tmp_path: Path):
    """Nobody has to guess what to register, and a secret is never asked for on the command line."""
    (tmp_path / "meltano.yml").touch()
    settings = load_settings({"OUTREACH_ENVIRONMENT": "prod"}, tmp_path)
    wanted = Wanted(settings, connecting.Service.HUBSPOT, "main")
    with pytest.raises(ConfigError) as caught:
        connecting.app_of(wanted, "", lambda: "")
    assert "http://localhost:8765/callback" in caught.value.remedy
    assert "OUTREACH_HUBSPOT_CLIENT_ID" in caught.value.remedy
    with pytest.raises(ConfigError, match="has a secret"):
        connecting.app_of(wanted, "the-app", lambda: "")


def test_plugins_use_the_account_by_its_name(
    run: Callable[..., Result], environ: dict[str, str], settings: Settings, sandbox: Running
):
    """Each service's client works with nothing but the name, as long as its consent lasts."""
    sandbox.control.reset("demo")
    for service in SERVICES:
        run(service, "--name", f"my-{service}")
        environ[f"OUTREACH_{service.upper()}_CONNECTION"] = f"my-{service}"
    environ["OUTREACH_SPREADSHEET_ID"] = "sandbox-outreach-sheet"
    named = load_settings(environ, settings.project_root)
    common: dict[str, Any] = {"sleep": lambda _seconds: None, "rng": random.Random(1)}
    google = {**google_config(named), "drive_base_url": sandbox.google_url}

    def calls() -> list[Callable[[], Any]]:
        return [
            lambda: hubspot_client(hubspot_config(named), **common).account(),
            lambda: salesforce_client(salesforce_config(named), **common).limits(),
            lambda: client_from(google, **common).file_version(),
        ]

    assert [True] * 3 == [bool(call()) for call in calls()]
    for service, call in zip(SERVICES, calls(), strict=True):
        sandbox.control.people(service, EXPIRE[service])
        with pytest.raises(ConfigError):
            call()
