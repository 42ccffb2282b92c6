"""The settings, beside their descriptions; plugin.meltano.yml mirrors them.

The rule: whatever opens a door is marked secret.
"""

from __future__ import annotations

from singer_sdk import typing as th

from outreach_adapters.sheets.settings import CONNECTION
from outreach_adapters.singer.tap import TAP_SETTINGS

SETTINGS = th.PropertiesList(
    *TAP_SETTINGS,
    *CONNECTION,
    th.Property("drive_base_url", th.StringType, description="Base URL of the Drive API."),
    th.Property(
        "outreach_timezone",
        th.StringType,
        description="Zone of the outreach system's times; the spreadsheet's unless set.",
    ),
    th.Property("rules_file", th.StringType, description="The sheet's rule file."),
    th.Property(
        "mode",
        th.StringType,
        allowed_values=["sync", "import"],
        default="sync",
        description="`sync` reads the businesses, `import` only what an empty tab is like.",
    ),
    th.Property(
        "max_gate_age_minutes",
        th.IntegerType,
        default=15,
        description="The sheet is read at least this often, changed or not.",
    ),
    th.Property(
        "sharpen_edit_times",
        th.BooleanType,
        default=False,
        description="Ask Drive once more after a read that shows something new, so that `lww` knows "
        "better when it was edited.",
    ),
).to_dict()
