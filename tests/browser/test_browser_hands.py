"""The page without a mouse, on a phone, and through every door it shows."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect

from outreach_sandbox.kernel.server import Running
from sandbox.bench import line
from tests.browser import driver

BATCH = "/v4/spreadsheets/sandbox-outreach-sheet:batchUpdate"

NAMELESS = """() => [...document.querySelectorAll("button, input, select, textarea, [role=gridcell]")]
  .filter((node) => node.offsetParent && node.getAttribute("role") !== "gridcell")
  .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length))
  .map((node) => node.outerHTML)"""


def test_the_grid_is_used_by_keyboard_alone(page: Page):
    """Arrows walk, typing and Enter write, Escape does not, Delete empties, Ctrl+Z takes back."""
    driver.cell(page, "A2").click()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect(page.locator(".cellname")).to_have_text("D3")
    page.keyboard.type("+1 555 0199")
    page.keyboard.press("Enter")
    expect(driver.cell(page, "D3")).to_have_text("+1 555 0199")
    expect(page.locator(".cellname")).to_have_text("D4")
    page.keyboard.type("nothing of this")
    page.keyboard.press("Escape")
    expect(driver.cell(page, "D4")).to_have_text("+1 555 0103")
    page.keyboard.press("Delete")
    expect(driver.cell(page, "D4")).to_have_text("")
    page.keyboard.press("Control+z")

    expect(driver.cell(page, "D4")).to_have_text("+1 555 0103")


def test_what_is_being_typed_survives_news(page: Page, sandbox: Running):
    """A change that arrives meanwhile neither closes the editor nor takes the text."""
    driver.cell(page, "B2").dblclick()
    page.keyboard.type(", half")
    sandbox.control.people("google", "type", row=3, header="Location", value="Lyon")
    expect(driver.cell(page, "B3")).to_have_text("Lyon")
    page.keyboard.type(" typed")
    page.keyboard.press("Enter")

    expect(driver.cell(page, "B2")).to_have_text("Istanbul, half typed")


def test_notes_and_other_tabs_are_pointed_at(page: Page, sandbox: Running):
    """The note of the chosen cell is read without a mouse, and a tab that is not shown says it changed."""
    one = {"sheetId": 0, "startRowIndex": 2, "endRowIndex": 3}
    note = {
        "rows": [{"values": [{"note": "Both sides changed it"}]}],
        "fields": "note",
        "range": {**one, "startColumnIndex": 3, "endColumnIndex": 4},
    }
    added = {"properties": {"title": "Needs You"}}
    with line(sandbox.google_url) as at:
        at.sign_in("/token", grant_type="refresh_token", refresh_token="c")
        requests = [{"updateCells": note}, {"addSheet": added}]
        at.ask("POST", BATCH, json.dumps({"requests": requests}).encode())
    expect(page.get_by_role("button", name="Needs You (changed)")).to_be_visible()
    driver.cell(page, "D2").click()
    expect(page.get_by_text("Both sides changed it")).to_be_hidden()
    page.keyboard.press("ArrowDown")

    expect(page.get_by_text("Both sides changed it")).to_be_visible()


def test_a_deleted_contact_comes_back_from_the_bin(page: Page):
    """Delete asks first; the recycle bin holds the contact and gives it back."""
    hubspot = driver.pane(page, "HubSpot")
    driver.open_contact(page)
    hubspot.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    hubspot.get_by_role("button", name="Recycle bin (1)").click()
    driver.open_contact(page)
    hubspot.get_by_role("button", name="Restore").click()

    expect(hubspot.get_by_role("button", name="Opt out")).to_be_visible()


def test_a_lead_is_converted(page: Page):
    """The lead says so, and is tied to the contact it became."""
    salesforce = driver.pane(page, "Salesforce")
    salesforce.get_by_role("button", name="Sam Sample", exact=True).click()
    salesforce.get_by_role("button", name="Convert…").click()
    page.get_by_role("dialog").get_by_role("button", name="Convert").click()

    expect(salesforce.get_by_role("heading", name="Converted")).to_be_visible()
    expect(salesforce.get_by_role("listitem").filter(has_text="Contacts")).to_be_visible()


def test_the_outreach_system_sends_and_somebody_answers(page: Page):
    """The row of the chosen cell is sent and answered as the outreach system writes it."""
    driver.cell(page, "A4").click()
    page.get_by_role("button", name="Send the e-mail of this row").click()
    expect(driver.cell(page, "J4")).to_have_text("Sent")
    page.get_by_role("button", name="An answer comes to this row").click()
    page.get_by_role("dialog").get_by_role("button", name="Reply").click()

    expect(driver.cell(page, "J4")).to_have_text("Replied")


def test_a_phone_shows_one_pane_and_nothing_beyond_its_edge(phone: Page):
    """The bar below leads to each pane, and the page is as wide as the screen."""
    bar = phone.get_by_role("navigation", name="Panes")
    widths = {}
    for name in ("Sheet", "HubSpot", "Salesforce", "Calls"):
        bar.get_by_role("button", name=name).click()
        expect(phone.locator(".pane:visible")).to_have_count(1)
        widths[name] = phone.evaluate("document.documentElement.scrollWidth")

    assert {390} == set(widths.values()), widths


def test_everything_that_can_be_used_has_a_name(page: Page):
    """A screen reader has a name for every button and field, in lists and on a record's page."""
    driver.open_contact(page)

    assert [] == page.evaluate(NAMELESS)
