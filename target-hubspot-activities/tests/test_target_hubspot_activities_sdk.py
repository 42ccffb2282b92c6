"""The SDK's own tests of a target. Their streams are not ours: all their records must be rejected."""

from __future__ import annotations

import tempfile
from typing import Any

from singer_sdk.testing import get_target_test_class

from target_hubspot_activities.target import TargetHubspotActivities

CONFIG: dict[str, Any] = {
    "outreach_environment": "sandbox",
    "api_base_url": "http://127.0.0.1:1",
    "token_url": "http://127.0.0.1:1/token",
    "unknown_streams": "reject",
    "rejected_file": f"{tempfile.gettempdir()}/target-hubspot-activities-sdk-rejected.jsonl",
}

TestTargetHubspotActivities = get_target_test_class(TargetHubspotActivities, config=CONFIG)
