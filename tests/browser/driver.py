"""A newcomer at the sandbox's page: a real browser, and what they do in it.

Rule: everything goes through what is seen on the page, labels and roles, as a person or a screen reader finds it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("google", "hubspot", "salesforce", "control")
NEW_PHONE = "+1 555 0142"
BUSINESS = "Moda Bisiklet"
PERSON = "Deniz Example"
START_SECONDS = 30
SYNC_SECONDS = 240


def chromium() -> str | None:
    """The system's browser; none is downloaded."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextlib.contextmanager
def browser(path: str) -> Iterator[Browser]:
    """A headless browser; its own sandbox needs rights that a container may not give."""
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield found
        found.close()


@contextlib.contextmanager
def make_sandbox(folder: Path) -> Iterator[str]:
    """What `make sandbox` runs, on free ports; gives the page's address."""
    ports = folder / "ports.json"
    command = [sys.executable, str(ROOT / "demo" / "sandbox.py"), "--ports-file", str(ports)]
    for name in NAMES:
        command += [f"--{name}-port", "0"]
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not ports.exists():
            assert process.poll() is None, "it ended at once"
            assert time.monotonic() < deadline, "it does not listen"
            time.sleep(0.05)
        yield json.loads(ports.read_text())["control"] + "/"
    finally:
        process.terminate()
        process.wait(20)


def pane(page: Page, name: str) -> Locator:
    """One of the panes, by its name."""
    return page.get_by_role("region", name=name, exact=True)


def cell(page: Page, address: str) -> Locator:
    """A cell of the grid: `D3`, of the first 26 columns."""
    column, row = ord(address[0]) - ord("A"), address[1:]
    return page.locator(f'#google td[data-row="{row}"][data-column="{column}"]')


def open_contact(page: Page, name: str = PERSON) -> None:
    """Open a contact's record in HubSpot."""
    pane(page, "HubSpot").get_by_role("button", name=name, exact=True).click()
    expect(pane(page, "HubSpot").get_by_role("heading", name=name)).to_be_visible()


def edit_phone(page: Page, phone: str = NEW_PHONE) -> None:
    """Change the phone of the open contact, and leave the field."""
    field = pane(page, "HubSpot").get_by_label("Phone Number", exact=True)
    field.fill(phone)
    field.press("Enter")
    expect(page.get_by_text("Phone Number saved in HubSpot")).to_be_visible()


def press_sync(page: Page) -> None:
    """Press the button once it can be pressed."""
    button = page.get_by_role("button", name="Sync", exact=True)
    expect(button).to_be_enabled(timeout=SYNC_SECONDS * 1000)
    button.click()


def wait_for_end(page: Page) -> None:
    """Wait until the run has ended well."""
    expect(page.locator("#sync-said")).to_contain_text("Synced in", timeout=SYNC_SECONDS * 1000)
