"""Singer tap over the outreach sheet; it only ever reads."""

from __future__ import annotations
