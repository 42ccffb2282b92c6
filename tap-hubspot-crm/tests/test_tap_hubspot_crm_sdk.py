"""The SDK's own tests of a tap, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from outreach_sandbox.kernel.server import running
from tap_hubspot_crm.tap import TapHubspotCrm

# filled in before the first test: the tap connects only when it reads
CONFIG: dict[str, Any] = {
    "outreach_environment": "sandbox",
    "api_base_url": "http://127.0.0.1:1",
    "token_url": "http://127.0.0.1:1/token",
}
IMPORT_CONFIG = CONFIG | {
    "mode": "import",
    "import_criteria": '[{"property": "email", "operator": "HAS_PROPERTY"}]',
}
CONTACT = {"properties": {"email": "a@example.com", "lastmodifieddate": "2026-01-01T00:00:00Z"}}


@pytest.fixture(scope="module", autouse=True)
def _account() -> Iterator[None]:
    with running({"hubspot": {"contacts": [CONTACT]}}) as sandbox:
        for config in (CONFIG, IMPORT_CONFIG):
            config["api_base_url"] = sandbox.hubspot_url
            config["token_url"] = f"{sandbox.hubspot_url}/oauth/v1/token"
        yield


TestTapHubspotCrm = get_tap_test_class(
    TapHubspotCrm,
    config=CONFIG,
    suite_config=SuiteConfig(),
)
TestTapHubspotLookups = get_tap_test_class(
    TapHubspotCrm,
    config=CONFIG | {"mode": "lookups"},
    suite_config=SuiteConfig(ignore_no_records=True),
)
TestTapHubspotImport = get_tap_test_class(
    TapHubspotCrm,
    config=IMPORT_CONFIG,
    suite_config=SuiteConfig(),
)
