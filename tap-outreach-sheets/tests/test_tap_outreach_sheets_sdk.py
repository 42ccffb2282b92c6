"""The SDK's own tap suite, on a sandbox that lives as long as this module."""

from __future__ import annotations

import contextlib

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from outreach_sandbox.kernel.server import running
from tap_outreach_sheets.tap import TapOutreachSheets

# the SDK discovers while the test class is made, and the class reads the tap when it runs
LIFE = contextlib.ExitStack()
SANDBOX = LIFE.enter_context(running("demo"))
for _row in (2, 3):
    SANDBOX.control.people("google", "outreach_send", row=_row)
SANDBOX.control.people("google", "outreach_reply", row=3, text="Yes, please call me.")


@pytest.fixture(scope="module", autouse=True)
def _sandbox_ends_with_the_module() -> object:
    yield
    LIFE.close()


TestSuite = get_tap_test_class(
    tap_class=TapOutreachSheets,
    config={
        "outreach_environment": "sandbox",
        "api_base_url": SANDBOX.google_url,
        "drive_base_url": SANDBOX.google_url,
        "token_url": f"{SANDBOX.google_url}/token",
        "spreadsheet_id": "sandbox-outreach-sheet",
    },
    # the demonstration has no paused row
    suite_config=SuiteConfig(ignore_no_records_for_streams=["decisions"]),
)
