"""The operations page over HTTP: who sees it, what it shows, and what it lets a person do."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette

from outreach_cli.explain_view import Explanation
from outreach_cli.outcome import Outcome, Standing
from outreach_cli.plan_view import ChangeLine, PlanView
from outreach_cli.questions import Question
from outreach_cli.serve.operations.facts import Account, Connection, Page, Rows
from outreach_cli.serve.operations.routes import Doors, Operations
from outreach_cli.serve.operations.sessions import GUESSES, LASTS, Refusal, Sessions
from outreach_cli.serve.operations.token import token_of
from outreach_cli.status_view import StatusView
from outreach_core.errors import ConfigError
from outreach_core.model.planning import Bucket, GuardTrip, PlanStatus

TOKEN = "a-token-nobody-guesses"
HOSTILE = '<script>alert("x")</script>'
LINE = ChangeLine(HOSTILE, "City", "HubSpot", "(blank)", "Izmir", "clean", "open")
PLAN = PlanView(
    PlanStatus.WAITING, False, "1 new.", {}, (LINE,), (GuardTrip("first_sync", "Look."),),
    "Approve it.", "0123456789ab",
)  # fmt: skip
ASKED = Question(HOSTILE, "City", "Bern", "Basel", "both", id="q1", answers=("Keep sheet",))


@dataclass
class Told:
    """A reader that remembers what it was told."""

    shown: Page
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def page(self) -> Page:
        return self.shown

    def row(self, asked: str) -> Rows:
        return Rows(asked, Explanation(HOSTILE, 4, "Synced", "", ()))

    def approve(self, plan_hash: str, keep: str) -> None:
        if plan_hash != self.shown.plan.hash:  # type: ignore[union-attr]
            raise ConfigError("The plan is another one.", code="moved_on")
        self.done.append(("approve", plan_hash, keep))

    def decide(self, *told: Any) -> None:
        self.done.append(("decide", *told))

    def pause(self, *, on: bool) -> None:
        self.done.append(("pause", on))


class Browser:
    """Keeps cookies and follows nothing, as far as the page can tell."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.cookies = httpx.Cookies()

    def get(self, path: str) -> httpx.Response:
        return self._call("GET", path)

    def post(self, path: str, **sent: Any) -> httpx.Response:
        return self._call("POST", path, **sent)

    def _call(self, method: str, path: str, **sent: Any) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
                client.cookies = self.cookies
                answer = await client.request(method, path, **sent)
                self.cookies = client.cookies
                return answer

        return anyio.run(call)


@pytest.fixture
def reader() -> Told:
    status = StatusView(
        Outcome(Standing.CLEAN, ("Everything is in step.",)), {Bucket.HELD: 1}, (ASKED,)
    )
    sides = (Connection("HubSpot", "could not be reached", False, HOSTILE),)
    accounts = (Account("sales", f"hubspot {HOSTILE}", "a person agreed", 1, "2026-12-02"),)
    counts = (("needs you", 1),)
    return Told(Page(status, PLAN, sides, counts, accounts=accounts, evidence={"q1": "e1"}))


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


def page_of(reader: Told, clock: list[float], *, may_change: bool = True) -> Browser:
    """A browser at the page."""
    names = iter(f"secret-{n}" for n in range(10_000))
    sessions = Sessions(TOKEN, now=lambda: clock[0], secret=lambda: next(names))
    doors = Doors(sessions, reader, may_change, secure=False, trouble=lambda: "")  # type: ignore[arg-type]
    return Browser(Starlette(routes=Operations(doors).routes()))


@pytest.fixture
def browser(reader: Told, clock: list[float]) -> Browser:
    return page_of(reader, clock)


def logged_in(browser: Browser) -> str:
    """Log in; return the key that the page's forms carry."""
    assert 303 == browser.post("/operations/login", data={"token": TOKEN}).status_code
    found = re.search(r'name="form_key" value="([^"]+)"', browser.get("/operations").text)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/operations", "/operations/row?find=4"])
def test_without_the_token_nothing_is_told(browser: Browser, path: str) -> None:
    """Every page leads to the log-in, whatever cookie comes along."""
    for cookie in ({}, {"outreach_operations": "secret-0"}):
        browser.cookies = httpx.Cookies(cookie)
        answer = browser.get(path)
        assert (303, "/operations/login") == (answer.status_code, answer.headers["location"])
    assert "In step" not in browser.get("/operations/login").text


@pytest.mark.parametrize("path", ["approve", "decide", "pause", "logout"])
def test_nothing_is_done_without_a_session(browser: Browser, reader: Told, path: str) -> None:
    """Nor by a form of another site, which lacks the key of the page."""
    assert 303 == browser.post(f"/operations/{path}", data={"form_key": "x"}).status_code
    logged_in(browser)
    assert 403 == browser.post(f"/operations/{path}", data={"form_key": "x"}).status_code
    assert [] == reader.done


def test_the_wrong_token_is_refused_and_many_are_not_tried(
    browser: Browser, clock: list[float]
) -> None:
    """After ten wrong ones even the right one waits for a minute."""
    answers = [browser.post("/operations/login", data={"token": "no"}) for _ in range(GUESSES)]
    assert {403} == {one.status_code for one in answers}
    assert 429 == browser.post("/operations/login", data={"token": TOKEN}).status_code

    clock[0] = 61.0
    assert 303 == browser.post("/operations/login", data={"token": TOKEN}).status_code


