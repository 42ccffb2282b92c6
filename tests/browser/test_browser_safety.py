"""What other people wrote into the sheet, a CRM or a request never becomes part of the page."""

from __future__ import annotations

import contextlib
import urllib.error
import urllib.parse
import urllib.request

from playwright.sync_api import Page, expect

from outreach_sandbox.kernel.server import Running
from tests.browser import driver

HOSTILE = "<img src=x onerror='document.title=1'><script>document.title=2</script>"
MADE = "img, iframe, object, body script"


def _is_clean(page: Page) -> bool:
    return page.title() == "Outreach sandbox" and page.locator(MADE).count() == 0


def test_a_cell_is_text(page: Page, sandbox: Running):
    """Markup in a cell, its tab and its spreadsheet is shown as it was typed."""
    sandbox.control.people("google", "type", row=2, header="Business Name", value=HOSTILE)
    sandbox.control.people("google", "rename_tab", sheet="Businesses", to=HOSTILE[:60])
    expect(driver.cell(page, "A2")).to_have_text(HOSTILE)
    driver.cell(page, "A2").dblclick()
    expect(page.get_by_label("Edit A2")).to_have_value(HOSTILE)

    assert _is_clean(page)


def test_a_record_is_text(page: Page, sandbox: Running):
    """Markup in a contact is shown as it was typed, in the list and on its page."""
    sandbox.control.people(
        "hubspot", "edit", email="info@modabisiklet.example.com", properties={"lastname": HOSTILE}
    )
    name = f"Deniz {HOSTILE}"
    driver.open_contact(page, name)
    expect(driver.pane(page, "HubSpot").get_by_label("Last Name")).to_have_value(HOSTILE)

    assert _is_clean(page)


def test_a_call_is_text(page: Page, sandbox: Running):
    """Markup in the path and the query of a request is shown in the journal as text."""
    quoted = urllib.parse.quote(HOSTILE, safe="<>'=()")
    url = f"{sandbox.hubspot_url}/crm/v3/objects/{quoted}?after={quoted}"
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(url.replace(" ", "%20"))
    expect(page.get_by_label("Calls", exact=True)).to_contain_text("onerror")

    assert _is_clean(page)
