"""The operations page in a real browser: log in, look, approve, answer, and see the runs follow."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from harness.serving import serving
from harness.story import rerun
from harness.world import World

TOKEN = "a-token-for-the-tests-alone"
PICTURES = os.environ.get("OUTREACH_TEST_PICTURES", "")

pytestmark = [pytest.mark.slow, pytest.mark.meltano]


def picture(page: Page, name: str) -> None:
    """Keep what is seen, where somebody wants to look at it."""
    if PICTURES:
        for width, called in ((1440, "wide"), (390, "phone")):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(PICTURES) / f"{name}-{called}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def test_a_plan_is_approved_and_a_question_answered_in_a_browser(world: World, chromium: Browser):
    """Nothing shows before the token; the next runs do what was said on the page."""
    rerun(world, 0)
    world.settings["OUTREACH_OPERATIONS_TOKEN"] = TOKEN
    with serving(world, "--operations-may-change") as at:
        page = chromium.new_page()
        page.goto(f"{at.url}/operations")
        assert "Moda" not in page.content()
        page.get_by_label("Token of this page").fill("not the token, I guess")
        page.get_by_role("button", name="Log in").click()
        assert "That is not the token." == page.get_by_role("alert").inner_text()
        page.get_by_label("Token of this page").fill(TOKEN)
        picture(page, "login")
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="The newest plan").wait_for()
        picture(page, "plan")

        page.get_by_label("Where both sides differ").select_option("ask me each")
        page.get_by_role("button", name="Approve exactly this plan").click()
        page.get_by_text("approved, not delivered yet").wait_for()
        rerun(world)
        rerun(world)
        page.get_by_role("link", name="Look again").click()
        picture(page, "questions")
        first = page.locator("section[aria-labelledby=questions] tbody tr").first
        business = first.locator("th").inner_text()
        first.get_by_role("combobox").select_option("Keep sheet")
        first.get_by_role("button", name="Answer").click()
        page.get_by_text("Keep sheet (with the next run)").wait_for()
        rerun(world)
        page.get_by_role("link", name="Look again").click()
        assert 0 == page.get_by_text("Keep sheet (with the next run)").count()

        page.get_by_label("Row, e-mail or business").fill(business)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=business).wait_for()
        picture(page, "row")
