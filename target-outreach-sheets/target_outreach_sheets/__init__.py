"""Singer target for the outreach sheet; it writes only cells that were decided to change."""

from __future__ import annotations
