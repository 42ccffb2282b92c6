"""Who is served by the control port and who is not."""

from __future__ import annotations

import pytest

from .conftest import Page

TYPE = {"row": 2, "header": "Phone", "value": "'+1 555 0199"}
DOOR = "/_sandbox/people/google/type"


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:8800"])
def test_loopback_names_are_served(page: Page, host: str) -> None:
    """Whatever port a tunnel gave it."""
    assert 200 == page.ask("GET", "/", Host=host)[0]


@pytest.mark.parametrize(
    "host",
    ["rebound.example.com", "127.0.0.1.example.com", "example.com:8800", "localhost.example.com"],
)
def test_a_name_that_was_made_to_lead_here_is_refused(page: Page, host: str) -> None:
    """DNS rebinding: neither the page nor a door answers to another name."""
    for path in ("/", "/console/pulse", "/_sandbox/calls"):
        assert 403 == page.ask("GET", path, Host=host)[0]


@pytest.mark.parametrize(
    "origin", ["http://example.com", "null", "https://127.0.0.1:1", "http://127.0.0.1"]
)
def test_another_origin_is_refused_even_with_the_token(page: Page, origin: str) -> None:
    """A page of another site that learned the token could do nothing with it."""
    before = page.json("/console/panes/google")
    answer = page.ask("POST", DOOR, TYPE, Origin=origin, X_Console_Token=page.token())

    assert 403 == answer[0]
    assert before == page.json("/console/panes/google")


@pytest.mark.parametrize("token", ["", "guess", "é"])
def test_a_browser_without_the_token_changes_nothing(page: Page, token: str) -> None:
    """The right origin alone does not open a door, the clock or the sync."""
    for path in (DOOR, "/_sandbox/clock", "/_sandbox/reset", "/console/sync"):
        answer = page.ask("POST", path, {}, Origin=f"http://{page.host}", X_Console_Token=token)
        assert (403, b"load it again") == (answer[0], answer[2][-15:-2])


def test_the_page_itself_may_act(page: Page) -> None:
    """Its origin and its token together open a person's door."""
    sent = {"Origin": f"http://{page.host}", "X_Console_Token": page.token()}
    assert 200 == page.ask("POST", DOOR, TYPE, Sec_Fetch_Site="same-origin", **sent)[0]


def test_a_link_from_elsewhere_opens_the_page_and_no_more(page: Page) -> None:
    """Somebody may bookmark or link the console; nothing else may be loaded from another site."""
    link = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}
    assert 200 == page.ask("GET", "/", **link)[0]
    assert 403 == page.ask("GET", "/console/pulse", **link)[0]
    assert 403 == page.ask("GET", "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")[0]
    assert 403 == page.ask("POST", "/", {}, **link)[0]


def test_programs_need_no_token(page: Page) -> None:
    """What curl and the tests do works as ever."""
    assert 200 == page.ask("POST", DOOR, TYPE)[0]


def test_the_token_is_another_one_each_time(page: Page) -> None:
    """It is the sandbox's, not the package's, and long enough not to be guessed."""
    assert page.token() == page.token()
    assert len(page.token()) >= 32
