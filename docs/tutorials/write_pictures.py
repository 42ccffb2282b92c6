"""Writes the pictures of the tutorial: the story of `watch-it-sync.md`, played in a real browser.

Rule: the pictures show what `make sandbox` really does; nothing is drawn in. Needs Chromium; run as
`python -m docs.tutorials.write_pictures`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.browser import driver

FOLDER = Path(__file__).resolve().parent / "pictures"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def main() -> int:
    """Write all pictures anew; return the exit code."""
    path = driver.chromium()
    if path is None:
        print("no chromium here: on Debian, `apt-get install chromium`")
        return 1
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        driver.make_sandbox(Path(folder)) as url,
        driver.browser(path) as browser,
    ):
        _story(browser, url)
    return 0


def _story(browser: Browser, url: str) -> None:
    page = _page(browser, url, DESK, "light")
    driver.wait_for_end(page)
    driver.open_contact(page)
    driver.edit_phone(page)
    page.get_by_text("Phone Number saved").wait_for(state="detached")
    _take(page, "1-edit")
    driver.press_sync(page)
    page.locator("#sync-said").get_by_text("target-hubspot").wait_for(timeout=120_000)
    _take(page, "2-sync")
    driver.wait_for_end(page)
    page.wait_for_timeout(3500)
    _take(page, "3-moved")
    phone = _page(browser, url, PHONE, "dark")
    phone.locator('[data-pane="hubspot"]').click()
    driver.open_contact(phone)
    phone.wait_for_timeout(300)
    _take(phone, "4-phone")


def _page(browser: Browser, url: str, size: dict[str, int], scheme: str) -> Page:
    context = browser.new_context(
        viewport={"width": size["width"], "height": size["height"]},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(url)
    return page


def _take(page: Page, name: str) -> None:
    page.mouse.move(5, 5)
    page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
