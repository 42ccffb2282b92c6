"""Settings that our taps and targets share.

The rule: a setting stands here once; a plugin lists it in its own class and definition.
"""

from __future__ import annotations

from singer_sdk import typing as th

ENVIRONMENT = th.Property(
    "outreach_environment",
    th.StringType,
    allowed_values=["sandbox", "prod"],
    default="prod",
    description="Which world the plugin talks to.",
)
