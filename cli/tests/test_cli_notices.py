"""One notice per change of state, to a webhook or a mailbox; none of it costs a run anything."""

from __future__ import annotations

import json
import smtplib
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Self

import pytest

from cli.tests.history_worlds import World, synced
from outreach_adapters import notify
from outreach_cli.notices import Notice, State, notice, places, tell
from outreach_cli.notify_settings import Notify
from outreach_cli.outcome import Outcome, Standing
from outreach_cli.report import Delivered, Report
from outreach_cli.settings import load_settings
from outreach_core.errors import ConfigError, Retriable
from outreach_core.model.planning import Bucket

NONE = Delivered(0, 0, 0, 0)


def report(standing: Standing, sentence: str = "12 rows would be archived.") -> Report:
    return Report(NONE, {Bucket.HELD: 12}, 2, 1, Outcome(standing, (sentence,)))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return synced(tmp_path)


class Hook(BaseHTTPRequestHandler):
    """A webhook that keeps what it was sent."""

    status = 200
    bodies: list[dict]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        type(self).bodies.append(json.loads(self.rfile.read(length)))
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def hook() -> Iterator[tuple[type[Hook], str]]:
    kind = type("OneHook", (Hook,), {"bodies": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kind, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


# (what is told before, how the run ended, what is told now)
@pytest.mark.parametrize(
    ("was", "standing", "expected"),
    [
        (State.FINE, Standing.CLEAN, None),
        (State.FINE, Standing.WORKING, None),
        (State.FINE, Standing.NEVER_RUN, None),
        (State.FINE, Standing.UNREACHABLE, "failing"),
        (State.FINE, Standing.REJECTED, "failing"),
        (State.FINE, Standing.RESYNC, "failing"),
        (State.FINE, Standing.UNFINISHED, "failing"),
        (State.FINE, Standing.GUARD, "waiting"),
        (State.FINE, Standing.QUESTIONS, "waiting"),
        (State.FAILING, Standing.APPROVAL, "waiting"),
        (State.FAILING, Standing.UNREACHABLE, None),
        (State.FAILING, Standing.CLEAN, "recovered"),
        (State.WAITING, Standing.QUESTIONS, None),
        (State.WAITING, Standing.REJECTED, "failing"),
        (State.WAITING, Standing.CLEAN, "recovered"),
    ],
)
def test_a_change_of_state_is_told(was: State, standing: Standing, expected: str | None) -> None:
    """And nothing else is, however often it is so."""
    made = notice(report(standing), was)

    assert expected == (made.to_json()["state"] if made else None)


def test_a_story_of_runs_is_one_notice_per_change(world: World) -> None:
    """Ten runs, three changes of state: three notices; the memory is the ledger's."""
    told: list[Notice] = []
    story = [Standing.CLEAN] * 2 + [Standing.UNREACHABLE] * 3 + [Standing.CLEAN] * 3
    story += [Standing.GUARD] * 2

    for standing in story:
        with world.ledger() as ledger:
            tell(ledger, report(standing), {"webhook": told.append})

    assert [State.FAILING, State.FINE, State.WAITING] == [one.state for one in told]


def test_what_could_not_be_sent_is_sent_by_the_next_run(world: World) -> None:
    """A place that fails costs no other place its notice, and gets its own later, once."""
    told: list[Notice] = []

    def broken(_: Notice) -> None:
        raise Retriable("The webhook cannot be reached.", code="notice_not_sent")

    with world.ledger() as ledger:
        first = tell(ledger, report(Standing.GUARD), {"webhook": broken, "mailbox": told.append})
        later = {"webhook": told.append, "mailbox": told.append}
        second = tell(ledger, report(Standing.GUARD), later)
        third = tell(ledger, report(Standing.GUARD), later)

    assert ["could not be sent" in first[0], "mailbox" in first[1]] == [True, True]
    assert ["A notice was sent to the webhook: The outreach sync is waiting for you."] == second
    assert [] == third
    assert 2 == len(told)


def test_a_webhook_is_sent_counts(hook: tuple[type[Hook], str]) -> None:
    """State, sentences and counts; the text is one that chat services show."""
    kind, address = hook
    made = notice(report(Standing.GUARD), State.FINE)
    assert made is not None

    places("sandbox", Notify(webhook=address))["webhook"](made)

    (body,) = kind.bodies
    assert {"text", "state", "before", "counts"} == set(body)
    assert ("waiting", "fine") == (body["state"], body["before"])
    assert {"held": 12, "questions": 2, "refused": 1} == body["counts"]
    assert body["text"].startswith("The outreach sync is waiting for you.\n12 rows would be")
    assert body["text"].endswith("outreach status")


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_not_followed(hook: tuple[type[Hook], str], status: int) -> None:
    """Neither an error nor a redirect counts as told, and the address is in no message."""
    kind, address = hook
    kind.status = status

    with pytest.raises(Retriable, match=str(status)) as refused:
        notify.post("sandbox", address, {})

    assert address not in str(refused.value)


def test_a_webhook_that_is_not_there_is_one_sentence() -> None:
    """No traceback and no address."""
    with pytest.raises(Retriable, match="cannot be reached"):
        notify.post("sandbox", "http://127.0.0.1:9/secret", {})


@pytest.mark.parametrize(
    ("environment", "address", "code"),
    [
        ("sandbox", "https://hooks.example.com/x", "not_loopback"),
        ("prod", "http://hooks.example.com/x", "bad_webhook"),
    ],
)
def test_a_webhook_elsewhere_is_not_called(environment: str, address: str, code: str) -> None:
    """The sandbox stays on loopback, and nothing is told in the clear."""
    with pytest.raises(ConfigError) as refused:
        notify.post(environment, address, {})

    assert code == refused.value.code


class Mailbox:
    """Takes the place of a mail server's connection."""

    def __init__(self, host: str, port: int, **_: object) -> None:
        self.said: list[object] = [(host, port)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def starttls(self, **_: object) -> None:
        self.said.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.said.append((user, password))

    def send_message(self, message: EmailMessage) -> None:
        self.said.append(message)


def test_mail_goes_out_encrypted_and_signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """First TLS, then the password, then the message; to, from and subject are set."""
    opened: list[Mailbox] = []

    def server(*args: object, **named: object) -> Mailbox:
        opened.append(Mailbox(*args, **named))  # type: ignore[arg-type]
        return opened[-1]

    monkeypatch.setattr(smtplib, "SMTP", server)
    made = notice(report(Standing.UNREACHABLE, "HubSpot could not be reached."), State.FINE)
    assert made is not None
    told = Notify(
        email="ops@example.com",
        host="mail.example.com",
        user="u",
        password="p",
        sender="sync@example.com",
    )

    places("prod", told)["mailbox"](made)

    where, tls, login, message = opened[0].said
    assert (("mail.example.com", 587), "starttls", ("u", "p")) == (where, tls, login)
    assert isinstance(message, EmailMessage)
    assert ("ops@example.com", "sync@example.com") == (message["To"], message["From"])
    assert "The outreach sync is failing" == message["Subject"]
    assert "HubSpot could not be reached." in message.get_content()


def test_mail_that_is_not_taken_is_one_sentence() -> None:
    """And the sandbox hands in to nobody but loopback."""
    here = notify.MailServer("127.0.0.1", 9, "a@example.com")
    with pytest.raises(Retriable, match="did not take"):
        notify.mail("sandbox", here, "b@example.com", "s", "t")
    there = notify.MailServer("mail.example.com", 587, "a@example.com")
    with pytest.raises(ConfigError, match="smtp_host"):
        notify.mail("sandbox", there, "b@example.com", "s", "t")


def test_settings_of_notices_go_together(tmp_path: Path) -> None:
    """Ports follow the security; mail without a server and words that mean nothing are refused."""
    (tmp_path / "meltano.yml").touch()
    mail = {"OUTREACH_NOTIFY_EMAIL": "ops@example.com"}
    server = {**mail, "OUTREACH_SMTP_HOST": "mail.example.com"}

    found = load_settings({**server, "OUTREACH_SMTP_SECURITY": "tls"}, tmp_path).notify

    assert (465, "ops@example.com") == (found.port, found.sender)
    assert {} == places("prod", load_settings({}, tmp_path).notify)
    for wrong in (
        mail,
        {**server, "OUTREACH_SMTP_SECURITY": "some"},
        {**server, "OUTREACH_SMTP_PORT": "many"},
    ):
        with pytest.raises(ConfigError) as refused:
            load_settings(wrong, tmp_path)
        assert "bad_notify" == refused.value.code


def test_a_notice_that_fails_does_not_fail_the_run(world: World) -> None:
    """The run ends by its own outcome, and says that nobody could be told."""
    assert 0 == world.call("begin", "--job", "a-job").exit_code
    before = world.call("finish", OUTREACH_NOTIFY_WEBHOOK="http://127.0.0.1:9/hook")

    assert 1 == before.exit_code, "a run without a plan"
    assert "A notice could not be sent; the next run tries again." in before.output
    assert "/hook" not in before.output
