"""The settings, beside their descriptions; plugin.meltano.yml mirrors them.

The rule: whatever opens a door is marked secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

from outreach_adapters.sheets.settings import CONNECTION
from outreach_adapters.singer.target import TARGET_SETTINGS

SETTINGS = th.PropertiesList(
    *TARGET_SETTINGS,
    *CONNECTION,
    th.Property("rules_file", th.StringType, description="The sheet's rule file."),
).to_dict()