def test_a_session_ends_with_the_day_and_with_log_out(browser: Browser, clock: list[float]) -> None:
    """And a copy of its cookie opens nothing then."""
    key = logged_in(browser)
    kept = browser.cookies["outreach_operations"]
    browser.post("/operations/logout", data={"form_key": key})
    browser.cookies = httpx.Cookies({"outreach_operations": kept})
    assert 303 == browser.get("/operations").status_code

    browser.cookies = httpx.Cookies()
    logged_in(browser)
    clock[0] = LASTS + 1
    assert 303 == browser.get("/operations").status_code


def test_the_cookie_and_the_page_are_shut_tight(browser: Browser) -> None:
    """No script, no frame, no cache, no other site."""
    made = browser.post("/operations/login", data={"token": TOKEN})
    cookie = made.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/operations"))
    headers = browser.get("/operations").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "no-store" == headers["cache-control"]


def test_what_people_typed_is_text(browser: Browser) -> None:
    """A business that is called like a script is shown, and does nothing."""
    logged_in(browser)
    for path in ("/operations", "/operations/row?find=4"):
        text = browser.get(path).text
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_connected_accounts_are_named_with_their_end(browser: Browser) -> None:
    """A consent that ends is seen before it does."""
    logged_in(browser)
    text = browser.get("/operations").text

    assert "<strong>sales</strong>" in text
    assert "ends on 2026-12-02" in text


def test_a_plan_is_approved_as_it_was_shown(browser: Browser, reader: Told) -> None:
    """And not one that was made since."""
    key = logged_in(browser)
    old = browser.post("/operations/approve", data={"form_key": key, "hash": "another"})
    assert (409, []) == (old.status_code, reader.done)
    assert "The plan is another one." in old.text

    form = {"form_key": key, "hash": PLAN.hash, "keep": "crm"}
    assert 303 == browser.post("/operations/approve", data=form).status_code
    assert [("approve", PLAN.hash, "crm")] == reader.done


def test_a_question_is_answered_as_it_was_shown(browser: Browser, reader: Told) -> None:
    """With what was shown of it, so that an answer to something else does not count."""
    key = logged_in(browser)
    assert 'name="evidence" value="e1"' in browser.get("/operations").text
    form = {"form_key": key, "question": "q1", "evidence": "e1", "answer": "Keep sheet"}
    browser.post("/operations/decide", data=form)
    browser.post("/operations/pause", data={"form_key": key, "on": "on"})

    assert [("decide", "q1", "e1", "Keep sheet", None), ("pause", True)] == reader.done


def test_a_page_that_only_shows_changes_nothing(reader: Told, clock: list[float]) -> None:
    """There are no buttons, and the doors behind them are shut."""
    browser = page_of(reader, clock, may_change=False)
    key = logged_in(browser)
    text = browser.get("/operations").text
    assert "Keep sheet" in text
    for name in ("approve", "decide", "pause"):
        assert f'action="/operations/{name}"' not in text
        answer = browser.post(f"/operations/{name}", data={"form_key": key, "hash": PLAN.hash})
        assert 403 == answer.status_code
    assert [] == reader.done


@pytest.mark.parametrize("headers", [{"content-type": "text/plain"}, {"content-length": "999999"}])
def test_a_form_that_is_none_does_nothing(
    browser: Browser, reader: Told, headers: dict[str, str]
) -> None:
    """A huge body is not read, and only a form is a form."""
    key = logged_in(browser)
    usual = {"content-type": "application/x-www-form-urlencoded"}
    answer = browser.post(
        "/operations/pause", content=f"form_key={key}&on=on", headers=usual | headers
    )
    assert (403, []) == (answer.status_code, reader.done)


def test_a_token_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """The next start finds it; one that others may read, or that is short, is not taken."""
    own = tmp_path / "state" / "operations-token"
    made = token_of(None, None, own, lambda: TOKEN)
    again = token_of(None, None, own, lambda: "another-token-of-this-page")

    assert (TOKEN, TOKEN, own) == (made.text, again.text, again.file)
    assert 0o600 == stat.S_IMODE(own.stat().st_mode)
    assert TOKEN not in repr(made)
    own.chmod(0o644)
    with pytest.raises(ConfigError, match="read by others"):
        token_of(None, None, own, lambda: TOKEN)
    with pytest.raises(ConfigError, match="too short"):
        token_of("short", None, own, lambda: TOKEN)
    assert "given-by-the-settings" == token_of("given-by-the-settings", None, own, str).text


def test_old_sessions_make_room() -> None:
    """Nobody fills the memory by logging in."""
    names = iter(range(10_000))
    sessions = Sessions(TOKEN, now=lambda: 0.0, secret=lambda: str(next(names)))
    made = [sessions.log_in(TOKEN) for _ in range(150)]

    assert not any(isinstance(one, Refusal) for one in made)
    assert 100 == sum(sessions.find(one.key) is not None for one in made)  # type: ignore[union-attr]
