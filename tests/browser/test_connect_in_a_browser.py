"""A person connects each service in a real browser, lets go of it, and renews an expired consent.

What goes wrong on the way is in ``cli/tests/test_cli_connect.py``, without a browser.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser, Page

from harness.world import Sandbox
from outreach_cli.main import outreach

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
SERVICES = ("hubspot", "salesforce", "google")
TITLES = {"hubspot": "HubSpot", "salesforce": "Salesforce", "google": "Google"}
ALLOW = 'button[value="allow"]'
THANKS = "The answer has arrived"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """The person's own browser."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@dataclass
class Desk:
    """A project, and the command in a process of its own."""

    folder: Path
    environ: dict[str, str]
    page: Page

    def run(self, *words: str) -> Result:
        """A command that asks nobody, in this process."""
        return CliRunner().invoke(outreach, list(words), env=self.environ)

    def connect(self, service: str, decide: Callable[[Page], None]) -> tuple[int, str]:
        """Connect; somebody decides on the page that the command opens. Return how it ended."""
        opened = self.folder / "opened"
        opened.unlink(missing_ok=True)
        script = f'echo "$1" > {opened}.part && mv {opened}.part {opened}'
        # what `webbrowser` starts in the place of the person's own browser
        environ = {**self.environ, "BROWSER": f"/bin/sh -c {shlex.quote(script)} sh %s"}
        command = [sys.executable, "-m", "outreach_cli", "connect", service, "--port", "0"]
        with subprocess.Popen(
            command,
            env=environ,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            self.page.goto(_read(opened))
            decide(self.page)
            output, _ = process.communicate(timeout=60)
        return process.returncode, output

    def state(self, service: str) -> str:
        """Whether the account works, as the command sees it."""
        told = json.loads(self.run("connect", "status", "--json").stdout)["connections"]
        return next((str(one["state"]) for one in told if one["name"] == service), "none")


@pytest.fixture
def desk(running_sandbox: Sandbox, tmp_path: Path, page: Page) -> Desk:
    running_sandbox.control.reset("demo")
    (tmp_path / "meltano.yml").touch()
    urls = {f"SANDBOX_{name.upper()}_URL": url for name, url in running_sandbox.urls.items()}
    own = {"MELTANO_PROJECT_ROOT": str(tmp_path), "OUTREACH_ENVIRONMENT": "sandbox"}
    return Desk(tmp_path, {**os.environ, **urls, **own}, page)


def _read(path: Path) -> str:
    end = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < end, "the command opened no page"
        time.sleep(0.02)
    return path.read_text().strip()


@pytest.mark.parametrize("service", SERVICES)
def test_an_account_is_connected(desk: Desk, service: str):
    """The page says whose account it is about; one press, and the account works."""
    pages: list[str] = []

    def read_and_allow(page: Page) -> None:
        pages.append(page.locator("body").inner_text())
        page.locator(ALLOW).click()
        page.get_by_text(THANKS).wait_for()

    code, output = desk.connect(service, read_and_allow)
    assert (0, "works") == (code, desk.state(service)), output
    assert f"wants access to your {TITLES[service]} account" in pages[0]


def test_an_expired_consent_is_renewed_and_a_revoked_one_is_over(
    desk: Desk, running_sandbox: Sandbox
):
    """The state shows each turn: it works, is refused, works again, and is gone."""
    states = []
    for turn in ("connect", "expire", "connect", "revoke"):
        if turn == "connect":
            assert 0 == desk.connect("salesforce", lambda page: page.locator(ALLOW).click())[0]
        elif turn == "expire":
            running_sandbox.control.people("salesforce", "expire_consent")
        else:
            assert 0 == desk.run("connect", "revoke", "salesforce").exit_code
        states.append(desk.state("salesforce"))
    assert ["works", "refused", "works", "none"] == states


def test_a_box_that_is_unticked_and_a_no(desk: Desk):
    """What a person leaves out is named; after a no nothing is connected."""

    def leave_out(page: Page) -> None:
        page.locator('input[value$="/spreadsheets"]').uncheck()
        page.locator(ALLOW).click()

    code, output = desk.connect("google", leave_out)
    assert (2, True) == (code, "did not grant all that the sync needs" in output), output

    code, output = desk.connect(
        "hubspot", lambda page: page.locator('button[value="deny"]').click()
    )
    assert (2, True) == (code, "answered with no" in output), output
    with contextlib.suppress(FileNotFoundError):
        told: dict[str, Any] = json.loads((desk.folder / ".outreach/connections.json").read_text())
        assert [] == told["connections"]
