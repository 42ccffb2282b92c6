"""The SDK's own tests of a tap, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from outreach_sandbox.kernel.server import running
from tap_salesforce_crm.tap import TapSalesforceCrm

# filled in before the first test: the tap connects only when it reads
CONFIG: dict[str, Any] = {
    "outreach_environment": "sandbox",
    "api_base_url": "http://127.0.0.1:1",
    "login_url": "http://127.0.0.1:1",
}
PERSON = {"LastName": "Doe", "Email": "a@example.com"}
DEAL = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-12-01", "Amount": 10}


@pytest.fixture(scope="module", autouse=True)
def _org() -> Iterator[None]:
    org = {
        "leads": [{**PERSON, "Company": "Acme"}],
        "contacts": [PERSON],
        "opportunities": [DEAL],
    }
    with running({"salesforce": org}) as sandbox:
        CONFIG["api_base_url"] = CONFIG["login_url"] = sandbox.salesforce_url
        yield


TestTapSalesforceCrm = get_tap_test_class(
    TapSalesforceCrm,
    config=CONFIG,
    suite_config=SuiteConfig(),
)
TestTapSalesforceLookups = get_tap_test_class(
    TapSalesforceCrm,
    config=CONFIG | {"mode": "lookups"},
    suite_config=SuiteConfig(ignore_no_records=True),
)
