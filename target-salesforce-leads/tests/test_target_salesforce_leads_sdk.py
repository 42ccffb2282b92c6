"""The SDK's own tests of a target. Their streams are not ours: all their records must be rejected."""

from __future__ import annotations

import tempfile
from typing import Any

from singer_sdk.testing import get_target_test_class

from target_salesforce_leads.target import TargetSalesforceLeads

CONFIG: dict[str, Any] = {
    "outreach_environment": "sandbox",
    "api_base_url": "http://127.0.0.1:1",
    "login_url": "http://127.0.0.1:1",
    "unknown_streams": "reject",
    "rejected_file": f"{tempfile.gettempdir()}/target-salesforce-leads-sdk-rejected.jsonl",
}

TestTargetSalesforceLeads = get_target_test_class(TargetSalesforceLeads, config=CONFIG)
