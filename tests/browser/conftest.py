"""One browser for all tests of the page, one sandbox, and a new page for each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from outreach_sandbox.kernel.clock import Clock
from outreach_sandbox.kernel.server import Running, running
from tests.browser import driver

SYNC = Path(__file__).resolve().parent / "stand_in.py"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
# the page asks for news every 900 ms; a test has less patience
HURRY = """const wait = window.setTimeout;
window.setTimeout = (task, after, ...more) => wait(task, after === 900 || after === 400 ? 50 : after, ...more);"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, for one module: its driver keeps an event loop running in this thread meanwhile."""
    path = driver.chromium()
    if path is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with driver.browser(path) as found:
        yield found


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Running]:
    """A sandbox whose Sync button runs a stand-in for the sync."""
    command = [sys.executable, str(SYNC)]
    with running(clock=Clock(manual=True), sync_command=command) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Running) -> Running:
    """The sandbox, as the demonstration begins."""
    shared_sandbox.control.reset("demo")
    return shared_sandbox


@pytest.fixture
def page(chromium: Browser, sandbox: Running) -> Iterator[Page]:
    """The page on a desk; a script that fails on it fails the test."""
    yield from _page(chromium, sandbox, DESK)


@pytest.fixture
def phone(chromium: Browser, sandbox: Running) -> Iterator[Page]:
    """The page on a phone."""
    yield from _page(chromium, sandbox, PHONE)


def _page(chromium: Browser, sandbox: Running, size: dict[str, int]) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": size["width"], "height": size["height"]}, reduced_motion="reduce"
    )
    context.set_default_timeout(10_000)
    context.add_init_script(HURRY)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda said: failures.append(said.text) if said.type == "error" else None)
    page.goto(sandbox.control_url + "/")
    page.locator("#hubspot .list").wait_for(state="attached")
    yield page
    context.close()
    assert [] == [text for text in failures if "400 (Bad Request)" not in text]
